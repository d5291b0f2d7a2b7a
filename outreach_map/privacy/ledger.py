"""The ledger: what was released before, encrypted in `private/`.

It freezes the partition, so that a newer street extract does not silently re-divide the city (two
divisions of one place intersect to a smaller one), and it remembers the areas and the code of each
site. A site that stays in its areas keeps its code; one that moves across gets an unlinked one.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from outreach_map.errors import LedgerError
from outreach_map.privacy.areas import Partition, restore
from outreach_map.privacy.keys import ProgrammeKey

_FORMAT = 1
# The ledger under a new key, until that key is in its place.
ROTATED = "ledger.rotated"


@dataclass(frozen=True)
class Entry:
    """A released record: its code, how many codes it had, and its areas."""

    code: str
    epoch: int
    areas: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Ledger:
    """State between releases.

    `inputs_sha256` and `policy` say from what and by which rules the partition was made; `entries`
    maps (kind, raw id) to what was released.
    """

    partition: Partition | None = None
    inputs_sha256: str = ""
    policy: str = ""
    entries: tuple[tuple[tuple[str, str], Entry], ...] = ()

    def __repr__(self) -> str:
        """Counts only."""
        return f"Ledger(entries={len(self.entries)})"

    def assign(
        self,
        key: ProgrammeKey,
        programme: str,
        kind: str,
        areas: Iterable[tuple[str, tuple[int, ...]]],
    ) -> tuple[Ledger, dict[str, str]]:
        """Give each raw id of a kind its code; the order of the input does not matter.

        Parameters
        ----------
        key, programme
            Whose codes.
        kind
            "H", "P", "T" or "R".
        areas
            Raw id and areas of each record.

        Returns
        -------
        The ledger that remembers them, and raw id -> code.
        """
        known = dict(self.entries)
        # Retired codes stay taken only by their entry's epoch: codes of 30 bits rarely meet, and
        # the next epoch is taken when they do.
        taken = {entry.code for entry in known.values()}
        codes: dict[str, str] = {}
        for raw_id, where in sorted(areas):
            before = known.get((kind, raw_id))
            if before is None or before.areas != where:
                epoch = 0 if before is None else before.epoch + 1
                while (code := key.code(kind, programme, raw_id, epoch)) in taken:
                    epoch += 1
                known[(kind, raw_id)] = Entry(code, epoch, where)
                taken.add(code)
            codes[raw_id] = known[(kind, raw_id)].code
        return replace(self, entries=tuple(sorted(known.items()))), codes


def read_ledger(private: Path, key: ProgrammeKey, widest_m: float) -> Ledger:
    """Read the ledger; an empty one where none was written yet.

    Raises
    ------
    LedgerError
        When it is damaged or was written with another key.
    """
    path = private / "ledger"
    if not path.exists():
        return Ledger()
    try:
        state = json.loads(_decrypted(private, key))
        if state["format"] != _FORMAT:
            raise KeyError("format")
        frozen = state["partition"]
        return Ledger(
            partition=restore(
                {(column, row): area for column, row, area in frozen["cells"]},
                [(lon, lat) for lon, lat in frozen["anchors"]],
                frozen["epsg"],
                frozen["cell_m"],
                widest_m,
            ),
            inputs_sha256=state["inputs_sha256"],
            policy=state["policy"],
            entries=tuple(
                ((kind, raw_id), Entry(code, epoch, tuple(areas)))
                for kind, raw_id, code, epoch, areas in state["entries"]
            ),
        )
    except (InvalidToken, ValueError, KeyError, TypeError):
        raise LedgerError(
            "The ledger is damaged, or was written with another key or version.",
            where="private/ledger",
            mend="Put private/ back from your backup. Without the ledger a new release could be "
            "compared with earlier ones, so nothing was released.",
        ) from None


def _decrypted(private: Path, key: ProgrammeKey) -> bytes:
    """Content of the ledger; of the one that a change of keys left behind where it was cut off."""
    path, rotated = private / "ledger", private / ROTATED
    try:
        return _cipher(key).decrypt(path.read_bytes())
    except InvalidToken:
        if not rotated.exists():
            raise
        content = _cipher(key).decrypt(rotated.read_bytes())
        rotated.replace(path)
        return content


def write_ledger(private: Path, key: ProgrammeKey, ledger: Ledger, *, name: str = "ledger") -> None:
    """Encrypt and replace the ledger in one step, mode 0600."""
    if ledger.partition is None:
        raise ValueError("a ledger is written after its partition was made")
    state = {
        "format": _FORMAT,
        "inputs_sha256": ledger.inputs_sha256,
        "policy": ledger.policy,
        "partition": {
            "epsg": ledger.partition.epsg,
            "cell_m": ledger.partition.cell_m,
            "cells": [[i, j, area] for (i, j), area in sorted(ledger.partition.cells.items())],
            "anchors": [list(area.anchor) for area in ledger.partition.areas],
        },
        "entries": [
            [kind, raw_id, entry.code, entry.epoch, list(entry.areas)]
            for (kind, raw_id), entry in ledger.entries
        ],
    }
    token = _cipher(key).encrypt(json.dumps(state, separators=(",", ":")).encode())
    fresh = private / "ledger.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(token)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(private / name)


def _cipher(key: ProgrammeKey) -> Fernet:
    return Fernet(urlsafe_b64encode(key.derive("ledger")))

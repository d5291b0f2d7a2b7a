"""The ledger: what was released before, encrypted in `private/`.

It freezes the partition, so that a newer street extract does not silently re-divide the city (two
divisions of one place intersect to a smaller one), and it remembers where each record was released
and by which code. A record that stays where it was keeps its code; one that moves gets an unlinked
one. Raw ids are not in it, only what the key makes of them.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from outreach_map.errors import LedgerError
from outreach_map.privacy.anchors import Anchor
from outreach_map.privacy.areas import Ground, Partition, restore
from outreach_map.privacy.keys import KEY_BYTES, ProgrammeKey, write_key
from outreach_map.private_files import write_private

_FORMAT = 2
# The ledger under a new key, until that key is in its place.
ROTATED = "ledger.rotated"


@dataclass(frozen=True)
class Entry:
    """A released record: its code, how many codes it had, and where it was released.

    `where` is its areas or, where points are moved by noise, the number of its site. `since` is
    the round that let it out under its code; None for what came out with the very first one.
    """

    code: str
    epoch: int
    where: tuple[int, ...]
    since: date | None = None


@dataclass(frozen=True, repr=False)
class Site:
    """Raw points within reach of the first of them, moved by noise as one.

    Attributes
    ----------
    founded
        (lon, lat) of the first raw point: confidential, and here only because what was released
        must not follow the steps of those who come after it.
    centre
        (lon, lat) where the noise led it.
    anchor
        (lon, lat) of the street node nearest to that.
    """

    founded: tuple[float, float]
    centre: tuple[float, float]
    anchor: tuple[float, float]

    def __repr__(self) -> str:
        """Without places."""
        return "Site()"


@dataclass(frozen=True, repr=False)
class Ledger:
    """State between releases.

    Attributes
    ----------
    partition, inputs_sha256, policy
        The areas, from what, and by which rules they were made.
    batch
        The round in which new hotspots were last let out.
    entries
        Digest of kind and raw id -> what was released.
    sites
        Where points are moved by noise.
    """

    partition: Partition | None = None
    inputs_sha256: str = ""
    policy: str = ""
    batch: date | None = None
    entries: tuple[tuple[str, Entry], ...] = ()
    sites: tuple[Site, ...] = ()

    def __repr__(self) -> str:
        """Counts only."""
        return f"Ledger(entries={len(self.entries)}, sites={len(self.sites)})"

    def assign(
        self,
        key: ProgrammeKey,
        programme: str,
        kind: str,
        records: Iterable[tuple[str, tuple[int, ...]]],
        since: date | None = None,
    ) -> tuple[Ledger, dict[str, str]]:
        """Give each raw id of a kind its code; the order of the input does not matter.

        Parameters
        ----------
        key, programme
            Whose codes.
        kind
            "H", "P", "T" or "R".
        records
            Raw id, and where it is released.
        since
            The round that lets out those that get a new code.

        Returns
        -------
        The ledger that remembers them, and raw id -> code.
        """
        known = dict(self.entries)
        # Retired codes stay taken only by their entry's epoch: codes of 30 bits rarely meet, and
        # the next epoch is taken when they do.
        taken = {entry.code for entry in known.values()}
        codes: dict[str, str] = {}
        for raw_id, where in sorted(records):
            digest = key.digest(kind, raw_id)
            before = known.get(digest)
            if before is None or before.where != where:
                epoch = 0 if before is None else before.epoch + 1
                while (code := key.code(kind, programme, raw_id, epoch)) in taken:
                    epoch += 1
                known[digest] = Entry(code, epoch, where, since)
                taken.add(code)
            codes[raw_id] = known[digest].code
        return replace(self, entries=tuple(sorted(known.items()))), codes

    def released_at(
        self, key: ProgrammeKey, kind: str, raw_ids: Iterable[str]
    ) -> dict[str, tuple[int, ...]]:
        """Where raw ids were released before; those that never were are left out."""
        known = dict(self.entries)
        digests = {raw_id: key.digest(kind, raw_id) for raw_id in raw_ids}
        return {raw_id: known[d].where for raw_id, d in digests.items() if d in known}

    def came_after(
        self, key: ProgrammeKey, kind: str, raw_ids: Iterable[str], start: date
    ) -> set[str]:
        """Raw ids that a later round than `start` let out for the first time."""
        known = dict(self.entries)
        found = {raw_id: known.get(key.digest(kind, raw_id)) for raw_id in raw_ids}
        return {
            raw_id
            for raw_id, entry in found.items()
            if entry is not None and not entry.epoch and entry.since and entry.since > start
        }

    def renamed(self, key: ProgrammeKey, kind: str, names: Mapping[str, str]) -> Ledger:
        """The ledger of a world in which records of a kind have other raw ids; for the audit."""
        digests = {key.digest(kind, old): key.digest(kind, new) for old, new in names.items()}
        return replace(
            self, entries=tuple(sorted((digests.get(d, d), entry) for d, entry in self.entries))
        )


def begin(private: Path, key: ProgrammeKey | None = None) -> bool:
    """Make a key and an empty ledger for a programme that has neither; whether it did.

    Both are made at once, so that a key without a ledger means that the ledger was lost.
    """
    if (private / "key").exists() or (private / "ledger").exists():
        return False
    key = key or ProgrammeKey(secrets.token_bytes(KEY_BYTES))
    write_key(private / "key", key)
    write_ledger(private, key, Ledger())
    return True


def read_ledger(private: Path, key: ProgrammeKey, widest_m: float) -> Ledger:
    """Read the ledger.

    Raises
    ------
    LedgerError
        When it is missing, damaged or was written with another key.
    """
    if not (private / "ledger").exists():
        raise LedgerError(
            "The key has no ledger beside it; it tells what was released before.",
            where="private/ledger",
            mend="Put private/ back from your backup. If it is lost for good, run "
            "outreach-map key rotate: the next release then has other codes and areas made "
            "afresh, which can be compared with the areas of earlier maps.",
        )
    try:
        state = json.loads(_decrypted(private, key))
        if state["format"] != _FORMAT:
            raise KeyError("format")
        frozen = state["partition"]
        return Ledger(
            partition=None
            if frozen is None
            else restore(
                {(column, row): area for column, row, area in frozen["cells"]},
                # A ledger that says nothing of last miles was begun before plans counted them.
                [
                    Anchor((lon, lat), far)
                    for (lon, lat), far in zip_longest(
                        frozen["anchors"], frozen.get("last_miles_m", ())
                    )
                ],
                frozen["epsg"],
                frozen["cell_m"],
                widest_m,
                # A ledger that says nothing of them was begun before corners counted.
                rules=frozen.get("rules", 1),
                grounds=tuple(
                    Ground((west, south, east, north), areas)
                    for west, south, east, north, areas in frozen.get("grounds", ())
                ),
            ),
            inputs_sha256=state["inputs_sha256"],
            policy=state["policy"],
            batch=None if state["batch"] is None else date.fromisoformat(state["batch"]),
            entries=tuple(
                (digest, Entry(code, epoch, tuple(where), _day(since)))
                for digest, code, epoch, where, *since in state["entries"]
            ),
            sites=tuple(Site(*((lon, lat) for lon, lat in places)) for places in state["sites"]),
        )
    except (InvalidToken, ValueError, KeyError, TypeError):
        raise LedgerError(
            "The ledger is damaged, or was written with another key or version.",
            where="private/ledger",
            mend="Put private/ back from your backup. Without the ledger a new release could be "
            "compared with earlier ones, so nothing was released.",
        ) from None


def _day(since: list[str | None]) -> date | None:
    """The round that let a record out; ledgers of earlier versions do not say."""
    return date.fromisoformat(since[0]) if since and since[0] else None


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
    division = ledger.partition
    state = {
        "format": _FORMAT,
        "inputs_sha256": ledger.inputs_sha256,
        "policy": ledger.policy,
        "batch": None if ledger.batch is None else ledger.batch.isoformat(),
        "partition": None
        if division is None
        else {
            "epsg": division.epsg,
            "cell_m": division.cell_m,
            "cells": [[i, j, area] for (i, j), area in sorted(division.cells.items())],
            "anchors": [list(area.anchor) for area in division.areas],
            "last_miles_m": [area.last_mile_m for area in division.areas if division.walked],
            "rules": division.rules,
            "grounds": [[*ground.bounds, ground.areas] for ground in division.grounds],
        },
        "entries": [
            [digest, entry.code, entry.epoch, list(entry.where), entry.since and str(entry.since)]
            for digest, entry in ledger.entries
        ],
        "sites": [[site.founded, site.centre, site.anchor] for site in ledger.sites],
    }
    token = _cipher(key).encrypt(json.dumps(state, separators=(",", ":")).encode())
    write_private(private, name, token)


def _cipher(key: ProgrammeKey) -> Fernet:
    return Fernet(urlsafe_b64encode(key.derive("ledger")))

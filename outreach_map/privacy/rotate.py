"""A new key for a programme: all codes change, the areas stay."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from outreach_map import history
from outreach_map.errors import KeyFileError
from outreach_map.privacy.codes import CODES
from outreach_map.privacy.keys import KEY_BYTES, ProgrammeKey, load_key, open_private, write_key
from outreach_map.privacy.ledger import ROTATED, Ledger, read_ledger, write_ledger
from outreach_map.privacy.passphrases import PASSPHRASES

ACCOUNT = """\
Every code is new from the next plan on: no code of an earlier map stands in a later one, and nobody
can link the two by codes.
The areas stay as they were. Who holds earlier maps still has the areas in them, and can guess which
new code is which old one where an area and its attributes are rare.
Every team gets a new passphrase with the next plan, which knows nothing of earlier rounds: neither
who went where nor how hours were shared.
The old key is gone from this folder. Destroy its backups, and back the new one up."""


def rotate_key(folder: Path, widest_m: float) -> None:
    """Replace the key of a programme, and forget the codes that the old one made.

    The partition is kept: another one of the same place would intersect with it. Cut off at any
    point, the folder is as it was before, or as it is afterwards when it is next read.

    Parameters
    ----------
    folder
        The programme's.
    widest_m
        Widest area worth drawing, as in its settings.

    Raises
    ------
    KeyFileError
        When there is no key to replace, or it is damaged.
    LedgerError
        When the ledger cannot be read with it.
    """
    private = open_private(folder)
    if not (private / "key").exists():
        raise KeyFileError(
            "There is no key to replace.",
            where="private/key",
            mend="The first plan of a programme makes one.",
        )
    key = load_key(private)
    # A ledger that is gone is begun anew: who asks for this was told what it means.
    found = (private / "ledger").exists()
    ledger = read_ledger(private, key, widest_m) if found else Ledger()
    fresh = ProgrammeKey(secrets.token_bytes(KEY_BYTES))
    waiting = private / "key.new"
    waiting.unlink(missing_ok=True)
    write_key(waiting, fresh)
    # Points moved by noise stay where they were led: a second move of a place would average out
    # with the first.
    write_ledger(private, fresh, replace(ledger, entries=(), batch=None), name=ROTATED)
    # What knows the old codes goes with the key that made them: it would undo or link them.
    for name in (PASSPHRASES, CODES, history.NAME):
        (private / name).unlink(missing_ok=True)
    waiting.replace(private / "key")
    # From here on the old ledger cannot be read, and the one beside it takes its place.
    (private / ROTATED).replace(private / "ledger")

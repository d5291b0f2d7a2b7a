"""The code of a record, for a planner who knows it by its own id."""

from __future__ import annotations

from outreach_map.privacy.keys import load_key, open_private
from outreach_map.privacy.ledger import read_ledger
from outreach_map.programme import Programme


def public_code(programme: Programme, kind: str, raw_id: str) -> str | None:
    """Code under which an id of the planner's was released last; None where it never was.

    Parameters
    ----------
    programme
        Whose key and ledger.
    kind
        "H", "P", "T" or "R".
    raw_id
        As in the planner's file.

    Raises
    ------
    KeyFileError, LedgerError
        When `private/` is not in order.
    """
    private = open_private(programme.folder)
    key = load_key(private)
    ledger = read_ledger(private, key, programme.privacy.widest_m)
    entry = dict(ledger.entries).get(key.digest(kind, raw_id))
    return None if entry is None else entry.code

"""Which submission of a form a row is, and what was decided about it on the server.

A submission keeps its key when it is corrected: `_id` in KoboToolbox, whose `_uuid` changes with
each correction, and `KEY` in ODK Central. A repeat group has a row a turn, told apart by order.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from outreach_map.intake.sources import Source

# Pairs of columns: a key, and the time without which it may be that of another server.
_KEYS = (
    ("key", "submissiondate"),
    ("_id", "_submission_time"),
    ("_submission__id", "_submission__submission_time"),
    ("meta/rootuuid", ""),
    ("meta/instanceid", ""),
    ("meta-instanceid", ""),
    ("instanceid", ""),
    ("_uuid", "_submission_time"),
)
_REJECTED = frozenset(("rejected", "validation_status_not_approved", "not approved"))
_ENCRYPTED = frozenset(("not decrypted", "missing encrypted form data"))


def submissions(source: Source) -> dict[int, tuple[str, str]]:
    """Row -> key of its submission, and its time, by which the latest of several rows is told."""
    pair = next((p for p in _KEYS if p[0] in source.columns), None)
    if pair is None:
        return {}
    key, time = pair
    found: dict[int, tuple[str, str]] = {}
    turns: Counter[str] = Counter()
    for row in source.rows:
        cells = row.cells
        if not cells.get(key):
            continue
        moment = cells.get(time, "").replace("T", " ")[:19]
        name = f"{cells[key]} {moment}" if key.endswith("_id") else cells[key]
        if key.startswith("_submission__"):
            turns[name] += 1
            name = f"{name} {turns[name]}"
        edits = cells.get("edits", "0")
        found[row.row] = (name, f"{moment} {edits:0>6}")
    return found


def with_decisions(source: Source) -> Source:
    """The source without the submissions that were rejected on the server, which is said."""
    rejected, encrypted = set(), 0
    for row in source.rows:
        cells = row.cells
        states = (cells.get(name, "") for name in ("_validation_status", "reviewstate"))
        if any(re.sub(r"\s+", " ", state.lower()) in _REJECTED for state in states):
            rejected.add(row.row)
        encrypted += cells.get("__status", cells.get("status", "")).lower() in _ENCRYPTED
    if encrypted:
        what = f"has {encrypted} submission{'s' * (encrypted != 1)} that nobody has decrypted"
        source.fail(what, "Export again with the passphrase.")
    if rejected:
        count = len(rejected)
        source.note(
            f"has {count} submission{'s' * (count != 1)} that {'were' if count > 1 else 'was'} "
            "rejected on the server, and left out",
            "Approve what should count, and export again.",
        )
    return replace(source, rows=[row for row in source.rows if row.row not in rejected])

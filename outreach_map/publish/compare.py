"""Two published rounds set side by side: gaps closed, opened and moved, and no single place.

Only what is published is read. Whoever holds both rounds could look at each hotspot; this says how
many, never which. A number below `FEWEST` is hidden, and so is what it could be computed from:
where one hidden number is the difference of shown ones, another is hidden with it (complementary
suppression, Hundepool et al. 2012, doi:10.1002/9781118348239).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outreach_map.errors import RoundError
from outreach_map.language import Told

GAPS = "gaps.csv"
# (hotspot, service) -> the first broken step, empty where all hold.
Needs = Mapping[tuple[str, str], str]
FEWEST = 3


class Change(Told):
    """What became of a need from one round to the next."""

    CLOSED = "closed"
    OPENED = "opened"
    MOVED = "moved to another step"
    APPEARED = "only in the second round"
    GONE = "only in the first round"


@dataclass(frozen=True)
class Changed:
    """How many needs (a hotspot and a service) changed in a way, None where that is hidden.

    `service` is empty for all services together.
    """

    change: Change
    service: str
    count: int | None


def compare_rounds(first: Path | str, second: Path | str) -> tuple[Changed, ...]:
    """Compare two rounds by their published gaps.

    Parameters
    ----------
    first, second
        Folders of rounds, the earlier one first.

    Returns
    -------
    For each change all services together, then each service in which it occurs.

    Raises
    ------
    RoundError
        When a folder has no readable `gaps.csv`, or the two have no hotspot in common.
    """
    before, after = _read(Path(first)), _read(Path(second))
    if not comparable(before, after):
        raise RoundError(
            "The two rounds have no hotspot in common, so nothing can be compared.",
            where=GAPS,
            mend="Take two rounds of one programme, with no new key between them.",
        )
    return compare_needs(before, after)


def comparable(before: Needs, after: Needs) -> bool:
    """Whether two rounds have a hotspot in common; with another key none of the codes is."""
    return bool({hotspot for hotspot, _ in before} & {hotspot for hotspot, _ in after})


def compare_needs(before: Needs, after: Needs) -> tuple[Changed, ...]:
    """For each change all services together, then each service in which it occurs."""
    counts: dict[Change, dict[str, int]] = {change: {} for change in Change}
    for need in sorted(before.keys() | after.keys()):
        change = _change(before.get(need), after.get(need))
        if change is not None:
            counts[change][need[1]] = counts[change].get(need[1], 0) + 1
    return tuple(row for change in Change for row in _rows(change, counts[change]))


def _change(before: str | None, after: str | None) -> Change | None:
    """What became of a step; None of a need that one round does not have, "" of one without gap."""
    if before is None:
        return Change.APPEARED
    if after is None:
        return Change.GONE
    if before == after:
        return None
    if not after:
        return Change.CLOSED
    return Change.MOVED if before else Change.OPENED


def _rows(change: Change, counts: Mapping[str, int]) -> Sequence[Changed]:
    hidden = hide(counts)
    # Where nothing is left that is shown, a total would be one of the hidden numbers themselves:
    # three of them that make three are one each.
    told = not counts or len(hidden) < len(counts)
    rows = [Changed(change, "", sum(counts.values()) if told else None)]
    rows += [
        Changed(change, service, None if service in hidden else count)
        for service, count in sorted(counts.items())
    ]
    return rows


def hide(counts: Mapping[str, int]) -> set[str]:
    """Names whose count is hidden, so that none below `FEWEST` follows from the total of all.

    >>> sorted(hide({"nsp": 9, "legal": 1, "condoms": 4})), sorted(hide({"nsp": 9, "condoms": 4}))
    (['condoms', 'legal'], [])
    >>> sorted(hide({"nsp": 9, "legal": 1, "condoms": 1, "referral": 5}))
    ['condoms', 'legal', 'referral']
    """
    order = sorted(counts, key=lambda name: (counts[name], name))
    hidden = [name for name in order if counts[name] < FEWEST]
    rest = order[len(hidden) :]
    # One alone is the total less what is shown; and all ones, or all twos, are told by their sum.
    while hidden and rest and len({counts[name] for name in hidden}) < 2:
        hidden.append(rest.pop(0))
    return set(hidden)


def _read(folder: Path) -> Needs:
    """(hotspot, service) -> the first broken step of a published round."""
    try:
        with (folder / GAPS).open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, strict=True))
            return {(row["hotspot"], row["service"]): row["first_broken_step"] for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):
        raise RoundError(
            f"There is no {GAPS} that can be read.",
            where=folder.name,
            mend="Name the folder of a published round, for example maps/2026-11-23.",
        ) from None

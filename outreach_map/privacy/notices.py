"""What the gate tells the planner of a release: rows of a file, and nothing that is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from outreach_map.errors import Problem
from outreach_map.intake import RawTables
from outreach_map.privacy.incidents import MOST_KINDS
from outreach_map.privacy.locate import REACH_M


class Confidential(str):
    """A notice of what is in the planner's files: it stays where the programme's `private/` is."""


FIRST = (
    "this is the first plan here: a key and a division into areas were made in private/. If this "
    "programme was planned on another computer before, do not publish: two divisions of one town "
    "can be compared. Copy private/ from there, and plan again."
)

# An overdose is a count of one person, so nothing of it is released; only this is told, here.
OVERDOSE = Confidential(
    "an overdose was reversed in the last four weeks, by the visit log. No plan or map says so, or "
    "where: tell the team by word of mouth, and ask for the visit that follows it with a row "
    "must_go in the file of decisions."
)

KINDS = (
    f"incidents are of more than {MOST_KINDS} kinds: there is no table by kind, since with so many "
    "a small count could be worked out. Call some of them by one word to have it."
)

WIDER = (
    "the study area is wider than before: areas were added for the new ground, and those that were "
    "there stay as they are."
)
THIN = (
    "the study area is wider than before, but the new ground holds too few people for an area of "
    f"its own: a place there is released with the nearest area within {REACH_M / 1000:.0f} km."
)


def told(warnings: Sequence[Problem]) -> Iterator[str]:
    """Warnings in words; what is the same in many rows is told of the first one."""
    alike: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in warnings:
        key = (problem.file, problem.sheet, problem.column, problem.what)
        alike.setdefault(key, []).append(problem)
    for first, *others in alike.values():
        more = f" The same in {len(others)} more; outreach-map check lists them." if others else ""
        yield f"{first}{more}"


def _rows(raw: RawTables, ids: set[str], file: str) -> tuple[str, bool]:
    """Where hotspots stand in their file, and whether it is one alone."""
    rows = sorted(row.row for row in raw.hotspots if row.id in ids)
    one = len(rows) == 1
    return f"{file}, row{'' if one else 's'} {', '.join(map(str, rows))}", one


def beside(raw: RawTables, fresh: set[str], file: str) -> str:
    """New rows in a round that was planned before."""
    rows, one = _rows(raw, fresh, file)
    return (
        f"{rows}: new, or moved to another area, since this round was planned before. Whoever has "
        f"an earlier map of the round can see {'it' if one else 'them'} come by "
        f"{'itself' if one else 'themselves'}: if one was given away, take "
        f"{'the row' if one else 'the rows'} out until the first plan of the next month."
    )


def waiting(raw: RawTables, fresh: set[str], file: str, batch: date) -> str:
    """New rows that come out with the next batch."""
    rows, one = _rows(raw, fresh, file)
    return (
        f"{rows}: new, or moved to another area, since the round of {batch}, with which new ones "
        f"came out. {'It comes' if one else 'They come'} out with the first plan of a month after "
        "that one: until then a new hotspot is not in the plan, and one that moved stays where it "
        "was. "
        'batch = "week" under [privacy] lets them out at once.'
    )


def left_out(hotspots: int) -> Confidential:
    """Counts of so many hotspots that are not released."""
    one = hotspots == 1
    return Confidential(
        f"the visit log of {hotspots} hotspot{'' if one else 's'} has so few people that a count "
        "under 11 would follow from the bands of several rounds: how many were met, or kits handed "
        "out, is left out there, and counts as not known."
    )

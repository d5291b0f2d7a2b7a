"""What points and teams do for hotspots, as arrays: surely, or perhaps where nobody knows.

Every table comes twice: `surely` holds only where it was written down, `perhaps` also where what is
missing might make it so. A point that is not public is no place to send people to, so it
offers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from outreach_map.tables import Hotspot, Point, PointStatus, Stock, Team

ITEM_OF = {"nsp": "syringes", "naloxone": "naloxone", "condoms": "condoms"}


@dataclass(frozen=True)
class TeamVisit:
    """A stop of the plan: a team at a hotspot, by the clock on the wall, and what it gives."""

    team: str
    hotspot: str
    begin: datetime
    end: datetime
    give: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Reject a visit that ends before it begins (ValueError)."""
        if self.end < self.begin:
            raise ValueError("a visit ends after it begins")


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """Two tables of one shape; whatever holds surely holds perhaps."""

    surely: NDArray[np.bool_]
    perhaps: NDArray[np.bool_]

    def and_also(self, other: Verdict) -> Verdict:
        """Both: one no is a no, else one that is not known leaves it open."""
        return Verdict(self.surely & other.surely, self.perhaps & other.perhaps)


def offers(points: Sequence[Point], service: str) -> Verdict:
    """(points,) whether each is open to people, offers a service and has what it takes."""
    found = [_offers(point, service) for point in points]
    return Verdict(
        np.array([verdict is True for verdict in found], dtype=bool),
        np.array([verdict is not False for verdict in found], dtype=bool),
    )


def _offers(point: Point, service: str) -> bool | None:
    if not point.public or point.status is PointStatus.CLOSED or service not in point.services:
        return False
    stock = Stock.IN_STOCK
    if service in ITEM_OF:
        stock = point.stock.get(ITEM_OF[service], Stock.UNKNOWN)
    if stock is Stock.OUT:
        return False
    return True if point.status is PointStatus.OPEN and stock is Stock.IN_STOCK else None


def carries(team: Team, service: str) -> bool:
    """Whether a team carries what a service hands out, under its own name or that of the item."""
    return team.carry.get(ITEM_OF.get(service, service), 0) > 0


def can_be_carried(service: str, teams: Iterable[Team]) -> bool:
    """Whether a service is a thing to hand out: a usual one, or one that some team carries."""
    return service in (*ITEM_OF, "lubricant") or any(carries(team, service) for team in teams)


def share_a_word(some: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]) -> Verdict:
    """(some, others) whether two lists have a word in common; not known where one is empty.

    >>> found = share_a_word([("pt", "en"), ()], [("en",), ("de",)])
    >>> found.surely.tolist(), found.perhaps.tolist()
    ([[True, False], [False, False]], [[True, False], [True, True]])
    """
    words = sorted({word for row in (*some, *others) for word in row})
    left, right = _marked(some, words), _marked(others, words)
    common = left @ right.T > 0
    empty = (left.sum(axis=1) == 0)[:, None] | (right.sum(axis=1) == 0)[None, :]
    return Verdict(common, common | empty)


def _marked(rows: Sequence[tuple[str, ...]], words: Sequence[str]) -> NDArray[np.float64]:
    at = {word: column for column, word in enumerate(words)}
    marks = np.zeros((len(rows), len(words)))
    for number, row in enumerate(rows):
        marks[number, [at[word] for word in row]] = 1.0
    return marks


def suits(team: Team, hotspot: Hotspot) -> tuple[bool, bool]:
    """Whether a team surely, and perhaps, speaks with the people and works with their community.

    A team that names no community works with all; people of whom none is known may be anybody.
    """
    surely = perhaps = True
    for own, theirs, open_to_all in (
        (team.languages, hotspot.languages, False),
        (team.communities, hotspot.communities, True),
    ):
        if set(own) & set(theirs) or (open_to_all and not own):
            continue
        surely = False
        perhaps = perhaps and (not own or not theirs)
    return surely, perhaps


def by_hotspot(visits: Iterable[TeamVisit], hotspots: Sequence[Hotspot]) -> list[list[TeamVisit]]:
    """Visits of each hotspot, in the order of the hotspots."""
    own: dict[str, list[TeamVisit]] = {}
    for visit in visits:
        own.setdefault(visit.hotspot, []).append(visit)
    return [own.get(hotspot.code, []) for hotspot in hotspots]

"""What one point does for one hotspot: yes, no, or nobody knows (None)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from outreach_map.hours import Hours
from outreach_map.tables import Hotspot, Point, PointStatus, Stock, Team

_ITEM_OF = {"nsp": "syringes", "naloxone": "naloxone", "condoms": "condoms"}


def offers(point: Point, service: str) -> bool | None:
    """Whether a point is open to people at all, offers a service and has what it takes in stock.

    A point that is not public is no place to send people to, so it offers nothing.
    """
    if not point.public or point.status is PointStatus.CLOSED or service not in point.services:
        return False
    stock = Stock.IN_STOCK
    if service in _ITEM_OF:
        stock = point.stock.get(_ITEM_OF[service], Stock.UNKNOWN)
    if stock is Stock.OUT:
        return False
    return True if point.status is PointStatus.OPEN and stock is Stock.IN_STOCK else None


def carried(teams: Iterable[Team], service: str) -> bool:
    """Whether some team carries what a service hands out."""
    return any(team.carry.get(_ITEM_OF.get(service, ""), 0) > 0 for team in teams)


def open_then(point: Point, hotspot: Hotspot, start: datetime, end: datetime) -> bool | None:
    """Whether a point is open at some time in [start, end) when people are at a hotspot."""
    if not (point.hours.known and hotspot.hours.known):
        return None
    if hotspot.hours.overlap(point.hours, start, end):
        return True
    return None if _doubtful(point.hours) or _doubtful(hotspot.hours) else False


def _doubtful(hours: Hours) -> bool:
    """Whether the hours say themselves that they are not sure ("Sa 10:00-12:00 unknown")."""
    return "unknown" in hours.text.lower()


def shares(one: tuple[str, ...], other: tuple[str, ...]) -> bool | None:
    """Whether two lists of languages have one in common; None where one of them is not known."""
    return bool(set(one) & set(other)) if one and other else None


def every(*verdicts: bool | None) -> bool | None:
    """All of several verdicts: one no is a no, else one that is not known leaves it open.

    >>> every(True, True), every(True, None), every(None, False)
    (True, None, False)
    """
    if any(verdict is False for verdict in verdicts):
        return False
    return None if any(verdict is None for verdict in verdicts) else True

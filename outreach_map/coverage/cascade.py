"""The coverage cascade: for each hotspot and service, the first step at which it breaks.

Available -> reachable -> open when people are there -> acceptable -> contacted -> enough, after
Tanahashi (1978), "Health service coverage and its evaluation". Where in its area a hotspot lies is
not known here, so a walking time is a range over all streets of the area, and a service is
*reached*, *partly reached* or *not reached*. What is missing is unknown, not a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from outreach_map.coverage.need import Enough, SyringeNeed, syringe_need
from outreach_map.network import Nearest, StreetNetwork, nearest_facility, nodes_within
from outreach_map.tables import Hotspot, Point, PointStatus, Release, Stock

SNAP_M = 1_000.0
_ITEM_OF = {"nsp": "syringes", "naloxone": "naloxone", "condoms": "condoms"}


class Reach(StrEnum):
    """Whether a usable point lies within the walking standard of the released area."""

    REACHED = "reached"
    PARTLY = "partly reached"
    NOT_REACHED = "not reached"
    UNKNOWN = "unknown"


class Step(StrEnum):
    """Steps of the cascade, in order."""

    AVAILABLE = "available"
    REACHABLE = "reachable"
    OPEN = "open when people are there"
    ACCEPTABLE = "acceptable"
    CONTACTED = "contacted"
    ENOUGH = "enough"


@dataclass(frozen=True)
class Standards:
    """Walking standard in seconds, and syringes a person who injects needs in a year."""

    walk_s: float = 600.0
    syringes_per_person_year: float = 300.0

    def __post_init__(self) -> None:
        """Reject standards that are not above 0 (ValueError)."""
        if not (self.walk_s > 0 and self.syringes_per_person_year > 0):
            raise ValueError("standards are above 0")


@dataclass(frozen=True)
class ServiceCoverage:
    """One hotspot and one service that is needed there.

    `first_broken` is the first step that fails or is unknown, None where all hold. Walking times
    go to the nearest of the points that the last step looked at, from the best and the worst place
    of the area, inf without a way; `nearest` is its code.
    """

    hotspot: str
    service: str
    reach: Reach
    first_broken: Step | None
    walk_s_low: float
    walk_s_high: float
    nearest: str | None
    why: str
    mend: str


@dataclass(frozen=True)
class ServiceSummary:
    """How many hotspots that need a service are reached, partly, not, or unknown."""

    service: str
    reached: int
    partly: int
    not_reached: int
    unknown: int


@dataclass(frozen=True)
class Coverage:
    """Rows by hotspot and service, syringes by hotspot, and a summary by service."""

    services: tuple[ServiceCoverage, ...]
    syringes: tuple[SyringeNeed, ...]
    summary: tuple[ServiceSummary, ...]


def assess_coverage(release: Release, walk: StreetNetwork, standards: Standards) -> Coverage:
    """Go through the cascade for every released hotspot and every service it needs.

    Parameters
    ----------
    release
        Released records of the round.
    walk
        The walking network.
    standards
        What counts as reached and as enough.
    """
    snapped = walk.snap(np.array([p.place.anchor for p in release.points]).reshape(-1, 2), SNAP_M)
    nodes = {
        point.code: int(node)
        for point, node in zip(release.points, snapped.node, strict=True)
        if node >= 0
    }
    week = (datetime.combine(release.start, time()), timedelta(days=7))
    syringes = {
        hotspot.code: syringe_need(hotspot, release.log_days, standards.syringes_per_person_year)
        for hotspot in release.hotspots
        if "nsp" in hotspot.services
    }
    tour = _Tour(release, walk, nodes, standards.walk_s, week[0], week[0] + week[1])
    rows = [
        tour.row(hotspot, service, syringes.get(hotspot.code))
        for hotspot in release.hotspots
        for service in hotspot.services
    ]
    return Coverage(
        services=tuple(rows),
        syringes=tuple(syringes[code] for code in sorted(syringes)),
        summary=tuple(_summary(rows)),
    )


def _summary(rows: Iterable[ServiceCoverage]) -> list[ServiceSummary]:
    rows = list(rows)
    found = []
    for service in sorted({row.service for row in rows}):
        own = [row.reach for row in rows if row.service == service]
        found.append(
            ServiceSummary(
                service,
                own.count(Reach.REACHED),
                own.count(Reach.PARTLY),
                own.count(Reach.NOT_REACHED),
                own.count(Reach.UNKNOWN),
            )
        )
    return found


def offers(point: Point, service: str) -> bool | None:
    """Whether a point offers a service and has it in stock; None where nobody knows."""
    if service not in point.services or point.status is PointStatus.CLOSED:
        return False
    stock = point.stock.get(_ITEM_OF.get(service, ""), None)
    if stock is Stock.OUT:
        return False
    if service in _ITEM_OF and stock in (None, Stock.UNKNOWN):
        return None
    return True if point.status is PointStatus.OPEN else None


def shares(one: tuple[str, ...], other: tuple[str, ...]) -> bool | None:
    """Whether two lists have something in common; None where one of them is not known."""
    return bool(set(one) & set(other)) if one and other else None


class _Tour:
    """Walks the cascade row by row; keeps what rows of one service share."""

    def __init__(
        self,
        release: Release,
        walk: StreetNetwork,
        nodes: Mapping[str, int],
        walk_s: float,
        start: datetime,
        end: datetime,
    ) -> None:
        self.release = release
        self.walk = walk
        self.nodes = nodes
        self.walk_s = walk_s
        self.start, self.end = start, end
        self._nearest: dict[tuple[str, ...], Nearest] = {}
        self._within: dict[tuple[int, ...], NDArray[np.int64]] = {}

    def row(self, hotspot: Hotspot, service: str, need: SyringeNeed | None) -> ServiceCoverage:
        """The cascade for one hotspot and service."""
        known = [point for point in self.release.points if offers(point, service)]
        perhaps = [point for point in self.release.points if offers(point, service) is None]
        if not known and not perhaps:
            return self._broken(
                hotspot, service, Step.AVAILABLE, Reach.NOT_REACHED, [],
                "No open point offers it with stock.",
                "Offer it at a point nearby, or let a team carry it.",
            )  # fmt: skip
        if not known:
            return self._broken(
                hotspot, service, Step.AVAILABLE, Reach.UNKNOWN, perhaps,
                "Points list it, but nobody recorded whether they are open and stocked.",
                "Ask the points, and fill in status and stock.",
            )  # fmt: skip
        reach = self._reach(hotspot, known)
        if reach is not Reach.REACHED:
            where = "part of its area" if reach is Reach.PARTLY else "its area"
            return self._broken(
                hotspot, service, Step.REACHABLE, reach, known,
                f"No stocked point is within {self.walk_s / 60:.0f} minutes on foot of {where}.",
                "A point or a team stop nearer by would close it.",
            )  # fmt: skip
        return self._usable(hotspot, service, known, need)

    def _usable(
        self, hotspot: Hotspot, service: str, known: list[Point], need: SyringeNeed | None
    ) -> ServiceCoverage:
        """Steps after reachable: open, acceptable, contacted, enough."""
        near = [p for p in known if self._reach(hotspot, [p]) is not Reach.NOT_REACHED]
        timed = [p for p in near if hotspot.hours.known and p.hours.known]
        open_then = [p for p in timed if hotspot.hours.overlap(p.hours, self.start, self.end)]
        untimed = [p for p in near if p not in timed]
        reach = self._reach(hotspot, open_then)
        if reach is not Reach.REACHED:
            if self._reach(hotspot, open_then + untimed) is Reach.REACHED:
                return self._broken(
                    hotspot, service, Step.OPEN, Reach.UNKNOWN, near,
                    "Opening hours, or the hours in which people are there, are not written down.",
                    "Fill in the hours.",
                )  # fmt: skip
            return self._broken(
                hotspot, service, Step.OPEN, reach, open_then or near,
                "Points within reach are closed in the hours in which people are there.",
                "Longer hours at a point within reach, or a team stop in those hours.",
            )  # fmt: skip
        fitting = [p for p in open_then if shares(p.languages, hotspot.languages)]
        unsaid = [p for p in open_then if shares(p.languages, hotspot.languages) is None]
        reach = self._reach(hotspot, fitting)
        if reach is not Reach.REACHED:
            if self._reach(hotspot, fitting + unsaid) is Reach.REACHED:
                return self._broken(
                    hotspot, service, Step.ACCEPTABLE, Reach.UNKNOWN, open_then,
                    "Languages of the points within reach, or of the people, are not written down.",
                    "Fill in the languages.",
                )  # fmt: skip
            return self._broken(
                hotspot, service, Step.ACCEPTABLE, reach, fitting or open_then,
                f"Within reach nobody speaks {' or '.join(hotspot.languages)}.",
                "A peer or interpreter with the language at a point within reach.",
            )  # fmt: skip
        return self._after_acceptable(hotspot, service, fitting, need)

    def _after_acceptable(
        self, hotspot: Hotspot, service: str, fitting: list[Point], need: SyringeNeed | None
    ) -> ServiceCoverage:
        step, why, mend = None, "Within reach, open, and in a language people speak.", ""
        if hotspot.log.contacts_30d is None:
            step = Step.CONTACTED
            why = "The visit log has no contact in the last 30 days."
            mend = "A visit this week; or the log is not complete."
        elif service == "nsp" and need is not None and need.enough is not Enough.YES:
            step, why = Step.ENOUGH, need.why
            mend = "More syringes a visit, or secondary distribution by people themselves."
        return self._broken(hotspot, service, step, Reach.REACHED, fitting, why, mend)

    def _broken(
        self,
        hotspot: Hotspot,
        service: str,
        step: Step | None,
        reach: Reach,
        points: list[Point],
        why: str,
        mend: str,
    ) -> ServiceCoverage:
        low, high, nearest = self._times(hotspot, points)
        return ServiceCoverage(hotspot.code, service, reach, step, low, high, nearest, why, mend)

    def _reach(self, hotspot: Hotspot, points: list[Point]) -> Reach:
        low, high, _ = self._times(hotspot, points)
        if high <= self.walk_s:
            return Reach.REACHED
        return Reach.PARTLY if low <= self.walk_s else Reach.NOT_REACHED

    def _times(self, hotspot: Hotspot, points: list[Point]) -> tuple[float, float, str | None]:
        """Least and greatest walking time from the area to its nearest point, and whose it is."""
        codes = tuple(point.code for point in points if point.code in self.nodes)
        if codes not in self._nearest:
            facilities = [self.nodes[code] for code in codes]
            self._nearest[codes] = nearest_facility(self.walk, facilities)
        found = self._nearest[codes]
        inside = self._inside(hotspot)
        if not len(inside):
            return np.inf, np.inf, None
        times = found.travel_time_s[inside]
        best = int(inside[int(np.argmin(times))])
        nearest = found.facility[best]
        return float(times.min()), float(times.max()), codes[nearest] if nearest >= 0 else None

    def _inside(self, hotspot: Hotspot) -> NDArray[np.int64]:
        """Street nodes of the hotspot's area; its anchor where a small area has none."""
        key = hotspot.place.areas
        if key not in self._within:
            inside = nodes_within(self.walk, hotspot.place.geometry)
            if not len(inside):
                node = self.walk.snap(np.array([hotspot.place.anchor]), SNAP_M).node
                inside = node[node >= 0]
            self._within[key] = inside
        return self._within[key]

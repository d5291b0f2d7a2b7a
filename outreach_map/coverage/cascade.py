"""The coverage cascade: for each hotspot and service, the first step at which it breaks.

Available -> reachable -> open when people are there -> acceptable -> contacted -> enough, after
Tanahashi (1978), "Health service coverage and its evaluation". Where in its area a hotspot lies is
not known here, so a walking time is a range over the street nodes of the area, and a service is
*reached*, *partly reached* or *not reached*. What is missing is unknown, not a no: every step is
measured twice, with the points that surely pass it and with those that may, and where the two
differ the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from outreach_map.coverage.need import Enough, SyringeNeed, syringe_need
from outreach_map.coverage.verdicts import carried, every, offers, open_then, shares
from outreach_map.coverage.walking import AreaTimes, WalkingTimes
from outreach_map.network import StreetNetwork
from outreach_map.tables import Hotspot, Release

CONTACT_DAYS = 30


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

    Attributes
    ----------
    hotspot, service
        Code of the hotspot, and what is needed there.
    reach
        Whether a public, stocked, open and acceptable point is within the walking standard from
        every place of the area, from some, or from none.
    first_broken
        First step that fails or is unknown; None where all hold.
    walk_s_low, walk_s_high
        Seconds on foot to the nearest point that passes, or may pass, every step up to the first
        broken one (where none may, the step before), from the best and the worst place of the
        area; inf without a way.
    nearest
        Code of that point as seen from the area's anchor; None without a way.
    why, mend
        What is missing, and what would close the gap; `mend` is empty where nothing is missing.
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
    """Rows by hotspot and service, syringes by hotspot, and a summary by service, all sorted."""

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
    times = WalkingTimes(walk, [point for point in release.points if point.public])
    needs = {
        hotspot.code: syringe_need(hotspot, release.log_days, standards.syringes_per_person_year)
        for hotspot in release.hotspots
        if "nsp" in hotspot.services
    }
    rows = [
        _row(release, hotspot, service, times.area(hotspot.place), needs, standards)
        for hotspot in release.hotspots
        for service in sorted(set(hotspot.services))
    ]
    return Coverage(tuple(rows), tuple(needs.values()), tuple(_summary(rows)))


def _summary(rows: Sequence[ServiceCoverage]) -> Iterable[ServiceSummary]:
    for service in sorted({row.service for row in rows}):
        own = [row.reach for row in rows if row.service == service]
        yield ServiceSummary(
            service,
            own.count(Reach.REACHED),
            own.count(Reach.PARTLY),
            own.count(Reach.NOT_REACHED),
            own.count(Reach.UNKNOWN),
        )


@dataclass(frozen=True)
class _Stage:
    """A step for one hotspot and service: points that surely and that may pass it, and how far."""

    step: Step
    sure: tuple[str, ...]
    maybe: tuple[str, ...]
    least: Reach
    most: Reach

    @property
    def holds(self) -> bool:
        """Whether the points that surely pass serve the whole area."""
        return self.least is Reach.REACHED


def _row(
    release: Release,
    hotspot: Hotspot,
    service: str,
    times: AreaTimes,
    needs: dict[str, SyringeNeed],
    standards: Standards,
) -> ServiceCoverage:
    """The cascade for one hotspot and service."""
    stages = list(_stages(release, hotspot, service, times, standards.walk_s))
    broken = next((stage for stage in stages if not stage.holds), None)
    last = stages[-1]
    reach = last.least if last.least is last.most else Reach.UNKNOWN
    if broken is not None:
        step: Step | None = broken.step
        why = " ".join(_reasons(stages, hotspot, times, standards.walk_s, carried_too(release)))
        mend = _MENDS[broken.step, broken.most is Reach.REACHED]
        before = stages[max(stages.index(broken) - 1, 0)]
        shown = broken.maybe or before.maybe
    else:
        step, why, mend = _after_points(hotspot, service, release.log_days, needs)
        shown = last.sure
    low, high = times.range_s(shown)
    return ServiceCoverage(
        hotspot.code, service, reach, step, low, high, times.nearest(shown), why, mend
    )

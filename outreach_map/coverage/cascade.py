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
    tour = _Tour(release, standards)
    needs = {
        hotspot.code: syringe_need(hotspot, release.log_days, standards.syringes_per_person_year)
        for hotspot in release.hotspots
        if "nsp" in hotspot.services
    }
    rows = [
        tour.row(hotspot, service, times.area(hotspot.place), needs.get(hotspot.code))
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
    """A step for one hotspot and service: what surely holds (`least`) and what may (`most`).

    `sure` and `maybe` are the codes of the points behind it.
    """

    step: Step
    sure: tuple[str, ...]
    maybe: tuple[str, ...]
    least: Reach
    most: Reach


@dataclass(frozen=True, repr=False)
class _Tour:
    """Walks the cascade row by row."""

    release: Release
    standards: Standards

    def row(
        self, hotspot: Hotspot, service: str, times: AreaTimes, need: SyringeNeed | None
    ) -> ServiceCoverage:
        """The cascade for one hotspot and service."""
        stages = self._stages(hotspot, service, times)
        last = stages[-1]
        reach = last.least if last.least is last.most else Reach.UNKNOWN
        broken = next((at for at, one in enumerate(stages) if one.least is not Reach.REACHED), None)
        if broken is None:
            need = need if service == "nsp" else None
            step, why, mend = _after_points(hotspot, self.release.log_days, need)
            shown = last.sure
        else:
            step = stages[broken].step
            why = " ".join(self._reasons(stages, hotspot, times))
            mend = _FILL_IN[step] if stages[broken].most is Reach.REACHED else _CLOSE[step]
            shown = stages[broken].maybe or stages[max(broken - 1, 0)].maybe
        low, high = times.range_s(shown)
        return ServiceCoverage(
            hotspot.code, service, reach, step, low, high, times.nearest(shown), why, mend
        )

    def _stages(self, hotspot: Hotspot, service: str, times: AreaTimes) -> list[_Stage]:
        """The steps that points decide, each with all that went before."""
        start = datetime.combine(self.release.start, time())
        end = start + timedelta(days=7)
        points = self.release.points
        offer = {point.code: offers(point, service) for point in points}
        opened = {
            point.code: every(offer[point.code], open_then(point, hotspot, start, end))
            for point in points
        }
        fitting = {
            point.code: every(opened[point.code], shares(point.languages, hotspot.languages))
            for point in points
        }
        brought = carried(self.release.teams, service)
        sure, maybe = _split(offer)
        return [
            _Stage(Step.AVAILABLE, sure, maybe, _any(sure, brought), _any(maybe, brought)),
            self._on_foot(Step.REACHABLE, offer, times),
            self._on_foot(Step.OPEN, opened, times),
            self._on_foot(Step.ACCEPTABLE, fitting, times),
        ]

    def _on_foot(self, step: Step, verdicts: dict[str, bool | None], times: AreaTimes) -> _Stage:
        sure, maybe = _split(verdicts)
        if not times.measured and maybe:
            # Without a street to measure from, the way is not known; it is not known to be long.
            return _Stage(step, sure, maybe, Reach.NOT_REACHED, Reach.REACHED)
        return _Stage(step, sure, maybe, self._reach(times, sure), self._reach(times, maybe))

    def _reach(self, times: AreaTimes, codes: tuple[str, ...]) -> Reach:
        low, high = times.range_s(codes)
        if high <= self.standards.walk_s:
            return Reach.REACHED
        return Reach.PARTLY if low <= self.standards.walk_s else Reach.NOT_REACHED

    def _reasons(
        self, stages: Iterable[_Stage], hotspot: Hotspot, times: AreaTimes
    ) -> Iterable[str]:
        """A sentence for each step at which something is lost, surely or perhaps."""
        least = most = Reach.REACHED
        walk = f"{self.standards.walk_s / 60:.0f} minutes on foot"
        tongue = " or ".join(hotspot.languages)
        for stage in stages:
            if stage.most is not most:
                part = "From part of the area" if stage.most is Reach.PARTLY else "From the area"
                yield {
                    Step.AVAILABLE: "No point that is open to people has it.",
                    Step.REACHABLE: f"{part} no point that has it is within {walk}."
                    if stage.maybe
                    else "Only teams bring it; no point that is open to people has it.",
                    Step.OPEN: f"{part} no point within {walk} is open when people are there.",
                    Step.ACCEPTABLE: f"{part} no point within {walk} that is open then speaks "
                    f"{tongue}.",
                }[stage.step]
            if stage.least is not least and stage.least is not stage.most:
                yield {
                    Step.AVAILABLE: "Points list it, but nobody recorded whether they are open to "
                    "people and have it in stock.",
                    Step.REACHABLE: "Of some points nobody recorded whether they are open to "
                    "people and have it in stock."
                    if times.measured
                    else "No street is near enough to measure the way on foot.",
                    Step.OPEN: "Opening hours, or the hours in which people are there, are not "
                    "written down.",
                    Step.ACCEPTABLE: "Languages of the points within reach, or of the people, are "
                    "not written down.",
                }[stage.step]
            least, most = stage.least, stage.most


# What to do where a step fails, and where it is not known whether it holds.
_CLOSE = {
    Step.AVAILABLE: "Offer it at a point nearby, or let a team carry it.",
    Step.REACHABLE: "A point or a team's stop nearer by would close it.",
    Step.OPEN: "Longer hours at a point within reach, or a team's stop in those hours.",
    Step.ACCEPTABLE: "A peer or interpreter with the language at a point within reach.",
}
_FILL_IN = {
    Step.AVAILABLE: "Ask the points, and fill in status and stock.",
    Step.REACHABLE: "Ask the points, and fill in status and stock; check that the streets of "
    "the area are in the extract.",
    Step.OPEN: "Fill in the hours.",
    Step.ACCEPTABLE: "Fill in the languages.",
}


def _split(verdicts: dict[str, bool | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the points that surely pass, and of those that surely or perhaps pass."""
    sure = tuple(code for code, verdict in verdicts.items() if verdict)
    return sure, tuple(code for code, verdict in verdicts.items() if verdict is not False)


def _any(points: tuple[str, ...], brought: bool) -> Reach:
    """Availability in the terms of the other steps: somewhere, or nowhere."""
    return Reach.REACHED if points or brought else Reach.NOT_REACHED


def _after_points(
    hotspot: Hotspot, log_days: int, need: SyringeNeed | None
) -> tuple[Step | None, str, str]:
    """First broken step after the points, why, and what to do: contacted, enough."""
    log = hotspot.log
    if log.contacts_30d is None:
        if log_days < CONTACT_DAYS:
            why = f"The visit log covers less than {CONTACT_DAYS} days, so contact is unknown."
            return Step.CONTACTED, why, "Keep the log going, or add its earlier part."
        if log.visits_30d is not None:
            why = "Visits were logged, but not whether anybody was met."
            return Step.CONTACTED, why, "Write down contacts at each visit."
        why = f"The visit log has no contact in the last {CONTACT_DAYS} days."
        return Step.CONTACTED, why, "A visit this week; or complete the log."
    if need is not None and need.enough is not Enough.YES:
        mend = "More syringes a visit, or secondary distribution by people themselves."
        if need.enough is Enough.UNKNOWN:
            mend = "Newer estimates of people, and syringes written down at each visit."
        return Step.ENOUGH, need.why, mend
    return None, "Within reach, open, and in a language people speak.", ""

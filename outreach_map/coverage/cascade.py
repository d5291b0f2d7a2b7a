"""The coverage cascade: for each hotspot and service, the first step at which it breaks.

Available -> reachable -> open when people are there -> acceptable -> contacted -> enough, after
Tanahashi (1978), "Health service coverage and its evaluation". Points count by the way on foot,
teams in the hours and places of the plan. Where in its area a hotspot lies is not known here, so a
walking time is a range over the street nodes of the area, and a service is *reached*, *partly
reached* or *not reached*. What is missing is unknown, not a no: every step is measured twice, with
what surely passes it and with what may, and where the two differ the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from outreach_map.coverage.capacity import Capacity, measure_capacity
from outreach_map.coverage.contact import contact_of, measure_contact
from outreach_map.coverage.groups import measure_equity
from outreach_map.coverage.need import Enough, KitNeed, SyringeNeed, kit_need, syringe_need
from outreach_map.coverage.openings import Opening, best_of, best_openings
from outreach_map.coverage.ranges import ANY_SHARE, Range
from outreach_map.coverage.rows import (
    Coverage,
    Presence,
    Reach,
    ServiceCoverage,
    ServiceSummary,
    Standards,
    Step,
    Supply,
)
from outreach_map.coverage.sentences import after_points, reasons, what_mends
from outreach_map.coverage.shares import measure_cascade
from outreach_map.coverage.stages import Scene, set_scene
from outreach_map.coverage.verdicts import TeamVisit, can_be_carried, carries, offers
from outreach_map.language import sentences
from outreach_map.network import StreetNetwork
from outreach_map.tables import Release

BEST_OPENINGS = 5


def assess_coverage(
    release: Release,
    walk: StreetNetwork,
    standards: Standards,
    visits: Sequence[TeamVisit] = (),
) -> Coverage:
    """Go through the cascade for every released hotspot and every service it needs.

    Parameters
    ----------
    release
        Released records of the round.
    walk
        The walking network.
    standards
        What counts as reached and as enough.
    visits
        Stops of the plan at hotspots, by teams of the release.
    """
    syringes = {
        hotspot.code: syringe_need(hotspot, release.log_days, standards.syringes_per_person_year)
        for hotspot in release.hotspots
        if "nsp" in hotspot.services
    }
    kits = {
        hotspot.code: kit_need(hotspot, max(release.log_days, release.log_days_year))
        for hotspot in release.hotspots
        if "naloxone" in hotspot.services
    }
    needs: dict[str, Mapping[str, SyringeNeed | KitNeed]] = {"nsp": syringes, "naloxone": kits}
    rows: list[ServiceCoverage] = []
    openings: list[Opening] = []
    capacity: list[Capacity] = []
    if release.hotspots:
        scene = set_scene(release, walk, standards.walk_s, visits)
        for service in sorted({one for hotspot in release.hotspots for one in hotspot.services}):
            tour = _Tour(scene, standards, service, needs.get(service, {}))
            rows += tour.rows()
            openings += best_openings(scene, service, tour.stages)
            shared = measure_capacity(scene, service, standards.walk_s)
            capacity += [] if shared is None else [shared]
    rows.sort(key=lambda row: (row.hotspot, row.service))
    return Coverage(
        services=tuple(rows),
        syringes=tuple(syringes.values()),
        kits=tuple(kits.values()),
        summary=tuple(_summary(rows)),
        cascade=measure_cascade(release.hotspots, rows),
        contact=measure_contact(release, visits),
        equity=measure_equity(release.hotspots, _met(rows)),
        openings=best_of(openings, BEST_OPENINGS),
        capacity=tuple(capacity),
    )


def _met(rows: Sequence[ServiceCoverage]) -> dict[str, list[Range]]:
    """Code -> for each service, the share of the people to whom it comes."""
    shares: dict[str, list[Range]] = {}
    for row in rows:
        held = row.holds[list(Step).index(Step.ACCEPTABLE)]
        if held is not None:
            shares.setdefault(row.hotspot, []).append(held)
    return shares


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


class _Tour:
    """Walks the cascade of one service for the hotspots that need it."""

    def __init__(
        self,
        scene: Scene,
        standards: Standards,
        service: str,
        enough: Mapping[str, SyringeNeed | KitNeed],
    ) -> None:
        self.scene, self.standards, self.service, self.enough = scene, standards, service, enough
        self.stages = scene.stages(service)
        brought = any(carries(team, service) for team in scene.release.teams)
        offer = offers(scene.points, service)
        self.available = [bool(brought or table.any()) for table in (offer.surely, offer.perhaps)]
        # (steps, hotspots): the share of each area for which a step surely, and perhaps, holds.
        count = len(scene.hotspots)
        ends = [
            [np.full(count, float(self.available[0])), *(one.surely for one in self.stages)],
            [np.full(count, float(self.available[1])), *(one.perhaps for one in self.stages)],
        ]
        self.surely, self.perhaps = (np.array(end) for end in ends)
        self.presence = scene.presence(service, self.stages[-1])
        # Who visits could bring what can be carried.
        self.visited = scene.visited() & can_be_carried(service, scene.release.teams)

    def rows(self) -> Iterable[ServiceCoverage]:
        """A row for each hotspot that needs the service."""
        shown = self._shown()
        times = self.scene.walks.nearest_s(shown)
        low, high = self.scene.walks.least(times), self.scene.walks.most(times)
        from_anchor = np.where(shown, self.scene.walks.from_anchor_s, np.inf)
        for at, hotspot in enumerate(self.scene.hotspots):
            if self.service in hotspot.services:
                yield self._row(at, float(low[at]), float(high[at]), from_anchor[at])

    def _row(
        self, at: int, low: float, high: float, from_anchor_s: NDArray[np.float64]
    ) -> ServiceCoverage:
        scene, hotspot = self.scene, self.scene.hotspots[at]
        least, most = (
            [_reach(share) for share in end[:, at]] for end in (self.surely, self.perhaps)
        )
        reach = least[-1] if least[-1] is most[-1] else Reach.UNKNOWN
        broken = self._broken(at)
        own = self.enough.get(hotspot.code)
        if broken is None:
            step, why, mend = after_points(hotspot, scene.release.log_days, own)
        else:
            step = list(Step)[broken]
            maybe = [
                self.available[1],
                *(bool(one.points.perhaps[at].any()) for one in self.stages),
            ]
            why = sentences(
                reasons(
                    hotspot, least, most, maybe, self.standards.walk_s,
                    measured=bool(scene.walks.measured[at]),
                )
            )  # fmt: skip
            mend = what_mends(
                step, unknown=most[broken] is Reach.REACHED, visited=bool(self.visited[at])
            )
        nearest = None
        if len(from_anchor_s) and np.isfinite(from_anchor_s.min()):
            nearest = scene.points[int(np.argmin(from_anchor_s))].code
        return ServiceCoverage(
            hotspot=hotspot.code,
            service=self.service,
            reach=reach,
            first_broken=step,
            walk_s_low=low,
            walk_s_high=high,
            nearest=nearest,
            why=why,
            mend=mend,
            by=self._supply(at),
            presence=self._presence(at),
            holds=self._holds(at, own),
        )

    def _broken(self, at: int) -> int | None:
        """First step of those that points and teams decide that does not surely hold."""
        short = np.flatnonzero(self.surely[:, at] < 1.0)
        return int(short[0]) if len(short) else None

    def _shown(self) -> NDArray[np.bool_]:
        """(hotspots, points) the points of each row's way: as far as the cascade holds."""
        tables = [self.stages[0].points.perhaps, *(one.points.perhaps for one in self.stages)]
        shown = self.stages[-1].points.surely.copy()
        for at in range(len(shown)):
            broken = self._broken(at)
            if broken is not None:
                own = tables[broken][at]
                shown[at] = own if own.any() or not broken else tables[broken - 1][at]
        return shown

    def _supply(self, at: int) -> Supply:
        last = self.stages[-1]
        point = bool(last.by_point[at])
        team = bool(last.by_team.surely[at])
        if point and team:
            return Supply.BOTH
        return Supply.POINT if point else Supply.TEAM if team else Supply.NONE

    def _presence(self, at: int) -> Presence | None:
        low, high = (float(end[at]) for end in self.presence)
        return None if np.isnan(low) or np.isnan(high) else Presence(low, max(low, high))

    def _holds(self, at: int, own: SyringeNeed | KitNeed | None) -> tuple[Range | None, ...]:
        """Share of the people for whom each step, and all before it, hold."""
        held = [
            Range(float(low == 1.0), float(low + high) / 2, float(high > 0.0))
            for low, high in zip(self.surely[:, at], self.perhaps[:, at], strict=True)
        ]
        met = contact_of(self.scene.hotspots[at], self.scene.release)
        held.append(_both(held[-1], met))
        if own is None:
            return (*held, None)
        verdict = {
            Enough.YES: Range(1.0, 1.0, 1.0),
            Enough.NO: Range(0.0, 0.0, 0.0),
            Enough.UNKNOWN: ANY_SHARE,
        }[own.enough]
        return (*held, _both(held[-1], verdict))


def _both(one: Range, other: Range) -> Range:
    """The share for whom two things hold, of which at least one is all or nothing for a place."""
    return Range(min(one.low, other.low), min(one.mid, other.mid), min(one.high, other.high))


def _reach(share: float) -> Reach:
    if share >= 1.0:
        return Reach.REACHED
    return Reach.PARTLY if share > 0.0 else Reach.NOT_REACHED

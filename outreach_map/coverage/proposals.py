"""Proposals for new points: how many people each more would reach, proven; what each changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.coverage.candidates import public_places
from outreach_map.coverage.need import syringe_need
from outreach_map.coverage.openings import Opening, best_openings
from outreach_map.coverage.ranges import NOTHING, Range, people_of, total
from outreach_map.coverage.rows import Standards
from outreach_map.coverage.siting import Siting, lscp, mclp, p_center, p_median
from outreach_map.coverage.stages import ACCEPTABLE, Scene, set_scene
from outreach_map.coverage.walking import measure_walks
from outreach_map.network import StreetNetwork, street_stops
from outreach_map.tables import Area, Place, Release


class Model(StrEnum):
    """What the sites are to be best at."""

    COVER_MOST = "mclp"
    COVER_ALL = "lscp"
    LEAST_WALK = "p-median"
    SHORTEST_WORST = "p-center"


class Weight(StrEnum):
    """What a hotspot counts for: its people, or the syringes that they lack."""

    PEOPLE = "people"
    NEED = "need"


@dataclass(frozen=True)
class SiteChange:
    """What one site changes: hotspots that it alone of all open points reaches for the first time.

    `candidate` is its number among the candidates.
    """

    candidate: int
    hotspots: tuple[str, ...]
    people: Range


@dataclass(frozen=True)
class CurvePoint:
    """The best choice of so many sites.

    Attributes
    ----------
    sites
        Numbers of the candidates.
    gained
        People reached who are not now: surely, from the whole area (least and middle), and perhaps,
        from some of it (most).
    objective
        Of the model: people, sites, person-seconds or seconds.
    proven
        Whether no choice is better.
    changes
        What each site changes.
    """

    sites: tuple[int, ...]
    gained: Range
    objective: float
    proven: bool
    changes: tuple[SiteChange, ...]


@dataclass(frozen=True)
class Proposal:
    """The answer: a curve by number of sites, hours to open, and who is reached already.

    `now` are the people whom points reach already; `needing` all who need the service;
    `without_estimate` how many hotspots are in neither.
    """

    service: str
    needing: Range
    now: Range
    curve: tuple[CurvePoint, ...]
    openings: tuple[Opening, ...]
    without_estimate: int


def propose(
    release: Release,
    walk: StreetNetwork,
    standards: Standards,
    candidates: Sequence[Place],
    *,
    service: str,
    most: int,
    model: Model = Model.COVER_MOST,
    weight: Weight = Weight.PEOPLE,
    capacity: Sequence[float] | None = None,
) -> Proposal:
    """Choose sites for new points that offer a service.

    A new point is taken to be open when people are there, and to speak with them; points that there
    are stay, as far as they are usable. Teams are not counted: a point is to be there without them.
    A hotspot counts as reached from the whole of its area, or not.

    Parameters
    ----------
    release, walk, standards
        As for `assess_coverage`.
    candidates
        Public places.
    service
        What the new points offer.
    most
        The curve goes up to so many sites; LSCP has one answer whatever `most` is.
    model, weight
        What is best, and what hotspots count for in MCLP and the p-median.
    capacity
        (candidates,) people whom each can serve, for MCLP; without it there is no limit.

    Raises
    ------
    ValueError
        When the arrays do not fit, or `most` is below 1.
    """
    if most < 1:
        raise ValueError("at least one site is to open")
    scene = set_scene(release, walk, standards.walk_s, ())
    asked = _Asked(scene, walk, standards, candidates, service, weight)
    if not len(asked.rows):
        curve: list[CurvePoint] = []
    elif model is Model.COVER_ALL:
        curve = [asked.point(asked.solve(model, 0, None))]
    else:
        counts = range(1, min(most, len(candidates)) + 1)
        curve = [asked.point(asked.solve(model, count, capacity)) for count in counts]
    people = [people_of(scene.hotspots[row]) for row in asked.all_rows]
    return Proposal(
        service=service,
        needing=total(one for one in people if one),
        now=asked.reached(()),
        curve=tuple(curve),
        openings=tuple(best_openings(scene, service, scene.stages(service))),
        without_estimate=sum(one is None for one in people),
    )


def gained_by_areas(
    release: Release,
    walk: StreetNetwork,
    standards: Standards,
    choices: Sequence[Sequence[Area]],
    *,
    service: str,
) -> list[Range]:
    """People whom new points would reach that are not reached now, told by the points' areas alone.

    For maps: wherever in its area a new point stands, the answer is the same, so it says nothing of
    the place. The least are those reached from every stop of some area, the most those reached from
    any, and the middle is the mean over all stops of the areas, each as likely as the others.

    Parameters
    ----------
    release, walk, standards, service
        As for `propose`.
    choices
        Areas of the points of each choice; empty for points that lie in none, which gain nothing.
    """
    areas = {area.number: area for choice in choices for area in choice}
    stops = street_stops(walk).lon_lat
    candidates: list[Place] = []
    own: dict[int, range] = {}
    for number, area in areas.items():
        inside = stops[shapely.contains_xy(area.geometry, *stops.T)]
        places = public_places(np.vstack([[area.anchor], inside]))
        own[number] = range(len(candidates), len(candidates) + len(places))
        candidates += places
    scene = set_scene(release, walk, standards.walk_s, ())
    asked = _Asked(scene, walk, standards, candidates, service, Weight.PEOPLE)
    return [asked.by_areas([own[area.number] for area in choice]) for choice in choices]


class _Asked:
    """One question: who needs what, and how far every open and possible point is."""

    def __init__(
        self,
        scene: Scene,
        walk: StreetNetwork,
        standards: Standards,
        candidates: Sequence[Place],
        service: str,
        weight: Weight,
    ) -> None:
        self.scene, self.standard = scene, standards.walk_s
        needing = [service in hotspot.services for hotspot in scene.hotspots]
        self.all_rows = np.flatnonzero(needing)
        self.people = [people_of(scene.hotspots[row]) for row in self.all_rows]
        self.rows = np.flatnonzero([one is not None for one in self.people])
        usable = scene.stages(service)[ACCEPTABLE].points.surely[self.all_rows]
        old_worst, old_best = _ends(scene.walks.of(self.all_rows).time_s, scene, self.all_rows)
        places = [scene.hotspots[row].place for row in self.all_rows]
        walks = measure_walks(walk, places, candidates)
        new_worst = _reduced(np.maximum, walks.time_s, walks.first)
        new_best = _reduced(np.minimum, walks.time_s, walks.first)
        self.old = old_worst.shape[1]
        self.worst = np.hstack([np.where(usable, old_worst, np.inf), new_worst])
        self.best = np.hstack([np.where(usable, old_best, np.inf), new_best])
        mids = np.array([one.mid if one else 0.0 for one in self.people])
        self.weights = mids
        if weight is Weight.NEED and service == "nsp":
            self.weights = np.array([self._lacking(int(row), standards) for row in self.all_rows])

    def _lacking(self, row: int, standards: Standards) -> float:
        """Syringes a month that are needed and not given, by the middles of what is known."""
        need = syringe_need(
            self.scene.hotspots[row],
            self.scene.release.log_days,
            standards.syringes_per_person_year,
        )
        given = 0.0 if need.given_month is None else need.given_month.mid
        return 0.0 if need.need_month is None else max(need.need_month.mid - given, 0.0)

    def solve(self, model: Model, count: int, capacity: Sequence[float] | None) -> Siting:
        """Let the model choose; columns before `old` are the points that there are."""
        cost, demand = self.worst[self.rows], self.weights[self.rows]
        fixed = range(self.old)
        if model is Model.COVER_ALL:
            return lscp(cost, self.standard, fixed=fixed)
        if model is Model.LEAST_WALK:
            return p_median(cost, demand, count, fixed=fixed)
        if model is Model.SHORTEST_WORST:
            return p_center(cost, count, fixed=fixed)
        limits = None
        if capacity is not None:
            limits = np.concatenate([np.full(self.old, demand.sum()), capacity])
        return mclp(cost, demand, self.standard, count, fixed=fixed, capacity=limits)

    def point(self, found: Siting) -> CurvePoint:
        """What a choice gains, and what each of its sites changes."""
        return CurvePoint(
            tuple(site - self.old for site in found.sites),
            self._gained(found.sites),
            found.objective,
            found.proven,
            tuple(self._change(site, found.sites) for site in found.sites),
        )

    def reached(self, sites: tuple[int, ...]) -> Range:
        """People within the standard of points that there are, and of some sites."""
        surely, perhaps = self._within(sites)
        return self._sum(surely, perhaps)

    def _gained(self, sites: tuple[int, ...]) -> Range:
        before, _ = self._within(())
        surely, _ = self._within(sites)
        perhaps = np.asarray((self.best[:, list(sites)] <= self.standard).any(axis=1))
        return self._sum(surely & ~before, perhaps & ~before)

    def by_areas(self, areas: Sequence[range]) -> Range:
        """People gained by points that stand somewhere in areas, of which these are the stops."""
        before, _ = self._within(())
        sure, may = (np.zeros(len(self.all_rows), dtype=bool) for _ in range(2))
        missed = np.ones(len(self.all_rows))
        for own in areas:
            columns = [self.old + number for number in own]
            reached = self.worst[:, columns] <= self.standard
            sure |= reached.all(axis=1)
            may |= (self.best[:, columns] <= self.standard).any(axis=1)
            missed *= 1 - reached.mean(axis=1)
        ends = self._sum(sure & ~before, may & ~before)
        mids = np.array([one.mid if one else 0.0 for one in self.people])
        mid = float(((1 - missed) * mids)[~before].sum())
        return Range(ends.low, mid, max(ends.high, mid))

    def _within(self, sites: tuple[int, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        columns = [*range(self.old), *sites]
        ends = (self.worst, self.best)
        surely, perhaps = (
            np.asarray((times[:, columns] <= self.standard).any(axis=1)) for times in ends
        )
        return surely, perhaps

    def _sum(self, surely: NDArray[np.bool_], perhaps: NDArray[np.bool_]) -> Range:
        sure = total(self.people[row] or NOTHING for row in np.flatnonzero(surely))
        may = total(self.people[row] or NOTHING for row in np.flatnonzero(perhaps))
        return Range(sure.low, sure.mid, max(may.high, sure.mid))

    def _change(self, site: int, sites: tuple[int, ...]) -> SiteChange:
        others = tuple(other for other in sites if other != site)
        without, _ = self._within(others)
        surely, _ = self._within(sites)
        new = surely & ~without
        codes = tuple(self.scene.hotspots[self.all_rows[row]].code for row in np.flatnonzero(new))
        mine = np.asarray(self.best[:, site] <= self.standard)
        return SiteChange(site - self.old, codes, self._sum(new, mine & ~without))


def _ends(
    time_s: NDArray[np.float64], scene: Scene, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first = scene.walks.of(rows).first
    return _reduced(np.maximum, time_s, first), _reduced(np.minimum, time_s, first)


def _reduced(
    how: np.ufunc, time_s: NDArray[np.float64], first: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(places, points) the least or greatest time over the street nodes of each place."""
    if not len(first) or not time_s.shape[1]:
        return np.empty((len(first), time_s.shape[1]))
    found: NDArray[np.float64] = how.reduceat(time_s, first)
    return found

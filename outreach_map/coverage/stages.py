"""The steps that points and teams decide, for all hotspots at once, a service at a time.

Nothing here loops over pairs: a step is a table of hotspots by points, and where in its area a
hotspot lies is a row for each street node of the area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_map.coverage.verdicts import (
    TeamVisit,
    Verdict,
    by_hotspot,
    carries,
    offers,
    share_a_word,
    suits,
)
from outreach_map.coverage.walking import Walks, measure_walks
from outreach_map.coverage.week import Week
from outreach_map.network import StreetNetwork
from outreach_map.tables import Hotspot, Point, Release

REACHABLE, OPEN, ACCEPTABLE = range(3)


@dataclass(frozen=True, eq=False, repr=False)
class Stage:
    """One step for all hotspots.

    Attributes
    ----------
    points
        (hotspots, points) that pass it.
    surely, perhaps
        (hotspots,) share of the area's street nodes from which a point that passes is within the
        standard, or 1 where a team's visit passes.
    by_point, by_team
        (hotspots,) whether a point surely passes for some of the area; whether a team's visit does.
    """

    points: Verdict
    surely: NDArray[np.float64]
    perhaps: NDArray[np.float64]
    by_point: NDArray[np.bool_]
    by_team: Verdict


@dataclass(frozen=True, eq=False, repr=False)
class Scene:
    """What is asked of every service alike: ways, hours and words of all hotspots and points."""

    release: Release
    hotspots: tuple[Hotspot, ...]
    points: tuple[Point, ...]
    walks: Walks
    within: NDArray[np.bool_]
    week: Week
    active: Verdict
    opened: Verdict
    together: Verdict
    words: Verdict
    visits: list[list[TeamVisit]]

    def stages(self, service: str) -> list[Stage]:
        """Reachable, open when people are there, and acceptable; each with all that went before."""
        shape = (len(self.hotspots), len(self.points))
        offer = offers(self.points, service)
        first = Verdict(np.broadcast_to(offer.surely, shape), np.broadcast_to(offer.perhaps, shape))
        met = first.and_also(self.together)
        fit = met.and_also(self.words)
        return [
            self._stage(points, team)
            for points, team in zip((first, met, fit), self._by_team(service), strict=True)
        ]

    def _stage(self, points: Verdict, team: Verdict) -> Stage:
        on_foot = self._share(points.surely)
        surely = np.maximum(on_foot, team.surely)
        perhaps = np.maximum(self._share(points.perhaps), team.perhaps)
        # Without a street to measure from, the way is not known; it is not known to be long.
        unknown = ~self.walks.measured & points.perhaps.any(axis=1)
        return Stage(points, surely, np.maximum(perhaps, unknown), on_foot > 0, team)

    def _share(self, usable: NDArray[np.bool_]) -> NDArray[np.float64]:
        return self.walks.share(np.asarray((self.within & usable[self.walks.place]).any(axis=1)))

    def visited(self) -> NDArray[np.bool_]:
        """(hotspots,) whether a team comes that may meet people and suit them, with what it has."""
        return self._by_team(None)[ACCEPTABLE].perhaps

    def _by_team(self, service: str | None) -> list[Verdict]:
        """(hotspots,) whether a team brings it; then when people are there; then to suit them.

        Without a service whatever a team brings counts.
        """
        teams = {team.code: team for team in self.release.teams}
        found = np.zeros((2, 3, len(self.hotspots)), dtype=bool)
        for row, hotspot in enumerate(self.hotspots):
            for visit in self.visits[row]:
                if service is not None and not carries(teams[visit.team], service):
                    continue
                span = self.week.spans([(visit.begin, visit.end)])
                meets = [bool((table[row] & span).any()) for table in self._present]
                fits = [
                    one and two
                    for one, two in zip(meets, suits(teams[visit.team], hotspot), strict=True)
                ]
                for known in range(2):
                    found[known, :, row] |= [True, meets[known], fits[known]]
        return [Verdict(found[0, step], found[1, step]) for step in range(3)]

    @property
    def _present(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self.active.surely, self.active.perhaps

    def presence(
        self, service: str, last: Stage
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(hotspots,) least and greatest share of the active hours with a usable service in reach.

        From the worst place of the area with what is sure, and from the best with what may be; nan
        where nobody knows when people are there.
        """
        return (
            self.walks.least(self._present_share(service, last, surely=True)),
            self.walks.most(self._present_share(service, last, surely=False)),
        )

    def _present_share(self, service: str, last: Stage, *, surely: bool) -> NDArray[np.float64]:
        """(rows,) share of the active hours, seen from each street node of each area."""
        points = last.points.surely if surely else last.points.perhaps
        opened = self.opened.surely if surely else self.opened.perhaps
        usable = self.within & points[self.walks.place]
        # Many nodes of an area reach the same points: each pattern is looked at once.
        keys = np.column_stack([self.walks.place, np.packbits(usable, axis=1)])
        _, first, back = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        rows = self.walks.place[first]
        served = usable[first].astype(np.float32) @ opened.astype(np.float32) > 0
        there = self.active.surely[rows]
        spent = ((served | self._brought(service, surely=surely)[rows]) & there) @ self.week.seconds
        whole = there @ self.week.seconds
        share = np.divide(spent, whole, out=np.full(len(rows), np.nan), where=whole > 0)
        found: NDArray[np.float64] = share[back.reshape(-1)]
        return found

    def _brought(self, service: str, *, surely: bool) -> NDArray[np.bool_]:
        """(hotspots, segments) in which a team that suits brings the service."""
        teams = {team.code: team for team in self.release.teams}
        rows = [
            self.week.spans(
                (visit.begin, visit.end)
                for visit in own
                if carries(teams[visit.team], service)
                and suits(teams[visit.team], hotspot)[0 if surely else 1]
            )
            for hotspot, own in zip(self.hotspots, self.visits, strict=True)
        ]
        return np.array(rows, dtype=bool).reshape(len(rows), len(self.week.seconds))


def set_scene(
    release: Release, walk: StreetNetwork, walk_s: float, visits: Sequence[TeamVisit]
) -> Scene:
    """Measure once what all services share."""
    hotspots, points = release.hotspots, tuple(p for p in release.points if p.public)
    walks = measure_walks(walk, [h.place for h in hotspots], [p.place for p in points])
    spoken = [h.hours for h in hotspots], [p.hours for p in points]
    week = Week.cut(
        release.start, (*spoken[0], *spoken[1]), [(visit.begin, visit.end) for visit in visits]
    )
    active, opened = (
        Verdict(week.surely_open(hours), week.perhaps_open(hours)) for hours in spoken
    )
    return Scene(
        release=release,
        hotspots=hotspots,
        points=points,
        walks=walks,
        within=walks.time_s <= walk_s,
        week=week,
        active=active,
        opened=opened,
        together=Verdict(
            _meet(active.surely, opened.surely), _meet(active.perhaps, opened.perhaps)
        ),
        words=share_a_word([h.languages for h in hotspots], [p.languages for p in points]),
        visits=by_hotspot(visits, hotspots),
    )


def _meet(active: NDArray[np.bool_], opened: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(hotspots, points) whether a point is open at some time when people are at a hotspot."""
    return active.astype(np.float32) @ opened.astype(np.float32).T > 0

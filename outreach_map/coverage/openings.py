"""Which hours more would serve most people, at the points that there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from outreach_map.coverage.ranges import NOTHING, Range, people_of, total
from outreach_map.coverage.stages import ACCEPTABLE, REACHABLE, Scene, Stage
from outreach_map.coverage.verdicts import offers

HOURS = 3
# People come and go: an hour together is the least that counts as open when they are there.
TOGETHER_S = 3600.0
_HOUR_S = 3600.0


@dataclass(frozen=True)
class Opening:
    """Hours that a point might open in addition.

    Attributes
    ----------
    service, point
        What for, and the code of the point.
    begin, end
        In the round's week, by the clock on the wall.
    people
        People for whom the service would then be open when they are there.
    hotspots
        Their codes.
    """

    service: str
    point: str
    begin: datetime
    end: datetime
    people: Range
    hotspots: tuple[str, ...]


def best_openings(scene: Scene, service: str, stages: Sequence[Stage]) -> list[Opening]:
    """The best three hours of each point for a service; those that gain most people first.

    Counted are hotspots that need the service, from whose whole area the point is within the
    standard, where it speaks the language, where the hours of people are known, and to whom nothing
    usable comes so far. Points whose offer or hours are not known are left out.
    """
    wanting = np.array([service in hotspot.services for hotspot in scene.hotspots], dtype=bool)
    people = [people_of(hotspot) for hotspot in scene.hotspots]
    known = np.array([one is not None for one in people], dtype=bool)
    unserved = wanting & known & (stages[ACCEPTABLE].perhaps < 1.0)
    open_to_all = offers(scene.points, service).surely
    hours_known = np.array([point.hours.known for point in scene.points], dtype=bool)
    near = _wholly_within(scene) & stages[REACHABLE].points.surely
    could = near & scene.words.surely & unserved[:, None] & (open_to_all & hours_known)[None, :]
    together_s = _windows_s(scene)
    served = together_s >= TOGETHER_S
    weight = np.array([one.mid if one else 0.0 for one in people])
    gain = (could * weight[:, None]).T @ served
    # Of hours that serve as many people, those in which they are there longest.
    long = (could * weight[:, None]).T @ np.where(served, together_s, 0.0)
    best = np.where(gain == gain.max(axis=1, keepdims=True, initial=0.0), long, -1.0)
    found = []
    for number, point in enumerate(scene.points):
        first = int(np.argmax(best[number]))
        if gain[number, first] > 0:
            who = np.flatnonzero(could[:, number] & served[:, first])
            begin = scene.week.start + timedelta(hours=first)
            found.append(
                Opening(
                    service,
                    point.code,
                    begin,
                    begin + timedelta(hours=HOURS),
                    total(people[row] or NOTHING for row in who),
                    tuple(scene.hotspots[row].code for row in who),
                )
            )
    return sorted(found, key=lambda one: (-one.people.mid, one.begin, one.point))


def best_of(openings: Iterable[Opening], count: int) -> tuple[Opening, ...]:
    """The openings that gain most people over all services."""
    return tuple(
        sorted(openings, key=lambda one: (-one.people.mid, one.service, one.begin, one.point))
    )[:count]


def _wholly_within(scene: Scene) -> NDArray[np.bool_]:
    """(hotspots, points) whether a point is within the standard of every place of an area."""
    if not len(scene.hotspots) or not len(scene.points):
        return np.zeros((len(scene.hotspots), len(scene.points)), dtype=bool)
    found: NDArray[np.bool_] = np.logical_and.reduceat(scene.within, scene.walks.first)
    return found


def _windows_s(scene: Scene) -> NDArray[np.float64]:
    """(hotspots, windows) seconds in which people are there, of each window from each full hour."""
    hours = np.arange(7 * 24 + 1) * _HOUR_S
    spent = np.zeros((len(scene.hotspots), len(scene.week.cuts_s)))
    np.cumsum(scene.active.surely * scene.week.seconds, axis=1, out=spent[:, 1:])
    rows = [np.interp(hours, scene.week.cuts_s, row) for row in spent]
    at_hours = np.array(rows).reshape(len(rows), len(hours))
    return np.asarray(at_hours[:, HOURS:] - at_hours[:, :-HOURS])

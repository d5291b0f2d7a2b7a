"""Walking times from every street of released areas to the points that people may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import StreetNetwork, nodes_within, travel_time_matrix
from outreach_map.tables import Place

SNAP_M = 1_000.0


@dataclass(frozen=True, eq=False, repr=False)
class Walks:
    """Seconds on foot from areas to points.

    Row r of `time_s` is a street node of the place `place[r]`; rows of a place stand together, the
    places in order, so where in a place people are is what its rows differ in.

    Attributes
    ----------
    time_s
        (rows, points), inf where there is no way. A place without a street near it has one row, all
        inf.
    place
        (rows,) index of the place.
    from_anchor_s
        (places, points) from the anchor of each place, inf where it is off the streets.
    measured
        (places,) whether there is a street to measure from.
    """

    time_s: NDArray[np.float64]
    place: NDArray[np.int64]
    from_anchor_s: NDArray[np.float64]
    measured: NDArray[np.bool_]

    @property
    def first(self) -> NDArray[np.int64]:
        """(places,) first row of each place."""
        return np.searchsorted(self.place, np.arange(len(self.measured)))

    def of(self, places: NDArray[np.int64]) -> Walks:
        """The same for places by index, in the order given and as often as named."""
        count = np.bincount(self.place, minlength=len(self.measured))
        new = np.repeat(np.arange(len(places)), count[places])
        within = np.arange(len(new)) - np.repeat(
            np.cumsum(count[places]) - count[places], count[places]
        )
        rows = self.first[places][new] + within
        return Walks(self.time_s[rows], new, self.from_anchor_s[places], self.measured[places])

    def nearest_s(self, usable: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(rows,) seconds to the nearest point that is usable from each place, (places, points)."""
        found: NDArray[np.float64] = np.where(usable[self.place], self.time_s, np.inf).min(
            axis=1, initial=np.inf
        )
        return found

    def least(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(places,) the least of a value by row: from the best place of each area."""
        return _reduced(np.minimum, rows, self.first)

    def most(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(places,) the greatest of a value by row: from the worst place of each area."""
        return _reduced(np.maximum, rows, self.first)

    def share(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(places,) share of the rows of each place for which something holds."""
        count = np.bincount(self.place, minlength=len(self.measured))
        return _reduced(np.add, rows.astype(np.float64), self.first) / count


def _reduced(
    how: np.ufunc, rows: NDArray[np.float64], first: NDArray[np.int64]
) -> NDArray[np.float64]:
    if not len(first):
        return np.empty(0)
    found: NDArray[np.float64] = how.reduceat(rows, first)
    return found


def measure_walks(walk: StreetNetwork, places: Sequence[Place], points: Sequence[Place]) -> Walks:
    """Measure the ways from places to points.

    Parameters
    ----------
    walk
        The walking network.
    places
        Released places: from all street nodes within; from the anchor where there is none.
    points
        Public points; one farther than `SNAP_M` from any street is out of reach.
    """
    own: dict[tuple[tuple[int, ...], tuple[float, float]], int] = {}
    index = np.array([own.setdefault((p.areas, p.anchor), len(own)) for p in places], dtype=int)
    distinct = [places[int(np.flatnonzero(index == number)[0])] for number in range(len(own))]
    anchors = _snapped(walk, distinct)
    nodes, place = [], []
    for number, one in enumerate(distinct):
        inside = nodes_within(walk, one.geometry)
        if not len(inside):
            inside = anchors[number : number + 1]
        nodes.append(inside)
        place.append(np.full(len(inside), number))
    rows = np.concatenate([*nodes, anchors]).astype(np.int64)
    ends = _snapped(walk, points)
    time_s = np.full((len(rows), len(points)), np.inf)
    on, near = np.flatnonzero(rows >= 0), np.flatnonzero(ends >= 0)
    if len(on) and len(near):
        starts, back = np.unique(rows[on], return_inverse=True)
        found = travel_time_matrix(walk, starts, ends[near])
        time_s[np.ix_(on, near)] = found[back]
    split = len(rows) - len(anchors)
    measured = np.array([bool((group >= 0).all()) for group in nodes], dtype=bool)
    found_place = np.concatenate(place) if place else np.empty(0, dtype=np.int64)
    return Walks(time_s[:split], found_place, time_s[split:], measured).of(index)


def _snapped(walk: StreetNetwork, places: Sequence[Place]) -> NDArray[np.int64]:
    """(n,) street nodes nearest to anchors; -1 where none is near."""
    if not places:
        return np.empty(0, dtype=np.int64)
    return np.asarray(walk.snap(np.array([one.anchor for one in places]), SNAP_M).node, np.int64)

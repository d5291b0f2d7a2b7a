"""Walking times from every street of a released area to the points that people may use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import StreetNetwork, nearest_facility, nodes_within
from outreach_map.tables import Place, Point

SNAP_M = 1_000.0


@dataclass(frozen=True, eq=False, repr=False)
class AreaTimes:
    """Seconds on foot from one area to points.

    Attributes
    ----------
    codes
        Codes of the points.
    time_s
        (points, street nodes of the area), inf where there is no way; no columns where no street
        is near the area.
    from_anchor_s
        (points,) from the area's anchor, inf where it is off the streets.
    """

    codes: tuple[str, ...]
    time_s: NDArray[np.float64]
    from_anchor_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Reject arrays that are not aligned with the points (ValueError)."""
        if len(self.time_s) != len(self.codes) or self.from_anchor_s.shape != (len(self.codes),):
            raise ValueError("one row of times for each point")

    @property
    def measured(self) -> bool:
        """Whether the area has a street to measure from."""
        return bool(self.time_s.shape[1])

    def range_s(self, codes: Iterable[str]) -> tuple[float, float]:
        """Time to the nearest of some points, from the best and the worst place of the area."""
        rows = self._rows(codes)
        if not rows or not self.measured:
            return np.inf, np.inf
        nearest = self.time_s[rows].min(axis=0)
        return float(nearest.min()), float(nearest.max())

    def nearest(self, codes: Iterable[str]) -> str | None:
        """Code of the nearest of some points from the anchor; None where there is no way."""
        rows = self._rows(codes)
        if not rows:
            return None
        best = min(rows, key=lambda row: (self.from_anchor_s[row], self.codes[row]))
        return self.codes[best] if np.isfinite(self.from_anchor_s[best]) else None

    def _rows(self, codes: Iterable[str]) -> list[int]:
        return [self.codes.index(code) for code in codes]


class WalkingTimes:
    """Times to a set of points; each area is measured once.

    Parameters
    ----------
    walk
        The walking network.
    points
        Points whose location is public. One farther than `SNAP_M` from any street is out of reach.
    """

    def __init__(self, walk: StreetNetwork, points: Sequence[Point]) -> None:
        self._walk = walk
        self._codes = tuple(point.code for point in points)
        anchors = np.array([point.place.anchor for point in points]).reshape(-1, 2)
        self._time_s = np.full((len(points), len(walk)), np.inf)
        for row, node in enumerate(walk.snap(anchors, SNAP_M).node if len(points) else ()):
            if node >= 0:
                self._time_s[row] = nearest_facility(walk, [node]).travel_time_s
        self._areas: dict[tuple[tuple[int, ...], tuple[float, float]], AreaTimes] = {}

    def area(self, place: Place) -> AreaTimes:
        """Times from all street nodes of a place; from its anchor where it is too small for one."""
        key = (place.areas, place.anchor)
        if key not in self._areas:
            found = self._walk.snap(np.array([place.anchor]), SNAP_M).node
            anchor = found[found >= 0]
            nodes = nodes_within(self._walk, place.geometry)
            if not len(nodes):
                nodes = anchor
            from_anchor_s = (
                self._time_s[:, anchor[0]] if len(anchor) else np.full(len(self._codes), np.inf)
            )
            self._areas[key] = AreaTimes(self._codes, self._time_s[:, nodes], from_anchor_s)
        return self._areas[key]

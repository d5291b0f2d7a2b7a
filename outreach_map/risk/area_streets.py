"""Every street that somebody in a released area may be at, so that no true flag is missed.

Where in its area a hotspot lies is not known here. Whoever stands somewhere in it is at the street
that is nearest to them, and that street may run along the next area. So the streets of an area are
those that touch it, and those that are nearest to any place in it.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outreach_map.network import StreetNetwork
from outreach_map.tables import Place

SNAP_M = 1_000.0
_M_PER_DEGREE = 111_320.0
_STEP_M = 20.0
_STEPS = 400
# Lines in metres are flat, and a whole town is not: a length may be out by this share.
_FLAT = 0.002


class AreaStreets:
    """Finds the streets of areas, each area once.

    Parameters
    ----------
    network
        Streets of one mode.
    """

    def __init__(self, network: StreetNetwork) -> None:
        self.network = network
        self._scale = _M_PER_DEGREE * np.array(
            [np.cos(np.radians(network.lon_lat[:, 1].mean())), 1.0]
        )
        coords = network.coords * self._scale
        index = np.repeat(np.arange(network.segments), np.diff(network.coord_offset))
        self._tree = shapely.STRtree(np.asarray(shapely.linestrings(coords, indices=index)))
        self._of: dict[bytes, NDArray[np.int64]] = {}
        self.ends = np.full((network.segments, 2), -1, dtype=np.int64)
        self.ends[network.segment] = np.column_stack([network.tail, network.head])

    def at(self, lon_lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Nearest segment (q,) of each point (q, 2) in degrees."""
        points = shapely.points(np.asarray(lon_lat).reshape(-1, 2) * self._scale)
        return np.asarray(self._tree.nearest(points), np.int64)

    def within(self, lon_lat: tuple[float, float], distance_m: float) -> NDArray[np.int64]:
        """Segments within some metres of a point in degrees, ascending."""
        point = shapely.Point(np.asarray(lon_lat) * self._scale)
        found = self._tree.query(point, predicate="dwithin", distance=distance_m)
        return np.sort(np.asarray(found, np.int64))

    def of(self, place: Place) -> NDArray[np.int64]:
        """Segments that may be the nearest one of somebody in a place, ascending."""
        key = place.geometry.wkb
        if key not in self._of:
            self._of[key] = self._around(place.geometry)
        return self._of[key]

    def nodes(self, place: Place) -> NDArray[np.int64]:
        """Ends of those segments, ascending."""
        return np.unique(self.ends[self.of(place)])

    def _around(self, geometry: BaseGeometry) -> NDArray[np.int64]:
        flat = shapely.transform(geometry, lambda lon_lat: lon_lat * self._scale)
        touching = self._tree.query(flat, predicate="intersects")
        # Whoever is inside and nearest to a street outside has the border between, and where their
        # way there crosses it that street is the nearest one too: the border is all to look at.
        step = max(_STEP_M, shapely.length(flat) / _STEPS)
        border = shapely.segmentize(shapely.boundary(flat), step)
        points = np.asarray(shapely.points(shapely.get_coordinates(border)))
        (_, nearest), distance = self._tree.query_nearest(
            points, return_distance=True, all_matches=False
        )
        if not len(nearest) or distance.min() > SNAP_M:
            return np.empty(0, np.int64)
        # Each place of the border is within half a step of a point, so its nearest street is within
        # that of the point's own, there and back.
        reach = distance * (1 + _FLAT) + step
        _, near = self._tree.query(points, predicate="dwithin", distance=reach)
        return np.unique(np.concatenate([near, touching]))

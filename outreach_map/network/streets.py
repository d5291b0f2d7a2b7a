"""The street network of one mode as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.network.graph import StreetGraph
from outreach_map.network.hierarchy import Hierarchy, OrderStore
from outreach_map.network.tags import SegmentTags
from outreach_map.tables import Mode

EARTH_RADIUS_M = 6_371_008.8
_MS = 1000.0


def whole_ms(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds rounded to whole milliseconds, at least one; inf stays.

    Networks carry such times, so that the engines, which count in whole milliseconds, give equal
    answers. A solver reads a zero as "no arc": two nodes at one place are a millisecond apart.
    """
    rounded: NDArray[np.float64] = np.maximum(np.rint(seconds * _MS), 1.0) / _MS
    return rounded


@dataclass(frozen=True, eq=False, repr=False)
class Snapped:
    """Nearest nodes: `node` (q,) index or -1 beyond the limit, `distance_m` (q,) metres."""

    node: NDArray[np.int64]
    distance_m: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class StreetNetwork:
    """Directed street network of one mode.

    Attributes
    ----------
    lon_lat
        (n, 2) nodes in degrees.
    tail, head
        (m,) nodes of the directed arcs.
    length_m, travel_time_s
        (m,) of each arc; lengths on the WGS 84 ellipsoid, times in whole milliseconds.
    segment
        (m,) the undirected street segment of an arc; its two directions share one.
    forward
        (m,) whether the arc runs along the stored geometry of its segment.
    coords, coord_offset
        (c, 2) degrees and (s + 1,): segment i runs along
        `coords[coord_offset[i]:coord_offset[i + 1]]`.
    tags
        Class and attributes of each segment, as small integer codes.
    name_id, names
        (s,) index into `names`, -1 where a street has no name.
    component
        (n,) strongly connected component, 0 being the largest.
    order_store
        Where the contraction order is kept between runs, if anywhere.
    """

    mode: Mode
    lon_lat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float64]
    travel_time_s: NDArray[np.float64]
    segment: NDArray[np.int32]
    forward: NDArray[np.bool_]
    coords: NDArray[np.float64]
    coord_offset: NDArray[np.int64]
    tags: SegmentTags
    name_id: NDArray[np.int32]
    names: tuple[str, ...]
    component: NDArray[np.int32]
    order_store: OrderStore | None = None

    def __post_init__(self) -> None:
        """Reject arrays that do not belong together (ValueError)."""
        arcs, segments = len(self.tail), self.segments
        of_arcs = (self.head, self.length_m, self.travel_time_s, self.segment, self.forward)
        if (
            any(len(values) != arcs for values in of_arcs)
            or len(self.name_id) != segments
            or len(self.coord_offset) != segments + 1
            or len(self.component) != len(self.lon_lat)
        ):
            raise ValueError("the arrays of a network are of one length each")
        for values, end in (
            (self.tail, len(self)),
            (self.head, len(self)),
            (self.segment, segments),
        ):
            if arcs and not 0 <= values.min() <= values.max() < end:
                raise ValueError("an arc leads from node to node along a segment of the network")
        if len(self.coord_offset) and (
            self.coord_offset[0] != 0
            or self.coord_offset[-1] != len(self.coords)
            or (np.diff(self.coord_offset) < 2).any()
        ):
            raise ValueError("a segment has two points or more, and all of them are used")
        if not (self.travel_time_s > 0).all():
            raise ValueError("the time of an arc is above zero")

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.lon_lat)

    def __repr__(self) -> str:
        """Counts only."""
        return f"StreetNetwork({self.mode}, nodes={len(self)}, arcs={len(self.tail)})"

    def __getstate__(self) -> dict[str, object]:
        """The arrays alone: indices and hierarchies are made anew where they are needed."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def segments(self) -> int:
        """Number of street segments."""
        return len(self.tags)

    @cached_property
    def graph(self) -> StreetGraph:
        """The arcs as pairs of neighbouring nodes, for the engines."""
        return StreetGraph(len(self), self.tail, self.head)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The contraction hierarchy, ordered when it is first needed."""
        return Hierarchy(self.graph, self.lon_lat, self.order_store)

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """(s,) geometry of the segments as LineStrings in degrees."""
        index = np.repeat(np.arange(len(self.coord_offset) - 1), np.diff(self.coord_offset))
        return np.asarray(shapely.linestrings(self.coords, indices=index), dtype=object)

    @cached_property
    def line_tree(self) -> shapely.STRtree:
        """Spatial index of `lines`."""
        return shapely.STRtree(self.lines)

    @cached_property
    def _main(self) -> tuple[NDArray[np.int64], NDArray[np.float64], shapely.STRtree]:
        main = np.flatnonzero(self.component == 0)
        origin = self.lon_lat[main].mean(axis=0)
        places = np.asarray(shapely.points(_local_m(self.lon_lat[main], origin)))
        return main, origin, shapely.STRtree(places)

    def snap(self, lon_lat: NDArray[np.float64], max_distance_m: float) -> Snapped:
        """Nearest node of the largest component for each point.

        Parameters
        ----------
        lon_lat
            (q, 2) degrees.
        max_distance_m
            Points farther than this from every node get -1.
        """
        points = np.asarray(lon_lat, dtype=np.float64).reshape(-1, 2)
        main, origin, tree = self._main
        if not len(points):
            return Snapped(np.empty(0, np.int64), np.empty(0))
        local = shapely.points(_local_m(points, origin))
        nearest = tree.nearest(local)
        distance_m = np.asarray(shapely.distance(local, tree.geometries[nearest]), np.float64)
        return Snapped(np.where(distance_m <= max_distance_m, main[nearest], -1), distance_m)


def _local_m(lon_lat: NDArray[np.float64], origin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres east and north of an origin (equirectangular; within 0.2 % at 50 km)."""
    radians = np.radians(lon_lat - origin)
    radians[:, 0] *= np.cos(np.radians(origin[1]))
    metres: NDArray[np.float64] = radians * EARTH_RADIUS_M
    return metres

"""The street network as arrays, and what pages draw of the extract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.tables import Mode

EARTH_RADIUS_M = 6_371_008.8


class Highway(IntEnum):
    """Classes of streets, from main roads down; codes are stored, so new ones go to the end."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    RESIDENTIAL = 5
    SERVICE = 6
    PEDESTRIAN = 7
    TRACK = 8
    CYCLEWAY = 9
    FOOTWAY = 10
    PATH = 11
    STEPS = 12


class Lit(IntEnum):
    """Street lighting; what is not tagged is unknown."""

    UNKNOWN = 0
    YES = 1
    NO = 2


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
        (m,) of each arc; lengths on the WGS 84 ellipsoid.
    segment
        (m,) the undirected street segment of an arc; its two directions share one.
    forward
        (m,) whether the arc runs along the stored geometry of its segment.
    coords, coord_offset
        (c, 2) degrees and (s + 1,): segment i runs along
        `coords[coord_offset[i]:coord_offset[i + 1]]`.
    highway, lit, bridge, tunnel, steps
        (s,) class and attributes of each segment, codes of `Highway` and `Lit`.
    name_id, names
        (s,) index into `names`, -1 where a street has no name.
    component
        (n,) strongly connected component, 0 being the largest.
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
    highway: NDArray[np.uint8]
    lit: NDArray[np.uint8]
    bridge: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    steps: NDArray[np.bool_]
    name_id: NDArray[np.int32]
    names: tuple[str, ...]
    component: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Reject arrays that do not belong together (ValueError)."""
        arcs, segments = len(self.tail), len(self.highway)
        of_arcs = (self.head, self.length_m, self.travel_time_s, self.segment, self.forward)
        of_segments = (self.lit, self.bridge, self.tunnel, self.steps, self.name_id)
        if (
            any(len(values) != arcs for values in of_arcs)
            or any(len(values) != segments for values in of_segments)
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
        if not (self.travel_time_s > 0).all():
            raise ValueError("the time of an arc is above zero")

    def __len__(self) -> int:
        """Number of nodes."""
        return len(self.lon_lat)

    def __repr__(self) -> str:
        """Counts only."""
        return f"StreetNetwork({self.mode}, nodes={len(self)}, arcs={len(self.tail)})"

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
    def _main(self) -> tuple[NDArray[np.int64], NDArray[np.float64], cKDTree]:
        main = np.flatnonzero(self.component == 0)
        origin = self.lon_lat[main].mean(axis=0)
        return main, origin, cKDTree(_local_m(self.lon_lat[main], origin))

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
        distance, nearest = tree.query(_local_m(points, origin))
        near = distance <= max_distance_m
        return Snapped(
            np.where(near, main[np.where(near, nearest, 0)], -1), np.asarray(distance, np.float64)
        )


def _local_m(lon_lat: NDArray[np.float64], origin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres east and north of an origin (equirectangular; within 0.2 % at 50 km)."""
    radians = np.radians(lon_lat - origin)
    radians[:, 0] *= np.cos(np.radians(origin[1]))
    metres: NDArray[np.float64] = radians * EARTH_RADIUS_M
    return metres


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """Polylines: line i is `coords[offset[i]:offset[i + 1]]`, degrees."""

    coords: NDArray[np.float64]
    offset: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class StreetLines(Lines):
    """Whole streets with their class (codes of `Highway`) and name (-1 without)."""

    highway: NDArray[np.uint8]
    name_id: NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A named settlement or quarter of OpenStreetMap."""

    name: str
    kind: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Poi:
    """A public place that helps people find their way: hospital, clinic, pharmacy, police."""

    kind: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, eq=False, repr=False)
class Basemap:
    """What pages draw; all of it from the extract.

    `water`, `parks` and `buildings` are object arrays of shapely polygons in degrees.
    """

    streets: StreetLines
    railways: Lines
    water: NDArray[np.object_]
    parks: NDArray[np.object_]
    buildings: NDArray[np.object_]
    places: tuple[Place, ...]
    pois: tuple[Poi, ...]


@dataclass(frozen=True, eq=False, repr=False)
class StreetExtract:
    """All that one read of an extract gives.

    Attributes
    ----------
    networks
        One network for each mode.
    basemap
        What pages draw.
    building_lon_lat
        (b, 2) centroids of buildings in degrees.
    bounds
        West, south, east, north of the streets.
    sha256
        Hash of the file's content.
    """

    networks: Mapping[Mode, StreetNetwork]
    basemap: Basemap
    building_lon_lat: NDArray[np.float64]
    bounds: tuple[float, float, float, float]
    sha256: str

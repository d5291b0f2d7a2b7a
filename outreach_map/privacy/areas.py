r"""Divide the study area into areas that each hold enough people, from public data alone.

Method
------
Squares of 250 m in the UTM zone of the study area; a square exists where a street stop lies (a
point every 25 m along the walking network, the plausible places of a hotspot). Each stop carries
the residents, or where those are unknown the buildings, that stand nearest to it. An area *passes*
when

1. it holds at least k residents (or so many buildings), and
2. no disc of 100 m radius holds more than a third of its plausible places: of its stops, half of
   their mass shared equally by all stops of the study area, half by what stands at them (a
   stop in a park is plausible too; by buildings alone one hamlet would outweigh miles of road);
   and no more than a third of its street corners, each with the mass of the stops nearest to it,
   for who knows that people meet at crossings has fewer places to choose from.

While an area fails, the smallest failing one is merged with the touching neighbour that fails too,
else one that passes; among these with the one by which the spread of mass grows least (Ward 1963,
doi:10.1080/01621459.1963.10500845), then the order of squares; with the nearest one where none
touches. Failing neighbours first gave 6 to 21 % more, hence smaller, areas in three cities;
least spread instead of the shortest bounding box a last mile shorter by 7 to 9 % in two of them.

Each area has one anchor, its 1-median on the streets, and the mean way from there to its places
(`outreach_map.privacy.anchors`).

Widening
--------
Areas once made stay. A study area that is widened later is divided by the same rules where its new
ground lies in no square yet (`extended`); what of it is too thin to make an area of is left out.

Why a release then says nothing but the area
--------------------------------------------
The function has no hotspot among its arguments, so the partition is the same wherever the
hotspots are. A hotspot is published as the area that its nearest stop lies in: two worlds that
differ only in where inside their areas the hotspots are give the same release. This is the
argument against "the finest square that holds k residents", chosen for each hotspot: there the
choice itself speaks of the truth.

Why rule 2 is checked soundly
-----------------------------
Every point is within g/sqrt(2) of a point of a grid of spacing g, so a disc of radius r around it
lies inside the disc of radius r + g/sqrt(2) around that grid point. The check weighs those larger
discs around every grid point that has a stop in reach: it may fail an area that passes, never pass
one that fails.

k-anonymity by areas: Sweeney (2002), doi:10.1142/S0218488502001648; greedy regionalisation with a
floor: Duque, Anselin & Rey (2012), doi:10.1111/j.1467-9787.2011.00743.x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import PrivacyError
from outreach_map.network import StreetNetwork, street_stops
from outreach_map.privacy.anchors import DECIMALS, Anchor, anchors_of
from outreach_map.privacy.corners import street_corners
from outreach_map.privacy.merge import Cell, Merger, extent, nearest_place, plausibility
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Area

# People live within sight of a street; a census point farther from every stop is not counted.
_RESIDENT_REACH_M = 500.0
_BUILDING_REACH_M = 150.0
# Version of the rules: 1 asked for stops alone, 2 for street corners too.
RULES = 2
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False, repr=False)
class Residents:
    """Residents at points (census cells by their centres).

    `lon_lat` (r, 2) degrees, `people` (r,) float64.
    """

    lon_lat: NDArray[np.float64]
    people: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Reject arrays of unequal length and negative people (ValueError)."""
        if self.lon_lat.shape != (len(self.people), 2):
            raise ValueError("one (lon, lat) for each number of people")
        if len(self.people) and self.people.min() < 0:
            raise ValueError("people cannot be negative")


@dataclass(frozen=True, repr=False)
class Ground:
    """What was divided at one time: bounds in degrees, and how many areas there were then."""

    bounds: Bounds
    areas: int

    def __repr__(self) -> str:
        """Counts only."""
        return f"Ground(areas={self.areas})"


@dataclass(frozen=True, eq=False, repr=False)
class Partition:
    """Areas as sets of squares, and the stops that lie in them.

    Attributes
    ----------
    epsg
        The metric CRS of the squares.
    cell_m
        Side of a square in metres.
    cells
        Square (column, row) to number of its area; numbers run from 0 in the order of the first
        square of each area.
    areas
        The areas in the order of their numbers.
    rules
        Version of the rules that they were made by.
    grounds
        What was divided when, the first first; empty where nobody kept it.
    walked
        False where the last miles are not known: an older ledger did not keep them.
    """

    epsg: int
    cell_m: float
    cells: Mapping[Cell, int]
    areas: tuple[Area, ...]
    rules: int = RULES
    grounds: tuple[Ground, ...] = ()
    walked: bool = True

    def __repr__(self) -> str:
        """Counts only."""
        return f"Partition(areas={len(self.areas)}, squares={len(self.cells)})"

    @cached_property
    def _to_metric(self) -> Transformer:
        return Transformer.from_crs(4326, self.epsg, always_xy=True)

    @cached_property
    def _squares(self) -> tuple[list[Cell], shapely.STRtree]:
        order = sorted(self.cells)
        return order, shapely.STRtree(_boxes(order, self.cell_m))

    def metric(self, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) degrees to (n, 2) metres in the CRS of the squares."""
        if not len(lon_lat):
            return np.empty((0, 2))
        return np.column_stack(self._to_metric.transform(lon_lat[:, 0], lon_lat[:, 1]))

    def areas_of_points(self, lon_lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Area of each point, (n,); -1 where the point lies in no square."""
        keys = np.floor(self.metric(lon_lat) / self.cell_m).astype(np.int64)
        return np.array([self.cells.get((int(i), int(j)), -1) for i, j in keys], dtype=np.int64)

    def areas_near(self, lon_lat: NDArray[np.float64], reach_m: float) -> NDArray[np.int64]:
        """Area of each point's square, else of the nearest square; -1 where none is in reach.

        Of squares that are equally near, the one of the lowest area.
        """
        found = self.areas_of_points(lon_lat)
        lost = np.flatnonzero(found < 0)
        if len(lost):
            order, tree = self._squares
            points = shapely.points(self.metric(lon_lat[lost]))
            which, hits = tree.query_nearest(points, max_distance=reach_m, all_matches=True)
            nearest = np.full(len(lost), np.iinfo(np.int64).max)
            areas = np.array([self.cells[order[int(hit)]] for hit in hits], dtype=np.int64)
            np.minimum.at(nearest, which, areas)
            found[lost] = np.where(nearest < np.iinfo(np.int64).max, nearest, -1)
        return found

    def first(self, areas: int) -> Partition:
        """The areas that were there when there were so many."""
        if areas >= len(self.areas):
            return self
        cells = {cell: area for cell, area in self.cells.items() if area < areas}
        return replace(self, cells=cells, areas=self.areas[:areas])

    def areas_touched(self, geometry: BaseGeometry) -> tuple[int, ...]:
        """Numbers of the areas that a WGS 84 geometry touches, ascending; may be empty."""
        flat = shapely.transform(geometry, self.metric)
        order, tree = self._squares
        hits = tree.query(flat, predicate="intersects")
        return tuple(sorted({self.cells[order[int(hit)]] for hit in hits}))

    def areas_within(self, area: int, distance_m: float) -> tuple[int, ...]:
        """Numbers of the areas that come within a distance of an area, itself included."""
        order, tree = self._squares
        own = _boxes([cell for cell in order if self.cells[cell] == area], self.cell_m)
        _, hits = tree.query(own, predicate="dwithin", distance=distance_m)
        return tuple(sorted({self.cells[order[int(hit)]] for hit in hits}))

    def geometry(self, areas: Iterable[int]) -> BaseGeometry:
        """Union of areas in WGS 84 at four decimals."""
        wanted = set(areas)
        return _outline(
            [cell for cell, area in sorted(self.cells.items()) if area in wanted],
            self.cell_m,
            self.epsg,
        )


def partition(
    study_area: BaseGeometry,
    residents: Residents | None,
    streets: StreetNetwork,
    buildings: NDArray[np.float64],
    policy: PrivacyPolicy,
) -> Partition:
    """Divide a study area by the rules of the module's docstring.

    Parameters
    ----------
    study_area
        Polygon in WGS 84; stops outside it are left out.
    residents
        Residents at points, or None where they are unknown.
    streets
        The walking network.
    buildings
        (b, 2) centroids of buildings in degrees; used where residents are unknown.
    policy
        k, the disc rule, the side of a square and the widest area worth drawing.

    Returns
    -------
    Partition
        Every area passes both rules; each stop of the study area lies in exactly one.

    Raises
    ------
    PrivacyError
        When even the whole study area does not pass.
    """
    epsg = _utm(study_area)
    to_metric = Transformer.from_crs(4326, epsg, always_xy=True)
    stops = plausible_stops(study_area, streets)
    if not len(stops):
        raise PrivacyError(
            "The study area has no street on which anybody could be met.",
            where="outreach.toml, study_area",
            mend="Give the bounds as west, south, east, north inside the extract.",
        )
    if residents is None and not len(buildings):
        raise PrivacyError(
            "The extract has no buildings, and there is no file of residents: nothing says how "
            "many people an area holds.",
            where="outreach.toml, [files]",
            mend='Name a file of residents, such as population = "population.csv", or take an '
            "extract in which buildings are not left out.",
        )
    points = _metric(to_metric, stops)
    weights = stop_weights(points, residents, buildings, lambda xy: _metric(to_metric, xy))
    nodes = _metric(to_metric, streets.lon_lat)
    corners = street_corners(nodes, points, plausibility(weights), policy.cell_m)
    floor = policy.buildings if residents is None else policy.residents
    known = (corners.xy, corners.mass, corners.square)
    merged = Merger(points, weights, known, floor, policy).run()
    cells = {cell: number for number, members in enumerate(merged) for cell in members}
    anchors = anchors_of(cells, len(merged), corners, nodes, streets)
    ground = Ground(study_area.bounds, len(merged))
    return restore(cells, anchors, epsg, policy.cell_m, policy.widest_m, grounds=(ground,))


def plausible_stops(study_area: BaseGeometry, streets: StreetNetwork) -> NDArray[np.float64]:
    """(n, 2) degrees of the street stops of a study area, in an order of their own.

    By longitude and latitude, so that the order of streets in a file has no say where two stops are
    equally near to somebody.
    """
    stops = street_stops(streets).lon_lat
    return _in_order(stops[shapely.contains_xy(study_area, stops)])


def _in_order(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return rows[np.lexsort(rows.T[::-1])] if len(rows) else rows


def restore(
    cells: Mapping[Cell, int],
    anchors: Sequence[Anchor],
    epsg: int,
    cell_m: float,
    widest_m: float,
    *,
    rules: int = RULES,
    grounds: tuple[Ground, ...] = (),
) -> Partition:
    """Rebuild a partition that the ledger has frozen."""
    members: dict[int, list[Cell]] = {}
    for cell in sorted(cells):
        members.setdefault(cells[cell], []).append(cell)
    areas = []
    for number, anchor in enumerate(anchors):
        extent_m = extent(members[number]) * cell_m
        areas.append(
            Area(
                number=number,
                geometry=_outline(members[number], cell_m, epsg),
                anchor=anchor.lon_lat,
                extent_m=extent_m,
                mapped=extent_m <= widest_m,
                last_mile_m=anchor.last_mile_m or 0.0,
            )
        )
    walked = all(anchor.last_mile_m is not None for anchor in anchors)
    return Partition(epsg, cell_m, dict(cells), tuple(areas), rules, grounds, walked)


def _utm(study_area: BaseGeometry) -> int:
    """EPSG code of the UTM zone of the study area's centre."""
    centre = study_area.centroid
    zones = query_utm_crs_info(
        datum_name="WGS 84", area_of_interest=AreaOfInterest(centre.x, centre.y, centre.x, centre.y)
    )
    return int(CRS.from_authority(zones[0].auth_name, zones[0].code).to_epsg() or 3857)


def _metric(to_metric: Transformer, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(lon_lat):
        return np.empty((0, 2))
    return np.column_stack(to_metric.transform(lon_lat[:, 0], lon_lat[:, 1]))


def stop_weights(
    points: NDArray[np.float64],
    residents: Residents | None,
    buildings: NDArray[np.float64],
    metric: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Residents, or where those are unknown buildings, that stand nearest to each stop, (n,).

    `points` (n, 2) are the stops in metres; `metric` turns degrees into the same metres. The order
    of residents and buildings has no say.
    """
    if residents is not None:
        told = _in_order(np.column_stack([residents.lon_lat, residents.people]))
        return _spread_people(points, metric(told[:, :2]), told[:, 2])
    return _count_near(points, metric(_in_order(buildings)))


def _spread_people(
    stops: NDArray[np.float64], centres: NDArray[np.float64], people: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each census point's people, shared evenly by the stops that are nearest to it."""
    weights = np.zeros(len(stops))
    if not len(centres):
        return weights
    distance, nearest = nearest_place(centres, stops)
    near = distance <= _RESIDENT_REACH_M
    sharers = np.bincount(nearest[near], minlength=len(centres))
    weights[near] = people[nearest[near]] / sharers[nearest[near]]
    return weights


def _count_near(stops: NDArray[np.float64], buildings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Number of buildings that stand nearest to each stop."""
    if not len(buildings):
        return np.zeros(len(stops))
    distance, nearest = nearest_place(stops, buildings)
    counts = np.bincount(nearest[distance <= _BUILDING_REACH_M], minlength=len(stops))
    return counts.astype(np.float64)


def _boxes(cells: Sequence[Cell], cell_m: float) -> NDArray[np.object_]:
    corner = np.array(cells, dtype=np.float64).reshape(-1, 2) * cell_m
    boxes: NDArray[np.object_] = shapely.box(
        corner[:, 0], corner[:, 1], corner[:, 0] + cell_m, corner[:, 1] + cell_m
    )
    return boxes


def _outline(cells: Sequence[Cell], cell_m: float, epsg: int) -> BaseGeometry:
    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True)
    union = shapely.normalize(shapely.coverage_union_all(_boxes(cells, cell_m)))

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])), DECIMALS)

    return shapely.transform(union, degrees)

"""Widen a partition by new ground; what was divided before stays as it is.

New areas are made of the squares in which stops lie that no earlier ground held, by the rules of
`outreach_map.privacy.areas`, of public data alone. They share no square with earlier ones, so no
release before and after can be intersected to less than an area; a record that was released before
keeps its area even where a new one would now be nearer (`outreach_map.privacy.gate`).
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outreach_map.network import StreetNetwork
from outreach_map.privacy.anchors import Anchor, anchors_of
from outreach_map.privacy.areas import (
    Bounds,
    Ground,
    Partition,
    Residents,
    plausible_stops,
    restore,
    stop_weights,
)
from outreach_map.privacy.corners import Corners, street_corners
from outreach_map.privacy.merge import Cell, Merger, plausibility
from outreach_map.settings import PrivacyPolicy


def covers(division: Partition, bounds: Bounds) -> bool:
    """Whether a study area is within one that was divided; so where nobody kept which that was."""
    if not division.grounds:
        return True
    asked = shapely.box(*bounds)
    return bool(shapely.union_all(_boxes(division)).covers(asked))


def extended(
    division: Partition,
    study_area: BaseGeometry,
    residents: Residents | None,
    streets: StreetNetwork,
    buildings: NDArray[np.float64],
    policy: PrivacyPolicy,
) -> Partition:
    """The same areas by the same numbers, and new ones on the ground that is new.

    Arguments as for `partition`. Where all of the new ground is too thin for an area that passes,
    there is no new area: places there have the nearest one, or none in reach.
    """
    stops = plausible_stops(study_area, streets)
    points = division.metric(stops)
    weights = stop_weights(points, residents, buildings, division.metric)
    mass = plausibility(weights)
    nodes = division.metric(streets.lon_lat)
    corners = street_corners(nodes, points, mass, division.cell_m)
    squares = [(int(i), int(j)) for i, j in np.floor(points / division.cell_m)]
    before = shapely.union_all(_boxes(division))
    fresh = np.logical_not(shapely.covers(before, shapely.points(stops))).tolist()
    wanted = {square for square, new in zip(squares, fresh, strict=True) if new}
    wanted -= division.cells.keys()
    merged = _divided(wanted, squares, points, weights, mass, corners, residents, policy)
    cells = dict(division.cells)
    count = len(division.areas)
    for number, members in enumerate(merged, start=count):
        cells.update(dict.fromkeys(members, number))
    total = count + len(merged)
    return restore(
        cells,
        [Anchor(area.anchor, area.last_mile_m) for area in division.areas]
        + anchors_of(cells, total, corners, nodes, streets, first=count),
        division.epsg,
        division.cell_m,
        policy.widest_m,
        rules=division.rules,
        grounds=(*division.grounds, Ground(study_area.bounds, total)),
    )


def _boxes(division: Partition) -> list[BaseGeometry]:
    return [shapely.box(*ground.bounds) for ground in division.grounds]


def _divided(
    wanted: set[Cell],
    squares: list[Cell],
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    mass: NDArray[np.float64],
    corners: Corners,
    residents: Residents | None,
    policy: PrivacyPolicy,
) -> list[list[Cell]]:
    """Squares of each new area; none where even all of them together do not pass."""
    own = np.array([square in wanted for square in squares], dtype=bool)
    if not own.any():
        return []
    near = np.array([(int(i), int(j)) in wanted for i, j in corners.square], dtype=bool)
    known = (corners.xy[near], corners.mass[near], corners.square[near])
    floor = policy.buildings if residents is None else policy.residents
    merger = Merger(points[own], weights[own], known, floor, policy, mass[own])
    return [] if merger.merge() else merger.areas()

"""Service areas: how far one gets from some places in so many minutes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
import shapely.ops
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra

from outreach_map.network.costs import EdgeCosts
from outreach_map.network.routes import checked_nodes
from outreach_map.network.streets import EARTH_RADIUS_M, StreetNetwork

# Doors stand beside streets: what is this near to a street that is reached is reached.
_BESIDE_M = 40.0
_MS = 1000.0


def service_area(
    network: StreetNetwork,
    facilities: ArrayLike,
    minutes: Sequence[float],
    *,
    costs: EdgeCosts | None = None,
) -> NDArray[np.object_]:
    """Polygons of what is reached from the nearest of some places, one a time limit.

    Streets are cut where the time is up, so a limit is kept to the metre along the street; the
    polygon reaches 40 m to either side of them.

    Parameters
    ----------
    network
        Streets of one mode.
    facilities
        Node indices, (f,).
    minutes
        Time limits, (t,), above 0.
    costs
        With costs the weighted seconds count, and nothing goes through a closed street.

    Returns
    -------
    (t,) object array of Polygon or MultiPolygon in degrees, in the order of `minutes`; empty
    where there is no facility. A longer limit contains the area of a shorter one.
    """
    if not all(limit > 0 for limit in minutes):
        raise ValueError("a time limit is above 0 minutes")
    areas = np.full(len(minutes), shapely.Polygon(), dtype=object)
    places = np.unique(checked_nodes(network, facilities))
    if not len(places) or not len(minutes):
        return areas
    cost_s = network.travel_time_s if costs is None else costs.cost_s
    matrix = network.graph.matrix(network.graph.pair_cost_ms(cost_s))
    reached_s = np.asarray(dijkstra(matrix, indices=places, min_only=True)) / _MS
    origin = network.lon_lat[places].mean(axis=0)
    scale = np.radians(1) * EARTH_RADIUS_M * np.array([np.cos(np.radians(origin[1])), 1.0])
    near = np.unique(network.segment[reached_s[network.tail] < max(minutes) * 60.0])
    lines = np.full(network.segments, None, dtype=object)
    lines[near] = shapely.transform(network.lines[near], lambda lon_lat: (lon_lat - origin) * scale)
    spots = shapely.points((network.lon_lat[places] - origin) * scale)
    for number, limit in enumerate(minutes):
        reached = _reached(network, lines, reached_s, cost_s, limit * 60.0)
        beside = shapely.buffer(np.concatenate([reached, spots]), _BESIDE_M, quad_segs=4)
        whole = shapely.union_all(beside)
        areas[number] = shapely.transform(whole, lambda xy: xy / scale + origin)
    return areas


def _reached(
    network: StreetNetwork,
    lines: NDArray[np.object_],
    reached_s: NDArray[np.float64],
    cost_s: NDArray[np.float64],
    limit_s: float,
) -> NDArray[np.object_]:
    """Pieces of streets reached within a limit; from either end as far as the time goes."""
    left_s = limit_s - reached_s[network.tail]
    arcs = np.flatnonzero((left_s > 0) & np.isfinite(cost_s))
    share = np.minimum(left_s[arcs] / cost_s[arcs], 1.0)
    full = np.zeros(network.segments, dtype=bool)
    full[network.segment[arcs[share >= 1.0]]] = True
    pieces = [
        shapely.ops.substring(lines[segment], 0.0, part, normalized=True)
        if forward
        else shapely.ops.substring(lines[segment], 1.0 - part, 1.0, normalized=True)
        for segment, forward, part in zip(
            network.segment[arcs], network.forward[arcs], share.tolist(), strict=True
        )
        if not full[segment]
    ]
    return np.concatenate([lines[full], np.array(pieces, dtype=object)])

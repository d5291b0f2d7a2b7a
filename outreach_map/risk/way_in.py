"""Where there is one way in and out: the parts of the street graph behind a bridge or a zone.

A bridge of a graph is an edge whose removal cuts it in two (Tarjan 1974,
doi:10.1016/0020-0190(74)90003-9). Everything behind one is left by the same street, whoever
blocks it. Directions are ignored: who has to leave on foot may go against any sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely.geometry.base import BaseGeometry

from outreach_map.network import StreetNetwork, ZoneCost, bridges, edge_costs


@dataclass(frozen=True, eq=False, repr=False)
class WayIn:
    """For every node: whether it lies behind a bridge, and how long the only way is.

    `behind` (n,) bool; `time_s` (n,) seconds on foot to where two ways part, 0 in the part that
    no bridge cuts, inf off the main component.
    """

    behind: NDArray[np.bool_]
    time_s: NDArray[np.float64]


def only_way_in(walk: StreetNetwork) -> WayIn:
    """Find the nodes that can be left in one way only.

    Parameters
    ----------
    walk
        The walking network.

    Returns
    -------
    WayIn
        The largest part that no bridge cuts is where two ways are; all else is behind one.
    """
    core = _largest_part(walk, ~bridges(walk)[walk.segment])
    # SciPy adds parallel arcs up, so only the quickest of each is kept.
    order = np.lexsort((walk.travel_time_s, walk.head, walk.tail))
    tail, head = walk.tail[order], walk.head[order]
    first = np.concatenate([[True], (np.diff(tail) != 0) | (np.diff(head) != 0)])
    graph = csr_matrix(
        (walk.travel_time_s[order][first], (tail[first], head[first])),
        shape=(len(walk), len(walk)),
    )
    time_s = np.asarray(
        dijkstra(graph, directed=False, indices=np.flatnonzero(core), min_only=True), np.float64
    )
    return WayIn(~core & np.isfinite(time_s), time_s)


def only_through(walk: StreetNetwork, zone: BaseGeometry) -> NDArray[np.bool_]:
    """Nodes (n,) from which no street leads to the rest of the network without touching a zone.

    Parameters
    ----------
    walk
        The walking network.
    zone
        Geometry in degrees; a street that only touches it counts as inside.
    """
    outside = np.isfinite(edge_costs(walk, [ZoneCost(zone, 0.0, closed=True)]).cost_s)
    shut_in: NDArray[np.bool_] = ~_largest_part(walk, outside) & (walk.component == 0)
    return shut_in


def _largest_part(walk: StreetNetwork, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nodes (n,) of the largest part that some arcs connect, counted in the main component."""
    graph = csr_matrix(
        (np.ones(int(kept.sum())), (walk.tail[kept], walk.head[kept])),
        shape=(len(walk), len(walk)),
    )
    _, part = connected_components(graph, directed=False)
    largest: NDArray[np.bool_] = part == np.bincount(part[walk.component == 0]).argmax()
    return largest

"""Where there is only one way in and out: the parts of the street graph behind a bridge.

A bridge of a graph is an edge whose removal cuts it in two (Tarjan 1974,
doi:10.1016/0020-0190(74)90003-9). Everything behind one is left by the same street, whoever
blocks it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from outreach_map.network import StreetNetwork, bridges


@dataclass(frozen=True, eq=False, repr=False)
class WayIn:
    """For every node: whether it lies behind a bridge, and metres to where two ways part.

    `behind` (n,) bool; `length_m` (n,) 0 in the well-connected part, inf off the main component.
    """

    behind: NDArray[np.bool_]
    length_m: NDArray[np.float64]


def only_way_in(walk: StreetNetwork) -> WayIn:
    """Find the nodes that can be left in one way only.

    Parameters
    ----------
    walk
        The walking network; directions are ignored.

    Returns
    -------
    WayIn
        The largest part that no bridge cuts is where two ways are; all else is behind one.
    """
    size = len(walk)
    cut = bridges(walk)[walk.segment]
    ones = np.ones(int((~cut).sum()))
    whole = csr_matrix((ones, (walk.tail[~cut], walk.head[~cut])), shape=(size, size))
    _, part = connected_components(whole, directed=False)
    core = part == np.bincount(part[walk.component == 0]).argmax()
    # From the core outwards, along every street in both directions, by the shortest way.
    order = np.lexsort((walk.length_m, walk.head, walk.tail))
    tail, head = walk.tail[order], walk.head[order]
    first = np.concatenate([[True], (np.diff(tail) != 0) | (np.diff(head) != 0)])
    length_m = np.maximum(walk.length_m[order][first], 1e-3)
    graph = csr_matrix((length_m, (tail[first], head[first])), shape=(size, size))
    away_m = dijkstra(graph, directed=False, indices=np.flatnonzero(core), min_only=True)
    behind = (away_m > 0) & np.isfinite(away_m)
    return WayIn(behind, np.asarray(away_m, dtype=np.float64))

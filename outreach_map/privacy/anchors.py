"""The anchor of an area: the crossing from which its plausible places are nearest on foot.

The 1-median on the street network (Hakimi 1964, doi:10.1287/opre.12.3.450), weighted by how
plausible each corner of the area is: public data alone, and the same for every site of the area.
By streets and not as the crow flies, so that a river or a railway counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from outreach_map.network import StreetNetwork
from outreach_map.privacy.corners import Corners

# Ways that lead out of an area and back into it are looked for so far around it.
_AROUND_M = 400.0
# Of more crossings than these, those nearest to the middle are tried.
_TRIED = 200
_MM = 3


def anchor_nodes(
    area: NDArray[np.int64],
    areas: int,
    corners: Corners,
    nodes: NDArray[np.float64],
    streets: StreetNetwork,
) -> NDArray[np.int64]:
    """Node that stands for each area, (areas,), on the main part of the network.

    Parameters
    ----------
    area
        (c,) area of each corner.
    areas
        Number of areas; each has a corner.
    corners
        Of the walking network, in an order of their own.
    nodes
        (n, 2) all nodes in metres.
    streets
        The walking network.
    """
    lengths = _lengths(streets)
    main = np.flatnonzero(streets.component == 0)
    return np.array(
        [
            _median(np.flatnonzero(area == number), corners, nodes, streets, lengths, main)
            for number in range(areas)
        ],
        dtype=np.int64,
    )


def _median(
    own: NDArray[np.int64],
    corners: Corners,
    nodes: NDArray[np.float64],
    streets: StreetNetwork,
    lengths: csr_array,
    main: NDArray[np.int64],
) -> int:
    middle = np.average(corners.xy[own], axis=0, weights=corners.mass[own])
    inside = own[streets.component[corners.node[own]] == 0]
    if not len(inside):
        # An island: teams come as near as their streets lead.
        apart = ((nodes[main] - middle) ** 2).sum(axis=1)
        return int(main[np.lexsort((*nodes[main].T[::-1], apart))[0]])
    apart = ((corners.xy[inside] - middle) ** 2).sum(axis=1)
    tried = inside[np.argsort(apart, kind="stable")[:_TRIED]]
    low, high = corners.xy[inside].min(axis=0), corners.xy[inside].max(axis=0)
    near = ((nodes >= low - _AROUND_M) & (nodes <= high + _AROUND_M)).all(axis=1)
    around = np.flatnonzero(near & (streets.component == 0))
    of_tried = np.searchsorted(around, corners.node[tried])
    of_inside = np.searchsorted(around, corners.node[inside])
    metres = dijkstra(lengths[around][:, around], indices=of_tried)[:, of_inside]
    # No way but a long one around: as far as the way across is wide, and more.
    metres = np.minimum(metres, 10.0 * float(np.hypot(*(high - low))) + _AROUND_M)
    mass = corners.mass[inside]
    mean = np.round(metres @ (mass / mass.sum()), _MM)
    return int(corners.node[tried[np.argmin(mean)]])


def _lengths(streets: StreetNetwork) -> csr_array:
    """Metres between neighbouring nodes, of parallel arcs the shortest."""
    key = streets.tail.astype(np.int64) * len(streets) + streets.head
    order = np.lexsort((streets.length_m, key))
    pairs, first = np.unique(key[order], return_index=True)
    # A stored zero would be no street at all.
    metres = np.maximum(streets.length_m[order][first], 1e-3)
    at = (pairs // max(len(streets), 1), pairs % max(len(streets), 1))
    return csr_array((metres, at), shape=(len(streets), len(streets)))

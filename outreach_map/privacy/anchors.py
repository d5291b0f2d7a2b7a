"""The anchor of an area: the crossing from which its plausible places are nearest on foot.

And how far that is: the last mile to be expected, which plans count once a visit (`docs/routing.md`
says why).

The 1-median on the street network (Hakimi 1964, doi:10.1287/opre.12.3.450), weighted by how
plausible each corner of the area is: public data alone, and the same for every site of the area.
By streets and not as the crow flies, so that a river or a railway counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from outreach_map.network import StreetNetwork
from outreach_map.privacy.corners import Corners
from outreach_map.privacy.merge import Cell

# Ways that lead out of an area and back into it are looked for so far around it.
_AROUND_M = 400.0
# And for the last mile, which is asked of one node an area, so far; then everywhere.
_WELL_AROUND_M = 2000.0
# Of more crossings than these, those nearest to the middle are tried.
_TRIED = 200
_MM = 3
# Last miles are in steps, so that a place after the point on another machine changes nothing.
_STEP_M = 10.0
DECIMALS = 4


class Anchor(NamedTuple):
    """(lon, lat) of an anchor, and the metres by street to be expected from it; None if unknown."""

    lon_lat: tuple[float, float]
    last_mile_m: float | None


def anchors_of(
    cells: Mapping[Cell, int],
    areas: int,
    corners: Corners,
    nodes: NDArray[np.float64],
    streets: StreetNetwork,
    first: int = 0,
) -> list[Anchor]:
    """Anchor of each area that is numbered from `first` on."""
    area = areas_at(cells, corners) - first
    chosen = anchor_nodes(area, areas - first, corners, nodes, streets)
    metres = last_miles_m(area, chosen, corners, nodes, streets)
    return [
        Anchor((float(lon), float(lat)), float(far))
        for (lon, lat), far in zip(np.round(streets.lon_lat[chosen], DECIMALS), metres, strict=True)
    ]


def areas_at(cells: Mapping[Cell, int], corners: Corners) -> NDArray[np.int64]:
    """Area of each corner by its square, (c,); -1 where it is in none."""
    return np.array([cells.get((int(i), int(j)), -1) for i, j in corners.square], dtype=np.int64)


def last_miles_m(
    area: NDArray[np.int64],
    anchors: Sequence[int] | NDArray[np.int64],
    corners: Corners,
    nodes: NDArray[np.float64],
    streets: StreetNetwork,
) -> NDArray[np.float64]:
    """Mean metres by street from each anchor to the plausible places of its area, (areas,).

    In steps of 10 m, by the masses of the corners. Of an island as the crow flies.

    Parameters
    ----------
    area
        (c,) area of each corner.
    anchors
        Node of the anchor of each area.
    corners, nodes, streets
        As in `anchor_nodes`.
    """
    lengths = _lengths(streets)
    found = np.zeros(len(anchors))
    for number, anchor in enumerate(anchors):
        own = np.flatnonzero(area == number)
        inside = own[streets.component[corners.node[own]] == streets.component[anchor]]
        if not len(own):
            continue
        if len(inside):
            sources = np.array([int(anchor)], dtype=np.int64)
            way = (sources, inside, corners, nodes, streets, lengths)
            metres = _metres(*way, _WELL_AROUND_M)[0]
            if np.isinf(metres).any():
                metres = _metres(*way, np.inf)[0]
        else:
            inside = own
            metres = np.linalg.norm(corners.xy[own] - nodes[anchor], axis=1)
        found[number] = np.average(metres, weights=corners.mass[inside])
    return _STEP_M * np.round(found / _STEP_M)


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
    metres = _metres(corners.node[tried], inside, corners, nodes, streets, lengths, _AROUND_M)
    # No way but a long one around: as far as the way across is wide, and more.
    across = corners.xy[inside].max(axis=0) - corners.xy[inside].min(axis=0)
    metres = np.minimum(metres, 10.0 * float(np.hypot(*across)) + _AROUND_M)
    mass = corners.mass[inside]
    mean = np.round(metres @ (mass / mass.sum()), _MM)
    return int(corners.node[tried[np.argmin(mean)]])


def _metres(
    sources: NDArray[np.int64],
    inside: NDArray[np.int64],
    corners: Corners,
    nodes: NDArray[np.float64],
    streets: StreetNetwork,
    lengths: csr_array,
    around_m: float,
) -> NDArray[np.float64]:
    """(sources, corners) metres between nodes of one part of the network, by ways near them."""
    places = np.vstack([corners.xy[inside], nodes[sources]])
    low, high = places.min(axis=0), places.max(axis=0)
    near = ((nodes >= low - around_m) & (nodes <= high + around_m)).all(axis=1)
    around = np.flatnonzero(near & (streets.component == streets.component[sources[0]]))
    starts = np.searchsorted(around, sources)
    ends = np.searchsorted(around, corners.node[inside])
    metres: NDArray[np.float64] = dijkstra(lengths[around][:, around], indices=starts)[:, ends]
    return metres


def _lengths(streets: StreetNetwork) -> csr_array:
    """Metres between neighbouring nodes, of parallel arcs the shortest."""
    key = streets.tail.astype(np.int64) * len(streets) + streets.head
    order = np.lexsort((streets.length_m, key))
    pairs, first = np.unique(key[order], return_index=True)
    # A stored zero would be no street at all.
    metres = np.maximum(streets.length_m[order][first], 1e-3)
    at = (pairs // max(len(streets), 1), pairs % max(len(streets), 1))
    return csr_array((metres, at), shape=(len(streets), len(streets)))

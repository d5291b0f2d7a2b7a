"""The shape of a network: its cut edges, and the places where people may stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from outreach_map.network.streets import StreetNetwork
from outreach_map.network.tags import Highway


@dataclass(frozen=True, eq=False, repr=False)
class Stops:
    """Points along streets: `lon_lat` (p, 2) degrees, `segment` (p,) of the network."""

    lon_lat: NDArray[np.float64]
    segment: NDArray[np.int64]


def street_stops(network: StreetNetwork, spacing_m: float = 25.0) -> Stops:
    """Points in the middle of equal pieces of every street, each at most `spacing_m` long.

    Neighbouring points along a street, and across a crossing, are at most `spacing_m` apart (to
    0.3 %, since points are set by degrees scaled to the latitude). A spacing that is not above
    zero is a ValueError.
    """
    if not spacing_m > 0:
        raise ValueError("a spacing is above 0 m")
    length_m = segment_lengths_m(network)
    pieces = np.maximum(np.ceil(length_m / spacing_m), 1).astype(np.int64)
    # Nobody stands on the water between two landings.
    pieces[network.tags.highway == Highway.FERRY] = 0
    segment = np.repeat(np.arange(len(pieces)), pieces)
    place = np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (place + 0.5) / pieces[segment]
    return Stops(points_along(network, segment, share), segment)


def points_along(
    network: StreetNetwork, segment: NDArray[np.int64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(q, 2) degrees at a share (0 to 1) of the way along segments, (q,) each."""
    # Along the line by degrees scaled to the latitude: within one street the scale is constant.
    scale = np.array([np.cos(np.radians(network.lon_lat[:, 1].mean())), 1.0])
    flat = network.coords * scale
    step = np.hypot(*np.diff(flat, axis=0).T)
    run = np.concatenate([[0.0], np.cumsum(step)])
    begin, end = network.coord_offset[:-1], network.coord_offset[1:] - 1
    target = run[begin][segment] + share * (run[end] - run[begin])[segment]
    vertex = np.searchsorted(run, target, side="right") - 1
    vertex = np.clip(vertex, begin[segment], end[segment] - 1)
    gap = run[vertex + 1] - run[vertex]
    part = np.where(gap > 0, (target - run[vertex]) / np.where(gap > 0, gap, 1.0), 0.0)
    part = np.clip(part, 0.0, 1.0)[:, None]
    lon_lat: NDArray[np.float64] = (
        network.coords[vertex] * (1 - part) + network.coords[vertex + 1] * part
    )
    return lon_lat


def segment_lengths_m(network: StreetNetwork) -> NDArray[np.float64]:
    """(s,) metres of each segment."""
    length_m = np.zeros(network.segments)
    length_m[network.segment] = network.length_m
    return length_m


@dataclass(frozen=True)
class Component:
    """A part of a network within which one can go from anywhere to anywhere and back."""

    nodes: int
    length_km: float


def components(network: StreetNetwork) -> tuple[Component, ...]:
    """Strongly connected parts by size, the one that routes are planned on first.

    `length_km` counts streets inside a part once, whichever way they lead.
    """
    nodes = np.bincount(network.component)
    inside = network.component[network.tail] == network.component[network.head]
    of_segment = np.full(network.segments, -1, dtype=np.int64)
    of_segment[network.segment[inside]] = network.component[network.tail[inside]]
    counted = of_segment >= 0
    length_m = np.bincount(
        of_segment[counted], segment_lengths_m(network)[counted], minlength=len(nodes)
    )
    return tuple(
        Component(int(size), float(metres) / 1000)
        for size, metres in zip(nodes, length_m, strict=True)
    )


def bridges(network: StreetNetwork) -> NDArray[np.bool_]:
    """Segments whose closing would cut the undirected street graph in two.

    Returns
    -------
    (s,) bool. Loops and parallel streets between the same crossings are never bridges.
    """
    import networkx as nx  # here, since it takes as much memory as the streets of a town

    segments = network.segments
    ends = np.full((segments, 2), -1, dtype=np.int64)
    ends[network.segment, 0] = np.minimum(network.tail, network.head)
    ends[network.segment, 1] = np.maximum(network.tail, network.head)
    pair, inverse, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from(map(tuple, pair[pair[:, 0] != pair[:, 1]].tolist()))
    # The stubs take an edge for a node; an edge is a pair of nodes.
    edges = cast(Iterator[tuple[int, int]], nx.bridges(graph))
    found = {(min(edge), max(edge)) for edge in edges}
    cut = np.array([tuple(edge) in found for edge in pair.tolist()]) & (count == 1)
    flags: NDArray[np.bool_] = cut[inverse.ravel()]
    return flags

"""The shape of a network: its cut edges, and the places where people may stand."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, eq=False, repr=False)
class Blocks:
    """The parts of a street graph that no single crossing cuts (blocks), directions ignored.

    Attributes
    ----------
    block
        (s,) block of each segment, 0 being the one with most segments; -1 of loops.
    bridge
        (s,) whether closing the segment would cut the graph in two: a block of its own.
    cut_node
        (n,) whether closing the crossing would: it belongs to two blocks or more.
    """

    block: NDArray[np.int64]
    bridge: NDArray[np.bool_]
    cut_node: NDArray[np.bool_]


def blocks(network: StreetNetwork) -> Blocks:
    """Blocks, bridges and cut nodes of the undirected street graph.

    Hopcroft & Tarjan (1973), doi:10.1145/362248.362272, by rustworkx. Loops are in no block, and
    parallel streets between the same crossings are never bridges.
    """
    import rustworkx as rx  # here, since few commands need it

    ends = np.full((network.segments, 2), -1, dtype=np.int64)
    ends[network.segment] = np.sort(np.column_stack([network.tail, network.head]), axis=1)
    nodes = len(network)
    pair, inverse = np.unique(ends[:, 0] * nodes + ends[:, 1], return_inverse=True)
    first, last = pair // nodes, pair % nodes
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(nodes))
    proper = first != last
    edges = list(zip(first[proper].tolist(), last[proper].tolist(), strict=True))
    graph.extend_from_edge_list(edges)
    found = rx.biconnected_components(graph)
    of_pair = np.full(len(pair), -1, dtype=np.int64)
    keys = np.array(list(found.keys()), dtype=np.int64).reshape(-1, 2)
    at = np.searchsorted(pair, keys.min(axis=1) * nodes + keys.max(axis=1))
    of_pair[at] = np.fromiter(found.values(), np.int64, len(found))
    block = of_pair[inverse.ravel()]
    # Numbered by size, ties by their first street, so that the numbers do not hang on the library.
    label, begin, size = np.unique(block[block >= 0], return_index=True, return_counts=True)
    rank = np.full(int(label.max(initial=-1)) + 2, -1, dtype=np.int64)
    rank[label[np.lexsort((begin, -size))]] = np.arange(len(label))
    block = rank[block]
    sizes = np.bincount(block[block >= 0], minlength=len(label))
    bridge = np.zeros(len(block), dtype=bool)
    bridge[block >= 0] = sizes[block[block >= 0]] == 1
    return Blocks(block, bridge, _in_two_blocks(ends, block, nodes))


def _in_two_blocks(
    ends: NDArray[np.int64], block: NDArray[np.int64], nodes: int
) -> NDArray[np.bool_]:
    own = block >= 0
    node = ends[own].ravel()
    in_block = np.repeat(block[own], 2)
    pairs = np.unique(node * (int(block.max(initial=0)) + 1) + in_block)
    count = np.bincount(pairs // (int(block.max(initial=0)) + 1), minlength=nodes)
    several: NDArray[np.bool_] = count >= 2
    return several


def bridges(network: StreetNetwork) -> NDArray[np.bool_]:
    """Segments (s,) whose closing would cut the undirected street graph in two.

    Loops and parallel streets between the same crossings are never bridges.
    """
    return blocks(network).bridge


def cut_nodes(network: StreetNetwork) -> NDArray[np.bool_]:
    """Nodes (n,) whose closing would cut the undirected street graph in two."""
    return blocks(network).cut_node

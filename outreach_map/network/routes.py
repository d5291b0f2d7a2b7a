"""Travel times, paths and nearest facilities on a street network, by SciPy's Dijkstra."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from outreach_map.network.streets import StreetNetwork

_BLOCK = 128
_NO_PREDECESSOR = -9999


@dataclass(frozen=True, repr=False)
class ZoneCost:
    """A zone that makes streets costlier (`weight` >= 0, times the seconds) or closes them."""

    geometry: BaseGeometry
    weight: float
    closed: bool = False

    def __post_init__(self) -> None:
        """Reject a negative weight (ValueError): a zone never makes a street cheaper."""
        if not self.weight >= 0:
            raise ValueError("a zone's weight is at least 0")


@dataclass(frozen=True, eq=False, repr=False)
class EdgeCosts:
    """`cost_s` (m,) of each arc in weighted seconds; inf where a street is closed."""

    cost_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Reject costs that are not above zero (ValueError): a solver reads a zero as "no arc"."""
        if not (self.cost_s > 0).all():
            raise ValueError("the cost of an arc is above zero")


@dataclass(frozen=True, eq=False, repr=False)
class Matrices:
    """True seconds and metres along least-cost paths, (origins, destinations); inf unreachable."""

    travel_time_s: NDArray[np.float64]
    length_m: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Path:
    """One path: its arcs, its line in degrees, metres, seconds and street names on the way."""

    arcs: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    length_m: float
    travel_time_s: float
    street_names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Nearest:
    """For every node: seconds to its nearest facility (inf without) and its index (-1 without)."""

    travel_time_s: NDArray[np.float64]
    facility: NDArray[np.int64]


def edge_costs(network: StreetNetwork, zones: Sequence[ZoneCost]) -> EdgeCosts:
    """Cost of every arc: seconds x (1 + weights of the zones that its street touches).

    Parameters
    ----------
    network
        Streets of one mode.
    zones
        Zones in force; a street that only touches one counts as inside.
    """
    weight = np.ones(len(network.highway))
    closed = np.zeros(len(network.highway), dtype=bool)
    for zone in zones:
        touched = network.line_tree.query(zone.geometry, predicate="intersects")
        if zone.closed:
            closed[touched] = True
        else:
            weight[touched] += zone.weight
    cost_s = network.travel_time_s * weight[network.segment]
    cost_s[closed[network.segment]] = np.inf
    return EdgeCosts(cost_s)


def travel_time_matrix(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    cutoff_s: float | None = None,
    costs: EdgeCosts | None = None,
) -> NDArray[np.float64]:
    """Seconds from each origin to each destination.

    Parameters
    ----------
    network
        Streets of one mode.
    origins, destinations
        Node indices, (o,) and (d,).
    cutoff_s
        Answers above it are inf; a time equal to it is kept.
    costs
        Paths are chosen by these costs; the answer is the true time along them.

    Returns
    -------
    (o, d) float64 seconds; inf where there is no path.

    Raises
    ------
    IndexError
        When a node does not exist.
    """
    starts, ends = _nodes(network, origins), _nodes(network, destinations)
    if costs is None:
        graph = _Graph(network, network.travel_time_s)
        limit = np.inf if cutoff_s is None else cutoff_s
        times = np.empty((len(starts), len(ends)))
        for block in range(0, len(starts), _BLOCK):
            rows = slice(block, block + _BLOCK)
            times[rows] = dijkstra(graph.matrix, indices=starts[rows], limit=limit)[:, ends]
        return times
    times = travel_matrices(network, starts, ends, costs=costs).travel_time_s
    return times if cutoff_s is None else np.where(times <= cutoff_s, times, np.inf)


def travel_matrices(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    costs: EdgeCosts | None = None,
) -> Matrices:
    """True seconds and metres along the least-cost paths; arguments as `travel_time_matrix`."""
    starts, ends = _nodes(network, origins), _nodes(network, destinations)
    graph = _Graph(network, network.travel_time_s if costs is None else costs.cost_s)
    time_s = np.full((len(starts), len(ends)), np.inf)
    length_m = np.full((len(starts), len(ends)), np.inf)
    for block in range(0, len(starts), _BLOCK):
        some = starts[block : block + _BLOCK]
        cost, before = dijkstra(graph.matrix, indices=some, return_predecessors=True)
        row, column = np.nonzero(np.isfinite(cost[:, ends]))
        seconds, metres = np.zeros(len(row)), np.zeros(len(row))
        at = ends[column]
        moving = np.arange(len(row))
        # All pairs walk back one arc at a time, until each has come to its origin.
        while len(moving):
            previous = before[row[moving], at[moving]]
            under_way = previous != _NO_PREDECESSOR
            moving, previous = moving[under_way], previous[under_way]
            arc = graph.arcs_between(previous, at[moving])
            seconds[moving] += network.travel_time_s[arc]
            metres[moving] += network.length_m[arc]
            at[moving] = previous
        time_s[block + row, column] = seconds
        length_m[block + row, column] = metres
    return Matrices(time_s, length_m)


def shortest_paths(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    costs: EdgeCosts | None = None,
) -> list[Path | None]:
    """Least-cost path of each pair (origins[i], destinations[i]); None where there is none."""
    starts, ends = _nodes(network, origins), _nodes(network, destinations)
    if len(starts) != len(ends):
        raise ValueError("one destination for each origin")
    graph = _Graph(network, network.travel_time_s if costs is None else costs.cost_s)
    paths: list[Path | None] = [None] * len(starts)
    sources = np.unique(starts)
    for block in range(0, len(sources), _BLOCK):
        some = sources[block : block + _BLOCK]
        cost, before = dijkstra(graph.matrix, indices=some, return_predecessors=True)
        for row, source in enumerate(some):
            for pair in np.flatnonzero(starts == source):
                if np.isfinite(cost[row, ends[pair]]):
                    paths[pair] = _path(network, graph, before[row], int(source), int(ends[pair]))
    return paths


def nearest_facility(
    network: StreetNetwork,
    facilities: ArrayLike,
    *,
    costs: EdgeCosts | None = None,
    cutoff_s: float | None = None,
) -> Nearest:
    """Time from every node to its nearest facility.

    Parameters
    ----------
    network
        Streets of one mode.
    facilities
        Node indices, (f,); may repeat.
    costs, cutoff_s
        As in `travel_time_matrix`; with costs the time is the weighted one.

    Returns
    -------
    Nearest
        (n,) seconds and index into `facilities` (the first of several at one node).
    """
    places = _nodes(network, facilities)
    if not len(places):
        return Nearest(np.full(len(network), np.inf), np.full(len(network), -1))
    graph = _Graph(network, network.travel_time_s if costs is None else costs.cost_s, reverse=True)
    unique, first = np.unique(places, return_index=True)
    seconds, _, source = dijkstra(
        graph.matrix,
        indices=unique,
        min_only=True,
        return_predecessors=True,
        limit=np.inf if cutoff_s is None else cutoff_s,
    )
    found = np.isfinite(seconds)
    slot = np.searchsorted(unique, np.where(found, source, unique[0]))
    return Nearest(seconds, np.where(found, first[slot], -1))


class _Graph:
    """A CSR matrix without parallel arcs, and the arc that each of its entries stands for."""

    def __init__(
        self, network: StreetNetwork, cost_s: NDArray[np.float64], *, reverse: bool = False
    ) -> None:
        if cost_s.shape != network.tail.shape:
            raise ValueError("one cost for each arc")
        tail, head = (network.head, network.tail) if reverse else (network.tail, network.head)
        size = len(network)
        key = tail.astype(np.int64) * size + head
        usable = np.flatnonzero(np.isfinite(cost_s))
        # SciPy adds parallel entries up, so only the cheapest of each is kept.
        order = usable[np.lexsort((usable, cost_s[usable], key[usable]))]
        self._key, first = np.unique(key[order], return_index=True)
        self._arc = order[first]
        self._size = size
        self.matrix = csr_matrix(
            (cost_s[self._arc], (tail[self._arc], head[self._arc])), shape=(size, size)
        )

    def arcs_between(self, tail: NDArray[np.int64], head: NDArray[np.int64]) -> NDArray[np.int64]:
        """Arc of each pair of neighbouring nodes."""
        key = tail.astype(np.int64) * self._size + head
        arcs: NDArray[np.int64] = self._arc[np.searchsorted(self._key, key)]
        return arcs


def _nodes(network: StreetNetwork, nodes: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(nodes)
    if given.size and given.dtype.kind not in "iu":
        raise IndexError("nodes are named by whole numbers")
    checked = given.astype(np.int64).reshape(-1)
    if len(checked) and (checked.min() < 0 or checked.max() >= len(network)):
        raise IndexError("a node that the network does not have")
    return checked


def _path(
    network: StreetNetwork, graph: _Graph, before: NDArray[np.int32], start: int, end: int
) -> Path:
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    chain = np.array(nodes[::-1], dtype=np.int64)
    arcs = graph.arcs_between(chain[:-1], chain[1:])
    pieces = []
    names: list[str] = []
    for arc in arcs:
        segment = network.segment[arc]
        line = network.coords[network.coord_offset[segment] : network.coord_offset[segment + 1]]
        pieces.append(line if network.forward[arc] else line[::-1])
        name_id = network.name_id[segment]
        if name_id >= 0 and (not names or names[-1] != network.names[name_id]):
            names.append(network.names[name_id])
    # Neighbouring pieces share a point, which is drawn once.
    line = (
        np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
        if pieces
        else network.lon_lat[[start]]
    )
    return Path(
        arcs,
        line,
        float(network.length_m[arcs].sum()),
        float(network.travel_time_s[arcs].sum()),
        tuple(names),
    )


def nodes_within(network: StreetNetwork, geometry: BaseGeometry) -> NDArray[np.int64]:
    """Nodes of the largest component inside a polygon in degrees, ascending."""
    inside = shapely.contains_xy(geometry, network.lon_lat) & (network.component == 0)
    return np.flatnonzero(inside)

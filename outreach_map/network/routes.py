"""Travel times, paths and nearest facilities on a street network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from outreach_map.network.costs import EdgeCosts
from outreach_map.network.dijkstra import DijkstraEngine
from outreach_map.network.engine import EngineKind, make_engine
from outreach_map.network.graph import CLOSED_MS
from outreach_map.network.streets import StreetNetwork

_BLOCK = 128
_MS = 1000.0


@dataclass(frozen=True, eq=False, repr=False)
class Matrices:
    """True seconds and metres along least-cost paths, (origins, destinations); inf unreachable.

    `exposure_s` are the seconds times the weights of the arcs on the way; zeros without weights.
    """

    travel_time_s: NDArray[np.float64]
    length_m: NDArray[np.float64]
    exposure_s: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Path:
    """One path.

    `arcs` on the way, `lon_lat` (p, 2) its line in degrees, its metres, its true seconds, its
    cost (the seconds weighted by risk) and the names of the streets on the way.
    """

    arcs: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    length_m: float
    travel_time_s: float
    cost_s: float
    street_names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Nearest:
    """For every node: seconds to its nearest facility (inf without) and its index (-1 without)."""

    travel_time_s: NDArray[np.float64]
    facility: NDArray[np.int64]


def travel_time_matrix(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    cutoff_s: float | None = None,
    costs: EdgeCosts | None = None,
    engine: EngineKind | None = None,
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
    engine
        Which engine searches; without one the quicker. Not used with `costs`.

    Returns
    -------
    (o, d) float64 seconds; inf where there is no path.

    Raises
    ------
    IndexError
        When a node does not exist.
    """
    if costs is None:
        return cost_matrix(network, origins, destinations, cutoff_s=cutoff_s, engine=engine)
    times = travel_matrices(network, origins, destinations, costs=costs).travel_time_s
    return times if cutoff_s is None else np.where(times <= cutoff_s, times, np.inf)


def cost_matrix(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    costs: EdgeCosts | None = None,
    cutoff_s: float | None = None,
    engine: EngineKind | None = None,
) -> NDArray[np.float64]:
    """Least cost in weighted seconds; arguments as `travel_time_matrix`, all engines agree."""
    starts, ends = checked_nodes(network, origins), checked_nodes(network, destinations)
    searching = make_engine(network, costs, kind=engine, searches=min(len(starts), len(ends)))
    limit_ms = np.inf if cutoff_s is None else np.rint(cutoff_s * _MS)
    found: NDArray[np.float64] = searching.costs_ms(starts, ends, limit_ms) / _MS
    return found


def cost_profile(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    costs: Iterable[EdgeCosts],
    *,
    engine: EngineKind | None = None,
) -> Iterator[NDArray[np.float64]]:
    """A `cost_matrix` for each of many costs, such as those of the hours of a day, one by one."""
    starts, ends = checked_nodes(network, origins), checked_nodes(network, destinations)
    many = 24 * min(len(starts), len(ends))
    searching = make_engine(network, kind=engine, searches=many)
    for each in costs:
        searching.update(each.cost_s)
        yield searching.costs_ms(starts, ends) / _MS


def travel_matrices(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    costs: EdgeCosts | None = None,
    exposure: NDArray[np.float64] | None = None,
) -> Matrices:
    """True seconds and metres along the least-cost paths; arguments as `travel_time_matrix`.

    `exposure` (m,) weighs the seconds of each arc for `Matrices.exposure_s`. By Dijkstra's
    algorithm, since a plan must not change with the engine: of paths that cost the same, engines
    may take different ones.
    """
    starts, ends = checked_nodes(network, origins), checked_nodes(network, destinations)
    cost_s = network.travel_time_s if costs is None else costs.cost_s
    searching = DijkstraEngine(network.graph, cost_s)
    cheapest = network.graph.cheapest_arcs(cost_s)
    arc_s, arc_m = network.travel_time_s[cheapest], network.length_m[cheapest]
    time_s = np.full((len(starts), len(ends)), np.inf)
    length_m = np.full((len(starts), len(ends)), np.inf)
    exposure_s = np.full((len(starts), len(ends)), np.inf)
    exposed = np.zeros(len(arc_s)) if exposure is None else arc_s * exposure[cheapest]
    for block in range(0, len(starts), _BLOCK):
        cost, before = searching.trees(starts[block : block + _BLOCK])
        row, column = np.nonzero(cost[:, ends] < CLOSED_MS)
        seconds, metres, risk = (np.zeros(len(row)) for _ in range(3))
        at = ends[column]
        moving = np.arange(len(row))
        # All pairs walk back one arc at a time, until each has come to its origin.
        while len(moving):
            previous = before[row[moving], at[moving]]
            under_way = previous >= 0
            moving, previous = moving[under_way], previous[under_way]
            pair = network.graph.pairs_between(previous, at[moving])
            seconds[moving] += arc_s[pair]
            metres[moving] += arc_m[pair]
            risk[moving] += exposed[pair]
            at[moving] = previous
        time_s[block + row, column] = seconds
        length_m[block + row, column] = metres
        exposure_s[block + row, column] = risk
    return Matrices(time_s, length_m, exposure_s)


def shortest_paths(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    *,
    costs: EdgeCosts | None = None,
    engine: EngineKind = EngineKind.DIJKSTRA,
) -> list[Path | None]:
    """Least-cost path of each pair (origins[i], destinations[i]); None where there is none.

    The hierarchy is quicker for paths between many places; see `travel_matrices` on why it has to
    be asked for.
    """
    starts, ends = checked_nodes(network, origins), checked_nodes(network, destinations)
    cost_s = network.travel_time_s if costs is None else costs.cost_s
    searching = make_engine(network, costs, kind=engine)
    cheapest = network.graph.cheapest_arcs(cost_s)
    return [
        None if nodes is None else _path(network, nodes, cheapest, cost_s)
        for nodes in searching.paths(starts, ends)
    ]


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
    places = checked_nodes(network, facilities)
    if not len(places):
        return Nearest(np.full(len(network), np.inf), np.full(len(network), -1))
    cost_s = network.travel_time_s if costs is None else costs.cost_s
    unique, first = np.unique(places, return_index=True)
    cost_ms, _, source = dijkstra(
        network.graph.reversed_matrix(network.graph.pair_cost_ms(cost_s)),
        indices=unique,
        min_only=True,
        return_predecessors=True,
        limit=np.inf if cutoff_s is None else np.rint(cutoff_s * _MS),
    )
    found = np.isfinite(cost_ms)
    slot = np.searchsorted(unique, np.where(found, source, unique[0]))
    return Nearest(cost_ms / _MS, np.where(found, first[slot], -1))


def checked_nodes(network: StreetNetwork, nodes: ArrayLike) -> NDArray[np.int64]:
    """Node indices as an array; IndexError where one is no node of the network."""
    given = np.asarray(nodes)
    if given.size and given.dtype.kind not in "iu":
        raise IndexError("nodes are named by whole numbers")
    checked = given.astype(np.int64).reshape(-1)
    if len(checked) and (checked.min() < 0 or checked.max() >= len(network)):
        raise IndexError("a node that the network does not have")
    return checked


def _path(
    network: StreetNetwork,
    nodes: NDArray[np.int64],
    cheapest: NDArray[np.int64],
    cost_s: NDArray[np.float64],
) -> Path:
    arcs = cheapest[network.graph.pairs_between(nodes[:-1], nodes[1:])]
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
        else network.lon_lat[nodes[:1]]
    )
    return Path(
        arcs,
        line,
        float(network.length_m[arcs].sum()),
        float(network.travel_time_s[arcs].sum()),
        float(cost_s[arcs].sum()),
        tuple(names),
    )


def nodes_within(network: StreetNetwork, geometry: BaseGeometry) -> NDArray[np.int64]:
    """Nodes of the largest component inside a polygon in degrees, ascending."""
    inside = shapely.contains_xy(geometry, network.lon_lat) & (network.component == 0)
    return np.flatnonzero(inside)

"""The engine that is always there: SciPy's Dijkstra, which the other one must agree with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from outreach_map.network.graph import CLOSED_MS, StreetGraph

_BLOCK = 128
_NO_PREDECESSOR = -9999


class DijkstraEngine:
    """Least costs and paths by Dijkstra's algorithm; see `engine.Engine` for the methods."""

    def __init__(self, graph: StreetGraph, cost_s: NDArray[np.float64]) -> None:
        self._graph = graph
        self.update(cost_s)

    def update(self, cost_s: NDArray[np.float64]) -> None:
        """Take new costs of the arcs."""
        self._matrix = self._graph.matrix(self._graph.pair_cost_ms(cost_s))

    def costs_ms(
        self,
        origins: NDArray[np.int64],
        destinations: NDArray[np.int64],
        cutoff_ms: float = np.inf,
    ) -> NDArray[np.float64]:
        """(o, d) least costs; inf where there is no way, or none within the cutoff."""
        self._graph.check_nodes(origins, destinations)
        # A search for each of the fewer ones; backwards, where those are the destinations.
        back = len(destinations) < len(origins)
        starts, ends = (destinations, origins) if back else (origins, destinations)
        matrix = self._matrix.T.tocsr() if back else self._matrix
        costs = np.empty((len(starts), len(ends)))
        for block in range(0, len(starts), _BLOCK):
            rows = slice(block, block + _BLOCK)
            costs[rows] = dijkstra(matrix, indices=starts[rows], limit=cutoff_ms)[:, ends]
        costs = costs.T if back else costs
        costs[costs >= CLOSED_MS] = np.inf
        return costs

    def trees(self, origins: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """(o, n) least costs in milliseconds, and each node's predecessor on the way (or < 0)."""
        cost, before = dijkstra(self._matrix, indices=origins, return_predecessors=True)
        return cost, before

    def paths(
        self, origins: NDArray[np.int64], destinations: NDArray[np.int64]
    ) -> list[NDArray[np.int64] | None]:
        """Nodes on a least-cost path of each pair (origins[i], destinations[i])."""
        self._graph.check_pairs(origins, destinations)
        found: list[NDArray[np.int64] | None] = [None] * len(origins)
        sources = np.unique(origins)
        for block in range(0, len(sources), _BLOCK):
            some = sources[block : block + _BLOCK]
            cost, before = self.trees(some)
            for row, source in enumerate(some):
                for pair in np.flatnonzero(origins == source):
                    if cost[row, destinations[pair]] < CLOSED_MS:
                        found[pair] = _walk_back(before[row], int(source), int(destinations[pair]))
        return found


def _walk_back(before: NDArray[np.int32], start: int, end: int) -> NDArray[np.int64]:
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return np.array(nodes[::-1], dtype=np.int64)

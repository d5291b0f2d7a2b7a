"""Arcs as pairs of neighbouring nodes: what the engines search on, whatever the costs."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

# Costs are whole milliseconds; RoutingKit takes this for "no way".
CLOSED_MS = 2**31 - 1
_MS = 1000.0


class StreetGraph:
    """Pairs of neighbouring nodes in the order of a CSR matrix, and the arcs between them.

    Parallel arcs share a pair, and which of them is the cheapest depends on the costs. Everything
    that does not depend on costs is worked out once.

    Parameters
    ----------
    nodes
        Number of nodes.
    tail, head
        (m,) ends of the arcs.

    Attributes
    ----------
    nodes
        Number of nodes.
    tail, head
        (p,) ends of the pairs, sorted by tail, then by head; no loops, no doubles.
    """

    def __init__(self, nodes: int, tail: NDArray[np.int32], head: NDArray[np.int32]) -> None:
        self.nodes = nodes
        self._arcs = len(tail)
        arcs = np.flatnonzero(tail != head)
        key = tail[arcs].astype(np.int64) * nodes + head[arcs]
        # Stable, so that of arcs that cost the same the first is taken.
        order = np.argsort(key, kind="stable")
        self._arc = arcs[order]
        self._key, self._first = np.unique(key[order], return_index=True)
        self.tail = (self._key // max(nodes, 1)).astype(np.int32)
        self.head = (self._key % max(nodes, 1)).astype(np.int32)
        self._indptr = np.searchsorted(self.tail, np.arange(nodes + 1)).astype(np.int32)

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self._key)

    def __repr__(self) -> str:
        """Counts only."""
        return f"StreetGraph(nodes={self.nodes}, pairs={len(self)})"

    def check_nodes(self, *nodes: NDArray[np.int64]) -> None:
        """Reject what would crash an engine, or make it take another node (IndexError)."""
        for ids in nodes:
            if ids.ndim != 1 or ids.dtype.kind not in "iu":
                raise IndexError("nodes are named by whole numbers")
            if len(ids) and not 0 <= ids.min() <= ids.max() < self.nodes:
                raise IndexError("a node that the network does not have")

    def check_pairs(self, origins: NDArray[np.int64], destinations: NDArray[np.int64]) -> None:
        """The same, and one destination for each origin (ValueError)."""
        self.check_nodes(origins, destinations)
        if len(origins) != len(destinations):
            raise ValueError("one destination for each origin")

    def pair_cost_ms(self, cost_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """(p,) whole milliseconds of the cheapest arc of each pair; `CLOSED_MS` without one.

        Raises
        ------
        ValueError
            When there is not one cost for each arc, or a cost is not above zero.
        """
        if cost_s.shape != (self._arcs,) or cost_s.dtype.kind not in "fiu":
            raise ValueError("one cost for each arc, in numbers")
        if not (cost_s > 0).all():
            raise ValueError("the cost of an arc is above zero")
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        cheapest = np.minimum.reduceat(cost_s[self._arc], self._first)
        # A street that costs more than three weeks is closed, as far as anybody on it can tell.
        ms = np.minimum(np.maximum(np.rint(cheapest * _MS), 1.0), CLOSED_MS)
        return ms.astype(np.int64)

    def matrix(self, pair_cost_ms: NDArray[np.int64]) -> csr_array:
        """Sparse matrix of the pairs that are open, in milliseconds."""
        return self._csr(pair_cost_ms, self.head, self._indptr, None)

    def reversed_matrix(self, pair_cost_ms: NDArray[np.int64]) -> csr_array:
        """The same with every arc turned round."""
        by_head, indices, indptr = self._turned
        return self._csr(pair_cost_ms, indices, indptr, by_head)

    def _csr(
        self,
        pair_cost_ms: NDArray[np.int64],
        indices: NDArray[np.int32],
        indptr: NDArray[np.int32],
        order: NDArray[np.int64] | None,
    ) -> csr_array:
        data = np.where(pair_cost_ms < CLOSED_MS, pair_cost_ms, np.inf)
        if order is not None:
            data = data[order]
        # Closed pairs stay as entries of inf, which no search goes through.
        return csr_array((data, indices, indptr), shape=(self.nodes, self.nodes))

    @cached_property
    def _turned(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        by_head = np.argsort(self.head, kind="stable")
        indptr = np.searchsorted(self.head[by_head], np.arange(self.nodes + 1)).astype(np.int32)
        return by_head, self.tail[by_head], indptr

    def cheapest_arcs(self, cost_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """(p,) the cheapest arc of each pair, the first of equals."""
        cost = cost_s[self._arc]
        pair = np.repeat(np.arange(len(self)), np.diff(np.append(self._first, len(self._arc))))
        order = np.lexsort((np.arange(len(cost)), cost, pair))
        arcs: NDArray[np.int64] = self._arc[order[self._first]]
        return arcs

    def pairs_between(
        self, tail: NDArray[np.integer], head: NDArray[np.integer]
    ) -> NDArray[np.int64]:
        """Index of the pair of each two neighbouring nodes."""
        return np.searchsorted(self._key, tail.astype(np.int64) * self.nodes + head)

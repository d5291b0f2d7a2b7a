"""A street network as whoever has to leave on foot may use it: against any sign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from outreach_map.network import StreetNetwork


@dataclass(frozen=True, eq=False, repr=False)
class Ways:
    """Least times from every node to the nearest of some places.

    `time_s` (n,) seconds, inf without a way; `before` (n,) the next node on the way, -1 at a place
    and without a way; `segment` (n,) the street to it, -1 likewise.
    """

    time_s: NDArray[np.float64]
    before: NDArray[np.int64]
    segment: NDArray[np.int64]


class Undirected:
    """The segments of a walking network without directions.

    Attributes
    ----------
    first, last
        (s,) nodes of each segment.
    time_s
        (s,) seconds along it, the quicker way where they differ.
    """

    def __init__(self, walk: StreetNetwork) -> None:
        self.nodes = len(walk)
        ends = np.full((walk.segments, 2), -1, dtype=np.int64)
        ends[walk.segment] = np.sort(np.column_stack([walk.tail, walk.head]), axis=1)
        self.first, self.last = ends.T
        self.time_s = np.full(walk.segments, np.inf)
        np.minimum.at(self.time_s, walk.segment, walk.travel_time_s)
        key = self.first * self.nodes + self.last
        # SciPy adds parallel arcs up, so only the quickest of each pair is kept.
        order = np.lexsort((self.time_s, key))
        kept = order[np.concatenate([[True], np.diff(key[order]) != 0])]
        self._key, self._segment = key[kept], kept
        self._matrix = csr_matrix(
            (self.time_s[kept], (self.first[kept], self.last[kept])),
            shape=(self.nodes, self.nodes),
        )

    def to_nearest(self, places: NDArray[np.int64]) -> Ways:
        """Times and ways to the nearest of some nodes; without any, there is no way."""
        if not len(places):
            none = np.full(self.nodes, -1, dtype=np.int64)
            return Ways(np.full(self.nodes, np.inf), none, none)
        time_s, found, _ = dijkstra(
            self._matrix,
            directed=False,
            indices=np.unique(places),
            min_only=True,
            return_predecessors=True,
        )
        before = np.where(found < 0, -1, found).astype(np.int64)
        segment = np.full(self.nodes, -1, dtype=np.int64)
        moved = np.flatnonzero(before >= 0)
        segment[moved] = self.between(before[moved], moved)
        return Ways(np.asarray(time_s, np.float64), before, segment)

    def between(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        """Quickest segment between neighbouring nodes."""
        key = np.minimum(one, other) * self.nodes + np.maximum(one, other)
        found: NDArray[np.int64] = self._segment[np.searchsorted(self._key, key)]
        return found

    def largest_part(
        self, kept: NDArray[np.bool_], counted: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Nodes (n,) of the part with most of the counted nodes, over the segments kept."""
        part = self._parts(kept)
        largest: NDArray[np.bool_] = part == np.bincount(part[counted]).argmax()
        return largest

    def large_parts(
        self, kept: NDArray[np.bool_], counted: NDArray[np.bool_], share: float
    ) -> NDArray[np.bool_]:
        """Nodes (n,) of the largest part, and of those that hold a share of the counted nodes."""
        part = self._parts(kept)
        size = np.bincount(part[counted], minlength=int(part.max()) + 1)
        large: NDArray[np.bool_] = size[part] >= min(share * int(counted.sum()), int(size.max()))
        return large

    def _parts(self, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Number (n,) of the part of each node over the segments kept."""
        graph = csr_matrix(
            (np.ones(int(kept.sum())), (self.first[kept], self.last[kept])),
            shape=(self.nodes, self.nodes),
        )
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)

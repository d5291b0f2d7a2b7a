"""Customisable contraction hierarchies (Dibbelt, Strasser, Wagner 2016, doi:10.1145/2886843).

RoutingKit's implementation by way of `routingkit-cch`, where it is installed. A city is ordered
once; new costs are taken in milliseconds; a search goes over some hundreds of nodes. The binding
crashes on what it does not expect (a node that does not exist, a query that lives while costs
change), so everything is checked before it is called, and one lock goes with each set of costs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outreach_map.errors import RoutingError
from outreach_map.network.graph import CLOSED_MS, StreetGraph

try:
    import routingkit_cch
except ImportError:  # an optional dependency: Dijkstra answers the same, later
    routingkit_cch = None  # type: ignore[assignment]

AVAILABLE = routingkit_cch is not None
# Below, the threads cost more than they save.
_WORTH_THREADS = 64
# A partial change follows each changed arc up; beyond this share, all anew is quicker.
_PARTIAL_SHARE = 0.05


class OrderStore(Protocol):
    """Where the contraction order of a network is kept between runs."""

    def load(self, nodes: int) -> NDArray[np.uint32] | None:
        """Order of `nodes` nodes, or None where none is kept."""

    def save(self, order: NDArray[np.uint32]) -> None:
        """Keep an order."""


class Hierarchy:
    """The part that does not depend on costs: order of the nodes, and the shortcuts they need.

    Parameters
    ----------
    graph
        Pairs of neighbouring nodes.
    lon_lat
        (n, 2) places of the nodes, which nested dissection cuts along.
    store
        Where the order is kept between runs, if anywhere.
    """

    def __init__(
        self, graph: StreetGraph, lon_lat: NDArray[np.float64], store: OrderStore | None
    ) -> None:
        self.graph = graph
        self._lon_lat = lon_lat
        self._store = store
        self._kept = None if store is None else store.load(graph.nodes)

    @property
    def ordered(self) -> bool:
        """Whether the order is there, so that nothing slow is left to do."""
        return self._kept is not None or "order" in self.__dict__

    @cached_property
    def order(self) -> NDArray[np.uint32]:
        """(n,) nodes by rank, the least important first; worked out once and kept."""
        if self._kept is not None:
            return self._kept
        with _no_panic():
            ranks = routingkit_cch.compute_order_inertial(
                self.graph.nodes,
                self.graph.tail.tolist(),
                self.graph.head.tolist(),
                self._lon_lat[:, 1].tolist(),
                self._lon_lat[:, 0].tolist(),
            )
        order = np.array(ranks, dtype=np.uint32)
        if self._store is not None:
            self._store.save(order)
        return order

    @cached_property
    def index(self) -> routingkit_cch.CCH:
        """The hierarchy without costs."""
        with _no_panic():
            return routingkit_cch.CCH(
                self.order.tolist(), self.graph.tail.tolist(), self.graph.head.tolist(), False
            )


class HierarchyEngine:
    """Least costs and paths by a customised hierarchy; see `engine.Engine` for the methods."""

    def __init__(self, hierarchy: Hierarchy, cost_s: NDArray[np.float64]) -> None:
        self._graph = hierarchy.graph
        self._index = hierarchy.index
        self._lock = Lock()
        self._ms = self._graph.pair_cost_ms(cost_s)
        with _no_panic():
            self._metric = routingkit_cch.CCHMetric(self._index, self._ms.tolist())

    def update(self, cost_s: NDArray[np.float64]) -> None:
        """Take new costs of the arcs; only what changed is customised anew."""
        new = self._graph.pair_cost_ms(cost_s)
        with self._lock, _no_panic():
            changed = np.flatnonzero(new != self._ms)
            if len(changed) > _PARTIAL_SHARE * len(new):
                self._metric = routingkit_cch.CCHMetric(self._index, new.tolist())
            elif len(changed):
                updates = dict(zip(changed.tolist(), new[changed].tolist(), strict=True))
                routingkit_cch.CCHMetricPartialUpdater(self._index).apply(self._metric, updates)
            self._ms = new

    def costs_ms(
        self,
        origins: NDArray[np.int64],
        destinations: NDArray[np.int64],
        cutoff_ms: float = np.inf,
    ) -> NDArray[np.float64]:
        """(o, d) least costs; inf where there is no way, or none within the cutoff."""
        self._graph.check_nodes(origins, destinations)
        costs = np.full((len(origins), len(destinations)), np.inf)
        if not costs.size:
            return costs
        with self._lock, _no_panic():
            # One search a row, or a column, whichever are fewer.
            if len(origins) <= len(destinations):
                self._sweep(costs, origins, destinations, backward=False)
            else:
                self._sweep(costs.T, destinations, origins, backward=True)
        costs[np.isnan(costs) | (costs > cutoff_ms) | (costs >= CLOSED_MS)] = np.inf
        return costs

    def _sweep(
        self,
        costs: NDArray[np.float64],
        sources: NDArray[np.int64],
        pinned: NDArray[np.int64],
        *,
        backward: bool,
    ) -> None:
        """Fill a row for each source, on all cores; costs only ever change under the lock."""
        count = min(os.cpu_count() or 1, 1 + len(sources) // _WORTH_THREADS)

        def work(number: int) -> None:
            # A query belongs to the thread that makes it, and ends with it: one that lives blocks
            # the next change of costs.
            ask = self._pin(pinned, backward=backward)
            for row in range(number, len(sources), count):
                costs[row] = ask(int(sources[row]))

        if count == 1:
            work(0)
            return
        with ThreadPoolExecutor(count) as pool:
            for done in [pool.submit(work, number) for number in range(count)]:
                done.result()

    def _pin(
        self, pinned: NDArray[np.int64], *, backward: bool
    ) -> Callable[[int], list[int | None]]:
        """Search from one node to all pinned ones, or the other way round."""
        if backward:
            return routingkit_cch.CCHManyToOne(self._metric, pinned.tolist()).distances_to
        return routingkit_cch.CCHOneToMany(self._metric, pinned.tolist()).distances_from

    def paths(
        self, origins: NDArray[np.int64], destinations: NDArray[np.int64]
    ) -> list[NDArray[np.int64] | None]:
        """Nodes on a least-cost path of each pair (origins[i], destinations[i])."""
        self._graph.check_pairs(origins, destinations)
        found: list[NDArray[np.int64] | None] = []
        with self._lock, _no_panic():
            query = routingkit_cch.CCHQuery(self._metric)
            for origin, destination in zip(origins.tolist(), destinations.tolist(), strict=True):
                answer = query.run(origin, destination)
                reached = answer.distance is not None and answer.distance < CLOSED_MS
                found.append(np.array(answer.node_path, dtype=np.int64) if reached else None)
                # A result that lives blocks the next run.
                del answer
            del query
        return found


@contextmanager
def _no_panic() -> Iterator[None]:
    """Turn a panic of the binding, which is no `Exception`, into an error."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise RoutingError(
            "The path search failed.", mend="Plan again; if it stays, uninstall routingkit-cch."
        ) from None

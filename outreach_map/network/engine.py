"""The engines behind one protocol, and which of them answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import hierarchy
from outreach_map.network.costs import EdgeCosts
from outreach_map.network.dijkstra import DijkstraEngine
from outreach_map.network.hierarchy import HierarchyEngine
from outreach_map.network.streets import StreetNetwork

# Searches after which a hierarchy has paid for its costs, and for its order where none is kept.
_PAYS_COSTS = 16
_PAYS_ORDER = 400


class EngineKind(StrEnum):
    """Engines by name."""

    DIJKSTRA = "dijkstra"
    HIERARCHY = "hierarchy"


class Engine(Protocol):
    """Searches on one network under one set of costs, which can be changed."""

    def update(self, cost_s: NDArray[np.float64]) -> None:
        """Take new costs of the arcs, (m,) weighted seconds; inf where closed."""

    def costs_ms(
        self,
        origins: NDArray[np.int64],
        destinations: NDArray[np.int64],
        cutoff_ms: float = np.inf,
    ) -> NDArray[np.float64]:
        """(o, d) least costs in whole milliseconds; inf where there is no way within the cutoff."""

    def paths(
        self, origins: NDArray[np.int64], destinations: NDArray[np.int64]
    ) -> list[NDArray[np.int64] | None]:
        """Nodes on a least-cost path of each pair (origins[i], destinations[i]), or None."""


def make_engine(
    network: StreetNetwork,
    costs: EdgeCosts | None = None,
    *,
    kind: EngineKind | None = None,
    searches: int = 0,
) -> Engine:
    """Engine for a network.

    Parameters
    ----------
    network
        Streets of one mode.
    costs
        Costs to start with; without them the travel times.
    kind
        Which engine; without one the quicker for `searches` one-to-many searches. Both give equal
        costs. Of several paths that cost the same they may take different ones.

    Raises
    ------
    ValueError
        When hierarchies are asked for and `routingkit-cch` is not installed.
    """
    cost_s = network.travel_time_s if costs is None else costs.cost_s
    possible = hierarchy.AVAILABLE and len(network.graph) > 0
    if kind is None:
        pays = possible and searches >= _PAYS_COSTS
        pays = pays and (searches >= _PAYS_ORDER or network.hierarchy.ordered)
        kind = EngineKind.HIERARCHY if pays else EngineKind.DIJKSTRA
    if kind is EngineKind.DIJKSTRA or not len(network.graph):
        return DijkstraEngine(network.graph, cost_s)
    if not possible:
        raise ValueError("routingkit-cch is not installed")
    return HierarchyEngine(network.hierarchy, cost_s)

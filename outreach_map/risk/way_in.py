"""Where there is one way in and out: the parts of the street graph behind a bridge or a zone.

A bridge of a graph is an edge whose removal cuts it in two, a cut node is a node that does
(Tarjan 1974, doi:10.1016/0020-0190(74)90003-9). Everything behind one is left by the same street
or crossing, whoever blocks it. Directions are ignored: who has to leave on foot may go against any
sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outreach_map.network import Hazard, StreetNetwork, ZoneCost, blocks, edge_costs
from outreach_map.risk.undirected import Undirected

# A part of a town with more than this share of its crossings is no island.
_ISLAND_SHARE = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class WayIn:
    """For every node: how it can be left.

    Attributes
    ----------
    behind
        (n,) whether it lies behind a bridge of the graph.
    time_s
        (n,) seconds on foot to where two ways part, 0 in the part that no bridge cuts, inf off the
        main component.
    gate
        (n,) whether a gate, checkpoint or border stands on a street that has to be passed.
    behind_node
        (n,) whether it lies behind a cut node.
    node_s
        (n,) seconds on foot to the part that no single crossing cuts.
    over_bridge
        (n,) whether every way out goes over a bridge, of which there may be several; the far side
        of a town is no island.
    """

    behind: NDArray[np.bool_]
    time_s: NDArray[np.float64]
    gate: NDArray[np.bool_]
    behind_node: NDArray[np.bool_]
    node_s: NDArray[np.float64]
    over_bridge: NDArray[np.bool_]


def only_way_in(walk: StreetNetwork, streets: Undirected | None = None) -> WayIn:
    """Find the nodes that can be left in one way only.

    Parameters
    ----------
    walk
        The walking network.
    streets
        The same without directions, where it has been made already.

    Returns
    -------
    WayIn
        The largest part that no bridge cuts is where two ways are; all else is behind one.
    """
    streets = streets or Undirected(walk)
    found = blocks(walk)
    main = walk.component == 0
    core = streets.largest_part(~found.bridge, main)
    ways = streets.to_nearest(np.flatnonzero(core))
    shut = found.bridge & (walk.tags.hazard & (Hazard.GATE | Hazard.BORDER) > 0)
    gate = np.zeros(len(walk), dtype=bool)
    behind = np.flatnonzero(~core & np.isfinite(ways.time_s))
    for node in behind[np.argsort(ways.time_s[behind], kind="stable")].tolist():
        gate[node] = gate[ways.before[node]] or shut[ways.segment[node]]
    biggest = np.zeros(len(walk), dtype=bool)
    biggest[streets.first[found.block == 0]] = biggest[streets.last[found.block == 0]] = True
    node_s = streets.to_nearest(np.flatnonzero(biggest)).time_s
    dry = streets.large_parts(~walk.tags.bridge, main, _ISLAND_SHARE)
    return WayIn(
        behind=~core & np.isfinite(ways.time_s),
        time_s=ways.time_s,
        gate=gate,
        behind_node=~biggest & np.isfinite(node_s),
        node_s=node_s,
        over_bridge=~dry & main,
    )


def only_through(
    walk: StreetNetwork, zone: BaseGeometry, streets: Undirected | None = None
) -> NDArray[np.bool_]:
    """Nodes (n,) from which no street leads to the rest of the network without touching a zone.

    Parameters
    ----------
    walk
        The walking network.
    zone
        Geometry in degrees; a street that only touches it counts as inside.
    streets
        The network without directions, where it has been made already.
    """
    streets = streets or Undirected(walk)
    open_ = np.isfinite(edge_costs(walk, [ZoneCost(zone, 0.0, closed=True)]).cost_s)
    outside = np.zeros(walk.segments, dtype=bool)
    outside[walk.segment] = open_
    shut_in: NDArray[np.bool_] = ~streets.largest_part(outside, walk.component == 0) & (
        walk.component == 0
    )
    return shut_in

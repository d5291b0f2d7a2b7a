"""What the streets say, a segment at a time: the same facts for a place and for a whole area."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import Hazard, Highway, Lit, Service, StreetNetwork
from outreach_map.network.structure import segment_lengths_m
from outreach_map.network.tags import INCLINE_DOWN, INCLINE_UNKNOWN, INCLINE_UP
from outreach_map.risk.undirected import Undirected
from outreach_map.risk.way_in import only_way_in

# A way that one is out of sooner than this is a courtyard, not a trap.
LONG_WAY_S = 120.0
_DEAD_END_M = 50.0


@dataclass(frozen=True, eq=False, repr=False)
class StreetFacts:
    """Facts of the segments of a walking network, (s,) bool each but for the times.

    Attributes
    ----------
    one_way, way_s
        Left by one street only, and the seconds on foot to where two ways part.
    gate
        A gate, checkpoint or border stands on that street.
    bridge_only
        Every way out goes over a bridge.
    one_crossing
        Every way out passes one crossing, some way off.
    dead_end, stairs, tunnel, level_crossing, steep
        As the words say; a driveway is no dead end.
    water
        A ford, or a street that floods.
    unlit, light_unknown
        Tagged as not lit; not tagged at all.
    """

    one_way: NDArray[np.bool_]
    way_s: NDArray[np.float64]
    gate: NDArray[np.bool_]
    bridge_only: NDArray[np.bool_]
    one_crossing: NDArray[np.bool_]
    dead_end: NDArray[np.bool_]
    stairs: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    level_crossing: NDArray[np.bool_]
    steep: NDArray[np.bool_]
    water: NDArray[np.bool_]
    unlit: NDArray[np.bool_]
    light_unknown: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Reject arrays of different lengths (ValueError)."""
        if len({len(getattr(self, field.name)) for field in fields(self)}) != 1:
            raise ValueError("one fact for each segment")


def street_facts(
    walk: StreetNetwork, streets: Undirected | None = None, *, steep_pct: float = 10.0
) -> StreetFacts:
    """Work the facts out for a walking network.

    Parameters
    ----------
    walk
        The walking network.
    streets
        The same without directions, where it has been made already.
    steep_pct
        Slope in per cent from which a street is steep; stairs are told apart.
    """
    streets = streets or Undirected(walk)
    way = only_way_in(walk, streets)
    first, last, tags = streets.first, streets.last, walk.tags

    def either(nodes: NDArray[np.bool_]) -> NDArray[np.bool_]:
        both: NDArray[np.bool_] = nodes[first] | nodes[last]
        return both

    way_s = np.maximum(way.time_s[first], way.time_s[last])
    node_s = np.maximum(way.node_s[first], way.node_s[last])
    one_way = either(way.behind) & np.isfinite(way_s) & (way_s >= LONG_WAY_S)
    far_crossing = either(way.behind_node) & np.isfinite(node_s) & (node_s >= LONG_WAY_S)
    degree = np.bincount(np.concatenate([first, last]), minlength=len(walk))
    drive = np.isin(tags.service, (Service.DRIVEWAY, Service.PARKING_AISLE))
    slope = np.abs(tags.incline_pct.astype(np.int64))
    known = ~np.isin(tags.incline_pct, (INCLINE_UNKNOWN, INCLINE_UP, INCLINE_DOWN))
    stairs = tags.highway == Highway.STEPS
    return StreetFacts(
        one_way=one_way,
        way_s=way_s,
        gate=one_way & either(way.gate),
        bridge_only=either(way.over_bridge),
        one_crossing=far_crossing & ~one_way,
        dead_end=either(degree == 1) & (segment_lengths_m(walk) >= _DEAD_END_M) & ~drive,
        stairs=stairs,
        tunnel=tags.tunnel,
        level_crossing=tags.hazard & Hazard.LEVEL_CROSSING > 0,
        steep=known & (slope >= steep_pct) & ~stairs,
        water=tags.hazard & (Hazard.FORD | Hazard.FLOOD_PRONE) > 0,
        unlit=tags.lit == Lit.NO,
        light_unknown=tags.lit == Lit.UNKNOWN,
    )

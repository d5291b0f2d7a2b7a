"""How far places are from each other for a team on a shift, and how exposed the way is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import (
    EdgeCosts,
    Path,
    StreetExtract,
    StreetNetwork,
    ZoneCost,
    edge_costs,
    travel_matrices,
)
from outreach_map.routing.problem import UNREACHABLE
from outreach_map.routing.shifts import Streets, closes
from outreach_map.tables import Place, Rating, RiskAction, RiskZone

# How much a second in a zone counts beside its seconds. A risk that nobody stands behind may be as
# high as any: it never makes a way cheaper.
WEIGHTS = {Rating.HIGH: 2.0, Rating.MEDIUM: 1.0, Rating.LOW: 0.5, Rating.UNKNOWN: 2.0}
_OWN_BASE_WEIGHT = 3.0


@dataclass(frozen=True, eq=False, repr=False)
class StreetView:
    """The streets as teams of one mode meet them while some zones are in force.

    `costs` choose the way; `weights` (m,) is what a second on each arc counts as exposure.
    """

    network: StreetNetwork
    costs: EdgeCosts
    weights: NDArray[np.float64]
    zones: tuple[RiskZone, ...]

    def exposure_s(self, path: Path) -> float:
        """Exposure along a path."""
        return float((self.network.travel_time_s[path.arcs] * self.weights[path.arcs]).sum())

    def stop_weight(self, place: Place) -> float:
        """What a second at a place counts: zones that share an area with it, each once.

        A place without areas is a public point, and is in the zones that it lies in.
        """
        return sum(WEIGHTS[zone.rating] for zone in self.zones if lies_in(place, zone))


def lies_in(place: Place, zone: RiskZone) -> bool:
    """Whether a released place may lie in a zone."""
    if place.areas:
        return not set(place.areas).isdisjoint(zone.place.areas)
    return zone.place.geometry.intersects(place.geometry)


def look(
    extract: StreetExtract,
    kind: Streets,
    zones: Mapping[str, RiskZone],
    opened: frozenset[str] = frozenset(),
) -> StreetView:
    """The streets of a mode with some zones in force, and some that would be closed open."""
    mode, codes, around, _ = kind
    network = extract.networks[mode]
    in_force = tuple(zones[code] for code in codes)
    costs = []
    for zone in in_force:
        if zone.action is RiskAction.WARN:
            continue
        if zone.code in around:
            # A team whose base lies in a closed zone could not leave it: costly, not closed.
            costs.append(ZoneCost(zone.place.geometry, _OWN_BASE_WEIGHT))
        else:
            shut = closes(zone) and zone.code not in opened
            costs.append(ZoneCost(zone.place.geometry, WEIGHTS[zone.rating], shut))
    # A warning does not lead the way, but to be there is to be exposed.
    exposed = edge_costs(
        network, [ZoneCost(zone.place.geometry, WEIGHTS[zone.rating]) for zone in in_force]
    )
    weights = exposed.cost_s / network.travel_time_s - 1.0
    return StreetView(network, edge_costs(network, costs), np.maximum(weights, 0.0), in_force)


@dataclass(frozen=True, eq=False, repr=False)
class Ways:
    """Streets between places, where zones are closed for a part of a shift.

    A way goes through such a zone only to or from a place in it: `doors` are the zones of each
    place, and `opened` the streets with some of them open. Windows see to it that a team is there
    when the zone is open (`margins_s`: how long it is in the zone on the way, at most).
    """

    view: StreetView
    doors: tuple[frozenset[str], ...]
    opened: Mapping[frozenset[str], StreetView]
    margins_s: NDArray[np.int64]
    durations_s: NDArray[np.int64]
    distances_m: NDArray[np.int64]
    exposures: NDArray[np.int64]

    def between(self, one: int, other: int) -> StreetView:
        """The streets for a way from one place to another."""
        return self.opened.get(self.doors[one] | self.doors[other], self.view)


def ways(
    extract: StreetExtract,
    kind: Streets,
    zones: Mapping[str, RiskZone],
    places: Sequence[Place],
    nodes: NDArray[np.int64],
) -> Ways:
    """Ways between places for teams that meet the streets alike.

    Parameters
    ----------
    extract, kind, zones
        Streets, how they are met, and zones by code.
    places, nodes
        Released places and their street nodes.
    """
    view = look(extract, kind, zones)
    durations, distances, exposures = matrices(view, nodes)
    doors = tuple(
        frozenset(code for code in kind[3] if lies_in(place, zones[code])) for place in places
    )
    margins = np.zeros(len(places), dtype=np.int64)
    opened = {}
    for own in sorted({door for door in doors if door}, key=sorted):
        opened[own] = look(extract, kind, zones, own)
        closed = look(extract, (kind[0], tuple(sorted(own)), (), ()), zones).costs.cost_s
        inside = replace(opened[own], weights=np.isinf(closed).astype(np.float64))
        _, _, inside_s = matrices(inside, nodes)
        here = np.array([door == own for door in doors])
        free = here | np.array([not door for door in doors])
        for found, more in zip(
            (durations, distances, exposures), matrices(opened[own], nodes), strict=True
        ):
            for rows, columns in ((here, free), (free, here)):
                found[np.ix_(rows, columns)] = more[np.ix_(rows, columns)]
        both = np.maximum(inside_s[:, free].T, inside_s[free, :])[:, here]
        margins[here] = np.where(both < UNREACHABLE, both, 0).max(axis=0, initial=0)
    return Ways(view, doors, opened, margins, durations, distances, exposures)


def matrices(
    view: StreetView, nodes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Whole seconds, metres and exposure between places, rounded up; UNREACHABLE without a way.

    `nodes` are the places' street nodes, -1 for a place that is off the network.
    """
    known, slot = np.unique(nodes[nodes >= 0], return_inverse=True)
    found = travel_matrices(view.network, known, known, costs=view.costs, exposure=view.weights)
    at = np.flatnonzero(nodes >= 0)
    made = []
    for values in (found.travel_time_s, found.length_m, found.exposure_s):
        target = np.full((len(nodes), len(nodes)), UNREACHABLE, dtype=np.int64)
        up = np.ceil(np.where(np.isfinite(values), values, UNREACHABLE))
        target[np.ix_(at, at)] = np.minimum(up, UNREACHABLE).astype(np.int64)[np.ix_(slot, slot)]
        # Who is off the network can still stay where they are.
        np.fill_diagonal(target, 0)
        made.append(target)
    return made[0], made[1], made[2]

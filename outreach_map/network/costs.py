"""What a street costs at an hour: seconds times risk, and streets that are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outreach_map.hours import Hours, OpenState
from outreach_map.network.streets import StreetNetwork


@dataclass(frozen=True, repr=False)
class ZoneCost:
    """A zone that makes streets costlier (`weight` >= 0, times the seconds) or closes them.

    It holds in its `hours`; where those are not known, or no time is asked for, always.
    """

    geometry: BaseGeometry
    weight: float
    closed: bool = False
    hours: Hours = field(default_factory=Hours)

    def __post_init__(self) -> None:
        """Reject a negative weight (ValueError): a zone never makes a street cheaper."""
        if not self.weight >= 0:
            raise ValueError("a zone's weight is at least 0")

    def holds(self, when: datetime | None) -> bool:
        """Whether the zone is in force at a time."""
        return when is None or self.hours.state(when) is not OpenState.CLOSED


@dataclass(frozen=True, eq=False, repr=False)
class EdgeCosts:
    """`cost_s` (m,) of each arc in weighted seconds; inf where a street is closed."""

    cost_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Reject costs that are not above zero (ValueError): a solver reads a zero as "no arc"."""
        if not (self.cost_s > 0).all():
            raise ValueError("the cost of an arc is above zero")


class CostModel:
    """Costs of a network's arcs under risk zones, at any hour, without a rebuild.

    Which street touches which zone is worked out once; a set of costs is then a sum.

    Parameters
    ----------
    network
        Streets of one mode.
    zones
        Zones; a street that only touches one counts as inside.
    """

    def __init__(self, network: StreetNetwork, zones: Sequence[ZoneCost]) -> None:
        self._network = network
        self._zones = tuple(zones)
        self._touched = tuple(
            network.line_tree.query(zone.geometry, predicate="intersects") for zone in self._zones
        )

    def at(self, when: datetime | None = None) -> EdgeCosts:
        """Cost of every arc: seconds x (1 + weights of the zones that hold then).

        Parameters
        ----------
        when
            Wall-clock time; without one every zone holds.
        """
        network = self._network
        weight = np.ones(network.segments)
        for zone, touched in zip(self._zones, self._touched, strict=True):
            if zone.holds(when):
                weight[touched] += np.inf if zone.closed else zone.weight
        return EdgeCosts(network.travel_time_s * weight[network.segment])


def edge_costs(
    network: StreetNetwork, zones: Sequence[ZoneCost], when: datetime | None = None
) -> EdgeCosts:
    """Cost of every arc at one time; for many times make a `CostModel` once."""
    return CostModel(network, zones).at(when)

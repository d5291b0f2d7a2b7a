"""What a team reads: stops with times and kit, and the way between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from outreach_map.tables import DecisionKind, Mode, Place


class StopKind(StrEnum):
    """What happens at a stop."""

    START = "start"
    VISIT = "visit"
    BREAK = "break"
    RESTOCK = "restock"
    END = "end"


@dataclass(frozen=True)
class Stop:
    """A stop of a shift; times by the clock on the wall.

    `code` names the hotspot or point, None for a base that is not a public point. `give` is what is
    given there.
    """

    kind: StopKind
    code: str | None
    place: Place
    arrive: datetime
    begin: datetime
    leave: datetime
    give: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Leg:
    """The way between two stops: line (p, 2) in degrees, metres, seconds, street names."""

    lon_lat: NDArray[np.float64] = field(repr=False)
    length_m: float
    travel_time_s: float
    street_names: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Itinerary:
    """One shift of one team: `legs[i]` leads from `stops[i]` to `stops[i + 1]`.

    `kit` is what to carry at the start.
    """

    team: str
    mode: Mode
    date: date
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    kit: Mapping[str, int]

    @property
    def start(self) -> datetime:
        """When the team leaves its base."""
        return self.stops[0].leave

    @property
    def end(self) -> datetime:
        """When it is back."""
        return self.stops[-1].arrive

    @property
    def distance_m(self) -> float:
        """Metres of all legs."""
        return sum(leg.length_m for leg in self.legs)

    @property
    def travel_s(self) -> float:
        """Seconds of all legs."""
        return sum(leg.travel_time_s for leg in self.legs)

    @property
    def visits(self) -> tuple[Stop, ...]:
        """Stops at hotspots."""
        return tuple(stop for stop in self.stops if stop.kind is StopKind.VISIT)


@dataclass(frozen=True)
class LeftOut:
    """Visits that were due at a hotspot and are not planned, and why, in words."""

    hotspot: str
    visits: int
    reason: str


@dataclass(frozen=True)
class DecisionEffect:
    """What a decision of the peers changed in the plan."""

    kind: DecisionKind
    hotspot: str
    team: str | None
    effect: str


@dataclass(frozen=True, eq=False)
class RoutePlan:
    """The week: shifts by team and time, what is left out, and what peers' decisions did."""

    itineraries: tuple[Itinerary, ...]
    left_out: tuple[LeftOut, ...]
    decisions: tuple[DecisionEffect, ...]

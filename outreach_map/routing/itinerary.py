"""What a team reads: stops with times and kit, and the way between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from outreach_map.tables import DecisionKind, Mode, Place

# More streets of a leg are not read in a list.
_MOST_STREETS = 5


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

    Attributes
    ----------
    kind, code, place
        What happens where; `code` names the hotspot or point, None for a base that is not a
        public point.
    arrive, begin, leave
        Who arrives before `begin` waits.
    give, take
        What is given there; what to take along from a point of restocking, for the stops until
        the next one.
    reason
        Why the visit is needed most, in words; empty for other stops.
    exposure_s
        Seconds of the visit in risk zones, times their weights.
    """

    kind: StopKind
    code: str | None
    place: Place
    arrive: datetime
    begin: datetime
    leave: datetime
    give: Mapping[str, int] = field(default_factory=dict)
    take: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    exposure_s: float = 0.0

    @property
    def wait_s(self) -> float:
        """Seconds between arriving and beginning."""
        return (self.begin - self.arrive).total_seconds()


@dataclass(frozen=True, eq=False)
class Leg:
    """The way between two stops: line (p, 2) in degrees, metres, seconds, streets, exposure."""

    lon_lat: NDArray[np.float64] = field(repr=False)
    length_m: float
    travel_time_s: float
    street_names: tuple[str, ...] = field(repr=False)
    exposure_s: float = 0.0

    @property
    def along(self) -> str:
        """Names of streets for a line of text: of many the first two and the last two."""
        names = self.street_names
        if len(names) > _MOST_STREETS:
            names = (*names[:2], "…", *names[-2:])
        return ", ".join(names)


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
    def exposure_s(self) -> float:
        """Exposure of all legs and visits: seconds in risk zones, times their weights."""
        return sum(leg.exposure_s for leg in self.legs) + sum(s.exposure_s for s in self.stops)

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


@dataclass(frozen=True)
class Worn:
    """A visit at a weekday and hour as in more than three rounds running: no other time is left."""

    hotspot: str
    team: str
    begin: datetime


@dataclass(frozen=True)
class Sharing:
    """How evenly hours and risky stops are shared, over four rounds, and what that costs.

    `use` is the largest share of its shift hours that a team is out, `risk` the largest share of
    all risky stops that one team has; `plain_use` and `plain_risk` are those of the shortest plan,
    `extra_s` is what this one is longer.
    """

    use: float
    risk: float
    plain_use: float
    plain_risk: float
    extra_s: float


@dataclass(frozen=True, eq=False)
class RoutePlan:
    """The week: shifts by team and time, what is left out, and what peers' decisions did.

    `need_met` is the share of the need of all due visits that is met, at the low, middle and high
    end of the bands. `ended_early` says that the search had to be ended.
    """

    itineraries: tuple[Itinerary, ...]
    left_out: tuple[LeftOut, ...]
    decisions: tuple[DecisionEffect, ...]
    worn: tuple[Worn, ...] = ()
    sharing: Sharing | None = None
    need_met: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ended_early: bool = False

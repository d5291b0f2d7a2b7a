"""A vehicle routing problem, in routing terms.

==================  ==========================================================================
routing             outreach
==================  ==========================================================================
vehicle             one shift of one team
client              one visit that is due at a hotspot
window              a time in which the visit may begin, and the shifts on which it may be made
penalty             what a way to make it costs: a new team, another weekday, the same hour again
prize               how much the visit is needed
delivery, capacity  what is given, what can be carried
depot, reload       a team's base; going by a distribution point for more
exposure            seconds in risk zones, times their weight
profile             streets as one team meets them: its mode, and the zones in force
==================  ==========================================================================

Times are whole seconds since the round's Monday 00:00 by the clock on the wall; places are indices
into the matrices. `docs/routing.md` has the whole glossary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A matrix entry from here on means that there is no way.
UNREACHABLE = 1_000_000
DAY_S = 86_400


@dataclass(frozen=True)
class Window:
    """A time in which a visit may begin, by whom, and what that costs beside the time.

    `early_s` and `late_s` are both included; `vehicles` are indices; `penalty` is in cost units.
    """

    early_s: int
    late_s: int
    vehicles: frozenset[int]
    penalty: int = 0

    def __post_init__(self) -> None:
        """Reject a window that ends before it begins, and a penalty below 0 (ValueError)."""
        if self.early_s > self.late_s:
            raise ValueError("a window ends before it begins")
        if self.penalty < 0:
            raise ValueError("a penalty is at least 0")


@dataclass(frozen=True)
class Client:
    """A visit that may be made once, in one of several windows, for a prize.

    Attributes
    ----------
    name
        Of whoever is visited; two clients of one name are not visited on the same day.
    place
        Index of the place.
    windows
        Ways to make the visit, one of which may be taken.
    service_s
        How long it takes.
    delivery
        Amount of each item, in the order of the problem's items.
    prize
        Cost units (seconds) that the visit is worth.
    release_s
        Before this time what is given is not at the base, and no tour with it can leave.
    required
        Whether it has to be visited; then there may be no solution. Weeks have no such clients.
    closed
        Times in which nobody may be there, not to wait either.
    """

    name: str
    place: int
    windows: tuple[Window, ...]
    service_s: int
    delivery: tuple[int, ...]
    prize: int
    release_s: int = 0
    required: bool = False
    closed: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        """Reject negative amounts (ValueError)."""
        if self.service_s < 0 or self.prize < 0 or any(amount < 0 for amount in self.delivery):
            raise ValueError("service, prize and deliveries are at least 0")

    @property
    def vehicles(self) -> frozenset[int]:
        """Indices of all vehicles that may visit it in some window."""
        return frozenset().union(*(window.vehicles for window in self.windows))


@dataclass(frozen=True)
class Break:
    """A break between two visits, at one of some places, beginning within a window.

    Who is back before the time for it is over, or leaves when it has begun, needs none.
    `under_way` is for a vehicle that is out since before that time and has made visits: its break
    may come first.
    """

    places: tuple[int, ...]
    window: tuple[int, int]
    duration_s: int
    under_way: bool = False

    @property
    def over_s(self) -> int:
        """When the time for it is over."""
        return self.window[1] + self.duration_s

    def spares(self, leave_s: int, back_s: int) -> bool:
        """Whether a vehicle that is out between two times needs none."""
        return back_s <= self.over_s or (leave_s >= self.window[0] and not self.under_way)


@dataclass(frozen=True)
class Reload:
    """A place where a vehicle may fill up again, when it is open."""

    place: int
    window: tuple[int, int]
    duration_s: int


@dataclass(frozen=True)
class Vehicle:
    """One shift: hours, base, load, distance, exposure and break are hard limits.

    A second out beyond `fair_s` costs `overtime_price` on top: how hours are shared out.
    """

    name: str
    profile: int
    start: int
    end: int
    window: tuple[int, int]
    capacity: tuple[int, ...]
    max_distance_m: int | None = None
    pause: Break | None = None
    reloads: tuple[Reload, ...] = ()
    max_exposure: int | None = None
    fair_s: int | None = None
    overtime_price: int = 0

    def __post_init__(self) -> None:
        """Reject a shift that ends before it begins (ValueError)."""
        if self.window[0] > self.window[1]:
            raise ValueError("a shift ends before it begins")
        if self.overtime_price < 0 or (self.fair_s is not None and self.fair_s < 0):
            raise ValueError("fair hours and their price are at least 0")


@dataclass(frozen=True, eq=False, repr=False)
class RoutingProblem:
    """Clients, vehicles and what lies between places for each profile.

    Attributes
    ----------
    durations_s, distances_m
        A (places, places) matrix of seconds and of metres for each profile.
    exposures
        A (places, places) matrix of exposure on the way for each profile; none where empty.
    stop_weights
        For each profile (places,) hundredths of exposure that a second of a visit there counts;
        none where empty. The exposure of a visit is rounded up.
    max_reloads
        How often a vehicle may fill up in a shift.
    duration_price, exposure_price
        Cost units of a second out, and of a unit of exposure.
    """

    clients: tuple[Client, ...]
    vehicles: tuple[Vehicle, ...]
    durations_s: tuple[NDArray[np.int64], ...]
    distances_m: tuple[NDArray[np.int64], ...]
    items: tuple[str, ...] = ()
    max_reloads: int = 2
    exposures: tuple[NDArray[np.int64], ...] = ()
    stop_weights: tuple[NDArray[np.int64], ...] = ()
    duration_price: int = 1
    exposure_price: int = 1

    def __post_init__(self) -> None:
        """Reject indices and lengths that do not fit each other (ValueError)."""
        matrices = (*self.durations_s, *self.distances_m, *self.exposures)
        places = {matrix.shape for matrix in matrices}
        if len(places) > 1 or any(len(set(shape)) != 1 for shape in places):
            raise ValueError("matrices are square and of one size")
        size = next(iter(places))[0] if places else 0
        if len(self.durations_s) != len(self.distances_m):
            raise ValueError("one matrix of seconds and one of metres for each profile")
        for each in (self.exposures, self.stop_weights):
            if each and len(each) != len(self.durations_s):
                raise ValueError("exposure for each profile, or for none")
        if any(weights.shape != (size,) for weights in self.stop_weights):
            raise ValueError("one weight of a stop for each place")
        if any(len(matrix) and matrix.min() < 0 for matrix in (*matrices, *self.stop_weights)):
            raise ValueError("seconds, metres and exposure are at least 0")
        if self.duration_price < 0 or self.exposure_price < 0:
            raise ValueError("prices are at least 0")
        self._check_places(size)

    def _check_places(self, size: int) -> None:
        used = [client.place for client in self.clients]
        for vehicle in self.vehicles:
            used += [vehicle.start, vehicle.end, *(reload.place for reload in vehicle.reloads)]
            used += vehicle.pause.places if vehicle.pause else ()
            if not 0 <= vehicle.profile < len(self.durations_s):
                raise ValueError("a vehicle has a profile that does not exist")
            if len(vehicle.capacity) != len(self.items):
                raise ValueError("one capacity for each item")
        if used and not (min(used) >= 0 and max(used) < size):
            raise ValueError("a place that the matrices do not have")
        for client in self.clients:
            if len(client.delivery) != len(self.items):
                raise ValueError("one delivery for each item")
            if client.vehicles and max(client.vehicles) >= len(self.vehicles):
                raise ValueError("a client names a vehicle that does not exist")

    def __repr__(self) -> str:
        """Counts only."""
        return f"RoutingProblem(clients={len(self.clients)}, vehicles={len(self.vehicles)})"

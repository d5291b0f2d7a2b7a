"""A vehicle routing problem, in routing terms.

==================  ======================================
routing             outreach
==================  ======================================
vehicle             one shift of one team
client              one visit that is due at a hotspot
window              a time in which the visit may begin
prize               how much the visit is needed
delivery, capacity  what is given, what can be carried
reload              going by a distribution point for more
profile             streets as one team meets them: its mode, and the zones in force
==================  ======================================

Times are whole seconds since the round's Monday 00:00 by the clock on the wall; places are indices
into the matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A matrix entry from here on means that there is no way.
UNREACHABLE = 1_000_000
DAY_S = 86_400


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
        (early, late) seconds for the begin of the visit, ascending.
    service_s
        How long it takes.
    delivery
        Amount of each item, in the order of the problem's items.
    prize
        Cost units (seconds) that the visit is worth.
    vehicles
        Indices of the vehicles that may make it.
    """

    name: str
    place: int
    windows: tuple[tuple[int, int], ...]
    service_s: int
    delivery: tuple[int, ...]
    prize: int
    vehicles: frozenset[int]

    def __post_init__(self) -> None:
        """Reject windows that end before they begin, and negative amounts (ValueError)."""
        if any(early > late for early, late in self.windows):
            raise ValueError("a window ends before it begins")
        if self.service_s < 0 or self.prize < 0 or any(amount < 0 for amount in self.delivery):
            raise ValueError("service, prize and deliveries are at least 0")


@dataclass(frozen=True)
class Break:
    """A break that a vehicle takes at one of some places, beginning within a window."""

    places: tuple[int, ...]
    window: tuple[int, int]
    duration_s: int


@dataclass(frozen=True)
class Reload:
    """A place where a vehicle may fill up again, when it is open."""

    place: int
    window: tuple[int, int]
    duration_s: int


@dataclass(frozen=True)
class Vehicle:
    """One shift: hours, base, load, distance and break are hard limits."""

    name: str
    profile: int
    start: int
    end: int
    window: tuple[int, int]
    capacity: tuple[int, ...]
    max_distance_m: int | None = None
    pause: Break | None = None
    reloads: tuple[Reload, ...] = ()

    def __post_init__(self) -> None:
        """Reject a shift that ends before it begins (ValueError)."""
        if self.window[0] > self.window[1]:
            raise ValueError("a shift ends before it begins")


@dataclass(frozen=True, eq=False, repr=False)
class RoutingProblem:
    """Clients, vehicles and one (places, places) matrix of seconds and metres for each profile.

    `max_reloads` is how often a vehicle may fill up in a shift.
    """

    clients: tuple[Client, ...]
    vehicles: tuple[Vehicle, ...]
    durations_s: tuple[NDArray[np.int64], ...]
    distances_m: tuple[NDArray[np.int64], ...]
    items: tuple[str, ...] = ()
    max_reloads: int = 2

    def __post_init__(self) -> None:
        """Reject indices and lengths that do not fit each other (ValueError)."""
        places = {matrix.shape for matrix in (*self.durations_s, *self.distances_m)}
        if len(places) > 1 or any(len(set(shape)) != 1 for shape in places):
            raise ValueError("matrices are square and of one size")
        size = next(iter(places))[0] if places else 0
        if len(self.durations_s) != len(self.distances_m):
            raise ValueError("one matrix of seconds and one of metres for each profile")
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

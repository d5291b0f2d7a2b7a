"""Whether a shift could make one visit and nothing else, and what stands in the way: exact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from outreach_map.routing.problem import UNREACHABLE, Client, RoutingProblem, Vehicle


class Hindrance(StrEnum):
    """Why a shift cannot make a visit even if it makes no other."""

    NO_WAY = "no way"
    LOAD = "load"
    TIME = "time"
    DISTANCE = "distance"
    EXPOSURE = "exposure"


@dataclass(frozen=True)
class Alone:
    """The quickest tour of a shift with one visit: seconds out, metres, exposure.

    `hindrance` is None where the tour keeps every limit.
    """

    out_s: int
    metres: int
    exposure: int
    hindrance: Hindrance | None


def alone(problem: RoutingProblem, vehicle_index: int, client: Client) -> Alone:
    """What a visit would take a vehicle alone; within its limits if that can be.

    A break lies between visits: who makes only one is back before the time for a break is over, or
    leaves when it has begun. Who is under way may rest first.
    """
    vehicle = problem.vehicles[vehicle_index]
    seconds = problem.durations_s[vehicle.profile]
    metres = problem.distances_m[vehicle.profile]
    if (
        seconds[vehicle.start, client.place] >= UNREACHABLE
        or seconds[client.place, vehicle.end] >= UNREACHABLE
    ):
        return Alone(UNREACHABLE, UNREACHABLE, 0, Hindrance.NO_WAY)
    if any(amount > limit for amount, limit in zip(client.delivery, vehicle.capacity, strict=True)):
        return Alone(0, 0, 0, Hindrance.LOAD)
    found: list[Alone] = []
    for window in client.windows:
        if vehicle_index not in window.vehicles:
            continue
        visit = (client.place, window.early_s, window.late_s, client.service_s)
        for order in _orders(vehicle, visit):
            out_s = _out_s(problem, vehicle, order)
            places = [vehicle.start, *(stop[0] for stop in order), vehicle.end]
            way = sum(int(metres[a, b]) for a, b in pairwise(places))
            exposure = _exposure(problem, vehicle, places, client)
            hindrance = None
            if out_s is None:
                hindrance = Hindrance.TIME
            elif vehicle.max_distance_m is not None and way > vehicle.max_distance_m:
                hindrance = Hindrance.DISTANCE
            elif vehicle.max_exposure is not None and exposure > vehicle.max_exposure:
                hindrance = Hindrance.EXPOSURE
            found.append(Alone(UNREACHABLE if out_s is None else out_s, way, exposure, hindrance))
    if not found:
        return Alone(UNREACHABLE, 0, 0, Hindrance.TIME)
    return min(found, key=lambda one: (one.hindrance is not None, one.out_s, one.metres))


_Stop = tuple[int, int, int, int]  # place, first and last begin, seconds


def _orders(vehicle: Vehicle, visit: _Stop) -> list[list[_Stop]]:
    """All ways to do without a break or to take it first; no time passes where one only is back."""
    pause = vehicle.pause
    if pause is None:
        return [[visit]]
    begin, end = vehicle.window
    early, late = (vehicle.end, begin, pause.over_s, 0), (vehicle.start, pause.window[0], end, 0)
    if not pause.under_way:
        return [[visit, early], [late, visit]]
    rests = [(place, *pause.window, pause.duration_s) for place in pause.places]
    return [[visit, early], *([rest, visit] for rest in rests)]


def _out_s(problem: RoutingProblem, vehicle: Vehicle, order: list[_Stop]) -> int | None:
    """Shortest time out for stops in an order; None where it cannot be kept."""
    seconds = problem.durations_s[vehicle.profile]
    now, here = vehicle.window[0], vehicle.start
    for place, early, late, stay_s in order:
        now = max(now + int(seconds[here, place]), early)
        if now > late:
            return None
        now, here = now + stay_s, place
    back = now + int(seconds[here, vehicle.end])
    if back > vehicle.window[1]:
        return None
    # Leave as late as the windows let.
    latest, there = back - int(seconds[here, vehicle.end]), here
    for number in range(len(order) - 1, -1, -1):
        place, _, late, stay_s = order[number]
        if place != there:
            latest -= int(seconds[place, there])
        latest, there = min(latest - stay_s, late), place
    latest -= int(seconds[vehicle.start, there])
    return back - max(latest, vehicle.window[0])


def _exposure(problem: RoutingProblem, vehicle: Vehicle, places: list[int], client: Client) -> int:
    total = 0
    if problem.exposures:
        matrix = problem.exposures[vehicle.profile]
        total += sum(int(matrix[a, b]) for a, b in pairwise(places))
    if problem.stop_weights:
        weight = int(problem.stop_weights[vehicle.profile][client.place])
        total += -(-weight * client.service_s // 100)
    return total

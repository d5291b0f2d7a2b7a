"""An independent check of every rule of a plan; it shares no code with the search.

It reads the problem's and the solution's records and works everything out anew: times by walking
along each route, loads by counting down, exposure and metres by adding up, the cost from prices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from outreach_map.routing.problem import Client, RoutingProblem, Vehicle, Window
from outreach_map.routing.solution import Activity, Route, Solution

_NO_WAY = 1_000_000
_DAY_S = 24 * 60 * 60


def check_solution(problem: RoutingProblem, solution: Solution) -> tuple[str, ...]:
    """Every rule that a solution breaks, in words; empty when it keeps them all.

    Checks each client at most once and none lost, required ones visited, one route a vehicle,
    matches, windows, travel times, shift hours, breaks, loads between reloads, reload hours,
    releases, distance, exposure, no two visits of one name on one day, and the cost.
    """
    faults = [*_assignment(problem, solution)]
    for route in solution.routes:
        if not 0 <= route.vehicle < len(problem.vehicles):
            return (*faults, "a vehicle that does not exist")
        faults += [f"vehicle {route.vehicle}: {fault}" for fault in _route(problem, route)]
    faults += _days(problem, solution)
    if not faults and solution.cost != _cost(problem, solution):
        faults.append("the cost is not the sum of its parts")
    return tuple(faults)


def _assignment(problem: RoutingProblem, solution: Solution) -> Iterator[str]:
    visited = [
        activity.client
        for route in solution.routes
        for activity in route.activities
        if activity.client is not None
    ]
    counted = Counter([*visited, *solution.left_out])
    if any(count > 1 for count in counted.values()):
        yield "a client is visited twice, or visited and left out"
    if set(counted) != set(range(len(problem.clients))):
        yield "a client is lost, or does not exist"
    if len({route.vehicle for route in solution.routes}) < len(solution.routes):
        yield "a vehicle has two routes"
    if any(
        problem.clients[index].required
        for index in solution.left_out
        if 0 <= index < len(problem.clients)
    ):
        yield "a client that has to be visited is left out"


def _days(problem: RoutingProblem, solution: Solution) -> Iterator[str]:
    days = Counter(
        (problem.clients[activity.client].name, activity.begin_s // _DAY_S)
        for route in solution.routes
        for activity in route.activities
        if activity.client is not None
    )
    if any(count > 1 for count in days.values()):
        yield "one hotspot is visited twice on a day"


def _route(problem: RoutingProblem, route: Route) -> Iterator[str]:
    vehicle = problem.vehicles[route.vehicle]
    doing = route.activities
    if len(doing) < 2 or doing[0].kind != "start" or doing[-1].kind != "end":
        yield "does not run from a start to an end"
        return
    if any(activity.kind in ("start", "end") for activity in doing[1:-1]):
        yield "starts or ends on the way"
    if doing[0].place != vehicle.start or doing[-1].place != vehicle.end:
        yield "does not start and end at its base"
    if doing[0].arrive_s < vehicle.window[0] or doing[-1].leave_s > vehicle.window[1]:
        yield "works outside its shift"
    if any(not one.arrive_s <= one.begin_s <= one.leave_s for one in doing):
        yield "leaves before it arrives"
    seconds, metres = problem.durations_s[vehicle.profile], problem.distances_m[vehicle.profile]
    distance = 0
    for before, after in pairwise(doing):
        leg_s = int(seconds[before.place, after.place])
        distance += int(metres[before.place, after.place])
        if leg_s >= _NO_WAY:
            yield "goes where there is no way"
        elif after.arrive_s != before.leave_s + leg_s:
            yield "arrives at another time than its way takes"
    if vehicle.max_distance_m is not None and distance > vehicle.max_distance_m:
        yield "goes farther than it may"
    if vehicle.max_exposure is not None and _exposed(problem, route) > vehicle.max_exposure:
        yield "is more exposed than it may be"
    yield from _visits(problem, route)
    yield from _break(vehicle, doing)
    yield from _loads(problem, vehicle, doing)
    yield from _releases(problem, doing)


def _exposed(problem: RoutingProblem, route: Route) -> int:
    """Exposure on the way and at visits; hundredths of a stop's weight are rounded up a visit."""
    profile = problem.vehicles[route.vehicle].profile
    total = 0
    for before, after in pairwise(route.activities):
        if problem.exposures:
            total += int(problem.exposures[profile][before.place, after.place])
    for activity in route.activities:
        if problem.stop_weights and activity.client is not None:
            weight = int(problem.stop_weights[profile][activity.place])
            hundredths = weight * problem.clients[activity.client].service_s
            total += (hundredths + 99) // 100
    return total


def _cost(problem: RoutingProblem, solution: Solution) -> int:
    total = sum(problem.clients[index].prize for index in solution.left_out)
    for route in solution.routes:
        vehicle = problem.vehicles[route.vehicle]
        out_s = route.activities[-1].leave_s - route.activities[0].arrive_s
        total += out_s * problem.duration_price
        total += _exposed(problem, route) * problem.exposure_price
        if vehicle.fair_s is not None and out_s > vehicle.fair_s:
            total += (out_s - vehicle.fair_s) * vehicle.overtime_price
        for activity in route.activities:
            if activity.client is not None:
                fitting = _fitting(problem.clients[activity.client], route.vehicle, activity)
                total += min(window.penalty for window in fitting)
    return total


def _fitting(client: Client, vehicle: int, activity: Activity) -> list[Window]:
    """Windows of a client in which a vehicle may begin then."""
    return [
        window
        for window in client.windows
        if vehicle in window.vehicles and window.early_s <= activity.begin_s <= window.late_s
    ]


def _visits(problem: RoutingProblem, route: Route) -> Iterator[str]:
    for activity in route.activities:
        if (activity.kind == "visit") != (activity.client is not None):
            yield "a visit without a client, or a client without a visit"
        if activity.client is None:
            continue
        client = problem.clients[activity.client]
        if not any(route.vehicle in window.vehicles for window in client.windows):
            yield "visits a client that it may not visit"
        elif not _fitting(client, route.vehicle, activity):
            yield "visits outside the client's windows"
        if any(a < activity.leave_s and activity.arrive_s < b for a, b in client.closed):
            yield "is there when nobody may be"
        if activity.place != client.place:
            yield "visits a client elsewhere"
        if activity.leave_s - activity.begin_s != client.service_s:
            yield "does not stay as long as the visit takes"


def _break(vehicle: Vehicle, doing: tuple[Activity, ...]) -> Iterator[str]:
    taken = [activity for activity in doing if activity.kind == "break"]
    if vehicle.pause is None:
        if taken:
            yield "takes a break that it does not have"
        return
    early, late = vehicle.pause.window
    if len(taken) > 1:
        yield "takes more than one break"
    # Out before the time for a break, and still out after it.
    through = vehicle.pause.under_way or doing[0].leave_s < early
    if not taken and through and doing[-1].arrive_s > late + vehicle.pause.duration_s:
        yield "takes no break"
    for activity in taken:
        if activity.place not in vehicle.pause.places or not early <= activity.begin_s <= late:
            yield "takes its break elsewhere or at another time"
        number = doing.index(activity)
        before, after = (
            any(one.kind == "visit" for one in part)
            for part in (doing[:number], doing[number + 1 :])
        )
        if not after or not (before or vehicle.pause.under_way):
            yield "takes its break before or after all visits"
        if activity.leave_s - activity.begin_s < vehicle.pause.duration_s:
            yield "takes a break that is too short"


def _loads(problem: RoutingProblem, vehicle: Vehicle, doing: tuple[Activity, ...]) -> Iterator[str]:
    left = list(vehicle.capacity)
    reloads = 0
    for activity in doing:
        if activity.client is not None:
            for item, amount in enumerate(problem.clients[activity.client].delivery):
                left[item] -= amount
            if min(left, default=0) < 0:
                yield "gives more than it carries"
        if activity.kind == "reload":
            reloads += 1
            left = list(vehicle.capacity)
            if not any(
                reload.place == activity.place
                and reload.window[0] <= activity.begin_s <= reload.window[1]
                and activity.leave_s - activity.begin_s >= reload.duration_s
                for reload in vehicle.reloads
            ):
                yield "reloads where or when it may not"
    if reloads > problem.max_reloads:
        yield "reloads too often"


def _releases(problem: RoutingProblem, doing: tuple[Activity, ...]) -> Iterator[str]:
    """What is given has to have been at the base when the tour with it left."""
    left_s = doing[0].leave_s
    for activity in doing:
        if activity.kind == "reload":
            left_s = activity.leave_s
        if activity.client is not None and problem.clients[activity.client].release_s > left_s:
            yield "leaves before what it gives is there"

"""What becomes of a rival's tour when every rule holds: the least that a planner would mend.

A rival gives the order of each team's visits, and where it fills up. A break is put where it costs
least, between two visits at a place where it may be taken, or is left away where it may be. Where
more is given than is carried, the team fills up where that costs least. While some rule is still
broken (hours, load, metres, exposure, a window that is not this team's) the visit of least worth is
dropped, and its prize is lost. A tour that is worth less than it costs is not made. Times, cost and
proof are then those of our own plans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from outreach_map.routing.answer import break_kept
from outreach_map.routing.checker import check_solution
from outreach_map.routing.costs import route_cost, route_exposure, solution_of
from outreach_map.routing.problem import UNREACHABLE, Reload, RoutingProblem
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution

# What is done, where, its first and last begin, its seconds, whose.
_Step = tuple[ActivityKind, int, int, int, int, int | None]


def repaired(
    problem: RoutingProblem, orders: Mapping[int, Sequence[int | Reload]]
) -> Solution | None:
    """A plan that keeps every rule from the visits of each vehicle in their order.

    Where a vehicle fills up stands between its visits.

    None where that leaves out somebody who has to be visited.

    Raises
    ------
    AssertionError
        When the independent checker finds a fault.
    """
    routes = []
    for number, visits in sorted(orders.items()):
        route = _mended(problem, number, list(visits))
        if route is not None and (
            any(problem.clients[visit].required for visit in visits if isinstance(visit, int))
            or route_cost(problem, route) <= _worth(problem, route)
        ):
            routes.append(route)
    plan = solution_of(problem, routes)
    if any(problem.clients[index].required for index in plan.left_out):
        return None
    if faults := check_solution(problem, plan):
        raise AssertionError(faults[0])
    return plan


def _worth(problem: RoutingProblem, route: Route) -> int:
    return sum(problem.clients[a.client].prize for a in route.activities if a.client is not None)


def _mended(problem: RoutingProblem, number: int, stops: list[int | Reload]) -> Route | None:
    while visits := [stop for stop in stops if isinstance(stop, int)]:
        if (route := _filled(problem, number, stops)) is not None:
            return route
        less = [(i, [stop for stop in stops if stop != i]) for i in visits]
        # One that suffices, of least worth; else the least worth of all.
        enough = [
            (problem.clients[i].prize, i) for i, rest in less if _filled(problem, number, rest)
        ]
        gone = min(enough or [(problem.clients[i].prize, i) for i in visits])[1]
        stops = [stop for stop in stops if stop != gone]
    return None


def _filled(problem: RoutingProblem, number: int, stops: Sequence[int | Reload]) -> Route | None:
    """The cheapest route as it was given, else without filling up or doing so once somewhere."""
    if (route := _rested(problem, number, stops)) is not None:
        return route
    visits = [stop for stop in stops if isinstance(stop, int)]
    orders: list[list[int | Reload]] = [list(visits)] if len(visits) < len(stops) else []
    orders += [
        [*visits[:at], fill, *visits[at:]]
        for fill in problem.vehicles[number].reloads
        for at in range(1, len(visits))
    ]
    found = [route for order in orders if (route := _rested(problem, number, order)) is not None]
    return min(found, key=lambda route: route_cost(problem, route), default=None)


def _rested(problem: RoutingProblem, number: int, stops: Sequence[int | Reload]) -> Route | None:
    """The cheapest route without a break or with it somewhere; None where none keeps every rule."""
    vehicle = problem.vehicles[number]
    visits: list[int | _Step] = [
        stop
        if isinstance(stop, int)
        else (ActivityKind.RELOAD, stop.place, *stop.window, stop.duration_s, None)
        for stop in stops
    ]
    if not any(isinstance(stop, int) for stop in visits):
        return None
    orders = [visits]
    if vehicle.pause is not None:
        rests: list[_Step] = [
            (ActivityKind.BREAK, place, *vehicle.pause.window, vehicle.pause.duration_s, None)
            for place in vehicle.pause.places
        ]
        first = 0 if vehicle.pause.under_way else 1
        orders += [
            [*visits[:at], rest, *visits[at:]] for rest in rests for at in range(first, len(visits))
        ]
        # Whoever can do without by leaving late does.
        late = (
            ActivityKind.START,
            vehicle.start,
            vehicle.pause.window[0],
            vehicle.window[1],
            0,
            None,
        )
        orders.append([late, *visits])
    found = [
        route
        for order in orders
        if (route := _timed(problem, number, order)) is not None and break_kept(problem, route)
    ]
    return min(found, key=lambda route: route_cost(problem, route), default=None)


def _timed(problem: RoutingProblem, number: int, order: Sequence[int | _Step]) -> Route | None:
    """A route in an order, out as late as lets it be back as early as can be; None if it cannot."""
    vehicle = problem.vehicles[number]
    seconds = problem.durations_s[vehicle.profile]
    metres = problem.distances_m[vehicle.profile]
    steps: list[_Step] = []
    trips: list[list[int]] = [[]]
    for each in order:
        if isinstance(each, int):
            trips[-1].append(each)
        elif each[0] is ActivityKind.RELOAD:
            trips.append([])
    if len(trips) > 1 and any(problem.clients[each].release_s for own in trips for each in own):
        return None
    # Nobody leaves before what is given is there.
    ready = max(problem.clients[each].release_s for each in trips[0]) if trips[0] else 0
    first = max(vehicle.window[0], ready)
    now, here = first, vehicle.start
    for each in order:
        if isinstance(each, int):
            client = problem.clients[each]
            there = now + int(seconds[here, client.place])
            open_to = [
                (max(there, w.early_s), w.penalty, w.early_s, w.late_s)
                for w in client.windows
                if number in w.vehicles and there <= w.late_s
            ]
            if not open_to:
                return None
            _, _, early, late = min(open_to)
            step: _Step = (ActivityKind.VISIT, client.place, early, late, client.service_s, each)
        else:
            step = each
        now = max(now + int(seconds[here, step[1]]), step[2])
        if now > step[3]:
            return None
        now, here = now + step[4], step[1]
        steps.append(step)
    back = now + int(seconds[here, vehicle.end])
    if back > vehicle.window[1] or back >= UNREACHABLE + vehicle.window[0]:
        return None
    late, there = back, vehicle.end
    for _, place, _, last, stay_s, _ in reversed(steps):
        late, there = min(late - int(seconds[place, there]) - stay_s, last), place
    late -= int(seconds[vehicle.start, there])
    route = _walk(problem, number, steps, max(late, first))
    places = [activity.place for activity in route.activities]
    way = sum(int(metres[a, b]) for a, b in pairwise(places))
    most = [
        max(sum(problem.clients[visit].delivery[item] for visit in own) for own in trips)
        for item in range(len(problem.items))
    ]
    if (
        (vehicle.max_distance_m is not None and way > vehicle.max_distance_m)
        or any(int(seconds[a, b]) >= UNREACHABLE for a, b in pairwise(places))
        or any(amount > limit for amount, limit in zip(most, vehicle.capacity, strict=True))
        or len(trips) - 1 > problem.max_reloads
        or (
            vehicle.max_exposure is not None
            and route_exposure(problem, route) > vehicle.max_exposure
        )
    ):
        return None
    return route


def _walk(problem: RoutingProblem, number: int, steps: Sequence[_Step], start: int) -> Route:
    vehicle = problem.vehicles[number]
    seconds = problem.durations_s[vehicle.profile]
    doing = [Activity(ActivityKind.START, vehicle.start, start, start, start)]
    for kind, place, early, _, stay_s, client in steps:
        if kind is ActivityKind.START:
            continue
        arrive = doing[-1].leave_s + int(seconds[doing[-1].place, place])
        begin = max(arrive, early)
        doing.append(Activity(kind, place, arrive, begin, begin + stay_s, client))
    back = doing[-1].leave_s + int(seconds[doing[-1].place, vehicle.end])
    doing.append(Activity(ActivityKind.END, vehicle.end, back, back, back))
    return Route(number, tuple(doing))

"""PyVRP's answer in our terms, timed and costed anew, and a plan of ours in its terms."""

from __future__ import annotations

from dataclasses import dataclass

import pyvrp

from outreach_map.routing.costs import route_cost, solution_of
from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
from outreach_map.routing.translate import Model


def answer(model: Model, best: pyvrp.Solution) -> Solution:
    """PyVRP's solution in our terms, timed and costed anew; idle vehicles have no route."""
    problem = model.problem
    free = [list(members) for members in model.types]
    routes = []
    for found in best.routes():
        route = route_of(model, found, free[found.vehicle_type()].pop(0))
        # Who has only a break to take, or costs more than its visits are worth, stays at the base.
        visits = [a.client for a in route.activities if a.client is not None]
        worth = sum(problem.clients[client].prize for client in visits)
        needed = any(problem.clients[client].required for client in visits)
        if visits and (needed or route_cost(problem, route) <= worth):
            routes.append(route)
    return solution_of(problem, routes)


def route_of(model: Model, found: pyvrp.Route, vehicle_index: int) -> Route:
    """A route of PyVRP as one of ours, out as late as lets it be back as early as can be."""
    problem = model.problem
    vehicle = problem.vehicles[vehicle_index]
    seconds = problem.durations_s[vehicle.profile]
    steps = [_step(model, step) for step in list(found)[1:-1]]
    # No tour leaves before what it gives is there.
    ready = [0] * (len(steps) + 1)
    latest = 0
    for number in range(len(steps), 0, -1):
        client = steps[number - 1].client
        if client is not None:
            latest = max(latest, problem.clients[client].release_s)
        if steps[number - 1].kind is ActivityKind.RELOAD:
            ready[number], latest = latest, 0
    ready[0] = latest

    def walk(start: int) -> list[Activity]:
        now = max(start, ready[0])
        doing = [Activity(ActivityKind.START, vehicle.start, start, start, now)]
        for number, step in enumerate(steps, start=1):
            arrive = now + int(seconds[doing[-1].place, step.place])
            begin = max(arrive, step.early_s)
            now = max(begin + step.service_s, ready[number])
            doing.append(Activity(step.kind, step.place, arrive, begin, now, step.client))
        now += int(seconds[doing[-1].place, vehicle.end])
        doing.append(Activity(ActivityKind.END, vehicle.end, now, now, now))
        return doing

    # Back as early as can be, then out as late as that lets: no way is shorter.
    doing = walk(vehicle.window[0])
    late = doing[-1].arrive_s
    for number in range(len(steps), 0, -1):
        step = steps[number - 1]
        late -= int(seconds[step.place, doing[number + 1].place])
        late = min(late, doing[-1].arrive_s) - step.service_s
        late = min(late, step.late_s)
    late -= int(seconds[vehicle.start, doing[1].place])
    doing = walk(max(late, vehicle.window[0]))
    # What stands for doing without a break is nothing that is done.
    kept = (one for one, step in zip(doing[1:-1], steps, strict=True) if not step.without_break)
    return Route(vehicle_index, (doing[0], *kept, doing[-1]))


def break_kept(problem: RoutingProblem, route: Route) -> bool:
    """Whether a route has its break between two visits, or needs none."""
    pause = problem.vehicles[route.vehicle].pause
    kinds = [activity.kind for activity in route.activities]
    if pause is None:
        return True
    if ActivityKind.BREAK not in kinds:
        return pause.spares(route.activities[0].leave_s, route.activities[-1].arrive_s)
    at = kinds.index(ActivityKind.BREAK)
    begun = pause.under_way or ActivityKind.VISIT in kinds[:at]
    return begun and ActivityKind.VISIT in kinds[at:] and kinds.count(ActivityKind.BREAK) == 1


def waits_where_closed(problem: RoutingProblem, activity: Activity) -> bool:
    """Whether somebody is at a client when nobody may be: windows say no more than the begin."""
    if activity.client is None:
        return False
    closed = problem.clients[activity.client].closed
    return any(a < activity.leave_s and activity.arrive_s < b for a, b in closed)


@dataclass(frozen=True)
class _Step:
    """A step on a route: what, where, first and last begin, and how long."""

    kind: ActivityKind
    place: int
    early_s: int
    late_s: int
    service_s: int
    client: int | None
    without_break: bool = False


def _step(model: Model, step: pyvrp.ScheduledActivity) -> _Step:
    if step.is_client():
        copy = model.copies[step.idx]
        return _Step(
            copy.kind, copy.place, *copy.window, copy.service_s, copy.client, copy.without_break
        )
    place, early, late, service_s = model.depots[step.idx]
    return _Step(ActivityKind.RELOAD, place, early, late, service_s, None)


def encode(model: Model, solution: Solution) -> pyvrp.Solution:
    """A solution of ours in PyVRP's terms, to start a search from; idle vehicles stay idle.

    What does not fit the model (a visit in no window, a reload that it does not have) is left out.
    """
    by_client: dict[int, list[int]] = {}
    breaks: dict[int, dict[int, int]] = {}
    without: dict[int, list[int]] = {}
    for number, copy in enumerate(model.copies):
        if copy.client is not None:
            by_client.setdefault(copy.client, []).append(number)
        elif copy.vehicle is not None:
            if copy.without_break:
                without.setdefault(copy.vehicle, []).append(number)
            else:
                breaks.setdefault(copy.vehicle, {}).setdefault(copy.place, number)
    routes = {route.vehicle: route for route in solution.routes}
    made = []
    for kind, members in enumerate(model.types):
        depots = list(model.data.vehicle_type(kind).reload_depots)
        for vehicle in members:
            steps = []
            pauses = breaks.get(vehicle, {})
            doing = routes[vehicle].activities if vehicle in routes else ()
            for activity in doing:
                if activity.client is not None:
                    fits = [
                        number
                        for number in by_client.get(activity.client, ())
                        if model.copies[number].window[0]
                        <= activity.begin_s
                        <= model.copies[number].window[1]
                        and vehicle in model.copies[number].vehicles
                    ]
                    if fits:
                        # Of windows that overlap the one that is worth most.
                        best = max(fits, key=lambda number: model.data.client(number).prize)
                        steps.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, best))
                elif activity.kind is ActivityKind.BREAK and activity.place in pauses:
                    steps.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, pauses[activity.place]))
                elif activity.kind is ActivityKind.RELOAD:
                    at = [d for d in depots if model.depots[d][0] == activity.place]
                    if at:
                        steps.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, at[0]))
            if pauses and not any(a.kind is ActivityKind.BREAK for a in doing):
                # Back early comes last, out late comes first; who stays at home is back early.
                own = without[vehicle]
                early = not doing or doing[-1].arrive_s <= model.copies[own[0]].window[1]
                token = pyvrp.Activity(pyvrp.ActivityType.CLIENT, own[0] if early else own[-1])
                steps = [*steps, token] if early else [token, *steps]
            if steps:
                made.append(pyvrp.Route(model.data, steps, kind))
    return pyvrp.Solution(model.data, made)

"""Other ways to plan the same problem: by hand, PyVRP by its defaults, OR-Tools, VROOM.

Each gives its plan, or None where it found none. All are judged alike: their visits, in their
order, as a plan that keeps every rule (`benchmarks.repair`), by our prices and our checker. VROOM
has no word for exposure, its cap, penalties of windows, windows of some teams only, reloads, places
of breaks, and breaks that nobody needs; it plans once with breaks and once without, and the better
of the two plans counts. What breaks a rule for that is dropped, as a planner would have to.
"""

from __future__ import annotations

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime

from benchmarks.repair import repaired
from outreach_map.routing.problem import UNREACHABLE, Reload, RoutingProblem
from outreach_map.routing.solution import Solution
from outreach_map.routing.translate import translate


def pyvrp_defaults(problem: RoutingProblem, seconds: float, seed: int) -> Solution | None:
    """`pyvrp.solve` on the same data; it may overrun, for it hangs on some problems."""
    from outreach_map.routing.answer import answer

    model = translate(problem)
    found = pyvrp.solve(
        model.data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False
    )
    return answer(model, found.best) if found.is_feasible() else None


def by_hand(problem: RoutingProblem) -> Solution:
    """Nearest neighbour, shift by shift, as a coordinator does it.

    Go to the nearest place that can still be visited within all limits; where the time for a break
    would be over on the way back from there, take it at the base first. Who is done shall be told
    the cheapest place for the break, or do without.
    """
    left = set(range(len(problem.clients)))
    orders = {}
    for number in sorted(range(len(problem.vehicles)), key=lambda i: problem.vehicles[i].window):
        orders[number] = _nearest(problem, number, left)
        left -= set(orders[number])
    plan = repaired(problem, orders)
    if plan is None:
        raise AssertionError("a plan by hand leaves out somebody who has to be visited")
    return plan


def _nearest(problem: RoutingProblem, number: int, left: set[int]) -> list[int]:
    vehicle = problem.vehicles[number]
    seconds = problem.durations_s[vehicle.profile]
    metres = problem.distances_m[vehicle.profile]
    pause = vehicle.pause
    here, now, way, rested = vehicle.start, vehicle.window[0], 0, pause is None
    load, names, visits = list(vehicle.capacity), set[str](), list[int]()

    def next_visit(here: int, now: int, way: int, back_s: int) -> tuple[int, int, int] | None:
        """Begin, way there and client of the next visit from where one is back by then."""
        best = None
        for index in sorted(left - set(visits)):
            client = problem.clients[index]
            leg = int(seconds[here, client.place])
            length = way + int(metres[here, client.place]) + int(metres[client.place, vehicle.end])
            if (
                client.name in names
                or any(a > b for a, b in zip(client.delivery, load, strict=True))
                or leg >= UNREACHABLE
                or (vehicle.max_distance_m is not None and length > vehicle.max_distance_m)
            ):
                continue
            for window in client.windows:
                begin = max(now + leg, window.early_s)
                back = begin + client.service_s + int(seconds[client.place, vehicle.end])
                if number in window.vehicles and begin <= window.late_s and back <= back_s:
                    best = min(best or (begin, leg, index), (begin, leg, index))
        return best

    while True:
        until = vehicle.window[1]
        if pause is not None and not rested:
            until = min(until, pause.over_s)
        found = next_visit(here, now, way, until)
        if found is None and pause is not None and not rested and visits:
            rested = True
            begin = max(now + int(seconds[here, vehicle.start]), pause.window[0])
            if begin <= pause.window[1]:
                way += int(metres[here, vehicle.start])
                here, now = vehicle.start, begin + pause.duration_s
                found = next_visit(here, now, way, vehicle.window[1])
        elif found is None and pause is not None and not rested:
            # Nobody can be met before: whoever leaves that late needs no break.
            rested, now = True, max(now, pause.window[0])
            found = next_visit(here, now, way, vehicle.window[1])
        if found is None:
            return visits
        begin, _, index = found
        client = problem.clients[index]
        way += int(metres[here, client.place])
        here, now = client.place, begin + client.service_s
        load = [a - b for a, b in zip(load, client.delivery, strict=True)]
        names.add(client.name)
        visits.append(index)


def or_tools(problem: RoutingProblem, seconds: float, _seed: int) -> Solution | None:
    """OR-Tools' routing with guided local search: the same windows, limits and prizes.

    A window is a node of its own; those of a client are a disjunction with the prize as its
    penalty. Each place where a shift can fill up is a node that may be gone by once. Time out,
    exposure and penalties are the cost. Nodes to fill up make it slow where nobody needs them: of a
    plan with them and one without, each in all the time, the better counts. Not where what is
    given is released later.
    """
    if any(client.release_s for client in problem.clients):
        return None
    filling = {True, False} if any(vehicle.reloads for vehicle in problem.vehicles) else {False}
    plans = [_or_tools(problem, seconds, filling=each) for each in sorted(filling)]
    return min((plan for plan in plans if plan), key=lambda plan: plan.cost, default=None)


def _or_tools(problem: RoutingProblem, seconds: float, *, filling: bool) -> Solution | None:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    nodes = [
        (index, window)
        for index, client in enumerate(problem.clients)
        for window in client.windows
        if window.vehicles
    ]
    vehicles = problem.vehicles
    rests = [
        (number, place)
        for number, vehicle in enumerate(vehicles)
        if vehicle.pause is not None
        for place in vehicle.pause.places
    ]
    fills = [
        (number, reload)
        for number, vehicle in enumerate(vehicles)
        for reload in vehicle.reloads
        if filling
    ]
    # Windows, places of breaks and to fill up, then a start and an end for each vehicle.
    places = [problem.clients[index].place for index, _ in nodes] + [place for _, place in rests]
    places += [reload.place for _, reload in fills]
    places += [vehicle.start for vehicle in vehicles] + [vehicle.end for vehicle in vehicles]
    ending = [0] * 2 * len(vehicles)
    visit_s = [problem.clients[index].service_s for index, _ in nodes]
    rest_s = [vehicles[number].pause.duration_s for number, _ in rests]
    other = [0] * (len(rests) + len(fills)) + ending
    stay = visit_s + rest_s + [reload.duration_s for _, reload in fills] + ending
    at_risk_s = visit_s + other
    count = len(nodes) + len(rests) + len(fills)
    starts = list(range(count, count + len(vehicles)))
    ends = list(range(count + len(vehicles), count + 2 * len(vehicles)))
    manager = pywrapcp.RoutingIndexManager(len(places), len(vehicles), starts, ends)
    routing = pywrapcp.RoutingModel(manager)
    at = np.array(places)
    horizon = max(vehicle.window[1] for vehicle in vehicles) + 1

    def matrix(values: np.ndarray, extra: list[int]) -> list[list[int]]:
        table = np.minimum(values[np.ix_(at, at)], UNREACHABLE) + np.array(extra)[:, None]
        return [[int(v) for v in line] for line in table]

    def exposure(profile: int) -> np.ndarray:
        table = np.zeros((len(places), len(places)), dtype=np.int64)
        if problem.exposures:
            table += problem.exposures[profile][np.ix_(at, at)]
        if problem.stop_weights:
            stops = -(-problem.stop_weights[profile][at] * np.array(at_risk_s) // 100)
            table += stops[:, None]
        return np.minimum(table, UNREACHABLE)

    profiles = sorted({vehicle.profile for vehicle in vehicles})
    times = {
        p: routing.RegisterTransitMatrix(matrix(problem.durations_s[p], stay)) for p in profiles
    }
    ways = {
        p: routing.RegisterTransitMatrix(matrix(problem.distances_m[p], [0] * len(places)))
        for p in profiles
    }
    worth = [window.penalty for _, window in nodes] + other
    risks, prices = {}, {}
    for p in profiles:
        table = exposure(p)
        risks[p] = routing.RegisterTransitMatrix([[int(v) for v in line] for line in table])
        priced = table * problem.exposure_price + np.array(worth)[:, None]
        prices[p] = routing.RegisterTransitMatrix([[int(v) for v in line] for line in priced])
    own = [vehicle.profile for vehicle in vehicles]
    routing.AddDimensionWithVehicleTransits(
        [times[p] for p in own], horizon, horizon, False, "time"
    )
    time = routing.GetDimensionOrDie("time")
    routing.AddDimensionWithVehicleTransitAndCapacity(
        [ways[p] for p in own], 0, [v.max_distance_m or 10**9 for v in vehicles], True, "way"
    )
    routing.AddDimensionWithVehicleTransitAndCapacity(
        [risks[p] for p in own],
        0,
        [10**9 if v.max_exposure is None else v.max_exposure for v in vehicles],
        True,
        "risk",
    )
    for item in range(len(problem.items)):
        given = [problem.clients[index].delivery[item] for index, _ in nodes]
        capacity = [vehicle.capacity[item] for vehicle in vehicles]
        # To fill up takes off all that was given; slack brings that back to nothing.
        filled = [-capacity[number] for number, _ in fills]
        load = routing.RegisterUnaryTransitVector(given + [0] * len(rests) + filled + ending)
        name, slack = f"load {item}", max(capacity) if fills else 0
        routing.AddDimensionWithVehicleCapacity(load, slack, capacity, True, name)
        given_out = routing.GetDimensionOrDie(name)
        for node in range(len(nodes) + len(rests) if fills else 0):
            given_out.SlackVar(manager.NodeToIndex(node)).SetValue(0)
        for number in range(len(vehicles) if fills else 0):
            given_out.SlackVar(routing.Start(number)).SetValue(0)
    for number in range(len(vehicles)):
        own_fills = []
        for node, (whose, reload) in enumerate(fills, start=len(nodes) + len(rests)):
            if whose == number:
                inside = manager.NodeToIndex(node)
                time.CumulVar(inside).SetRange(*reload.window)
                routing.VehicleVar(inside).SetValues([-1, number])
                routing.AddDisjunction([inside], 0, 1)
                own_fills.append(routing.ActiveVar(inside))
        if len(own_fills) > problem.max_reloads:
            routing.solver().Add(routing.solver().Sum(own_fills) <= problem.max_reloads)
    for number, vehicle in enumerate(vehicles):
        routing.SetArcCostEvaluatorOfVehicle(prices[vehicle.profile], number)
        time.SetSpanCostCoefficientForVehicle(problem.duration_price, number)
        for end in (routing.Start(number), routing.End(number)):
            time.CumulVar(end).SetRange(*vehicle.window)
        if vehicle.pause is not None:
            own_rests = []
            for node, (whose, _) in enumerate(rests, start=len(nodes)):
                if whose == number:
                    inside = manager.NodeToIndex(node)
                    time.CumulVar(inside).SetRange(*vehicle.pause.window)
                    routing.VehicleVar(inside).SetValues([-1, number])
                    own_rests.append(inside)
                    routing.NextVar(inside).RemoveValue(routing.End(number))
                    if not vehicle.pause.under_way:
                        routing.NextVar(routing.Start(number)).RemoveValue(inside)
            routing.AddDisjunction(own_rests, 0, 1)
            # Whoever is out through the time for it takes one break.
            whole = routing.solver()
            taken = whole.Sum([routing.ActiveVar(inside) for inside in own_rests])
            early = whole.IsLessOrEqualCstVar(
                time.CumulVar(routing.End(number)), vehicle.pause.over_s
            )
            late = whole.IsGreaterOrEqualCstVar(
                time.CumulVar(routing.Start(number)), vehicle.pause.window[0]
            )
            whole.Add(taken + early + late >= routing.ActiveVehicleVar(number))
    for node, (_, window) in enumerate(nodes):
        inside = manager.NodeToIndex(node)
        time.CumulVar(inside).SetRange(window.early_s, window.late_s)
        # -1 stands for not made at all.
        routing.VehicleVar(inside).SetValues([-1, *sorted(window.vehicles)])
    for index, client in enumerate(problem.clients):
        own_nodes = [manager.NodeToIndex(n) for n, (c, _) in enumerate(nodes) if c == index]
        if own_nodes and client.required:
            routing.AddDisjunction(own_nodes, 10**9, 1)
        elif own_nodes:
            routing.AddDisjunction(own_nodes, client.prize, 1)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    found = routing.SolveWithParameters(parameters)
    if found is None:
        return None
    orders: dict[int, list[int | Reload]] = {}
    for number in range(len(vehicles)):
        inside, visits = found.Value(routing.NextVar(routing.Start(number))), list[int | Reload]()
        while not routing.IsEnd(inside):
            node = manager.IndexToNode(inside)
            if node < len(nodes):
                visits.append(nodes[node][0])
            elif node >= len(nodes) + len(rests):
                visits.append(fills[node - len(nodes) - len(rests)][1])
            inside = found.Value(routing.NextVar(inside))
        orders[number] = visits
    return repaired(problem, orders)


def vroom(problem: RoutingProblem, seconds: float, _seed: int) -> Solution | None:
    """VROOM through pyvroom: windows, skills, loads, breaks and metres; prizes as priorities.

    Its break is taken wherever the vehicle is, until it is put to a place; of a plan with breaks
    and one without, each in all the time, the better counts. Not where time costs nothing.
    """
    if not problem.duration_price:
        return None
    rests = {True, False} if any(vehicle.pause for vehicle in problem.vehicles) else {False}
    plans = [_vroom(problem, seconds, resting=resting) for resting in sorted(rests)]
    return min((plan for plan in plans if plan), key=lambda plan: plan.cost, default=None)


def _vroom(problem: RoutingProblem, seconds: float, *, resting: bool) -> Solution | None:
    import datetime

    import vroom as rival

    whole = rival.Input()
    for profile in {vehicle.profile for vehicle in problem.vehicles}:
        own = np.minimum(problem.durations_s[profile], UNREACHABLE).astype(np.uint32)
        way = np.minimum(problem.distances_m[profile], UNREACHABLE).astype(np.uint32)
        whole.set_durations_matrix(profile=f"p{profile}", matrix_input=own)
        whole.set_distances_matrix(profile=f"p{profile}", matrix_input=way)
    for number, vehicle in enumerate(problem.vehicles):
        may = {i + 1 for i, client in enumerate(problem.clients) if number in client.vehicles}
        breaks = []
        if vehicle.pause is not None and resting:
            windows = [rival.TimeWindow(*vehicle.pause.window)]
            breaks = [rival.Break(number + 1, windows, vehicle.pause.duration_s)]
        limit = {} if vehicle.max_distance_m is None else {"max_distance": vehicle.max_distance_m}
        whole.add_vehicle(
            rival.Vehicle(
                number + 1, start=vehicle.start, end=vehicle.end, profile=f"p{vehicle.profile}",
                capacity=list(vehicle.capacity), skills=may, breaks=breaks,
                time_window=rival.TimeWindow(*vehicle.window), **limit,
            )
        )  # fmt: skip
    for index, client in enumerate(problem.clients):
        if client.vehicles:
            spans = sorted({(w.early_s, w.late_s) for w in client.windows})
            whole.add_job(
                rival.Job(
                    index + 1, location=client.place, default_service=client.service_s,
                    delivery=rival.Amount(list(client.delivery)), skills={index + 1},
                    priority=min(client.prize // 100, 100),
                    time_windows=[rival.TimeWindow(*span) for span in _apart(spans)],
                )
            )  # fmt: skip
    found = whole.solve(
        exploration_level=5, nb_threads=1, timeout=datetime.timedelta(seconds=seconds)
    )
    orders = {
        int(number) - 1: [
            int(i) - 1 for i, kind in zip(steps["id"], steps["type"], strict=True) if kind == "job"
        ]
        for number, steps in found.routes.groupby("vehicle_id")
    }
    return repaired(problem, orders)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap as one."""
    merged: list[tuple[int, int]] = []
    for early, late in spans:
        if merged and early <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], late))
        else:
            merged.append((early, late))
    return merged

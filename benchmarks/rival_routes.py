"""Other ways to plan the same problem: by hand, PyVRP by its defaults, OR-Tools, VROOM.

Each gives its plan, or None where it found none. All are judged alike: their visits, in their
order, as a plan that keeps every rule (`benchmarks.repair`), by our prices and our checker. VROOM
has no word for exposure, its cap, penalties of windows, windows of some teams only, reloads, and
places of breaks; OR-Tools has no reloads here. What breaks a rule for that is dropped, as a planner
would have to.
"""

from __future__ import annotations

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime

from benchmarks.repair import repaired
from outreach_map.routing.costs import solution_of
from outreach_map.routing.problem import UNREACHABLE, RoutingProblem
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
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

    Go to the nearest place that can still be visited within all limits; take the break at the base
    once its window opens.
    """
    left = set(range(len(problem.clients)))
    routes = []
    for number in sorted(range(len(problem.vehicles)), key=lambda i: problem.vehicles[i].window):
        route = _nearest(problem, number, left)
        if route is not None:
            routes.append(route)
            left -= {a.client for a in route.activities if a.client is not None}
    return solution_of(problem, routes)


def _nearest(problem: RoutingProblem, number: int, left: set[int]) -> Route | None:
    vehicle = problem.vehicles[number]
    seconds = problem.durations_s[vehicle.profile]
    metres = problem.distances_m[vehicle.profile]
    start, pause = vehicle.window[0], vehicle.pause
    doing = [Activity(ActivityKind.START, vehicle.start, start, start, start)]
    load, way, names = list(vehicle.capacity), 0, set()
    rested = pause is None

    def home(place: int, now: int, resting: bool) -> bool:
        """Whether the break and the way back still fit."""
        if not resting:
            now = max(now + int(seconds[place, vehicle.start]), pause.window[0])
            if now > pause.window[1]:
                return False
            return now + pause.duration_s <= vehicle.window[1]
        return now + int(seconds[place, vehicle.end]) <= vehicle.window[1]

    while True:
        here, now = doing[-1].place, doing[-1].leave_s
        begun = len(doing) > 1 or pause is None or pause.first
        if not rested and begun and now + int(seconds[here, vehicle.start]) >= pause.window[0]:
            arrive = now + int(seconds[here, vehicle.start])
            begin = max(arrive, pause.window[0])
            way += int(metres[here, vehicle.start])
            rested = True
            doing.append(
                Activity(ActivityKind.BREAK, vehicle.start, arrive, begin, begin + pause.duration_s)
            )
            continue
        best = None
        for index in sorted(left):
            client = problem.clients[index]
            if client.name in names or any(
                a > b for a, b in zip(client.delivery, load, strict=True)
            ):
                continue
            leg = int(seconds[here, client.place])
            back = (
                2 * max(int(metres[client.place, vehicle.start]), 0)
                if not rested
                else int(metres[client.place, vehicle.end])
            )
            if leg >= UNREACHABLE or (
                vehicle.max_distance_m is not None
                and way + int(metres[here, client.place]) + back > vehicle.max_distance_m
            ):
                continue
            for window in client.windows:
                begin = max(now + leg, window.early_s)
                if (
                    number in window.vehicles
                    and begin <= window.late_s
                    and home(client.place, begin + client.service_s, rested)
                    and (best is None or (begin, leg) < best[:2])
                ):
                    best = (begin, leg, index)
        if best is None:
            break
        begin, leg, index = best
        client = problem.clients[index]
        doing.append(
            Activity(
                ActivityKind.VISIT, client.place, now + leg, begin, begin + client.service_s, index
            )
        )
        way += int(metres[here, client.place])
        load = [a - b for a, b in zip(load, client.delivery, strict=True)]
        names.add(client.name)
        left = left - {index}
    if not any(activity.client is not None for activity in doing):
        return None
    if not rested:
        arrive = doing[-1].leave_s + int(seconds[doing[-1].place, vehicle.start])
        begin = max(arrive, pause.window[0])
        doing.append(
            Activity(ActivityKind.BREAK, vehicle.start, arrive, begin, begin + pause.duration_s)
        )
    end = doing[-1].leave_s + int(seconds[doing[-1].place, vehicle.end])
    doing.append(Activity(ActivityKind.END, vehicle.end, end, end, end))
    return Route(number, tuple(doing))


def or_tools(problem: RoutingProblem, seconds: float, _seed: int) -> Solution | None:
    """OR-Tools' routing with guided local search: the same windows, limits and prizes.

    A window is a node of its own; those of a client are a disjunction with the prize as its
    penalty. Time out, exposure and penalties are the cost.
    """
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
    # Windows, places of breaks, then a start and an end for each vehicle.
    places = [problem.clients[index].place for index, _ in nodes] + [place for _, place in rests]
    places += [vehicle.start for vehicle in vehicles] + [vehicle.end for vehicle in vehicles]
    ending = [0] * 2 * len(vehicles)
    visit_s = [problem.clients[index].service_s for index, _ in nodes]
    rest_s = [vehicles[number].pause.duration_s for number, _ in rests]
    stay = visit_s + rest_s + ending
    at_risk_s = visit_s + [0] * len(rests) + ending
    count = len(nodes) + len(rests)
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
    worth = [window.penalty for _, window in nodes] + [0] * len(rests) + ending
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
        load = routing.RegisterUnaryTransitVector(given + [0] * len(rests) + ending)
        capacity = [vehicle.capacity[item] for vehicle in vehicles]
        routing.AddDimensionWithVehicleCapacity(load, 0, capacity, True, f"load {item}")
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
                    if not vehicle.pause.first:
                        routing.NextVar(routing.Start(number)).RemoveValue(inside)
            routing.AddDisjunction(own_rests, 0, 1)
            # Whoever goes out takes one break, and who does not takes none.
            taken = routing.solver().Sum([routing.ActiveVar(inside) for inside in own_rests])
            routing.solver().Add(taken == routing.ActiveVehicleVar(number))
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
    orders: dict[int, list[int]] = {}
    for number in range(len(vehicles)):
        inside, visits = found.Value(routing.NextVar(routing.Start(number))), []
        while not routing.IsEnd(inside):
            if manager.IndexToNode(inside) < len(nodes):
                visits.append(nodes[manager.IndexToNode(inside)][0])
            inside = found.Value(routing.NextVar(inside))
        orders[number] = visits
    return repaired(problem, orders)


def vroom(problem: RoutingProblem, seconds: float, _seed: int) -> Solution | None:
    """VROOM through pyvroom: windows, skills, loads, breaks and metres; prizes as priorities.

    Its break is taken wherever the vehicle is, until it is put to a place. Not where time costs
    nothing.
    """
    import datetime

    import vroom as rival

    if not problem.duration_price:
        return None
    whole = rival.Input()
    for profile in {vehicle.profile for vehicle in problem.vehicles}:
        own = np.minimum(problem.durations_s[profile], UNREACHABLE).astype(np.uint32)
        way = np.minimum(problem.distances_m[profile], UNREACHABLE).astype(np.uint32)
        whole.set_durations_matrix(profile=f"p{profile}", matrix_input=own)
        whole.set_distances_matrix(profile=f"p{profile}", matrix_input=way)
    for number, vehicle in enumerate(problem.vehicles):
        may = {i + 1 for i, client in enumerate(problem.clients) if number in client.vehicles}
        breaks = []
        if vehicle.pause is not None:
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

"""Every kind of rule at once, against every plan that there is."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.routing import (
    Break,
    Client,
    Reload,
    RoutingProblem,
    Solution,
    Vehicle,
    Window,
    check_solution,
)
from outreach_map.routing.search import Job, search

SHIFT = (0, 7200)


def out_s(problem: RoutingProblem, vehicle: Vehicle, steps: list) -> int:
    """Shortest time out for steps (place, early, late, stay) that can be kept from the start on."""
    seconds = problem.durations_s[vehicle.profile]
    now, here = vehicle.window[0], vehicle.start
    for place, early, _, stay in steps:
        now, here = max(now + int(seconds[here, place]), early) + stay, place
    back = latest = now + int(seconds[here, vehicle.end])
    here = vehicle.end
    for place, _, late, stay in reversed(steps):
        latest, here = min(latest - int(seconds[place, here]) - stay, late), place
    return back - max(latest - int(seconds[vehicle.start, here]), vehicle.window[0])


def route_costs(problem: RoutingProblem, number: int) -> dict[frozenset[int], int]:
    """Least cost of every set of clients for one vehicle, without prizes.

    Every order of visits in every window, a break or none and one reload wherever they may be; a
    beginning that already breaks a rule is not gone on with.
    """
    vehicle = problem.vehicles[number]
    seconds, metres, exposures = (
        each[0] for each in (problem.durations_s, problem.distances_m, problem.exposures)
    )
    best: dict[frozenset[int], int] = {frozenset(): 0}

    def go(steps, visited, now, left, way, exposure, extra, rested, filled) -> None:
        here = steps[-1][0] if steps else vehicle.start
        home = int(metres[here, vehicle.end])
        exposed = exposure + int(exposures[here, vehicle.end])
        ends_well = way + home <= vehicle.max_distance_m and exposed <= vehicle.max_exposure
        ends_well &= now + int(seconds[here, vehicle.end]) <= vehicle.window[1]
        pause = vehicle.pause
        spared = pause is None or now + int(seconds[here, vehicle.end]) <= pause.over_s
        # Something is done after the break.
        if visited and ends_well and (spared or (rested is not None and len(visited) > rested)):
            spent = out_s(problem, vehicle, steps)
            over = max(spent - vehicle.fair_s, 0) * vehicle.overtime_price
            cost = spent + over + exposed + extra
            best[visited] = min(best.get(visited, cost), cost)

        def step(place, early, late, stay, load, risk, penalty, **more) -> None:
            begin = max(now + int(seconds[here, place]), early)
            length = way + int(metres[here, place])
            risk += exposure + int(exposures[here, place])
            if (
                begin <= late
                and load >= 0
                and length <= vehicle.max_distance_m
                and risk <= vehicle.max_exposure
            ):
                state = {"visited": visited, "rested": rested, "filled": filled, **more}
                go(
                    [*steps, (place, early, late, stay)], now=begin + stay, left=load,
                    way=length, exposure=risk, extra=extra + penalty, **state,
                )  # fmt: skip

        for index, client in enumerate(problem.clients):
            if index in visited:
                continue
            weight = int(problem.stop_weights[0][client.place])
            risk = -(-weight * client.service_s // 100)
            for window in client.windows:
                if number in window.vehicles:
                    step(
                        client.place, window.early_s, window.late_s, client.service_s,
                        left - client.delivery[0], risk, window.penalty, visited=visited | {index},
                    )  # fmt: skip
        if pause is not None and rested is None and visited:
            resting = len(visited)
            step(pause.places[0], *pause.window, pause.duration_s, left, 0, 0, rested=resting)
        if pause is not None and not steps:
            # Out when the time for it has begun.
            step(vehicle.start, pause.window[0], vehicle.window[1], 0, left, 0, 0, rested=0)
        if vehicle.reloads and not filled:
            fill = vehicle.reloads[0]
            load = vehicle.capacity[0]
            step(fill.place, *fill.window, fill.duration_s, load, 0, 0, filled=True)

    go([], frozenset(), vehicle.window[0], vehicle.capacity[0], 0, 0, 0, rested=None, filled=False)
    return best


def cheapest(problem: RoutingProblem) -> int:
    """Best cost of all ways to divide the clients among vehicles, or to leave them out."""
    costs = [route_costs(problem, number) for number in range(len(problem.vehicles))]
    everybody = range(len(problem.clients))
    best = 10**9
    for whose in itertools.product(range(-1, len(costs)), repeat=len(problem.clients)):
        total = sum(problem.clients[i].prize for i in everybody if whose[i] < 0)
        for number, own in enumerate(costs):
            key = frozenset(i for i in everybody if whose[i] == number)
            total += own.get(key, 10**9)
        best = min(best, total)
    return best


def town(rows: list, vehicles: int, *, limit_m: int, limit_exposure: int) -> RoutingProblem:
    """Places on a grid of two rows; the base is place 0, the upper row is exposed."""
    xy = np.array([(0, 0), *((1 + i % 4, i // 4) for i in range(7))])
    apart = np.abs(xy[:, None] - xy[None, :]).sum(axis=2)
    upper = (xy[:, 1] > 0).astype(np.int64)
    everyone = frozenset(range(vehicles))
    clients = tuple(
        Client(
            f"H-{place}",
            place,
            (
                Window(early, early + 900, everyone),
                Window(early + 1500, early + 2400, frozenset({place % vehicles}), penalty),
            ),
            300 + 60 * place,
            (load,),
            prize,
        )
        for place, (early, load, prize, penalty) in enumerate(rows, start=1)
    )
    teams = tuple(
        Vehicle(
            f"T-{number}",
            0,
            0,
            0,
            SHIFT,
            (3,),
            max_distance_m=limit_m if number == 0 else 10**6,
            pause=Break((0,), (2000, 4500), 600) if number == 0 else None,
            reloads=(Reload(0, (1000, 6000), 120),),
            max_exposure=limit_exposure,
            fair_s=2500,
            overtime_price=1,
        )
        for number in range(vehicles)
    )
    return RoutingProblem(
        clients,
        teams,
        (apart * 120,),
        (apart * 100,),
        ("syringes",),
        max_reloads=1,
        exposures=((upper[:, None] + upper[None, :]) * apart * 10,),
        stop_weights=(upper * 50,),
    )


row = st.tuples(
    st.integers(0, 4000), st.integers(1, 3), st.integers(300, 6000), st.integers(0, 600)
)


def least(problem: RoutingProblem, iterations: int) -> Solution:
    solution = search(Job(problem, 0, iterations))
    assert check_solution(problem, solution) == ()
    return solution


@settings(deadline=None, max_examples=5)
@given(st.lists(row, min_size=2, max_size=4), st.sampled_from([600, 1000, 10**6]))
def test_one_shift_is_planned_as_well_as_can_be(rows: list, limit_m: int) -> None:
    problem = town(rows, 1, limit_m=limit_m, limit_exposure=500)
    assert least(problem, 1500).cost == cheapest(problem)


@settings(deadline=None, max_examples=3)
@given(st.lists(row, min_size=3, max_size=3), st.sampled_from([250, 600]))
def test_two_shifts_are_planned_as_well_as_can_be(rows: list, limit_exposure: int) -> None:
    problem = town(rows, 2, limit_m=1000, limit_exposure=limit_exposure)
    assert least(problem, 2500).cost == cheapest(problem)


def test_seven_stops_with_every_rule_have_the_cost_of_the_best_of_all_plans() -> None:
    rows = [(500, 1, 4000, 0), (900, 2, 3000, 60), (2600, 1, 5000, 30), (200, 1, 2500, 0),
            (3600, 2, 4500, 100), (3000, 1, 3500, 0), (1800, 1, 900, 0)]  # fmt: skip
    whole = town(rows, 1, limit_m=1600, limit_exposure=700)
    # One window each, so that all orders of seven can be tried.
    clients = tuple(replace(client, windows=client.windows[:1]) for client in whole.clients)
    problem = replace(whole, clients=clients)
    assert least(problem, 3000).cost == cheapest(problem)


@settings(deadline=None, max_examples=5)
@given(st.lists(row, min_size=3, max_size=6), st.randoms(use_true_random=False))
def test_permuted_input_costs_the_same(rows: list, random) -> None:
    problem = town(rows, 1, limit_m=1000, limit_exposure=500)
    clients = list(problem.clients)
    random.shuffle(clients)
    assert least(problem, 1500).cost == least(replace(problem, clients=tuple(clients)), 1500).cost


@settings(deadline=None, max_examples=5)
@given(st.lists(row, min_size=3, max_size=6))
def test_one_more_vehicle_never_costs_more(rows: list) -> None:
    problem = town(rows, 1, limit_m=1000, limit_exposure=500)
    more = replace(problem, vehicles=(*problem.vehicles, replace(problem.vehicles[0], pause=None)))
    both = tuple(
        replace(
            client,
            windows=tuple(replace(w, vehicles=w.vehicles | {1}) for w in client.windows),
        )
        for client in problem.clients
    )
    assert least(replace(more, clients=both), 2000).cost <= least(problem, 1500).cost

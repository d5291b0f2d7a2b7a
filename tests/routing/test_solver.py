"""The search against hand-solved and exhausted problems, and the checker against faults."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyvrp.stop import MaxIterations

from outreach_map.errors import SolverError
from outreach_map.routing import (
    Activity,
    ActivityKind,
    Break,
    Client,
    Reload,
    Route,
    RoutingProblem,
    Solution,
    Vehicle,
    check_solution,
    solve,
)
from outreach_map.routing.problem import DAY_S, UNREACHABLE
from outreach_map.routing.solver import search

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared"
ALL_DAY = (0, DAY_S - 1)
ONLY = frozenset({0})


def line_problem(
    clients: list[Client], *, vehicle: Vehicle | None = None, places: int = 5, minute_s: int = 60
) -> RoutingProblem:
    """Places on a line, one minute and 100 m apart; the base is place 0."""
    apart = np.abs(np.subtract.outer(np.arange(places), np.arange(places)))
    return RoutingProblem(
        tuple(clients),
        (vehicle or Vehicle("T-AAAA", 0, 0, 0, ALL_DAY, (10,)),),
        (apart * minute_s,),
        (apart * 100,),
        ("syringes",),
    )


def visit(place: int, **changes) -> Client:
    client = Client(f"H-{place}", place, (ALL_DAY,), 300, (1,), 5000, ONLY)
    return replace(client, **changes)


def found(problem: RoutingProblem, iterations: int = 200, seed: int = 0) -> Solution:
    solution = search(problem, seed, MaxIterations(iterations))
    assert check_solution(problem, solution) == ()
    return solution


def test_four_stops_on_a_line_have_one_optimum() -> None:
    problem = line_problem([visit(place) for place in (3, 1, 4, 2)])
    solution = found(problem)
    # To the far end and back is 8 minutes, and 4 visits take 5 minutes each.
    assert solution.cost == 8 * 60 + 4 * 300
    assert solution.left_out == ()


def test_a_visit_that_costs_more_than_it_is_worth_is_left_out() -> None:
    problem = line_problem([visit(1), visit(4, prize=500)])
    solution = found(problem)
    assert solution.left_out == (1,)
    assert solution.cost == 2 * 60 + 300 + 500


def test_what_may_not_be_visited_is_not() -> None:
    problem = line_problem([visit(1, vehicles=frozenset()), visit(2, prize=9900)])
    assert found(problem).left_out == (0,)


def test_loads_force_a_reload() -> None:
    vehicle = Vehicle("T-AAAA", 0, 0, 0, ALL_DAY, (1,), reloads=(Reload(0, (0, DAY_S), 600),))
    solution = found(line_problem([visit(1), visit(2)], vehicle=vehicle), 1000)
    kinds = [activity.kind for activity in solution.routes[0].activities]
    assert kinds.count(ActivityKind.RELOAD) == 1
    assert solution.left_out == ()
    assert solution.cost == (2 + 4) * 60 + 2 * 300 + 600


def test_a_distance_limit_is_kept() -> None:
    vehicle = Vehicle("T-AAAA", 0, 0, 0, ALL_DAY, (10,), max_distance_m=500)
    assert found(line_problem([visit(2), visit(4)], vehicle=vehicle)).left_out == (1,)


def test_a_break_is_taken_in_its_window() -> None:
    vehicle = Vehicle(
        "T-AAAA", 0, 0, 0, (0, 3 * 3600), (10,), pause=Break((0, 2), (3600, 5400), 1200)
    )
    solution = found(line_problem([visit(2), visit(3)], vehicle=vehicle))
    taken = [a for a in solution.routes[0].activities if a.kind is ActivityKind.BREAK]
    assert len(taken) == 1
    assert 3600 <= taken[0].begin_s <= 5400
    assert taken[0].leave_s - taken[0].begin_s == 1200


def test_who_has_nobody_to_visit_stays_at_the_base() -> None:
    vehicle = Vehicle("T-AAAA", 0, 0, 0, (0, 3 * 3600), (10,), pause=Break((0,), (0, 5400), 1200))
    assert found(line_problem([], vehicle=vehicle)).routes == ()


def test_a_vehicle_that_cannot_leave_takes_nothing_from_the_others() -> None:
    stuck = Vehicle("T-BBBB", 1, 0, 0, ALL_DAY, (10,), pause=Break((0,), (0, 5400), 1200))
    walls = np.full((5, 5), UNREACHABLE)
    np.fill_diagonal(walls, 0)
    free = line_problem([])
    problem = replace(
        free,
        clients=tuple(visit(place, vehicles=frozenset({0, 1})) for place in (1, 2)),
        vehicles=(*free.vehicles, stuck),
        durations_s=(*free.durations_s, walls),
        distances_m=(*free.distances_m, walls),
    )
    solution = found(problem)
    assert solution.left_out == ()
    assert [route.vehicle for route in solution.routes] == [0]


def test_a_break_that_cannot_be_taken_is_an_error_and_not_an_empty_plan() -> None:
    vehicle = Vehicle("T-AAAA", 0, 0, 0, (0, 600), (10,), pause=Break((0,), (0, 500), 1200))
    with pytest.raises(SolverError, match="own break"):
        solve(line_problem([visit(1)], vehicle=vehicle), iterations=5)


def test_without_vehicles_everybody_is_left_out() -> None:
    problem = replace(line_problem([visit(1, vehicles=frozenset())]), vehicles=())
    assert solve(problem).left_out == (0,)


tiny = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(0, 3000),
        st.integers(200, 4000),
        st.integers(0, 1500),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[0],
)


def cheapest(problem: RoutingProblem) -> int:
    """Best cost by trying every order of every subset, from the earliest start."""
    vehicle, seconds = problem.vehicles[0], problem.durations_s[0]
    best = sum(client.prize for client in problem.clients)
    for size in range(1, len(problem.clients) + 1):
        for order in itertools.permutations(range(len(problem.clients)), size):
            busy = busy_s(problem, order, vehicle.window, seconds)
            load = sum(problem.clients[index].delivery[0] for index in order)
            if busy is None or load > vehicle.capacity[0]:
                continue
            lost = sum(c.prize for i, c in enumerate(problem.clients) if i not in order)
            best = min(best, busy + lost)
    return best


def busy_s(problem, order, window, seconds) -> int | None:
    """Shortest time out for an order of visits: leave the base as late as costs nothing."""
    legs = list(itertools.pairwise([0, *(problem.clients[i].place for i in order), 0]))
    clients = [problem.clients[index] for index in order]
    now = window[0]
    for (here, there), client in zip(legs, clients, strict=False):
        now = max(now + int(seconds[here, there]), client.windows[0][0])
        if now > client.windows[0][1]:
            return None
        now += client.service_s
    back = now + int(seconds[legs[-1]])
    if back > window[1]:
        return None
    latest = back - int(seconds[legs[-1]])
    for (here, there), client in reversed(list(zip(legs, clients, strict=False))):
        latest = min(latest - client.service_s, client.windows[0][1]) - int(seconds[here, there])
    return back - max(latest, window[0])


@settings(deadline=None, max_examples=40)
@given(tiny)
def test_the_search_finds_the_optimum_of_tiny_problems(rows: list) -> None:
    clients = [
        visit(place, windows=((early, early + width),), prize=prize)
        for place, early, prize, width in rows
    ]
    vehicle = Vehicle("T-AAAA", 0, 0, 0, (0, 7200), (3,))
    problem = line_problem(clients, vehicle=vehicle)
    assert found(problem, 300).cost == cheapest(problem)


@settings(deadline=None, max_examples=15)
@given(st.permutations([1, 2, 3, 4]))
def test_the_order_of_clients_does_not_change_the_cost(order: list[int]) -> None:
    assert found(line_problem([visit(place) for place in order])).cost == 8 * 60 + 4 * 300


def test_same_seed_and_iterations_same_plan() -> None:
    problem = line_problem([visit(place) for place in (1, 2, 3, 4)])
    assert solve(problem, seed=3, iterations=50) == solve(problem, seed=3, iterations=50)


def test_either_iterations_or_seconds() -> None:
    with pytest.raises(ValueError, match="either"):
        solve(line_problem([visit(1)]), iterations=1, seconds=1.0)


def test_a_search_that_hangs_is_ended() -> None:
    problem = line_problem([visit(place) for place in (1, 2, 3, 4)])
    with pytest.raises(SolverError, match="ended after"):
        solve(problem, iterations=10**9, hard_limit_s=3.0)


def test_a_script_without_a_guard_gets_an_error_and_does_not_wait(tmp_path: Path) -> None:
    script = tmp_path / "plan.py"
    script.write_text(
        "from tests.routing.test_solver import line_problem, visit\n"
        "from outreach_map.routing import solve\n"
        "print(solve(line_problem([visit(1)] * 1), iterations=5))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert "__main__" in done.stderr


GOOD = line_problem(
    [visit(1), visit(2, name="H-1", windows=((DAY_S, DAY_S + 7200),)), visit(3)],
    vehicle=Vehicle(
        "T-AAAA",
        0,
        0,
        0,
        (0, 7200),
        (2,),
        800,
        Break((0,), (1000, 4000), 600),
        (Reload(0, (0, 9000), 60),),
    ),
)


def good_solution() -> Solution:
    """0 -> 1 (visit) -> 0 (break) -> 0 (reload) -> 3 (visit) -> 0."""
    doing = (
        Activity(ActivityKind.START, 0, 700, 700, 700),
        Activity(ActivityKind.VISIT, 1, 760, 760, 1060, 0),
        Activity(ActivityKind.BREAK, 0, 1120, 1120, 1720),
        Activity(ActivityKind.RELOAD, 0, 1720, 1720, 1780),
        Activity(ActivityKind.VISIT, 3, 1960, 1960, 2260, 2),
        Activity(ActivityKind.END, 0, 2440, 2440, 2440),
    )
    return Solution((Route(0, doing),), (1,), 2440 - 700 + 5000)


def changed(number: int, **changes) -> Solution:
    solution = good_solution()
    doing = list(solution.routes[0].activities)
    doing[number] = replace(doing[number], **changes)
    return replace(solution, routes=(Route(0, tuple(doing)),))


def without(number: int) -> Solution:
    solution = good_solution()
    doing = solution.routes[0].activities
    return replace(solution, routes=(Route(0, doing[:number] + doing[number + 1 :]),))


def test_the_checker_is_content_with_a_good_plan() -> None:
    assert check_solution(GOOD, good_solution()) == ()


@pytest.mark.parametrize(
    ("solution", "fault"),
    [
        (replace(good_solution(), cost=1), "cost"),
        (replace(good_solution(), left_out=()), "lost"),
        (replace(good_solution(), left_out=(1, 2)), "twice"),
        (replace(good_solution(), routes=good_solution().routes * 2), "two routes"),
        (changed(1, arrive_s=750), "another time"),
        (changed(1, leave_s=1000), "as long as"),
        (changed(1, client=None), "without a client"),
        (changed(1, place=2), "elsewhere"),
        (changed(2, leave_s=1300), "too short"),
        (changed(2, place=1), "elsewhere or at another time"),
        (without(2), "its break once"),
        (changed(3, place=1), "reloads where"),
        (changed(0, place=1), "its base"),
        (changed(5, leave_s=9000), "outside its shift"),
        (without(5), "start to an end"),
    ],
)
def test_the_checker_finds_each_fault(solution: Solution, fault: str) -> None:
    assert any(fault in found for found in check_solution(GOOD, solution)), check_solution(
        GOOD, solution
    )


@pytest.mark.parametrize(
    ("problem", "fault"),
    [
        (replace(GOOD, vehicles=(replace(GOOD.vehicles[0], capacity=(0,)),)), "gives more"),
        (replace(GOOD, vehicles=(replace(GOOD.vehicles[0], max_distance_m=700),)), "farther"),
        (replace(GOOD, vehicles=(replace(GOOD.vehicles[0], pause=None),)), "does not have"),
        (replace(GOOD, max_reloads=0), "too often"),
        (
            replace(
                GOOD, clients=(replace(GOOD.clients[0], vehicles=frozenset()), *GOOD.clients[1:])
            ),
            "may not visit",
        ),
        (
            replace(
                GOOD, clients=(replace(GOOD.clients[0], windows=((0, 700),)), *GOOD.clients[1:])
            ),
            "windows",
        ),
        (
            replace(GOOD, clients=(*GOOD.clients[:2], replace(GOOD.clients[2], name="H-1"))),
            "twice on a day",
        ),
        (replace(GOOD, durations_s=(np.full((5, 5), UNREACHABLE),)), "no way"),
    ],
)
def test_the_checker_finds_what_a_stricter_rule_forbids(
    problem: RoutingProblem, fault: str
) -> None:
    faults = check_solution(problem, good_solution())
    assert any(fault in found for found in faults), faults


def test_a_problem_that_does_not_fit_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="place"):
        line_problem([visit(9)])
    with pytest.raises(ValueError, match="window"):
        visit(1, windows=((5, 4),))
    with pytest.raises(ValueError, match="capacity"):
        line_problem([], vehicle=Vehicle("T-AAAA", 0, 0, 0, ALL_DAY, ()))


def test_a_published_instance_is_solved_close_to_the_best_known() -> None:
    path = SHARED / "reference" / "vrptw" / "C104.txt"
    if not path.is_file():
        pytest.skip("the reference instances are not beside the project")
    lines = path.read_text().split("\n")
    count, capacity = (int(value) for value in lines[4].split())
    rows = np.array([[float(v) for v in line.split()] for line in lines[9:] if line.split()])
    apart = np.hypot(*(rows[:, None, 1:3] - rows[None, :, 1:3]).transpose(2, 0, 1))
    tenths = np.floor(apart * 10).astype(np.int64)
    clients = tuple(
        Client(
            f"C{int(row[0])}",
            int(row[0]),
            ((int(row[4] * 10), int(row[5] * 10)),),
            int(row[6] * 10),
            (int(row[3]),),
            9000,
            frozenset(range(count)),
        )
        for row in rows[1:]
    )
    window = (0, int(rows[0, 5] * 10))
    vehicles = tuple(Vehicle(f"V{i}", 0, 0, 0, window, (capacity,)) for i in range(count))
    problem = RoutingProblem(clients, vehicles, (tenths,), (tenths,), ("load",))
    solution = found(problem, 400)
    way = sum(
        tenths[before.place, after.place]
        for route in solution.routes
        for before, after in itertools.pairwise(route.activities)
    )
    assert solution.left_out == ()
    # Ours counts time, waiting too, where the published figure is distance alone: best known 822.9.
    assert way / 10 <= 822.9 * 1.05

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

from outreach_map.routing import (
    ActivityKind,
    Break,
    Client,
    Reload,
    RoutingProblem,
    Solution,
    Vehicle,
    Window,
    check_solution,
    solve,
)
from outreach_map.routing.problem import DAY_S, UNREACHABLE
from outreach_map.routing.search import Job, search

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


def visit(place: int, *, windows=(ALL_DAY,), who=ONLY, **changes) -> Client:
    client = Client(f"H-{place}", place, (), 300, (1,), 5000)
    ways = tuple(Window(early, late, who) for early, late in windows) if who else ()
    return replace(client, windows=ways, **changes)


def found(problem: RoutingProblem, iterations: int = 200, seed: int = 0) -> Solution:
    solution = search(Job(problem, seed, iterations))
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
    problem = line_problem([visit(1, who=frozenset()), visit(2, prize=9900)])
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
    # One in the first minute and one after the time for a break is over.
    apart = [
        visit(2, windows=((0, 200),), prize=9900),
        visit(3, windows=((8000, 8100),), prize=9900),
    ]
    solution = found(line_problem(apart, vehicle=vehicle))
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
        clients=tuple(visit(place, who=frozenset({0, 1})) for place in (1, 2)),
        vehicles=(*free.vehicles, stuck),
        durations_s=(*free.durations_s, walls),
        distances_m=(*free.distances_m, walls),
    )
    solution = found(problem)
    assert solution.left_out == ()
    assert [route.vehicle for route in solution.routes] == [0]


def test_who_could_not_take_a_break_that_is_due_stays_at_the_base() -> None:
    # One visit of over an hour, through all the time for a break: there is no second one.
    vehicle = Vehicle("T-AAAA", 0, 0, 0, (0, 7200), (10,), pause=Break((0,), (1000, 2000), 600))
    long = replace(visit(1, windows=((100, 500),)), service_s=4000)
    assert found(line_problem([long], vehicle=vehicle)).left_out == (0,)
    assert found(line_problem([replace(long, service_s=1500)], vehicle=vehicle)).left_out == ()


def test_a_shift_that_is_not_worth_its_break_is_not_made() -> None:
    vehicle = Vehicle("T-AAAA", 0, 0, 0, (0, 7200), (10,), pause=Break((0,), (1000, 2000), 600))
    # Two visits far apart in time: 2 minutes of way, and from the first begin to the last end.
    apart = ((60, 60), (4000, 4000))
    spent = 4000 - 60 + 300 + 120

    def pair(prize: int) -> RoutingProblem:
        visits = [visit(1, prize=prize, windows=(window,)) for window in apart]
        return line_problem([visits[0], replace(visits[1], name="H-X")], vehicle=vehicle)

    # Together they are worth their time and one alone is worth more.
    both = found(pair(2 * spent))
    assert both.left_out == ()
    assert any(a.kind is ActivityKind.BREAK for a in both.routes[0].activities)
    one = found(pair(1000))
    assert not any(a.kind is ActivityKind.BREAK for route in one.routes for a in route.activities)
    assert len(one.left_out) < 2


def test_without_vehicles_everybody_is_left_out() -> None:
    problem = replace(line_problem([visit(1, who=frozenset())]), vehicles=())
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
        now = max(now + int(seconds[here, there]), client.windows[0].early_s)
        if now > client.windows[0].late_s:
            return None
        now += client.service_s
    back = now + int(seconds[legs[-1]])
    if back > window[1]:
        return None
    latest = back - int(seconds[legs[-1]])
    for (here, there), client in reversed(list(zip(legs, clients, strict=False))):
        latest = min(latest - client.service_s, client.windows[0].late_s) - int(
            seconds[here, there]
        )
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


def test_a_problem_that_does_not_fit_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="place"):
        line_problem([visit(9)])
    with pytest.raises(ValueError, match="window"):
        visit(1, windows=((5, 4),))
    with pytest.raises(ValueError, match="capacity"):
        line_problem([], vehicle=Vehicle("T-AAAA", 0, 0, 0, ALL_DAY, ()))

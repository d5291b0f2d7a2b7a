"""The checker is content with a good plan, and finds each fault in a bad one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outreach_map.routing import (
    Activity,
    ActivityKind,
    Break,
    Reload,
    Route,
    RoutingProblem,
    Solution,
    Vehicle,
    Window,
    check_solution,
)
from outreach_map.routing.problem import DAY_S, UNREACHABLE
from tests.routing.test_solver import ONLY, line_problem, visit

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


def changed_client(number: int, **changes) -> RoutingProblem:
    clients = list(GOOD.clients)
    clients[number] = replace(clients[number], **changes)
    return replace(GOOD, clients=tuple(clients))


def exposed(**changes) -> RoutingProblem:
    """10 a leg that moves, and 8 hundredths a second of two visits: 40 + 2 x 24."""
    exposures = np.where(np.eye(5), 0, 10)
    return replace(GOOD, exposures=(exposures,), stop_weights=(np.full(5, 8),), **changes)


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


def test_the_checker_adds_exposure_up() -> None:
    vehicles = (replace(GOOD.vehicles[0], max_exposure=88),)
    priced = replace(good_solution(), cost=good_solution().cost + 88)
    assert check_solution(exposed(vehicles=vehicles), priced) == ()


def changed(number: int, **changes) -> Solution:
    solution = good_solution()
    doing = list(solution.routes[0].activities)
    doing[number] = replace(doing[number], **changes)
    return replace(solution, routes=(Route(0, tuple(doing)),))


def without(number: int) -> Solution:
    solution = good_solution()
    doing = solution.routes[0].activities
    return replace(solution, routes=(Route(0, doing[:number] + doing[number + 1 :]),))


def break_last() -> Solution:
    """0 -> 1 (visit) -> 3 (visit) -> 0 (break)."""
    doing = (
        Activity(ActivityKind.START, 0, 700, 700, 700),
        Activity(ActivityKind.VISIT, 1, 760, 760, 1060, 0),
        Activity(ActivityKind.VISIT, 3, 1180, 1180, 1480, 2),
        Activity(ActivityKind.BREAK, 0, 1660, 1660, 2260),
        Activity(ActivityKind.END, 0, 2260, 2260, 2260),
    )
    return Solution((Route(0, doing),), (1,), 2260 - 700 + 5000)


def later(seconds: int, *, rested: bool) -> Solution:
    """0 -> 1 (visit) -> 3 (visit, that much later) -> 0, with a break between them or not."""
    solution = good_solution()
    doing = list(solution.routes[0].activities)
    doing[4] = replace(doing[4], begin_s=1960 + seconds, leave_s=2260 + seconds)
    doing[5] = replace(
        doing[5], arrive_s=2440 + seconds, begin_s=2440 + seconds, leave_s=2440 + seconds
    )
    if not rested:
        doing[4] = replace(doing[4], arrive_s=1180)
        doing = [*doing[:2], *doing[4:]]
    return Solution((Route(0, tuple(doing)),), (1,), 2440 + seconds - 700 + 5000)


def test_who_is_out_through_the_time_for_a_break_takes_one() -> None:
    # It may begin from 1,000 to 4,000 and takes 600: who is back by 4,600 needs none.
    clients = (GOOD.clients[0], GOOD.clients[1], replace(GOOD.clients[2], windows=(
        Window(0, 9000, ONLY),)))  # fmt: skip
    problem = replace(GOOD, clients=clients)
    assert check_solution(problem, later(2160, rested=False)) == ()
    assert check_solution(problem, later(2161, rested=False)) == ("vehicle 0: takes no break",)
    assert check_solution(problem, later(2161, rested=True)) == ()
    # Nor does who leaves when it has begun, unless the shift is under way.
    pause = replace(GOOD.vehicles[0].pause, window=(700, 4000))
    late = replace(problem, vehicles=(replace(GOOD.vehicles[0], pause=pause),))
    assert check_solution(late, later(2161, rested=False)) == ()
    under_way = replace(pause, under_way=True)
    rest = replace(problem, vehicles=(replace(GOOD.vehicles[0], pause=under_way),))
    assert check_solution(rest, later(2161, rested=False)) == ("vehicle 0: takes no break",)


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
        (break_last(), "before or after all visits"),
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
            replace(GOOD, clients=(replace(GOOD.clients[0], windows=()), *GOOD.clients[1:])),
            "may not visit",
        ),
        (
            replace(
                GOOD,
                clients=(
                    replace(GOOD.clients[0], windows=(Window(0, 700, ONLY),)),
                    *GOOD.clients[1:],
                ),
            ),
            "windows",
        ),
        (
            replace(GOOD, clients=(*GOOD.clients[:2], replace(GOOD.clients[2], name="H-1"))),
            "twice on a day",
        ),
        (replace(GOOD, durations_s=(np.full((5, 5), UNREACHABLE),)), "no way"),
        (exposed(vehicles=(replace(GOOD.vehicles[0], max_exposure=87),)), "more exposed"),
        (exposed(), "the cost"),
        (changed_client(1, required=True), "has to be visited"),
        (changed_client(0, release_s=701), "before what it gives"),
        (changed_client(2, release_s=1781), "before what it gives"),
        (changed_client(0, windows=(Window(0, 9000, ONLY, penalty=5),)), "the cost"),
        (
            replace(GOOD, vehicles=(replace(GOOD.vehicles[0], fair_s=1000, overtime_price=1),)),
            "the cost",
        ),
    ],
)
def test_the_checker_finds_what_a_stricter_rule_forbids(
    problem: RoutingProblem, fault: str
) -> None:
    faults = check_solution(problem, good_solution())
    assert any(fault in found for found in faults), faults

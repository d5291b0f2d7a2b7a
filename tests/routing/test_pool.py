"""The best plan of routes that were met, and breaks that come after something was done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import pyvrp

from benchmarks.made_up import evening, week
from benchmarks.repair import repaired
from outreach_map.routing import Break, Client, RoutingProblem, Vehicle, Window, check_solution
from outreach_map.routing.alone import Hindrance, alone
from outreach_map.routing.answer import answer, encode
from outreach_map.routing.costs import solution_of
from outreach_map.routing.fair import keeping
from outreach_map.routing.pool import Pool
from outreach_map.routing.search import Job, search
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
from outreach_map.routing.translate import translate

BOTH = frozenset({0, 1})


def line(*, window: tuple[int, int] = (0, 7000), under_way: bool = False) -> RoutingProblem:
    """Two teams whose base is in the middle of a street, two places on each side of it."""
    at = np.array([0, -200, -100, 100, 200])
    apart = np.abs(at[:, None] - at[None, :])
    clients = tuple(
        Client(f"H-{place}", place, (Window(0, 7000, BOTH),), 60, (1,), 5000)
        for place in range(1, 5)
    )
    teams = tuple(
        Vehicle(f"T-{n}", 0, 0, 0, (0, 7200), (2,), pause=Break((0,), window, 300, under_way))
        for n in range(2)
    )
    return RoutingProblem(clients, teams, (apart,), (apart,), ("kit",))


def route(problem: RoutingProblem, vehicle: int, visits: list[int]) -> Route:
    """A route without a break: back before the time for it is over."""
    doing = [Activity(ActivityKind.START, 0, 0, 0, 0)]
    for visit in visits:
        arrive = doing[-1].leave_s + int(problem.durations_s[0][doing[-1].place, visit + 1])
        doing.append(Activity(ActivityKind.VISIT, visit + 1, arrive, arrive, arrive + 60, visit))
    end = doing[-1].leave_s + int(problem.durations_s[0][doing[-1].place, 0])
    return Route(vehicle, (*doing, Activity(ActivityKind.END, 0, end, end, end)))


def plan(problem: RoutingProblem, first: list[int], second: list[int]) -> Solution:
    routes = [route(problem, n, visits) for n, visits in enumerate((first, second)) if visits]
    made = solution_of(problem, routes)
    assert check_solution(problem, made) == ()
    return made


def test_the_good_routes_of_two_plans_make_a_better_one() -> None:
    problem = line()
    model = translate(problem)
    pool = Pool(problem, model.types)
    # Left side by one team and right side by the other are each in a plan of only one route.
    for half in ([0, 1], []), ([], [2, 3]):
        pool.add(model, encode(model, plan(problem, *half)))
    across = plan(problem, [0, 3], [1, 2])
    joint = pool.combine(across)
    assert joint is not None
    assert check_solution(problem, joint) == ()
    assert joint.cost == plan(problem, [0, 1], [2, 3]).cost < across.cost
    # Nothing new was met since, so nothing is asked.
    assert pool.combine(joint) is None


def test_a_route_without_its_break_is_not_remembered() -> None:
    # Out from 0 to 260 at least, and the time for a break is from 100 to 120.
    problem = line(window=(100, 110))
    teams = tuple(
        replace(v, pause=replace(v.pause, duration_s=10)) for v in problem.vehicles if v.pause
    )
    problem = replace(problem, vehicles=teams, clients=tuple(
        replace(c, windows=(Window(0, 210, BOTH),)) for c in problem.clients))  # fmt: skip
    model = translate(problem)
    pool = Pool(problem, model.types)
    visit = pyvrp.Activity(pyvrp.ActivityType.CLIENT, 0)
    pool.add(model, pyvrp.Solution(model.data, [pyvrp.Route(model.data, [visit], 0)]))
    assert not pool.columns


def apart() -> RoutingProblem:
    """The line with two visits early and two late, so that whoever makes both is out for long."""
    whole = line(window=(1000, 3000))
    spans = [(0, 600), (0, 600), (5000, 6000), (5000, 6000)]
    clients = tuple(
        replace(client, windows=(Window(*span, frozenset({0})),), delivery=(0,))
        for client, span in zip(whole.clients, spans, strict=True)
    )
    return replace(whole, clients=clients)


def test_a_break_lies_between_visits() -> None:
    long = apart()
    found = search(Job(long, 0, 300))
    assert check_solution(long, found) == ()
    assert len(found.left_out) == 0
    kinds = [activity.kind for activity in found.routes[0].activities]
    assert kinds.index(ActivityKind.BREAK) == 3


def test_the_checker_finds_a_break_before_anything_was_done() -> None:
    early = Route(
        0,
        (
            Activity(ActivityKind.START, 0, 0, 0, 0),
            Activity(ActivityKind.BREAK, 0, 0, 0, 300),
            Activity(ActivityKind.VISIT, 2, 400, 400, 460, 1),
            Activity(ActivityKind.END, 0, 560, 560, 560),
        ),
    )
    may, may_not = line(under_way=True), line()
    assert check_solution(may, solution_of(may, [early])) == ()
    assert check_solution(may_not, solution_of(may_not, [early])) == (
        "vehicle 0: takes its break before or after all visits",
    )


def test_alone_is_exact_about_a_break() -> None:
    # Open from 6,000 on, and the time for a break is over by 3,300: whoever leaves then needs none.
    late = replace(line().clients[0], windows=(Window(6_000, 6_500, BOTH),))
    for window in ((0, 3000), (6_000, 6_500)):
        problem = line(window=window)
        assert alone(problem, 0, replace(late, windows=(Window(*window, BOTH),))).hindrance is None
    # One visit through all the time for it leaves none to take it before.
    through = replace(late, windows=(Window(300, 400, BOTH),), service_s=4000)
    assert alone(line(window=(1000, 3000)), 0, through).hindrance is Hindrance.TIME
    assert alone(line(window=(1000, 3000)), 0, replace(through, service_s=2000)).hindrance is None
    # A shift under way may rest at once.
    rest = line(window=(0, 3000), under_way=True)
    found = alone(rest, 0, late)
    assert (found.hindrance, found.out_s) == (None, 6_000 + 60 + 200 - (3000 - 0))


def test_what_is_shared_out_drops_no_visit() -> None:
    problem = line()
    plain = plan(problem, [0, 1], [2])
    kept = keeping(problem, plain)
    assert [client.required for client in kept.clients] == [True, True, True, False]
    # Hours beyond none at all cost far more than visits are worth.
    dear = replace(
        kept,
        vehicles=tuple(replace(v, fair_s=0, overtime_price=50) for v in kept.vehicles),
    )
    found = search(Job(dear, 0, 300, start=plain))
    assert set(found.left_out) <= {3}


def test_a_rival_that_breaks_rules_loses_the_visits_that_break_them() -> None:
    problem = line()
    # Three visits where two can be carried: the third goes, and its prize is lost.
    mended = repaired(problem, {0: [0, 1, 2], 1: [3]})
    assert mended is not None
    assert check_solution(problem, mended) == ()
    assert len(mended.left_out) == 1
    needed = replace(problem, clients=tuple(replace(c, required=True) for c in problem.clients))
    assert repaired(needed, {0: [0, 1, 2], 1: [3]}) is None


@pytest.mark.parametrize("problem", [evening(7), week(20)], ids=["evening", "week"])
def test_made_up_problems_are_planned_and_the_same_each_time(problem: RoutingProblem) -> None:
    found = search(Job(problem, 3, 700))
    assert check_solution(problem, found) == ()
    assert search(Job(problem, 3, 700)) == found
    model = translate(problem)
    assert answer(model, encode(model, found)).cost == found.cost

"""The best plan of routes that were met, and breaks that come after something was done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import pyvrp

from benchmarks.made_up import evening, week
from benchmarks.repair import repaired
from outreach_map.routing import Break, Client, RoutingProblem, Vehicle, Window, check_solution
from outreach_map.routing.alone import alone
from outreach_map.routing.answer import answer, encode
from outreach_map.routing.costs import solution_of
from outreach_map.routing.fair import keeping
from outreach_map.routing.pool import Pool
from outreach_map.routing.search import Job, search
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
from outreach_map.routing.translate import translate

BOTH = frozenset({0, 1})


def line(*, first: bool = True) -> RoutingProblem:
    """Two teams whose base is in the middle of a street, two places on each side of it."""
    at = np.array([0, -200, -100, 100, 200])
    apart = np.abs(at[:, None] - at[None, :])
    clients = tuple(
        Client(f"H-{place}", place, (Window(0, 7000, BOTH),), 60, (1,), 5000)
        for place in range(1, 5)
    )
    teams = tuple(
        Vehicle(f"T-{n}", 0, 0, 0, (0, 7200), (2,), pause=Break((0,), (0, 7000), 300, first))
        for n in range(2)
    )
    return RoutingProblem(clients, teams, (apart,), (apart,), ("kit",))


def route(problem: RoutingProblem, vehicle: int, visits: list[int]) -> Route:
    """A route with the break before its last visit."""
    doing = [Activity(ActivityKind.START, 0, 0, 0, 0)]
    for place, kind, stay_s, client in [
        *((visit + 1, ActivityKind.VISIT, 60, visit) for visit in visits),
        (0, ActivityKind.BREAK, 300, None),
    ]:
        arrive = doing[-1].leave_s + int(problem.durations_s[0][doing[-1].place, place])
        doing.append(Activity(kind, place, arrive, arrive, arrive + stay_s, client))
    end = doing[-1].leave_s
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
    problem = line()
    model = translate(problem)
    pool = Pool(problem, model.types)
    visit = pyvrp.Activity(pyvrp.ActivityType.CLIENT, 0)
    pool.add(model, pyvrp.Solution(model.data, [pyvrp.Route(model.data, [visit], 0)]))
    assert not pool.columns


def test_no_break_comes_before_anything_was_done() -> None:
    hasty = line(first=False)
    found = search(Job(hasty, 0, 300))
    assert check_solution(hasty, found) == ()
    assert len(found.left_out) == 0
    for tour in found.routes:
        kinds = [activity.kind for activity in tour.activities]
        assert kinds.index(ActivityKind.VISIT) < kinds.index(ActivityKind.BREAK)


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
    may, may_not = line(), line(first=False)
    assert check_solution(may, solution_of(may, [early])) == ()
    assert check_solution(may_not, solution_of(may_not, [early])) == (
        "vehicle 0: takes its break before it has done anything",
    )


def test_alone_is_exact_about_a_break_that_comes_later() -> None:
    # Open from 6,900 on, when the break has to have begun by 3,000: before the visit or not at all.
    late = replace(line().clients[0], windows=(Window(6_000, 6_500, BOTH),))
    for first, may in ((True, True), (False, False)):
        whole = line(first=first)
        teams = tuple(
            replace(v, pause=replace(v.pause, window=(0, 3000)))
            for v in whole.vehicles
            if v.pause is not None
        )
        found = alone(replace(whole, vehicles=teams), 0, late)
        assert (found.hindrance is None) is may


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

"""The reason where no search gave one: it holds by the numbers that it tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outreach_map.routing import RoutingProblem, Solution, Vehicle, Window, check_solution
from outreach_map.routing.bounds import least_told
from outreach_map.routing.costs import solution_of
from outreach_map.routing.problem import DAY_S
from tests.routing.test_solver import ALL_DAY, found, line_problem, visit

IDLE = Solution((), (0,), 0)
LONGER = "T-AAAA could make it; a longer search (routing.iterations) would plan it."
ON_THE_WAY = (
    "No plan was found that makes it on the way; a visit there is worth {} minutes of a team's "
    "time. Alone it would take T-AAAA 13 minutes"
)
BESIDE = ", and {} minutes more for risk, habits and fair shares."
BUSY = (
    "No plan was found that makes it and keeps what the shifts that suit do already; a visit there "
    "is worth 20 minutes of a team's time. Alone it would take T-AAAA 13 minutes."
)


def far(prize: int = 1200, **changes) -> RoutingProblem:
    """A visit of five minutes, four minutes from the base: 13 minutes out."""
    return replace(line_problem([visit(4, prize=prize)]), **changes)


def with_vehicle(problem: RoutingProblem, **changes) -> RoutingProblem:
    return replace(problem, vehicles=(replace(problem.vehicles[0], **changes),))


def penalised(problem: RoutingProblem, penalty: int) -> RoutingProblem:
    window = replace(problem.clients[0].windows[0], penalty=penalty)
    return replace(problem, clients=(replace(problem.clients[0], windows=(window,)),))


EXPOSED = {"exposures": (np.where(np.eye(5), 0, 300),)}


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (far(), LONGER),
        (far(600), ON_THE_WAY.format(10) + "."),
        (far(**EXPOSED), ON_THE_WAY.format(20) + BESIDE.format(10)),
        (far(**EXPOSED, exposure_price=0), LONGER),
        (
            with_vehicle(far(), fair_s=0, overtime_price=1),
            ON_THE_WAY.format(20) + BESIDE.format(13),
        ),
        (with_vehicle(far(), fair_s=700, overtime_price=1), LONGER),
        (penalised(far(), 480), ON_THE_WAY.format(20) + BESIDE.format(8)),
        (penalised(far(), 360), LONGER),
    ],
)
def test_a_team_that_stays_at_home_has_its_reason_in_the_numbers(
    problem: RoutingProblem, told: str
) -> None:
    assert str(least_told(problem, IDLE, 0)) == told
    # The search comes to the same: what is worth it is planned, all else is left out.
    assert found(problem).left_out == (() if told == LONGER else (0,))


def test_a_shift_that_is_out_may_have_no_room() -> None:
    problem = line_problem(
        [visit(4, prize=1200), visit(1)], vehicle=Vehicle("T-AAAA", 0, 0, 0, (0, 900), (10,))
    )
    solution = found(problem)
    assert solution.left_out == (0,)
    assert str(least_told(problem, solution, 0)) == BUSY


def test_nobody_is_sent_to_a_place_twice_on_a_day() -> None:
    made = found(line_problem([visit(4)])).routes
    one = line_problem([])
    teams = (one.vehicles[0], replace(one.vehicles[0], name="T-BBBB"))
    twice = (visit(4, prize=1200, who=frozenset({0, 1})),) * 2
    problem = replace(one, vehicles=teams, clients=twice)
    solution = solution_of(problem, made)
    assert check_solution(problem, solution) == ()
    assert str(least_told(problem, solution, 1)) == BUSY
    tomorrow = (DAY_S, 2 * DAY_S - 1)
    windows = (Window(*ALL_DAY, frozenset({0})), Window(*tomorrow, frozenset({1})))
    later = replace(
        problem,
        vehicles=(teams[0], replace(teams[1], window=tomorrow)),
        clients=tuple(replace(client, windows=windows) for client in twice),
    )
    said = str(least_told(later, solution_of(later, made), 1))
    assert said == LONGER.replace("T-AAAA", "T-BBBB")

"""A piece of work that hangs is ended, and what it had found by then is kept."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from outreach_map.errors import SolverError
from outreach_map.routing import solve, solver
from outreach_map.routing.child import run_in_child, run_in_children
from outreach_map.routing.search import Job, search
from tests.routing.test_solver import line_problem, visit


def hang_after_a_result(given: int, report: Callable[[int], None]) -> int:
    """Like a local search that no longer looks at its limit."""
    report(given)
    # In compiled code, which hears no signal of Python's.
    return sum(range(10**12))


def hang(given: int, report: Callable[[int], None]) -> int:
    return sum(range(10**12))


def crash(given: int, report: Callable[[int], None]) -> int:
    raise ZeroDivisionError("with something secret in it")


def double(given: int, report: Callable[[int], None]) -> int:
    report(given)
    return 2 * given


def test_work_that_hangs_is_ended_and_its_last_result_kept() -> None:
    began = time.monotonic()
    outcome = run_in_child(hang_after_a_result, 7, limit_s=4.0)
    assert (outcome.result, outcome.ended_early) == (7, True)
    assert time.monotonic() - began < 60


def test_work_that_hangs_before_any_result_is_an_error() -> None:
    with pytest.raises(SolverError, match="ended after"):
        run_in_child(hang, 7, limit_s=2.0)


def test_what_is_at_hand_is_the_answer_where_the_work_had_no_time() -> None:
    outcome = run_in_child(hang, 7, limit_s=2.0, at_hand=5)
    assert (outcome.result, outcome.ended_early) == (5, True)


def test_a_crash_tells_its_type_and_not_its_message() -> None:
    with pytest.raises(SolverError, match="ZeroDivisionError") as error:
        run_in_child(crash, 7, limit_s=60.0)
    assert "secret" not in str(error.value)


def test_work_that_is_done_is_not_ended() -> None:
    heard: list[int] = []
    outcome = run_in_child(double, 21, limit_s=60.0, listen=heard.append)
    assert (outcome.result, outcome.ended_early, heard) == (42, False, [21])


def test_a_search_without_end_gives_the_best_so_far_and_says_so() -> None:
    problem = line_problem([visit(place) for place in (1, 2, 3, 4)])
    solution = solve(problem, iterations=10**9, hard_limit_s=8.0)
    assert solution.ended_early
    assert solution.cost == 8 * 60 + 4 * 300


def test_a_search_by_the_clock_ends_by_itself() -> None:
    problem = line_problem([visit(place) for place in (1, 2, 3, 4)])
    assert search(Job(problem, seconds=0.2)).cost == 8 * 60 + 4 * 300


def test_progress_is_told() -> None:
    costs: list[int] = []
    problem = line_problem([visit(place) for place in (1, 2, 3, 4)])
    found = solve(problem, iterations=50, progress=lambda _, cost: costs.append(cost))
    assert costs
    assert min(costs) >= found.cost


def hang_at_seven(given: int, report: Callable[[int], None]) -> int:
    report(given)
    return given if given != 7 else sum(range(10**12))


def test_of_several_at_once_each_has_its_own_outcome() -> None:
    found = run_in_children(hang_at_seven, [5, 7, 9], limit_s=20.0)
    assert [(one.result, one.ended_early) for one in found] == [
        (5, False), (7, True), (9, False),
    ]  # fmt: skip


def test_one_that_crashes_ends_the_others() -> None:
    began = time.monotonic()
    with pytest.raises(SolverError, match="ZeroDivisionError"):
        run_in_children(crash, [1, 2], limit_s=600.0)
    assert time.monotonic() - began < 300


@pytest.mark.parametrize("hands", [1, 2])
def test_searches_give_the_same_however_they_are_dealt_out(
    hands: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = line_problem([visit(place) for place in range(1, 5)])
    jobs = [Job(problem, seed, 30) for seed in range(9)]
    monkeypatch.setattr(solver, "_MOST_HANDS", hands)
    assert solver.solve_each(jobs) == [search(job) for job in jobs]
    assert solver.solve_each([]) == []

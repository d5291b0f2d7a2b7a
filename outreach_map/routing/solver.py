"""Search for a plan, in a child process that can be ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from outreach_map.routing.child import run_in_child, run_in_children
from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.search import Job, NoPlanError, search
from outreach_map.routing.solution import Solution

# Iterations done, and the cost of the best plan so far.
Progress = Callable[[int, int], None]

_HARD_LIMIT_S = 600.0
# What a search on a wall clock may take beyond it, the start of its process included.
_GRACE_S = 0.9
# A process takes a second to begin: so many searches are worth one, and no more processes than
# this are, since each holds the problem.
_JOBS_A_HAND, _MOST_HANDS = 4, 2


def solve(
    problem: RoutingProblem,
    *,
    seed: int = 0,
    iterations: int | None = None,
    seconds: float | None = None,
    start: Solution | None = None,
    progress: Progress | None = None,
    hard_limit_s: float = _HARD_LIMIT_S,
) -> Solution:
    """Search for a plan of least cost: what the routes take plus the prizes left out.

    Parameters
    ----------
    problem
        What to plan.
    seed
        Seed of the search.
    iterations
        Iterations of the search (1,000 without any limit given); the same problem, seed and
        iterations give the same answer on any machine.
    seconds
        Instead of iterations: wall-clock time of the search, which gives that up. The process is
        ended 0.9 seconds later, whatever it does.
    start
        A solution to begin with.
    progress
        Called when there is a better plan, a few times a second at most.
    hard_limit_s
        With iterations: the process is ended after this time, whatever it does.

    Returns
    -------
    Solution
        Keeps every rule; at worst nobody is visited. `ended_early` where the process had to be
        ended: then it is the best so far.

    Raises
    ------
    SolverError
        When the search crashed, or was ended before it had found anything; when a client that is
        required cannot be visited.
    ValueError
        When both limits are given.
    """
    if iterations is not None and seconds is not None:
        raise ValueError("either iterations or seconds")
    if nobody_can_be_visited(problem):
        return nobody(problem)
    limit_s = hard_limit_s if seconds is None else seconds + _GRACE_S

    def listen(so_far: tuple[int, Solution]) -> None:
        if progress is not None:
            progress(so_far[0], so_far[1].cost)

    job = Job(problem, seed, iterations, seconds, start)
    # By the clock there is always an answer, even where the process had no time to begin.
    needed = any(client.required for client in problem.clients)
    at_hand = None if seconds is None or needed else (0, nobody(problem))
    outcome = run_in_child(search_one, job, limit_s=limit_s, listen=listen, at_hand=at_hand)
    solution: Solution = outcome.result[1]
    return replace(solution, ended_early=True) if outcome.ended_early else solution


def solve_each(
    jobs: Sequence[Job], *, hard_limit_s: float = _HARD_LIMIT_S
) -> list[Solution | None]:
    """Search several problems, bounded by iterations, in as many processes as help.

    Jobs share what they have in common on the way to a process. What each gives does not depend on
    how they are dealt out.

    Returns
    -------
    A solution for each job; None where nothing keeps all its rules, and where the process had to be
    ended before it came to it.

    Raises
    ------
    SolverError
        When a process crashed.
    """
    if not jobs:
        return []
    hands = min(-(-len(jobs) // _JOBS_A_HAND), _MOST_HANDS, os.cpu_count() or 1)
    # Dealt out like cards: neighbours are alike, and take alike.
    dealt = [tuple(jobs[hand::hands]) for hand in range(hands)]
    found: list[Solution | None] = [None] * len(jobs)
    for hand, outcome in enumerate(run_in_children(search_each, dealt, limit_s=hard_limit_s)):
        for number, solution in enumerate(outcome.result):
            found[hand + number * hands] = solution
    return found


def search_one(job: Job, report: Callable[[Any], None]) -> tuple[int, Solution]:
    """Work of the child: one job."""
    return (job.iterations or 0, search(job, report))


def search_each(jobs: tuple[Job, ...], report: Callable[[Any], None]) -> list[Solution | None]:
    """Work of the child: several jobs."""
    found: list[Solution | None] = []
    report([])
    for job in jobs:
        try:
            found.append(nobody(job.problem) if nobody_can_be_visited(job.problem) else search(job))
        except NoPlanError:
            found.append(None)
        report(list(found))
    return found


def nobody_can_be_visited(problem: RoutingProblem) -> bool:
    """Whether no client has a window and a vehicle for it."""
    return not any(client.vehicles for client in problem.clients)


def nobody(problem: RoutingProblem) -> Solution:
    """The plan in which nobody goes out.

    Raises
    ------
    SolverError
        When somebody has to be visited.
    """
    if any(client.required for client in problem.clients):
        raise NoPlanError("No plan visits everybody who has to be visited.")
    return Solution(
        (), tuple(range(len(problem.clients))), sum(client.prize for client in problem.clients)
    )

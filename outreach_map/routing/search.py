"""The search: PyVRP's local search in a loop of our own, with our own penalties.

PyVRP (Wouda, Lan & Kool 2024, doi:10.1287/ijoc.2023.0055) makes every move; the loop is iterated
local search, as in PyVRP. These things differ from its own loop:

- penalties start low and stay below a bound. With PyVRP's default bound the local search can run
  for minutes on problems of many forbidden ways without looking at its limit;
- a plan counts as found only if it keeps the limits on exposure of vehicles that are limited in
  metres too, which the local search does not see: what is too much is trimmed, and where that
  happens often exposure takes its share of the limit that the search does see;
- where there are choices, it cools down by the time that is left, instead of late acceptance
  (`outreach_map.routing.acceptance`);
- the best plan so far is reported, so that the search may be ended at any moment.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    PerturbationManager,
    PerturbationParams,
)

from outreach_map.errors import SolverError
from outreach_map.routing.acceptance import Acceptance, Cooling, LateAcceptance
from outreach_map.routing.answer import answer, break_kept, encode, waits_where_closed
from outreach_map.routing.costs import route_exposure
from outreach_map.routing.neighbours import neighbours_of
from outreach_map.routing.pool import Pool
from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.solution import Activity, Route, Solution
from outreach_map.routing.translate import Model, translate

# One unit of a broken rule has to cost more than the largest prize.
MAX_PENALTY = 10_000.0
_LOAD_PENALTY, _TIME_PENALTY, _EXPOSURE_PENALTY = 200.0, 5.0, 5.0
# So often may a best plan be too exposed before exposure counts as metres, and as how many.
_PATIENCE, _FIRST_PULL, _MOST_PULLS = 5, 0.5, 8
_REPORT_S = 0.2
_NO_IMPROVEMENT = 20_000
# Without any limit given.
_ITERATIONS = 1_000
# Routes of every so many plans are remembered. They are put together after so many iterations, and
# again each time that so much more was done.
_REMEMBER, _FIRST_JOIN, _JOIN_AGAIN = 4, 500, 0.2
# Share of the time by the clock that putting together may take at once.
_JOIN_SHARE = 0.1


class NoPlanError(SolverError):
    """Nothing was found that visits everybody who has to be visited."""


@dataclass(frozen=True)
class Tuning:
    """How wide the search looks: chosen by the shape of the problem.

    `neighbours` of a place are tried; up to `perturbations` visits are shaken at a time;
    `history` is how far back a worse plan is compared, 0 where it is taken the less often the less
    of the search is left, from `heat` on; penalties change after `updates` plans.
    """

    neighbours: int
    perturbations: int
    updates: int
    history: int = 0
    heat: float = 0.1


WEEK = Tuning(neighbours=30, perturbations=10, updates=50)
TRIPS = Tuning(neighbours=30, perturbations=10, updates=500, heat=3.0)
PLAIN = Tuning(neighbours=30, perturbations=25, updates=500, history=300)


@dataclass(frozen=True)
class Job:
    """One search: of what, from where, and for how long.

    Without `seconds` it is bounded by `iterations` alone, and gives the same answer everywhere.
    """

    problem: RoutingProblem
    seed: int = 0
    iterations: int | None = None
    seconds: float | None = None
    start: Solution | None = None
    tuning: Tuning | None = None


def search(job: Job, report: Callable[[tuple[int, Solution]], None] | None = None) -> Solution:
    """Search in this process.

    Parameters
    ----------
    job
        What to search.
    report
        Called with iterations done and the best solution so far: at the start, and then when there
        is a better one, a few times a second at most.

    Raises
    ------
    SolverError
        When required clients cannot be visited.
    """
    with warnings.catch_warnings():
        # That a rule is hard to keep is no news: the plan that keeps all rules is at hand.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        return _Search(job, report or (lambda _: None)).run()


class _Search:
    def __init__(self, job: Job, report: Callable[[tuple[int, Solution]], None]) -> None:
        self.job = job
        self.problem = job.problem
        self.report = report
        self.began = time.perf_counter()
        self.reported = -_REPORT_S
        self.told: Solution | None = None
        self.done = 0
        self.pull: dict[int, float] = {}
        self.join_at = _FIRST_JOIN
        self.closings = any(client.closed for client in self.problem.clients)
        self.random = pyvrp.RandomNumberGenerator(seed=job.seed)
        self.two_limits = any(
            vehicle.max_distance_m is not None and vehicle.max_exposure is not None
            for vehicle in self.problem.vehicles
        )

    def run(self) -> Solution:
        model = translate(self.problem)
        # Of one kind and without choices: a plain problem with time windows.
        plain = len(model.types) == 1 and all(client.required for client in self.problem.clients)
        trips = any(vehicle.reloads for vehicle in self.problem.vehicles)
        self.tuning = self.job.tuning or (WEEK if not plain else TRIPS if trips else PLAIN)
        # Where everybody has to be visited, choosing among routes is as hard as the whole problem.
        choices = any(not client.required for client in self.problem.clients)
        self.pool = Pool(self.problem, model.types) if choices and len(model.types) > 1 else None
        self._prepare(model)
        idle = encode(model, Solution((), (), 0))
        kept = self._kept(model, idle)
        self.best = kept
        if self.job.start is not None:
            self._offer(model, encode(model, self.job.start))
        self._tell(always=True)
        self._go_on(model, self._first(model, idle))
        if self.best is None:
            raise NoPlanError(
                "No plan visits everybody who has to be visited.",
                mend="Search longer, or let visits be left out.",
            )
        return self.best

    def _go_on(self, model: Model, first: pyvrp.Solution) -> None:
        """Stages until the limit."""
        while not self._over():
            first = self._stage(model, first)
            if self._over():
                break
            # Left early: for some types exposure has to count for more.
            for kind in self.too_exposed:
                self.pull[kind] = self.pull[kind] * 2 if kind in self.pull else _FIRST_PULL
            model = translate(self.problem, self.pull)
            self._prepare(model)
            first = encode(model, self.best or Solution((), (), 0))
        if self.pool is not None:
            self._combine(self.pool)

    def _over(self) -> bool:
        if self.job.seconds is not None:
            # The last choice among routes takes its share of the time too.
            share = 1.0 - (_JOIN_SHARE if self.pool is not None else 0.0)
            return time.perf_counter() - self.began >= share * self.job.seconds
        return self.done >= (_ITERATIONS if self.job.iterations is None else self.job.iterations)

    def _prepare(self, model: Model) -> None:
        data = model.data
        tuning = self.tuning
        self.local = LocalSearch(
            data,
            self.random,
            neighbours_of(model, tuning.neighbours),
            PerturbationManager(PerturbationParams(1, tuning.perturbations)),
        )
        for operator in OPERATORS:
            if operator.supports(data):
                self.local.add_operator(operator(data))
        self.penalties = pyvrp.PenaltyManager(
            ([_LOAD_PENALTY] * data.num_load_dimensions, _TIME_PENALTY, _EXPOSURE_PENALTY),
            pyvrp.PenaltyParams(solutions_between_updates=tuning.updates, max_penalty=MAX_PENALTY),
        )
        self.too_exposed: set[int] = set()
        self.misses: dict[int, int] = {}

    def _first(self, model: Model, idle: pyvrp.Solution) -> pyvrp.Solution:
        """Where the search starts: the plan at hand, else the first that the local search makes."""
        if self.job.start is not None:
            given = encode(model, self.job.start)
            made = self.local(given, self.penalties.max_cost_evaluator(), exhaustive=False)
            self._offer(model, made)
            return made
        for one in (pyvrp.Solution.make_random(model.data, self.random), idle):
            made = self.local(one, self.penalties.max_cost_evaluator(), exhaustive=True)
            if made.is_feasible():
                self._offer(model, made)
                return made
            if self._over():
                break
        return idle

    def _stage(self, model: Model, first: pyvrp.Solution) -> pyvrp.Solution:
        """Iterated local search until the limit, or until exposure has to count for more."""
        taking = self._acceptance(first)
        current, best = first, first
        stale = 0
        evaluator = self.penalties.cost_evaluator()
        while not self._over() and not self.too_exposed:
            if stale == _NO_IMPROVEMENT:
                taking, stale, current = self._acceptance(best), 0, best
            evaluator = self.penalties.cost_evaluator()
            found = self.local(current, evaluator, exhaustive=False)
            self.penalties.register(found)
            self.done += 1
            stale += 1
            if evaluator.cost(found) < evaluator.cost(best) and self._offer(model, found):
                best, stale = found, 0
                polished = self.local(found, evaluator, exhaustive=True)
                if evaluator.cost(polished) < evaluator.cost(best) and self._offer(model, polished):
                    best = found = polished
            if self.pool is not None and (joint := self._joint(model, self.pool, found)):
                best = current = joint
                taking, stale = self._acceptance(best), 0
            self._tell()
            if taking.accepts(found, current, evaluator, self._progress()):
                current = found
        return best

    def _acceptance(self, first: pyvrp.Solution) -> Acceptance:
        if self.tuning.history:
            return LateAcceptance(self.tuning.history, first)
        clients = self.problem.clients
        cost = sum(one.prize for one in clients) if self.best is None else self.best.cost
        return Cooling(cost / max(len(clients), 1), self.tuning.heat, self.random)

    def _progress(self) -> float:
        """Share of the search that is done."""
        if self.job.seconds is not None:
            return (time.perf_counter() - self.began) / self.job.seconds
        return self.done / (self.job.iterations or _ITERATIONS)

    def _joint(self, model: Model, pool: Pool, found: pyvrp.Solution) -> pyvrp.Solution | None:
        """Remember routes; now and then, a better plan of those that were met."""
        if self.done % _REMEMBER == 0:
            pool.add(model, found)
        if self.done < self.join_at or self.best is None:
            return None
        better = self._combine(pool)
        if better is None:
            return None
        made = encode(model, better)
        polished = self.local(made, self.penalties.cost_evaluator(), exhaustive=True)
        return polished if self._offer(model, polished) else made

    def _combine(self, pool: Pool) -> Solution | None:
        """The best plan of all routes met, if it is better: then it is the best so far."""
        self.join_at = self.done + max(_FIRST_JOIN, int(_JOIN_AGAIN * self.done))
        if self.best is None:
            return None
        limit_s = None if self.job.seconds is None else _JOIN_SHARE * self.job.seconds
        better = pool.combine(self.best, limit_s)
        self.best = better or self.best
        return better

    def _offer(self, model: Model, found: pyvrp.Solution) -> bool:
        """Keep a plan if it is the best; whether it keeps every rule as it is."""
        kept = self._kept(model, found)
        if kept is None:
            trimmed = self._trimmed(model, found) if found.is_feasible() else None
            if trimmed is not None and (self.best is None or trimmed.cost < self.best.cost):
                self.best = trimmed
            return False
        if self.best is None or kept.cost < self.best.cost:
            self.best = kept
        return True

    def _kept(self, model: Model, found: pyvrp.Solution) -> Solution | None:
        if not found.is_feasible():
            return None
        solution = answer(model, found)
        if not all(break_kept(self.problem, route) for route in solution.routes):
            return None
        if self.closings and _waiting(self.problem, solution):
            return None
        return None if self.two_limits and self._exposed_routes(solution) else solution

    def _exposed_routes(self, solution: Solution) -> list[int]:
        """Positions of routes that are more exposed than they may be."""
        problem = self.problem
        found = []
        for number, route in enumerate(solution.routes):
            limit = problem.vehicles[route.vehicle].max_exposure
            if limit is not None and route_exposure(problem, route) > limit:
                found.append(number)
        return found

    def _trimmed(self, model: Model, found: pyvrp.Solution) -> Solution | None:
        """A plan without visits that wait where all is closed, and without what is too exposed.

        Of the latter visits of least worth for that go first.
        """
        solution = answer(model, found)
        while waits := _waiting(self.problem, solution):
            routes = [
                replace(r, activities=tuple(a for a in r.activities if a not in waits))
                for r in solution.routes
            ]
            again = encode(model, _bare(self.problem, routes))
            if not again.is_feasible():
                return None
            solution = answer(model, again)
        kinds = {vehicle: kind for kind, group in enumerate(model.types) for vehicle in group}
        for number in self._exposed_routes(solution):
            kind = kinds[solution.routes[number].vehicle]
            self.misses[kind] = self.misses.get(kind, 0) + 1
            strongest = _FIRST_PULL * 2**_MOST_PULLS
            if self.misses[kind] >= _PATIENCE and model.pull.get(kind, 0.0) < strongest:
                self.too_exposed.add(kind)
        while over := self._exposed_routes(solution):
            route = solution.routes[over[0]]
            exposure = route_exposure(self.problem, route)
            best: tuple[float, Solution] | None = None
            for activity in route.activities:
                if activity.client is None or self.problem.clients[activity.client].required:
                    continue
                less = replace(
                    route, activities=tuple(a for a in route.activities if a is not activity)
                )
                routes = [less if one is route else one for one in solution.routes]
                again = encode(model, _bare(self.problem, routes))
                if not again.is_feasible():
                    continue
                saved = exposure - route_exposure(self.problem, less)
                score = self.problem.clients[activity.client].prize / max(saved, 1)
                if best is None or score < best[0]:
                    best = (score, answer(model, again))
            if best is None:
                return None
            solution = best[1]
        return solution

    def _tell(self, *, always: bool = False) -> None:
        """Report the best plan if it was not reported, but not too often."""
        if self.best is None or self.best is self.told:
            return
        now = time.perf_counter()
        if always or now - self.reported >= _REPORT_S:
            self.reported, self.told = now, self.best
            self.report((self.done, self.best))


def _waiting(problem: RoutingProblem, solution: Solution) -> list[Activity]:
    """Visits at which somebody is there when nobody may be."""
    return [a for r in solution.routes for a in r.activities if waits_where_closed(problem, a)]


def _bare(problem: RoutingProblem, routes: Sequence[Route]) -> Solution:
    """Routes as a solution without its cost, which stale times could not give."""
    visited = {a.client for route in routes for a in route.activities if a.client is not None}
    left = tuple(i for i in range(len(problem.clients)) if i not in visited)
    return Solution(tuple(routes), left, 0)

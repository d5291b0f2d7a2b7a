"""Translate a problem to PyVRP, search in a child process, and translate back.

PyVRP (Wouda, Lan & Kool 2024, doi:10.1287/ijoc.2023.0055) does the search; nothing is solved here.
Three things are expressed in its terms:

- a visit with several windows, and a break at one of several places, is a group of copies of
  which one may (must) be made;
- a vehicle that may not make a visit meets a duration of `UNREACHABLE` on the way there;
- PyVRP's *distance* is metres, so that its limit caps the way of a shift, and costs nothing.

Its default penalties suit other problems: with a large `max_penalty` the local search can run for
minutes without looking at its limit. Hence our own penalties, and a child that can be ended.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)
from pyvrp.stop import MaxIterations, MaxRuntime

from outreach_map.errors import SolverError
from outreach_map.routing.problem import UNREACHABLE, RoutingProblem
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution

# One unit of a broken rule has to cost more than the largest prize.
MAX_PENALTY = 10_000.0
_LOAD_PENALTY, _TIME_PENALTY, _DISTANCE_PENALTY = 200.0, 5.0, 5.0
_HARD_LIMIT_S = 600.0
_NO_LIMIT = int(np.iinfo(np.int64).max)


def solve(
    problem: RoutingProblem,
    *,
    seed: int = 0,
    iterations: int | None = None,
    seconds: float | None = None,
    hard_limit_s: float = _HARD_LIMIT_S,
) -> Solution:
    """Search for a plan of least cost: seconds of all routes plus the prizes left out.

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
        Instead of iterations: wall-clock time, which gives that up.
    hard_limit_s
        The child process is ended after this time, whatever it does.

    Returns
    -------
    Solution
        Keeps every rule; at worst nobody is visited.

    Raises
    ------
    SolverError
        When the search crashed, or was ended at the hard limit.
    ValueError
        When both limits are given.
    """
    if iterations is not None and seconds is not None:
        raise ValueError("either iterations or seconds")
    if not any(client.windows and client.vehicles for client in problem.clients):
        return _nobody(problem)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(theirs,), daemon=True)
    child.start()
    # With only one holder of each end, a child that dies is an error here and not a wait.
    theirs.close()
    try:
        ours.send((problem, seed, iterations, seconds))
        if not ours.poll(hard_limit_s):
            raise SolverError(
                f"The route search was ended after {hard_limit_s:.0f} seconds without an answer.",
                mend="Lower routing.iterations in outreach.toml, or plan fewer hotspots a round.",
            )
        answer = ours.recv()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise SolverError(
            "The route search ended without an answer.",
            mend="Free some memory and try again. A script of your own needs its calls under "
            "`if __name__ == '__main__':`, because the search starts a process of its own.",
        ) from None
    finally:
        child.kill()
        child.join()
        ours.close()
    if isinstance(answer, SolverError):
        raise answer
    if not isinstance(answer, Solution):
        raise SolverError(f"The route search failed ({answer}).", mend="Please report it.")
    return answer


def _nobody(problem: RoutingProblem) -> Solution:
    """The plan in which nobody goes out."""
    return Solution(
        (), tuple(range(len(problem.clients))), sum(client.prize for client in problem.clients)
    )


def _child(connection: Connection) -> None:
    """Run in the child: receive a problem, send a Solution or the type of a fault."""
    try:
        problem, seed, iterations, seconds = connection.recv()
        stop = MaxRuntime(seconds) if seconds is not None else MaxIterations(iterations or 1000)
        connection.send(search(problem, seed, stop))
    except SolverError as error:
        connection.send(error)
    except Exception as error:
        connection.send(type(error).__name__)
    finally:
        connection.close()


def search(problem: RoutingProblem, seed: int, stop: MaxIterations | MaxRuntime) -> Solution:
    """Search in this process.

    Raises
    ------
    SolverError
        When a vehicle cannot keep its own rules even if it visits nobody.
    """
    model = _translate(problem)
    data = model.data
    generator = pyvrp.RandomNumberGenerator(seed=seed)
    local = LocalSearch(
        data,
        generator,
        compute_neighbours(data, NeighbourhoodParams(num_neighbours=30)),
        PerturbationManager(PerturbationParams(1, 6)),
    )
    for operator in OPERATORS:
        if operator.supports(data):
            local.add_operator(operator(data))
    penalties = pyvrp.PenaltyManager(
        ([_LOAD_PENALTY] * data.num_load_dimensions, _TIME_PENALTY, _DISTANCE_PENALTY),
        pyvrp.PenaltyParams(solutions_between_updates=50, max_penalty=MAX_PENALTY),
    )
    idle = _idle(model)
    if not idle.is_feasible():
        raise SolverError(
            "A shift cannot keep its own break.",
            where="teams",
            mend="Check that breaks fit into shifts.",
        )
    starts = (pyvrp.Solution.make_random(data, generator), idle)
    improved = (local(one, penalties.max_cost_evaluator(), exhaustive=True) for one in starts)
    # From a start that keeps every rule on, the best one found always does.
    first = next((one for one in improved if one.is_feasible()), idle)
    algorithm = pyvrp.IteratedLocalSearch(
        data, penalties, local, first, pyvrp.IteratedLocalSearchParams(history_length=100)
    )
    return _answer(problem, model, algorithm.run(stop, collect_stats=False).best)


def _idle(model: _Model) -> pyvrp.Solution:
    """The plan in which every vehicle takes its break at the first place for it, and no more."""
    breaks: dict[int, int] = {}
    for number, copy in enumerate(model.copies):
        if copy.vehicle is not None:
            breaks.setdefault(copy.vehicle, number)
    routes = [
        pyvrp.Route(model.data, [pyvrp.Activity(pyvrp.ActivityType.CLIENT, number)], vehicle)
        for vehicle, number in sorted(breaks.items())
    ]
    return pyvrp.Solution(model.data, routes)


@dataclass(frozen=True)
class _Copy:
    """What a PyVRP client stands for: a window of a client, or a place of a vehicle's break."""

    kind: ActivityKind
    place: int
    window: tuple[int, int]
    service_s: int
    client: int | None = None
    vehicle: int | None = None


@dataclass(frozen=True)
class _Model:
    data: pyvrp.ProblemData
    copies: tuple[_Copy, ...]
    depots: tuple[tuple[int, int, int], ...]  # place, opening and service of each PyVRP depot


def _translate(problem: RoutingProblem) -> _Model:
    copies: list[_Copy] = []
    groups: list[pyvrp.ClientGroup] = []
    clients: list[pyvrp.Client] = []
    # Clients of one place that the same vehicles may visit share a location of the matrices.
    location: dict[tuple[int, frozenset[int]], int] = {}

    def add(
        copy: _Copy, delivery: tuple[int, ...], prize: int, group: int, who: frozenset[int]
    ) -> None:
        required = copy.client is None
        where = location.setdefault((copy.place, who), len(location))
        clients.append(
            pyvrp.Client(
                where,
                delivery=list(delivery),
                service_duration=copy.service_s,
                tw_early=copy.window[0],
                tw_late=copy.window[1],
                prize=0 if required else prize,
                required=False,
                group=group,
            )
        )
        copies.append(copy)

    everyone = frozenset(range(len(problem.vehicles)))
    bases = {vehicle.start for vehicle in problem.vehicles} | {v.end for v in problem.vehicles}
    bases |= {reload.place for vehicle in problem.vehicles for reload in vehicle.reloads}
    for place in sorted(bases):
        location[place, everyone] = len(location)
    for index, client in enumerate(problem.clients):
        if not client.windows or not client.vehicles:
            continue
        first = len(clients)
        for window in client.windows:
            copy = _Copy(ActivityKind.VISIT, client.place, window, client.service_s, index)
            add(copy, client.delivery, client.prize, len(groups), client.vehicles)
        groups.append(pyvrp.ClientGroup(list(range(first, len(clients))), required=False))
    for index, vehicle in enumerate(problem.vehicles):
        if vehicle.pause is None:
            continue
        first = len(clients)
        for place in vehicle.pause.places:
            copy = _Copy(
                ActivityKind.BREAK,
                place,
                vehicle.pause.window,
                vehicle.pause.duration_s,
                vehicle=index,
            )
            add(copy, (0,) * len(problem.items), 0, len(groups), frozenset({index}))
        groups.append(pyvrp.ClientGroup(list(range(first, len(clients))), required=True))

    depots: dict[tuple[int, int, int, int], int] = {}
    vehicles = []
    profiles: dict[tuple[int, tuple[bool, ...]], int] = {}
    for index, vehicle in enumerate(problem.vehicles):
        open_day = (0, int(np.iinfo(np.int32).max))
        ends = [
            depots.setdefault((place, *open_day, 0), len(depots))
            for place in (vehicle.start, vehicle.end)
        ]
        reloads = [
            depots.setdefault((reload.place, *reload.window, reload.duration_s), len(depots))
            for reload in vehicle.reloads
        ]
        allowed = tuple(index in who for _, who in location)
        vehicles.append(
            pyvrp.VehicleType(
                1,
                capacity=list(vehicle.capacity),
                start_depot=ends[0],
                end_depot=ends[1],
                tw_early=vehicle.window[0],
                tw_late=vehicle.window[1],
                unit_distance_cost=0,
                unit_duration_cost=1,
                profile=profiles.setdefault((vehicle.profile, allowed), len(profiles)),
                reload_depots=reloads,
                max_reloads=problem.max_reloads if reloads else 0,
                max_distance=_NO_LIMIT
                if vehicle.max_distance_m is None
                else vehicle.max_distance_m,
            )
        )
    places = np.array([place for place, _ in location], dtype=np.int64)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in location],
        clients=clients,
        depots=[
            pyvrp.Depot(location[place, everyone], early, late, service)
            for place, early, late, service in depots
        ],
        vehicle_types=vehicles,
        distance_matrices=[_open(problem.distances_m[p], places, a) for p, a in profiles],
        duration_matrices=[_open(problem.durations_s[p], places, a) for p, a in profiles],
        groups=groups,
    )
    return _Model(data, tuple(copies), tuple((key[0], key[1], key[3]) for key in depots))


def _open(matrix: NDArray[np.int64], places: NDArray[np.int64], allowed: tuple[bool, ...]) -> Any:
    """Matrix over locations, closed where the profile's vehicles may not go."""
    own = np.minimum(matrix[np.ix_(places, places)], UNREACHABLE)
    closed = ~np.array(allowed)
    own[closed, :] = UNREACHABLE
    own[:, closed] = UNREACHABLE
    np.fill_diagonal(own, 0)
    return own


def _answer(problem: RoutingProblem, model: _Model, best: pyvrp.Solution) -> Solution:
    routes = []
    busy = 0
    for found in best.routes():
        index = found.vehicle_type()
        vehicle = problem.vehicles[index]
        seconds = problem.durations_s[vehicle.profile]
        now = found.start_time()
        doing = [Activity(ActivityKind.START, vehicle.start, now, now, now)]
        for step in list(found)[1:-1]:
            if step.is_client():
                copy = model.copies[step.idx]
                kind, place, client = copy.kind, copy.place, copy.client
                early, service_s = copy.window[0], copy.service_s
            else:
                place, early, service_s = model.depots[step.idx]
                kind, client = ActivityKind.RELOAD, None
            arrive = now + int(seconds[doing[-1].place, place])
            begin = max(arrive, early)
            now = begin + service_s
            doing.append(Activity(kind, place, arrive, begin, now, client))
        now += int(seconds[doing[-1].place, vehicle.end])
        doing.append(Activity(ActivityKind.END, vehicle.end, now, now, now))
        # Who has only a break to take stays at the base.
        if any(activity.client is not None for activity in doing):
            routes.append(Route(index, tuple(doing)))
            busy += now - doing[0].arrive_s
    visited = {a.client for route in routes for a in route.activities if a.client is not None}
    left_out = tuple(i for i in range(len(problem.clients)) if i not in visited)
    lost = sum(problem.clients[index].prize for index in left_out)
    ordered = tuple(sorted(routes, key=lambda route: route.vehicle))
    return Solution(ordered, left_out, busy + lost)

"""The whole stage: a release and its streets become a week of itineraries, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from outreach_map.errors import RoutingError
from outreach_map.history import Past
from outreach_map.network import Path, StreetExtract, shortest_paths
from outreach_map.routing.checker import check_solution
from outreach_map.routing.fair import keeping, load_of, share_out
from outreach_map.routing.itinerary import (
    Itinerary,
    Leg,
    RoutePlan,
    Sharing,
    Stop,
    StopKind,
    Worn,
)
from outreach_map.routing.preferences import Preferences
from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.reasons import explain
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
from outreach_map.routing.solver import solve
from outreach_map.routing.streets import StreetView
from outreach_map.routing.week import Week, build_week
from outreach_map.tables import Release

_KINDS = {
    ActivityKind.START: StopKind.START,
    ActivityKind.VISIT: StopKind.VISIT,
    ActivityKind.BREAK: StopKind.BREAK,
    ActivityKind.RELOAD: StopKind.RESTOCK,
    ActivityKind.END: StopKind.END,
}
# How much of the search is spent on the plan that only tells what there is to share out.
_FIRST_SHARE = 3
# How often a better plan that the questions came upon is taken.
_BETTER = 2


def plan_routes(
    release: Release,
    extract: StreetExtract,
    *,
    iterations: int,
    seed: int = 0,
    past: Past | None = None,
    preferences: Preferences | None = None,
    progress: Callable[[str], None] | None = None,
) -> RoutePlan:
    """Plan the week of all teams.

    Parameters
    ----------
    release
        Released records of the round.
    extract
        The streets.
    iterations
        How long to search; with the same seed the plan is the same on any machine.
    seed
        Seed of the search.
    past
        What earlier rounds planned; none when not given.
    preferences
        What weighs how much.
    progress
        Called with the name of each step.

    Returns
    -------
    RoutePlan
        Passed the independent checker. A week in which nobody can go out is a plan too, with
        a reason for every visit.

    Raises
    ------
    SolverError
        When the search gave no answer.
    RoutingError
        When the checker found a broken rule; the plan is not handed out.
    """
    say = progress or (lambda _: None)
    earlier = past or Past()
    week = build_week(release, extract, past=earlier, preferences=preferences)
    problem, solution = _search(week, earlier, iterations, seed)
    require_kept(problem, solution)
    say("asking why not")
    told = explain(week, problem, solution, seed)
    for _ in range(_BETTER):
        if told.better is None:
            break
        # Asking is searching too: what it came upon is the plan, and is asked again.
        solution = replace(told.better, ended_early=solution.ended_early)
        told = explain(week, problem, solution, seed)
    require_kept(problem, solution)
    itineraries = tuple(
        sorted(
            (make_itinerary(week, route) for route in solution.routes),
            key=lambda tour: (tour.team, tour.start),
        )
    )
    return RoutePlan(
        itineraries=itineraries,
        left_out=told.left_out,
        decisions=told.decisions,
        worn=_worn(week, itineraries),
        sharing=None if told.plain is None else _sharing(week, earlier, told.plain, solution),
        need_met=need_met(week, solution),
        ended_early=solution.ended_early,
    )


def _search(week: Week, past: Past, iterations: int, seed: int) -> tuple[RoutingProblem, Solution]:
    """The problem that was solved in the end, with prices for fair shares, and its plan."""
    if not week.preferences.fair or len({vehicle.name for vehicle in week.problem.vehicles}) < 2:
        return week.problem, solve(week.problem, seed=seed, iterations=iterations)
    first = max(iterations // _FIRST_SHARE, 1)
    plain = solve(week.problem, seed=seed, iterations=first)
    problem = share_out(week, plain, past)
    found = solve(
        keeping(problem, plain), seed=seed, iterations=max(iterations - first, 1), start=plain
    )
    return problem, replace(found, ended_early=found.ended_early or plain.ended_early)


def require_kept(problem: RoutingProblem, solution: Solution) -> None:
    """Reject a plan that the checker finds a fault in (RoutingError)."""
    if faults := check_solution(problem, solution):
        raise RoutingError(
            f"The plan broke {len(faults)} of its rules ({faults[0]}) and was not kept.",
            mend="Please report it.",
        )


def make_itinerary(week: Week, route: Route) -> Itinerary:
    """A route with the ways between its stops, as a team reads it."""
    shift = week.shifts[route.vehicle]
    ways = week.ways[week.problem.vehicles[route.vehicle].profile]
    nodes = week.nodes[shift.team.mode]
    pairs = list(pairwise(activity.place for activity in route.activities))
    views = [ways.between(*pair) for pair in pairs]
    legs: dict[int, Leg] = {}
    # Tours hardly ever go into a zone that is closed at another hour, so mostly there is one view.
    for view in dict.fromkeys(views):
        own = [number for number, each in enumerate(views) if each is view]
        ends = ([int(nodes[pairs[number][end]]) for number in own] for end in (0, 1))
        paths = shortest_paths(view.network, *ends, costs=view.costs)
        legs |= {number: _leg(view, path) for number, path in zip(own, paths, strict=True)}
    loads = _loads(week, route)
    return Itinerary(
        team=shift.team.code,
        mode=shift.team.mode,
        date=shift.begin.date(),
        stops=tuple(
            _stop(week, route, activity, load)
            for activity, load in zip(route.activities, loads, strict=True)
        ),
        legs=tuple(legs[number] for number in range(len(pairs))),
        kit=loads[0],
    )


def _stop(week: Week, route: Route, activity: Activity, load: Mapping[str, int]) -> Stop:
    def clock(seconds: int) -> datetime:
        return week.origin + timedelta(seconds=seconds)

    exposure_s = 0.0
    reason: str = ""
    if activity.client is not None:
        profile = week.problem.vehicles[route.vehicle].profile
        stay_s = activity.leave_s - activity.begin_s
        exposure_s = int(week.problem.stop_weights[profile][activity.place]) * stay_s / 100
        reason = week.demands[week.visits[activity.client].code].reason
    return Stop(
        kind=_KINDS[activity.kind],
        code=week.names[activity.place],
        place=week.places[activity.place],
        arrive=clock(activity.arrive_s),
        begin=clock(activity.begin_s),
        leave=clock(activity.leave_s),
        give=_given(week, activity),
        take=load if activity.kind is ActivityKind.RELOAD else {},
        reason=reason,
        exposure_s=exposure_s,
    )


def _given(week: Week, activity: Activity) -> Mapping[str, int]:
    if activity.client is None:
        return {}
    delivery = week.problem.clients[activity.client].delivery
    return {
        item: amount for item, amount in zip(week.problem.items, delivery, strict=True) if amount
    }


def _loads(week: Week, route: Route) -> list[Mapping[str, int]]:
    """At each activity, what is given after it until the next reload: no more has to be carried."""
    loads: list[Mapping[str, int]] = []
    ahead: Counter[str] = Counter()
    for activity in reversed(route.activities):
        loads.append(dict(sorted(ahead.items())))
        if activity.kind is ActivityKind.RELOAD:
            ahead = Counter()
        ahead.update(_given(week, activity))
    return loads[::-1]


def _leg(view: StreetView, path: Path | None) -> Leg:
    if path is None:
        raise RoutingError("A leg of the plan has no way on the streets.", mend="Please report it.")
    return Leg(
        path.lon_lat,
        path.length_m,
        path.travel_time_s,
        path.street_names,
        view.exposure_s(path),
    )


def _worn(week: Week, itineraries: tuple[Itinerary, ...]) -> tuple[Worn, ...]:
    """Visits at an hour of a weekday that was used in each of the last three rounds."""
    found = []
    for tour in itineraries:
        for stop in tour.visits:
            habit = week.habits.get(stop.code or "")
            used = {(slot.day, slot.hour) for slot in habit.worn} if habit else set()
            if stop.code and (stop.begin.weekday(), stop.begin.hour) in used:
                found.append(Worn(stop.code, tour.team, stop.begin))
    return tuple(found)


def _sharing(week: Week, past: Past, plain: Solution, solution: Solution) -> Sharing:
    before, after = load_of(week, plain, past), load_of(week, solution, past)
    out = [sum(route.out_s for route in each.routes) for each in (plain, solution)]
    return Sharing(
        use=after.largest_use,
        risk=after.largest_risk,
        plain_use=before.largest_use,
        plain_risk=before.largest_risk,
        extra_s=float(out[1] - out[0]),
    )


def need_met(week: Week, solution: Solution) -> tuple[float, float, float]:
    """Share of the need of all visits due that is met: low, middle and high end of the bands.

    A visit counts for one and its need, so that regular visits count too.
    """
    shares = []
    made = Counter(
        week.visits[activity.client].code
        for route in solution.routes
        for activity in route.activities
        if activity.client is not None
    )
    for end in range(3):
        due = sum(d.visits * (1 + d.need[end]) for d in week.demands.values())
        met = sum(min(made[code], d.visits) * (1 + d.need[end]) for code, d in week.demands.items())
        shares.append(met / due if due else 1.0)
    return shares[0], shares[1], shares[2]

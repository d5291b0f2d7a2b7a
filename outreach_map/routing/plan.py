"""The whole stage: a release and its streets become a week of itineraries, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from outreach_map.errors import RoutingError
from outreach_map.network import Path, StreetExtract, shortest_paths
from outreach_map.routing.checker import check_solution
from outreach_map.routing.itinerary import (
    DecisionEffect,
    Itinerary,
    LeftOut,
    Leg,
    RoutePlan,
    Stop,
    StopKind,
)
from outreach_map.routing.problem import UNREACHABLE
from outreach_map.routing.shifts import may_be_visited, meeting_times, refusals
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
from outreach_map.routing.solver import solve
from outreach_map.routing.week import Week, build_week
from outreach_map.tables import Decision, DecisionKind, Hotspot, Release

_KINDS = {
    ActivityKind.START: StopKind.START,
    ActivityKind.VISIT: StopKind.VISIT,
    ActivityKind.BREAK: StopKind.BREAK,
    ActivityKind.RELOAD: StopKind.RESTOCK,
    ActivityKind.END: StopKind.END,
}


def plan_routes(
    release: Release, extract: StreetExtract, *, iterations: int, seed: int = 0
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
    week = build_week(release, extract)
    solution = solve(week.problem, seed=seed, iterations=iterations)
    if faults := check_solution(week.problem, solution):
        raise RoutingError(
            f"The plan broke {len(faults)} of its rules ({faults[0]}) and was not kept.",
            mend="Please report it.",
        )
    itineraries = tuple(
        sorted(
            (_itinerary(week, route) for route in solution.routes),
            key=lambda tour: (tour.team, tour.start),
        )
    )
    return RoutePlan(
        itineraries=itineraries,
        left_out=tuple(_left_out(release, week, solution)),
        decisions=tuple(_effect(decision, itineraries) for decision in release.decisions),
    )


def _itinerary(week: Week, route: Route) -> Itinerary:
    shift = week.shifts[route.vehicle]
    network, costs = week.costs[week.problem.vehicles[route.vehicle].profile]
    nodes = week.nodes[shift.team.mode]
    at = [int(nodes[activity.place]) for activity in route.activities]
    paths = shortest_paths(network, at[:-1], at[1:], costs=costs)
    return Itinerary(
        team=shift.team.code,
        mode=shift.team.mode,
        date=shift.begin.date(),
        stops=tuple(_stop(week, activity) for activity in route.activities),
        legs=tuple(_leg(path) for path in paths),
        kit=_kit(week, route),
    )


def _stop(week: Week, activity: Activity) -> Stop:
    def clock(seconds: int) -> datetime:
        return week.origin + timedelta(seconds=seconds)

    return Stop(
        kind=_KINDS[activity.kind],
        code=week.names[activity.place],
        place=week.places[activity.place],
        arrive=clock(activity.arrive_s),
        begin=clock(activity.begin_s),
        leave=clock(activity.leave_s),
        give=_given(week, activity),
    )


def _given(week: Week, activity: Activity) -> Mapping[str, int]:
    if activity.client is None:
        return {}
    delivery = week.problem.clients[activity.client].delivery
    return {
        item: amount for item, amount in zip(week.problem.items, delivery, strict=True) if amount
    }


def _kit(week: Week, route: Route) -> Mapping[str, int]:
    """What is given until the first reload: no more has to be carried from the start."""
    kit: Counter[str] = Counter()
    for activity in route.activities:
        if activity.kind is ActivityKind.RELOAD:
            break
        kit.update(_given(week, activity))
    return dict(sorted(kit.items()))


def _leg(path: Path | None) -> Leg:
    if path is None:
        raise RoutingError("A leg of the plan has no way on the streets.", mend="Please report it.")
    return Leg(path.lon_lat, path.length_m, path.travel_time_s, path.street_names)


def _left_out(release: Release, week: Week, solution: Solution) -> list[LeftOut]:
    """Every hotspot with a visit due that is not planned, by code, and why."""
    missing = Counter(week.visits[index].code for index in solution.left_out)
    planned = Counter(hotspot.code for hotspot in week.visits)
    found = []
    for hotspot in release.hotspots:
        due = week.demands[hotspot.code].visits
        never = due - planned[hotspot.code]
        if never:
            found.append(LeftOut(hotspot.code, never, _why_never(hotspot, week, release)))
        if missing[hotspot.code]:
            found.append(LeftOut(hotspot.code, missing[hotspot.code], _why_missing(hotspot, week)))
    return found


def _why_never(hotspot: Hotspot, week: Week, release: Release) -> str:
    """Why no shift of the week could make a visit."""
    if not may_be_visited(hotspot, release):
        return "Peers decided not to go there this week."
    if not week.shifts:
        return "No team has a shift this week."
    by_team: dict[str, set[str]] = {}
    open_to = []
    for shift in week.shifts:
        if no := refusals(hotspot, shift, release):
            by_team.setdefault(shift.team.code, set()).update(no)
        else:
            open_to.append(shift)
    if not open_to:
        reasons = [f"{team}: {'; '.join(sorted(why))}" for team, why in sorted(by_team.items())]
        return f"No team may go there. {'. '.join(reasons)}."
    long_enough = timedelta(seconds=week.demands[hotspot.code].service_s)
    times = [end - begin for shift in open_to for begin, end in meeting_times(hotspot.hours, shift)]
    if not any(time >= long_enough for time in times):
        teams = ", ".join(sorted({shift.team.code for shift in open_to}))
        return (
            f"People are there {hotspot.hours.text}; no shift on which a team may go ({teams}) "
            f"overlaps that by the {long_enough.seconds // 60} minutes that a visit takes."
        )
    return "Its days this week are fewer than the visits due."


def _why_missing(hotspot: Hotspot, week: Week) -> str:
    """Why the search left a visit out that some shift could make on paper."""
    problem = week.problem
    client = next(c for c in problem.clients if c.name == hotspot.code)
    quickest = min(
        (_alone_s(week, number, client.place) for number in client.vehicles), default=UNREACHABLE
    )
    if quickest >= UNREACHABLE:
        return "No team that may go there finds a way on the streets."
    minutes = round((quickest + client.service_s) / 60)
    return (
        f"The search found no place for it: alone it would take a team {minutes} minutes with the "
        "way there and back, and in the shifts that suit, other visits gave more for the time."
    )


def _alone_s(week: Week, number: int, place: int) -> int:
    vehicle = week.problem.vehicles[number]
    seconds = week.problem.durations_s[vehicle.profile]
    return min(int(seconds[vehicle.start, place]) + int(seconds[place, vehicle.end]), UNREACHABLE)


def _effect(decision: Decision, itineraries: tuple[Itinerary, ...]) -> DecisionEffect:
    visits = [
        (tour, stop)
        for tour in itineraries
        for stop in tour.visits
        if stop.code == decision.hotspot
    ]
    told = ", ".join(f"{stop.begin:%a %d %b %H:%M} by {tour.team}" for tour, stop in visits)
    if decision.kind is DecisionKind.NO_GO:
        effect = "kept out of the plan"
    elif decision.kind is DecisionKind.EXCLUDE_TEAM:
        effect = f"kept from this team; planned: {told}" if told else "kept from this team"
    else:
        effect = f"planned: {told}" if told else "not planned: see what was left out"
    return DecisionEffect(decision.kind, decision.hotspot, decision.team, effect)

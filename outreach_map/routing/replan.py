"""A change in the field: what is done stays, the rest of one shift is planned again, in seconds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from outreach_map.errors import RoutingError
from outreach_map.history import Past, PastStop, PastTour
from outreach_map.network import StreetExtract
from outreach_map.routing.itinerary import Itinerary, StopKind
from outreach_map.routing.plan import make_itinerary, require_kept
from outreach_map.routing.preferences import Preferences
from outreach_map.routing.problem import Break, Client, RoutingProblem
from outreach_map.routing.shifts import seconds_since
from outreach_map.routing.solution import ActivityKind, Route
from outreach_map.routing.solver import solve
from outreach_map.routing.week import Week, build_week
from outreach_map.tables import DecisionKind, Release

_ITERATIONS = 2000


@dataclass(frozen=True, eq=False)
class Replanned:
    """The rest of a shift.

    Attributes
    ----------
    done
        Stops that are over, or under way, at the time of the change.
    rest
        From where the team is then to its base; None where nothing is left to do but to be there.
    added, dropped
        Codes of visits that the rest has and the plan had not, and the reverse.
    """

    done: tuple[PastStop, ...]
    rest: Itinerary | None
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def replan_shift(
    release: Release,
    extract: StreetExtract,
    past: Past,
    *,
    team: str,
    now: datetime,
    drop: Collection[str] = (),
    seed: int = 0,
    preferences: Preferences | None = None,
) -> Replanned:
    """Plan the rest of a team's shift again.

    Parameters
    ----------
    release, extract
        Released records of the round, and the streets.
    past
        Has the round's tours.
    team
        Code of the team.
    now
        When the change comes. A visit that has begun is finished; from then on everything may
        change.
    drop
        Codes of hotspots that are not visited any more.
    seed, preferences
        As in `outreach_map.routing.plan_routes`.

    Raises
    ------
    RoutingError
        When the team has no tour at that time, or a code is not on it.
    """
    tour = _tour(past, release, team, now)
    done, ahead = _split(tour, now)
    planned = [stop.code for stop in ahead if stop.kind == "visit" and stop.code is not None]
    if unknown := sorted(set(drop) - set(planned)):
        raise RoutingError(
            f"{', '.join(unknown)}: no such stop is left on this shift.",
            where="--drop",
            mend=f"Still to come: {', '.join(planned) or 'none'}.",
        )
    own = replace(release, teams=tuple(t for t in release.teams if t.code == team))
    week = build_week(
        own,
        extract,
        past=past.before(release.start),
        preferences=preferences,
        only=tour.begin,
    )
    may = _open_to(past, release, team, set(planned) - set(drop))
    problem, vehicle = _rest(week, done, now, may)
    in_hand = _in_hand(week, ahead)
    route = _search(problem, vehicle, seed)
    if route is not None and _gives_more(problem, route, in_hand):
        # Before the next restock nobody has more than the plan had packed.
        problem = _with_capacity(problem, vehicle, in_hand)
        route = _search(problem, vehicle, seed)
    rest = None if route is None else make_itinerary(replace(week, problem=problem), route)
    visits = [] if rest is None else [stop.code for stop in rest.visits if stop.code is not None]
    return Replanned(
        done=done,
        rest=rest,
        added=tuple(code for code in visits if code not in planned),
        dropped=tuple(code for code in planned if code not in visits),
    )


def _search(problem: RoutingProblem, vehicle: int, seed: int) -> Route | None:
    solution = solve(problem, seed=seed, iterations=_ITERATIONS, hard_limit_s=60.0)
    require_kept(problem, solution)
    return next((route for route in solution.routes if route.vehicle == vehicle), None)


def replaced(past: Past, tour_of: Replanned, team: str, now: datetime) -> Past:
    """The record with the rest of a shift planned again."""
    tours = []
    for tour in past.tours:
        if tour.team == team and tour.begin <= now <= tour.end:
            rest = () if tour_of.rest is None else tour_of.rest.stops
            stops = [
                PastStop(stop.kind.value, stop.code, stop.begin, stop.leave)
                for stop in rest
                if stop.kind is not StopKind.START or not tour_of.done
            ]
            risky = {stop.code for stop in tour.stops if stop.risky}
            stops = [replace(stop, risky=stop.code in risky) for stop in stops]
            tours.append(replace(tour, stops=(*tour_of.done, *stops)))
        else:
            tours.append(tour)
    return replace(past, tours=tuple(tours))


def _tour(past: Past, release: Release, team: str, now: datetime) -> PastTour:
    own = [tour for tour in past.of(release.start).tours if tour.team == team]
    if not own:
        raise RoutingError(
            "This team has no shift in the record of that round.",
            where="--team",
            mend="Name the team by its code, as on its page, after a plan of the round was made.",
        )
    for tour in own:
        if tour.begin <= now <= tour.end and tour.stops:
            return tour
    times = ", ".join(f"{t.begin:%a %d %b %H:%M}-{t.end:%H:%M}" for t in own if t.stops)
    raise RoutingError(
        "This team is not out at that time.",
        where="--from",
        mend=f"It is out: {times or 'not at all in this round'}.",
    )


def _split(tour: PastTour, now: datetime) -> tuple[tuple[PastStop, ...], tuple[PastStop, ...]]:
    """Stops that have begun at a time, and those that have not."""
    done = tuple(stop for stop in tour.stops if stop.begin <= now and stop.kind != "end")
    if done and done[0].leave > now:
        # Not out yet: the whole shift is ahead.
        return (), tour.stops
    return done, tour.stops[len(done) :]


def _open_to(past: Past, release: Release, team: str, planned: set[str]) -> set[str]:
    """Hotspots that the rest may visit: its own, and those that nobody has in this round."""
    others = {
        stop.code
        for each in past.of(release.start).tours
        for stop in each.stops
        if stop.kind == "visit" and stop.code is not None
    }
    bound = {
        decision.hotspot
        for decision in release.decisions
        if decision.kind is DecisionKind.PREFER_TEAM and decision.team != team
    }
    free = {hotspot.code for hotspot in release.hotspots} - others - bound
    return free | planned


def _rest(
    week: Week,
    done: tuple[PastStop, ...],
    now: datetime,
    may: set[str],
) -> tuple[RoutingProblem, int]:
    """The problem of the rest of a shift, and the number of its vehicle."""
    number = 0
    vehicle = week.problem.vehicles[number]
    here, free = vehicle.start, now
    if done:
        last = done[-1]
        here = week.index[last.code] if last.code is not None else vehicle.start
        free = max(now, last.leave)
    begin_s = min(max(seconds_since(week.origin, free), vehicle.window[0]), vehicle.window[1])
    changed = replace(vehicle, start=here, window=(begin_s, vehicle.window[1]))
    if any(stop.kind == "break" for stop in done):
        changed = replace(changed, pause=None)
    elif (pause := changed.pause) is not None and done:
        seconds = week.problem.durations_s[vehicle.profile]
        # Who has been at work may rest at once; who left when the time for it had begun need not.
        late = seconds_since(week.origin, done[0].leave) >= pause.window[0]
        pause = _pause(replace(pause, under_way=True), seconds, here, begin_s)
        changed = replace(changed, pause=None if late else pause)
    used: set[str] = set()
    clients: list[Client] = []
    for client in week.problem.clients:
        windows = tuple(
            replace(window, vehicles=frozenset({number}))
            for window in client.windows
            if number in window.vehicles and window.late_s >= begin_s
        )
        if client.name not in may or client.name in used:
            windows = ()
        if windows:
            used.add(client.name)
        clients.append(replace(client, windows=windows))
    vehicles = tuple(
        changed if i == number else replace(each, pause=None)
        for i, each in enumerate(week.problem.vehicles)
    )
    return replace(week.problem, clients=tuple(clients), vehicles=vehicles), number


def _pause(pause: Break, seconds: NDArray[np.int64], here: int, begin_s: int) -> Break:
    """A break that is still to be taken; here and now where the time for a way to one has gone."""
    late = pause.window[1]
    if any(begin_s + int(seconds[here, place]) <= late for place in pause.places):
        return pause
    return Break((here,), (begin_s, max(late, begin_s)), pause.duration_s, under_way=True)


def _in_hand(week: Week, ahead: tuple[PastStop, ...]) -> tuple[int, ...]:
    """Items that are still with the team: what the plan gives until the next restock."""
    left = dict.fromkeys(week.release.items, 0)
    for stop in ahead:
        if stop.kind == "restock":
            break
        if stop.kind == "visit" and stop.code is not None and stop.code in week.demands:
            for item, amount in week.demands[stop.code].amounts.items():
                left[item] += amount
    return tuple(left.values())


def _gives_more(problem: RoutingProblem, route: Route, in_hand: tuple[int, ...]) -> bool:
    given = [0] * len(in_hand)
    for activity in route.activities:
        if activity.kind is ActivityKind.RELOAD:
            break
        if activity.client is not None:
            for item, amount in enumerate(problem.clients[activity.client].delivery):
                given[item] += amount
    return any(amount > limit for amount, limit in zip(given, in_hand, strict=True))


def _with_capacity(
    problem: RoutingProblem, vehicle: int, capacity: tuple[int, ...]
) -> RoutingProblem:
    vehicles = list(problem.vehicles)
    vehicles[vehicle] = replace(vehicles[vehicle], capacity=capacity)
    return replace(problem, vehicles=tuple(vehicles))

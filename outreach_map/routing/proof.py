"""A second independent check: itineraries against the released records, as a coordinator would.

`outreach_map.routing.checker` proves that a solution keeps the rules of its problem. This proves
that the plan keeps the rules of the programme, without the problem and with none of its code:
whoever translates a week wrongly is found out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from outreach_map.routing.itinerary import Itinerary, RoutePlan, Stop, StopKind
from outreach_map.routing.vehicles import restock_windows
from outreach_map.tables import (
    DecisionKind,
    Hotspot,
    PointStatus,
    Release,
    RiskAction,
    RiskState,
    Stock,
    Team,
)

# Metres a minute on the last mile; people are met when the slowest team is there.
_LAST_MILE = {"walk": 80, "bike": 250, "drive": 300}
# Legs are in whole seconds, rounded up; paths are not.
_ROUNDING = timedelta(seconds=1.001)
# With people, at the least.
_SHORTEST = timedelta(minutes=10)
# The time for a break, by the length of the shift.
_BREAK_EARLIEST, _BREAK_LATEST = 0.3, 0.7


def check_plan(
    release: Release, routes: RoutePlan, *, max_exposure_s: float | None = None
) -> tuple[str, ...]:
    """Every rule of the programme that a plan breaks, in words; empty when it keeps them all.

    Parameters
    ----------
    release
        The round's released records.
    routes
        Its plan.
    max_exposure_s
        Limit of exposure on a shift, None where the programme has none at hand.
    """
    teams = {team.code: team for team in release.teams}
    hotspots = {hotspot.code: hotspot for hotspot in release.hotspots}
    slowest = min((_LAST_MILE[team.mode] for team in release.teams), default=1)
    faults: list[str] = []
    for tour in routes.itineraries:
        if tour.team not in teams:
            faults.append("a tour of a team that does not exist")
            continue
        about = f"{tour.team} on {tour.date}"
        faults += [f"{about}: {fault}" for fault in _shift(tour, teams[tour.team])]
        faults += [f"{about}: {fault}" for fault in _load(tour, teams[tour.team], release)]
        if max_exposure_s is not None and tour.exposure_s > max_exposure_s:
            faults.append(f"{about}: is more exposed than it may be")
        for stop in tour.visits:
            if stop.code not in hotspots:
                faults.append(f"{about}: visits what is no hotspot")
                continue
            minutes = -int(-hotspots[stop.code].place.last_mile_m // slowest)
            met = stop.begin + timedelta(minutes=minutes)
            found = _visit(stop, met, hotspots[stop.code], teams[tour.team], release)
            faults += [f"{about}: {fault} ({stop.code})" for fault in found]
    days = Counter((s.code, s.begin.date()) for tour in routes.itineraries for s in tour.visits)
    faults += [f"{code} is visited twice on {day}" for (code, day), n in days.items() if n > 1]
    return tuple(faults)


def _shift(tour: Itinerary, team: Team) -> Iterator[str]:
    day = timedelta(days=1)
    windows = team.shift.windows(tour.start - day, tour.end + day)
    own = [one for one in windows if one[0] <= tour.start and tour.end <= one[1]]
    if not own:
        yield "works outside its shift"
        return
    if tour.stops[0].kind is not StopKind.START or tour.stops[-1].kind is not StopKind.END:
        yield "does not run from a start to an end"
    if tour.stops[0].place != team.start or tour.stops[-1].place != team.end:
        yield "does not start and end at its base"
    if team.max_distance_m is not None and tour.distance_m > team.max_distance_m:
        yield "goes farther than it may"
    yield from _rest(tour, team, *own[0])
    for leg, (before, after) in zip(tour.legs, pairwise(tour.stops), strict=True):
        spent = after.arrive - before.leave - timedelta(seconds=leg.travel_time_s)
        if not -_ROUNDING < spent < _ROUNDING:
            yield "arrives at another time than its way takes"
    if any(not stop.arrive <= stop.begin <= stop.leave for stop in tour.stops):
        yield "leaves before it arrives"


def _rest(tour: Itinerary, team: Team, begin: datetime, end: datetime) -> Iterator[str]:
    """A break between visits, for whoever is out before the time for it and after."""
    length, rest = end - begin, timedelta(seconds=team.break_s)
    pauses = [number for number, stop in enumerate(tour.stops) if stop.kind is StopKind.BREAK]
    if not timedelta() < rest < length:
        if pauses:
            yield "has a break that it should not have"
        return
    # Seconds are whole, cut off.
    early = begin + min(_BREAK_EARLIEST * length, length - rest) - _ROUNDING
    over = max(begin + _BREAK_LATEST * length, early + rest) + _ROUNDING
    if not pauses and tour.stops[0].leave < early and tour.stops[-1].arrive > over:
        yield "has no break"
    if len(pauses) > 1:
        yield "has more than one break"
    for number in pauses:
        stop = tour.stops[number]
        if stop.leave - stop.begin < rest:
            yield "has a break that is too short"
        if stop.begin < early or stop.leave > over:
            yield "has its break too early or too late"
        sides = tour.stops[:number], tour.stops[number + 1 :]
        if not all(any(one.kind is StopKind.VISIT for one in side) for side in sides):
            yield "has its break before or after all visits"


def _load(tour: Itinerary, team: Team, release: Release) -> Iterator[str]:
    points = {point.code: point for point in release.points}
    left = dict(tour.kit)
    for stop in tour.stops:
        for item, amount in stop.give.items():
            left[item] = left.get(item, 0) - amount
        if stop.kind is StopKind.RESTOCK:
            left = dict(stop.take)
            point = points.get(stop.code or "")
            if (
                point is None
                or not point.restock
                or point.status is PointStatus.CLOSED
                or not any(
                    begin <= stop.begin and stop.leave <= end
                    for begin, end in restock_windows(point, stop.begin, stop.leave)
                )
            ):
                yield "restocks where or when it may not"
            elif any(point.stock.get(item) is Stock.OUT for item, n in stop.take.items() if n):
                yield "restocks what is out of stock there"
        if min(left.values(), default=0) < 0:
            yield "gives more than it carries"
        if any(amount > team.carry.get(item, 0) for item, amount in left.items()):
            yield "carries more than it can"


def _visit(
    stop: Stop, met: datetime, hotspot: Hotspot, team: Team, release: Release
) -> Iterator[str]:
    """Faults of one visit; people are `met` after the last mile."""
    if stop.leave - met < _SHORTEST:
        yield "leaves no time for the last mile"
    if hotspot.languages and team.languages and set(hotspot.languages).isdisjoint(team.languages):
        yield "goes where nobody understands it"
    if (
        hotspot.communities
        and team.communities
        and set(hotspot.communities).isdisjoint(team.communities)
    ):
        yield "goes to people with whom it does not work"
    for decision in release.decisions:
        if decision.hotspot != hotspot.code:
            continue
        if decision.kind is DecisionKind.NO_GO:
            yield "goes where peers decided not to go"
        if decision.kind is DecisionKind.EXCLUDE_TEAM and decision.team == team.code:
            yield "goes where peers do not want it"
    if hotspot.hours.known and not any(
        begin <= met and stop.leave <= end for begin, end in hotspot.hours.windows(met, stop.leave)
    ):
        yield "comes when nobody is there"
    for zone in release.zones:
        inside = not set(zone.place.areas).isdisjoint(hotspot.place.areas)
        holds = not zone.hours.known or zone.hours.overlaps(stop.arrive, stop.leave)
        if not inside or not holds:
            continue
        if zone.action is RiskAction.AVOID and zone.state is not RiskState.EXPIRED:
            yield "visits in a closed zone"
        if zone.category in team.no_go:
            yield "visits in a zone that it does not go into"

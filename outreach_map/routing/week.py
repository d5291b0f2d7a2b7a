"""A release and its streets to a routing problem: who may visit whom, when, and how far it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import (
    EdgeCosts,
    StreetExtract,
    StreetNetwork,
    ZoneCost,
    edge_costs,
    travel_matrices,
)
from outreach_map.routing.demand import Demand, demand
from outreach_map.routing.problem import (
    DAY_S,
    UNREACHABLE,
    Break,
    Client,
    Reload,
    RoutingProblem,
    Vehicle,
)
from outreach_map.routing.shifts import (
    Shift,
    Streets,
    closes,
    find_shifts,
    may_be_visited,
    meeting_times,
    refusals,
)
from outreach_map.tables import (
    DecisionKind,
    Hotspot,
    Mode,
    Place,
    Point,
    PointStatus,
    Rating,
    Release,
    RiskAction,
    RiskZone,
    Stock,
)

SNAP_M = 1_000.0
_WEIGHTS = {Rating.HIGH: 2.0, Rating.MEDIUM: 1.0, Rating.LOW: 0.5, Rating.UNKNOWN: 1.0}
_OWN_BASE_WEIGHT = 3.0
_RESTOCK_S = 600
_BREAK_PLACES = 4
_BREAK_EARLIEST, _BREAK_LATEST = 0.3, 0.7


@dataclass(frozen=True, eq=False, repr=False)
class Week:
    """The problem, and what its clients, vehicles and places stand for.

    `places[i]` is the released place, `costs[i]` the street costs of profile i, `visits[c]` the
    hotspot of client c, `demands` the demand by hotspot code.
    """

    problem: RoutingProblem
    shifts: tuple[Shift, ...]
    places: tuple[Place, ...]
    names: tuple[str | None, ...]
    visits: tuple[Hotspot, ...]
    demands: Mapping[str, Demand]
    costs: tuple[tuple[StreetNetwork, EdgeCosts], ...]
    nodes: Mapping[Mode, NDArray[np.int64]]
    origin: datetime


def build_week(release: Release, extract: StreetExtract) -> Week:
    """Express the round as a routing problem.

    Parameters
    ----------
    release
        Released records.
    extract
        The streets, from the same extract as the release.
    """
    origin = datetime.combine(release.start, time())
    shifts = find_shifts(release, origin)
    places, names, index = _places(release)
    anchors = np.array([place.anchor for place in places])
    nodes = {mode: network.snap(anchors, SNAP_M).node for mode, network in extract.networks.items()}
    kinds = sorted({shift.streets for shift in shifts})
    by_code = {zone.code: zone for zone in release.zones}
    costs = tuple(_costs(extract, kind, by_code) for kind in kinds)
    matrices = [
        _matrices(network, cost, nodes[kind[0]])
        for kind, (network, cost) in zip(kinds, costs, strict=True)
    ]
    profiles = {kind: number for number, kind in enumerate(kinds)}
    vehicles = tuple(
        _vehicle(
            shift,
            profiles[shift.streets],
            matrices[profiles[shift.streets]][0],
            release,
            index,
            origin,
        )
        for shift in shifts
    )
    most = {
        item: min((team.carry.get(item, 0) for team in release.teams), default=0)
        for item in release.items
    }
    must = {d.hotspot for d in release.decisions if d.kind is DecisionKind.MUST_GO}
    demands = {
        hotspot.code: demand(hotspot, release.start, most, must=hotspot.code in must)
        for hotspot in release.hotspots
    }
    clients: list[Client] = []
    visits: list[Hotspot] = []
    for hotspot in release.hotspots:
        own = _clients(hotspot, demands[hotspot.code], release, shifts, index[hotspot.code], origin)
        clients += own
        visits += [hotspot] * len(own)
    return Week(
        problem=RoutingProblem(
            clients=tuple(clients),
            vehicles=vehicles,
            durations_s=tuple(seconds for seconds, _ in matrices),
            distances_m=tuple(metres for _, metres in matrices),
            items=release.items,
        ),
        shifts=shifts,
        places=tuple(places),
        names=tuple(names),
        visits=tuple(visits),
        demands=demands,
        costs=costs,
        nodes=nodes,
        origin=origin,
    )


def _costs(
    extract: StreetExtract, kind: Streets, zones: Mapping[str, RiskZone]
) -> tuple[StreetNetwork, EdgeCosts]:
    mode, codes, around = kind
    network = extract.networks[mode]
    weights = []
    for zone in (zones[code] for code in codes):
        if zone.action is RiskAction.WARN:
            continue
        if zone.code in around:
            # A team whose base lies in a closed zone could not leave it: costly, not closed.
            weights.append(ZoneCost(zone.place.geometry, _OWN_BASE_WEIGHT))
        else:
            weights.append(ZoneCost(zone.place.geometry, _WEIGHTS[zone.rating], closes(zone)))
    return network, edge_costs(network, weights)


def _places(release: Release) -> tuple[list[Place], list[str | None], dict[str, int]]:
    """Hotspots, points and bases, each once; index by code, and "code start" of a team's base."""
    places: list[Place] = []
    names: list[str | None] = []
    index: dict[str, int] = {}
    records: list[Hotspot | Point] = [*release.hotspots, *release.points]
    for record in records:
        index[record.code] = len(places)
        places.append(record.place)
        names.append(record.code)
    at = {id(point.place): index[point.code] for point in release.points}
    for team in release.teams:
        for end, place in (("start", team.start), ("end", team.end)):
            if id(place) not in at:
                at[id(place)] = len(places)
                places.append(place)
                names.append(None)
            index[f"{team.code} {end}"] = at[id(place)]
    return places, names, index


def _matrices(
    network: StreetNetwork, cost: EdgeCosts, nodes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whole seconds and metres between all places, rounded up; UNREACHABLE without a way."""
    known, slot = np.unique(nodes[nodes >= 0], return_inverse=True)
    found = travel_matrices(network, known, known, costs=cost)
    shape = (len(nodes), len(nodes))
    seconds = np.full(shape, UNREACHABLE, dtype=np.int64)
    metres = np.full(shape, UNREACHABLE, dtype=np.int64)
    at = np.flatnonzero(nodes >= 0)
    for target, values in ((seconds, found.travel_time_s), (metres, found.length_m)):
        whole = np.where(np.isfinite(values), np.ceil(values), UNREACHABLE).astype(np.int64)
        target[np.ix_(at, at)] = whole[np.ix_(slot, slot)]
        # Who is off the network can still stay where they are.
        np.fill_diagonal(target, 0)
    return seconds, metres


def _vehicle(
    shift: Shift,
    profile: int,
    seconds: NDArray[np.int64],
    release: Release,
    index: Mapping[str, int],
    origin: datetime,
) -> Vehicle:
    team = shift.team
    start, end = index[f"{team.code} start"], index[f"{team.code} end"]
    begin_s, end_s = _since(origin, shift.begin), _since(origin, shift.end)
    pause = None
    length, rest_s = end_s - begin_s, int(team.break_s)
    # A shift that is not longer than the break has none.
    if 0 < rest_s < length:
        early = min(begin_s + int(_BREAK_EARLIEST * length), end_s - rest_s)
        late = max(early, begin_s + int(_BREAK_LATEST * length) - rest_s)
        pause = Break(
            tuple(_break_places(start, end, seconds, release, index, length)),
            (early, late),
            rest_s,
        )
    reloads = []
    for point in release.points:
        if _restocks(point, release.items) and seconds[start, index[point.code]] < UNREACHABLE:
            reloads += [
                Reload(
                    index[point.code],
                    (_since(origin, a), _since(origin, b) - _RESTOCK_S),
                    _RESTOCK_S,
                )
                for a, b in point.hours.windows(shift.begin, shift.end)
                if b - a >= timedelta(seconds=_RESTOCK_S)
            ]
    limit = team.max_distance_m
    return Vehicle(
        name=team.code,
        profile=profile,
        start=start,
        end=end,
        window=(begin_s, end_s),
        capacity=tuple(team.carry.get(item, 0) for item in release.items),
        max_distance_m=None if limit is None else int(limit),
        pause=pause,
        reloads=tuple(reloads),
    )


def _restocks(point: Point, items: tuple[str, ...]) -> bool:
    """Whether a team can fill up there: open, and no item known to be out of stock."""
    return (
        point.restock
        and point.status is not PointStatus.CLOSED
        and all(point.stock.get(item, Stock.UNKNOWN) is not Stock.OUT for item in items)
    )


def _break_places(
    start: int,
    end: int,
    seconds: NDArray[np.int64],
    release: Release,
    index: Mapping[str, int],
    shift_s: int,
) -> list[int]:
    """The base and a few points spread over the reach of the shift, farthest first."""
    chosen = [start]
    near = [
        place
        for place in sorted({index[point.code] for point in release.points if point.public})
        if seconds[start, place] + seconds[place, end] <= shift_s / 2 and place != start
    ]
    while near and len(chosen) <= _BREAK_PLACES:
        apart = [min(int(seconds[place, other]) for other in chosen) for place in near]
        best = int(np.argmax(apart))
        if apart[best] == 0:
            break
        chosen.append(near.pop(best))
    return chosen


def _clients(
    hotspot: Hotspot,
    needed: Demand,
    release: Release,
    shifts: tuple[Shift, ...],
    place: int,
    origin: datetime,
) -> list[Client]:
    """One client for each visit due, with its days apart from the others'."""
    may = {number for number, shift in enumerate(shifts) if not refusals(hotspot, shift, release)}
    preferred = {
        decision.team
        for decision in release.decisions
        if decision.kind is DecisionKind.PREFER_TEAM and decision.hotspot == hotspot.code
    }
    trusted = {number for number in may if shifts[number].team.code in preferred}
    # Peers' choice of a team binds where that team can come at all; else others may.
    windows = _windows(hotspot, needed, shifts, trusted, origin)
    who = trusted if windows else may
    windows = windows or _windows(hotspot, needed, shifts, may, origin)
    days = sorted(windows)
    visits = min(needed.visits, len(days)) if may_be_visited(hotspot, release) else 0
    clients = []
    for visit in range(visits):
        # Visits of one hotspot share out its days, so that no two fall on the same one.
        share = days[visit * len(days) // visits : (visit + 1) * len(days) // visits]
        clients.append(
            Client(
                name=hotspot.code,
                place=place,
                windows=tuple(window for day in share for window in windows[day]),
                service_s=needed.service_s,
                delivery=tuple(needed.amounts.get(item, 0) for item in release.items),
                prize=needed.prize,
                vehicles=frozenset(who),
            )
        )
    return clients


def _windows(
    hotspot: Hotspot,
    needed: Demand,
    shifts: tuple[Shift, ...],
    who: set[int],
    origin: datetime,
) -> dict[int, list[tuple[int, int]]]:
    """Times in which a visit may begin, by day of the round, disjoint and ascending."""
    windows: dict[int, list[tuple[int, int]]] = {}
    for number in sorted(who):
        for begin, end in meeting_times(hotspot.hours, shifts[number]):
            early, late = _since(origin, begin), _since(origin, end) - needed.service_s
            while early <= late:
                # A visit counts for the day on which it begins, so windows end at midnight.
                midnight = (early // DAY_S + 1) * DAY_S
                windows.setdefault(early // DAY_S, []).append((early, min(late, midnight - 1)))
                early = midnight
    return {day: _merged(found) for day, found in windows.items()}


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for early, late in sorted(windows):
        if merged and early <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], late))
        else:
            merged.append((early, late))
    return merged


def _since(origin: datetime, when: datetime) -> int:
    return math.floor((when - origin).total_seconds())

"""A release and its streets to a routing problem: who may visit whom, when, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from outreach_map.history import Past
from outreach_map.network import StreetExtract
from outreach_map.routing.demand import Demand, demand
from outreach_map.routing.preferences import Preferences
from outreach_map.routing.problem import Client, RoutingProblem
from outreach_map.routing.shifts import Shift, find_shifts
from outreach_map.routing.streets import Ways, ways
from outreach_map.routing.vehicles import make_vehicle
from outreach_map.routing.visits import Habit, habits, make_clients
from outreach_map.tables import DecisionKind, Hotspot, Mode, Place, Point, Release

SNAP_M = 1_000.0


@dataclass(frozen=True, eq=False, repr=False)
class Week:
    """The problem, and what its clients, vehicles and places stand for.

    Attributes
    ----------
    problem, release, preferences
        What is planned, of what, and what weighs how much.
    shifts
        By vehicle.
    places, names, index
        Released places with their codes (None for a base that is no public point), and the place
        of each code.
    visits
        Hotspot of each client.
    demands, habits
        By hotspot code.
    ways
        Streets of each profile.
    nodes
        Street nodes of the places, by mode.
    origin
        The round's Monday, 00:00.
    """

    problem: RoutingProblem
    release: Release
    preferences: Preferences
    shifts: tuple[Shift, ...]
    places: tuple[Place, ...]
    names: tuple[str | None, ...]
    index: Mapping[str, int]
    visits: tuple[Hotspot, ...]
    demands: Mapping[str, Demand]
    habits: Mapping[str, Habit]
    ways: tuple[Ways, ...]
    nodes: Mapping[Mode, NDArray[np.int64]]
    origin: datetime


def build_week(
    release: Release,
    extract: StreetExtract,
    *,
    past: Past | None = None,
    preferences: Preferences | None = None,
    only: datetime | None = None,
) -> Week:
    """Express the round as a routing problem.

    Parameters
    ----------
    release
        Released records.
    extract
        The streets, from the same extract as the release.
    past
        What earlier rounds planned.
    preferences
        What weighs how much.
    only
        Where given, shifts that begin then and no others.
    """
    weighs = preferences or Preferences()
    origin = datetime.combine(release.start, time())
    shifts = find_shifts(release, origin)
    if only is not None:
        shifts = tuple(shift for shift in shifts if shift.begin == only)
    places, names, index = _places(release)
    anchors = np.array([place.anchor for place in places])
    nodes = {mode: network.snap(anchors, SNAP_M).node for mode, network in extract.networks.items()}
    kinds = sorted({shift.streets for shift in shifts})
    by_code = {zone.code: zone for zone in release.zones}
    found = tuple(ways(extract, kind, by_code, places, nodes[kind[0]]) for kind in kinds)
    stops = tuple(
        np.array([round(100 * one.view.stop_weight(place)) for place in places], dtype=np.int64)
        for one in found
    )
    # One for all shifts, since visits share their windows.
    margins_s = np.max([one.margins_s for one in found], axis=0) if found else np.zeros(len(places))
    margins = {
        hotspot.code: timedelta(seconds=int(margins_s[index[hotspot.code]]))
        for hotspot in release.hotspots
    }
    shifts = tuple(replace(shift, margins=margins) for shift in shifts)
    profiles = {kind: number for number, kind in enumerate(kinds)}
    vehicles = tuple(
        make_vehicle(
            shift,
            profiles[shift.streets],
            found[profiles[shift.streets]].durations_s,
            stops[profiles[shift.streets]],
            release,
            index,
            origin,
            weighs.max_exposure_s,
        )
        for shift in shifts
    )
    customs = habits(past or Past(), release.start)
    demands = _demands(release)
    clients, visits = clients_of(release, demands, shifts, index, origin, customs, weighs)
    return Week(
        problem=RoutingProblem(
            clients=clients,
            vehicles=vehicles,
            durations_s=tuple(one.durations_s for one in found),
            distances_m=tuple(one.distances_m for one in found),
            items=release.items,
            exposures=tuple(one.exposures for one in found),
            stop_weights=stops,
            exposure_price=weighs.exposure_price,
        ),
        release=release,
        preferences=weighs,
        shifts=shifts,
        places=tuple(places),
        names=tuple(names),
        index=index,
        visits=visits,
        demands=demands,
        habits=customs,
        ways=found,
        nodes=nodes,
        origin=origin,
    )


def _demands(release: Release) -> dict[str, Demand]:
    most = {
        item: min((team.carry.get(item, 0) for team in release.teams), default=0)
        for item in release.items
    }
    must = {d.hotspot for d in release.decisions if d.kind is DecisionKind.MUST_GO}
    modes = {team.mode for team in release.teams}
    return {
        hotspot.code: demand(hotspot, release.start, most, must=hotspot.code in must, modes=modes)
        for hotspot in release.hotspots
    }


def clients_of(
    release: Release,
    demands: Mapping[str, Demand],
    shifts: tuple[Shift, ...],
    index: Mapping[str, int],
    origin: datetime,
    customs: Mapping[str, Habit],
    preferences: Preferences,
) -> tuple[tuple[Client, ...], tuple[Hotspot, ...]]:
    """Clients of a week, and the hotspot of each."""
    clients: list[Client] = []
    visits: list[Hotspot] = []
    for hotspot in release.hotspots:
        own = make_clients(
            hotspot,
            demands[hotspot.code],
            release,
            shifts,
            index[hotspot.code],
            origin,
            customs.get(hotspot.code, Habit()),
            preferences,
        )
        clients += own
        visits += [hotspot] * len(own)
    return tuple(clients), tuple(visits)


def demands_without(week: Week, hotspot: Hotspot, release: Release) -> dict[str, Demand]:
    """Demands of a week in which other decisions hold for one hotspot."""
    changed = _demands(release)
    return {**week.demands, hotspot.code: changed[hotspot.code]}


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

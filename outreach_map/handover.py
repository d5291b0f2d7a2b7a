"""What one room hands to the next, as the records that the next one reads."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np

from outreach_map import hours
from outreach_map.coverage import Coverage, TeamVisit
from outreach_map.history import Past
from outreach_map.network import StreetExtract
from outreach_map.programme import Programme
from outreach_map.risk import City, RoundRecord, TimedLeg, TimedStop
from outreach_map.routing import RoutePlan, StopKind
from outreach_map.tables import Release


def timetable(routes: RoutePlan) -> tuple[list[TimedLeg], list[TimedStop]]:
    """Legs and stops of a plan with their times, as the risk flags read them."""
    legs: list[TimedLeg] = []
    stops: list[TimedStop] = []
    for tour in routes.itineraries:
        for leg, before, after in zip(tour.legs, tour.stops, tour.stops[1:], strict=False):
            legs.append(TimedLeg(tour.team, before.leave, after.arrive, leg.lon_lat, tour.mode))
        stops += [
            TimedStop(tour.team, stop.code, stop.begin, stop.leave)
            for stop in tour.stops
            if stop.kind is StopKind.VISIT and stop.code is not None
        ]
    return legs, stops


def team_visits(routes: RoutePlan) -> list[TeamVisit]:
    """Stops of a plan at hotspots, as coverage counts them."""
    return [
        TeamVisit(tour.team, stop.code, stop.begin, stop.leave, stop.give)
        for tour in routes.itineraries
        for stop in tour.visits
        if stop.code is not None
    ]


def gap_steps(coverage: Coverage) -> list[tuple[str, str, str]]:
    """(hotspot, service, first broken step) of a round, as the next one compares them."""
    return [
        (row.hotspot, row.service, row.first_broken.value if row.first_broken else "")
        for row in coverage.services
    ]


def earlier_rounds(past: Past, start: date) -> list[RoundRecord]:
    """Who was visited when in the rounds before one, as the risk flags read it."""
    rounds: dict[date, list[tuple[str, datetime]]] = {}
    for tour in past.before(start).tours:
        rounds.setdefault(tour.round, []).extend(
            (stop.code, stop.begin)
            for stop in tour.stops
            if stop.kind == StopKind.VISIT and stop.code is not None
        )
    return [RoundRecord(when, tuple(sorted(visits))) for when, visits in sorted(rounds.items())]


def city_of(programme: Programme, released: Release, extract: StreetExtract) -> City:
    """Streets, hospitals and the sun of a programme's place, for the flags."""
    hospitals = [(poi.lon, poi.lat) for poi in extract.basemap.pois if poi.kind == "hospital"]
    return City(
        extract.networks,
        np.array(hospitals, dtype=np.float64).reshape(-1, 2),
        hours.Place.around(released.study_area.bounds, programme.timezone),
    )

"""Flags from the plan: what a week of stops and ways does that no single place says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.language import clock, phrase, plural, together, weekday
from outreach_map.risk.city import City
from outreach_map.risk.flag import (
    BY_MODE,
    PLAN,
    Flag,
    FlagKind,
    TimedLeg,
    TimedStop,
    share_of,
    told_minutes,
)
from outreach_map.risk.mitigation import for_kind
from outreach_map.risk.register import in_force
from outreach_map.risk.way_in import only_through
from outreach_map.settings import RiskSettings
from outreach_map.tables import Affects, Hotspot, Mode, Rating, Release, RiskAction, RiskZone

_SAME_HOUR = timedelta(minutes=30)
_WEEK = timedelta(days=7)
_GRAVITY = (Rating.HIGH, Rating.UNKNOWN, Rating.MEDIUM, Rating.LOW)


@dataclass(frozen=True)
class RoundRecord:
    """What is kept of a round for the rounds after it: codes of hotspots, and when each is visited.

    `start` is the round's Monday.
    """

    start: date
    visits: tuple[tuple[str, datetime], ...]


def plan_flags(
    release: Release,
    city: City,
    rules: RiskSettings,
    *,
    legs: Sequence[TimedLeg],
    stops: Sequence[TimedStop],
    earlier: Sequence[RoundRecord],
) -> Iterable[Flag]:
    """Flags of a plan, but for what its ways touch in the register."""
    hotspots = {hotspot.code: hotspot for hotspot in release.hotspots}
    yield from _habits(release.start, stops, earlier, rules.rounds_running)
    yield from _two_teams(stops, hotspots)
    yield from _long_legs(legs, city, rules)
    yield from _shut_in(release, city, stops, hotspots)


def _habits(
    start: date, stops: Sequence[TimedStop], earlier: Sequence[RoundRecord], running: int
) -> Iterable[Flag]:
    """Stops at the same place, day and hour as in the rounds just before, without a break."""
    by_start = {record.start: record for record in earlier}
    for stop in stops:
        count = 1
        while (record := by_start.get(start - count * _WEEK)) is not None and any(
            code == stop.hotspot and abs(begin + count * _WEEK - stop.begin) <= _SAME_HOUR
            for code, begin in record.visits
        ):
            count += 1
        if count >= running:
            yield _flag(
                FlagKind.HABIT,
                Rating.MEDIUM,
                stop.hotspot,
                plural(
                    "On {day} about {time} for {count} round running: whoever watches knows when "
                    "you come.",
                    "On {day} about {time} for {count} rounds running: whoever watches knows when "
                    "you come.",
                    count,
                    day=weekday(stop.begin),
                    time=clock(stop.begin),
                ),
                stop,
            )


def _two_teams(stops: Sequence[TimedStop], hotspots: dict[str, Hotspot]) -> Iterable[Flag]:
    """Stops of two teams at one time in one area; where in it each is, nobody can tell."""
    for one, other in combinations(sorted(stops, key=lambda s: (s.begin, s.team, s.hotspot)), 2):
        if one.team == other.team or one.leave < other.begin or other.leave < one.begin:
            continue
        here, there = hotspots[one.hotspot].place.areas, hotspots[other.hotspot].place.areas
        if set(here).isdisjoint(there):
            continue
        for stop, also in ((one, other), (other, one)):
            yield _flag(
                FlagKind.TWO_TEAMS,
                Rating.LOW,
                stop.hotspot,
                phrase(
                    "Another team is in the same area from {begin} to {end}.",
                    begin=clock(also.begin),
                    end=clock(also.leave),
                ),
                stop,
            )


def _long_legs(legs: Sequence[TimedLeg], city: City, rules: RiskSettings) -> Iterable[Flag]:
    for leg in legs:
        slow = leg.mode in (Mode.WALK, Mode.BIKE)
        if slow and leg.minutes >= rules.long_leg_min and city.dark(leg.leave, leg.arrive):
            yield Flag(
                FlagKind.LONG_NIGHT_LEG,
                Rating.MEDIUM,
                Affects.PEER,
                leg.team,
                phrase(
                    "{minutes} {by} without a stop, from {time}, in the dark.",
                    minutes=told_minutes(leg.minutes),
                    by=BY_MODE[leg.mode],
                    time=clock(leg.leave),
                ),
                for_kind(FlagKind.LONG_NIGHT_LEG),
                PLAN,
                team=leg.team,
                when=leg.leave,
                minutes=leg.minutes,
            )


def _shut_in(
    release: Release,
    city: City,
    stops: Sequence[TimedStop],
    hotspots: dict[str, Hotspot],
) -> Iterable[Flag]:
    """Stops that every way out of is through a zone to be avoided, at some time of the stop."""
    closing = [zone for zone in release.zones if zone.action is RiskAction.AVOID]
    found: dict[tuple[str, ...], NDArray[np.bool_]] = {}
    for stop in stops:
        own = hotspots[stop.hotspot]
        zones = [
            zone
            for zone in closing
            if in_force(zone, stop.begin, stop.leave)
            and set(zone.place.areas).isdisjoint(own.place.areas)
        ]
        if not zones:
            continue
        key = tuple(zone.code for zone in zones)
        if key not in found:
            union = shapely.union_all([zone.place.geometry for zone in zones])
            found[key] = only_through(city.walk, union, city.undirected)
        segments = city.streets().of(own.place)
        ends = city.streets().ends[segments]
        shut = np.any(found[key][ends], axis=1)
        if shut.any():
            yield _flag(
                FlagKind.SHUT_IN,
                _gravest(zones),
                stop.hotspot,
                phrase(
                    "While you are there, every way out of {area} leads through what is to be "
                    "avoided at that hour ({zones}).",
                    area=share_of(shut),
                    zones=together(key),
                ),
                stop,
            )


def _gravest(zones: Sequence[RiskZone]) -> Rating:
    return min((zone.rating for zone in zones), key=_GRAVITY.index)


def _flag(kind: FlagKind, rating: Rating, about: str, evidence: str, stop: TimedStop) -> Flag:
    return Flag(
        kind,
        rating,
        Affects.BOTH,
        about,
        evidence,
        for_kind(kind),
        PLAN,
        team=stop.team,
        when=stop.begin,
    )

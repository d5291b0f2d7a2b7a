"""Flags from the register: entries at hotspots, stops and ways, and what peers should review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import shapely

from outreach_map.hours import OpenState
from outreach_map.language import capitalised, opening_hours, phrase, sentences, token_said
from outreach_map.network import ZoneCost, cost_matrix, edge_costs
from outreach_map.risk.area_streets import SNAP_M
from outreach_map.risk.city import City
from outreach_map.risk.flag import Flag, FlagKind, TimedLeg, TimedStop, share_of, told_minutes
from outreach_map.risk.mitigation import mitigation
from outreach_map.risk.way_in import only_through
from outreach_map.tables import Hotspot, Mode, Rating, Release, RiskState, RiskZone

# A night that runs past midnight belongs to the day on which it began.
_DAY_TURNS = timedelta(hours=6)


def register_flags(
    release: Release,
    city: City,
    *,
    legs: Sequence[TimedLeg] = (),
    stops: Sequence[TimedStop] = (),
) -> Iterable[Flag]:
    """Flags that an entry of the register stands behind."""
    yield from _review(release.zones)
    yield from _at_hotspots(release)
    yield from _stops(release, stops)
    yield from _legs(release, city, legs)
    yield from _no_way_round(release, city)


def zones_to_review(release: Release) -> tuple[RiskZone, ...]:
    """Zones whose assessment no longer or not yet counts as a rating."""
    return tuple(zone for zone in release.zones if zone.state is not RiskState.CURRENT)


def _review(zones: Iterable[RiskZone]) -> Iterable[Flag]:
    words = {
        RiskState.REVIEW_DUE: phrase("It is past its review date."),
        RiskState.UNSIGNED: phrase("No peer signed it."),
        RiskState.EXPIRED: phrase("It has expired, which does not mean that the place is safe."),
    }
    for zone in zones:
        if zone.state is not RiskState.CURRENT:
            yield Flag(
                FlagKind.REVIEW,
                Rating.UNKNOWN,
                zone.affects,
                zone.code,
                phrase(
                    "{risk}: {why} The risk is unknown.", risk=_doing(zone), why=words[zone.state]
                ),
                phrase("Take it to the next peers' meeting."),
                _source(zone),
                zone=zone.code,
                review_week=zone.review_week,
            )


def _source(zone: RiskZone) -> str:
    return phrase("register {zone}", zone=zone.code)


def _zone_flag(
    kind: FlagKind,
    zone: RiskZone,
    about: str,
    evidence: str,
    *,
    team: str | None = None,
    when: datetime | None = None,
    minutes: float | None = None,
    part: bool = False,
) -> Flag:
    """A flag with the zone's rating; of a part of the area it is low, unless it is unknown."""
    said = [evidence]
    if zone.residual is not Rating.UNKNOWN:
        said.append(phrase("With what was agreed against it: {rating}.", rating=zone.residual))
    elif zone.state is not RiskState.CURRENT:
        said.append(phrase("Rating unknown: {state}.", state=zone.state))
    return Flag(
        kind,
        Rating.LOW if part and zone.rating is not Rating.UNKNOWN else zone.rating,
        zone.affects,
        about,
        sentences(said),
        mitigation(zone.category),
        _source(zone),
        team=team,
        when=when,
        zone=zone.code,
        minutes=minutes,
        review_week=zone.review_week,
    )


def _touches(hotspot: Hotspot, zone: RiskZone) -> bool:
    """Whether released areas are shared; two areas that only border on each other are not."""
    return not set(hotspot.place.areas).isdisjoint(zone.place.areas)


def _shared(hotspot: Hotspot, zone: RiskZone) -> str:
    if set(hotspot.place.areas) <= set(zone.place.areas):
        return phrase("all of the released area")
    return phrase("part of the released area")


def _doing(zone: RiskZone) -> str:
    return capitalised(token_said(zone.category))


def _at_hotspots(release: Release) -> Iterable[Flag]:
    for hotspot in release.hotspots:
        for zone in release.zones:
            if _touches(hotspot, zone):
                hours = (
                    opening_hours(zone.hours.text) if zone.hours.known else phrase("hours unknown")
                )
                yield _zone_flag(
                    FlagKind.ZONE_AT_HOTSPOT,
                    zone,
                    hotspot.code,
                    phrase(
                        "{risk} ({hours}) may touch {area}.",
                        risk=_doing(zone),
                        hours=hours,
                        area=_shared(hotspot, zone),
                    ),
                )


def in_force(zone: RiskZone, begin: datetime, end: datetime) -> bool:
    """Whether a zone applies at some time from `begin` to `end`, both included.

    Hours that nobody wrote down, or that say themselves that they are unknown, always apply.
    """
    hours = zone.hours
    if not hours.known or "unknown" in hours.text.lower() or hours.overlaps(begin, end):
        return True
    return OpenState.OPEN in (hours.state(begin), hours.state(end))


def _stops(release: Release, stops: Sequence[TimedStop]) -> Iterable[Flag]:
    hotspots = {hotspot.code: hotspot for hotspot in release.hotspots}
    for stop in stops:
        hotspot = hotspots[stop.hotspot]
        for zone in release.zones:
            if _touches(hotspot, zone) and in_force(zone, stop.begin, stop.leave):
                minutes = (stop.leave - stop.begin).total_seconds() / 60
                yield _zone_flag(
                    FlagKind.STOP_IN_ZONE,
                    zone,
                    stop.hotspot,
                    phrase(
                        "{risk}: the stop may lie in the zone for up to {time}.",
                        risk=_doing(zone),
                        time=told_minutes(minutes),
                    ),
                    team=stop.team,
                    when=stop.begin,
                    minutes=minutes,
                )


def _legs(release: Release, city: City, legs: Sequence[TimedLeg]) -> Iterable[Flag]:
    """Legs through zones in force; those of one team, zone and day or night are one flag."""
    exposed: dict[tuple[str, str, date], list[tuple[TimedLeg, float]]] = {}
    zones = {zone.code: zone for zone in release.zones}
    for leg in legs:
        line = _line(leg)
        if line is None:
            continue
        for zone in release.zones:
            if not line.intersects(zone.place.geometry) or not in_force(
                zone, leg.leave, leg.arrive
            ):
                continue
            share = line.intersection(zone.place.geometry).length / line.length
            key = (leg.team, zone.code, (leg.leave - _DAY_TURNS).date())
            exposed.setdefault(key, []).append((leg, share * leg.minutes))
    detours = _detours(city, zones, exposed)
    for key, through in sorted(exposed.items(), key=lambda item: item[0]):
        team, code, _ = key
        minutes = sum(share for _, share in through)
        yield _zone_flag(
            FlagKind.LEG_IN_ZONE,
            zones[code],
            code,
            phrase(
                "{risk}: about {time} on the way through the zone in its hours. {around}",
                risk=_doing(zones[code]),
                time=told_minutes(minutes),
                around=_round_it(detours[key]),
            ),
            team=team,
            when=min(leg.leave for leg, _ in through),
            minutes=minutes,
        )


_Exposed = dict[tuple[str, str, date], list[tuple[TimedLeg, float]]]


def _detours(
    city: City, zones: dict[str, RiskZone], exposed: _Exposed
) -> dict[tuple[str, str, date], float]:
    """Minutes more by the quickest ways that keep out of the zone; inf where there is none."""
    more = dict.fromkeys(exposed, 0.0)
    asked: dict[tuple[str, Mode], list[tuple[tuple[str, str, date], TimedLeg]]] = {}
    for key, through in exposed.items():
        for leg, _ in through:
            asked.setdefault((key[1], leg.mode), []).append((key, leg))
    for (code, mode), wanted in sorted(asked.items()):
        network = city.networks[mode]
        ends = np.array([leg.lon_lat[[0, -1]] for _, leg in wanted]).reshape(-1, 2)
        nodes = network.snap(ends, SNAP_M).node.reshape(-1, 2)
        starts, row = np.unique(nodes[:, 0], return_inverse=True)
        goals, column = np.unique(nodes[:, 1], return_inverse=True)
        shut = edge_costs(network, [ZoneCost(zones[code].place.geometry, 0.0, closed=True)])
        around_s = cost_matrix(network, starts, goals, costs=shut)[row.ravel(), column.ravel()]
        for (key, leg), seconds in zip(wanted, around_s.tolist(), strict=True):
            more[key] += max(seconds / 60 - leg.minutes, 0.0)
    return more


def _round_it(minutes: float) -> str:
    if np.isinf(minutes):
        return phrase("There is no way without it.")
    return phrase("Keeping out of it takes {time} more.", time=told_minutes(minutes))


def _line(leg: TimedLeg) -> shapely.LineString | None:
    """Line of a leg; None where the team does not move, for then the stop tells of the zone."""
    if len(leg.lon_lat) < 2:
        return None
    line = shapely.LineString(leg.lon_lat)
    return line if line.length > 0 else None


def _no_way_round(release: Release, city: City) -> Iterable[Flag]:
    """Hotspots outside a zone that cannot be left without passing it."""
    finder = city.streets()
    for zone in release.zones:
        shut_in = only_through(city.walk, zone.place.geometry, city.undirected)
        for hotspot in release.hotspots:
            if _touches(hotspot, zone):
                continue
            cut = np.any(shut_in[finder.ends[finder.of(hotspot.place)]], axis=1)
            if cut.any():
                yield _zone_flag(
                    FlagKind.NO_WAY_ROUND,
                    zone,
                    hotspot.code,
                    phrase(
                        "{risk}: every way out of {area} on foot passes the zone.",
                        risk=_doing(zone),
                        area=share_of(cut),
                    ),
                    part=not cut.all(),
                )

"""Flags: what a team should know before it goes, with evidence and what to do.

Conservative on purpose: everything is computed for the whole released area, so a true flag is
never missed because the exact place is hidden; some flags are false, and say so by "part of". Only
"no way round a risk zone" is told where it holds for the whole area.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.hours import OpenState
from outreach_map.network import StreetNetwork, nodes_within
from outreach_map.risk.mitigation import mitigation
from outreach_map.risk.way_in import only_through, only_way_in
from outreach_map.tables import Affects, Hotspot, Rating, Release, RiskState, RiskZone

SNAP_M = 1_000.0
# A dead end that one is out of sooner than this is a courtyard, not a trap.
LONG_WAY_S = 120.0
# A night that runs past midnight belongs to the day on which it began.
_DAY_TURNS = timedelta(hours=6)


class FlagKind(StrEnum):
    """What a flag is about."""

    ZONE_AT_HOTSPOT = "risk zone at the hotspot"
    STOP_IN_ZONE = "stop in a risk zone in its hours"
    LEG_IN_ZONE = "way through a risk zone in its hours"
    ONLY_WAY_IN = "only one way in and out"
    NO_WAY_ROUND = "no way round a risk zone"
    REVIEW = "assessment to review"


@dataclass(frozen=True, eq=False)
class TimedLeg:
    """A leg of a plan: who, from when to when, and its line (p, 2) in degrees."""

    team: str
    leave: datetime
    arrive: datetime
    lon_lat: NDArray[np.float64] = field(repr=False)

    def __post_init__(self) -> None:
        """Reject a leg that arrives before it leaves, or a line of another shape (ValueError)."""
        if self.arrive < self.leave or self.lon_lat.ndim != 2 or self.lon_lat.shape[1] != 2:
            raise ValueError("a leg leaves before it arrives, along a line of (lon, lat)")


@dataclass(frozen=True)
class TimedStop:
    """A visit of a plan: who, at which hotspot, from when to when."""

    team: str
    hotspot: str
    begin: datetime
    leave: datetime

    def __post_init__(self) -> None:
        """Reject a visit that ends before it begins (ValueError)."""
        if self.leave < self.begin:
            raise ValueError("a visit begins before it ends")


@dataclass(frozen=True)
class Flag:
    """One flag; `rating` is unknown where no current assessment stands behind it.

    `about` is the code of a hotspot or zone. `minutes` is the exposure, where there is one.
    """

    kind: FlagKind
    rating: Rating
    affects: Affects
    about: str
    evidence: str
    mitigation: str
    team: str | None = None
    when: datetime | None = None
    zone: str | None = None
    minutes: float | None = None
    review_week: date | None = None


_RANK = {Rating.HIGH: 0, Rating.UNKNOWN: 1, Rating.MEDIUM: 2, Rating.LOW: 3}


def flag_risks(
    release: Release,
    walk: StreetNetwork,
    *,
    legs: Sequence[TimedLeg] = (),
    stops: Sequence[TimedStop] = (),
) -> tuple[Flag, ...]:
    """Every flag of a round, the gravest first; an unknown one comes before a medium one.

    Parameters
    ----------
    release
        Released records of the round.
    walk
        The walking network.
    legs, stops
        The plan's ways and visits, with their times.

    Raises
    ------
    KeyError
        When a stop is at no hotspot of the release.
    """
    flags = [
        *_review(release.zones),
        *_at_hotspots(release),
        *_stops(release, stops),
        *_legs(release, legs),
        *_ways_in(release, walk),
        *_no_way_round(release, walk),
    ]
    return tuple(
        sorted(
            flags,
            key=lambda flag: (
                _RANK[flag.rating],
                flag.kind,
                flag.about,
                flag.team or "",
                flag.when or datetime.min,
                flag.zone or "",
            ),
        )
    )


def zones_to_review(release: Release) -> tuple[RiskZone, ...]:
    """Zones whose assessment no longer or not yet counts as a rating."""
    return tuple(zone for zone in release.zones if zone.state is not RiskState.CURRENT)


def _review(zones: Iterable[RiskZone]) -> Iterable[Flag]:
    words = {
        RiskState.REVIEW_DUE: "It is past its review date.",
        RiskState.UNSIGNED: "No peer signed it.",
        RiskState.EXPIRED: "It has expired, which does not mean that the place is safe.",
    }
    for zone in zones:
        if zone.state is not RiskState.CURRENT:
            yield Flag(
                FlagKind.REVIEW,
                Rating.UNKNOWN,
                zone.affects,
                zone.code,
                f"{_doing(zone)}: {words[zone.state]} The risk is unknown.",
                "Take it to the next peers' meeting.",
                zone=zone.code,
                review_week=zone.review_week,
            )


def _minutes(minutes: float) -> str:
    whole = max(round(minutes), 1)
    return f"{whole} minute{'s' * (whole != 1)}"


def _words(category: str) -> str:
    return category.replace("_", " ")


def _zone_flag(
    kind: FlagKind,
    zone: RiskZone,
    about: str,
    evidence: str,
    *,
    team: str | None = None,
    when: datetime | None = None,
    minutes: float | None = None,
) -> Flag:
    due = "" if zone.state is RiskState.CURRENT else f" Rating unknown: {zone.state}."
    return Flag(
        kind,
        zone.rating,
        zone.affects,
        about,
        evidence + due,
        mitigation(zone.category),
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
    return "all of" if set(hotspot.place.areas) <= set(zone.place.areas) else "part of"


def _doing(zone: RiskZone) -> str:
    return _words(zone.category).capitalize()


def _at_hotspots(release: Release) -> Iterable[Flag]:
    for hotspot in release.hotspots:
        for zone in release.zones:
            if _touches(hotspot, zone):
                hours = zone.hours.text if zone.hours.known else "hours unknown"
                yield _zone_flag(
                    FlagKind.ZONE_AT_HOTSPOT,
                    zone,
                    hotspot.code,
                    f"{_doing(zone)} ({hours}) may touch "
                    f"{_shared(hotspot, zone)} the released area.",
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
                    f"{_doing(zone)}: the stop may lie in the zone for up to {_minutes(minutes)}.",
                    team=stop.team,
                    when=stop.begin,
                    minutes=minutes,
                )


def _legs(release: Release, legs: Sequence[TimedLeg]) -> Iterable[Flag]:
    """Legs through zones in force; those of one team, zone and day or night are one flag."""
    exposure: dict[tuple[str, str, date], tuple[datetime, float]] = {}
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
            minutes = share * (leg.arrive - leg.leave).total_seconds() / 60
            key = (leg.team, zone.code, (leg.leave - _DAY_TURNS).date())
            when, before = exposure.get(key, (leg.leave, 0.0))
            exposure[key] = (min(when, leg.leave), before + minutes)
    for (team, code, _), (when, minutes) in sorted(exposure.items()):
        yield _zone_flag(
            FlagKind.LEG_IN_ZONE,
            zones[code],
            code,
            f"{_doing(zones[code])}: about {_minutes(minutes)} on the way through the zone in its "
            "hours.",
            team=team,
            when=when,
            minutes=minutes,
        )


def _line(leg: TimedLeg) -> shapely.LineString | None:
    """Line of a leg; None where the team does not move, for then the stop tells of the zone."""
    if len(leg.lon_lat) < 2:
        return None
    line = shapely.LineString(leg.lon_lat)
    return line if line.length > 0 else None


def _street_nodes(walk: StreetNetwork, hotspot: Hotspot) -> NDArray[np.int64]:
    """Street nodes of a hotspot's area; its anchor where a small area has none."""
    nodes = nodes_within(walk, hotspot.place.geometry)
    if len(nodes):
        return nodes
    anchor = walk.snap(np.array([hotspot.place.anchor]), SNAP_M).node
    return anchor[anchor >= 0]


def _ways_in(release: Release, walk: StreetNetwork) -> Iterable[Flag]:
    ways = only_way_in(walk)
    for hotspot in release.hotspots:
        nodes = _street_nodes(walk, hotspot)
        cut = ways.behind[nodes]
        if not (cut & (ways.time_s[nodes] >= LONG_WAY_S)).any():
            continue
        minutes = float(ways.time_s[nodes].max()) / 60
        yield Flag(
            FlagKind.ONLY_WAY_IN,
            Rating.MEDIUM if cut.all() else Rating.LOW,
            Affects.BOTH,
            hotspot.code,
            f"From {'all of' if cut.all() else 'part of'} the released area there is only one way "
            f"out on foot, up to {_minutes(minutes)} long.",
            "Agree beforehand what to do if it is blocked; do not both go to the far end.",
            minutes=minutes,
        )


def _no_way_round(release: Release, walk: StreetNetwork) -> Iterable[Flag]:
    """Hotspots outside a zone that cannot be left without passing it.

    Only where that holds for the whole area: a court that opens to the area next door says little
    of everybody else.
    """
    for zone in release.zones:
        shut_in = only_through(walk, zone.place.geometry)
        for hotspot in release.hotspots:
            if _touches(hotspot, zone):
                continue
            cut = shut_in[_street_nodes(walk, hotspot)]
            if len(cut) and cut.all():
                yield _zone_flag(
                    FlagKind.NO_WAY_ROUND,
                    zone,
                    hotspot.code,
                    f"{_doing(zone)}: every way out of the released area on foot passes the zone.",
                )

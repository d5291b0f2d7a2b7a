"""When somebody is at a hotspot: a team by the plan, or people in their hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from outreach_map.risk.flag import TimedStop
from outreach_map.tables import Hotspot, Mode, Release

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Moment:
    """A time at a hotspot; `begin` is None where nobody wrote the hours down.

    `team` and its `mode` where a team is there by the plan.
    """

    hotspot: str
    begin: datetime | None
    end: datetime | None
    team: str | None = None
    mode: Mode = Mode.WALK


def moments_of(release: Release, stops: Sequence[TimedStop]) -> tuple[Moment, ...]:
    """Every stop of a plan; of a hotspot without one, its latest hours of the week.

    The latest by the clock, since that is when least is open and least is lit.
    """
    modes = {team.code: team.mode for team in release.teams}
    found = [
        Moment(stop.hotspot, stop.begin, stop.leave, stop.team, modes.get(stop.team, Mode.WALK))
        for stop in stops
    ]
    visited = {stop.hotspot for stop in stops}
    found += [
        _latest(hotspot, release) for hotspot in release.hotspots if hotspot.code not in visited
    ]
    return tuple(found)


def _latest(hotspot: Hotspot, release: Release) -> Moment:
    windows = active(hotspot, release)
    if not windows:
        return Moment(hotspot.code, None, None)
    begin, end = max(windows, key=lambda one: (_into_the_night(*one), one[0]))
    return Moment(hotspot.code, begin, end)


def active(hotspot: Hotspot, release: Release) -> tuple[tuple[datetime, datetime], ...]:
    """Hours in the week in which people are there; empty where nobody knows."""
    start = datetime.combine(release.start, time())
    return hotspot.hours.windows(start, start + WEEK)


def _into_the_night(begin: datetime, end: datetime) -> timedelta:
    """How far a window reaches from six in the morning of its day."""
    morning = datetime.combine((begin - timedelta(hours=6)).date(), time(6))
    return end - morning

"""Shifts of the week, and who may visit whom on them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach_map.hours import Hours
from outreach_map.language import phrase, together
from outreach_map.tables import (
    DecisionKind,
    Hotspot,
    Mode,
    Release,
    RiskAction,
    RiskZone,
    Team,
)

# The streets as a team meets them on a shift: mode, zones in force, zones around its own base.
Streets = tuple[Mode, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Shift:
    """One shift of one team, and the zones in force during it."""

    team: Team
    begin: datetime
    end: datetime
    zones: tuple[RiskZone, ...] = field(repr=False)
    streets: Streets

    @property
    def avoided(self) -> frozenset[int]:
        """Areas that the team keeps out of."""
        return frozenset(area for zone in self.zones if closes(zone) for area in zone.place.areas)


def closes(zone: RiskZone) -> bool:
    """Whether a zone closes streets, in whatever state its assessment is.

    An assessment that has expired opens nothing: the peers do, when they look at it again.
    """
    return zone.action is RiskAction.AVOID


def find_shifts(release: Release, origin: datetime) -> tuple[Shift, ...]:
    """Shifts that begin in the week; one past midnight is whole, one from Sunday before is not."""
    shifts = []
    for team in release.teams:
        for begin, end in team.shift.windows(
            origin - timedelta(days=1), origin + timedelta(days=9)
        ):
            if not origin <= begin < origin + timedelta(days=7):
                continue
            zones = tuple(
                zone
                for zone in release.zones
                if not zone.hours.known or zone.hours.overlaps(begin, end)
            )
            home = set(team.start.areas) | set(team.end.areas)
            around = tuple(
                zone.code
                for zone in zones
                if closes(zone) and (home & set(zone.place.areas) or _at_base(zone, team))
            )
            streets = (team.mode, tuple(zone.code for zone in zones), around)
            shifts.append(Shift(team, begin, end, zones, streets))
    return tuple(shifts)


def _at_base(zone: RiskZone, team: Team) -> bool:
    return any(zone.place.geometry.intersects(base.geometry) for base in (team.start, team.end))


def may_be_visited(hotspot: Hotspot, release: Release) -> bool:
    """Whether peers let anybody go there this week."""
    return not any(
        decision.kind is DecisionKind.NO_GO and decision.hotspot == hotspot.code
        for decision in release.decisions
    )


def meeting_times(hours: Hours, shift: Shift) -> tuple[tuple[datetime, datetime], ...]:
    """When a hotspot is active during a shift; unknown hours are not closed: the whole shift."""
    return hours.windows(shift.begin, shift.end) if hours.known else ((shift.begin, shift.end),)


def refusals(hotspot: Hotspot, shift: Shift, release: Release) -> tuple[str, ...]:
    """Why a team may not visit a hotspot on a shift, in words; empty when it may."""
    team = shift.team
    found = []
    if hotspot.languages and team.languages and not set(hotspot.languages) & set(team.languages):
        found.append(phrase("it speaks none of {languages}", languages=together(hotspot.languages)))
    if (
        hotspot.communities
        and team.communities
        and not set(hotspot.communities) & set(team.communities)
    ):
        found.append(phrase("it does not work with {people}", people=together(hotspot.communities)))
    if any(
        decision.kind is DecisionKind.EXCLUDE_TEAM
        and (decision.hotspot, decision.team) == (hotspot.code, team.code)
        for decision in release.decisions
    ):
        found.append(phrase("peers decided that it does not go there"))
    areas = set(hotspot.place.areas)
    shunned = {
        zone.category
        for zone in shift.zones
        if zone.category in team.no_go and areas & set(zone.place.areas)
    }
    if shunned:
        found.append(
            phrase("it does not go into zones of {risks}", risks=together(sorted(shunned)))
        )
    if areas & shift.avoided:
        found.append(phrase("the area is avoided at that time"))
    return tuple(found)


def seconds_since(origin: datetime, when: datetime) -> int:
    """Whole seconds between two times."""
    return math.floor((when - origin).total_seconds())

"""Shifts of the week, and who may visit whom on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
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

# The streets as a team meets them on a shift: mode, zones in force, zones around its own base, and
# zones that are closed for a part of the shift only.
Streets = tuple[Mode, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Shift:
    """One shift of one team, and the zones in force during it.

    `margins` are, by hotspot code, how long before and after a visit a team is in the zones around
    it on its way.
    """

    team: Team
    begin: datetime
    end: datetime
    zones: tuple[RiskZone, ...] = field(repr=False)
    streets: Streets
    margins: Mapping[str, timedelta] = field(default_factory=dict, repr=False)

    def closed_times(self, hotspot: Hotspot) -> tuple[Span, ...]:
        """When a hotspot's areas are closed to the team, the ways in and out included."""
        areas = set(hotspot.place.areas)
        margin = self.margins.get(hotspot.code, timedelta())
        return tuple(
            (begin - margin, end + margin)
            for zone in self.zones
            if closes(zone) and areas & set(zone.place.areas)
            for begin, end in shut(zone, self.begin - margin, self.end + margin)
        )


def closes(zone: RiskZone) -> bool:
    """Whether a zone closes streets, in whatever state its assessment is.

    An assessment that has expired opens nothing: the peers do, when they look at it again.
    """
    return zone.action is RiskAction.AVOID


def shut(zone: RiskZone, begin: datetime, end: datetime) -> tuple[Span, ...]:
    """When a zone is in force; where its hours are not known, always."""
    return zone.hours.windows(begin, end) if zone.hours.known else ((begin, end),)


def without(spans: Iterable[Span], closed: Iterable[Span]) -> list[Span]:
    """Spans less what is closed."""
    left = list(spans)
    for first, last in closed:
        left = [
            piece
            for begin, end in left
            for piece in ((begin, min(end, first)), (max(begin, last), end))
            if piece[0] < piece[1]
        ]
    return left


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
            part = tuple(
                zone.code
                for zone in zones
                if closes(zone)
                and zone.code not in around
                and without([(begin, end)], shut(zone, begin, end))
            )
            streets = (team.mode, tuple(zone.code for zone in zones), around, part)
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


def active_times(hours: Hours, shift: Shift) -> tuple[Span, ...]:
    """When a hotspot is active during a shift; unknown hours are not closed: the whole shift."""
    return hours.windows(shift.begin, shift.end) if hours.known else ((shift.begin, shift.end),)


def meeting_times(
    hotspot: Hotspot, shift: Shift, before: timedelta = timedelta()
) -> tuple[Span, ...]:
    """When a hotspot is active during a shift and no zone closes its areas.

    A team may be in the area so long `before` people are there, but not before its shift begins.
    """
    active = [
        (max(begin - before, shift.begin), end) for begin, end in active_times(hotspot.hours, shift)
    ]
    return tuple(without(active, shift.closed_times(hotspot)))


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
    closed = shift.closed_times(hotspot)
    active = active_times(hotspot.hours, shift)
    if closed and (
        not without([(shift.begin, shift.end)], closed) or (active and not without(active, closed))
    ):
        found.append(phrase("the area is avoided at that time"))
    return tuple(found)


def seconds_since(origin: datetime, when: datetime) -> int:
    """Whole seconds between two times."""
    return math.floor((when - origin).total_seconds())

"""Shifts on which nobody goes out, and why, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from outreach_map.language import phrase, plural, together
from outreach_map.routing.itinerary import RoutePlan
from outreach_map.routing.record import shift_of
from outreach_map.routing.shifts import (
    Shift,
    find_shifts,
    may_be_visited,
    meeting_times,
    refusals,
)
from outreach_map.tables import Hotspot, Release, Team

_MOST_REASONS = 3


@dataclass(frozen=True)
class IdleTeam:
    """A team with shifts that stay empty.

    Attributes
    ----------
    team
        Its code.
    days
        On which those shifts begin.
    shifts
        How many it has in the week, empty or not.
    reason
        Why nobody goes out, in words.
    """

    team: str
    days: tuple[date, ...]
    shifts: int
    reason: str

    @property
    def all_week(self) -> bool:
        """Whether the team is not out at all."""
        return len(self.days) == self.shifts


def idle_teams(release: Release, routes: RoutePlan) -> tuple[IdleTeam, ...]:
    """Teams with shifts that stay empty, those that are not out at all first, then by code.

    Parameters
    ----------
    release
        The round.
    routes
        Its plan.

    Notes
    -----
    Only what rules say is told: who may go where, and when people are there. Why a visit that they
    allow was left out, its own reason says.
    """
    shifts = find_shifts(release, datetime.combine(release.start, time()))
    out = {(tour.team, shift_of(tour, shifts).begin) for tour in routes.itineraries}
    found = []
    for team in release.teams:
        own = [shift for shift in shifts if shift.team.code == team.code]
        empty = [shift for shift in own if (team.code, shift.begin) not in out]
        if empty or not own:
            why = _why(release, routes, team, empty)
            days = tuple(shift.begin.date() for shift in empty)
            found.append(IdleTeam(team.code, days, len(own), why))
    return tuple(sorted(found, key=lambda one: (not one.all_week, one.team)))


def _why(release: Release, routes: RoutePlan, team: Team, empty: Sequence[Shift]) -> str:
    if not empty:
        return (
            phrase("It has no shift this week.")
            if team.shift.known
            else phrase("Nobody wrote down when it is on shift.")
        )
    left = {item.hotspot for item in routes.left_out}
    due = left | {stop.code for tour in routes.itineraries for stop in tour.visits}
    open_, refused = set(), Counter[str]()
    for hotspot in release.hotspots:
        if hotspot.code in due:
            against = [_against(hotspot, shift, release) for shift in empty]
            if "" in against:
                open_.add(hotspot.code)
            else:
                refused[against[0]] += 1
    if not due:
        return phrase("No visit is due.")
    if not open_:
        return phrase(
            "It may visit none of the hotspots that are due: {reasons}.",
            reasons=together(_counted(refused)),
        )
    if open_ & left:
        return plural(
            "Of the hotspots left out {count} would be open to it then; its reason stands below.",
            "Of the hotspots left out {count} would be open to it then; their reasons stand below.",
            len(open_ & left),
        )
    return phrase("All that it may visit then is planned on other shifts.")


def _against(hotspot: Hotspot, shift: Shift, release: Release) -> str:
    """The first rule against a visit on a shift; empty where there is none."""
    if not may_be_visited(hotspot, release):
        return phrase("peers decided that nobody goes there")
    if rules := refusals(hotspot, shift, release):
        return rules[0]
    return "" if meeting_times(hotspot, shift) else phrase("nobody is there at that time")


def _counted(refused: Counter[str]) -> Iterable[str]:
    for reason, count in refused.most_common(_MOST_REASONS):
        yield phrase("{reason} ({count})", reason=reason, count=count)

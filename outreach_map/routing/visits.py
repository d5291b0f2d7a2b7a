"""Visits that are due as clients: their days apart, and what each way to make them costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from outreach_map.history import Past, PastVisit
from outreach_map.routing.demand import Demand
from outreach_map.routing.preferences import Preferences
from outreach_map.routing.problem import DAY_S, Client, Window
from outreach_map.routing.shifts import (
    Shift,
    may_be_visited,
    meeting_times,
    refusals,
    seconds_since,
)
from outreach_map.tables import DecisionKind, Hotspot, Release

# At the same weekday and hour in this many rounds running, a place could be waited at.
RUNNING = 3
_HOUR_S = 3600


@dataclass(frozen=True)
class Slot:
    """An hour of a day that was used in the rounds before: day 0 to 6 (Monday 0), hour 0 to 23."""

    day: int
    hour: int

    @property
    def span_s(self) -> tuple[int, int]:
        """First and last second of it in the round."""
        first = self.day * DAY_S + self.hour * _HOUR_S
        return first, first + _HOUR_S - 1


@dataclass(frozen=True)
class Habit:
    """What earlier rounds say of visits to one hotspot.

    `team` is the one of the latest round; `days` are its weekdays; `worn` are the hours of days in
    which it was visited in each of the last three rounds.
    """

    team: str | None = None
    days: tuple[int, ...] = ()
    worn: tuple[Slot, ...] = ()


def habits(past: Past, start: date) -> Mapping[str, Habit]:
    """Habits by hotspot code, from the rounds before one."""
    by_hotspot: dict[str, list[PastVisit]] = {}
    for visit in past.before(start).visits:
        by_hotspot.setdefault(visit.hotspot, []).append(visit)
    found = {}
    for code, visits in by_hotspot.items():
        latest = max(visit.round for visit in visits)
        last = [visit for visit in visits if visit.round == latest]
        teams = Counter(visit.team for visit in last)
        running = [start - timedelta(weeks=ago) for ago in range(1, RUNNING + 1)]
        used = [
            {(v.weekday, v.half_hour // 2) for v in visits if v.round == each} for each in running
        ]
        found[code] = Habit(
            team=min(teams, key=lambda team: (-teams[team], team)),
            days=tuple(sorted({visit.weekday for visit in last})),
            worn=tuple(Slot(day, hour) for day, hour in sorted(set.intersection(*used))),
        )
    return found


def make_clients(
    hotspot: Hotspot,
    needed: Demand,
    release: Release,
    shifts: tuple[Shift, ...],
    place: int,
    origin: datetime,
    habit: Habit,
    preferences: Preferences,
) -> list[Client]:
    """One client for each visit that is due and that some shift can make on paper.

    Visits of one hotspot share out its days, so that no two fall on the same one and they are
    spread over the week. Peers' choice of a team binds where that team can come at all; else others
    may. A worn hour is kept out where another time is left.
    """
    if not may_be_visited(hotspot, release):
        return []
    may = {number for number, shift in enumerate(shifts) if not refusals(hotspot, shift, release)}
    preferred = {
        decision.team
        for decision in release.decisions
        if decision.kind is DecisionKind.PREFER_TEAM and decision.hotspot == hotspot.code
    }
    trusted = {number for number in may if shifts[number].team.code in preferred}
    who = trusted
    times = _times(hotspot, needed, shifts, trusted, origin)
    shut = _shut(hotspot, shifts, origin)
    if not times:
        who = may
        times = _times(hotspot, needed, shifts, may, origin)
    fresh = {day: _without(spans, habit.worn) for day, spans in times.items()}
    fresh = {day: spans for day, spans in fresh.items() if spans}
    times = fresh or times
    days = sorted(times)
    visits = min(needed.visits, len(days))
    return [
        Client(
            name=hotspot.code,
            place=place,
            windows=tuple(
                window
                for day in share
                for span in times[day]
                for window in _ways(span, day, who, shifts, habit, preferences)
            ),
            service_s=needed.service_s,
            delivery=tuple(needed.amounts.get(item, 0) for item in release.items),
            prize=needed.prize,
            closed=shut,
        )
        for share in share_days(days, visits, habit.days)
    ]


def share_days(days: list[int], visits: int, usual: Iterable[int]) -> list[list[int]]:
    """Days in runs, one for each visit; usual days fall into different runs where they can.

    >>> share_days([0, 1, 2, 3, 4], 2, ())
    [[0, 1], [2, 3, 4]]
    >>> share_days([0, 1, 2, 3, 4], 2, (2, 4))
    [[0, 1, 2], [3, 4]]
    """
    cuts = [visit * len(days) // visits for visit in range(visits + 1)] if visits else []
    known = [number for number, day in enumerate(days) if day in set(usual)]
    if len(known) == visits > 1:
        # Cut in the middle between two usual days.
        cuts = [0, *((a + b + 1) // 2 for a, b in pairwise(known)), len(days)]
    return [days[first:last] for first, last in pairwise(cuts)]


def _ways(
    span: tuple[int, int],
    day: int,
    who: set[int],
    shifts: tuple[Shift, ...],
    habit: Habit,
    preferences: Preferences,
) -> list[Window]:
    """Windows of a span: the team that people know costs nothing, nor does a usual day."""
    rhythm = preferences.rhythm_s if habit.days and day % 7 not in habit.days else 0
    known = {number for number in who if shifts[number].team.code == habit.team}
    others = who - known
    # Whom nobody may follow up on is new in any case.
    price = preferences.continuity_s if known else 0
    ways = [(known, rhythm), (others, rhythm + price)]
    if price == 0:
        ways = [(who, rhythm)]
    return [Window(*span, frozenset(each), cost) for each, cost in ways if each]


def _times(
    hotspot: Hotspot,
    needed: Demand,
    shifts: tuple[Shift, ...],
    who: set[int],
    origin: datetime,
) -> dict[int, list[tuple[int, int]]]:
    """Times in which a visit may begin, by day of the round, disjoint and ascending."""
    found: dict[int, list[tuple[int, int]]] = {}
    mile = timedelta(seconds=needed.last_mile_s)
    for number in sorted(who):
        # The last mile may be gone before people are there.
        for begin, end in meeting_times(hotspot, shifts[number], before=mile):
            early = seconds_since(origin, begin)
            late = seconds_since(origin, end) - needed.service_s
            while early <= late:
                # A visit counts for the day on which it begins, so spans end at midnight.
                midnight = (early // DAY_S + 1) * DAY_S
                found.setdefault(early // DAY_S, []).append((early, min(late, midnight - 1)))
                early = midnight
    return {day: _merged(spans) for day, spans in found.items()}


def _shut(
    hotspot: Hotspot, shifts: tuple[Shift, ...], origin: datetime
) -> tuple[tuple[int, int], ...]:
    """Seconds in which nobody may be there, for zones are closed then."""
    spans = {span for shift in shifts for span in shift.closed_times(hotspot)}
    return tuple(_merged([(seconds_since(origin, a), seconds_since(origin, b)) for a, b in spans]))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for early, late in sorted(spans):
        if merged and early <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], late))
        else:
            merged.append((early, late))
    return merged


def _without(spans: list[tuple[int, int]], worn: Iterable[Slot]) -> list[tuple[int, int]]:
    """Spans without the hours that are worn."""
    for slot in worn:
        first, last = slot.span_s
        spans = [
            piece
            for early, late in spans
            for piece in ((early, min(late, first - 1)), (max(early, last + 1), late))
            if piece[0] <= piece[1]
        ]
    return _merged(spans)

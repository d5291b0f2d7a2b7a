"""The week as a picture: a line for each team and day, hours from left to right.

Times are minutes from the midnight with which the shift's day begins, so that a shift over midnight
goes on to the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from outreach_map.language import Words, clock, day_of, phrase, plural
from outreach_map.routing import Itinerary, Stop, StopKind

LABEL, WIDTH = 84, 600
# A day's head has its name, and the hours below it; half of the last hour's label stands behind it.
_ROW, _HEAD, _BAR, _LAST = 28, 44, 20, 18
_DRAWN = {StopKind.VISIT: "visit", StopKind.BREAK: "pause", StopKind.RESTOCK: "restock"}
_COLOURS = 8


@dataclass(frozen=True)
class Block:
    """Something that takes time on a shift: what, and where it stands in the picture."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A shift: its number among all, its team, and its place in the picture."""

    shift: int
    team: str
    colour: int
    y: int
    x: str
    width: str
    blocks: tuple[Block, ...]
    told: Words


@dataclass(frozen=True)
class Day:
    """A day with its shifts, from `y` down."""

    number: int
    name: Words
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Timeline:
    """The picture: hour lines as (x, label), and the days on which somebody is out."""

    height: int
    hours: tuple[tuple[str, Words], ...]
    days: tuple[Day, ...]


def timeline(start: date, tours: Sequence[Itinerary], teams: Sequence[str]) -> Timeline:
    """Draw the shifts of a week.

    Parameters
    ----------
    start
        The round's Monday.
    tours
        All shifts; a shift's number is its place among them.
    teams
        Codes of all teams, which decide the colours.
    """
    if not tours:
        return Timeline(0, (), ())
    first = min(_minutes(tour, tour.start) for tour in tours) // 60 * 60
    last = -(-max(_minutes(tour, tour.end) for tour in tours) // 60) * 60
    scale = (WIDTH - LABEL - _LAST) / max(last - first, 60)

    def at(minutes: float) -> float:
        return LABEL + (minutes - first) * scale

    days, y = [], 4
    for number in sorted({(tour.date - start).days for tour in tours}):
        head, y = y, y + _HEAD
        bars = []
        for shift, tour in enumerate(tours):
            if (tour.date - start).days == number:
                begin, end = _minutes(tour, tour.start), _minutes(tour, tour.end)
                blocks = tuple(
                    _block(_DRAWN[stop.kind], at(_minutes(tour, stop.begin)), stop, scale)
                    for stop in tour.stops
                    if stop.kind in _DRAWN
                )
                bars.append(
                    Bar(
                        shift,
                        tour.team,
                        teams.index(tour.team) % _COLOURS,
                        y,
                        f"{at(begin):.1f}",
                        f"{max((end - begin) * scale, 2):.1f}",
                        blocks,
                        _told(tour),
                    )
                )
                y += _ROW
        day = next(tour.date for tour in tours if (tour.date - start).days == number)
        days.append(Day(number, day_of(day), head, tuple(bars)))
    step = 60 if last - first <= 12 * 60 else 120
    hours = tuple(
        (f"{at(minutes):.1f}", clock(datetime.combine(start, time(minutes // 60 % 24))))
        for minutes in range(first, last + 1, step)
    )
    return Timeline(y + 4, hours, tuple(days))


def _minutes(tour: Itinerary, when: datetime) -> int:
    midnight = datetime.combine(tour.date, time(), tzinfo=when.tzinfo)
    return round((when - midnight).total_seconds() / 60)


def _block(kind: str, x: float, stop: Stop, scale: float) -> Block:
    width = (stop.leave - stop.begin).total_seconds() / 60 * scale
    return Block(kind, f"{x:.1f}", f"{max(width, 2):.1f}")


def _told(tour: Itinerary) -> Words:
    return phrase(
        "{team}, {day}, {begin}–{end}, {stops}",
        team=tour.team,
        day=day_of(tour.date),
        begin=clock(tour.start),
        end=clock(tour.end),
        stops=plural("{count} stop", "{count} stops", len(tour.visits)),
    )

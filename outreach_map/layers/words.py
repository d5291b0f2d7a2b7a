"""Values of records as words for people: bands, tokens, times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from outreach_map.hours import Hours
from outreach_map.language import (
    date_of,
    number,
    opening_hours,
    phrase,
    phrase_in,
    together,
    token_said,
)
from outreach_map.tables import Affects, Band, Mode, Point

_MODES = {
    Mode.WALK: phrase("on foot"),
    Mode.BIKE: phrase("by bike"),
    Mode.DRIVE: phrase("by van"),
}
_AFFECTS = {
    Affects.PEER: phrase("peers"),
    Affects.CLIENT: phrase("clients"),
    Affects.BOTH: phrase("peers and clients"),
}


def words(token: str) -> str:
    """A token as words: 'hiv_test' is 'HIV test', 'bus_station' is 'bus station'."""
    return token_said(token)


def listed(tokens: Iterable[str]) -> str:
    """Tokens as a list with commas."""
    return together(words(token) for token in tokens)


def band(value: Band | None) -> str:
    """Label of a band; 'unknown' where there is none."""
    return phrase("unknown") if value is None else value.label


def hours(value: Hours) -> str:
    """Hours as they are written, or that nobody wrote them down."""
    return opening_hours(value.text) if value.known else phrase_in("hours", "not written down")


def kind_of(point: Point) -> str:
    """Kind of a point; of one that is not public it may not be told."""
    return words(point.type) if point.type else phrase("point")


def open_hours(point: Point) -> str:
    """Hours of a point; of one that is not public they may not be told."""
    if point.public or point.hours.known:
        return hours(point.hours)
    return phrase("not told; ask before you go")


def week(value: date | None) -> str:
    """'week of 23 Nov 2026', or unknown."""
    return phrase("unknown") if value is None else phrase("week of {day}", day=date_of(value))


def minutes(seconds: float) -> str:
    """Whole minutes, rounded up; 'no way' without one."""
    if seconds == float("inf"):
        return phrase("no way")
    return phrase("{minutes} min", minutes=number(-(-seconds // 60)))


def metres(value: float) -> str:
    """Metres to tens, or kilometres to tenths."""
    if value >= 1000:
        return phrase("{length} km", length=number(value / 1000, 1))
    return phrase("{length} m", length=number(round(value, -1)))


def mode(value: Mode) -> str:
    """How a team moves."""
    return _MODES[value]


def affects(value: Affects) -> str:
    """Whom a risk affects."""
    return _AFFECTS[value]

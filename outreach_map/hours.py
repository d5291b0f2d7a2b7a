"""Opening hours: when something is open, closed, or nobody knows.

The expressions are OSM `opening_hours`, read by the kept library `opening-hours-py`. All times
are wall-clock times of the programme's place, without a zone: people meet by the clock on the wall.
Sun times and public holidays are those of the programme's place, which is no finer than a tenth of
a degree and the same for all its hours. The holidays are those of the country that the time zone
stands for: a place that was rounded may lie across a border.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import opening_hours

# Quoted comments are free text ("ask for Ana"), and free text never leaves the planner's side.
_COMMENT = re.compile(r'"[^"]*"')
# What the place decides: the sun, and which days are public holidays.
_OF_A_PLACE = re.compile(r"\b(sunrise|sunset|dawn|dusk|PH)\b")
_HOLIDAYS = ("PH", "SH")
_ANY_DAY = datetime(2026, 1, 2)


class OpenState(StrEnum):
    """Three-valued: what is missing is unknown, not closed."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Place:
    """Where a programme works: degrees to one decimal, and the name of its time zone.

    `country` is its code of ISO 3166, and empty where the time zone does not tell; the coordinates
    count then.
    """

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    timezone: str
    country: str = ""

    @classmethod
    def around(cls, bounds: tuple[float, float, float, float], timezone: str) -> Place:
        """The middle of a study area (west, south, east, north in degrees)."""
        west, south, east, north = bounds
        middle = round((south + north) / 2, 1), round((west + east) / 2, 1)
        return cls(*middle, timezone, country_of(timezone))


@dataclass(frozen=True)
class Hours:
    """Opening hours of a place; an empty text means that nobody wrote them down.

    `place` is kept only where sun times or public holidays need it; without one the sun rises at 7
    and sets at 19, and no day is a holiday.

    Examples
    --------
    >>> from datetime import datetime
    >>> night = Hours("Fr-Sa 22:00-04:00")
    >>> night.state(datetime(2026, 11, 28, 3, 0))
    <OpenState.OPEN: 'open'>
    >>> Hours("").state(datetime(2026, 11, 28, 3, 0))
    <OpenState.UNKNOWN: 'unknown'>
    >>> [(a.hour, b.hour) for a, b in night.windows(datetime(2026, 11, 27), datetime(2026, 11, 28))]
    [(22, 0)]
    """

    text: str = ""
    place: Place | None = None

    def __post_init__(self) -> None:
        """Reject what the library cannot read (ValueError); drop quoted comments."""
        text = " ".join(_COMMENT.sub("", self.text).split())
        object.__setattr__(self, "text", text)
        if not _OF_A_PLACE.search(text):
            object.__setattr__(self, "place", None)
        if text:
            try:
                _parsed(text, self.place)
            except opening_hours.ParserError:  # type: ignore[attr-defined]  # the stub lacks it
                raise ValueError("not an OSM opening_hours expression") from None

    @property
    def _rules(self) -> opening_hours.OpeningHours:
        return _parsed(self.text, self.place)

    @property
    def known(self) -> bool:
        """Whether anything was written down."""
        return bool(self.text)

    @property
    def unknown_days(self) -> tuple[str, ...]:
        """The words for holidays in the text (PH, SH) for which no calendar is known at the place.

        Such a day is taken as any other.
        """
        named = [word for word in _HOLIDAYS if re.search(rf"\b{word}\b", self.text)]
        return tuple(word for word in named if not _has_calendar(word, self.place))

    def state(self, when: datetime) -> OpenState:
        """State at a wall-clock time."""
        if not self.text:
            return OpenState.UNKNOWN
        parsed = self._rules
        if parsed.is_open(when):
            return OpenState.OPEN
        return OpenState.UNKNOWN if parsed.is_unknown(when) else OpenState.CLOSED

    def windows(self, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """Open intervals that overlap [start, end), cut to it, in order.

        Unknown hours give no window; ask `known` first.
        """
        if not self.text:
            return ()
        found: list[tuple[datetime, datetime]] = []
        for lower, upper, state, _ in self._rules.intervals(start, end):
            if state != opening_hours.State.OPEN:
                continue
            first, last = max(_on_the_wall(lower), start), min(_on_the_wall(upper or end), end)
            if found and found[-1][1] >= first:
                found[-1] = (found[-1][0], max(found[-1][1], last))
            elif first < last:
                found.append((first, last))
        return tuple(found)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it is open at some time in [start, end)."""
        return bool(self.windows(start, end))

    def overlap(self, other: Hours, start: datetime, end: datetime) -> timedelta:
        """Time in [start, end) when both are open."""
        total = timedelta()
        for first, last in self.windows(start, end):
            for lower, upper in other.windows(first, last):
                total += upper - lower
        return total


def _on_the_wall(when: datetime) -> datetime:
    return when.replace(tzinfo=None)


@lru_cache(maxsize=4096)
def _parsed(text: str, place: Place | None) -> opening_hours.OpeningHours:
    if place is None:
        return opening_hours.OpeningHours(text)
    coords, zone = (place.latitude, place.longitude), ZoneInfo(place.timezone)
    if not place.country:
        return opening_hours.OpeningHours(text, timezone=zone, coords=coords)
    try:
        return opening_hours.OpeningHours(text, timezone=zone, coords=coords, country=place.country)
    except opening_hours.UnknownCountryError:  # type: ignore[attr-defined]  # the stub lacks it
        # Its neighbour's holidays would be worse than none.
        return opening_hours.OpeningHours(text, timezone=zone, coords=coords, auto_country=False)


@lru_cache(maxsize=64)
def _has_calendar(word: str, place: Place | None) -> bool:
    """Whether a kind of holidays is known: a rule for them alone never changes where it is not."""
    return _parsed(word, place).next_change(_ANY_DAY) is not None


def country_of(timezone: str) -> str:
    """Code (ISO 3166) of the country that a time zone stands for; empty where it is of none."""
    return _countries().get(timezone, "")


@cache
def _countries() -> dict[str, str]:
    """Time zone -> the country that it stands for, by the table of the IANA."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {line[2]: line[0] for line in lines if len(line) > 2}

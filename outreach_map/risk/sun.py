"""Where the sun stands: whether it is dark at a place and hour, and when the dark begins.

The altitude is NOAA's (after Meeus, Astronomical Algorithms, 1998), by the library astral. Dark is
after the end of civil twilight: the sun's centre 6 degrees below the horizon, from when on one
needs a lamp outdoors. Times of rise and set are where the altitude passes the line, and not the
library's own, which are off by three minutes where the sun moves flatly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import elevation

from outreach_map.hours import Place

# The sun's upper limb on the horizon: 16' of radius and 34' of refraction.
_RISEN = -5 / 6
_DARK = -6.0
_STEP = timedelta(minutes=10)


@dataclass(frozen=True)
class SunTimes:
    """Wall-clock times of a day; None where it does not happen that day.

    `dawn` and `dusk` are the ends of civil twilight.
    """

    dawn: datetime | None
    sunrise: datetime | None
    sunset: datetime | None
    dusk: datetime | None


def altitude_deg(place: Place, when: datetime) -> float:
    """Altitude of the sun's centre at a wall-clock time, without refraction."""
    return _altitude(place, _at(place, when))


def is_dark(place: Place, when: datetime) -> bool:
    """Whether the sun is below civil twilight at a wall-clock time."""
    return altitude_deg(place, when) < _DARK


def dark_within(place: Place, begin: datetime, end: datetime) -> bool:
    """Whether it is dark at some time from `begin` to `end`, to ten minutes."""
    moments = int((end - begin) / _STEP)
    return is_dark(place, end) or any(
        is_dark(place, begin + number * _STEP) for number in range(moments + 1)
    )


@lru_cache(maxsize=512)
def sun_times(place: Place, day: date) -> SunTimes:
    """Rise, set and civil twilight of a calendar day by the clock on the wall.

    Examples
    --------
    >>> porto_alegre = Place(-30.0, -51.2, "America/Sao_Paulo")
    >>> f"{sun_times(porto_alegre, date(2026, 11, 25)).sunset:%H:%M}"
    '19:07'
    """
    start = _at(place, datetime.combine(day, time()))
    count = int(timedelta(days=1) / _STEP)
    moments = [start + number * _STEP for number in range(count + 1)]
    altitudes = [_altitude(place, moment) for moment in moments]
    found: dict[tuple[float, bool], datetime] = {}
    for before, after, low, high in zip(
        moments, moments[1:], altitudes, altitudes[1:], strict=False
    ):
        for line in (_RISEN, _DARK):
            if (low < line) != (high < line):
                found.setdefault((line, high > low), _passing(place, before, after, line))
    return SunTimes(
        found.get((_DARK, True)),
        found.get((_RISEN, True)),
        found.get((_RISEN, False)),
        found.get((_DARK, False)),
    )


def _passing(place: Place, before: datetime, after: datetime, line: float) -> datetime:
    """When the altitude passes a line between two instants, to a second."""
    below = _altitude(place, before) < line
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if (_altitude(place, middle) < line) == below:
            before = middle
        else:
            after = middle
    on_the_wall = after.astimezone(ZoneInfo(place.timezone)).replace(tzinfo=None)
    return on_the_wall.replace(microsecond=0)


def _at(place: Place, when: datetime) -> datetime:
    """A wall-clock time as an instant."""
    return when.replace(tzinfo=ZoneInfo(place.timezone)).astimezone(ZoneInfo("UTC"))


@lru_cache(maxsize=16384)
def _altitude(place: Place, instant: datetime) -> float:
    observer = Observer(place.latitude, place.longitude)
    return float(elevation(observer, instant, with_refraction=False))

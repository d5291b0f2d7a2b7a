"""Counts to bands and dates to weeks: what is left of a number when it passes the gate.

Bands are fixed, not fitted to the data: a band that depended on the data would speak of them.
Counts of people below 11 are one band, so that none of them can be told apart
(small-cell suppression, Hundepool et al. 2012, doi:10.1002/9781118348239).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta

from outreach_map.hours import Hours
from outreach_map.tables import Band

_PEOPLE = (0, 11, 26, 51, 101, 251)
_ITEMS = (0, 100, 300, 1000, 3000, 10000)
_VISITS = (0, 1, 3, 5, 9)
# Injections a person a day; the last one is where the field's figures end.
_INJECTIONS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
_RHYTHMS = (1.0, 2.0, 4.0, 8.0, 12.0, 20.0, 30.0)
_DAYS_A_MONTH = 30.4
_LONE = re.compile(r"\b(\d{1,2}):(\d{2})\b")
_SPAN = re.compile(r"\b(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\b")


def people_band(count: float | None) -> Band | None:
    """Band of a number of people; None where it is unknown.

    >>> people_band(13).label, people_band(4).label, people_band(0).label
    ('11-25', 'under 11', 'under 11')
    """
    return None if count is None else _band(count, _PEOPLE)


def items_band(count: float | None) -> Band | None:
    """Band of a number of syringes, condoms or kits; None where it is unknown."""
    return None if count is None else _band(count, _ITEMS)


def visits_band(count: int) -> Band:
    """Band of a number of visits."""
    return _band(count, _VISITS)


def syringes_band(people: Band | None, injections_per_day: float | None) -> Band | None:
    """Syringes needed a month: from the released band of people, never from their number.

    Every count within the band of people gives the same result, so this adds nothing to it.

    >>> syringes_band(people_band(13), 2.9)
    Band(low=669, high=2280)
    """
    if people is None or injections_per_day is None:
        return None
    index = min(max(bisect_right(_INJECTIONS, injections_per_day) - 1, 0), len(_INJECTIONS) - 2)
    low = round(people.low * _INJECTIONS[index] * _DAYS_A_MONTH)
    if people.high is None:
        return Band(low, None)
    return Band(low, round(people.high * _INJECTIONS[index + 1] * _DAYS_A_MONTH))


def rhythm(visits_per_month: float | None) -> float:
    """Visits a month, raised to the next usual rhythm; 0 where none is asked for."""
    if not visits_per_month:
        return 0.0
    return next((step for step in _RHYTHMS if visits_per_month <= step), _RHYTHMS[-1])


def week(day: date | None) -> date | None:
    """Monday of a day's week.

    >>> week(date(2026, 11, 25))
    datetime.date(2026, 11, 23)
    """
    return None if day is None else day - timedelta(days=day.weekday())


def half_hours(hours: Hours) -> Hours:
    """Hours with every time moved to the nearest half hour; a window of less becomes one.

    To the minute, the hours of a place are nearly its name.

    >>> half_hours(Hours("Mo-Fr 21:10-23:50; Sa 10:05-10:10")).text
    'Mo-Fr 21:00-24:00; Sa 10:00-10:30'
    >>> half_hours(Hours("(sunset+00:13)-23:50")).text
    '(sunset+00:00)-24:00'
    """
    return replace(hours, text=_LONE.sub(_nearest, _SPAN.sub(_rounded, hours.text)))


def _nearest(time: re.Match[str]) -> str:
    half = round((int(time[1]) * 60 + int(time[2])) / 30)
    return f"{half // 2:02d}:{half % 2 * 30:02d}"


def _rounded(span: re.Match[str]) -> str:
    begin, end = (int(span[hour]) * 60 + int(span[hour + 1]) for hour in (1, 3))
    # A day begins at 23:30 at the latest; past midnight an end may be written with hours to 48.
    first, last = min(round(begin / 30 + 1e-9), 47), round(end / 30 + 1e-9)
    if end > begin and last <= first:
        last = first + 1
    return "-".join(f"{half // 2:02d}:{half % 2 * 30:02d}" for half in (first, last))


def _band(count: float, lows: tuple[int, ...]) -> Band:
    index = bisect_right(lows, count) - 1
    high = lows[index + 1] - 1 if index + 1 < len(lows) else None
    return Band(lows[index], high)

"""Dates and times of the clock on the wall as lazy texts.

English is day before month; other languages go by the skeletons of CLDR. Hours count to 24
everywhere: shifts, kit lists and tables name the same hour in the same way.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from outreach_map.language.words import Words, phrase, phrase_in

if TYPE_CHECKING:
    from outreach_map.language.language import Language


class _Dated(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        value, skeleton = self.parts
        return language.dated(value, skeleton)


class _Clock(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return language.clock(*self.parts)


class _Days(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return language.days(*self.parts)


def clock(when: datetime) -> Words:
    """'14:05'."""
    return _Clock._made(f"{when:%H:%M}", when)


def weekday(when: date) -> Words:
    """'Monday'."""
    return _Dated._made(f"{when:%A}", when, "cccc")


def short_weekday(when: date) -> Words:
    """'Mon'."""
    return _Dated._made(f"{when:%a}", when, "ccc")


def day_of(when: date) -> Words:
    """'Monday 23 Nov'."""
    return _Dated._made(f"{when:%A} {when.day} {when:%b}", when, "MMMEEEEd")


def short_day(when: date) -> Words:
    """'Mon 23 Nov'."""
    return _Dated._made(f"{when:%a} {when.day} {when:%b}", when, "MMMEd")


def day_month(when: date) -> Words:
    """'23 Nov'."""
    return _Dated._made(f"{when.day} {when:%b}", when, "MMMd")


def date_of(when: date) -> Words:
    """'23 Nov 2026'."""
    return _Dated._made(f"{when.day} {when:%b %Y}", when, "yMMMd")


def month_of(when: date) -> Words:
    """'Nov 2026'."""
    return _Dated._made(f"{when:%b %Y}", when, "yMMM")


def short_month(when: date) -> Words:
    """'Nov 26'."""
    return _Dated._made(f"{when:%b %y}", when, "yMMM")


def day_and_clock(when: datetime) -> Words:
    """'Mon 14:05'."""
    return phrase("{day} {time}", day=short_weekday(when), time=clock(when))


def days_from_to(first: date, last: date) -> Words:
    """'23–29 Nov 2026', with month and year of the first day only where they differ.

    >>> days_from_to(date(2026, 11, 23), date(2026, 11, 29))
    '23–29 Nov 2026'
    """
    start = f"{first.day}"
    if first.month != last.month:
        start += f" {first:%b}" + (f" {first.year}" if first.year != last.year else "")
    return _Days._made(f"{start}–{last.day} {last:%b} {last.year}", first, last)


class _OpeningHours(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return _OF_HOURS.sub(lambda match: _hours_word(match[0], language), str(self))


_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_OF_HOURS = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|off|closed|open|unknown)\b|24/7|\d+|[,;] ")
_A_MONDAY = date(2026, 11, 23)
_HOURS_WORDS = {
    "24/7": phrase_in("opening hours", "at all hours"),
    "PH": phrase_in("opening hours", "public holidays"),
    "SH": phrase_in("opening hours", "school holidays"),
    "off": phrase_in("opening hours", "closed"),
    "closed": phrase_in("opening hours", "closed"),
    "open": phrase_in("opening hours", "open"),
    "unknown": phrase_in("opening hours", "unknown"),
}


def _hours_word(word: str, language: Language) -> str:
    if word in _DAYS:
        return language.say(short_weekday(_A_MONDAY + timedelta(days=_DAYS.index(word))))
    if word in (", ", "; "):
        return language.pgettext("between items", word)
    return language.say(_HOURS_WORDS[word]) if word in _HOURS_WORDS else language.digits(word)


def opening_hours(text: str) -> Words:
    """An expression of OSM `opening_hours`, which English readers read as it is.

    Elsewhere the short names of its days, its usual words and its digits are those of the language.
    """
    return _OpeningHours._made(text)

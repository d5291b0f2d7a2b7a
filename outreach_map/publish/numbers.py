"""Numbers of people and shares in words; a number of people under 11 is never written.

Everything here is worked out from bands, so it says nothing that the bands do not. A small number
is still not written: it would be read as a count.
"""

from __future__ import annotations

import math

from outreach_map.coverage import Range
from outreach_map.language import Words, number, one_to, percent, phrase

FEWEST_PEOPLE = 11


def told_people(people: Range) -> Words:
    """A number of people with its range.

    >>> told_people(Range(1, 5, 10)), told_people(Range(2, 10, 20))
    ('under 11 people', 'up to 20 people')
    >>> told_people(Range(5, 38, 110)), told_people(Range(22, 36, 50))
    ('about 38 people (under 11 to 110)', 'about 36 people (22–50)')
    """
    if people.high < FEWEST_PEOPLE:
        return phrase("under 11 people")
    if people.mid < FEWEST_PEOPLE:
        if math.isinf(people.high):
            return phrase("unknown")
        return phrase("up to {most} people", most=number(people.high))
    if people.low >= FEWEST_PEOPLE:
        span = span_of(people)
    elif math.isinf(people.high):
        span = phrase("under 11 to any number")
    else:
        span = phrase("under 11 to {most}", most=number(people.high))
    return phrase("about {middle} people ({range})", middle=number(people.mid), range=span)


def span_of(amount: Range) -> Words:
    """'22–50', or '22 or more' without an upper end."""
    if math.isinf(amount.high):
        return phrase("{number} or more", number=number(amount.low))
    return one_to(number(amount.low), number(amount.high))


def about(amount: Range) -> Range:
    """Two digits of an amount, for the bands behind it tell no more: its ends rounded outwards.

    >>> about(Range(2300, 8358, 14416))
    Range(low=2300, mid=8400, high=15000)
    >>> about(Range(0, 7, 13)), about(Range(33, 599, 1165))
    (Range(low=0, mid=7, high=13), Range(low=33, mid=600, high=1200))
    """
    low, mid, high = amount.low, amount.mid, amount.high
    return Range(
        low // (unit := _unit(low)) * unit,
        round(mid / (unit := _unit(mid))) * unit,
        high if math.isinf(high) else math.ceil(high / (unit := _unit(high))) * unit,
    )


def _unit(amount: float) -> int:
    """What the second digit of an amount counts: 100 of 8358, and 1 below 100."""
    return int(10 ** max(len(str(int(amount))) - 2, 0))


def percents(share: Range) -> Words:
    """Both ends of a share."""
    return two(share.low, share.high)


def two(low: float, high: float) -> Words:
    """'36–100%', or one number where both ends round to it.

    >>> two(0.361, 1.0), two(0.5, 0.501)
    ('36–100%', '50%')
    """
    if f"{100 * low:.0f}" == f"{100 * high:.0f}":
        return percent(low)
    return one_to(number(100 * low), percent(high))

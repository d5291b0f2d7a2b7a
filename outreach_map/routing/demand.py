"""Which visits are due in a week, how much each is needed, and what it takes along.

The rules are plain on purpose, so that a coordinator can follow them:

- a hotspot with one or more visits a week has that many, rounded, at most three; a rarer one has a
  visit when its rhythm has passed since the last one (or nobody knows when that was);
- where no rhythm is given, a visit is due after four weeks;
- need is the higher of two: contact is overdue (0 when it is just due, 1 when it is two rhythms
  late; a half when nobody knows); syringes fall short (the share of the month's need that was not
  given). An overdose is one person's, so it passes the gate in no form: peers ask for the visit
  that follows it with a decision;
- a visit meets as many people as the log says on average, else a third of the people there, and
  takes 10 minutes and one more for each of them, at most 40, and once the way from where the line
  ends to where people are, as long as it is to be expected in the area (`docs/routing.md`), by the
  slowest team of the round;
- 15 syringes, 10 condoms and a fifth of a naloxone kit a person met, where the service is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from outreach_map.language import Told
from outreach_map.tables import Hotspot, Mode, Place

WEEKS_A_MONTH = 52 / 12
_DAYS_A_MONTH = 30.4
_RHYTHM_UNKNOWN = 1.0
_MOST_A_WEEK = 3
_MET_SHARE = 1 / 3
_MET_UNKNOWN = 5.0
_PER_PERSON = {
    "syringes": ("nsp", 15.0),
    "condoms": ("condoms", 10.0),
    "naloxone": ("naloxone", 0.2),
}
_BASE_S, _PERSON_S, _LONGEST_S = 600, 60, 2400
# Metres a minute inside an area: 4.8 km/h on foot, 15 by bike, 18 by car, which has to be parked.
_WITHIN_M = {Mode.WALK: 80.0, Mode.BIKE: 250.0, Mode.DRIVE: 300.0}

# Prizes are seconds that a visit is worth; all of them stay below the search's largest penalty.
PRIZE_MUST = 9_900
# Waiting and a break count as time too, so the least is well over an hour: an idle team should go.
_PRIZE_BASE, _PRIZE_NEED, _PRIZE_PEOPLE = 6_000, 3_000, 500
_MANY_MET = 40


class Need(Told):
    """Why a visit is needed most."""

    OVERDUE = "contact is overdue"
    SYRINGES = "syringes fall short"
    REGULAR = "regular visit"


@dataclass(frozen=True)
class Demand:
    """What a visit at a hotspot is about.

    Attributes
    ----------
    visits
        How many are due.
    service_s
        How long one takes, the last mile included.
    last_mile_s
        How much of it is the way to where people are.
    amounts
        Items that one takes along.
    prize
        What one is worth, in seconds.
    need
        0 to 1, for the low, middle and high end of the bands; the middle one counts.
    reason
        Which need is the highest.
    """

    visits: int
    service_s: int
    last_mile_s: int
    amounts: dict[str, int]
    prize: int
    need: tuple[float, float, float]
    reason: Need


def demand(
    hotspot: Hotspot,
    start: date,
    most: dict[str, int],
    *,
    must: bool,
    modes: Iterable[Mode] = (Mode.WALK,),
) -> Demand:
    """Demand of one hotspot in the week from `start`.

    Parameters
    ----------
    hotspot
        A released record; bands count by their middle, and show how sure that is by their ends.
    start
        The round's Monday.
    most
        Largest amount of each item that every team can carry; a visit never asks for more.
    must
        Whether peers decided that it has to be visited.
    modes
        How the teams of the round move; the slowest counts.
    """
    weeks = None
    if hotspot.log.last_visit_week is not None:
        weeks = (start - hotspot.log.last_visit_week).days / 7
    rate = (hotspot.visits_per_month or _RHYTHM_UNKNOWN) / WEEKS_A_MONTH
    if rate >= 1:
        due = min(math.floor(rate + 0.5), _MOST_A_WEEK)
    else:
        # Weeks are all that is known of dates, so a visit counts as due half a week early.
        due = int(weeks is None or weeks + 0.5 >= 1 / rate)
    overdue = 0.5 if weeks is None else _share((weeks * rate - 1) / 2)
    short = syringes_short(hotspot)
    need = (
        max(overdue, short[0]),
        max(overdue, short[1]),
        max(overdue, short[2]),
    )
    met = people_met(hotspot)
    mile_s = last_mile_s(hotspot.place, modes)
    prize = _PRIZE_BASE + int(_PRIZE_NEED * need[1] + _PRIZE_PEOPLE * min(met / _MANY_MET, 1.0))
    amounts = {
        item: min(math.ceil(met * rate_a_person), limit)
        for item, limit in most.items()
        for service, rate_a_person in (_PER_PERSON.get(item, (item, 1.0)),)
        if service in hotspot.services
    }
    return Demand(
        visits=max(due, int(must)),
        service_s=min(_BASE_S + _PERSON_S * round(met), _LONGEST_S) + mile_s,
        last_mile_s=mile_s,
        amounts=amounts,
        prize=PRIZE_MUST if must else prize,
        need=need,
        reason=_highest({Need.OVERDUE: overdue, Need.SYRINGES: short[1]}),
    )


def last_mile_s(place: Place, modes: Iterable[Mode] = (Mode.WALK,)) -> int:
    """Whole minutes, in seconds, from where the line ends to where people are to be expected.

    >>> last_mile_s(Place((), None, (0.0, 0.0), last_mile_m=320.0), [Mode.WALK, Mode.DRIVE])
    240
    """
    pace = min((_WITHIN_M[mode] for mode in modes), default=_WITHIN_M[Mode.WALK])
    return 60 * math.ceil(place.last_mile_m / pace)


def people_met(hotspot: Hotspot) -> float:
    """People whom a visit is expected to meet."""
    log = hotspot.log
    if log.contacts_91d is not None and log.visits_91d is not None:
        return log.contacts_91d.mid / log.visits_91d.mid
    return hotspot.people.mid * _MET_SHARE if hotspot.people is not None else _MET_UNKNOWN


def syringes_short(hotspot: Hotspot) -> tuple[float, float, float]:
    """Share of a month's syringes that is not given: least, by the middles, and most it may be.

    0 where the need is not known or syringes are not needed; nothing logged counts as nothing
    given, for what was never written down was hardly given either.
    """
    needed, given = hotspot.syringes_month, hotspot.log.syringes_out_91d
    if needed is None or "nsp" not in hotspot.services:
        return 0.0, 0.0, 0.0
    if given is None:
        return 1.0, 1.0, 1.0
    share = _DAYS_A_MONTH / 91
    most_given = math.inf if given.high is None else given.high * share
    most_needed = math.inf if needed.high is None else float(needed.high)
    low = _share(1 - most_given / needed.low) if needed.low else 0.0
    mid = _share(1 - given.mid * share / needed.mid) if needed.mid else 0.0
    high = _share(1 - given.low * share / most_needed) if most_needed else 0.0
    return low, mid, high


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _highest(needs: dict[Need, float]) -> Need:
    """The gravest need, the first of those that are alike."""
    best = max(needs.values())
    return next((need for need, value in needs.items() if value == best > 0), Need.REGULAR)

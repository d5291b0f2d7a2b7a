"""Which visits are due in a week, how much each is needed, and what it takes along.

The rules are plain on purpose, so that a coordinator can follow them:

- a hotspot with one or more visits a week has that many, rounded, at most three; a rarer one has a
  visit when its rhythm has passed since the last one (or nobody knows when that was);
- where no rhythm is given, a visit is due after four weeks;
- a visit meets as many people as the log says on average, else a third of the people there;
- 15 syringes, 10 condoms and a fifth of a naloxone kit a person met, where the service is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from outreach_map.tables import Hotspot

WEEKS_A_MONTH = 52 / 12
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

# Prizes are seconds that a visit is worth; all of them stay below the search's largest penalty.
PRIZE_MUST = 9_900
# Waiting counts as time too, so the base is more than two hours: an idle team should still go.
_PRIZE_BASE, _PRIZE_OVERDOSE, _PRIZE_OVERDUE, _PRIZE_PEOPLE = 8_000, 800, 500, 500


@dataclass(frozen=True)
class Demand:
    """What a visit at a hotspot is about: how many are due, seconds, items, worth."""

    visits: int
    service_s: int
    amounts: dict[str, int]
    prize: int


def demand(hotspot: Hotspot, start: date, most: dict[str, int], *, must: bool) -> Demand:
    """Demand of one hotspot in the week from `start`.

    Parameters
    ----------
    hotspot
        A released record; bands count by their middle.
    start
        The round's Monday.
    most
        Largest amount of each item that every team can carry; a visit never asks for more.
    must
        Whether peers decided that it has to be visited.
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
    overdue = weeks is None or weeks > max(1 / rate, 1.0)
    met = people_met(hotspot)
    prize = _PRIZE_BASE + _PRIZE_OVERDOSE * hotspot.log.overdose_30d + _PRIZE_OVERDUE * overdue
    prize += int(_PRIZE_PEOPLE * min(met / 40, 1.0))
    amounts = {
        item: min(math.ceil(met * rate_a_person), limit)
        for item, limit in most.items()
        for service, rate_a_person in (_PER_PERSON.get(item, (item, 1.0)),)
        if service in hotspot.services
    }
    return Demand(
        visits=max(due, int(must)),
        service_s=min(_BASE_S + _PERSON_S * round(met), _LONGEST_S),
        amounts=amounts,
        prize=PRIZE_MUST if must else prize,
    )


def people_met(hotspot: Hotspot) -> float:
    """People whom a visit is expected to meet."""
    log = hotspot.log
    if log.contacts_90d is not None and log.visits_90d is not None:
        return log.contacts_90d.mid / log.visits_90d.mid
    return hotspot.people.mid * _MET_SHARE if hotspot.people is not None else _MET_UNKNOWN

"""Contact and what was given, for the whole programme: the round, 28, 91 and 364 days.

WHO's regular contact (PRV.9) is the share of people reached at least once a month, which is four
weeks here. It is read in two ways: (a) in every period, (b) on average over the periods; and over
two denominators: the estimate of people, and the people reached in the year. PRV.10 is syringes a
person who injects and year. The log has contacts and no persons, so each is a range: of `c`
contacts in `v` visits at least `c / v` are different people, since nobody is counted twice in a
visit, and at most all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from outreach_map.coverage.need import DAYS_A_YEAR, SyringeLevel, syringe_level
from outreach_map.coverage.ranges import ANY_SHARE, NOTHING, Range, people_of, total
from outreach_map.coverage.verdicts import TeamVisit
from outreach_map.language import Told
from outreach_map.tables import Band, Hotspot, Release, VisitLog

PERIOD_DAYS = 28
WINDOWS = (28, 91, 364)


class Reading(Told):
    """How "once a month" is read."""

    EVERY_PERIOD = "in every 28 days"
    ON_AVERAGE = "on average over 28 days"


class Denominator(Told):
    """Of whom a share is taken."""

    ESTIMATE = "of the people estimated"
    REACHED = "of the people reached in the year"


class Item(Told):
    """What is counted in the log."""

    SYRINGES_OUT = "syringes out"
    SYRINGES_IN = "syringes in"
    NALOXONE_OUT = "naloxone kits out"


@dataclass(frozen=True)
class ContactShare:
    """Regular contact in a window; `share` is None where the log does not reach back so far."""

    reading: Reading
    denominator: Denominator
    days: int
    share: Range | None


@dataclass(frozen=True)
class Given:
    """How much of an item was given in a window, over all hotspots; 0 days are the round's plan.

    `hotspots` is at how many of them the log, or the plan, says anything.
    """

    item: Item
    days: int
    amount: Range
    hotspots: int


@dataclass(frozen=True)
class Contact:
    """Contact and items over all hotspots.

    Attributes
    ----------
    covered_days
        Days before the round that the log covers, at most 364. Windows that reach back farther are
        measured on what there is.
    shares, given
        By window; sorted.
    visits_planned
        Visits of the round.
    per_person_year
        Syringes out, a person and year at hotspots that need them (PRV.10), over the longest window
        that is covered; None where unknown.
    levels
        Published bands of the two ends of that; None where unknown.
    without_estimate
        Hotspots of whose people nobody made an estimate: they are in no share of it.
    """

    covered_days: int = 0
    shares: tuple[ContactShare, ...] = ()
    given: tuple[Given, ...] = ()
    visits_planned: int = 0
    per_person_year: Range | None = None
    levels: tuple[SyringeLevel, SyringeLevel] | None = None
    without_estimate: int = 0


def log_of(log: VisitLog, what: str, days: int) -> Band | None:
    """A band of the log in a window: visits, contacts, syringes_out or _in, naloxone_out."""
    band: Band | None = getattr(log, f"{what}_{days}d")
    return band


def covered_days(release: Release, days: int) -> int:
    """Days of a window that the log covers."""
    return min(max(release.log_days, release.log_days_year), days)


def contact_of(hotspot: Hotspot, release: Release) -> Range:
    """Share of the people of a hotspot who were met in the last 28 days."""
    people = people_of(hotspot)
    if covered_days(release, PERIOD_DAYS) < PERIOD_DAYS:
        return ANY_SHARE if hotspot.log.contacts_28d is None else Range(0.0, 0.5, 1.0)
    met = monthly(hotspot, PERIOD_DAYS, PERIOD_DAYS)
    if met is None:
        # Visits without a count are not known; no visit at all is none met by the log.
        return NOTHING if hotspot.log.visits_28d is None else ANY_SHARE
    return ANY_SHARE if people is None else met.over(people).capped()


def monthly(hotspot: Hotspot, days: int, covered: int) -> Range | None:
    """People met in a period of 28 days, on average over a window; None without contacts in it.

    The middle takes each contact in a period for another person, up to as many as there are.
    """
    contacts, visits = log_of(hotspot.log, "contacts", days), log_of(hotspot.log, "visits", days)
    if contacts is None or visits is None or not covered:
        return None
    periods = max(covered / PERIOD_DAYS, 1.0)
    most = Range.of(contacts, 1.0 / periods)
    at_least = contacts.low / (visits.high * periods) if visits.high else 0.0
    people = people_of(hotspot)
    mid = most.mid if people is None else min(most.mid, people.mid)
    return Range(at_least, max(mid, at_least), most.high)


def reached_in_year(hotspot: Hotspot) -> Range | None:
    """Different people met in the year of the log; None without contacts in it."""
    contacts, visits = hotspot.log.contacts_364d, hotspot.log.visits_364d
    if contacts is None or visits is None:
        return None
    at_least = contacts.low / visits.high if visits.high else 0.0
    people = people_of(hotspot)
    mid = contacts.mid if people is None else min(contacts.mid, people.mid)
    high = np.inf if contacts.high is None else contacts.high
    return Range(at_least, max(mid, at_least), high)


def in_every_period(hotspot: Hotspot, days: int, covered: int) -> Range:
    """People met in every period of 28 days of a window: nobody, where one had no contact.

    Else at most as many as on average; at least nobody, since each period may have had others.
    Where too few were met for the log to tell, the middle is half way between the two.
    """
    periods = covered // PERIOD_DAYS
    met = monthly(hotspot, days, covered)
    if met is None or not periods:
        return NOTHING
    if periods == 1:
        return met
    every = hotspot.log.met_every_91d if days < WINDOWS[-1] else hotspot.log.met_every_364d
    if every is None:
        return Range(0.0, met.mid / 4, met.high)
    return Range(0.0, met.mid / 2, met.high) if every else NOTHING


def measure_contact(release: Release, visits: Sequence[TeamVisit] = ()) -> Contact:
    """Sum contact and items up over all hotspots of a release, and over the plan's visits."""
    shares = tuple(
        ContactShare(reading, denominator, days, _share(release, reading, denominator, days))
        for reading in Reading
        for denominator in Denominator
        for days in WINDOWS
    )
    given = [_planned(item, visits) for item in (Item.SYRINGES_OUT, Item.NALOXONE_OUT)]
    given += [_given(item, release.hotspots, days) for item in Item for days in WINDOWS]
    rate = _per_person_year(release)
    return Contact(
        covered_days=covered_days(release, 364),
        shares=shares,
        given=tuple(sorted(given, key=lambda one: (list(Item).index(one.item), one.days))),
        visits_planned=len(visits),
        per_person_year=rate,
        levels=None if rate is None else (syringe_level(rate.low), syringe_level(rate.high)),
        without_estimate=sum(hotspot.people is None for hotspot in release.hotspots),
    )


def _share(release: Release, reading: Reading, denominator: Denominator, days: int) -> Range | None:
    covered = covered_days(release, days)
    if covered < PERIOD_DAYS:
        return None
    met, whole = [], []
    for hotspot in release.hotspots:
        of = people_of(hotspot) if denominator is Denominator.ESTIMATE else reached_in_year(hotspot)
        if of is None:
            continue
        own = (
            in_every_period(hotspot, days, covered)
            if reading is Reading.EVERY_PERIOD
            else monthly(hotspot, days, covered) or NOTHING
        )
        # No more of the people can have been met than there are.
        most = of.high
        met.append(Range(min(own.low, most), min(own.mid, most), min(own.high, most)))
        whole.append(of)
    return total(met).over(total(whole)).capped() if whole else None


def _planned(item: Item, visits: Iterable[TeamVisit]) -> Given:
    name = {Item.SYRINGES_OUT: "syringes", Item.NALOXONE_OUT: "naloxone"}[item]
    own = [visit for visit in visits if visit.give.get(name)]
    amount = float(sum(visit.give[name] for visit in own))
    return Given(item, 0, Range(amount, amount, amount), len({visit.hotspot for visit in own}))


def _given(item: Item, hotspots: Iterable[Hotspot], days: int) -> Given:
    field = {
        Item.SYRINGES_OUT: "syringes_out",
        Item.SYRINGES_IN: "syringes_in",
        Item.NALOXONE_OUT: "naloxone_out",
    }[item]
    bands = [band for hotspot in hotspots if (band := log_of(hotspot.log, field, days)) is not None]
    return Given(item, days, total(Range.of(band) for band in bands), len(bands))


def _per_person_year(release: Release) -> Range | None:
    own = [
        (people, hotspot.log.syringes_out_364d)
        for hotspot in release.hotspots
        if "nsp" in hotspot.services and (people := people_of(hotspot)) is not None
    ]
    covered = covered_days(release, 364)
    if not own or not covered:
        return None
    # Nothing in the log is nothing given by it; what points gave is not in the log.
    given = total(Range.of(band) for _, band in own if band is not None)
    return given.times(DAYS_A_YEAR / covered).over(total(people for people, _ in own))

"""The visit log of one hotspot before a round, in bands: what was done in the last weeks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from outreach_map.intake import RawVisit
from outreach_map.privacy.bands import items_band, people_band, visits_band, week
from outreach_map.tables import Band, VisitLog

# Whole weeks, so that a visit's day within its week changes nothing.
PERIOD_DAYS = 28
LOG_DAYS = 91
YEAR_DAYS = 364


def visit_log(
    visits: Sequence[RawVisit], last_visit: date | None, start: date, covered: int
) -> VisitLog:
    """One hotspot's visits before a round, of which the log covers so many days."""
    done = list(counted(visits, start))
    dates = [visit.date for visit in done]
    if last_visit is not None and last_visit < start:
        dates.append(last_visit)
    month, quarter, year = (
        [visit for visit in done if visit.date >= start - timedelta(days=days)]
        for days in (PERIOD_DAYS, LOG_DAYS, YEAR_DAYS)
    )
    met = {((start - visit.date).days - 1) // PERIOD_DAYS for visit in done if visit.contacts}
    met_91d, met_364d = (_summed(own, "contacts", people=True) for own in (quarter, year))
    return VisitLog(
        last_visit_week=week(max(dates)) if dates else None,
        visits_28d=visits_band(len(month)) if month else None,
        visits_91d=visits_band(len(quarter)) if quarter else None,
        visits_364d=visits_band(len(year)) if year else None,
        contacts_28d=_summed(month, "contacts", people=True),
        contacts_91d=met_91d,
        contacts_364d=met_364d,
        syringes_out_28d=_summed(month, "syringes_out", people=False),
        syringes_out_91d=_summed(quarter, "syringes_out", people=False),
        syringes_out_364d=_summed(year, "syringes_out", people=False),
        syringes_in_28d=_summed(month, "syringes_in", people=False),
        syringes_in_91d=_summed(quarter, "syringes_in", people=False),
        syringes_in_364d=_summed(year, "syringes_in", people=False),
        # A kit goes to one person, so kits are counted as people are.
        naloxone_out_28d=_summed(month, "naloxone_out", people=True),
        naloxone_out_91d=_summed(quarter, "naloxone_out", people=True),
        naloxone_out_364d=_summed(year, "naloxone_out", people=True),
        met_every_91d=_every(met, met_91d, min(covered, LOG_DAYS)),
        met_every_364d=_every(met, met_364d, min(covered, YEAR_DAYS)),
        naloxone_left_91d=_any_left(quarter),
    )


def _summed(visits: Sequence[RawVisit], field: str, *, people: bool) -> Band | None:
    counts = [count for visit in visits if (count := getattr(visit, field)) is not None]
    if not counts:
        return None
    return people_band(sum(counts)) if people else items_band(sum(counts))


def counted(visits: Iterable[RawVisit], start: date) -> Iterator[RawVisit]:
    """Visits before a round at which something was done."""
    return (visit for visit in visits if visit.date < start and visit.outcome in ("", "done"))


def _every(met: set[int], contacts: Band | None, covered: int) -> bool | None:
    """Whether somebody was met in each whole period; None where under 11 were met in all.

    Of few people it would say nearly when each was met. Which way it is decided is released anyway.
    """
    if contacts is None or contacts.low == 0:
        return None
    return met.issuperset(range(covered // PERIOD_DAYS))


def _any_left(visits: Sequence[RawVisit]) -> bool | None:
    """Whether naloxone was handed out at all; None where nobody counted."""
    counts = [visit.naloxone_out for visit in visits if visit.naloxone_out is not None]
    return any(counts) if counts else None


def log_days(visits: Iterable[RawVisit], start: date, most: int | None = LOG_DAYS) -> int:
    """Whole weeks before the round that the visit log covers, in days, at most `most` of them."""
    first = week(min((visit.date for visit in visits if visit.date < start), default=start))
    days = (start - first).days if first else 0
    return days if most is None else min(days, most)

"""Raw row to released record, table by table: the allow-list in code.

What is not copied here does not leave. Notes, descriptions, reasons, mitigations, names of places
that are not public, sizes of teams, exact counts and exact dates are not copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from types import MappingProxyType
from typing import Protocol

from shapely.geometry.base import BaseGeometry

from outreach_map.hours import Hours
from outreach_map.intake import (
    RawDecision,
    RawHotspot,
    RawPoint,
    RawRisk,
    RawTeam,
    RawVisit,
)
from outreach_map.privacy.bands import (
    half_hours,
    items_band,
    people_band,
    rhythm,
    syringes_band,
    visits_band,
    week,
)
from outreach_map.settings import RiskSettings
from outreach_map.tables import (
    Band,
    Decision,
    DecisionKind,
    Hotspot,
    Place,
    Point,
    Rating,
    RiskState,
    RiskZone,
    Stock,
    Team,
    VisitLog,
)

LOG_DAYS = 90
YEAR_DAYS = 365
PERIOD_DAYS = 30


class Located(Protocol):
    """A raw row that has a place."""

    @property
    def id(self) -> str:
        """The planner's id."""

    @property
    def row(self) -> int:
        """Row in the planner's file."""

    @property
    def geometry(self) -> BaseGeometry:
        """Raw location in WGS 84."""


def hotspots(
    rows: Iterable[RawHotspot],
    visits: Sequence[RawVisit],
    start: date,
    codes: Mapping[str, str],
    places: Mapping[str, Place],
) -> tuple[Hotspot, ...]:
    """Hotspots by code, with their part of the visit log."""
    covered = log_days(visits, start, YEAR_DAYS)
    visited: dict[str, list[RawVisit]] = {}
    for visit in visits:
        visited.setdefault(visit.hotspot_id, []).append(visit)
    records = []
    for row in rows:
        people = people_band(_estimate(row))
        records.append(
            Hotspot(
                code=codes[row.id],
                place=places[row.id],
                typology=row.typology,
                communities=row.communities,
                languages=row.languages,
                people=people,
                people_min=people_band(row.est_min),
                people_max=people_band(row.est_max),
                est_month=None if row.est_date is None else row.est_date.replace(day=1),
                hours=half_hours(row.active_hours),
                services=row.services_needed,
                syringes_month=syringes_band(people, row.injections_per_day),
                visits_per_month=rhythm(row.visits_per_month),
                review_week=week(row.review_by),
                log=_log(visited.get(row.id, []), row.last_visit, start, covered),
            )
        )
    return tuple(sorted(records, key=lambda record: record.code))


def _estimate(row: RawHotspot) -> float | None:
    """Best estimate of people: the middle one, else the middle of the two ends."""
    if row.est_mid is not None:
        return row.est_mid
    if row.est_min is not None and row.est_max is not None:
        return (row.est_min + row.est_max) / 2
    return row.est_min if row.est_min is not None else row.est_max


def _log(
    visits: Sequence[RawVisit], last_visit: date | None, start: date, covered: int
) -> VisitLog:
    past = [visit for visit in visits if visit.date < start]
    done = [visit for visit in past if visit.outcome in ("", "done")]
    dates = [visit.date for visit in done]
    if last_visit is not None and last_visit < start:
        dates.append(last_visit)
    month, quarter, year = (
        [visit for visit in done if visit.date >= start - timedelta(days=days)]
        for days in (PERIOD_DAYS, LOG_DAYS, YEAR_DAYS)
    )
    met = {((start - visit.date).days - 1) // PERIOD_DAYS for visit in done if visit.contacts}
    return VisitLog(
        last_visit_week=week(max(dates)) if dates else None,
        visits_30d=visits_band(len(month)) if month else None,
        visits_90d=visits_band(len(quarter)) if quarter else None,
        visits_365d=visits_band(len(year)) if year else None,
        contacts_30d=_summed(month, "contacts", people=True),
        contacts_90d=_summed(quarter, "contacts", people=True),
        contacts_365d=_summed(year, "contacts", people=True),
        syringes_out_30d=_summed(month, "syringes_out", people=False),
        syringes_out_90d=_summed(quarter, "syringes_out", people=False),
        syringes_out_365d=_summed(year, "syringes_out", people=False),
        syringes_in_30d=_summed(month, "syringes_in", people=False),
        syringes_in_90d=_summed(quarter, "syringes_in", people=False),
        syringes_in_365d=_summed(year, "syringes_in", people=False),
        # A kit goes to one person, so kits are counted as people are.
        naloxone_out_30d=_summed(month, "naloxone_out", people=True),
        naloxone_out_90d=_summed(quarter, "naloxone_out", people=True),
        naloxone_out_365d=_summed(year, "naloxone_out", people=True),
        met_every_90d=_met_every(quarter, met, min(covered, LOG_DAYS)),
        met_every_365d=_met_every(year, met, min(covered, YEAR_DAYS)),
        naloxone_left_90d=_any_left(quarter),
        overdose_30d=any(
            visit.overdoses_reversed for visit in past if visit.date >= start - timedelta(days=30)
        ),
    )


def _summed(visits: Sequence[RawVisit], field: str, *, people: bool) -> Band | None:
    counts = [count for visit in visits if (count := getattr(visit, field)) is not None]
    if not counts:
        return None
    return people_band(sum(counts)) if people else items_band(sum(counts))


def _met_every(visits: Sequence[RawVisit], met: Set[int], days: int) -> bool | None:
    """Whether somebody was met in each period of so many days; None where too few were met.

    Of ten people in a year, met in ten periods, each count would be known: one.
    """
    band = _summed(visits, "contacts", people=True)
    if band is None or band.low == 0:
        return None
    return met >= set(range(days // PERIOD_DAYS))


def _any_left(visits: Sequence[RawVisit]) -> bool | None:
    """Whether naloxone was handed out at all; None where nobody counted."""
    counts = [visit.naloxone_out for visit in visits if visit.naloxone_out is not None]
    return any(counts) if counts else None


def log_days(visits: Iterable[RawVisit], start: date, most: int = LOG_DAYS) -> int:
    """Whole weeks before the round that the visit log covers, in days, at most `most`."""
    first = week(min((visit.date for visit in visits if visit.date < start), default=start))
    return min((start - first).days, most) if first else 0


def points(
    rows: Iterable[RawPoint], codes: Mapping[str, str], places: Mapping[str, Place]
) -> tuple[Point, ...]:
    """Distribution points by code; those that are not public lose their name."""
    records = [
        Point(
            code=codes[row.id],
            place=places[row.id],
            public=row.public,
            name=row.name if row.public else "",
            type=row.type,
            services=row.services,
            hours=row.opening_hours,
            capacity_per_month=items_band(row.capacity_per_month),
            stock=MappingProxyType(
                {
                    item: Stock.UNKNOWN if count is None else Stock.IN_STOCK if count else Stock.OUT
                    for item, count in sorted(row.stock.items())
                }
            ),
            languages=row.languages,
            restock=bool(row.restock),
            status=row.status,
            verified_week=week(row.verified_on),
        )
        for row in rows
    ]
    return tuple(sorted(records, key=lambda record: record.code))


def teams(
    rows: Iterable[RawTeam], codes: Mapping[str, str], bases: Mapping[tuple[str, str], Place]
) -> tuple[Team, ...]:
    """Teams by code; `bases` maps (id, "start" or "end") to the place."""
    records = [
        Team(
            code=codes[row.id],
            mode=row.mode,
            start=bases[row.id, "start"],
            end=bases[row.id, "end"],
            shift=row.shift,
            max_distance_m=None if row.max_distance_km is None else row.max_distance_km * 1000.0,
            break_s=(row.break_min or 0.0) * 60.0,
            carry=MappingProxyType(
                {item: count for item, count in sorted(row.carry.items()) if count is not None}
            ),
            languages=row.languages,
            communities=row.communities,
            no_go=row.no_go,
            page_language=row.page_language or "",
        )
        for row in rows
    ]
    return tuple(sorted(records, key=lambda record: record.code))


def zones(
    rows: Iterable[RawRisk],
    start: date,
    rules: RiskSettings,
    codes: Mapping[str, str],
    places: Mapping[str, Place],
) -> tuple[RiskZone, ...]:
    """Risk register by code, each row with its state on the round's first day."""
    records = []
    for row in rows:
        state = risk_state(row, start, rules)
        current = state is RiskState.CURRENT
        records.append(
            RiskZone(
                code=codes[row.id],
                place=places[row.id],
                category=row.category,
                affects=row.affects,
                rating=rating(row.likelihood, row.impact, rules) if current else Rating.UNKNOWN,
                state=state,
                action=row.action,
                hours=row.applies_hours or Hours(),
                review_week=week(row.review_by),
                residual=rating(row.residual_likelihood, row.residual_impact, rules)
                if current
                else Rating.UNKNOWN,
            )
        )
    return tuple(sorted(records, key=lambda record: record.code))


def expires_on(row: RawRisk, rules: RiskSettings) -> date | None:
    """Last day on which an assessment stands: its own, or by its category; None of an undated one.

    An end of its own may be later than the category's, for the peers said so.
    """
    if row.expires_on is not None or row.assessed_on is None:
        return row.expires_on
    return row.assessed_on + timedelta(days=rules.stands_days(row.category))


def risk_state(row: RawRisk, start: date, rules: RiskSettings) -> RiskState:
    """Standing of an assessment on a day; without a date or a review its review is due."""
    last = expires_on(row, rules)
    if last is not None and last < start:
        return RiskState.EXPIRED
    if not set(rules.signed_by) <= set(row.assessed_by):
        return RiskState.UNSIGNED
    if last is None or row.review_by is None or row.review_by < start:
        return RiskState.REVIEW_DUE
    return RiskState.CURRENT


def rating(likelihood: int | None, impact: int | None, rules: RiskSettings) -> Rating:
    """Likelihood x impact in classes; unknown without both."""
    if likelihood is None or impact is None:
        return Rating.UNKNOWN
    score = likelihood * impact
    if score >= rules.high:
        return Rating.HIGH
    return Rating.MEDIUM if score >= rules.medium else Rating.LOW


def decisions(
    rows: Iterable[RawDecision],
    start: date,
    hotspot_codes: Mapping[str, str],
    team_codes: Mapping[str, str],
) -> tuple[Decision, ...]:
    """Decisions in force on any day of the round's week; reasons stay behind."""
    last = start + timedelta(days=6)
    found = {
        (row.kind, hotspot_codes[row.hotspot_id], team_codes.get(row.team_id or ""))
        for row in rows
        if (row.from_date is None or row.from_date <= last)
        and (row.until_date is None or row.until_date >= start)
    }
    return tuple(
        Decision(kind=DecisionKind(kind), hotspot=hotspot, team=team)
        for kind, hotspot, team in sorted(found, key=lambda item: (item[1], item[0], item[2] or ""))
    )

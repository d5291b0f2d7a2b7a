"""Raw row to released record, table by table: the allow-list in code.

What is not copied here does not leave. Notes, descriptions, reasons, mitigations, names of places
that are not public, sizes of teams, exact counts and exact dates are not copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    week,
)
from outreach_map.privacy.derivable import without_derivable
from outreach_map.privacy.visit_log import log_days, visit_log
from outreach_map.settings import RiskSettings
from outreach_map.tables import (
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
)


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
) -> tuple[tuple[Hotspot, ...], int]:
    """Hotspots by code, with their part of the visit log; of how many some of it is left out."""
    covered = log_days(visits, start, None)
    visited: dict[str, list[RawVisit]] = {}
    for visit in visits:
        visited.setdefault(visit.hotspot_id, []).append(visit)
    records, left_out = [], 0
    for row in rows:
        people, own = people_band(_estimate(row)), visited.get(row.id, [])
        whole = visit_log(own, row.last_visit, start, covered)
        log = without_derivable(whole, own, start, covered)
        left_out += log != whole
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
                log=log,
            )
        )
    return tuple(sorted(records, key=lambda record: record.code)), left_out


def _estimate(row: RawHotspot) -> float | None:
    """Best estimate of people: the middle one, else the middle of the two ends, by their bands.

    By the ends themselves, the band of their middle would speak of more than the ends' bands do.
    """
    if row.est_mid is not None:
        return row.est_mid
    least, most = people_band(row.est_min), people_band(row.est_max)
    if least is not None and most is not None:
        return (least.mid + most.mid) / 2
    return row.est_min if row.est_min is not None else row.est_max


def points(
    rows: Iterable[RawPoint], codes: Mapping[str, str], places: Mapping[str, Place]
) -> tuple[Point, ...]:
    """Distribution points by code; those that are not public lose their name and exact hours.

    Who knows the public map still knows them by kind and hours: see `outreach_map.privacy.hidden`.
    """
    records = [
        Point(
            code=codes[row.id],
            place=places[row.id],
            public=row.public,
            name=row.name if row.public else "",
            type=row.type,
            services=row.services,
            hours=row.opening_hours if row.public else half_hours(row.opening_hours),
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

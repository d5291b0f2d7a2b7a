"""How old the data are, how much is unknown, and what figures do not say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from outreach_map.coverage import Reach
from outreach_map.language import month_of, number, percent, phrase, plural
from outreach_map.layers.words import words
from outreach_map.publish.plan import Plan
from outreach_map.tables import RiskState

_OLD_MONTHS = 12
_AGES = (
    phrase("up to 6 months"),
    phrase("7 to 12 months"),
    phrase("more than a year"),
    phrase("no date"),
)
_UNCOUNTED = phrase("nobody counted")
_CHECKED = (phrase("up to half a year ago"), phrase("longer ago"), phrase("no date"))
_WEEKS_CHECKED = 26


def ages(plan: Plan) -> list[dict[str, object]]:
    """Bars of how old and how sure: what they are of, and a share with a count each."""
    release = plan.release
    people = Counter(
        _UNCOUNTED if h.people is None else _age_class(h.est_month, plan.start)
        for h in release.hotspots
    )
    points = Counter(_checked(point.verified_week, plan.start) for point in release.points)
    risks: Counter[str] = Counter(zone.state for zone in release.zones)
    return [
        _bars(phrase("Estimates of people, by hotspot"), people, (*_AGES, _UNCOUNTED)),
        _bars(phrase("Points, last checked"), points, _CHECKED),
        _bars(
            phrase("Assessments of risks"),
            risks,
            list(RiskState),
        ),
        _unknown(plan),
    ]


def _bars(name: str, counts: Counter[str], order: Sequence[str]) -> dict[str, object]:
    whole = max(sum(counts.values()), 1)
    return {
        "name": name,
        "rows": [
            {
                "name": one,
                "count": number(counts[one]),
                "share": percent(counts[one] / whole),
                "width": str(round(100 * counts[one] / whole)),
            }
            for one in order
        ],
    }


def _unknown(plan: Plan) -> dict[str, object]:
    rows = []
    for one in plan.coverage.summary:
        whole = one.reached + one.partly + one.not_reached + one.unknown
        share = one.unknown / max(whole, 1)
        rows.append(
            {
                "name": words(one.service),
                "count": phrase("{part} of {whole}", part=one.unknown, whole=whole),
                "share": percent(share),
                "width": str(round(100 * share)),
            }
        )
    return {"name": phrase("Needs of which nobody knows whether they are reached"), "rows": rows}


def _age_class(month: date | None, start: date) -> str:
    if month is None:
        return _AGES[3]
    old = _months(month, start)
    return _AGES[0] if old <= 6 else _AGES[1] if old <= _OLD_MONTHS else _AGES[2]


def _months(month: date, start: date) -> int:
    return (start.year - month.year) * 12 + start.month - month.month


def _checked(week: date | None, start: date) -> str:
    if week is None:
        return _CHECKED[2]
    return _CHECKED[0] if (start - week).days <= 7 * _WEEKS_CHECKED else _CHECKED[1]


def limits(plan: Plan) -> Iterable[str]:
    """What the page cannot know, for whoever decides by it."""
    release, coverage = plan.release, plan.coverage
    yield phrase(
        "People who do not come to a hotspot are in no figure here, and neither are peers. Who is "
        "missed most may be missing from the page."
    )
    yield _age([h.est_month for h in release.hotspots if h.people is not None], plan.start)
    missing = coverage.contact.without_estimate
    if missing:
        yield plural(
            "{count} hotspot has no estimate of people, and is in no share of people.",
            "{count} hotspots have no estimate of people, and are in no share of people.",
            missing,
        )
    unknown = sum(row.reach is Reach.UNKNOWN for row in coverage.services)
    whole = max(len(coverage.services), 1)
    yield phrase(
        "Of {count} needs (a hotspot and a service) {share} are unknown: something that decides "
        "them is not written down.",
        count=len(coverage.services),
        share=percent(unknown / whole),
    )
    days = coverage.contact.covered_days
    yield phrase(
        "The visit log covers {days} of the last 364 days; longer windows are measured on these. "
        "It counts contacts, not persons: the least takes a visit's contacts for different people, "
        "the most and the middle all of them. What points gave out is not in it.",
        days=days,
    )
    yield phrase(
        "Teams count as planned for this week. Ranges hold for any place within the released areas "
        "and any count within the released bands."
    )


def _age(months: Sequence[date | None], start: date) -> str:
    dated = sorted(month for month in months if month is not None)
    undated = len(months) - len(dated)
    if not dated:
        return phrase("When the people were estimated is not written down.")
    old = sum(_months(month, start) > _OLD_MONTHS for month in dated)
    return phrase(
        "People were estimated from {first} to {last}; more than a year old: {old}, without a "
        "date: {undated}.",
        first=month_of(dated[0]),
        last=month_of(dated[-1]),
        old=old,
        undated=undated,
    )

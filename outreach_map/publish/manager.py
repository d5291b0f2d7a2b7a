"""What the manager's page says: who goes short, at which step, how sure it is, what would help."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from outreach_map.coverage import (
    Capacity,
    Denominator,
    Enough,
    Given,
    GroupCoverage,
    Grouping,
    Item,
    Range,
    Reach,
    Reading,
    ServiceCoverage,
    ServiceSummary,
    Step,
    Supply,
    gini,
)
from outreach_map.coverage.ranges import people_of, share_of, total
from outreach_map.layers import point_title
from outreach_map.layers.words import band, minutes, words
from outreach_map.publish.plan import Plan

_GAP_ORDER = (Reach.NOT_REACHED, Reach.UNKNOWN, Reach.PARTLY, Reach.REACHED)
_STEPS = {
    Step.AVAILABLE: "available",
    Step.REACHABLE: "reachable",
    Step.OPEN: "open then",
    Step.ACCEPTABLE: "acceptable",
    Step.CONTACTED: "contacted",
    Step.ENOUGH: "enough",
}
_NEXT_STEPS, _LEAST = 5, 3
_OLD_MONTHS = 12
_WINDOWS = {0: "this round, planned", 30: "30 days", 90: "90 days", 365: "365 days"}


def manager_context(plan: Plan) -> dict[str, object]:
    """Everything that the template of the page asks for."""
    coverage, release = plan.coverage, plan.release
    steps = Counter(row.first_broken for row in coverage.services)
    return {
        "walk_min": f"{plan.walk_min:.0f}",
        "services": [_service(row) for row in coverage.summary],
        "steps": [
            *(
                (f"not {step.value}", str(count))
                for step, count in steps.most_common()
                if step is not None
            ),
            ("no step broken", str(steps[None])),
        ],
        "cascade_steps": list(_STEPS.values()),
        "cascade": [_cascade(plan, row.service) for row in coverage.summary],
        "next_steps": list(_next_steps(plan, [r for r in coverage.services if not _unsure(r)])),
        "find_out": list(_next_steps(plan, [r for r in coverage.services if _unsure(r)])),
        "openings": list(_openings(plan)),
        "least": [_least(plan, grouping) for grouping in Grouping],
        "inequality": _inequality(plan),
        "contact": _contact(plan),
        "given": _given(plan),
        "given_windows": list(_WINDOWS.values()),
        "supplies": _supplies(plan),
        "capacity": [_capacity(one) for one in coverage.capacity],
        "gaps": [_gap(plan, row) for row in _by_urgency(coverage.services)],
        "unmapped": ", ".join(h.code for h in release.hotspots if not h.place.mapped),
        "limits": list(_limits(plan)),
    }


@dataclass(frozen=True)
class _Part:
    name: str
    count: int
    x: str
    width: str


def _service(row: ServiceSummary) -> dict[str, object]:
    counts = (row.reached, row.partly, row.not_reached, row.unknown)
    names = ("reached", "partly reached", "not reached", "unknown")
    whole = max(sum(counts), 1)
    parts, x = [], 0.0
    for name, count in zip(names, counts, strict=True):
        width = 100 * count / whole
        parts.append(_Part(name, count, f"{x:.2f}", f"{width:.2f}"))
        x += width
    return {"name": words(row.service), "parts": parts}


def _cascade(plan: Plan, service: str) -> dict[str, object]:
    shares = {row.step: row.share for row in plan.coverage.cascade if row.service == service}
    lost = {
        step: (shares[before].mid if before else 1.0) - shares[step].mid
        for before, step in zip((None, *Step), Step, strict=False)
        if step in shares and (before is None or before in shares)
    }
    worst = max(lost, key=lambda step: lost[step], default=None)
    return {
        "service": words(service),
        "cells": [
            {
                "mid": _percent(shares[step].mid) if step in shares else "–",
                "range": _percents(shares[step]) if step in shares else "",
                "worst": step is worst and lost[step] > 0,
            }
            for step in Step
        ],
        "presence": _presence(plan, service),
    }


def _presence(plan: Plan, service: str) -> dict[str, str]:
    """Share of the hours in which people are there with the service in reach, over people."""
    people = {hotspot.code: people_of(hotspot) for hotspot in plan.release.hotspots}
    held = [
        (
            weight,
            Range(row.presence.low, (row.presence.low + row.presence.high) / 2, row.presence.high),
        )
        for row in plan.coverage.services
        if row.service == service
        and row.presence is not None
        and (weight := people[row.hotspot]) is not None
    ]
    if not held:
        return {"mid": "unknown", "range": ""}
    share = share_of(held)
    return {"mid": _percent(share.mid), "range": _percents(share)}


def _unsure(row: ServiceCoverage) -> bool:
    """Whether nobody knows if there is a gap at all."""
    if row.first_broken in (Step.CONTACTED, Step.ENOUGH):
        held = row.holds[list(Step).index(row.first_broken)]
        return held is not None and held.high > 0
    return row.reach is Reach.UNKNOWN


def _next_steps(plan: Plan, rows: Sequence[ServiceCoverage]) -> Iterable[dict[str, str]]:
    """What would mend the gaps of most people, a service and a step at a time."""
    people = {hotspot.code: people_of(hotspot) for hotspot in plan.release.hotspots}
    groups: dict[tuple[str, Step, str], list[ServiceCoverage]] = {}
    for row in rows:
        if row.first_broken is not None:
            groups.setdefault((row.service, row.first_broken, row.mend), []).append(row)
    found = [
        (total(one for row in own if (one := people[row.hotspot])), len(own), key)
        for key, own in groups.items()
    ]
    found.sort(key=lambda item: (-item[0].mid, item[2]))
    for whole, count, (service, step, mend) in found[:_NEXT_STEPS]:
        hotspots = f"{count} hotspot{'s' * (count != 1)}"
        yield {
            "people": f"{_people(whole)} at {hotspots}",
            "what": f"{words(service)}, not {step.value}",
            "mend": mend,
        }


def _openings(plan: Plan) -> Iterable[dict[str, str]]:
    titles = {point.code: point_title(point) for point in plan.release.points}
    for one in plan.coverage.openings:
        yield {
            "where": titles[one.point],
            "when": f"{one.begin:%A %H:%M}–{one.end:%H:%M}",
            "service": words(one.service),
            "people": _people(one.people),
        }


def _least(plan: Plan, grouping: Grouping) -> dict[str, object]:
    own = [group for group in plan.coverage.equity.groups if group.grouping is grouping]
    return {"name": grouping.value, "groups": [_group(group) for group in own[:_LEAST]]}


def _group(group: GroupCoverage) -> dict[str, str]:
    name = group.name if group.grouping is Grouping.AREA else words(group.name)
    return {
        "name": name,
        "share": f"{_percent(group.share.mid)} ({_percents(group.share)})",
        "people": _people(group.people),
    }


def _inequality(plan: Plan) -> str:
    rows = plan.coverage.equity.inequality
    if not rows or not rows[0].theil:
        return ""
    first = rows[0]
    parts = [
        f"{row.between / row.theil:.0%} between {_plural(row.grouping)}"
        for row in rows
        if row.theil
    ]
    return (
        f"From 0 (all the same) to 1 the Gini coefficient is {first.gini:.2f}. Of what differs "
        f"(Theil {first.theil:.3f}) lies {', '.join(parts)}; the rest within them."
    )


def _plural(grouping: Grouping) -> str:
    return {"area": "areas", "community": "communities", "language": "languages"}[grouping.value]


def _contact(plan: Plan) -> list[dict[str, object]]:
    shares = {
        (one.reading, one.denominator, one.days): one.share for one in plan.coverage.contact.shares
    }
    return [
        {
            "name": f"{reading.value}, {denominator.value}",
            "cells": [_share(shares.get((reading, denominator, days))) for days in (30, 90, 365)],
        }
        for reading in Reading
        for denominator in Denominator
    ]


def _share(share: Range | None) -> dict[str, str]:
    if share is None:
        return {"mid": "unknown", "range": ""}
    return {"mid": _percent(share.mid), "range": _percents(share)}


def _given(plan: Plan) -> list[dict[str, object]]:
    found = {(one.item, one.days): one for one in plan.coverage.contact.given}
    return [
        {"name": item.value, "cells": [_amount(found.get((item, days))) for days in _WINDOWS]}
        for item in Item
    ]


def _amount(given: Given | None) -> dict[str, str]:
    if given is None:
        return {"mid": "", "range": ""}
    amount = given.amount
    if not given.hotspots:
        return {"mid": "none logged" if given.days else "none", "range": ""}
    exact = amount.low == amount.high
    return {"mid": f"{amount.mid:.0f}", "range": "" if exact else _span(amount)}


def _supplies(plan: Plan) -> list[tuple[str, str]]:
    contact = plan.coverage.contact
    rate, levels = contact.per_person_year, contact.levels
    rows = []
    if rate is not None and levels is not None:
        level = (
            levels[0].value if levels[0] is levels[1] else f"{levels[0].value} to {levels[1].value}"
        )
        rows.append(
            ("a person and year", f"{rate.mid:.0f} syringes ({_span(rate)}): {level} coverage")
        )
        rows.append(("targets", "WHO: 200 (2020), 300 (2030); below 100 is low, above 200 high"))
    counted = Counter(row.enough for row in plan.coverage.syringes)
    rows += [(f"syringes {one.value}", f"{counted[one]} hotspots") for one in Enough]
    kits = Counter(row.enough for row in plan.coverage.kits)
    rows += [(f"naloxone {one.value}", f"{kits[one]} hotspots") for one in Enough]
    return rows


def _capacity(one: Capacity) -> dict[str, str]:
    """The median over people, and how many of them have none within reach."""
    value, people = np.array(one.enhanced), np.array(one.people)
    order = np.argsort(value, kind="stable")
    median = value[order][np.searchsorted(np.cumsum(people[order]), people.sum() / 2)]
    return {
        "service": words(one.service),
        "median": f"{median:.1f}",
        "gini": f"{gini(value, people):.2f}",
        "none": _percent(float(people[value == 0].sum() / people.sum())),
        "unknown": str(one.without_capacity),
    }


def _by_urgency(rows: Sequence[ServiceCoverage]) -> list[ServiceCoverage]:
    return sorted(
        (row for row in rows if row.first_broken is not None),
        key=lambda row: (_GAP_ORDER.index(row.reach), row.service, row.hotspot),
    )


def _gap(plan: Plan, row: ServiceCoverage) -> dict[str, str]:
    people = {hotspot.code: hotspot.people for hotspot in plan.release.hotspots}
    return {
        "hotspot": row.hotspot,
        "people": band(people[row.hotspot]),
        "service": words(row.service),
        "reach": f"{row.reach.value} by a team" if row.by is Supply.TEAM else row.reach.value,
        "walk": _walk(row.walk_s_low, row.walk_s_high),
        "hours": "unknown" if row.presence is None else _two(row.presence.low, row.presence.high),
        "why": row.why,
        "mend": row.mend,
    }


def _limits(plan: Plan) -> Iterable[str]:
    """What the page cannot know, for whoever decides by it."""
    release, coverage = plan.release, plan.coverage
    yield (
        "People who do not come to a hotspot are in no figure here, and neither are peers. Who is "
        "missed most may be missing from the page."
    )
    yield _age([h.est_month for h in release.hotspots if h.people is not None], plan.start)
    missing = coverage.contact.without_estimate
    if missing:
        yield f"{missing} hotspots have no estimate of people, and are in no share of people."
    unknown = sum(row.reach is Reach.UNKNOWN for row in coverage.services)
    whole = max(len(coverage.services), 1)
    yield (
        f"Of {len(coverage.services)} needs (a hotspot and a service) {unknown / whole:.0%} are "
        "unknown: something that decides them is not written down."
    )
    days = coverage.contact.covered_days
    yield (
        f"The visit log covers {days} of the last 365 days; longer windows are measured on these. "
        "It counts contacts, not persons: the least takes a visit's contacts for different people, "
        "the most and the middle all of them. What points gave out is not in it."
    )
    yield (
        "Teams count as planned for this week. Ranges hold for any place within the released areas "
        "and any count within the released bands."
    )


def _age(months: Sequence[date | None], start: date) -> str:
    dated = sorted(month for month in months if month is not None)
    undated = len(months) - len(dated)
    if not dated:
        return "When the people were estimated is not written down."
    old = sum(
        (start.year - month.year) * 12 + start.month - month.month > _OLD_MONTHS for month in dated
    )
    return (
        f"People were estimated from {dated[0]:%b %Y} to {dated[-1]:%b %Y}; {old} estimates are "
        f"more than a year old, and {undated} have no date."
    )


def _walk(low: float, high: float) -> str:
    if low == float("inf"):
        return "no way"
    return minutes(low) if minutes(low) == minutes(high) else f"{minutes(low)} to {minutes(high)}"


def _people(people: Range) -> str:
    return f"about {people.mid:.0f} people ({_span(people)})"


def _span(amount: Range) -> str:
    if math.isinf(amount.high):
        return f"{amount.low:.0f} or more"
    return f"{amount.low:.0f}–{amount.high:.0f}"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _percents(share: Range) -> str:
    return _two(share.low, share.high)


def _two(low: float, high: float) -> str:
    """'36–100 %', or one number where both ends round to it."""
    first, last = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return f"{first}%" if first == last else f"{first}–{last}%"

"""What the manager's page says: who goes short, at which step, how sure it is, what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

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
    gini,
)
from outreach_map.coverage.contact import WINDOWS
from outreach_map.coverage.ranges import people_of, total
from outreach_map.language import (
    clock,
    language_name,
    number,
    percent,
    phrase,
    plural,
    together,
    weekday,
)
from outreach_map.layers import point_title
from outreach_map.layers.words import words
from outreach_map.publish.ages import ages, limits
from outreach_map.publish.filters import REACHES, Filters, view
from outreach_map.publish.gap_list import STEPS, codes_not_drawn, gap_rows
from outreach_map.publish.numbers import about, percents, span_of, told_people
from outreach_map.publish.plan import Plan
from outreach_map.publish.standing import AskedAreas, changes

_NEXT_STEPS = 5
_WINDOWS = {
    0: phrase("this round, planned"),
    28: phrase("28 days"),
    91: phrase("91 days"),
    364: phrase("364 days"),
}
_BY = {
    Grouping.AREA: phrase("By area"),
    Grouping.COMMUNITY: phrase("By community"),
    Grouping.LANGUAGE: phrase("By language"),
}
_GROUPS = {
    Grouping.AREA: phrase("areas"),
    Grouping.COMMUNITY: phrase("communities"),
    Grouping.LANGUAGE: phrase("languages"),
}


_NAMES: dict[Grouping, Callable[[str], str]] = {
    Grouping.AREA: str,
    Grouping.COMMUNITY: words,
    Grouping.LANGUAGE: language_name,
}


def manager_context(plan: Plan, filters: Filters, asked: AskedAreas) -> dict[str, object]:
    """Everything that the template of the page asks for."""
    coverage = plan.coverage
    steps = Counter(row.first_broken for row in coverage.services)
    return {
        "walk_min": number(plan.walk_min),
        "headline": list(_headline(plan)),
        "choices": {
            "services": [(n, words(one)) for n, one in enumerate(filters.services, start=1)],
            "groups": [(n, g.name, g.kind) for n, g in enumerate(filters.groups) if n],
        },
        "services": [
            {
                "number": number,
                "name": words(service),
                "view": view(plan.release.hotspots, coverage.services, service, filters.groups[0]),
            }
            for number, service in enumerate(filters.services, start=1)
        ],
        "reaches": [(one.name.lower(), one) for one in REACHES],
        "steps": [
            *(
                (phrase("not {step}", step=step), number(count))
                for step, count in steps.most_common()
                if step is not None
            ),
            (phrase("no step broken"), number(steps[None])),
        ],
        "cascade_steps": [*STEPS.values(), phrase("of their hours")],
        "next_steps": list(_next_steps(plan, [r for r in coverage.services if not _unsure(r)])),
        "find_out": list(_next_steps(plan, [r for r in coverage.services if _unsure(r)])),
        "openings": list(_openings(plan)),
        "asked": asked.rows(),
        "changes": changes(plan),
        "equity": [_groups(plan, grouping) for grouping in Grouping],
        "inequality": _inequality(plan),
        "contact": _contact(plan),
        "given": _given(plan),
        "given_windows": list(_WINDOWS.values()),
        "supplies": _supplies(plan),
        "capacity": [_capacity(one) for one in coverage.capacity],
        "gaps": gap_rows(plan, filters),
        "unmapped": together(codes_not_drawn(plan)),
        "ages": ages(plan),
        "limits": list(limits(plan)),
    }


def _headline(plan: Plan) -> Iterable[str]:
    """The page in four sentences, for who reads no more; the last says what to do."""
    rows, summary = plan.coverage.services, plan.coverage.summary
    if not rows:
        yield phrase("No hotspot of this round needs a service.")
        return
    reached = sum(row.reach is Reach.REACHED for row in rows)
    unknown = sum(row.reach is Reach.UNKNOWN for row in rows)
    yield phrase(
        "{reached} of {count} needs (a hotspot and a service) are surely reached, {share}; of "
        "{unknown} nobody knows.",
        reached=reached,
        count=len(rows),
        share=percent(reached / len(rows)),
        unknown=percent(unknown / len(rows)),
    )
    worst = min(summary, key=lambda one: (one.reached / max(_needed(one), 1), -_needed(one)))
    yield phrase(
        "Least reached: {service}, at {reached} of {count} hotspots that need it.",
        service=words(worst.service),
        reached=worst.reached,
        count=_needed(worst),
    )
    steps = Counter(row.first_broken for row in rows if row.first_broken is not None)
    if steps:
        step, count = steps.most_common(1)[0]
        yield phrase(
            "Of {all} needs {broken} fall short at some step, some of the reached ones too; most "
            "of them first at: not {step} ({count}).",
            broken=sum(steps.values()),
            all=len(rows),
            step=step,
            count=count,
        )
    for first in islice(_next_steps(plan, [row for row in rows if not _unsure(row)]), 1):
        yield phrase("What would do most good: {people}: {what}. {mend}", **first)


def _needed(one: ServiceSummary) -> int:
    return one.reached + one.partly + one.not_reached + one.unknown


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
        yield {
            "people": plural(
                "{people} at {count} hotspot",
                "{people} at {count} hotspots",
                count,
                people=told_people(whole),
            ),
            "what": phrase("{service}, not {step}", service=words(service), step=step),
            "mend": mend,
        }


def _openings(plan: Plan) -> Iterable[dict[str, str]]:
    titles = {point.code: point_title(point) for point in plan.release.points}
    for one in plan.coverage.openings:
        yield {
            "where": titles[one.point],
            "when": phrase(
                "{day} {begin}–{end}",
                day=weekday(one.begin),
                begin=clock(one.begin),
                end=clock(one.end),
            ),
            "service": words(one.service),
            "people": told_people(one.people),
        }


def _groups(plan: Plan, grouping: Grouping) -> dict[str, object]:
    own = [group for group in plan.coverage.equity.groups if group.grouping is grouping]
    return {
        "key": grouping.value,
        "name": _BY[grouping],
        "head": grouping,
        "groups": [_group(group) for group in own],
    }


def _group(group: GroupCoverage) -> dict[str, object]:
    share = group.share
    return {
        "name": _NAMES[group.grouping](group.name),
        "mid": percent(share.mid),
        "range": percents(share),
        "at": (round(100 * share.low), round(100 * share.mid), round(100 * share.high)),
        "people": told_people(group.people),
        "sort": f"{group.people.mid:.2f}",
    }


def _inequality(plan: Plan) -> str:
    rows = plan.coverage.equity.inequality
    if not rows or not rows[0].theil:
        return ""
    first = rows[0]
    parts = [
        phrase(
            "{share} between {groups}",
            share=percent(row.between / row.theil),
            groups=_GROUPS[row.grouping],
        )
        for row in rows
        if row.theil
    ]
    return phrase(
        "From 0 (all the same) to 1 the Gini coefficient is {gini}. Of what differs (Theil "
        "{theil}) lies {parts}; the rest within them.",
        gini=number(first.gini, 2),
        theil=number(first.theil, 3),
        parts=together(parts),
    )


def _contact(plan: Plan) -> list[dict[str, object]]:
    shares = {
        (one.reading, one.denominator, one.days): one.share for one in plan.coverage.contact.shares
    }
    return [
        {
            "name": together([reading, denominator]),
            "cells": [_share(shares.get((reading, denominator, days))) for days in WINDOWS],
        }
        for reading in Reading
        for denominator in Denominator
    ]


def _share(share: Range | None) -> dict[str, str]:
    if share is None:
        return {"mid": phrase("unknown"), "range": ""}
    return {"mid": percent(share.mid), "range": percents(share)}


def _given(plan: Plan) -> list[dict[str, object]]:
    found = {(one.item, one.days): one for one in plan.coverage.contact.given}
    return [
        {"name": item, "cells": [_amount(found.get((item, days))) for days in _WINDOWS]}
        for item in Item
    ]


def _amount(given: Given | None) -> dict[str, str]:
    if given is None:
        return {"mid": "", "range": ""}
    amount = given.amount
    if not given.hotspots:
        return {"mid": phrase("none logged") if given.days else phrase("none"), "range": ""}
    if amount.low == amount.high:
        return {"mid": number(amount.mid), "range": ""}
    told = about(amount)
    return {"mid": phrase("about {count}", count=number(told.mid)), "range": span_of(told)}


def _supplies(plan: Plan) -> list[tuple[str, str]]:
    contact = plan.coverage.contact
    rate, levels = contact.per_person_year, contact.levels
    rows: list[tuple[str, str]] = []
    if rate is not None and levels is not None:
        low, high = levels
        level = low if low is high else phrase("{low} to {high}", low=low, high=high)
        told = phrase(
            "{middle} syringes ({range}): {level} coverage",
            middle=number(rate.mid),
            range=span_of(rate),
            level=level,
        )
        rows.append((phrase("a person and year"), told))
        targets = phrase("WHO: 200 (2020), 300 (2030); below 100 is low, above 200 high")
        rows.append((phrase("targets"), targets))
    counted = Counter(row.enough for row in plan.coverage.syringes)
    rows += [(phrase("syringes {enough}", enough=one), _hotspots(counted[one])) for one in Enough]
    kits = Counter(row.enough for row in plan.coverage.kits)
    rows += [(phrase("naloxone {enough}", enough=one), _hotspots(kits[one])) for one in Enough]
    return rows


def _hotspots(count: int) -> str:
    return plural("{count} hotspot", "{count} hotspots", count)


def _capacity(one: Capacity) -> dict[str, str]:
    """The median over people, and how many of them have none within reach."""
    value, people = np.array(one.enhanced), np.array(one.people)
    order = np.argsort(value, kind="stable")
    median = value[order][np.searchsorted(np.cumsum(people[order]), people.sum() / 2)]
    return {
        "service": words(one.service),
        "median": number(float(median), 1),
        "gini": number(gini(value, people), 2),
        "none": percent(float(people[value == 0].sum() / people.sum())),
        "unknown": number(one.without_capacity),
    }

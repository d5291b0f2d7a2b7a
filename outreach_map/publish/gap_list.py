"""The manager's list of gaps: those of most people first, with what sorts each column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from outreach_map.coverage import Range, Reach, ServiceCoverage, Step, Supply
from outreach_map.coverage.ranges import people_of
from outreach_map.language import phrase
from outreach_map.layers.words import band, minutes, words
from outreach_map.publish.filters import Filters
from outreach_map.publish.numbers import told_people, two
from outreach_map.publish.plan import Plan

STEPS = {
    Step.AVAILABLE: phrase("available"),
    Step.REACHABLE: phrase("reachable"),
    Step.OPEN: phrase("open then"),
    Step.ACCEPTABLE: phrase("acceptable"),
    Step.CONTACTED: phrase("contacted"),
    Step.ENOUGH: phrase("enough"),
}
_REACH_ORDER = (Reach.NOT_REACHED, Reach.UNKNOWN, Reach.PARTLY, Reach.REACHED)


@dataclass(frozen=True)
class Cell:
    """What a cell says, and the number that it is sorted by; empty where nobody knows."""

    text: str
    sort: str


@dataclass(frozen=True)
class GapRow:
    """One gap: a hotspot and a service that surely does not come to all of its people.

    `service` and `groups` are numbers of the filters, services from 1.
    """

    hotspot: str
    service: int
    groups: str
    name: str
    need: Cell
    people: Cell
    step: Cell
    reach: Cell
    walk: Cell
    hours: Cell
    why: str
    mend: str


def unmet(row: ServiceCoverage, people: Range | None) -> Range | None:
    """People for whom some measured step does not hold; None where nobody counted them."""
    held = [one for one in row.holds if one is not None]
    if people is None or not held:
        return None
    last = held[-1]
    low = people.low * (1.0 - last.high)
    # No upper end times nobody is nobody.
    high = 0.0 if last.low >= 1.0 else people.high * (1.0 - last.low)
    return Range(low, min(max(people.mid * (1.0 - last.mid), low), high), high)


def gap_rows(plan: Plan, filters: Filters) -> list[GapRow]:
    """Every gap, the need of most people first; where nobody counted, at the end."""
    hotspots = {hotspot.code: hotspot for hotspot in plan.release.hotspots}
    found = [
        (unmet(row, people_of(hotspots[row.hotspot])), row)
        for row in plan.coverage.services
        if row.first_broken is not None
    ]

    def urgency(item: tuple[Range | None, ServiceCoverage]) -> tuple[bool, float, int, str, str]:
        need, row = item
        mid = 0.0 if need is None else need.mid
        return need is None, -mid, _REACH_ORDER.index(row.reach), row.hotspot, row.service

    return [
        GapRow(
            hotspot=row.hotspot,
            service=filters.services.index(row.service) + 1,
            groups=" ".join(map(str, filters.groups_of(row.hotspot))),
            name=words(row.service),
            need=_counted(need),
            people=Cell(
                band(hotspots[row.hotspot].people),
                _number(None if (one := hotspots[row.hotspot].people) is None else one.mid),
            ),
            step=_step(row),
            reach=Cell(_reach(row), str(_REACH_ORDER.index(row.reach))),
            walk=Cell(_walk(row.walk_s_low, row.walk_s_high), _walk_sort(row)),
            hours=Cell(phrase("unknown"), "")
            if row.presence is None
            else Cell(two(row.presence.low, row.presence.high), f"{row.presence.low:.4f}"),
            why=row.why,
            mend=row.mend,
        )
        for need, row in sorted(found, key=urgency)
    ]


def _counted(need: Range | None) -> Cell:
    return (
        Cell(phrase("unknown"), "") if need is None else Cell(told_people(need), _number(need.mid))
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _step(row: ServiceCoverage) -> Cell:
    if row.first_broken is None:
        return Cell("", "")
    return Cell(STEPS[row.first_broken], str(list(Step).index(row.first_broken)))


def _reach(row: ServiceCoverage) -> str:
    if row.by is Supply.TEAM:
        return phrase("{reach} by a team", reach=row.reach)
    return row.reach


def _walk_sort(row: ServiceCoverage) -> str:
    """Minutes from the worst place; no way is longer than any, and known."""
    return "1e9" if np.isinf(row.walk_s_high) else _number(row.walk_s_high / 60)


def _walk(low: float, high: float) -> str:
    if low == float("inf"):
        return phrase("no way")
    if minutes(low) == minutes(high):
        return minutes(low)
    return phrase("{low} to {high}", low=minutes(low), high=minutes(high))


def codes_not_drawn(plan: Plan) -> Iterable[str]:
    """Hotspots whose area is too wide to draw."""
    return (hotspot.code for hotspot in plan.release.hotspots if not hotspot.place.mapped)

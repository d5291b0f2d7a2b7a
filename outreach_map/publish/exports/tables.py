"""Gaps and kit lists as tables for spreadsheets."""

from __future__ import annotations

import numpy as np

from outreach_map.layers.words import band
from outreach_map.publish.plan import Plan
from outreach_map.routing import StopKind
from outreach_map.spreadsheets import Value, csv_text


def gaps_csv(plan: Plan) -> str:
    """Every hotspot and service: reach, the first broken step, walking minutes, hours, why."""
    people = {hotspot.code: band(hotspot.people) for hotspot in plan.release.hotspots}
    return csv_text(
        [
            "hotspot", "people", "service", "reach", "first_broken_step", "walk_min_low",
            "walk_min_high", "nearest_point", "brought_by", "hours_low", "hours_high", "why",
            "what_would_mend_it",
        ],
        (
            [
                row.hotspot,
                people[row.hotspot],
                row.service,
                row.reach.value,
                row.first_broken.value if row.first_broken else "",
                whole_minutes(row.walk_s_low),
                whole_minutes(row.walk_s_high),
                row.nearest or "",
                row.by.value,
                None if row.presence is None else round(row.presence.low, 3),
                None if row.presence is None else round(row.presence.high, 3),
                row.why,
                row.mend,
            ]
            for row in plan.coverage.services
        ),
    )  # fmt: skip


def kit_csv(plan: Plan) -> str:
    """What each shift has to carry at its start, and what to take at each restock on the way."""
    header, rows = kit_table(plan)
    return csv_text(header, rows)


def kit_table(plan: Plan) -> tuple[list[str], list[list[Value]]]:
    """Header and rows of the kit list: one row a shift, one column an item."""
    items = plan.release.items
    header = ["team", "date", "leave", "back", *items, "restock"]
    rows: list[list[Value]] = [
        [
            tour.team,
            tour.date.isoformat(),
            f"{tour.start:%H:%M}",
            f"{tour.end:%H:%M}",
            *(tour.kit.get(item, 0) for item in items),
            "; ".join(
                f"{stop.begin:%H:%M} {stop.code}: "
                + ", ".join(f"{amount} {item}" for item, amount in stop.take.items())
                for stop in tour.stops
                if stop.kind is StopKind.RESTOCK
            ),
        ]
        for tour in plan.routes.itineraries
    ]
    return header, rows


def whole_minutes(seconds: float) -> str:
    """Whole minutes, rounded up; empty where there is no way."""
    return "" if np.isinf(seconds) else str(int(np.ceil(seconds / 60)))

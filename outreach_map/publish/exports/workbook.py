"""A workbook for whoever packs and drives: rota, kit list and visits of the week, by codes."""

from __future__ import annotations

from openpyxl import Workbook

from outreach_map.layers.words import mode, words
from outreach_map.publish.exports.tables import kit_table
from outreach_map.publish.plan import Plan
from outreach_map.spreadsheets import Value, add_table, workbook_bytes


def week_workbook(plan: Plan) -> bytes:
    """The sheets Rota, Kit list and Visits; no place but codes. Same plan, same bytes."""
    book = Workbook()
    del book["Sheet"]
    add_table(book, "Rota", ["team", "day", "date", "leave", "back", "mode", "visits"], _rota(plan))
    header, rows = kit_table(plan)
    add_table(book, "Kit list", [words(name) for name in header], rows)
    add_table(
        book, "Visits", ["team", "date", "from", "to", "hotspot", "kind", "give"], _visits(plan)
    )
    return workbook_bytes(book, plan.start)


def _rota(plan: Plan) -> list[list[Value]]:
    return [
        [
            tour.team,
            f"{tour.date:%A}",
            tour.date,
            f"{tour.start:%H:%M}",
            f"{tour.end:%H:%M}",
            mode(tour.mode),
            len(tour.visits),
        ]
        for tour in plan.routes.itineraries
    ]


def _visits(plan: Plan) -> list[list[Value]]:
    kinds = {hotspot.code: words(hotspot.typology) for hotspot in plan.release.hotspots}
    return [
        [
            tour.team,
            tour.date,
            f"{stop.begin:%H:%M}",
            f"{stop.leave:%H:%M}",
            stop.code,
            kinds.get(stop.code or "", ""),
            ", ".join(f"{amount} {words(item)}" for item, amount in stop.give.items()),
        ]
        for tour in plan.routes.itineraries
        for stop in tour.visits
    ]

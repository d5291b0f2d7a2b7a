"""Flags, naloxone and incidents in the words of the pages, and as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from outreach_map.language import (
    day_and_clock,
    number,
    percent,
    phrase,
    short_month,
    together,
)
from outreach_map.layers.words import affects, week, words
from outreach_map.publish.plan import Plan
from outreach_map.risk import Flag, NaloxoneReach
from outreach_map.spreadsheets import csv_text
from outreach_map.tables import Incidents, Withheld

# So many stand open on the planner's page.
SHOWN = 25
# Counts of incidents below this one are not told.
FEWEST_TOLD = 11


def flag_item(flag: Flag, *, brief: bool = False) -> dict[str, object]:
    """A flag for a page; `brief` where place and time are said around it."""
    return {
        "rating": flag.rating,
        "kind": flag.kind,
        "about": "" if brief else flag.about,
        "team": flag.team or "",
        "when": "" if brief or flag.when is None else day_and_clock(flag.when),
        "affects": affects(flag.affects),
        "evidence": flag.evidence,
        "mitigation": flag.mitigation,
        "source": flag.source,
        "review": week(flag.review_week) if flag.review_week else "",
    }


@dataclass(frozen=True)
class FlagList:
    """Flags of which the first stand open, and the rest one tap away."""

    first: tuple[dict[str, object], ...]
    rest: tuple[dict[str, object], ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.first)

    def __len__(self) -> int:
        """How many there are in all."""
        return len(self.first) + len(self.rest)


def flag_list(flags: Iterable[Flag], shown: int, *, brief: bool = False) -> FlagList:
    """Flags in their order, which is by what matters for the shift."""
    items = tuple(flag_item(flag, brief=brief) for flag in flags)
    return FlagList(items[:shown], items[shown:])


@dataclass(frozen=True)
class RiskNote:
    """What to do about a kind of risk, and where it is less grave or less sure: for paper."""

    kind: str
    mitigation: str
    source: str
    named: tuple[tuple[str, str], ...]


def risk_notes(lists: Iterable[tuple[str, FlagList]]) -> list[RiskNote]:
    """Each kind of risk once, of the flags of a page.

    Parameters
    ----------
    lists
        Codes of places (none where a flag says its own) and their flags. On paper those that stand
        first are told where they are, and the rest only named there: their evidence is here.
    """
    notes: dict[tuple[str, str, str], dict[tuple[str, str], None]] = {}
    for code, flags in lists:
        for item in (*flags.first, *flags.rest):
            key = (item["kind"], item["mitigation"], item["source"])
            named = notes.setdefault(key, {})  # type: ignore[arg-type]  # texts, in a mapping of any
            if item in flags.rest:
                where = code or item["about"] or item["team"]
                named[(where, item["evidence"])] = None  # type: ignore[index]
    kinds = list(dict.fromkeys(kind for kind, *_ in notes))
    made = [RiskNote(*key, tuple(named)) for key, named in notes.items()]
    return sorted(made, key=lambda note: kinds.index(note.kind))


def flags_csv(plan: Plan) -> str:
    """Every flag: code, severity or unknown, whom it affects, evidence, what to do, source."""
    return csv_text(
        [
            "flag", "severity", "about", "team", "when", "affects", "minutes", "evidence",
            "what_to_do", "source", "review_week",
        ],
        (
            [
                flag.kind.code,
                flag.rating.value,
                flag.about,
                flag.team or "",
                "" if flag.when is None else f"{flag.when:%Y-%m-%d %H:%M}",
                flag.affects.value,
                "" if flag.minutes is None else str(int(np.ceil(flag.minutes))),
                flag.evidence,
                flag.mitigation,
                flag.source,
                "" if flag.review_week is None else flag.review_week.isoformat(),
            ]
            for flag in plan.flags
        ),
    )  # fmt: skip


def naloxone_rows(reach: Sequence[NaloxoneReach]) -> list[dict[str, object]]:
    """Hotspots with hours without naloxone in time, those where training would do most first."""
    kits = {True: phrase("yes"), False: phrase("no"), None: phrase("unknown")}
    return [
        {
            "hotspot": one.hotspot,
            "share": phrase("unknown") if one.in_time is None else percent(one.in_time),
            "usual": phrase("nobody comes")
            if np.isinf(one.usual_min)
            else phrase("{minutes} min", minutes=number(np.ceil(one.usual_min))),
            "kit": kits[one.kit_left],
        }
        for one in sorted(reach, key=lambda one: (-one.weight, one.hotspot))
        if one.gap
    ]


def incident_tables(incidents: Incidents | None) -> list[dict[str, object]]:
    """Two tables by month, without the rows in which no month shows a count."""
    if incidents is None:
        return []
    tables: list[dict[str, object]] = []
    for name, by, cells in (
        (phrase("District"), phrase("By district"), incidents.by_district),
        (phrase("Kind"), phrase("By kind"), incidents.by_kind),
    ):
        if not cells:
            continue
        rows: dict[str, list[str]] = {}
        told: set[str] = set()
        for cell in cells:
            few = cell.count is Withheld.FEW
            text = "" if isinstance(cell.count, Withheld) else cell.count.label
            shown = phrase("<{count}", count=FEWEST_TOLD) if few else text
            rows.setdefault(words(cell.row), []).append(shown)
            if not few:
                told.add(words(cell.row))
        tables.append(
            {
                "name": name,
                "by": by,
                "months": [short_month(month) for month in incidents.months],
                "rows": [(row, values) for row, values in rows.items() if row in told],
                "silent": together(row for row in rows if row not in told),
            }
        )
    return tables

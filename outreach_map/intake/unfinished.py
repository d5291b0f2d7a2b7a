"""What is not yet the planner's own: example rows of the templates, and points not asked yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from outreach_map.errors import Problem, Severity
from outreach_map.intake.rows import EXAMPLE_ID, RawPoint, Row
from outreach_map.intake.sources import Source

_IDS = ("id", "hotspot_id", "team_id", "h3")


def left_over(source: Source, kind: type[Row], rows: Sequence[Row]) -> Iterable[Problem]:
    """An error for each example row: a plan made of them would send people to no place at all."""
    found: dict[int, str] = {}
    for column in _IDS:
        if column in kind.model_fields:
            for row in rows:
                name = getattr(row, column)
                # Spreadsheets that correct what is typed change its case.
                if name and name[0] in "Ee" and name.upper() == EXAMPLE_ID:
                    found.setdefault(row.row, column)
    for number, column in found.items():
        what = "is the example row of the template"
        mend = "Write a row of your own over it, or take the row out."
        said = "a row of your own"
        yield source.problem(what, mend, row=number, column=column, expected=said)


def not_asked(source: Source, points: Sequence[RawPoint]) -> Iterable[Problem]:
    """A warning for points of which nobody wrote down what they give out."""
    silent = [point.row for point in points if not point.services]
    if silent:
        count = len(silent)
        which = f"row {silent[0]}" + (f" and {count - 1} more" if count > 1 else "")
        yield source.problem(
            f"is empty in {which}, so nothing is known to be had there",
            "Ask there, and write down what they give out.",
            column="services",
            severity=Severity.WARNING,
            expected="plain words such as nsp;condoms",
        )

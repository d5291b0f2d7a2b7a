"""Candidates for new points: public places that a planner has in mind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import ClassVar

import shapely

from outreach_map.errors import InputError, Problem, Severity
from outreach_map.intake.cells import Amount, Identifier, Reading, Spot
from outreach_map.intake.columns import prepared
from outreach_map.intake.formats import read_source
from outreach_map.intake.made import made
from outreach_map.intake.rows import Row
from outreach_map.intake.sources import Table
from outreach_map.limits import MOST_ROWS


class RawCandidate(Row):
    """A row of candidates."""

    located: ClassVar[bool] = True

    id: Identifier
    geometry: Spot
    capacity_per_month: Amount | None = None


def read_candidates(
    path: Path, bounds: tuple[float, float, float, float]
) -> tuple[RawCandidate, ...]:
    """Read a file of candidates: id, lon and lat (or a geometry), and capacity_per_month if known.

    `bounds` are west, south, east and north of the study area, outside of which no candidate lies.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    source = prepared(
        read_source(
            path, Table(frozenset(RawCandidate.model_fields), most=MOST_ROWS["candidates"])
        ),
        RawCandidate,
        {},
    )
    problems = source.problems
    rows: list[RawCandidate] = []
    if not any(problem.severity is Severity.ERROR for problem in problems):
        rows = made(source, RawCandidate, Reading(source.decimal_mark), problems)
    count = Counter(row.id for row in rows)
    problems += [
        source.problem(
            "stands in two rows", "Give each candidate its own.", row=row.row, column="id"
        )
        for row in rows
        if count[row.id] > 1
    ]
    area = shapely.box(*bounds)
    problems += [
        source.problem(
            "lies outside the study area",
            "Check the coordinates; lon and lat may be swapped.",
            row=row.row,
            column="lon, lat",
        )
        for row in rows
        if not area.intersects(row.geometry)
    ]
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if not rows and not errors:
        errors = [Problem(source.file, None, "", "has no rows", "Add at least one candidate.")]
    if errors:
        raise InputError(errors)
    return tuple(rows)

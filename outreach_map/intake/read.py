"""Read and validate all tables of a programme; every problem of every file at once.

No message quotes a coordinate, a note, a count or an id. A cell may stand in the wrong column, so
what was found is shown only where it has the form of a date, or is nearly one of the words that a
column with a closed set of values takes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import h3
import numpy as np
import shapely
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import InputError, Problem, Severity
from outreach_map.intake import checks
from outreach_map.intake.raster import ENDINGS, raster_residents
from outreach_map.intake.rows import (
    RawCell,
    RawDecision,
    RawHotspot,
    RawLonLat,
    RawPoint,
    RawResidents,
    RawRisk,
    RawTables,
    RawTeam,
    RawVisit,
    Row,
)
from outreach_map.intake.sources import Source, SourceRow, read_source
from outreach_map.programme import USUAL_NAMES, Files, Programme
from outreach_map.tables import Affects, DecisionKind, Mode, PointStatus, RiskAction

Bounds = tuple[float, float, float, float]
R = TypeVar("R", bound=Row)

_DATES = frozenset(
    ("est_date", "last_visit", "review_by", "verified_on", "assessed_on", "expires_on",
     "date", "from_date", "until_date")
)  # fmt: skip
_LIKE_A_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_WORDS: Mapping[str, type[StrEnum]] = {
    "kind": DecisionKind,
    "mode": Mode,
    "action": RiskAction,
    "affects": Affects,
    "status": PointStatus,
}


def read_tables(programme: Programme, *, bounds: Bounds | None = None) -> RawTables:
    """Read every file of a programme.

    Parameters
    ----------
    programme
        Names the files.
    bounds
        West, south, east, north of the study area, to notice swapped and far-off coordinates.

    Returns
    -------
    RawTables
        Valid rows; `warnings` holds what does not stop a plan.

    Raises
    ------
    InputError
        With every error of every file; warnings alone stop nothing.
    """
    tables, problems = _read(programme, bounds)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise InputError(errors)
    return tables


def collect_problems(programme: Programme, *, bounds: Bounds | None = None) -> tuple[Problem, ...]:
    """Every problem of every file, warnings included, in reading order."""
    return InputError(_read(programme, bounds)[1]).problems


def _read(programme: Programme, bounds: Bounds | None) -> tuple[RawTables, list[Problem]]:
    problems: list[Problem] = []
    files = programme.files
    seen: dict[Path, set[str] | None] = {}
    hotspots = _table(files.hotspots, RawHotspot, problems, seen)
    points = _table(files.points, RawPoint, problems, seen)
    teams = _table(files.teams, RawTeam, problems, seen)
    risks = _table(files.risks, RawRisk, problems)
    visits = _table(files.visits, RawVisit, problems)
    decisions = _table(files.decisions, RawDecision, problems)
    residents = _population(files.population, bounds, problems)
    for path, rows in ((files.hotspots, hotspots), (files.teams, teams)):
        if not rows and not any(problem.file == path.name for problem in problems):
            problems.append(
                Problem(
                    path.name, None, "", "has no rows", "Add at least one row below the header."
                )
            )
    tables = RawTables(
        hotspots=tuple(hotspots),
        points=tuple(points),
        teams=tuple(teams),
        risks=tuple(risks),
        visits=tuple(visits),
        decisions=tuple(decisions),
        residents=residents,
    )
    problems += checks.across_tables(tables, files, seen)
    problems += checks.locations(tables, files, bounds)
    problems += _absent(files)
    warnings = tuple(problem for problem in problems if problem.severity is Severity.WARNING)
    return RawTables(**{**vars(tables), "warnings": warnings}), problems


def _absent(files: Files) -> Iterable[Problem]:
    """Warnings for the files that a programme may lack: what is not written down is unknown."""
    lacks = (
        (
            "risks",
            files.risks,
            "is not in the folder, so no risk is known, which is not to say that there is none",
            "Write the register together with the peers.",
        ),
        (
            "visits",
            files.visits,
            "is not in the folder, so nothing is known of earlier visits",
            "Add the log when there is one.",
        ),
        (
            "decisions",
            files.decisions,
            "is not in the folder, so no decision of the peers binds the plan",
            "Ask the peers, and write down what they decide.",
        ),
    )
    for key, path, what, mend in lacks:
        if path is None:
            yield Problem(USUAL_NAMES[key], None, "", what, mend, severity=Severity.WARNING)


def _table(
    path: Path | None,
    kind: type[R],
    problems: list[Problem],
    seen: dict[Path, set[str] | None] | None = None,
) -> list[R]:
    """Valid rows of one file; what is wrong with the others goes to `problems`.

    `seen` is told the ids of all rows, valid or not, so that one bad row is not reported again by
    every row that refers to it; None where the file as a whole could not be read.
    """
    if path is None:
        return []
    source = read_source(path)
    problems += source.problems
    readable = bool(source.columns) and _has_columns(source, kind, problems)
    if seen is not None:
        known_ids = {" ".join(row.cells.get("id", "").split()) for row in source.rows}
        # Rows that could not be read have ids that nobody knows.
        seen[path] = known_ids if readable and not source.problems else None
    if not readable:
        return []
    known = _known_columns(kind)
    if kind is RawPoint and source.columns and "public" not in source.columns:
        problems.append(_all_public(source))
    unknown = [
        name
        for name in source.columns
        if name not in known and not any(_item(name, prefix) for prefix in kind.prefixes)
    ]
    if unknown:
        problems.append(
            Problem(
                source.file,
                None,
                "",
                f"has {len(unknown)} column{'s' * (len(unknown) != 1)} that no table uses",
                "They are left out and never published.",
                severity=Severity.WARNING,
            )
        )
    rows = []
    for row in source.rows:
        values = _values(row, kind, known)
        if kind is RawPoint and "public" not in source.columns:
            values["public"] = "yes"
        if kind.located and (geometry := _geometry(row, source, problems)) is not None:
            values["geometry"] = geometry
        try:
            rows.append(kind.model_validate(values, context=source.decimal_mark))
        except ValidationError as error:
            problems += _explain(error, source.file, row)
    return rows


def _all_public(source: Source) -> Problem:
    """Points are public services unless the file tells them apart; a slip of the pen must not."""
    near = difflib.get_close_matches("public", source.columns, n=1, cutoff=0.6)
    if near:
        return Problem(
            source.file,
            None,
            "public",
            "the column is missing, and there is one with nearly that name",
            f"Rename the column {near[0]}, or hidden points would be shown.",
        )
    return Problem(
        source.file,
        None,
        "public",
        "the column is missing, so every point is shown with its name and place",
        "Add it, and write no for each depot and each place that not everybody may know.",
        severity=Severity.WARNING,
    )


def _known_columns(kind: type[Row]) -> set[str]:
    fields = set(kind.model_fields) - {"row", "geometry", "stock", "carry"}
    return fields | ({"lon", "lat"} if kind.located else set())


def _item(name: str, prefix: str) -> str:
    """Item of a column such as `stock_<item>`; empty where the column is not of that family."""
    item = name.removeprefix(prefix)
    # Names of items are published, so none may hold what could be a telephone number.
    fits = re.fullmatch("[a-z0-9_]{1,30}", item) and not re.search(r"\d_?\d_?\d", item)
    return item if name != item and fits else ""


def _has_columns(source: Source, kind: type[Row], problems: list[Problem]) -> bool:
    required = [
        name
        for name, field in kind.model_fields.items()
        if field.is_required() and name not in ("row", "geometry")
    ]
    if kind.located and not source.has_geometry:
        required += ["lon", "lat"]
    if source.has_geometry and not source.rows:
        return True
    missing = [name for name in required if name not in source.columns]
    for name in missing:
        near = difflib.get_close_matches(name, source.columns, n=1, cutoff=0.6)
        hint = f"Is it the column {near[0]}? Rename it" if near else "Add it"
        problems.append(
            Problem(source.file, None, name, "the column is missing", f"{hint}, and fill it.")
        )
    placed = source.has_geometry or "h3" in source.columns or {"lon", "lat"} <= {*source.columns}
    if kind is RawCell and not placed:
        missing.append("h3")
        problems.append(
            Problem(
                source.file, None, "h3", "the column is missing", "Add it, or lon and lat; fill it."
            )
        )
    return not missing


def _values(row: SourceRow, kind: type[Row], known: set[str]) -> dict[str, object]:
    values: dict[str, object] = {"row": row.row}
    values.update((name, text) for name, text in row.cells.items() if name in known)
    for prefix in kind.prefixes:
        values[prefix.rstrip("_")] = {
            item: text for name, text in row.cells.items() if (item := _item(name, prefix))
        }
    if kind.located:
        values.pop("lon", None)
        values.pop("lat", None)
    elif row.geometry is not None and "lon" in kind.model_fields:
        centre = row.geometry.centroid
        values |= {"lon": str(centre.x), "lat": str(centre.y)}
    return values


def _geometry(row: SourceRow, source: Source, problems: list[Problem]) -> BaseGeometry | None:
    """Geometry of a row, from the columns lon and lat where the file has none.

    Whether they are degrees at all is seen later, with the swapped ones.
    """
    if row.geometry is not None:
        return row.geometry
    cells = {name: row.cells[name] for name in ("lon", "lat") if name in row.cells}
    try:
        place = RawLonLat.model_validate({"row": row.row, **cells}, context=source.decimal_mark)
    except ValidationError as error:
        problems += _explain(error, source.file, row)
        return None
    return shapely.Point(place.lon, place.lat)


def _explain(error: ValidationError, file: str, row: SourceRow) -> Iterable[Problem]:
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        column = str(item["loc"][0]) if item["loc"] else ""
        if column in ("stock", "carry") and len(item["loc"]) > 1:
            column = f"{column}_{item['loc'][1]}"
        if column == "geometry" and item["type"] == "missing":
            continue  # `_geometry` has said why
        what, mend = _words(item["type"], item["msg"])
        if not column:
            column, _, what = what.partition(" ")
        yield Problem(file, row.row, column, what, mend, _shown(column, row.cells.get(column, "")))


def _shown(column: str, found: str) -> str:
    """What was found in a cell as far as it may be shown."""
    if column in _DATES:
        return found if _LIKE_A_DATE.fullmatch(found) else ""
    words = [word.value for word in _WORDS[column]] if column in _WORDS else []
    return found if difflib.get_close_matches(found.lower(), words, n=1, cutoff=0.6) else ""


def _words(kind: str, message: str) -> tuple[str, str]:
    """What is wrong and what to do, from a message of a converter or of pydantic."""
    what, _, mend = message.removeprefix("Value error, ").partition(" | ")
    if mend:
        return what, mend
    if kind == "missing":
        return "is empty", "Fill it."
    if kind == "enum":
        allowed = re.sub(r"^Input should be ", "", message).replace("'", "")
        return "is not one of the known words", f"Write {allowed}."
    if kind in ("greater_than_equal", "less_than_equal"):
        return "is out of its range", message.replace("Input should be", "It has to be") + "."
    return "cannot be read", "Compare the cell with the example programme."


def _population(
    path: Path | None, bounds: Bounds | None, problems: list[Problem]
) -> RawResidents | None:
    """Residents by H3 cells, by points or by a raster."""
    if path is None:
        return None
    if path.suffix.lower() in ENDINGS:
        return raster_residents(path, bounds, problems)
    return _residents(_table(path, RawCell, problems), path, problems)


def _residents(cells: list[RawCell], path: Path, problems: list[Problem]) -> RawResidents:
    places: list[tuple[float, float]] = []
    people: list[float] = []
    for cell in cells:
        where = _cell_centre(cell)
        if where is None:
            problems.append(
                Problem(
                    path.name, cell.row, "h3", "is not an H3 cell, nor lon and lat", "Correct it."
                )
            )
            continue
        places.append(where)
        people.append(cell.population)
    return RawResidents(
        np.array(places, dtype=np.float64).reshape(-1, 2), np.array(people, dtype=np.float64)
    )


def _cell_centre(cell: RawCell) -> tuple[float, float] | None:
    if cell.h3 is None and cell.lon is not None and cell.lat is not None:
        on_globe = abs(cell.lon) <= 180 and abs(cell.lat) <= 90
        return (cell.lon, cell.lat) if on_globe else None
    if cell.h3 is not None:
        if not h3.is_valid_cell(cell.h3):
            return None
        lat, lon = h3.cell_to_latlng(cell.h3)
        return lon, lat
    return None

"""Results of the peers' meeting: read from a file, and written into the register itself.

The register is the planner's own file, so only the cells that were decided are touched; everything
else in it stays as it is. It is written to a temporary name and renamed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outreach_map.errors import InputError, Problem, ProgrammeError, Severity
from outreach_map.intake.cells import Reading
from outreach_map.intake.columns import prepared
from outreach_map.intake.formats import read_source
from outreach_map.intake.made import made
from outreach_map.intake.rows import RawAccepted
from outreach_map.intake.sources import Table
from outreach_map.limits import MOST_ROWS
from outreach_map.whole import replace_whole

Cells = Mapping[str, str]


def read_accepted(path: Path) -> list[RawAccepted]:
    """Rows of a file of results that somebody decided about.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    if not path.is_file():
        mend = "Name the file with the results of the meeting."
        raise InputError([Problem(path.name, None, "", "does not exist", mend)])
    source = read_source(path, Table(frozenset(RawAccepted.model_fields), most=MOST_ROWS["risks"]))
    source = prepared(source, RawAccepted, {})
    problems = list(source.problems)
    rows = made(source, RawAccepted, Reading(source.decimal_mark), problems)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise InputError(errors)
    return [row for row in rows if row.decided]


def rewrite_register(path: Path, renamed: Mapping[str, str], changes: Mapping[str, Cells]) -> None:
    """Write cells of some rows of the register, found by their id.

    Parameters
    ----------
    path
        The register: GeoJSON, CSV or TSV.
    renamed
        The programme's own names of columns -> ours.
    changes
        Id -> column -> text.

    Raises
    ------
    ProgrammeError
        For a register of another format, or one that cannot be written.
    """
    own = {ours: theirs for theirs, ours in renamed.items()}
    kind = path.suffix.lower()
    if kind not in (".geojson", ".json", ".csv", ".tsv"):
        raise ProgrammeError(
            "A register of this format can be read and not written.",
            where=path.name,
            mend="Save it as GeoJSON or CSV and name it under [files], or enter the results there.",
        )
    try:
        before = path.read_bytes()
        change = _geojson if kind in (".geojson", ".json") else _delimited
        replace_whole(path, change(before, own, changes))
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        raise ProgrammeError(
            "The register could not be written; it is as it was.",
            where=path.name,
            mend="Close it elsewhere, and check that it is yours.",
        ) from None


def _geojson(before: bytes, own: Cells, changes: Mapping[str, Cells]) -> bytes:
    document: dict[str, Any] = json.loads(before.decode("utf-8-sig"))
    for feature in document["features"]:
        properties: dict[str, Any] = feature.get("properties") or {}
        names = {str(name).strip().lower(): name for name in properties}
        id_name = names.get(own.get("id", "id").lower(), "id")
        row = changes.get(" ".join(str(properties.get(id_name, "")).split()))
        for column, text in (row or {}).items():
            wanted = own.get(column, column)
            properties[names.get(wanted.lower(), wanted)] = int(text) if text.isdigit() else text
    features = document.pop("features")
    head = json.dumps(document, ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{head}, "features": [\n{lines}\n]}}\n'.encode()


def _delimited(before: bytes, own: Cells, changes: Mapping[str, Cells]) -> bytes:
    marked = before.startswith(b"\xef\xbb\xbf")
    text = before.decode("utf-8-sig")
    first = next(line for line in text.splitlines() if line.strip())
    separator = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    at = next(number for number, row in enumerate(rows) if any(cell.strip() for cell in row))
    header = rows[at]
    names = [name.strip().lower() for name in header]
    for column in sorted({column for cells in changes.values() for column in cells}):
        wanted = own.get(column, column)
        if wanted.lower() not in names:
            header.append(wanted)
            names.append(wanted.lower())
    id_at = names.index(own.get("id", "id").lower())
    for row in rows[at + 1 :]:
        cells = changes.get(" ".join(row[id_at].split())) if len(row) > id_at else None
        for column, value in (cells or {}).items():
            place = names.index(own.get(column, column).lower())
            row.extend([""] * (place + 1 - len(row)))
            row[place] = value
    out = io.StringIO(newline="")
    ending = "\r\n" if "\r\n" in text else "\n"
    csv.writer(out, delimiter=separator, lineterminator=ending).writerows(rows)
    return (b"\xef\xbb\xbf" if marked else b"") + out.getvalue().encode()

"""Rows added to the planner's own visit log, in the form that it has; all else in it stays."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from openpyxl import load_workbook

from outreach_map.errors import ProgrammeError
from outreach_map.intake.columns import known_columns
from outreach_map.intake.delimited import separator_of
from outreach_map.intake.formats import read_source
from outreach_map.intake.forms import is_export
from outreach_map.intake.rows import RawVisit
from outreach_map.intake.sources import Table, header_at
from outreach_map.settings import split_sheet
from outreach_map.spreadsheets import csv_text, fill, harmless
from outreach_map.whole import replace_whole

_TOP = 8
_WRITTEN = (".csv", ".tsv", ".xlsx")
_NEEDED = ("date", "hotspot_id", "team_id")
Cells = Mapping[str, str | int | date]


def log_to_extend(paths: Sequence[Path], folder: Path, renamed: Mapping[str, str]) -> Path:
    """The file of the log that takes new rows: the last that is a table of the planner's own.

    Parameters
    ----------
    paths
        Files of the log; none where there is no log yet.
    folder
        The programme's, for a first log.
    renamed
        The programme's own names of columns -> ours.

    Raises
    ------
    ProgrammeError
        When every file is an export of a form server, or of a format that is not written.
    """
    if not paths:
        return folder / "visits.csv"
    for path in reversed(paths):
        file = path.with_name(split_sheet(path.name)[0])
        if file.suffix.lower() in _WRITTEN and not is_export(read_source(path, _table(renamed))):
            return path
    raise ProgrammeError(
        "The visit log is an export, which the next export would replace.",
        where=paths[-1].name,
        mend="Put a table of your own beside it, with the columns date, hotspot_id and team_id, "
        'and name both under [files]: visits = ["export.csv", "returned.csv"].',
    )


def append_visits(path: Path, renamed: Mapping[str, str], rows: Sequence[Cells]) -> None:
    """Add rows to a file of the visit log: CSV, TSV or a sheet of a workbook.

    Parameters
    ----------
    path
        As under [files]; "data.xlsx#Visits" is a sheet. It is made where it does not exist.
    renamed
        The programme's own names of columns -> ours.
    rows
        Values by our names of columns; what is not known is left out.

    Raises
    ------
    ProgrammeError
        When the file cannot be read as a log, or not be written; it stays as it was.
    """
    name, sheet = split_sheet(path.name)
    file = path.with_name(name)
    try:
        if not file.exists():
            header = [name for name in RawVisit.model_fields if name != "row"]
            lines = [[row.get(column) for column in header] for row in rows]
            replace_whole(file, csv_text(header, lines).encode())
        elif file.suffix.lower() == ".xlsx":
            replace_whole(file, _workbook(file, sheet, renamed, rows))
        else:
            replace_whole(file, _delimited(file.read_bytes(), renamed, rows))
    except (OSError, ValueError, KeyError, csv.Error):
        raise ProgrammeError(
            "The visit log could not be written; it is as it was.",
            where=name,
            mend="Close it elsewhere, save it as UTF-8 or .xlsx with a header row, and check that "
            "it is yours.",
        ) from None


def _table(renamed: Mapping[str, str]) -> Table:
    lowered = {" ".join(theirs.lower().split()): ours for theirs, ours in renamed.items()}
    return Table(known_columns(RawVisit), RawVisit.prefixes, lowered)


def _header(cells: Sequence[str], table: Table, rows: Sequence[Cells]) -> tuple[list[str], int]:
    """Our names of a header's columns, with those added that rows need; how many were there."""
    names = [" ".join(cell.lower().split()) for cell in cells]
    ours = [table.renamed.get(name, name) for name in names]
    if not set(_NEEDED) <= set(ours):
        raise ValueError("no header of a visit log")
    needed = {column for row in rows for column in row}
    missing = [name for name in RawVisit.model_fields if name in needed and name not in ours]
    return [*ours, *missing], len(ours)


def _delimited(before: bytes, renamed: Mapping[str, str], rows: Sequence[Cells]) -> bytes:
    marked = before.startswith(b"\xef\xbb\xbf")
    text = before.decode("utf-8-sig")
    table = _table(renamed)
    separator = separator_of(text, table)
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    filled = [number for number, line in enumerate(lines) if any(cell.strip() for cell in line)]
    at = filled[header_at([lines[number] for number in filled[:_TOP]], table)]
    names, there = _header(lines[at], table, rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=ending)
    if len(names) > there:
        lines[at] += names[there:]
        writer.writerows(lines)
    else:
        out.write(text)
        if text and not text.endswith(("\n", "\r")):
            out.write(ending)
    writer.writerows([harmless(str(row.get(name, ""))) for name in names] for row in rows)
    return (b"\xef\xbb\xbf" if marked else b"") + out.getvalue().encode()


def _workbook(file: Path, sheet: str, renamed: Mapping[str, str], rows: Sequence[Cells]) -> bytes:
    with warnings.catch_warnings():
        # About styles and drop-down lists, which carry no data.
        warnings.simplefilter("ignore")
        book = load_workbook(file)
    page = book[sheet] if sheet else book.worksheets[0]
    table = _table(renamed)
    lines = [["" if cell is None else str(cell) for cell in line] for line in page.values]
    filled = [number for number, line in enumerate(lines) if any(cell.strip() for cell in line)]
    at = filled[header_at([lines[number] for number in filled[:_TOP]], table)]
    names, there = _header(lines[at], table, rows)
    for column in range(there, len(names)):
        fill(page.cell(at + 1, column + 1), names[column])
    last = filled[-1] + 1
    for number, row in enumerate(rows, start=last + 1):
        for column, name in enumerate(names, start=1):
            if name in row:
                above, cell = page.cell(last, column), page.cell(number, column)
                value = row[name]
                if isinstance(value, date):
                    # As the days above it: a date of the spreadsheet, or text.
                    dated = isinstance(above.value, date)
                    value = value if dated else value.isoformat()
                fill(cell, value)
                if isinstance(row[name], date) and isinstance(value, date):
                    cell.number_format = above.number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

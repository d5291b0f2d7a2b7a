"""XLSX: the first sheet or a named one, below whatever titles stand above the header."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from outreach_map.intake.cells import DecimalMark
from outreach_map.intake.sources import MAX_BYTES, Source, Table, add_rows, cell_text

# A sheet of a million rows in all columns unpacks to less; a bomb to more.
_MAX_UNPACKED = 5 * MAX_BYTES
_TITLE_ROWS = 8
_FAULTS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


def read_workbook(path: Path, source: Source, table: Table) -> None:
    """Read a sheet; rows are numbered as the spreadsheet numbers them."""
    source.decimal_mark = DecimalMark.POINT
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MAX_UNPACKED:
                source.fail("unpacks to more than any table needs", "Save it again, rows only.")
                return
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        source.fail("is not a workbook that can be read", "Save it again as .xlsx.")
        return
    try:
        if source.sheet and source.sheet not in book.sheetnames:
            source.fail("has no sheet of that name", "Correct the name behind # in outreach.toml.")
            return
        sheet = book[source.sheet] if source.sheet else book.worksheets[0]
        source.sheet = sheet.title
        sheet.reset_dimensions()
        numbered = [
            (number, [cell_text(value) for value in values])
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        source.fail("is damaged", "Save it again as .xlsx.")
        return
    finally:
        book.close()
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    if not filled:
        source.fail("is empty", "Write a header row with the column names, then the rows.")
        return
    first = _header(filled, table)
    for number, cells in filled[first + 1 :]:
        if any(cell in _FAULTS for cell in cells):
            what = "holds an error of the spreadsheet, such as #N/A"
            source.fail(what, "Correct the formula, or write the value.", row=number)
    add_rows(source, filled[first][1], filled[first + 1 :])


def _header(rows: Sequence[tuple[int, Sequence[str]]], table: Table) -> int:
    """Which of the first rows is the header: the one with most names that are known."""
    scores = [sum(table.known(cell) for cell in cells if cell) for _, cells in rows[:_TITLE_ROWS]]
    return scores.index(max(scores))

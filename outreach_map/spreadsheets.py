"""Files for spreadsheets in which no text can become a formula.

What a cell begins with decides whether a spreadsheet computes it (OWASP, "CSV injection"), and a
spreadsheet that takes another separator for granted cuts cells anew. So text gets an apostrophe,
which spreadsheets read as "this is text", before such a beginning, at the start of a cell and
behind whatever may part cells. Numbers and dates are written as they are.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | date | None
_WIDEST = 60
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# openpyxl writes the time of saving there, whatever it is told.
_PROPERTIES = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")

# The last four are the same signs in full width, as Japanese and Chinese keyboards write them.
_SIGNS = "=+\\-@＝＋－＠"
_CONTROLS = "\t\r\n"
# Quotes that stand before a sign go with the separator when a cell is cut there.
_PADDED = rf"(?:[^\S{_CONTROLS}]|\")*"
_SIGNED = rf"(?={_PADDED}[{_SIGNS}])"
_BEGINS = rf"(?={_PADDED}[{_CONTROLS}{_SIGNS}])"
_WHERE = rf"(?:^|(?<=[;,])){{}}{_BEGINS}|(?<=[{_CONTROLS}]){{}}{_SIGNED}"
_FORMULA = re.compile(_WHERE.format("", ""))
_MARKED = re.compile(_WHERE.format("'", "'"))


def harmless(text: str) -> str:
    r"""Text that no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(0)"), harmless("Heron; -1"), harmless("Otter-Pharmacy")
    ("'=HYPERLINK(0)", "Heron;' -1", 'Otter-Pharmacy')
    """
    return _FORMULA.sub("'", text)


def unmarked(text: str) -> str:
    """Text without the apostrophes of `harmless`, for reading what was written.

    >>> unmarked("'@home"), unmarked("'t Hof")
    ('@home', "'t Hof")
    """
    return _MARKED.sub("", text) if "'" in text else text


def xml_text(text: str) -> str:
    r"""Text without the characters that no XML file can hold (XML 1.0, 2.2).

    >>> xml_text("Otter\x00 \ud800Pharmacy")
    'Otter Pharmacy'
    """
    return _NO_XML.sub("", text)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A table as CSV; an empty cell for None."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def fill(cell: Cell | MergedCell, value: Value) -> None:
    """Put a value into a cell of a workbook; text stays text, even when somebody edits it.

    A workbook says of each cell what it is, so text needs no apostrophe of its own: the cell is
    marked as one that was typed with an apostrophe.
    """
    if isinstance(cell, MergedCell):
        raise TypeError("only the first of merged cells holds a value")
    if isinstance(value, str):
        value = xml_text(value)
    cell.value = value
    if isinstance(value, str) and value:
        cell.data_type = "s"
        if harmless(value) != value:
            cell.quotePrefix = True


def add_table(
    book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[Value]]
) -> None:
    """A sheet with a table: bold header that stays in sight, columns as wide as what they hold."""
    sheet: Worksheet = book.create_sheet(title)
    wide = [len(name) for name in header]
    for number, row in enumerate([header, *rows], start=1):
        for column, value in enumerate(row):
            fill(sheet.cell(number, column + 1), value)
            wide[column] = max(wide[column], len(str(value or "")))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, letters in enumerate(wide, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(letters, _WIDEST) + 2
    sheet.freeze_panes = "A2"


def workbook_bytes(book: Workbook, day: date) -> bytes:
    """A workbook as a file whose clocks all say one day: the same tables give the same bytes."""
    moment = datetime.combine(day, time())
    book.properties.created = moment
    raw, fresh = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as written, zipfile.ZipFile(fresh, "w") as kept:
        for name in written.namelist():
            content = written.read(name)
            if name == _PROPERTIES:
                content = _MODIFIED.sub(
                    rb"\g<1>" + f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode(), content
                )
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            kept.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return fresh.getvalue()

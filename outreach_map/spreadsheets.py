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
from collections.abc import Iterable, Sequence
from datetime import date

from openpyxl.cell import Cell, MergedCell

Value = str | int | float | date | None

# The last four are the same signs in full width, as Japanese and Chinese keyboards write them.
_SIGNS = "=+\\-@＝＋－＠"
_CONTROLS = "\t\r\n"
_BEGINS = rf"(?=[{_CONTROLS}]|[^\S{_CONTROLS}]*[{_SIGNS}])"
_WHERE = rf"(?:^|(?<=[;,])){{}}{_BEGINS}|(?<=[{_CONTROLS}]){{}}(?=[^\S{_CONTROLS}]*[{_SIGNS}])"
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
    cell.value = value
    if isinstance(value, str) and value:
        cell.data_type = "s"
        if harmless(value) != value:
            cell.quotePrefix = True

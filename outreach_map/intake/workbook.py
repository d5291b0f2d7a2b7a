"""XLSX: the first sheet or a named one, below whatever titles stand above the header."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from outreach_map.intake.cells import DecimalMark
from outreach_map.intake.packed import has_many_parts
from outreach_map.intake.sources import Source, Table, add_rows, cell_text, too_many
from outreach_map.limits import MAX_BYTES, MAX_ROWS, MAX_TRIMMINGS, MAX_UNPACKED, megabytes

# Texts that cells share are kept in memory, all of them.
_SHARED = "xl/sharedStrings.xml"
# What is not read as a whole, or not at all.
_SHEETS = ("xl/worksheets/", "xl/media/", "xl/drawings/")
_FAULTS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"))


def read_workbook(path: Path, source: Source, table: Table) -> None:
    """Read a sheet; rows are numbered as the spreadsheet numbers them."""
    source.decimal_mark = DecimalMark.POINT
    with warnings.catch_warnings():
        # About styles and drop-down lists, which carry no data.
        warnings.simplefilter("ignore")
        try:
            if not has_many_parts(path, source) and _is_small(path, source):
                _read(path, source, table)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError,
                AttributeError, IndexError, ParseError, EOFError, NotImplementedError,
                RuntimeError, zipfile.LargeZipFile):  # fmt: skip
            source.rows, source.columns = [], ()
            source.fail("is not a workbook that can be read", "Save it again as .xlsx.")


def _is_small(path: Path, source: Source) -> bool:
    """Whether what is packed will fit into memory; a bomb is a problem of its own."""
    with zipfile.ZipFile(path) as packed:
        sizes = {part.filename: part.file_size for part in packed.infolist()}
    rest = max((size for name, size in sizes.items()
                if name != _SHARED and not name.startswith(_SHEETS)), default=0)  # fmt: skip
    for size, limit, what, mend in (
        (sum(sizes.values()), MAX_UNPACKED, "", "Save it again, with fewer rows."),
        (sizes.get(_SHARED, 0), MAX_BYTES, "", "Save it again, with fewer rows."),
        (rest, MAX_TRIMMINGS, " of styles and the like", "Copy its values into a new workbook."),
    ):
        if size > limit:
            source.fail(f"unpacks to more than {megabytes(limit)}{what}", mend)
            return False
    return True


def _read(path: Path, source: Source, table: Table) -> None:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        if source.sheet and source.sheet not in book.sheetnames:
            source.fail("has no sheet of that name", "Correct the name behind # in outreach.toml.")
            return
        sheet = book[source.sheet] if source.sheet else book.worksheets[0]
        source.sheet = sheet.title
        sheet.reset_dimensions()
        values = sheet.iter_rows(values_only=True)
        add_rows(source, _filled(values, source, table.most), table, separated=False)
    finally:
        book.close()


def _filled(
    rows: Iterator[tuple[object, ...]], source: Source, most: int
) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows of text without the blank ones."""
    for number, values in enumerate(rows, start=1):
        # A row may claim any number, and those before it are made up.
        if number > 2 * MAX_ROWS:
            too_many(source, number, most)
            return
        cells = [*map(cell_text, values)]
        if not any(cells):
            continue
        if not _FAULTS.isdisjoint(cells):
            what = "holds an error of the spreadsheet, such as #N/A"
            source.fail(what, "Correct the formula, or write the value.", row=number)
            continue
        yield number, cells

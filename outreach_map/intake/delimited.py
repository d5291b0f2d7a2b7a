"""CSV and TSV: any usual separator and encoding."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path

from outreach_map.intake.cells import DecimalMark
from outreach_map.intake.sources import Source, Table, add_rows
from outreach_map.limits import MAX_CELL
from outreach_map.spreadsheets import unmarked

_LOOKED_AT = 8
_SAVE_AGAIN = "Nothing is lost; save it as UTF-8 to be sure of accents."


def read_delimited(path: Path, source: Source, table: Table) -> None:
    """Read a CSV file; rows are numbered as a spreadsheet does."""
    read_bytes(path.read_bytes(), source, table)


def read_bytes(data: bytes, source: Source, table: Table) -> None:
    """Read what a CSV file holds."""
    text = _decoded(data, source)
    if text is None:
        return
    separator = separator_of(text, table)
    if separator == ",":
        source.decimal_mark = DecimalMark.POINT
    records = _records(text, separator, source)
    # What we wrote for spreadsheets ourselves is read as it was meant.
    if "'" in text:
        records = ((number, [*map(unmarked, cells)]) for number, cells in records)
    add_rows(source, records, table)


def separator_of(text: str, table: Table) -> str:
    """What parts the cells: under which most names of a header are known, else what is there."""
    lines = itertools.islice((line for line in io.StringIO(text) if line.strip()), _LOOKED_AT)
    top = [line[:MAX_CELL] for line in lines]

    def fits(separator: str) -> tuple[int, int]:
        cells = [[cell.strip(' "\r\n') for cell in line.split(separator)] for line in top]
        known = max((sum(map(table.known, filter(None, row))) for row in cells), default=0)
        return known, top[0].count(separator) if top else 0

    return max(",;\t", key=fits)


def _decoded(data: bytes, source: Source) -> str | None:
    """Text of a file: by its byte order mark, else UTF-8, UTF-16 or Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        source.note("is UTF-16 text", _SAVE_AGAIN)
        return _strictly(data, "utf-16", source)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is not None and "\0" not in text:
        return text
    # Latin letters in UTF-16 have every other byte empty.
    for encoding, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        if data[first::2].count(0) > len(data) // 4:
            source.note("is UTF-16 text without a mark", _SAVE_AGAIN)
            return _strictly(data, encoding, source)
    text = _strictly(data, "cp1252", source)
    if text is not None:
        source.note("is read as Windows-1252 text, since it is not UTF-8", _SAVE_AGAIN)
    return text


def _strictly(data: bytes, encoding: str, source: Source) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        source.fail("is not text in any encoding that is known", "Save it again as UTF-8.")
        return None
    return text


def _records(text: str, separator: str, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Numbered records without the blank ones; up to the first that cannot be read."""
    # Lenient, the reader would take all rows behind an open quote for a part of one cell.
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(records, start=1):
            if "".join(cells).strip():
                yield number, cells
    except csv.Error as error:
        what = "has a quote that does not close, or text behind one"
        if "limit" in str(error):
            what = f"has a cell of more than {csv.field_size_limit():,} letters"
        source.fail(what, "Save it again from the spreadsheet.", row=number + 1)

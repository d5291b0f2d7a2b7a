"""CSV and TSV: any usual separator and encoding."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from outreach_map.intake.cells import DecimalMark
from outreach_map.intake.sources import Source, Table, add_rows
from outreach_map.spreadsheets import unmarked

_SAVE_AGAIN = "Nothing is lost; save it as UTF-8 to be sure of accents."


def read_delimited(path: Path, source: Source, _: Table) -> None:
    """Read a CSV file; rows are numbered as a spreadsheet does."""
    text = _decoded(path.read_bytes(), source)
    if text is None:
        return
    if not text.strip():
        _empty(source)
        return
    header_line = next(line for line in text.splitlines() if line.strip())
    separator = max(",;\t", key=header_line.count)
    if separator == ",":
        source.decimal_mark = DecimalMark.POINT
    numbered = _records(text, separator, source)
    if not numbered:
        if not source.problems:
            _empty(source)
        return
    # What we wrote for spreadsheets ourselves is read as it was meant.
    if "'" in text:
        numbered = [(number, [*map(unmarked, cells)]) for number, cells in numbered]
    add_rows(source, numbered[0][1], numbered[1:])


def _empty(source: Source) -> None:
    source.fail("is empty", "Write a header row with the column names, then the rows.")


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
    source.note("is read as Windows-1252 text, since it is not UTF-8", _SAVE_AGAIN)
    return _strictly(data, "cp1252", source)


def _strictly(data: bytes, encoding: str, source: Source) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        source.fail("is not text in any encoding that is known", "Save it again as UTF-8.")
        return None
    return text


def _records(text: str, separator: str, source: Source) -> list[tuple[int, list[str]]]:
    """Numbered records without the blank ones; up to the first that cannot be read."""
    numbered: list[tuple[int, list[str]]] = []
    # Lenient, the reader would take all rows behind an open quote for a part of one cell.
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(records, start=1):
            if any(cell.strip() for cell in cells):
                numbered.append((number, cells))
    except csv.Error:
        source.fail(
            "has a quote that does not close, or text behind one",
            "Save it again from the spreadsheet.",
            row=number + 1,
        )
    return numbered

"""A file as rows of text, whatever its format: the table before anything is made of it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem, Severity
from outreach_map.intake.cells import DecimalMark
from outreach_map.limits import MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS

# Titles above a header are looked for in so many rows.
_TITLE_ROWS = 8
# The second header of a humanitarian export (HXL), such as #geo+lat.
_TAG = re.compile(r"#[a-z][\w+ ]*", re.IGNORECASE)


# A number, a date or a time: no name of a column.
_VALUE = re.compile(r"\s*[+-]?\d[\d.,:/ TZ-]*\s*")


def is_value(cell: str) -> bool:
    """Whether a cell holds a number, a date or a time."""
    return _VALUE.fullmatch(cell) is not None


@dataclass(frozen=True, repr=False, slots=True)
class SourceRow:
    """A row as it stands in the file: its number, its values by header, and its geometry if any."""

    row: int
    header: tuple[str, ...]
    values: tuple[str, ...]
    geometry: BaseGeometry | None = None

    @property
    def cells(self) -> dict[str, str]:
        """Values that are not empty, by column."""
        pairs = zip(self.header, self.values, strict=False)
        return {name: value for name, value in pairs if value}

    def __repr__(self) -> str:
        """Its number."""
        return f"SourceRow({self.row})"


@dataclass(repr=False)
class Source:
    """A file that was read: its columns, its rows, and what was wrong with it as a whole.

    A column without a name that holds anything is listed once, as "". `header_row` is the number of
    the row that the columns' names stand in, where it is a row. `submitted` says, for exports of
    forms, which submission a row is and when it was made. One that is `too_large` has no rows:
    nothing more is made of it.
    """

    file: str
    sheet: str = ""
    columns: tuple[str, ...] = ()
    rows: list[SourceRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_geometry: bool = False
    header_row: int | None = None
    decimal_mark: DecimalMark = DecimalMark.POINT_OR_COMMA
    submitted: dict[int, tuple[str, str]] = field(default_factory=dict)
    too_large: bool = False

    def problem(
        self,
        what: str,
        mend: str,
        *,
        row: int | None = None,
        column: str = "",
        severity: Severity = Severity.ERROR,
        expected: str = "",
    ) -> Problem:
        """A problem of this file."""
        return Problem(
            self.file,
            row,
            column,
            what,
            mend,
            severity=severity,
            sheet=self.sheet,
            expected=expected,
        )

    def fail(self, what: str, mend: str, *, row: int | None = None) -> Source:
        """Note what stops the file from being used."""
        self.problems.append(self.problem(what, mend, row=row))
        return self

    def note(self, what: str, mend: str) -> None:
        """Note what the planner should know, and what stops nothing."""
        self.problems.append(self.problem(what, mend, severity=Severity.WARNING))

    def valid(self, geometry: BaseGeometry, row: int) -> BaseGeometry:
        """A geometry that is valid; that one was mended is noted, for a part of it may be gone."""
        if geometry.is_valid:
            return geometry
        self.problems.append(
            self.problem(
                "crosses itself, and was mended: a part of the area may be gone",
                "Look at it in QGIS, and draw it again.",
                row=row,
                column="geometry",
                severity=Severity.WARNING,
            )
        )
        return shapely.make_valid(geometry)

    @property
    def failed(self) -> bool:
        """Whether something stops the file from being used."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def reshaped(
        self, header: Sequence[str], change: Callable[[SourceRow], SourceRow | None]
    ) -> Source:
        """The same file with other columns, without the rows of which nothing can be made."""
        rows = [made for row in self.rows if (made := change(row)) is not None]
        return replace(self, columns=tuple(header), rows=rows)


@dataclass(frozen=True)
class Table:
    """What a reader may know of the table that it looks for.

    `columns` are the names that a header may hold, `prefixes` families of them such as `stock_`;
    `renamed` maps a programme's own names to them. It has no more than `most` rows.
    """

    columns: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    most: int = MAX_ROWS

    def known(self, name: str) -> bool:
        """Whether a name of a header is one of the table's, or of its forms."""
        low = " ".join(name.lower().split())
        last = re.split("[/-]", low)[-1]
        return (
            low in self.columns
            or last in self.columns
            or low in self.renamed
            or last.startswith(self.prefixes)
        )


def cell_text(value: object) -> str:
    """A value of a spreadsheet or a layer as the text that a CSV file would hold."""
    if value is None or value != value:  # not a number, or not a time
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list | tuple):
        return ";".join(cell_text(one) for one in value)
    return str(value).strip()


def add_rows(
    source: Source,
    numbered: Iterable[tuple[int, Sequence[str]]],
    table: Table,
    *,
    separated: bool = True,
) -> None:
    """Take numbered rows of text into a source, of which the first is its header, or a title above.

    Blank rows have been left out. The header is brought to lower case. Equal texts are kept once,
    since a log of a hundred thousand visits repeats few of them. Where cells are `separated` by a
    character, one too many means that a cell holds it.
    """
    rows = iter(numbered)
    top = list(itertools.islice(rows, _TITLE_ROWS))
    if not top:
        if not source.failed:
            source.fail("is empty", "Write a header row with the column names, then the rows.")
        return
    first = header_at([cells for _, cells in top], table)
    source.header_row = top[first][0]
    names = _lowered(top[first][1])
    named = [name for name in names if name]
    if len(named) > MAX_COLUMNS:
        what = f"has more than {MAX_COLUMNS:,} columns"
        source.fail(what, "Keep those that a table uses.", row=top[first][0])
        return
    if len(set(named)) < len(named):
        source.fail("has two columns of the same name", "Rename or remove one of them.")
        return
    kept: dict[str, str] = {}
    source.rows += _taken(
        source, names, itertools.chain(top[first + 1 :], rows), kept, table.most, separated
    )
    if source.too_large:
        source.rows = []
        return
    if max(map(len, kept), default=0) > MAX_CELL:
        _drop_long(source)
    width = len(names)
    spare = [i for i, name in enumerate(names) if not name]
    lost = any(row.values[i] for row in source.rows for i in spare if i < len(row.values))
    lost = lost or any(len(row.values) > width for row in source.rows)
    source.columns = (*named, "") if lost else tuple(named)


def _taken(
    source: Source,
    names: tuple[str, ...],
    rows: Iterable[tuple[int, Sequence[str]]],
    kept: dict[str, str],
    most: int,
    separated: bool,
) -> Iterator[SourceRow]:
    width, keep = len(names), kept.setdefault
    taken = 0
    for count, (number, cells) in enumerate(rows):
        taken += len(cells)
        if count == most or taken > MAX_CELLS:
            too_many(source, count + 1, most, taken)
            return
        texts = [*map(str.strip, cells)]
        if len(texts) > width:
            if not any(texts[width:]):
                del texts[width:]
            elif separated:
                what = "has more cells than the header"
                source.fail(what, "Put a cell that holds the separator into quotes.", row=number)
                continue
        if count == 0 and all(_TAG.fullmatch(text) for text in texts if text):
            continue
        yield SourceRow(number, names, tuple(map(keep, texts, texts)))


def too_many(source: Source, rows: int, most: int, cells: int = 0) -> bool:
    """Whether a file has more rows or cells than a table may have; it fails then."""
    if rows > most:
        mend = "Leave out old rows." if most == MAX_ROWS else "Leave out those that are not needed."
        source.fail(f"has more than {most:,} rows", mend)
    elif cells > MAX_CELLS:
        source.fail(f"has more than {MAX_CELLS:,} cells", "Leave out columns and old rows.")
    source.too_large = rows > most or cells > MAX_CELLS
    return source.too_large


def _drop_long(source: Source) -> None:
    """Leave out the rows with cells that no spreadsheet could hold."""
    long = {row.row for row in source.rows if max(map(len, row.values)) > MAX_CELL}
    for number in sorted(long):
        what = f"has a cell of more than {MAX_CELL:,} letters"
        source.fail(what, "Shorten it; the end of a quote may be missing.", row=number)
    source.rows = [row for row in source.rows if row.row not in long]


def header_at(rows: Sequence[Sequence[str]], table: Table) -> int:
    """Which of the first rows is the header: with most names that are known, then most names.

    Numbers and dates are no names, and a title above the header is one name.
    """

    def fits(cells: Sequence[str]) -> tuple[int, int]:
        filled = [cell for cell in cells if cell.strip()]
        return sum(map(table.known, filled)), sum(not is_value(cell) for cell in filled)

    return max(range(len(rows[:_TITLE_ROWS])), key=lambda number: fits(rows[number]))


def _lowered(header: Sequence[str]) -> tuple[str, ...]:
    """Names of a header in lower case."""
    names = [" ".join(name.split()) for name in header]
    # ODK Central's own column beside a question `status`.
    central = "KEY" in names
    return tuple("__status" if central and name == "Status" else name.lower() for name in names)

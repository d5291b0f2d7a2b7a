"""A file as rows of text, whatever its format: the table before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem, Severity
from outreach_map.intake.cells import DecimalMark

MAX_BYTES = 200_000_000


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

    A column without a name that holds anything is listed once, as "". `submitted` says, for exports
    of forms, which submission a row is and when it was made.
    """

    file: str
    sheet: str = ""
    columns: tuple[str, ...] = ()
    rows: list[SourceRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_geometry: bool = False
    decimal_mark: DecimalMark = DecimalMark.POINT_OR_COMMA
    submitted: dict[int, tuple[str, str]] = field(default_factory=dict)

    def problem(
        self,
        what: str,
        mend: str,
        *,
        row: int | None = None,
        column: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem of this file."""
        return Problem(self.file, row, column, what, mend, severity=severity, sheet=self.sheet)

    def fail(self, what: str, mend: str, *, row: int | None = None) -> Source:
        """Note what stops the file from being used."""
        self.problems.append(self.problem(what, mend, row=row))
        return self

    def note(self, what: str, mend: str) -> None:
        """Note what the planner should know, and what stops nothing."""
        self.problems.append(self.problem(what, mend, severity=Severity.WARNING))

    @property
    def failed(self) -> bool:
        """Whether something stops the file from being used."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def reshaped(self, header: Sequence[str], change: Callable[[SourceRow], SourceRow]) -> Source:
        """The same file with other columns."""
        return replace(self, columns=tuple(header), rows=[change(row) for row in self.rows])


@dataclass(frozen=True)
class Table:
    """What a reader may know of the table that it looks for.

    `columns` are the names that a header may hold; `renamed` maps a programme's own names to them.
    """

    columns: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def known(self, name: str) -> bool:
        """Whether a name of a header is one of the table's, or of its forms."""
        low = name.strip().lower()
        last = low.rsplit("/", 1)[-1]
        return low in self.columns or last in self.columns or low in self.renamed


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
    source: Source, header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> None:
    """Take rows of text under a header into a source; the header is brought to lower case.

    Equal texts are kept once: a log of a hundred thousand visits repeats few of them.
    """
    names = tuple(name.strip().lower() for name in header)
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        source.fail("has two columns of the same name", "Rename or remove one of them.")
        return
    kept: dict[str, str] = {}
    unnamed = False
    for number, cells in rows:
        if any(cell.strip() for cell in cells[len(names) :]):
            what = "has more cells than the header"
            source.fail(what, "Put a cell that holds the separator into quotes.", row=number)
            continue
        values = tuple(kept.setdefault(text, text) for text in map(str.strip, cells))
        unnamed = unnamed or any(
            value for name, value in zip(names, values, strict=False) if not name
        )
        source.rows.append(SourceRow(number, names, values))
    source.columns = (*named, "") if unnamed else tuple(named)

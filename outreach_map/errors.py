"""The exception tree: every error says what is wrong, where, and how to mend it.

::

    OutreachMapError
    ├── ProgrammeError      outreach.toml or the programme folder
    ├── InputError          rows of the planner's files, all problems at once
    ├── ExtractError        the OpenStreetMap extract
    ├── PrivacyError        the gate fails closed
    │   ├── KeyFileError    the key in private/
    │   └── LedgerError     the ledger in private/
    ├── RoutingError        a plan that could not be made
    │   ├── SolverError     the search ended without an answer
    │   └── PlanRecordError the record of earlier plans in private/
    ├── BusyError           another command is at work in the programme
    ├── BatchError          many programmes at once: a cluster that cannot be had or reached
    ├── PublishError        an output that could not be written
    ├── RoundError          a published round that cannot be read
    └── ReturnError         a file that a team saved cannot be taken in

No message carries a hotspot's coordinate, a note, an exact count or an id of the planner's.
Rows are named by file and row number, which mean nothing without the planner's own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class OutreachMapError(Exception):
    """Base of all errors that a user can mend.

    Parameters
    ----------
    what
        What is wrong, a sentence.
    where
        File, row, column or setting; may be empty.
    mend
        What to do about it; may be empty.
    """

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(self.__str__())

    def __str__(self) -> str:
        """One line: where, what, what to do."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} {self.mend}".strip()


class ProgrammeError(OutreachMapError):
    """`outreach.toml` or the programme folder is not usable."""


class ExtractError(OutreachMapError):
    """The OpenStreetMap extract is missing, damaged or without streets."""


class PrivacyError(OutreachMapError):
    """The privacy gate refuses: no output rather than a doubtful one."""


class KeyFileError(PrivacyError):
    """The key in `private/` is missing where a ledger needs it, damaged, or open to others."""


class LedgerError(PrivacyError):
    """The ledger in `private/` is damaged, or written with another key."""


class RoutingError(OutreachMapError):
    """A plan could not be made, or did not pass the checker."""


class SolverError(RoutingError):
    """The search was ended before it gave an answer."""


class PlanRecordError(RoutingError):
    """The record of earlier plans in `private/` is damaged or does not hold what is asked for."""


class BusyError(OutreachMapError):
    """Another command is at work in the same programme."""


class BatchError(OutreachMapError):
    """Many programmes cannot be planned at once; nothing was planned."""


class PublishError(OutreachMapError):
    """An output could not be written; the earlier output stays."""


class RoundError(OutreachMapError):
    """A published round cannot be read, or not be compared."""


class ReturnError(OutreachMapError):
    """A file that a team saved cannot be opened, or is not of this programme and round."""


class Severity(StrEnum):
    """How a problem in a file is treated: an error stops a plan, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """One problem in one place of the planner's files.

    `expected` says what the column holds. `found` is shown for closed sets and dates; it is empty
    for coordinates, notes, numbers and anything that may name a place or a person.
    """

    file: str
    row: int | None
    column: str
    what: str
    mend: str
    found: str = ""
    severity: Severity = Severity.ERROR
    sheet: str = ""
    expected: str = ""

    def __str__(self) -> str:
        """One line for a terminal."""
        where = self.file
        if self.sheet:
            where += f", sheet {self.sheet}"
        if self.row is not None:
            where += f", row {self.row}"
        if self.column:
            where += f", column {self.column}"
        found = f" (found {self.found!r})" if self.found else ""
        return f"{where}: {self.what}{found}. {self.mend}".strip()


class InputError(OutreachMapError):
    """One or more problems in the planner's files; nothing was planned or written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_reading_order))
        count = len(self.problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''} in the programme's files:\n"
            + "\n".join(f"  {problem}" for problem in self.problems),
            mend="",
        )


def _reading_order(problem: Problem) -> tuple[str, str, int, str, str]:
    row = -1 if problem.row is None else problem.row
    return (problem.file, problem.sheet, row, problem.column, problem.what)

"""What of the register needs the peers' meeting, and what the meeting decided.

This is the planner's side: descriptions and ids of their own files are shown to them. No
coordinate is, and nothing of it is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from openpyxl import Workbook

from outreach_map.errors import InputError, Problem, ProgrammeError
from outreach_map.intake import (
    RawAccepted,
    RawIncident,
    RawRisk,
    read_accepted,
    read_tables,
    rewrite_register,
)
from outreach_map.privacy.keys import open_private
from outreach_map.privacy.records import expires_on, risk_state
from outreach_map.privacy.returned import NotedRisk, noted_risks
from outreach_map.private_files import write_private
from outreach_map.programme import Programme
from outreach_map.settings import RiskSettings, split_sheet
from outreach_map.spreadsheets import Value, add_table, csv_text, workbook_bytes
from outreach_map.tables import RiskState

SHEET, FORM, BOOK = "risks-review.html", "risks-review.csv", "risks-review.xlsx"
SOON = timedelta(days=28)
_SPELL = timedelta(days=30)
_LOOKED_BACK = timedelta(days=90)
_CONFISCATION = "confiscation"
_TEMPLATES = Environment(
    loader=PackageLoader("outreach_map.privacy"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, repr=False)
class DueRow:
    """A row of the register that the peers should look at, its state and until when it stands."""

    risk: RawRisk
    state: RiskState
    last_day: date | None

    @property
    def why(self) -> str:
        """Why it is on the list, in words."""
        if self.state is RiskState.EXPIRED:
            return "expired" if self.last_day is None else f"expired on {self.last_day}"
        if self.state is RiskState.UNSIGNED:
            return "not signed by every role that has to"
        if self.state is RiskState.REVIEW_DUE:
            due = self.risk.review_by
            return "no date of assessment or review" if due is None else f"review was due {due}"
        ends = [day for day in (self.risk.review_by, self.last_day) if day is not None]
        return f"runs out on {min(ends)}"


@dataclass(frozen=True, repr=False)
class Proposal:
    """A spell of confiscations that asks for an entry in the register; it is no rating itself."""

    where: str
    count: int
    first: date
    last: date


@dataclass(frozen=True, repr=False)
class Sheet:
    """What needs the peers' meeting on a day."""

    programme: str
    on: date
    signed_by: tuple[str, ...]
    due: tuple[DueRow, ...]
    proposals: tuple[Proposal, ...]
    noted: tuple[NotedRisk, ...] = ()

    def __repr__(self) -> str:
        """Counts only."""
        counts = f"due={len(self.due)}, proposals={len(self.proposals)}, noted={len(self.noted)}"
        return f"Sheet({counts})"


@dataclass(frozen=True, repr=False)
class Change:
    """What became of one row of the register: its states before and after, and what was written."""

    id: str
    before: RiskState
    after: RiskState
    assessed_on: date
    review_by: date
    expires_on: date

    def __repr__(self) -> str:
        """Without its id."""
        return "Change()"


def review_register(programme: Programme, on: date) -> Sheet:
    """List what is not current on a day, what runs out within four weeks, and what is new.

    Raises
    ------
    InputError
        For problems of the files.
    ProgrammeError
        When the table of risks that teams noted cannot be read.
    """
    raw, rules = read_tables(programme), programme.risk
    rows = [DueRow(row, risk_state(row, on, rules), expires_on(row, rules)) for row in raw.risks]
    order = list(RiskState)
    due = [row for row in rows if row.state is not RiskState.CURRENT or _runs_out(row, on)]
    return Sheet(
        programme.name,
        on,
        tuple(rules.signed_by),
        tuple(sorted(due, key=lambda row: (-order.index(row.state), row.risk.row))),
        tuple(_proposals(raw.incidents or (), on, rules)),
        noted_risks(programme),
    )


def _runs_out(row: DueRow, on: date) -> bool:
    return any(day is not None and day < on + SOON for day in (row.risk.review_by, row.last_day))


def _proposals(rows: Iterable[RawIncident], on: date, rules: RiskSettings) -> Iterable[Proposal]:
    """The densest 30 days of confiscations at each hotspot or district in the last 90."""
    days: dict[str, list[date]] = defaultdict(list)
    for row in rows:
        where = row.hotspot_id or row.area.upper()
        if where and row.kind == _CONFISCATION and on - _LOOKED_BACK <= row.date <= on:
            days[where].append(row.date)
    for where, found in sorted(days.items()):
        found.sort()
        spells = [[day for day in found if first <= day < first + _SPELL] for first in found]
        most = max(spells, key=len)
        if len(most) >= rules.spell:
            yield Proposal(where, len(most), most[0], most[-1])


def write_review(
    programme: Programme, sheet: Sheet, out: Path | None = None
) -> tuple[Path, Path, Path]:
    """Write the sheet to print and the form to fill in; all are for the planner's eyes.

    Parameters
    ----------
    programme
        Whose register it is.
    sheet
        From `review_register`.
    out
        Folder; `private/` of the programme without one.

    Returns
    -------
    Paths of the sheet, and of the form as CSV and as a workbook: spreadsheets of some countries
    open a CSV file in one column.

    Raises
    ------
    ProgrammeError
        When the folder takes no files.
    """
    page = _TEMPLATES.get_template("review.html").render(sheet=sheet, form=BOOK)
    columns = [name for name in RawAccepted.model_fields if name != "row"]
    blank = [""] * (len(columns) - 1)
    rows: list[list[Value]] = [[row.risk.id, *blank] for row in sheet.due]
    book = Workbook()
    del book["Sheet"]
    add_table(book, "risks", columns, rows)
    try:
        if out is None:
            folder = open_private(programme.folder)
        else:
            folder = out
            folder.mkdir(parents=True, exist_ok=True)
        write_private(folder, SHEET, page.encode())
        write_private(folder, FORM, csv_text(columns, rows).encode("utf-8-sig"))
        write_private(folder, BOOK, workbook_bytes(book, sheet.on))
    except OSError:
        raise ProgrammeError(
            "The sheet could not be written.", where="--out", mend="Name a folder of your own."
        ) from None
    return folder / SHEET, folder / FORM, folder / BOOK


def accept_results(programme: Programme, path: Path, today: date) -> tuple[Change, ...]:
    """Write what the meeting decided into the register: all of it, or nothing.

    Raises
    ------
    InputError
        With every problem of the results: a row that the register does not have, one that not every
        role signed, dates that cannot be. The register stays as it was.
    ProgrammeError
        Without a register, or when it cannot be written.
    """
    register = programme.files.risks
    if register is None:
        raise ProgrammeError(
            "There is no register yet.",
            where="outreach.toml, [files]",
            mend="Write risks.geojson or risks.csv together with the peers.",
        )
    accepted = read_accepted(path)
    known = {row.id: row for row in read_tables(programme).risks}
    problems = list(_faults(accepted, known, path.name, programme.risk, today))
    if problems:
        raise InputError(problems)
    changes, cells = [], {}
    for row in accepted:
        change, written = _changed(row, known[row.id], programme.risk, today)
        changes.append(change)
        cells[row.id] = written
    if split_sheet(register.name)[1]:
        register = register.with_name(split_sheet(register.name)[0])
    rewrite_register(register, programme.columns.risks, cells)
    return tuple(changes)


def _faults(
    accepted: Sequence[RawAccepted],
    known: dict[str, RawRisk],
    file: str,
    rules: RiskSettings,
    today: date,
) -> Iterable[Problem]:
    seen: set[str] = set()
    for row in accepted:
        if row.id not in known:
            mend = "Take the id from the sheet."
            yield Problem(file, row.row, "id", "names no row of the register", mend)
            continue
        if row.id in seen:
            yield Problem(file, row.row, "id", "stands twice", "Keep the row that was decided.")
        seen.add(row.id)
        if missing := [role for role in rules.signed_by if role not in row.assessed_by]:
            yield Problem(
                file,
                row.row,
                "assessed_by",
                f"is not signed by: {', '.join(missing)}",
                "Write the roles that signed, such as peer;coordinator, and never a name.",
            )
        for column in ("assessed_on", "review_by"):
            if getattr(row, column) is None:
                yield Problem(file, row.row, column, "is empty", "Fill it.")
        yield from _date_faults(row, known[row.id], file, today)
        before = known[row.id]
        left = (row.residual_likelihood, row.residual_impact)
        score = (row.likelihood or before.likelihood) * (row.impact or before.impact)
        if (left[0] is None) != (left[1] is None):
            yield Problem(
                file, row.row, "residual_impact", "stands alone", "Fill both figures, or neither."
            )
        elif left[0] and left[1] and left[0] * left[1] > score:
            what = "makes more of the risk than it is without the mitigation"
            yield Problem(file, row.row, "residual_likelihood", what, "Write what is left of it.")


def _date_faults(row: RawAccepted, before: RawRisk, file: str, today: date) -> Iterable[Problem]:
    on = row.assessed_on
    if on is None:
        return
    if on > today:
        yield Problem(file, row.row, "assessed_on", "lies in the future", "Write the day it was.")
    if before.assessed_on is not None and on < before.assessed_on:
        what = "lies before the assessment that the register has"
        yield Problem(file, row.row, "assessed_on", what, "Keep the later one.")
    for column, day in (("review_by", row.review_by), ("expires_on", row.expires_on)):
        if day is not None and day <= on:
            yield Problem(
                file, row.row, column, "does not lie after assessed_on", "Correct one of the two."
            )


def _changed(
    row: RawAccepted, before: RawRisk, rules: RiskSettings, today: date
) -> tuple[Change, dict[str, str]]:
    on, review = row.assessed_on, row.review_by
    if on is None or review is None:
        raise AssertionError("checked before")
    last = row.expires_on or on + timedelta(days=rules.stands_days(before.category))
    cells = {
        "assessed_by": ";".join(row.assessed_by),
        "assessed_on": on.isoformat(),
        "review_by": review.isoformat(),
        "expires_on": last.isoformat(),
    }
    for name in ("likelihood", "impact", "residual_likelihood", "residual_impact"):
        if (score := getattr(row, name)) is not None:
            cells[name] = str(score)
    after = before.model_copy(
        update={
            "assessed_by": row.assessed_by,
            "assessed_on": on,
            "review_by": review,
            "expires_on": last,
        }
    )
    change = Change(
        row.id,
        risk_state(before, today, rules),
        risk_state(after, today, rules),
        on,
        review,
        last,
    )
    return change, cells

"""What teams bring back, by codes, becomes rows of the planner's own files, by their own ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from outreach_map.errors import ProgrammeError
from outreach_map.intake import (
    Cells,
    RawTables,
    RawVisit,
    append_visits,
    log_to_extend,
    read_tables,
)
from outreach_map.privacy.keys import load_key, open_private
from outreach_map.privacy.ledger import read_ledger
from outreach_map.private_files import write_private
from outreach_map.programme import Programme
from outreach_map.spreadsheets import csv_text, unmarked

PROPOSED = "risks-proposed.csv"
_COLUMNS = ("reported_on", "team_id", "hotspot_id", "note")


@dataclass(frozen=True, repr=False)
class ReturnedVisit:
    """What became of one planned stop, by codes; counts by the log's own names of columns."""

    date: date
    hotspot: str
    team: str
    outcome: str
    counts: Mapping[str, int]

    def __repr__(self) -> str:
        """Without its counts."""
        return "ReturnedVisit()"


@dataclass(frozen=True, repr=False)
class ReturnedNote:
    """A new risk that a team noted, in its own words; `hotspot` is a code, or empty."""

    date: date
    hotspot: str
    team: str
    note: str

    def __repr__(self) -> str:
        """Without its words."""
        return "ReturnedNote()"


@dataclass(frozen=True, repr=False)
class NotedRisk:
    """A row of the table of proposed risks, by the planner's own ids and in the team's words."""

    reported_on: str
    team: str
    hotspot: str
    note: str

    def __repr__(self) -> str:
        """Without its words."""
        return "NotedRisk()"


@dataclass(frozen=True, repr=False)
class TakenIn:
    """What was made of visits and notes.

    Attributes
    ----------
    added
        Visits that the log did not have.
    there
        How many it had already, as they are.
    differing
        Visits that the log has otherwise.
    unknown
        Visits and notes at a code that no hotspot has any more.
    ahead
        Visits of a day that is still to come; they are not added.
    noted
        How many new risks were added to `private/risks-proposed.csv`.
    log
        Name of the file that the visits go to.
    """

    added: tuple[ReturnedVisit, ...]
    there: int
    differing: tuple[ReturnedVisit, ...]
    unknown: tuple[ReturnedVisit | ReturnedNote, ...]
    noted: int
    log: str
    ahead: tuple[ReturnedVisit, ...] = ()

    def __repr__(self) -> str:
        """Counts only."""
        return f"TakenIn(added={len(self.added)}, there={self.there}, noted={self.noted})"


def take_in(
    programme: Programme,
    visits: Sequence[ReturnedVisit],
    notes: Sequence[ReturnedNote],
    *,
    write: bool = True,
    today: date | None = None,
) -> TakenIn:
    """Add visits to the log and notes to the table of proposed risks; each once.

    A visit is in the log when a row has its day, hotspot and team, however it came there.

    Parameters
    ----------
    programme
        Whose files.
    visits, notes
        By codes.
    write
        Without it nothing is changed, and the answer is the same.
    today
        A visit of a later day was not made yet; without it no day is later.

    Raises
    ------
    InputError
        For problems of the files.
    KeyFileError, LedgerError
        When `private/` is not in order.
    ProgrammeError
        When a file cannot be written; the log is written first, and whole.
    """
    private = open_private(programme.folder)
    key = load_key(private)
    entries = dict(read_ledger(private, key, programme.privacy.widest_m).entries)
    tables = read_tables(programme)

    def raw(kind: str, ids: Iterable[str]) -> dict[str, str]:
        found = {one: entries.get(key.digest(kind, one)) for one in ids}
        return {entry.code: one for one, entry in found.items() if entry is not None}

    hotspots = raw("H", (row.id for row in tables.hotspots))
    teams = raw("T", (row.id for row in tables.teams))
    known = [v for v in visits if v.hotspot in hotspots and v.team in teams]
    told = [n for n in notes if n.team in teams and (not n.hotspot or n.hotspot in hotspots)]
    unknown: list[ReturnedVisit | ReturnedNote] = [v for v in visits if v not in known]
    unknown += [note for note in notes if note not in told]
    ahead = [v for v in known if today is not None and v.date > today]
    made = [v for v in known if v not in ahead]
    fresh, there, differing = _sorted_out(made, tables, hotspots, teams)
    renamed = programme.columns.visits
    log = log_to_extend(programme.files.visits, programme.folder, renamed)
    if write and fresh:
        rows: list[Cells] = [
            {
                "date": visit.date,
                "hotspot_id": hotspots[visit.hotspot],
                "team_id": teams[visit.team],
                **visit.counts,
                "outcome": visit.outcome,
            }
            for visit in fresh
        ]
        append_visits(log, renamed, rows)
    before = _proposed(programme)
    lines = [
        (note.date.isoformat(), teams[note.team], hotspots.get(note.hotspot, ""), note.note)
        for note in told
    ]
    added = [line for line in dict.fromkeys(lines) if line not in before]
    if write and added:
        text = csv_text(_COLUMNS, [*before, *added])
        write_private(private, PROPOSED, text.encode("utf-8-sig"))
    return TakenIn(
        tuple(fresh), there, tuple(differing), tuple(unknown), len(added), log.name, tuple(ahead)
    )


def _sorted_out(
    visits: Sequence[ReturnedVisit],
    tables: RawTables,
    hotspots: Mapping[str, str],
    teams: Mapping[str, str],
) -> tuple[list[ReturnedVisit], int, list[ReturnedVisit]]:
    """Visits that are new, how many the log has, and those that it has otherwise."""
    log: dict[tuple[date, str, str], list[RawVisit]] = {}
    for row in tables.visits:
        log.setdefault((row.date, row.hotspot_id, row.team_id), []).append(row)
    fresh: list[ReturnedVisit] = []
    differing: list[ReturnedVisit] = []
    there = 0
    for visit in visits:
        rows = log.get((visit.date, hotspots[visit.hotspot], teams[visit.team]), [])
        same = next((row for row in rows if _says(row, visit)), None)
        if same is not None:
            there += 1
        elif rows:
            differing.append(visit)
        else:
            fresh.append(visit)
        if rows:
            # Each row of the log stands for one visit: a team may come twice on a day.
            rows.remove(same or rows[0])
    return fresh, there, differing


def _says(row: RawVisit, visit: ReturnedVisit) -> bool:
    """Whether a row of the log says what was returned; one without an outcome was done."""
    outcome = row.outcome or "done"
    return outcome == visit.outcome and all(
        getattr(row, name) == count for name, count in visit.counts.items()
    )


def noted_risks(programme: Programme) -> tuple[NotedRisk, ...]:
    """New risks that teams noted, in `private/risks-proposed.csv` until somebody decides on them.

    Raises
    ------
    ProgrammeError
        When that table is not as it was written.
    """
    return tuple(
        NotedRisk(*row) for row in sorted(_proposed(programme), key=lambda row: (row[0], row[1:]))
    )


def _proposed(programme: Programme) -> list[tuple[str, str, str, str]]:
    """Rows of the table of proposed risks, as far as there is one."""
    path = programme.folder / "private" / PROPOSED
    if not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
        # A spreadsheet may have saved it with its own separator.
        mark = next((one for one in ",;\t" if one in text.partition("\n")[0]), ",")
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        first, second, third, last = _COLUMNS
        return [
            (
                unmarked(row[first]), unmarked(row[second]), unmarked(row[third]),
                unmarked(row[last]),
            )
            for row in rows
        ]  # fmt: skip
    except (UnicodeDecodeError, csv.Error, KeyError, AttributeError, TypeError):
        raise ProgrammeError(
            "The table of proposed risks cannot be read.",
            where=f"private/{PROPOSED}",
            mend=f"Give it its columns again, as CSV in UTF-8: {', '.join(_COLUMNS)}.",
        ) from None

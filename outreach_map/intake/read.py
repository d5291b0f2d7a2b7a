"""Read and validate all tables of a programme; every problem of every file at once."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from outreach_map.errors import InputError, Problem, Severity
from outreach_map.hours import Place
from outreach_map.intake import checks
from outreach_map.intake.cells import Reading
from outreach_map.intake.coarse import made_coarse
from outreach_map.intake.columns import known_columns, prepared, unknown_targets
from outreach_map.intake.formats import read_source
from outreach_map.intake.made import made
from outreach_map.intake.raster import ENDINGS, raster_residents
from outreach_map.intake.residents import residents_of
from outreach_map.intake.rows import (
    RawCell,
    RawDecision,
    RawHotspot,
    RawIncident,
    RawPoint,
    RawResidents,
    RawRisk,
    RawTables,
    RawTeam,
    RawVisit,
    Row,
)
from outreach_map.intake.sources import Source, Table
from outreach_map.intake.unfinished import left_over, not_asked
from outreach_map.intake.visits import LogPart, merged, stale_last_visits, until
from outreach_map.limits import MAX_ROWS, MOST_ALIKE, MOST_ROWS
from outreach_map.programme import USUAL_NAMES, Files, Programme

Bounds = tuple[float, float, float, float]
R = TypeVar("R", bound=Row)

KINDS: Mapping[str, type[Row]] = {
    "hotspots": RawHotspot,
    "points": RawPoint,
    "teams": RawTeam,
    "risks": RawRisk,
    "visits": RawVisit,
    "decisions": RawDecision,
    "incidents": RawIncident,
    "population": RawCell,
}


def read_tables(
    programme: Programme,
    *,
    bounds: Bounds | None = None,
    today: date | None = None,
    since: date | None = None,
) -> RawTables:
    """Read every file of a programme.

    Parameters
    ----------
    programme
        Names the files.
    bounds
        West, south, east, north of the study area, to notice swapped and far-off coordinates.
    today
        Visits after that day are not counted; without it all are.
    since
        Decisions that end before that day may be about what is gone; without it all that end may.

    Returns
    -------
    RawTables
        Valid rows; `warnings` holds what does not stop a plan.

    Raises
    ------
    InputError
        With every error of every file; warnings alone stop nothing.
    """
    tables, problems = _read(programme, bounds, today, since)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise InputError(errors)
    return tables


def examine_tables(
    programme: Programme, *, bounds: Bounds | None = None, today: date | None = None
) -> tuple[RawTables, tuple[Problem, ...]]:
    """Valid rows of every file, and every problem, warnings included, in reading order."""
    tables, problems = _read(programme, bounds, today, today)
    return tables, InputError(problems).problems


def collect_problems(
    programme: Programme, *, bounds: Bounds | None = None, today: date | None = None
) -> tuple[Problem, ...]:
    """Every problem of every file, warnings included, in reading order, as of a day."""
    return examine_tables(programme, bounds=bounds, today=today)[1]


def readable_points(programme: Programme) -> tuple[RawPoint, ...]:
    """The points of a programme as far as they can be read; `collect_problems` says the rest."""
    return tuple(_Reader(programme, None).table("points", programme.files.points, RawPoint))


class _Reader:
    """Reads the files of one programme, and remembers what was wrong and which ids it saw."""

    def __init__(self, programme: Programme, bounds: Bounds | None) -> None:
        self.problems: list[Problem] = []
        # Ids of all rows of a file, valid or not; None where it could not be read as a whole.
        self.ids: dict[str, set[str] | None] = {}
        # Every file as it was read, by table; of the log the last.
        self.sources: dict[str, Source] = {}
        self._columns = programme.columns
        self._all_public = programme.privacy.all_points_public
        self._place = None if bounds is None else Place.around(bounds, programme.timezone)

    def table(self, name: str, path: Path | None, kind: type[R]) -> list[R]:
        """Valid rows of one file; what is wrong with the others is noted."""
        return [] if path is None else self.part(name, path, kind)[1]

    def part(self, name: str, path: Path, kind: type[R]) -> tuple[Source, list[R]]:
        """One file of a table: as it was read, and its valid rows."""
        own: Mapping[str, str] = getattr(self._columns, name)
        renamed = {" ".join(theirs.lower().split()): ours for theirs, ours in own.items()}
        most = MOST_ROWS.get(name, MAX_ROWS)
        source = read_source(path, Table(known_columns(kind), kind.prefixes, renamed, most))
        source = prepared(source, kind, renamed, table=name, all_public=self._all_public)
        # A row that cannot be read has an id that nobody knows.
        whole = not source.failed
        self.problems += source.problems
        self.sources[name] = source
        missing = any(p.column and p.row is None for p in source.problems if p.severity == "error")
        usable = bool(source.columns) and not missing
        self.ids[name] = _ids(source) if whole and usable else None
        if not usable:
            return source, []
        reading = Reading(source.decimal_mark, self._place)
        rows = made(source, kind, reading, self.problems)
        self.problems += left_over(source, kind, rows)
        return source, rows

    def log(self, paths: Iterable[Path]) -> list[LogPart]:
        """Every file of the visit log, as long as they hold no more rows than one may."""
        parts: list[LogPart] = []
        left = MAX_ROWS
        for path in paths:
            parts.append(LogPart(*self.part("visits", path, RawVisit)))
            left -= len(parts[-1].source.rows)
            if left < 0:
                what = f"and the files before it have more than {MAX_ROWS:,} rows"
                failed = parts[-1].source.fail(what, "Leave out old rows, or old files.")
                self.problems.append(failed.problems[-1])
                break
        return parts

    def residents(self, path: Path | None, bounds: Bounds | None) -> RawResidents | None:
        """Residents by H3 cells, by points or by a raster."""
        if path is None:
            return None
        if path.suffix.lower() in ENDINGS:
            return raster_residents(path, bounds, self.problems)
        source, cells = self.part("population", path, RawCell)
        return residents_of(cells, source, self.problems)


def _ids(source: Source) -> set[str]:
    """Ids of all rows, valid or not."""
    if "id" not in source.columns:
        return set()
    return {" ".join(row.cells.get("id", "").split()) for row in source.rows}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the collector of cycles: rows have none, and it would take a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def _read(
    programme: Programme, bounds: Bounds | None, today: date | None, since: date | None
) -> tuple[RawTables, list[Problem]]:
    files, reader = programme.files, _Reader(programme, bounds)
    problems = reader.problems
    for name, kind in KINDS.items():
        problems += unknown_targets(getattr(programme.columns, name), kind, name)
    hotspots = reader.table("hotspots", files.hotspots, RawHotspot)
    teams = reader.table("teams", files.teams, RawTeam)
    points = reader.table("points", files.points, RawPoint)
    risks = reader.table("risks", files.risks, RawRisk)
    parts = reader.log(files.visits)
    decisions = reader.table("decisions", files.decisions, RawDecision)
    incidents = reader.table("incidents", files.incidents, RawIncident)
    residents = reader.residents(files.population, bounds)
    sources = reader.sources
    faulty = {(p.file, p.sheet) for p in problems if p.severity is Severity.ERROR}
    for name, rows in (("hotspots", hotspots), ("teams", teams)):
        source = sources[name]
        if not rows and (source.file, source.sheet) not in faulty:
            source.fail("has no rows", "Add at least one row below the header.")
            problems.append(source.problems[-1])
    problems += not_asked(sources["points"], points)
    problems += checks.across_tables(hotspots, points, teams, risks, sources, reader.ids)
    problems += checks.references_of_log(parts, sources, reader.ids)
    if today is not None:
        parts = [*until(today, parts, problems)]
    if files.decisions is not None:
        problems += checks.references_of_decisions(
            sources["decisions"], decisions, sources, reader.ids, since
        )
    if files.incidents is not None:
        problems += checks.places_of_incidents(sources["incidents"], incidents, sources, reader.ids)
    visits = merged(parts, problems)
    problems += stale_last_visits(hotspots, visits, sources["hotspots"])
    if bounds is not None:
        problems += _holidays(hotspots, points, teams, risks, sources)
    tables = RawTables(
        hotspots=tuple(hotspots),
        points=tuple(points),
        teams=tuple(teams),
        risks=tuple(risks),
        visits=tuple(visits),
        decisions=tuple(decisions),
        incidents=None if files.incidents is None else tuple(incidents),
        residents=residents,
    )
    problems += checks.locations(tables, sources, bounds)
    limit = programme.privacy.max_precision_m
    if limit is not None:
        coarse = made_coarse(tables.hotspots, limit, sources["hotspots"], problems)
        tables = replace(tables, hotspots=coarse)
    problems += _absent(files)
    problems = _shortened(problems)
    warnings = tuple(problem for problem in problems if problem.severity is Severity.WARNING)
    return replace(tables, warnings=warnings), problems


def _shortened(problems: Sequence[Problem]) -> list[Problem]:
    """Problems without those of a column that nobody would read to the end: they are counted."""
    seen: Counter[tuple[str, str, str, Severity]] = Counter()
    kept = []
    for problem in problems:
        key = (problem.file, problem.sheet, problem.column, problem.severity)
        seen[key] += 1
        if seen[key] <= MOST_ALIKE:
            kept.append(problem)
    for (file, sheet, column, severity), count in seen.items():
        if count > MOST_ALIKE:
            what = f"has problems in {count - MOST_ALIKE:,} more rows"
            mend = "Mend those that are listed, and check again."
            kept.append(Problem(file, None, column, what, mend, severity=severity, sheet=sheet))
    return kept


def _holidays(
    hotspots: Sequence[RawHotspot],
    points: Sequence[RawPoint],
    teams: Sequence[RawTeam],
    risks: Sequence[RawRisk],
    sources: Mapping[str, Source],
) -> Iterable[Problem]:
    hours = {
        "hotspots": ("active_hours", [(row.row, row.active_hours) for row in hotspots]),
        "points": ("opening_hours", [(row.row, row.opening_hours) for row in points]),
        "teams": ("shift", [(row.row, row.shift) for row in teams]),
        "risks": ("applies_hours", [(row.row, row.applies_hours) for row in risks]),
    }
    for name, (column, rows) in hours.items():
        if rows:
            yield from checks.unknown_holidays(sources[name], rows, column)


def _absent(files: Files) -> Iterable[Problem]:
    """Warnings for the files that a programme may lack: what is not written down is unknown."""
    lacks = (
        (
            "risks",
            files.risks,
            "is not in the folder, so no risk is known, which is not to say that there is none",
            "Write the register together with the peers.",
        ),
        (
            "visits",
            files.visits or None,
            "is not in the folder, so nothing is known of earlier visits",
            "Add the log when there is one.",
        ),
        (
            "decisions",
            files.decisions,
            "is not in the folder, so no decision of the peers binds the plan",
            "Ask the peers, and write down what they decide.",
        ),
    )
    for key, path, what, mend in lacks:
        if path is None:
            yield Problem(USUAL_NAMES[key], None, "", what, mend, severity=Severity.WARNING)

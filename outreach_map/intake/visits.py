"""The visit log out of many exports: what stands twice counts once, and corrections win.

Field forms are exported again and again, each time whole, and their rows are corrected on the
server; paper logs are typed into more than one sheet. Two rules tell what is the same:

- A submission of a form has an id. Rows of one submission are one visit; the latest counts, by the
  time of submission, else by the order of the files.
- Rows without such an id that name the same day, hotspot and team in two files are the same visits,
  written down twice; those of the later file count. Where they differ, that is said.

Rows that are alike within one file are two visits: a team may come twice on a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter

from outreach_map.errors import Problem, Severity
from outreach_map.intake.rows import RawHotspot, RawVisit
from outreach_map.intake.sources import Source

_Key = tuple[date, str, str]


@dataclass(frozen=True, repr=False)
class LogPart:
    """One file of the log."""

    source: Source
    rows: Sequence[RawVisit]


@dataclass(frozen=True, repr=False)
class _Found:
    """A row of the log: its part, and the submission it belongs to with its time, if any."""

    part: int
    visit: RawVisit
    submission: str
    submitted: str

    @property
    def order(self) -> tuple[str, int, int]:
        return (self.submitted, self.part, self.visit.row)


def until(today: date, parts: Sequence[LogPart], problems: list[Problem]) -> Sequence[LogPart]:
    """The log without visits that are still to come by the clock; a warning for each file.

    Where that is most of the log, the clock is wrong rather than the log, and all of it counts.
    """
    ahead = [[row.row for row in part.rows if row.date > today] for part in parts]
    if not any(ahead):
        return parts
    if sum(map(len, ahead)) > sum(len(part.rows) for part in parts) / 2:
        part, rows = next((part, rows) for part, rows in zip(parts, ahead, strict=True) if rows)
        problems.append(
            _ahead(
                part,
                rows,
                "most of the log lies after today by this computer's clock, and is counted",
                "Set the clock, or correct the dates.",
            )
        )
        return parts
    for part, rows in zip(parts, ahead, strict=True):
        if rows:
            what = f"lies after today{more(rows, 'do')}: what is still to come is not counted"
            problems.append(_ahead(part, rows, what, "Correct the date, most often its year."))
    return [replace(part, rows=[row for row in part.rows if row.date <= today]) for part in parts]


def _ahead(part: LogPart, rows: Sequence[int], what: str, mend: str) -> Problem:
    return part.source.problem(
        what,
        mend,
        row=rows[0],
        column="date",
        severity=Severity.WARNING,
        expected="a day that has been",
    )


def more(rows: Sequence[int], do: str) -> str:
    """How many rows beside the first one are so, in words.

    >>> more([4, 9, 11], "do"), more([4], "do")
    (', and 2 more rows do', '')
    """
    count = len(rows) - 1
    return f", and {count} more row{'s' * (count != 1)} {do}" if count else ""


def merged(parts: Sequence[LogPart], problems: list[Problem]) -> list[RawVisit]:
    """Visits of all parts, each once, in the order of the files."""
    if len(parts) == 1 and not parts[0].source.submitted:
        problems += _alike(parts[0])
        return list(parts[0].rows)
    found = [
        _Found(number, row, *part.source.submitted.get(row.row, ("", "")))
        for number, part in enumerate(parts)
        for row in part.rows
    ]
    found = _latest_submissions(found, parts, problems)
    return [one.visit for one in _latest_files(found, parts, problems)]


def _latest_submissions(
    found: Sequence[_Found], parts: Sequence[LogPart], problems: list[Problem]
) -> list[_Found]:
    latest: dict[str, _Found] = {}
    for one in found:
        best = latest.get(one.submission)
        if one.submission and (best is None or one.order > best.order):
            latest[one.submission] = one
    kept = [one for one in found if not one.submission or latest[one.submission] is one]
    problems += _dropped(found, kept, parts, "stand for a submission that has a later row")
    return kept


def _latest_files(
    found: Sequence[_Found], parts: Sequence[LogPart], problems: list[Problem]
) -> list[_Found]:
    groups: dict[_Key, dict[int, list[_Found]]] = {}
    for one in found:
        groups.setdefault(_key(one.visit), {}).setdefault(one.part, []).append(one)
    dropped: set[int] = set()
    for by_part in groups.values():
        # Rows that are all submissions of their own have been told apart by their ids.
        if len(by_part) < 2 or all(one.submission for rows in by_part.values() for one in rows):
            continue
        last = max(by_part)
        counted = Counter(_content(one.visit) for one in by_part[last])
        for part, rows in by_part.items():
            if part == last:
                continue
            dropped.update(map(id, rows))
            if Counter(_content(one.visit) for one in rows) != counted:
                later = by_part[last][0].visit
                problems.append(
                    parts[part].source.problem(
                        f"differs from row {later.row} of {parts[last].source.file} for the same "
                        "day, hotspot and team",
                        "The later file counts, as a correction. If both are visits, put them "
                        "into one file.",
                        row=rows[0].visit.row,
                        severity=Severity.WARNING,
                    )
                )
    kept = [one for one in found if id(one) not in dropped]
    problems += _dropped(found, kept, parts, "stand in a later file as well")
    return kept


def _dropped(
    found: Sequence[_Found], kept: Sequence[_Found], parts: Sequence[LogPart], why: str
) -> Iterable[Problem]:
    """How many rows of each file count no more."""
    lost = Counter(one.part for one in found)
    lost.subtract(Counter(one.part for one in kept))
    for part, count in sorted(lost.items()):
        if count:
            rows = f"{count} row{'s' * (count != 1)}"
            what = f"has {rows} that {why if count > 1 else why.replace('stand', 'stands', 1)}"
            mend = "Each visit counts once; there is nothing to do."
            yield parts[part].source.problem(what, mend, severity=Severity.WARNING)


def _alike(part: LogPart) -> Iterable[Problem]:
    """A warning for rows that are alike within one file; they count as visits of their own."""
    first: dict[tuple[object, ...], int] = {}
    again = [row for row in part.rows if first.setdefault(_content(row), row.row) != row.row]
    if again:
        count = len(again)
        yield part.source.problem(
            f"is the same as row {first[_content(again[0])]}"
            + (f", and {count - 1} more rows are like an earlier one" if count > 1 else ""),
            "If it was typed twice, take one out; both count as visits.",
            row=again[0].row,
            severity=Severity.WARNING,
        )


def stale_last_visits(
    hotspots: Sequence[RawHotspot], visits: Iterable[RawVisit], source: Source
) -> Iterable[Problem]:
    """Warnings for a `last_visit` that the log has overtaken; the log counts."""
    newest: dict[str, date] = {}
    for visit in visits:
        if visit.outcome in ("", "done"):
            newest[visit.hotspot_id] = max(visit.date, newest.get(visit.hotspot_id, date.min))
    for hotspot in hotspots:
        logged = newest.get(hotspot.id)
        if hotspot.last_visit is not None and logged is not None and hotspot.last_visit < logged:
            yield source.problem(
                "is older than the latest visit in the log",
                "The log counts. Leave the column out where there is a log.",
                row=hotspot.row,
                column="last_visit",
                severity=Severity.WARNING,
                expected="the day of the latest visit, or nothing",
            )


def _key(visit: RawVisit) -> _Key:
    return (visit.date, visit.hotspot_id, visit.team_id)


_CONTENT = itemgetter(*(name for name in RawVisit.model_fields if name != "row"))


def _content(visit: RawVisit) -> tuple[object, ...]:
    """All that a row says."""
    content: tuple[object, ...] = _CONTENT(vars(visit))
    return content

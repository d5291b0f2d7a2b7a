"""Whether a suppressed count can be derived from what is released over many rounds.

Each round releases bands of the people met and of the kits handed out in the last 30, 90 and 365
days, whether somebody was met in every period of 30 days of 90 and of 365, and whether a kit was
left in 90. Windows of two rounds overlap, and 30 days lie within 90, so all of these constrain each
other. For each hotspot the people (or kits) of each stretch of days are unknowns of a linear
programme; a suppressed count is safe while the least and the greatest value that fit are far apart.
Incidents are one more such programme for each month: the counts by district and those by kind have
one sum, and a month stands in the tables of a year of rounds.

That no kit was left is said on purpose: it speaks of nobody. Such a nought is a constraint on the
rest, and no suppressed count. That not every period had a contact does not say which one had none.

The auditing problem of Fischetti & Salazar (2000), doi:10.1287/mnsc.46.8.1117.12026, solved by
HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from outreach_map.privacy import LOG_DAYS
from outreach_map.privacy.incidents import bounds
from outreach_map.privacy.records import PERIOD_DAYS, YEAR_DAYS
from outreach_map.tables import Band, Incidents, Release, VisitLog, Withheld

# A suppressed count of 0 to 10 that is known to within five is as good as published.
SAFE_WIDTH = 5.0

Limits = tuple[float, float]
Month = dict[tuple[str, str], Band | Withheld]


@dataclass(frozen=True)
class Derived:
    """What the linear programmes found: how many suppressed counts, and how many too narrow."""

    checked: int
    narrow: int


@dataclass(frozen=True)
class _Cell:
    """What is released of the count in [first, last): its limits, and whether it is suppressed."""

    first: date
    last: date
    limits: Limits
    suppressed: bool

    @property
    def is_nought(self) -> bool:
        """Whether it is said that there was nobody, or nothing."""
        return self.limits[1] == 0


def derived_counts(rounds: Mapping[date, Release]) -> Derived:
    """Check every suppressed count of people, kits and incidents over some rounds.

    Parameters
    ----------
    rounds
        First day of each round -> what was released. Records of one code belong together.
    """
    cells: dict[tuple[str, str], list[_Cell]] = {}
    for start, released in rounds.items():
        for hotspot in released.hotspots:
            covered = max(released.log_days, released.log_days_year)
            people = _people(start, hotspot.log, covered)
            cells.setdefault((hotspot.code, "people"), []).extend(people)
            cells.setdefault((hotspot.code, "kits"), []).extend(_kits(start, hotspot.log))
    widths = [width for own in cells.values() for width in _widths(own)]
    told = [one.incidents for one in rounds.values() if one.incidents is not None]
    widths += _incident_widths(told)
    return Derived(len(widths), sum(width < SAFE_WIDTH for width in widths))


def _people(start: date, log: VisitLog, covered: int) -> Iterator[_Cell]:
    yield from _banded(start, log.contacts_30d, log.contacts_90d, log.contacts_365d)
    periods = max(
        min(covered, LOG_DAYS) // PERIOD_DAYS if log.met_every_90d else 0,
        min(covered, YEAR_DAYS) // PERIOD_DAYS if log.met_every_365d else 0,
    )
    for period in range(periods):
        last = start - timedelta(days=PERIOD_DAYS * period)
        yield _Cell(last - timedelta(days=PERIOD_DAYS), last, (1, inf), False)


def _kits(start: date, log: VisitLog) -> Iterator[_Cell]:
    yield from _banded(start, log.naloxone_out_30d, log.naloxone_out_90d, log.naloxone_out_365d)
    if log.naloxone_left_90d is not None:
        limits = (1.0, inf) if log.naloxone_left_90d else (0.0, 0.0)
        yield _Cell(start - timedelta(days=LOG_DAYS), start, limits, False)


def _banded(start: date, *bands: Band | None) -> Iterator[_Cell]:
    for days, band in zip((PERIOD_DAYS, LOG_DAYS, YEAR_DAYS), bands, strict=True):
        if band is not None:
            limits = (float(band.low), inf if band.high is None else float(band.high))
            yield _Cell(start - timedelta(days=days), start, limits, band.low == 0)


def _widths(cells: list[_Cell]) -> Iterator[float]:
    """How far apart the least and the greatest value of each suppressed count are."""
    if not any(cell.suppressed for cell in cells):
        return
    ends = sorted({day for cell in cells for day in (cell.first, cell.last)})
    within = np.array(
        [[cell.first <= first < cell.last for first in ends[:-1]] for cell in cells],
        dtype=np.float64,
    )
    low = np.array([cell.limits[0] for cell in cells])
    high = np.array([cell.limits[1] for cell in cells])
    closed = np.isfinite(high)
    above = np.vstack([-within, within[closed]])
    limit = np.concatenate([-low, high[closed]])
    noughts = [row for row, cell in zip(within, cells, strict=True) if cell.is_nought]
    nobody = np.any(noughts, axis=0) if noughts else np.zeros(len(ends) - 1, bool)
    for row, cell in zip(within, cells, strict=True):
        if cell.suppressed and (row.astype(bool) & ~nobody).any():
            yield _greatest(row, above, limit) + _greatest(-row, above, limit)


def _incident_widths(rounds: Sequence[Incidents]) -> list[float]:
    """The same of incidents, month by month, over every round in which a month stands."""
    months: dict[date, list[Month]] = {}
    for told in rounds:
        own: dict[date, Month] = {}
        for side, table in (("district", told.by_district), ("kind", told.by_kind)):
            for one in table:
                own.setdefault(one.month, {})[side, one.row] = one.count
        for month, cells in own.items():
            if cells not in months.setdefault(month, []):
                months[month].append(cells)
    widths: list[float] = []
    for tables in months.values():
        joined = _joined(tables)
        # Where a month was corrected in between, each of its tables speaks for itself.
        for each in [joined] if joined is not None else [_joined([one]) or {} for one in tables]:
            few = {row for row, limits in each.items() if 0 < limits[1] <= bounds(Withheld.FEW)[1]}
            widths += _month_widths(each, few)
    return widths


def _joined(tables: Sequence[Month]) -> dict[tuple[str, str], Limits] | None:
    """What all tables of a month say of each row together; None where they contradict.

    A row that one of them lacks had nothing in that month: tables have a row for all that had.
    """
    rows = {row for cells in tables for row in cells}
    joined = {}
    for row in rows:
        said = [bounds(cells[row]) for cells in tables if row in cells]
        if len(said) < len(tables):
            said.append((0.0, 0.0))
        low, high = max(one for one, _ in said), min(other for _, other in said)
        if low > high:
            return None
        joined[row] = (low, high)
    return joined


def _month_widths(
    limits: Mapping[tuple[str, str], Limits], few: set[tuple[str, str]]
) -> Iterator[float]:
    rows = sorted(limits)
    low = np.array([limits[row][0] for row in rows])
    high = np.array([limits[row][1] for row in rows])
    closed = np.isfinite(high)
    own = np.eye(len(rows))
    side = np.array([1.0 if row[0] == "district" else -1.0 for row in rows])
    # By district and by kind, the incidents of a month are as many.
    above = np.vstack([-own, own[closed], side, -side])
    limit = np.concatenate([-low, high[closed], [0.0, 0.0]])
    for number, row in enumerate(rows):
        if row in few:
            yield _greatest(own[number], above, limit) + _greatest(-own[number], above, limit)


def _greatest(
    goal: NDArray[np.float64], above: NDArray[np.float64], limit: NDArray[np.float64]
) -> float:
    found = linprog(-goal, A_ub=above, b_ub=limit, bounds=(0, None), method="highs")
    if found.status == 3:
        return np.inf
    if not found.success:
        # Bands that contradict each other were not made from one log: nothing may be taken as safe.
        return -np.inf
    return -float(found.fun or 0.0)

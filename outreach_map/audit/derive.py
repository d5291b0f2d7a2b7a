"""Whether a suppressed count can be derived from what is published over many rounds.

Each round publishes bands of the people reached in the last 30, 90 and 365 days. Windows of two
rounds overlap, and 30 days lie within 90, so bands constrain each other. For each hotspot the
people of each stretch of days are unknowns of a linear programme; a suppressed count is safe while
the least and the greatest value that fit all published bands are far apart. The auditing problem
of Fischetti & Salazar (2000), doi:10.1287/mnsc.46.8.1117.12026, solved by HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from outreach_map.privacy import LOG_DAYS
from outreach_map.tables import Band, Release, VisitLog

# A suppressed count of 0 to 10 that is known to within five is as good as published.
SAFE_WIDTH = 5.0
_MONTH_DAYS = 30
_YEAR_DAYS = 365


@dataclass(frozen=True)
class Derived:
    """What the linear programmes found: how many suppressed counts, and how many too narrow."""

    checked: int
    narrow: int


@dataclass(frozen=True)
class _Cell:
    """A published band of the people reached in [first, last)."""

    first: date
    last: date
    band: Band

    @property
    def suppressed(self) -> bool:
        return self.band.low == 0


def derived_counts(rounds: Mapping[date, Release]) -> Derived:
    """Check every suppressed count of contacts of every hotspot over some rounds.

    Parameters
    ----------
    rounds
        First day of each round -> what was released. Records of one code belong together.
    """
    cells: dict[str, list[_Cell]] = {}
    for start, released in rounds.items():
        for hotspot in released.hotspots:
            cells.setdefault(hotspot.code, []).extend(_cells(start, hotspot.log))
    widths = [width for own in cells.values() for width in _widths(own)]
    return Derived(len(widths), sum(width < SAFE_WIDTH for width in widths))


def _cells(start: date, log: VisitLog) -> Iterator[_Cell]:
    for days, band in (
        (_MONTH_DAYS, log.contacts_30d),
        (LOG_DAYS, log.contacts_90d),
        (_YEAR_DAYS, log.contacts_365d),
    ):
        if band is not None:
            yield _Cell(start - timedelta(days=days), start, band)


def _widths(cells: list[_Cell]) -> Iterator[float]:
    """How far apart the least and the greatest value of each suppressed count are."""
    if not any(cell.suppressed for cell in cells):
        return
    ends = sorted({day for cell in cells for day in (cell.first, cell.last)})
    within = np.array(
        [[cell.first <= first < cell.last for first in ends[:-1]] for cell in cells],
        dtype=np.float64,
    )
    rows, limits = [-within], [-np.array([float(cell.band.low) for cell in cells])]
    closed = [index for index, cell in enumerate(cells) if cell.band.high is not None]
    rows.append(within[closed])
    limits.append(np.array([float(cells[index].band.high or 0) for index in closed]))
    above, limit = np.vstack(rows), np.concatenate(limits)
    for index, cell in enumerate(cells):
        if cell.suppressed:
            yield _greatest(within[index], above, limit) + _greatest(-within[index], above, limit)


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

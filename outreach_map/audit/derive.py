"""Whether a suppressed count can be derived from what is released over many rounds.

The people met and the kits handed out at each hotspot: `outreach_map.privacy.derivable` has how.
Incidents are a linear programme for each month: the counts by district and those by kind have one
sum, and a month stands in the tables of a year of rounds.

The auditing problem of Fischetti & Salazar (2000), doi:10.1287/mnsc.46.8.1117.12026, solved by
HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from outreach_map.privacy.derivable import SAFE_WIDTH, Told, kits_told, people_told, widths
from outreach_map.privacy.incidents import bounds
from outreach_map.tables import Band, Incidents, Release, Withheld

Limits = tuple[float, float]
Month = dict[tuple[str, str], Band | Withheld]


@dataclass(frozen=True)
class Derived:
    """What the linear programmes found: how many suppressed counts, and how many too narrow."""

    checked: int
    narrow: int


def derived_counts(rounds: Mapping[date, Release]) -> Derived:
    """Check every suppressed count of people, kits and incidents over some rounds.

    Parameters
    ----------
    rounds
        First day of each round -> what was released. Records of one code belong together.
    """
    told: dict[tuple[str, str], list[Told]] = {}
    newest = max(rounds, default=date.min)
    for start, released in rounds.items():
        ago = (newest - start).days // 7
        covered = max(released.log_days, released.log_days_year)
        for hotspot in released.hotspots:
            people = told.setdefault((hotspot.code, "people"), [])
            people.extend(people_told(ago, hotspot.log, covered))
            told.setdefault((hotspot.code, "kits"), []).extend(kits_told(ago, hotspot.log))
    found = [width for own in told.values() for width in widths(own)]
    tables = [one.incidents for one in rounds.values() if one.incidents is not None]
    found += _incident_widths(tables)
    return Derived(len(found), sum(width < SAFE_WIDTH for width in found))


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
    found: list[float] = []
    for tables in months.values():
        joined = _joined(tables)
        # Where a month was corrected in between, each of its tables speaks for itself.
        for each in [joined] if joined is not None else [_joined([one]) or {} for one in tables]:
            few = {row for row, limits in each.items() if 0 < limits[1] <= bounds(Withheld.FEW)[1]}
            found += _month_widths(each, few)
    return found


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

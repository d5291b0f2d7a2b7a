"""Human-rights incidents pass the gate as counts of districts and months, and as nothing else.

A district is every area whose anchor lies in one square of some kilometres; squares and anchors are
made of public data. A count is told as under 11, nought included, or as 11 or more, each for
itself: nothing is withheld because of what another count is, so no rule of withholding can be
turned round to narrow one. No total is published, but the two tables of a month (by district, by
kind) count the same incidents. With at most `MOST_KINDS` kinds that leaves every count under 11
open by five at least, whatever the counts are, even to who knows which of them are nought: of m
kinds with 11 or more and f districts with under 11, 11m incidents have to fit 10f places, and since
f is above m, 10f - 11m is 10 - m or more. With more kinds there is no table by kind.
Wider bands leave less: 11 to 25 in one of two districts, with three kinds of 11 or more, say of the
other that it had 8 at least (Hundepool et al. 2012, doi:10.1002/9781118348239, chapter 4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import inf

import numpy as np

from outreach_map.intake import RawIncident
from outreach_map.privacy.areas import Partition
from outreach_map.tables import Band, District, IncidentCount, Incidents, Place, Withheld

DISTRICT_M = 4_000.0
MONTHS = 12
# With more, counts under 11 would follow from the two tables of some months.
MOST_KINDS = 5
NOWHERE = "district not known"

_FEW = 10


def release_incidents(
    rows: Sequence[RawIncident] | None,
    start: date,
    division: Partition,
    places: Mapping[str, Place],
) -> Incidents | None:
    """Incidents of the twelve whole months before a round.

    Parameters
    ----------
    rows
        None where the programme keeps no such list: then nothing is known of incidents.
    start
        First day of the round.
    division
        The frozen partition, of which districts are made.
    places
        Released place of each hotspot by raw id; an incident at one that waits has no district yet.
    """
    if rows is None:
        return None
    districts, of_area = _districts(division)
    months = _months(start)
    by_district: Counter[tuple[str, date]] = Counter()
    by_kind: Counter[tuple[str, date]] = Counter()
    for row in rows:
        month = row.date.replace(day=1)
        if month in months:
            by_district[district_of(row, places, of_area), month] += 1
            by_kind[row.kind, month] += 1
    names = (*(one.code for one in districts), NOWHERE)
    kinds = tuple(sorted({kind for kind, _ in by_kind}))
    return Incidents(
        months,
        districts,
        _table(names, months, by_district),
        _table(kinds, months, by_kind) if len(kinds) <= MOST_KINDS else (),
    )


def _table(
    rows: Sequence[str], months: Sequence[date], counts: Mapping[tuple[str, date], int]
) -> tuple[IncidentCount, ...]:
    return tuple(
        IncidentCount(row, month, told(counts.get((row, month), 0)))
        for month in months
        for row in rows
    )


def district_of(row: RawIncident, places: Mapping[str, Place], of_area: Mapping[int, str]) -> str:
    """Code of an incident's district: that of its hotspot's released area, or its own."""
    place = places.get(row.hotspot_id or "")
    if place is not None and place.areas:
        return of_area.get(place.areas[0], NOWHERE)
    code = row.area.upper()
    return code if code in of_area.values() else NOWHERE


def district_codes(division: Partition) -> Mapping[int, str]:
    """Area number -> code of its district."""
    return _districts(division)[1]


def _districts(division: Partition) -> tuple[tuple[District, ...], dict[int, str]]:
    """Districts by code, and the code of each area."""
    if not division.areas:
        return (), {}
    anchors = division.metric(np.array([area.anchor for area in division.areas]))
    # In the country areas are wide themselves; a district is some of them together all the same.
    side_m = max(DISTRICT_M, 3 * float(np.median([area.extent_m for area in division.areas])))
    squares = np.floor((anchors - anchors.min(axis=0)) / side_m).astype(int)
    rows = squares[:, 1].max() - squares[:, 1]
    of_area = {
        area.number: f"{_letters(int(column))}{int(row) + 1}"
        for area, column, row in zip(division.areas, squares[:, 0], rows, strict=True)
    }
    members: dict[str, list[int]] = {}
    for number, code in of_area.items():
        members.setdefault(code, []).append(number)
    return tuple(
        District(code, division.geometry(numbers)) for code, numbers in sorted(members.items())
    ), of_area


def _letters(column: int) -> str:
    """A, B … Z, AA: west to east, as on a town map."""
    return ("" if column < 26 else chr(64 + column // 26)) + chr(65 + column % 26)


def _months(start: date) -> tuple[date, ...]:
    last = start.year * 12 + start.month - 1
    return tuple(date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS, last))


def told(count: int) -> Band | Withheld:
    """What is told of a count of incidents, by itself.

    >>> told(0).value, told(10).value, told(11).label
    ('under 11', 'under 11', '11 or more')
    """
    return Withheld.FEW if count <= _FEW else Band(_FEW + 1, None)


def bounds(cell: Band | Withheld) -> tuple[float, float]:
    """Least and greatest count that a published cell allows."""
    if isinstance(cell, Withheld):
        return 0.0, float(_FEW)
    return float(cell.low), inf if cell.high is None else float(cell.high)

"""Human-rights incidents pass the gate as counts of districts and months, and as nothing else.

A district is every area whose anchor lies in one square of some kilometres; squares and anchors are
made of public data. Counts leave as bands, those under 11 as one word, nought included. No total is
published, but the two tables of a month (by district, by kind) count the same incidents, so the one
could narrow a suppressed count of the other: where it would, published counts are withheld until it
does not (complementary suppression; Hundepool et al. 2012, doi:10.1002/9781118348239, chapter 4).
With one sum shared by two rows of bands, the least and the greatest value that fit follow from the
bounds alone, so no linear programme is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import inf
from typing import TypeAlias

import numpy as np

from outreach_map.intake import RawIncident
from outreach_map.privacy.areas import Partition
from outreach_map.privacy.bands import people_band
from outreach_map.tables import Band, District, IncidentCount, Incidents, Place, Withheld

DISTRICT_M = 4_000.0
MONTHS = 12
# A suppressed count of 0 to 10 that is known to within fewer than this is as good as published.
SAFE_WIDTH = 5.0
NOWHERE = "district not known"

Cell: TypeAlias = Band | Withheld
_FEW = 10.0


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
    tables: tuple[list[IncidentCount], list[IncidentCount]] = ([], [])
    for month in months:
        one, other = suppressed(
            [by_district[name, month] for name in names], [by_kind[kind, month] for kind in kinds]
        )
        for table, rows_of, cells in ((tables[0], names, one), (tables[1], kinds, other)):
            table += [
                IncidentCount(name, month, cell) for name, cell in zip(rows_of, cells, strict=True)
            ]
    return Incidents(months, districts, tuple(tables[0]), tuple(tables[1]))


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


def suppressed(one: Sequence[int], other: Sequence[int]) -> tuple[list[Cell], list[Cell]]:
    """Two rows of counts with the same sum as bands, so that no count under 11 can be derived.

    Nor by who knows which of them are nought: another round's table may lack such a row.

    Examples
    --------
    >>> [cell.value if isinstance(cell, Withheld) else cell.label
    ...  for cell in suppressed([30, 2], [32])[0]]
    ['26-50', 'under 11']
    """
    rows = ([_cell(count) for count in one], [_cell(count) for count in other])
    noughts = (
        {at for at, n in enumerate(one) if not n},
        {at for at, n in enumerate(other) if not n},
    )
    while _narrow(rows, (set(), set())) or _narrow(rows, noughts):
        shown = [
            (cell.low, side, at)
            for side, row in enumerate(rows)
            for at, cell in enumerate(row)
            if isinstance(cell, Band)
        ]
        if not shown:
            break
        _, side, at = min(shown)
        rows[side][at] = Withheld.PROTECTS
    return rows


def _cell(count: int) -> Cell:
    band = people_band(count)
    return Withheld.FEW if band is None or band.low == 0 else band


def bounds(cell: Cell) -> tuple[float, float]:
    """Least and greatest count that a published cell allows."""
    if cell is Withheld.FEW:
        return 0.0, _FEW
    if isinstance(cell, Withheld):
        return _FEW + 1, inf
    return float(cell.low), inf if cell.high is None else float(cell.high)


def _narrow(rows: tuple[list[Cell], list[Cell]], noughts: tuple[set[int], set[int]]) -> bool:
    """Whether a suppressed count is known to within less than `SAFE_WIDTH`.

    `noughts` are the rows of each side that somebody knows to be nought.
    """
    limits = [
        [(0.0, 0.0) if at in known else bounds(cell) for at, cell in enumerate(row)]
        for row, known in zip(rows, noughts, strict=True)
    ]
    sums = [(sum(low for low, _ in row), sum(high for _, high in row)) for row in limits]
    for side, row in enumerate(rows):
        least, most = sums[1 - side]
        for at, cell in enumerate(row):
            if cell is not Withheld.FEW or at in noughts[side]:
                continue
            rest_low = sums[side][0] - limits[side][at][0]
            rest_high = sum(high for i, (_, high) in enumerate(limits[side]) if i != at)
            low = max(0.0, least - rest_high)
            high = min(_FEW, most - rest_low)
            if high - low < SAFE_WIDTH:
                return True
    return False

"""Residents from rows: by H3 cell, or by points."""

from __future__ import annotations

from collections.abc import Sequence

import h3
import numpy as np

from outreach_map.errors import Problem
from outreach_map.intake.rows import RawCell, RawResidents
from outreach_map.intake.sources import Source


def residents_of(cells: Sequence[RawCell], source: Source, problems: list[Problem]) -> RawResidents:
    """Where people live and how many; a cell that is nowhere is a problem."""
    places: list[tuple[float, float]] = []
    people: list[float] = []
    for cell in cells:
        where = _centre(cell)
        if where is None:
            problems.append(
                source.problem(
                    "is not an H3 cell, nor lon and lat",
                    "Correct it.",
                    row=cell.row,
                    column="h3",
                    expected="an H3 cell, or lon and lat in degrees",
                )
            )
            continue
        places.append(where)
        people.append(cell.population)
    return RawResidents(
        np.array(places, dtype=np.float64).reshape(-1, 2), np.array(people, dtype=np.float64)
    )


def _centre(cell: RawCell) -> tuple[float, float] | None:
    if cell.h3 is None and cell.lon is not None and cell.lat is not None:
        on_globe = abs(cell.lon) <= 180 and abs(cell.lat) <= 90
        return (cell.lon, cell.lat) if on_globe else None
    if cell.h3 is not None:
        if not h3.is_valid_cell(cell.h3):
            return None
        lat, lon = h3.cell_to_latlng(cell.h3)
        return lon, lat
    return None

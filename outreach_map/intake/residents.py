"""Residents from rows: by H3 cell, or by points."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h3
import numpy as np

from outreach_map.errors import Problem
from outreach_map.intake.rows import RawCell, RawResidents


def residents_of(cells: Sequence[RawCell], path: Path, problems: list[Problem]) -> RawResidents:
    """Where people live and how many; a cell that is nowhere is a problem."""
    places: list[tuple[float, float]] = []
    people: list[float] = []
    for cell in cells:
        where = _centre(cell)
        if where is None:
            what = "is not an H3 cell, nor lon and lat"
            problems.append(Problem(path.name, cell.row, "h3", what, "Correct it."))
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

"""Checks across rows and tables: ids, references, and whether places can be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem
from outreach_map.intake.rows import (
    RawDecision,
    RawHotspot,
    RawPoint,
    RawRisk,
    RawTables,
    RawTeam,
    RawVisit,
    ids,
)
from outreach_map.programme import Files
from outreach_map.settings import split_sheet

Bounds = tuple[float, float, float, float]

FAR_KM = 25.0
_KM_PER_DEGREE = 111.2
_PAIR = re.compile(r"([+-]?\d+(?:\.\d+)?)[ ,;]+([+-]?\d+(?:\.\d+)?)")


def base(team_end: str) -> BaseGeometry | None:
    """Point of a team's start or end written as "lon lat"; None where it is not."""
    match = _PAIR.fullmatch(team_end)
    if match is None:
        return None
    lon, lat = float(match[1]), float(match[2])
    return shapely.Point(lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def file_name(path: Path) -> str:
    """Name of a file without the sheet."""
    return split_sheet(path.name)[0]


def across_tables(
    hotspots: Sequence[RawHotspot],
    points: Sequence[RawPoint],
    teams: Sequence[RawTeam],
    risks: Sequence[RawRisk],
    files: Files,
    known: Mapping[str, set[str] | None],
) -> list[Problem]:
    """Doubled ids, and teams that start or end at a point that does not exist.

    `known` holds the ids of all rows of a table, valid or not; None where it could not be read,
    which is a problem of its own and not one of every row that refers to it.
    """
    problems = [
        *_doubled(files.hotspots, hotspots),
        *_doubled(files.points, points),
        *_doubled(files.teams, teams),
    ]
    if files.risks is not None:
        problems += _doubled(files.risks, risks)
    stops = known["points"]
    for team in teams:
        for column, value in (("start", team.start), ("end", team.end)):
            if stops is not None and value not in stops and base(value) is None:
                problems.append(
                    Problem(
                        file_name(files.teams),
                        team.row,
                        column,
                        f"names no row of {file_name(files.points)}",
                        'Write the id of a point, or "lon lat" in degrees.',
                    )
                )
    return problems


def references(
    file: str,
    rows: Sequence[RawVisit | RawDecision],
    files: Files,
    known: Mapping[str, set[str] | None],
) -> Iterable[Problem]:
    """Rows that name a hotspot or a team that does not exist."""
    hotspots, teams = known["hotspots"], known["teams"]
    for row in rows:
        if hotspots is not None and row.hotspot_id not in hotspots:
            yield _unknown(file, row.row, "hotspot_id", files.hotspots)
        if teams is not None and row.team_id and row.team_id not in teams:
            yield _unknown(file, row.row, "team_id", files.teams)


def _doubled(
    path: Path, rows: Sequence[RawHotspot | RawPoint | RawTeam | RawRisk]
) -> Iterable[Problem]:
    first = ids(rows)
    for row in rows:
        if first[row.id] != row.row:
            what = f"is the same as in row {first[row.id]}"
            yield Problem(file_name(path), row.row, "id", what, "Give each row an id of its own.")


def _unknown(file: str, row: int, column: str, other: Path) -> Problem:
    what = f"names no row of {file_name(other)}"
    return Problem(file, row, column, what, "Correct the id, or add the row.")


@dataclass(frozen=True, repr=False)
class _Located:
    """Where a row says that something is."""

    row: int
    column: str
    geometry: BaseGeometry


def locations(tables: RawTables, files: Files, bounds: Bounds | None) -> list[Problem]:
    """Coordinates that look swapped, are off the globe or lie far off; none of them is shown.

    Without `bounds` only what cannot be in degrees at all is noticed.
    """
    problems: list[Problem] = []
    located: list[tuple[Path | None, Sequence[RawHotspot | RawPoint | RawRisk]]] = [
        (files.hotspots, tables.hotspots),
        (files.points, tables.points),
        (files.risks, tables.risks),
    ]
    for path, rows in located:
        if path is not None and rows:
            spots = [_Located(row.row, "lon, lat", row.geometry) for row in rows]
            problems += _misplaced(file_name(path), spots, bounds)
    bases = [
        _Located(team.row, column, spot)
        for team in tables.teams
        for column, value in (("start", team.start), ("end", team.end))
        if (spot := base(value)) is not None
    ]
    if bases:
        problems += _misplaced(file_name(files.teams), bases, bounds)
    return problems


def _misplaced(file: str, rows: Sequence[_Located], bounds: Bounds | None) -> Iterable[Problem]:
    geometries = np.array([row.geometry for row in rows], dtype=object)
    west, south, east, north = shapely.bounds(geometries).T
    off_globe = (west < -180) | (east > 180) | (south < -90) | (north > 90)
    turned = (np.abs([west, east]) <= 90) & (np.abs([south, north]) <= 180)
    far, swapped = off_globe, off_globe & turned.all(axis=0)
    if bounds is not None:
        centres = shapely.get_coordinates(shapely.centroid(geometries))
        far = off_globe | (_distance_km(centres, bounds) > FAR_KM)
        swapped = far & (_distance_km(centres[:, ::-1], bounds) <= FAR_KM)
    if rows[0].column == "lon, lat" and swapped.sum() > 1 and swapped.sum() > len(rows) / 2:
        # One cause, one problem: the columns were named the wrong way round.
        yield Problem(
            file,
            None,
            "lon, lat",
            "longitude and latitude look swapped in most rows",
            "Swap the names of the two columns.",
        )
        off_globe, far = off_globe & ~swapped, far & ~swapped
        swapped = np.zeros_like(swapped)
    for row, is_off, is_far, is_swapped in zip(rows, off_globe, far, swapped, strict=True):
        if is_swapped:
            yield Problem(
                file, row.row, row.column, "longitude and latitude look swapped", "Swap the two."
            )
        elif is_off:
            yield Problem(
                file,
                row.row,
                row.column,
                "is not a location in degrees",
                "Write degrees: lon from -180 to 180, lat from -90 to 90.",
            )
        elif is_far:
            yield Problem(
                file,
                row.row,
                row.column,
                f"lies far (more than {FAR_KM:.0f} km) from the study area",
                "Check the coordinates, or take an extract and a study area that reach there.",
            )


def _distance_km(lon_lat: np.ndarray, bounds: Bounds) -> np.ndarray:
    """Rough distance of points to a box in degrees; enough to tell a slip from a suburb."""
    west, south, east, north = bounds
    lon, lat = lon_lat[:, 0], lon_lat[:, 1]
    across = np.maximum(np.maximum(west - lon, lon - east), 0) * np.cos(
        np.radians((south + north) / 2)
    )
    along = np.maximum(np.maximum(south - lat, lat - north), 0)
    return np.asarray(np.hypot(across, along) * _KM_PER_DEGREE)

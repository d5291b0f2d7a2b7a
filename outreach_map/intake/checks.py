"""Checks across rows and tables: ids, references, and whether places can be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem, Severity
from outreach_map.hours import Hours
from outreach_map.intake.rows import (
    RawDecision,
    RawHotspot,
    RawIncident,
    RawPoint,
    RawRisk,
    RawTables,
    RawTeam,
    ids,
)
from outreach_map.intake.sources import Source
from outreach_map.intake.visits import LogPart, more
from outreach_map.settings import split_sheet

Bounds = tuple[float, float, float, float]

FAR_KM = 25.0
# What most likely swapped them, by whether the file holds geometries.
_CAUSES = {
    False: "Swap the names of the two columns.",
    True: "The file was made with latitude first: export it again with the CRS EPSG:4326, or as "
    "CSV with the columns lon and lat.",
}
# What to do with coordinates in metres, by whether the file holds geometries.
_CONVERT = {
    False: "Convert them: load the table in QGIS with the CRS that it has, and export it with the "
    "CRS EPSG:4326 as GeoJSON.",
    True: "Set the layer's CRS to the one that it has, and export it again with the CRS EPSG:4326.",
}
# Degrees off the globe are slips of the pen, and have few digits more.
_METRES = 5000.0
_KM_PER_DEGREE = 111.2
_DISTRICT = re.compile(r"[A-Z]{1,2}\d{1,2}")
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
    sources: Mapping[str, Source],
    known: Mapping[str, set[str] | None],
) -> list[Problem]:
    """Doubled ids, and teams that start or end at a point that does not exist.

    `sources` are the files as they were read, by table. `known` holds the ids of all rows of a
    table, valid or not; None where it could not be read, which is a problem of its own and not one
    of every row that refers to it.
    """
    problems = [
        *_doubled(sources["hotspots"], hotspots),
        *_doubled(sources["points"], points),
        *_doubled(sources["teams"], teams),
    ]
    if "risks" in sources:
        problems += _doubled(sources["risks"], risks)
    stops, points_file = known["points"], sources["points"].file
    for team in teams:
        for column, value in (("start", team.start), ("end", team.end)):
            if stops is not None and value not in stops and base(value) is None:
                problems.append(
                    sources["teams"].problem(
                        f"names no row of {points_file}",
                        'Write the id of a point, or "lon lat" in degrees.',
                        row=team.row,
                        column=column,
                        expected=f'an id of {points_file}, or "lon lat"',
                    )
                )
    return problems


def references_of_log(
    parts: Sequence[LogPart], sources: Mapping[str, Source], known: Mapping[str, set[str] | None]
) -> Iterable[Problem]:
    """Visits to a hotspot, or by a team, that has no row.

    Places and teams come and go, and the log stays as it was written: a warning for each file. Only
    where most rows of the log match nothing it is the wrong log, or has other ids.
    """
    total = sum(len(part.rows) for part in parts)
    for column, table, told in (
        ("hotspot_id", "hotspots", "visits to places that are gone are not counted"),
        ("team_id", "teams", "such visits count for the place that was visited"),
    ):
        ids = known[table]
        if ids is None:
            continue
        lost = [[row.row for row in part.rows if getattr(row, column) not in ids] for part in parts]
        wrong = sum(map(len, lost)) > total / 2
        for part, rows in zip(parts, lost, strict=True):
            if wrong:
                yield from (_unknown(part.source, row, column, sources[table]) for row in rows)
            elif rows:
                yield _gone(part.source, rows, column, sources[table], told)


def references_of_decisions(
    source: Source,
    rows: Sequence[RawDecision],
    sources: Mapping[str, Source],
    known: Mapping[str, set[str] | None],
    since: date | None,
) -> Iterable[Problem]:
    """Decisions on a hotspot or a team that has no row; a warning where they are over."""
    for column, table in (("hotspot_id", "hotspots"), ("team_id", "teams")):
        ids = known[table]
        if ids is None:
            continue
        lost = [row for row in rows if (name := getattr(row, column)) and name not in ids]
        over = [row.row for row in lost if _is_over(row, since)]
        if over:
            yield _gone(source, over, column, sources[table], "decisions that are over bind nobody")
        for row in lost:
            if row.row not in over:
                yield _unknown(source, row.row, column, sources[table])


def _is_over(decision: RawDecision, since: date | None) -> bool:
    until = decision.until_date
    # Without a day in mind, an end is enough: whoever plans has one.
    return until is not None and (since is None or until < since)


def places_of_incidents(
    source: Source,
    rows: Sequence[RawIncident],
    sources: Mapping[str, Source],
    known: Mapping[str, set[str] | None],
) -> Iterable[Problem]:
    """Incidents at a hotspot that does not exist, or in no district that the maps know."""
    hotspots = known["hotspots"]
    for row in rows:
        if hotspots is not None and row.hotspot_id and row.hotspot_id not in hotspots:
            yield _unknown(source, row.row, "hotspot_id", sources["hotspots"])
        if row.area and not _DISTRICT.fullmatch(row.area.upper()):
            yield source.problem(
                "is no code of a district",
                "Write it as on the manager's page, such as B2, or name a hotspot.",
                row=row.row,
                column="area",
            )


def _doubled(
    source: Source, rows: Sequence[RawHotspot | RawPoint | RawTeam | RawRisk]
) -> Iterable[Problem]:
    first = ids(rows)
    for row in rows:
        if first[row.id] != row.row:
            yield source.problem(
                f"is the same as in row {first[row.id]}",
                "Give each row an id of its own.",
                row=row.row,
                column="id",
                expected="an id that no other row has",
            )


def _unknown(source: Source, row: int, column: str, other: Source) -> Problem:
    return source.problem(
        f"names no row of {other.file}",
        "Correct the id, or add the row.",
        row=row,
        column=column,
        expected=f"an id of {other.file}",
    )


def _gone(source: Source, rows: Sequence[int], column: str, other: Source, told: str) -> Problem:
    return source.problem(
        f"names no row of {other.file}{more(rows, 'name none')}: {told}",
        "There is nothing to do where it was given up; correct the id where it is a slip.",
        row=rows[0],
        column=column,
        severity=Severity.WARNING,
        expected=f"an id of {other.file}",
    )


def unknown_holidays(
    source: Source, rows: Iterable[tuple[int, Hours]], column: str
) -> Iterable[Problem]:
    """A warning for hours that name holidays of which no calendar is known, once a file."""
    found = [(row, days) for row, hours in rows if (days := hours.unknown_days)]
    if found:
        words = sorted({word for _, days in found for word in days})
        more = f", and {len(found) - 1} more rows do" if len(found) > 1 else ""
        yield source.problem(
            f"names holidays ({', '.join(words)}) of which no calendar is known here{more}",
            "Those days are taken as any other; write the days themselves, as in Dec 25 off.",
            row=found[0][0],
            column=column,
            severity=Severity.WARNING,
            expected="days that a calendar knows",
        )


@dataclass(frozen=True, repr=False)
class _Located:
    """Where a row says that something is."""

    row: int
    column: str
    geometry: BaseGeometry


def locations(
    tables: RawTables, sources: Mapping[str, Source], bounds: Bounds | None
) -> list[Problem]:
    """Coordinates that look swapped, are off the globe or lie far off; none of them is shown.

    Without `bounds` only what cannot be in degrees at all is noticed.
    """
    problems: list[Problem] = []
    located: list[tuple[str, Sequence[RawHotspot | RawPoint | RawRisk]]] = [
        ("hotspots", tables.hotspots),
        ("points", tables.points),
        ("risks", tables.risks),
    ]
    for name, rows in located:
        if rows:
            spots = [_Located(row.row, "lon, lat", row.geometry) for row in rows]
            problems += _misplaced(sources[name], spots, bounds)
    bases = [
        _Located(team.row, column, spot)
        for team in tables.teams
        for column, value in (("start", team.start), ("end", team.end))
        if (spot := base(value)) is not None
    ]
    if bases:
        problems += _misplaced(sources["teams"], bases, bounds)
    return problems


def _misplaced(
    source: Source, rows: Sequence[_Located], bounds: Bounds | None
) -> Iterable[Problem]:
    geometries = np.array([row.geometry for row in rows], dtype=object)
    west, south, east, north = shapely.bounds(geometries).T
    off_globe = (west < -180) | (east > 180) | (south < -90) | (north > 90)
    metres = (np.abs(west) > _METRES) & (np.abs(south) > _METRES)
    turned = (np.abs([west, east]) <= 90) & (np.abs([south, north]) <= 180)
    far, swapped = off_globe, off_globe & turned.all(axis=0)
    if bounds is not None:
        centres = shapely.get_coordinates(shapely.centroid(geometries))
        far = off_globe | (_distance_km(centres, bounds) > FAR_KM)
        swapped = far & (_distance_km(centres[:, ::-1], bounds) <= FAR_KM)
    where = "degrees of WGS 84, near the study area"
    if rows[0].column == "lon, lat" and swapped.sum() > 1 and swapped.sum() > len(rows) / 2:
        # One cause, one problem: the columns were named the wrong way round.
        yield source.problem(
            "longitude and latitude look swapped in most rows",
            _CAUSES.get(source.has_geometry, ""),
            column="lon, lat",
            expected=where,
        )
        off_globe, far = off_globe & ~swapped, far & ~swapped
        swapped = np.zeros_like(swapped)
    signs = zip(rows, metres, off_globe, far, swapped, strict=True)
    for row, is_metres, is_off, is_far, is_swapped in signs:
        what = mend = ""
        if is_metres:
            what = "is not in degrees; the numbers look like metres, as in UTM"
            mend = _CONVERT[source.has_geometry]
        elif is_swapped:
            what, mend = "longitude and latitude look swapped", "Swap the two."
        elif is_off:
            what = "is not a location in degrees"
            mend = "Write degrees: lon from -180 to 180, lat from -90 to 90."
        elif is_far:
            what = f"lies far (more than {FAR_KM:.0f} km) from the study area"
            mend = "Check the coordinates, or take an extract and a study area that reach there."
        if what:
            yield source.problem(what, mend, row=row.row, column=row.column, expected=where)


def _distance_km(lon_lat: np.ndarray, bounds: Bounds) -> np.ndarray:
    """Rough distance of points to a box in degrees; enough to tell a slip from a suburb."""
    west, south, east, north = bounds
    lon, lat = lon_lat[:, 0], lon_lat[:, 1]
    across = np.maximum(np.maximum(west - lon, lon - east), 0) * np.cos(
        np.radians((south + north) / 2)
    )
    along = np.maximum(np.maximum(south - lat, lat - north), 0)
    return np.asarray(np.hypot(across, along) * _KM_PER_DEGREE)

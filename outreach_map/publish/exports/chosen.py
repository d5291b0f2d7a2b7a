"""The files that `[maps] exports` asks for, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from geopandas.geodataframe import GeoDataFrame

from outreach_map.publish.exports.geographic import write_geojson, write_kml
from outreach_map.publish.exports.gpx import team_gpx
from outreach_map.publish.exports.records import LAYERS, layer_frames
from outreach_map.publish.exports.shifts import shift_calendar
from outreach_map.publish.exports.workbook import week_workbook
from outreach_map.publish.plan import Plan
from outreach_map.settings import Export
from outreach_map.tables import Team

Writer = Callable[[Path], None]


def chosen_writers(plan: Plan) -> Mapping[str, Writer]:
    """How each file is written that the programme asks for; none without `[maps] exports`."""
    writers: dict[str, Writer] = {}
    for export in sorted(plan.exports):
        writers |= _of(plan, export)
    return writers


def _of(plan: Plan, export: Export) -> Mapping[str, Writer]:
    match export:
        case Export.XLSX:
            return {"week.xlsx": lambda path: _write(path, week_workbook(plan))}
        case Export.ICS:
            return {"shifts.ics": lambda path: _write(path, shift_calendar(plan))}
        case Export.KML:
            return {"plan.kml": partial(write_kml, plan)}
        case Export.GEOJSON:
            # Made once for all layers, when the first is written.
            frames = cache(partial(layer_frames, plan))
            return {
                f"{layer.replace('_', '-')}.geojson": partial(_write_layer, frames, layer)
                for layer in LAYERS
            }
        case Export.GPX:
            return {
                f"team-{team.code.lower()}.gpx": partial(_write_gpx, plan, team)
                for team in plan.release.teams
            }


def _write_layer(frames: Callable[[], Mapping[str, GeoDataFrame]], layer: str, path: Path) -> None:
    write_geojson(frames().get(layer), path)


def _write_gpx(plan: Plan, team: Team, path: Path) -> None:
    _write(path, team_gpx(plan, team).encode())


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)

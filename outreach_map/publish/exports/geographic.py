"""GeoPackage, GeoJSON and KML: the same layers for three kinds of tool, written by GDAL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pyogrio
from geopandas.geodataframe import GeoDataFrame

from outreach_map.publish.exports.records import layer_frames
from outreach_map.publish.exports.styles import layer_styles
from outreach_map.publish.plan import Plan
from outreach_map.spreadsheets import xml_text

# What a placemark is called, by layer.
_NAMED_BY = {
    "hotspots": ("code",),
    "points": ("name", "code"),
    "point_areas": ("type", "code"),
    "zones": ("category", "code"),
    "routes": ("team", "date", "leave"),
    "gaps": ("hotspot", "service"),
}


def write_geopackage(plan: Plan, path: Path) -> None:
    """A fresh GeoPackage: hotspots, points, zones, routes, gaps, and how QGIS draws each.

    Its timestamps are those of the round, so that the same plan gives the same bytes.
    """
    frames = layer_frames(plan)
    teams = [team.code for team in plan.release.teams]
    with clock_of(plan.start):
        for name, frame in frames.items():
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG")
        styles = layer_styles(list(frames), teams, plan.start)
        pyogrio.write_dataframe(styles, path, layer="layer_styles", driver="GPKG", FID="id")


def write_kml(plan: Plan, path: Path) -> None:
    """One KML document with a folder a layer; every area as an area."""
    with _options(LIBKML_NAME_FIELD="label"):
        for name, frame in layer_frames(plan).items():
            named = _for_kml(frame.assign(label=_labels(name, frame)))
            pyogrio.write_dataframe(named, path, layer=name, driver="LIBKML", append=path.exists())


def write_geojson(frame: GeoDataFrame | None, path: Path) -> None:
    """One layer as GeoJSON (RFC 7946); an empty collection where it has no record."""
    text = '{"type": "FeatureCollection", "features": []}'
    if frame is not None:
        text = frame.to_json(drop_id=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _for_kml(frame: GeoDataFrame) -> GeoDataFrame:
    """Texts that KML can hold; GDAL puts them into CDATA sections and lets their end stand."""
    kept: GeoDataFrame = frame.copy()
    for column in frame.columns.drop("geometry"):
        kept[column] = [
            xml_text(value).replace("]]>", "]] >") if isinstance(value, str) else value
            for value in frame[column]
        ]
    return kept


def _labels(layer: str, frame: GeoDataFrame) -> list[str]:
    parts = zip(*(frame[column] for column in _NAMED_BY[layer]), strict=True)
    return [" ".join(part for part in row if part) for row in parts]


def clock_of(day: date) -> AbstractContextManager[None]:
    """GDAL writes the time of writing into a GeoPackage; a round has a date, not a moment."""
    return _options(OGR_CURRENT_DATE=f"{day.isoformat()}T00:00:00Z")


@contextmanager
def _options(**options: str) -> Iterator[None]:
    """GDAL's options while a file is written, and not after it."""
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))

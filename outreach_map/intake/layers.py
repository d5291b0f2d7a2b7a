"""Layers of a GIS: GeoJSON, GeoPackage, zipped shapefile and KML."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from outreach_map.intake.kinds import is_as_named
from outreach_map.intake.sources import Source, SourceRow, Table, cell_text, too_many
from outreach_map.limits import MAX_BRACKETS, MAX_COLUMNS

_WGS_84 = re.compile(r".*(CRS84|EPSG:[\d.]*:?4326)")
_DRIVERS: Mapping[str, str] = {
    ".gpkg": "GeoPackage",
    ".zip": "zipped shapefile",
    ".kml": "KML",
}
# Degrees end at 180; with a margin for what is merely off the globe.
_WIDEST = 400.0
_NO_GEOMETRY = (
    AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError,
    shapely.errors.GEOSException,
)  # fmt: skip
_OF_KML = frozenset(
    ("timestamp", "begin", "end", "altitudemode", "tessellate", "extrude", "visibility",
     "draworder", "icon")
)  # fmt: skip
# Ids of placemarks as GDAL and Google Earth make them up.
_MADE_UP = re.compile(r"\S+\.\d+|[0-9A-F]{16,}|(?:kml|id|ID)_\d+").fullmatch


def read_geojson(path: Path, source: Source, table: Table) -> None:
    """Read a FeatureCollection, or a list of them; features are numbered from 1."""
    source.has_geometry = True
    again = "Export the layer again as GeoJSON."
    try:
        text = path.read_text(encoding="utf-8-sig")
        if text.count("[") + text.count("{") > MAX_BRACKETS:
            what = f"has more than {MAX_BRACKETS:,} features, corners and brackets"
            source.fail(what, "Leave out those that are not needed, and simplify the shapes.")
            return
        document = json.loads(text)
        # KoboToolbox can write a collection for each submission.
        collections = document if isinstance(document, list) else [document]
        if not collections or any(one["type"] != "FeatureCollection" for one in collections):
            raise TypeError
        features = [feature for one in collections for feature in one["features"]]
    except UnicodeDecodeError:
        source.fail("is not UTF-8 text", "Save it again with the encoding UTF-8.")
        return
    except RecursionError:
        source.fail("is nested more deeply than any layer", again)
        return
    except (ValueError, KeyError, TypeError):
        empty = not path.read_bytes().strip()
        source.fail("is empty" if empty else "is not a GeoJSON FeatureCollection", again)
        return
    if too_many(source, len(features), table.most):
        return
    try:
        to_degrees = _to_degrees(collections[0])
    except (ProjError, TypeError, ValueError):
        what = "names a reference system (crs) that is not known"
        source.fail(what, "Export the layer again with the CRS EPSG:4326.")
        return
    for number, feature in enumerate(features, start=1):
        try:
            properties = dict(feature.get("properties") or {})
            shape = _shape(feature["geometry"], to_degrees)
        except _NO_GEOMETRY:
            source.fail("has no geometry that can be read", "Draw the feature again.", row=number)
            continue
        _add(source, number, properties, shape)


def read_layer(path: Path, source: Source, table: Table) -> None:
    """Read the first layer of a GIS file, or the named one, in degrees of WGS 84."""
    source.has_geometry = True
    kind = _DRIVERS[path.suffix.lower()]
    again = f"Export the layer again as {kind}."
    if not is_as_named(path):
        source.fail(f"is not a {kind} that can be read", again)
        return
    where = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        with warnings.catch_warnings():
            # GDAL's warnings quote what they stumble over.
            warnings.simplefilter("ignore")
            frame = _frame(where, source, table.most)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ProjError):
        source.fail(f"is not a {kind} that can be read", again)
        return
    except (ValueError, TypeError, IndexError, UnicodeDecodeError, shapely.errors.GEOSException):
        source.fail("is damaged", again)
        return
    if frame is None:
        return
    names = [name for name in frame.columns if name != "geometry" or not source.has_geometry]
    shapes = frame.geometry.to_numpy() if source.has_geometry else [None] * len(frame)
    cells = _own_columns(frame[names], table) if kind == "KML" else frame[names]
    rows = cells.itertuples(index=False, name=None) if len(cells.columns) else [()] * len(frame)
    for number, (values, shape) in enumerate(zip(rows, shapes, strict=True), start=1):
        _add(source, number, dict(zip(cells.columns, values, strict=True)), shape)


def _frame(where: str, source: Source, most: int) -> pd.DataFrame | None:
    """The layer that is meant; None where it cannot be used, which is said."""
    layers = [str(name) for name, _ in pyogrio.list_layers(where)]
    if source.sheet and source.sheet not in layers:
        source.fail("has no layer of that name", "Correct the name behind # in outreach.toml.")
        return None
    if len(layers) > 1 and not source.sheet:
        source.note(
            f"has {len(layers)} layers, of which the first was read",
            "Name the one that is meant behind the file in outreach.toml, as in map.gpkg#sites.",
        )
        source.sheet = layers[0]
    layer = source.sheet or layers[0]
    info = pyogrio.read_info(where, layer=layer, force_feature_count=True)
    rows, columns = int(info["features"]), len(info["fields"])
    if too_many(source, rows, most, rows * columns):
        return None
    if columns > MAX_COLUMNS:
        source.fail(f"has more than {MAX_COLUMNS:,} columns", "Keep those that a table uses.")
        return None
    frame = pyogrio.read_dataframe(where, layer=layer)
    if not isinstance(frame, gpd.GeoDataFrame):
        source.has_geometry = False
    elif frame.crs is None:
        if (np.abs(np.nan_to_num(frame.total_bounds)) > _WIDEST).any():
            source.fail(
                "does not say its reference system (crs), and is not in degrees",
                "Set the layer's CRS, and export it again with the CRS EPSG:4326.",
            )
            return None
    elif frame.crs.to_epsg() != 4326:
        frame = frame.to_crs(4326)
    return pd.DataFrame(frame) if not source.has_geometry else frame


def _add(
    source: Source, number: int, properties: Mapping[str, object], shape: BaseGeometry | None
) -> None:
    """Take a feature in; one without a geometry that can be used is a problem."""
    names = tuple(str(name).strip().lower() for name in properties)
    if len(set(names)) < len(names):
        what = "has two columns of the same name"
        source.fail(what, "Rename or remove one of them.", row=number)
        return
    geometry = None
    if source.has_geometry:
        try:
            geometry = shapely.force_2d(shape)
            if geometry is not None:
                geometry = source.valid(geometry, number)
            if geometry is not None and geometry.is_empty:
                raise ValueError
            if not np.isfinite(shapely.get_coordinates(geometry)).all():
                raise ValueError
        except _NO_GEOMETRY:
            what = "has no geometry that can be read"
            source.fail(what, "Draw the feature again.", row=number)
            return
        geometry = _single(geometry)
    source.columns = tuple(dict.fromkeys((*source.columns, *names)))
    values = tuple(cell_text(value) for value in properties.values())
    source.rows.append(SourceRow(number, names, values, geometry))


def _single(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """The one part of a geometry of several parts that has no other."""
    if isinstance(geometry, BaseMultipartGeometry) and shapely.get_num_geometries(geometry) == 1:
        return shapely.get_geometry(geometry, 0)
    return geometry


def _to_degrees(document: Mapping[str, object]) -> Transformer | None:
    """What takes the file's coordinates to WGS 84; None where they are, as GeoJSON has it.

    The member `crs` is of the format of 2008, and still what a GIS writes for another system.
    """
    crs = document.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and _WGS_84.fullmatch(name):
        return None
    return Transformer.from_crs(CRS.from_user_input(name), 4326, always_xy=True)


def _shape(geometry: dict[str, Any] | None, to_degrees: Transformer | None) -> BaseGeometry | None:
    if geometry is None:
        return None
    shape = shapely.force_2d(shapely.geometry.shape(geometry))
    if to_degrees is None:
        return shape

    def degrees(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_degrees.transform(lon_lat[:, 0], lon_lat[:, 1]))

    return shapely.transform(shape, degrees)


def _own_columns(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Columns of a KML layer that its maker filled, under the names that they had.

    GDAL adds columns of the format. Where placemarks have an id by the format, `id2` is that of the
    table; a placemark's name is its id where it has no other.
    """
    cells = {str(name).lower(): frame[name] for name in frame.columns}
    own = {name: column for name, column in cells.items() if name not in _OF_KML}
    filled = {name: column for name, column in own.items() if column.notna().any()}
    ids = filled.get("id")
    if "id2" in filled:
        filled["id"] = filled.pop("id2")
    elif "name" in filled and (ids is None or all(_MADE_UP(str(one)) for one in ids.dropna())):
        filled["id"] = filled["name"]
        if "name" not in table.columns:
            del filled["name"]
    return pd.DataFrame(filled)

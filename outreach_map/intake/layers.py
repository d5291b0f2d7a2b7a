"""Layers of a GIS: GeoJSON, GeoPackage, zipped shapefile and KML."""

from __future__ import annotations

import json
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from outreach_map.intake.sources import MAX_BYTES, Source, SourceRow, Table, cell_text

_WGS_84 = re.compile(r".*(CRS84|EPSG:[\d.]*:?4326)")
_DRIVERS: Mapping[str, str] = {
    ".gpkg": "GeoPackage",
    ".zip": "zipped shapefile",
    ".kml": "KML",
}


def read_geojson(path: Path, source: Source, _: Table) -> None:
    """Read a FeatureCollection; features are numbered from 1."""
    source.has_geometry = True
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = document["features"] if document["type"] == "FeatureCollection" else None
        if not isinstance(features, list):
            raise TypeError
    except UnicodeDecodeError:
        source.fail("is not UTF-8 text", "Save it again with the encoding UTF-8.")
        return
    except (ValueError, KeyError, TypeError, RecursionError):
        what = "is not a GeoJSON FeatureCollection"
        if not path.read_bytes().strip():
            what = "is empty"
        source.fail(what, "Export the layer again as GeoJSON.")
        return
    try:
        to_degrees = _to_degrees(document)
    except (ProjError, TypeError, ValueError):
        what = "names a reference system (crs) that is not known"
        source.fail(what, "Export the layer again with the CRS EPSG:4326.")
        return
    for number, feature in enumerate(features, start=1):
        try:
            properties = dict(feature.get("properties") or {})
            shape = _shape(feature["geometry"], to_degrees)
        except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.GEOSException):
            source.fail("has no geometry that can be read", "Draw the feature again.", row=number)
            continue
        _add(source, number, properties, shape)


def read_layer(path: Path, source: Source, _: Table) -> None:
    """Read the first layer of a GIS file, or the named one, in degrees of WGS 84."""
    source.has_geometry = True
    kind = _DRIVERS[path.suffix.lower()]
    again = f"Export the layer again as {kind}."
    if path.suffix.lower() == ".zip" and not _is_shapefile(path, source):
        return
    where = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        with warnings.catch_warnings():
            # GDAL's warnings quote what they stumble over.
            warnings.simplefilter("ignore")
            names = [str(name) for name, _ in pyogrio.list_layers(where)]
            if source.sheet and source.sheet not in names:
                source.fail(
                    "has no layer of that name", "Correct the name behind # in outreach.toml."
                )
                return
            source.sheet = source.sheet or (names[0] if len(names) > 1 else "")
            frame = pyogrio.read_dataframe(where, layer=source.sheet or names[0])
            if not isinstance(frame, gpd.GeoDataFrame):
                source.has_geometry = False
            elif frame.crs is not None and frame.crs.to_epsg() != 4326:
                frame = frame.to_crs(4326)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ProjError):
        source.fail(f"is not a {kind} that can be read", again)
        return
    except (ValueError, TypeError, IndexError, UnicodeDecodeError, shapely.errors.GEOSException):
        source.fail("is damaged", again)
        return
    names = [name for name in frame.columns if name != "geometry"]
    shapes = frame.geometry.to_numpy() if source.has_geometry else [None] * len(frame)
    for number, (values, shape) in enumerate(
        zip(frame[names].itertuples(index=False, name=None), shapes, strict=True), start=1
    ):
        _add(source, number, dict(zip(names, values, strict=True)), shape)
    if kind == "KML":
        _name_is_id(source)


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
            if geometry is not None and not geometry.is_valid:
                geometry = shapely.make_valid(geometry)
            if geometry is not None and geometry.is_empty:
                raise ValueError
            if not np.isfinite(shapely.get_coordinates(geometry)).all():
                raise ValueError
        except (TypeError, ValueError, AttributeError, shapely.errors.GEOSException):
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


def _is_shapefile(path: Path, source: Source) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError):
        source.fail("is not a zip file that can be read", "Zip the shapefile again.")
        return False
    if sum(part.file_size for part in parts) > MAX_BYTES:
        source.fail("unpacks to more than any table needs", "Zip the one layer alone.")
        return False
    shapes = [part.filename for part in parts if part.filename.lower().endswith(".shp")]
    if len(shapes) != 1:
        what = "holds no shapefile" if not shapes else "holds more than one shapefile"
        source.fail(what, "Zip one shapefile with its .shp, .shx, .dbf and .prj.")
        return False
    return True


def _name_is_id(source: Source) -> None:
    """The name of a placemark is its id where the file has no other."""
    if "id" in source.columns or "name" not in source.columns:
        return
    source.columns = tuple("id" if name == "name" else name for name in source.columns)
    source.rows = [
        SourceRow(
            row.row,
            tuple("id" if name == "name" else name for name in row.header),
            row.values,
            row.geometry,
        )
        for row in source.rows
    ]

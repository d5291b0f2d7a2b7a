"""Tables written as people and programs write them, from validated rows: one definition for all."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import shapely

from outreach_map.hours import Hours
from outreach_map.intake.rows import Row

Cells = dict[str, object]
LOCATED = ("hotspots", "points", "risks", "population")


def cells_of(row: Row) -> Cells:
    """Values of a row by column, without the empty ones, as a spreadsheet would hold them."""
    cells: Cells = {}
    for name, value in vars(row).items():
        if name in ("row", "geometry") or value is None or value == ():
            continue
        if name in ("stock", "carry"):
            cells |= {f"{name}_{one}": n for one, n in value.items() if n is not None}
        elif isinstance(value, Hours):
            cells[name] = value.text
        elif isinstance(value, tuple):
            cells[name] = ";".join(value)
        elif isinstance(value, bool):
            cells[name] = "yes" if value else "no"
        elif isinstance(value, StrEnum):
            cells[name] = value.value
        else:
            cells[name] = value
    return {name: value for name, value in cells.items() if value != ""}


def placed(rows: Sequence[Row]) -> list[Cells]:
    """Rows with their points as columns."""
    found = []
    for row in rows:
        cells, geometry = cells_of(row), getattr(row, "geometry", None)
        if geometry is not None:
            cells |= {"lon": geometry.x, "lat": geometry.y}
        found.append(cells)
    return found


def header_of(rows: Sequence[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def text(value: object, *, comma: bool = False) -> str:
    if isinstance(value, float):
        written = repr(int(value)) if value.is_integer() else repr(value)
        return written.replace(".", ",") if comma else written
    return str(value) if value is not None else ""


def delimited(
    rows: Sequence[Mapping[str, object]], separator: str = ",", *, comma: bool = False,
    quote_all: bool = False, header: Sequence[str] | None = None,
) -> str:  # fmt: skip
    target = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    names = list(header or header_of(rows))
    table = csv.writer(target, delimiter=separator, quoting=quoting, lineterminator="\r\n")
    table.writerow(names)
    for row in rows:
        table.writerow([text(row.get(name), comma=comma) for name in names])
    return target.getvalue()


def workbook(
    path: Path, rows: Sequence[Mapping[str, object]], *, sheet: str = "", title: str = "",
    as_text: bool = False,
) -> None:  # fmt: skip
    """A sheet behind another one where it has a name; below a merged title where there is one."""
    book = openpyxl.Workbook()
    page = book.active
    if sheet:
        page.append(["what this is"])
        page = book.create_sheet(sheet)
    names = header_of(rows)
    if title:
        page["A1"] = title
        page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=max(len(names), 2))
    top = 3 if title else 1
    for across, name in enumerate(names, start=1):
        page.cell(top, across, name)
        for down, row in enumerate(rows, start=top + 1):
            value = row.get(name)
            if value is not None:
                cell = page.cell(down, across)
                if isinstance(value, str) or as_text:
                    cell.value, cell.data_type = text(value), "s"
                else:
                    cell.value = value
    book.save(path)


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a GIS holds them: with geometries where they have any."""
    cells = [cells_of(row) for row in rows]
    if rows and "population" in type(rows[0]).model_fields:
        spots = [shapely.Point(one.pop("lon"), one.pop("lat")) for one in cells]
    else:
        spots = [getattr(row, "geometry", None) for row in rows]
    table = pd.DataFrame(cells, index=range(len(rows)))
    for name in table:
        if any(isinstance(value, date) for value in table[name]):
            table[name] = pd.to_datetime(table[name]).astype("datetime64[ms]")
    if all(spot is None for spot in spots):
        return table
    return gpd.GeoDataFrame(table, geometry=spots, crs=4326)


def layer(path: Path, rows: Sequence[Row], driver: str, *, crs: int = 4326, name: str = "") -> None:
    table = frame(rows)
    if isinstance(table, gpd.GeoDataFrame):
        table = table.to_crs(crs)
    days = [column for column in table if str(table[column].dtype).startswith("datetime")]
    for column in days:  # as text, where a format has no dates
        table[column] = table[column].dt.strftime("%Y-%m-%d")
    pyogrio.write_dataframe(table, path, driver=driver, layer=name or "sites")


def shapefile(path: Path, rows: Sequence[Row], *, crs: int = 4326) -> None:
    """Zipped, with the names cut to ten letters as the format has it."""
    inside = path.with_suffix(".shp")
    table = frame(rows).to_crs(crs)
    for column in table:
        if str(table[column].dtype).startswith("datetime"):
            table[column] = table[column].dt.strftime("%Y-%m-%d")
    table = table.rename(columns={name: str(name)[:10] for name in table if name != "geometry"})
    pyogrio.write_dataframe(table, inside, driver="ESRI Shapefile", encoding="UTF-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part != path:
                packed.write(part, part.name)
                part.unlink()


def geojson(path: Path, rows: Sequence[Row], *, crs: int = 4326) -> None:
    table = frame(rows)
    features = []
    if isinstance(table, gpd.GeoDataFrame) and crs != 4326:
        spots = list(table.to_crs(crs).geometry)
    else:
        spots = list(table.geometry) if isinstance(table, gpd.GeoDataFrame) else [None] * len(rows)
    for row, spot in zip(rows, spots, strict=True):
        cells = {name: _plain(value) for name, value in cells_of(row).items()}
        if spot is not None and "population" in cells:
            cells = {name: value for name, value in cells.items() if name not in ("lon", "lat")}
        shape = None if spot is None else shapely.geometry.mapping(spot)
        features.append({"type": "Feature", "properties": cells, "geometry": shape})
    document: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs != 4326:
        name = f"urn:ogc:def:crs:EPSG::{crs}"
        document["crs"] = {"type": "name", "properties": {"name": name}}
    path.write_text(json.dumps(document), encoding="utf-8")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


Writer = Callable[[Path, Sequence[Row]], str]


def as_csv(
    separator: str = ",", encoding: str = "utf-8", *, comma: bool = False, ending: str = ".csv"
) -> Writer:
    def write(stem: Path, rows: Sequence[Row]) -> str:
        path = stem.with_suffix(ending)
        path.write_bytes(delimited(placed(rows), separator, comma=comma).encode(encoding))
        return path.name

    return write


def as_xlsx(*, sheet: str = "", title: str = "", as_text: bool = False) -> Writer:
    def write(stem: Path, rows: Sequence[Row]) -> str:
        path = stem.with_suffix(".xlsx")
        workbook(path, placed(rows), sheet=sheet, title=title, as_text=as_text)
        return f"{path.name}#{sheet}" if sheet else path.name

    return write


def as_layer(ending: str, driver: str, *, crs: int = 4326, name: str = "") -> Writer:
    def write(stem: Path, rows: Sequence[Row]) -> str:
        path = stem.with_suffix(ending)
        if name:  # the one that is meant is not the first
            other = gpd.GeoDataFrame({"id": ["X"]}, geometry=[shapely.Point(0, 0)], crs=4326)
            pyogrio.write_dataframe(other, path, driver=driver, layer="other")
        layer(path, rows, driver, crs=crs, name=name)
        return f"{path.name}#{name}" if name else path.name

    return write


def as_shapefile(crs: int = 4326) -> Writer:
    def write(stem: Path, rows: Sequence[Row]) -> str:
        shapefile(stem.with_suffix(".zip"), rows, crs=crs)
        return f"{stem.name}.zip"

    return write


def as_geojson(crs: int = 4326) -> Writer:
    def write(stem: Path, rows: Sequence[Row]) -> str:
        geojson(stem.with_suffix(".geojson"), rows, crs=crs)
        return f"{stem.name}.geojson"

    return write


PLAIN: Mapping[str, Writer] = {
    "comma": as_csv(),
    "semicolon": as_csv(";"),
    "tab": as_csv("\t", ending=".tsv"),
    "decimal comma": as_csv(";", comma=True),
    "byte order mark": as_csv(";", "utf-8-sig"),
    "utf-16": as_csv("\t", "utf-16"),
    "windows-1252": as_csv(";", "cp1252", comma=True),
    "first sheet": as_xlsx(),
    "named sheet": as_xlsx(sheet="Field data 2026"),
    "title above the header": as_xlsx(title="Everything we know, November"),
    "numbers as text": as_xlsx(as_text=True),
    "geopackage without places": as_layer(".gpkg", "GPKG"),
}
GIS: Mapping[str, Writer] = {
    "geojson": as_geojson(),
    "geojson in metres": as_geojson(25833),
    "geopackage": as_layer(".gpkg", "GPKG"),
    "geopackage in metres": as_layer(".gpkg", "GPKG", crs=25833),
    "named layer": as_layer(".gpkg", "GPKG", name="sites 2026"),
    "shapefile": as_shapefile(),
    "shapefile in metres": as_shapefile(25833),
    "kml": as_layer(".kml", "LIBKML"),
    "kml of the older driver": as_layer(".kml", "KML"),
}

"""Files to rows of text: CSV and GeoJSON. Another format is another reader in `READERS`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem
from outreach_map.intake.cells import DecimalMark

_MAX_BYTES = 200_000_000
_WGS_84 = re.compile(r".*(CRS84|EPSG:[\d.]*:?4326)")


@dataclass(frozen=True, repr=False)
class SourceRow:
    """A row as it stands in the file: number, cells by column, geometry where the file has one."""

    row: int
    cells: dict[str, str]
    geometry: BaseGeometry | None = None


@dataclass(repr=False)
class Source:
    """A file that was read: its columns, its rows, and what was wrong with it as a whole.

    A column without a name that holds anything is listed once, as "".
    """

    file: str
    columns: tuple[str, ...] = ()
    rows: list[SourceRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_geometry: bool = False
    decimal_mark: DecimalMark = DecimalMark.POINT_OR_COMMA

    def fail(self, what: str, mend: str, *, row: int | None = None) -> Source:
        """Note a problem with the file."""
        self.problems.append(Problem(self.file, row, "", what, mend))
        return self


def read_source(path: Path) -> Source:
    """Read a file by its ending; a file that cannot be read is a problem, not an exception."""
    source = Source(path.name)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(sorted(READERS))
        return source.fail("is not a format that can be read", f"Save it as one of: {endings}.")
    if path.stat().st_size > _MAX_BYTES:
        return source.fail(
            f"is larger than {_MAX_BYTES // 1_000_000} MB", "Leave out columns and old rows."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return source.fail("is not UTF-8 text", "Save it again with the encoding UTF-8.")
    except OSError:
        return source.fail("cannot be opened", "Close it elsewhere, and allow yourself to read it.")
    if not text.strip():
        return _empty(source)
    reader(text, source)
    return source


def _empty(source: Source) -> Source:
    return source.fail("is empty", "Write a header row with the column names, then the rows.")


def _records(text: str, separator: str, source: Source) -> list[tuple[int, list[str]]]:
    """Numbered records without the blank ones; up to the first that cannot be read."""
    numbered: list[tuple[int, list[str]]] = []
    # Lenient, the reader would take all rows behind an open quote for a part of one cell.
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(records, start=1):
            if any(cell.strip() for cell in cells):
                numbered.append((number, cells))
    except csv.Error:
        source.fail(
            "has a quote that does not close, or text behind one",
            "Save it again from the spreadsheet.",
            row=number + 1,
        )
    return numbered


def _read_csv(text: str, source: Source) -> None:
    header_line = next(line for line in text.splitlines() if line.strip())
    separator = max(",;\t", key=header_line.count)
    if separator == ",":
        source.decimal_mark = DecimalMark.POINT
    numbered = _records(text, separator, source)
    if not numbered:
        if not source.problems:
            _empty(source)
        return
    header = [name.strip().lower() for name in numbered[0][1]]
    source.columns = tuple(name for name in header if name)
    doubled = {name for name in source.columns if header.count(name) > 1}
    if doubled:
        source.fail("has two columns of the same name", "Rename or remove one of them.")
        return
    for number, cells in numbered[1:]:
        if any(cell.strip() for cell in cells[len(header) :]):
            source.fail(
                "has more cells than the header",
                "Put a cell that holds the separator into quotes.",
                row=number,
            )
            continue
        named = zip(header, cells, strict=False)
        filled = {name: cell.strip() for name, cell in named if cell.strip()}
        if filled.pop("", None) and "" not in source.columns:
            source.columns = (*source.columns, "")
        source.rows.append(SourceRow(number, filled))


def _read_geojson(text: str, source: Source) -> None:
    source.has_geometry = True
    try:
        document = json.loads(text)
        features = document["features"] if document["type"] == "FeatureCollection" else None
        if not isinstance(features, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        source.fail("is not a GeoJSON FeatureCollection", "Export the layer again as GeoJSON.")
        return
    if not _in_wgs_84(document):
        source.fail("is not in degrees of WGS 84", "Export the layer again with the CRS EPSG:4326.")
        return
    columns: dict[str, None] = {}
    for number, feature in enumerate(features, start=1):
        try:
            properties = dict(feature.get("properties") or {})
            geometry = shapely.force_2d(shapely.geometry.shape(feature["geometry"]))
            if not geometry.is_valid:
                geometry = shapely.make_valid(geometry)
            if geometry.is_empty or not np.isfinite(shapely.get_coordinates(geometry)).all():
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.GEOSException):
            source.fail("has no geometry that can be read", "Draw the feature again.", row=number)
            continue
        names = [str(name).strip().lower() for name in properties]
        if len(set(names)) < len(names):
            source.fail(
                "has two columns of the same name", "Rename or remove one of them.", row=number
            )
            continue
        cells = dict(_cells(properties))
        columns.update(dict.fromkeys(names))
        source.rows.append(SourceRow(number, cells, geometry))
    source.columns = tuple(columns)


def _in_wgs_84(document: dict[str, object]) -> bool:
    """Whether the file says WGS 84, or nothing, which means the same in GeoJSON."""
    crs = document.get("crs")
    if crs is None:
        return True
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and _WGS_84.fullmatch(name) is not None


def _cells(properties: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in properties.items():
        if value is None or value == "":
            continue
        text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
        if text.strip():
            yield str(name).strip().lower(), text.strip()


READERS: dict[str, Callable[[str, Source], None]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".geojson": _read_geojson,
    ".json": _read_geojson,
}

"""Files to rows of text: CSV and GeoJSON. Another format is another reader in `READERS`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem

_MAX_BYTES = 200_000_000


@dataclass(frozen=True, repr=False)
class SourceRow:
    """A row as it stands in the file: number, cells by column, geometry where the file has one."""

    row: int
    cells: dict[str, str]
    geometry: BaseGeometry | None = None


@dataclass(repr=False)
class Source:
    """A file that was read: its columns, its rows, and what was wrong with it as a whole."""

    file: str
    columns: tuple[str, ...] = ()
    rows: list[SourceRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_geometry: bool = False

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
    if not text.strip():
        return source.fail("is empty", "Write a header row with the column names, then the rows.")
    reader(text, source)
    return source


def _read_csv(text: str, source: Source) -> None:
    header_line = next(line for line in text.splitlines() if line.strip())
    separator = max(",;\t", key=header_line.count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        numbered = [(number, cells) for number, cells in enumerate(records, start=1) if any(cells)]
    except csv.Error:
        source.fail("has quotes that do not close", "Save it again from the spreadsheet.")
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
        source.rows.append(
            SourceRow(number, {name: cell.strip() for name, cell in named if name and cell.strip()})
        )


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
    columns: dict[str, None] = {}
    for number, feature in enumerate(features, start=1):
        try:
            properties = dict(feature.get("properties") or {})
            geometry = shapely.geometry.shape(feature["geometry"])
            if geometry.is_empty or not geometry.is_valid:
                geometry = shapely.make_valid(geometry)
        except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.GEOSException):
            source.fail("has no geometry that can be read", "Draw the feature again.", row=number)
            continue
        cells = dict(_cells(properties))
        columns.update(dict.fromkeys(cells))
        columns.update(dict.fromkeys(str(name).strip().lower() for name in properties))
        source.rows.append(SourceRow(number, cells, geometry))
    source.columns = tuple(columns)


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

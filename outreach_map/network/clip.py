"""Cut a small extract out of a large one: whole streets, nothing that the maps do not use."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import osmium
import shapely
from geopandas import read_file
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import ExtractError
from outreach_map.limits import MAX_BYTES, megabytes
from outreach_map.network.collect import KEYS
from outreach_map.network.container import HINT, check_unpacked_size, damaged
from outreach_map.network.facilities import FACILITY_KEYS

_BATCH = 20_000
_NAMES_OTHERS, _LOOKED_AT = b"<OGRVRT", 1 << 16


def read_boundary(path: Path | str) -> BaseGeometry:
    """Boundary of a place, in degrees, from GeoJSON or any other file that GDAL reads.

    Raises
    ------
    ExtractError
        When the file is missing, is too large or no map file, or holds no area.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ExtractError(
                f"The boundary is larger than {megabytes(MAX_BYTES)}.",
                where=path.name,
                mend="Take the outline of the place alone.",
            )
        with path.open("rb") as file:
            # GDAL would read the files, or ask the servers, that such a file names.
            if _NAMES_OTHERS in file.read(_LOOKED_AT):
                raise ValueError
        frame = read_file(path)
    except (OSError, RuntimeError, ValueError):
        raise ExtractError(
            "The boundary cannot be read.",
            where=path.name,
            mend="Name a GeoJSON file with the outline of the place.",
        ) from None
    shapes = frame.geometry if frame.crs is None else frame.geometry.to_crs("EPSG:4326")
    areas = shapely.union_all(shapely.make_valid(shapes.dropna().to_numpy()))
    if not areas.area > 0:
        raise ExtractError(
            "The boundary has no area.",
            where=path.name,
            mend="Draw the outline of the place as a polygon.",
        )
    return areas


def clip_extract(source: Path | str, boundary: BaseGeometry, out: Path | str) -> None:
    """Write the streets and the basemap within a boundary as an extract of its own.

    A street or building that reaches across is kept whole, with all its nodes. `out` appears
    complete or not at all.

    Parameters
    ----------
    source
        An extract that holds the place: of the region or the country.
    boundary
        Polygon or MultiPolygon in degrees.
    out
        The file to write, `.osm.pbf`.

    Raises
    ------
    ExtractError
        When the source is missing or damaged, or nothing of it lies within the boundary.
    """
    source, out = Path(source), Path(out)
    if not source.is_file():
        raise ExtractError("There is no such file.", where=source.name, mend=HINT)
    check_unpacked_size(source)
    out.parent.mkdir(parents=True, exist_ok=True)
    shapely.prepare(boundary)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="part-") as temporary:
        part = Path(temporary) / "clip.osm.pbf"
        try:
            ways = _ways_within(source, boundary)
            if not ways:
                raise ExtractError(
                    "Nothing of the extract lies within the boundary.",
                    where=source.name,
                    mend="Take an extract of the region that holds the place.",
                )
            _write(source, boundary, ways, part)
        except RuntimeError:
            raise damaged(source) from None
        part.replace(out)


def _ways_within(source: Path, boundary: BaseGeometry) -> set[int]:
    """Ids of the ways that touch the boundary's area."""
    factory = osmium.geom.WKBFactory()
    ids: list[int] = []
    lines: list[str] = []
    within: set[int] = set()

    def sort_out() -> None:
        if ids:
            touching = shapely.intersects(boundary, shapely.from_wkb(lines))
            within.update(np.array(ids)[touching].tolist())
        ids.clear()
        lines.clear()

    for way in (
        osmium.FileProcessor(str(source))
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    ):
        if not isinstance(way, osmium.osm.Way):
            continue
        try:
            lines.append(factory.create_linestring(way))
        except (RuntimeError, osmium.InvalidLocationError):
            continue
        ids.append(way.id)
        if len(ids) >= _BATCH:
            sort_out()
    sort_out()
    return within


def _write(source: Path, boundary: BaseGeometry, ways: set[int], out: Path) -> None:
    used = osmium.filter.KeyFilter(*KEYS, *FACILITY_KEYS)
    # Ways without tags come with the relations that they are parts of.
    with osmium.BackReferenceWriter(str(out), ref_src=str(source), remove_tags=False) as writer:
        for item in osmium.FileProcessor(str(source)).with_filter(used):
            if isinstance(item, osmium.osm.Node):
                if shapely.intersects_xy(boundary, item.location.lon, item.location.lat):
                    writer.add(item)
            elif isinstance(item, osmium.osm.Way):
                if item.id in ways:
                    writer.add(item)
            elif isinstance(item, osmium.osm.Relation) and _reaches(item, ways):
                writer.add(item)


def _reaches(relation: osmium.osm.Relation, ways: set[int]) -> bool:
    """Whether a multipolygon has a way among these."""
    return relation.tags.get("type") == "multipolygon" and any(
        member.type == "w" and member.ref in ways for member in relation.members
    )

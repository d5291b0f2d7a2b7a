"""What pages are set beside: a plain page of folium, and the basemap's size by vertices."""

from __future__ import annotations

import csv
import dataclasses
import functools
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import folium
import numpy as np
import shapely
import xstatic.pkg.leaflet

from benchmarks.table import Row
from outreach_map.layers import encode_basemap
from outreach_map.network import Basemap, StreetExtract, read_extract
from outreach_map.network.extract import Lines

DATA = Path(__file__).parents[1] / "data"
# Wide and high: a row of copies of one town would be told apart by no packer.
TILES = (2, 5)
_L = TypeVar("_L", bound=Lines)


def leaflet_file(url: str) -> bytes | None:
    """Leaflet's script or style for a page that asks for it; None for anything else."""
    name = urlsplit(url).path.rsplit("/", 1)[-1]
    if name not in ("leaflet.js", "leaflet.css"):
        return None
    return (Path(xstatic.pkg.leaflet.BASE_DIR) / name).read_bytes()


def folium_page(streets: Path, maps: Path, folder: Path) -> Path:
    """The streets as GeoJson and the hotspots of a plan as circles: what folium does by itself."""
    extract = read_extract(streets)
    lines = extract.basemap.streets
    west, south, east, north = extract.bounds
    world = folium.Map([(south + north) / 2, (west + east) / 2], zoom_start=13)
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {
                "type": "LineString",
                "coordinates": lines.coords[first:last].round(5).tolist(),
            },
        }
        for first, last in zip(lines.offset[:-1], lines.offset[1:], strict=True)
    ]
    folium.GeoJson({"type": "FeatureCollection", "features": features}).add_to(world)
    with (maps / "gaps.csv").open(newline="", encoding="utf-8-sig") as file:
        stops = {row["hotspot"]: row for row in csv.DictReader(file)}
    # One marker for each hotspot, somewhere: only how many there are counts here.
    spread = np.random.default_rng(0).uniform((south, west), (north, east), (len(stops), 2))
    for place, code in zip(spread, stops, strict=True):
        folium.CircleMarker(place.tolist(), popup=code).add_to(world)
    path = folder / "folium.html"
    world.save(path)
    return path


def sizes(streets: Path) -> list[Row]:
    """Size of the basemap in a page for three extracts, and one laid out ten times."""
    rows = []
    for path in (
        DATA / "neubrandenburg" / "streets.osm.pbf",
        DATA / "liechtenstein" / "streets.osm.pbf",
        streets,
    ):
        extract = read_extract(path)
        name = path.parent.name if path.parent.parent == DATA else streets.parent.name
        rows += _size(name, extract.basemap, extract.bounds)
    basemap, bounds = _tiled(extract)
    rows += _size(f"{name}, ten times", basemap, bounds)
    return rows


def _size(name: str, basemap: Basemap, bounds: tuple[float, float, float, float]) -> list[Row]:
    vertices = len(basemap.streets.coords)
    size = len(encode_basemap(basemap, bounds))
    return [
        Row(f"{name}: vertices of streets", vertices, ""),
        Row(f"{name}: basemap", size / 1000, "kB"),
        Row(f"{name}: bytes a vertex", size / vertices, ""),
    ]


def _tiled(extract: StreetExtract) -> tuple[Basemap, tuple[float, float, float, float]]:
    """The extract's basemap side by side, ten times."""
    west, south, east, north = extract.bounds
    steps = [
        np.array([column * (east - west), row * (north - south)])
        for column in range(TILES[0])
        for row in range(TILES[1])
    ]
    basemap = extract.basemap

    def placed(xy: np.ndarray, step: np.ndarray) -> np.ndarray:
        # Every other one is a mirror image, or the packer would find its neighbour in it.
        return step + (np.where(step[0] > 0, [west + east, 0] - xy * [1, -1], xy))

    def laid(lines: _L) -> _L:
        count = len(lines.coords)
        offset = [lines.offset[:1], *(lines.offset[1:] + n * count for n in range(len(steps)))]
        coords = np.concatenate([placed(lines.coords, step) for step in steps])
        return dataclasses.replace(lines, coords=coords, offset=np.concatenate(offset))

    def polygons(array: np.ndarray) -> np.ndarray:
        copies = []
        for step in steps:
            copies.append(shapely.transform(array, functools.partial(placed, step=step)))
        return np.concatenate(copies)

    streets = basemap.streets
    return dataclasses.replace(
        basemap,
        streets=dataclasses.replace(
            laid(streets),
            highway=np.tile(streets.highway, len(steps)),
            name_id=np.tile(streets.name_id, len(steps)),
        ),
        railways=laid(basemap.railways),
        water=polygons(basemap.water),
        parks=polygons(basemap.parks),
        buildings=polygons(basemap.buildings),
        places=tuple(
            dataclasses.replace(one, lon=float(lon), lat=float(lat))
            for step in steps
            for one in basemap.places
            for lon, lat in placed(np.array([[one.lon, one.lat]]), step)
        ),
    ), (
        west,
        south,
        west + TILES[0] * (east - west),
        south + TILES[1] * (north - south),
    )

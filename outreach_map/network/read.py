"""Read an OpenStreetMap extract once, for all modes and for what pages draw."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from outreach_map.errors import ExtractError
from outreach_map.network import access
from outreach_map.network.streets import (
    Basemap,
    Highway,
    Lines,
    Place,
    Poi,
    StreetExtract,
    StreetLines,
    StreetNetwork,
)
from outreach_map.tables import Mode

_Item = (
    osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area | osmium.osm.Changeset
)

_log = logging.getLogger(__name__)
_GEOD = Geod(ellps="WGS84")
_MODES = (Mode.WALK, Mode.BIKE, Mode.DRIVE)
_KEYS = (
    "highway",
    "building",
    "natural",
    "waterway",
    "landuse",
    "leisure",
    "railway",
    "place",
    "amenity",
)
_PARKS = {
    "leisure": {"park", "garden", "nature_reserve", "playground", "common"},
    "landuse": {"forest", "grass", "recreation_ground", "village_green", "cemetery", "meadow"},
    "natural": {"wood", "heath", "scrub"},
}
_PLACES = {"city", "town", "village", "suburb", "hamlet", "neighbourhood", "quarter"}
_POIS = {"hospital", "clinic", "pharmacy", "police"}
_RAILWAYS = {"rail", "light_rail", "tram", "subway"}
_HINT = "Take a fresh extract of the place (.osm.pbf), and check that the download was complete."


def read_extract(path: Path | str) -> StreetExtract:
    """Read streets, buildings, water, parks, railways and names of an extract.

    Parameters
    ----------
    path
        An OpenStreetMap file: `.osm.pbf`, `.osm` or `.osm.bz2`.

    Returns
    -------
    StreetExtract
        Networks for walking, cycling and driving, and the basemap. Two reads of the same bytes give
        equal arrays.

    Raises
    ------
    ExtractError
        When the file is missing, damaged, not of OpenStreetMap or without streets.
    """
    path = Path(path)
    found = _find(path)
    segments = _segments(found)
    networks = {mode: _network(mode, found, segments, path) for mode in _MODES}
    coords = segments.way_coords
    _log.info("read %d streets, %d buildings", len(found.street), len(found.buildings))
    buildings = np.array(found.buildings, dtype=object)
    centres = (
        shapely.get_coordinates(shapely.centroid(buildings)) if len(buildings) else np.empty((0, 2))
    )
    west, south = coords.min(axis=0)
    east, north = coords.max(axis=0)
    return StreetExtract(
        networks=MappingProxyType(networks),
        basemap=Basemap(
            streets=StreetLines(
                coords,
                segments.way_offset,
                np.array(found.street, dtype=np.uint8),
                np.array(found.name, dtype=np.int32),
                tuple(found.names),
            ),
            railways=_lines(found.railways),
            water=np.array(found.water, dtype=object),
            parks=np.array(found.parks, dtype=object),
            buildings=buildings,
            places=tuple(
                sorted(found.places, key=lambda place: (place.kind, place.name, place.lon))
            ),
            pois=tuple(sorted(found.pois, key=lambda poi: (poi.kind, poi.name, poi.lon))),
        ),
        building_lon_lat=centres,
        bounds=(float(west), float(south), float(east), float(north)),
        sha256=_hash(path),
    )


def read_streets(path: Path | str, mode: Mode | str) -> StreetNetwork:
    """Read the street network of one mode; see `read_extract`.

    The extract needs streets of this mode only: an island of footpaths has a walking network.
    """
    path = Path(path)
    found = _find(path)
    return _network(Mode(mode), found, _segments(found), path)


def _find(path: Path) -> _Found:
    if not path.is_file():
        raise ExtractError("There is no such file.", where=path.name, mend=_HINT)
    found = _Found()
    try:
        for item in _items(path):
            found.take(item)
    except (RuntimeError, UnicodeDecodeError):
        # The library's message may name a full path or quote the file; the type is enough.
        raise ExtractError(
            "The file is damaged, cut short, or not an OpenStreetMap extract.",
            where=path.name,
            mend=_HINT,
        ) from None
    if not found.street:
        raise ExtractError("The extract has no streets.", where=path.name, mend=_HINT)
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _items(path: Path) -> Iterator[_Item]:
    areas = osmium.filter.KeyFilter(
        "building", "natural", "waterway", "landuse", "leisure", "amenity"
    )
    processor = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_areas(areas)
        .with_filter(osmium.filter.EmptyTagFilter())
        .with_filter(osmium.filter.KeyFilter(*_KEYS))
    )
    yield from processor


@dataclass
class _Found:
    """What the pass over the file collects; arrays, not objects, for what is many."""

    street: list[int] = field(default_factory=list)
    name: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    lit: list[int] = field(default_factory=list)
    bridge: list[bool] = field(default_factory=list)
    tunnel: list[bool] = field(default_factory=list)
    use: list[tuple[float, ...]] = field(default_factory=list)
    offset: list[int] = field(default_factory=lambda: [0])
    ref: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    railways: list[list[tuple[float, float]]] = field(default_factory=list)
    buildings: list[shapely.Geometry] = field(default_factory=list)
    water: list[shapely.Geometry] = field(default_factory=list)
    parks: list[shapely.Geometry] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    pois: list[Poi] = field(default_factory=list)
    wkb: osmium.geom.WKBFactory = field(default_factory=osmium.geom.WKBFactory)

    def take(self, item: _Item) -> None:
        """Sort one object of the file into its place."""
        tags = dict(item.tags)
        if isinstance(item, osmium.osm.Way):
            self._way(item, tags)
        elif isinstance(item, osmium.osm.Area):
            self._area(item, tags)
        elif isinstance(item, osmium.osm.Node):
            lon, lat = item.location.lon, item.location.lat
            if tags.get("place") in _PLACES and "name" in tags:
                self.places.append(Place(tags["name"], tags["place"], lon, lat))
            self._poi(tags, lon, lat)

    def _poi(self, tags: dict[str, str], lon: float, lat: float) -> None:
        if tags.get("amenity") in _POIS:
            self.pois.append(Poi(tags["amenity"], tags.get("name", ""), lon, lat))

    def _way(self, way: osmium.osm.Way, tags: dict[str, str]) -> None:
        street = access.street_class(tags)
        if street is None:
            if tags.get("railway") in _RAILWAYS and tags.get("tunnel") != "yes":
                self.railways += [
                    [(lon, lat) for _, lon, lat in part] for part in _parts(way) if len(part) > 1
                ]
            return
        uses = [access.use(mode, street, tags) for mode in _MODES]
        speeds = tuple(kph for use in uses for kph in (use.along_kph, use.against_kph))
        name = tags.get("name", "")
        for part in _parts(way):
            if len(part) < 2:
                continue
            self.street.append(int(street))
            self.name.append(self.names.setdefault(name, len(self.names)) if name else -1)
            self.lit.append(int(access.lit(tags)))
            self.bridge.append(tags.get("bridge", "no") != "no")
            self.tunnel.append(tags.get("tunnel", "no") != "no")
            self.use.append(speeds)
            for ref, lon, lat in part:
                self.ref.append(ref)
                self.lon.append(lon)
                self.lat.append(lat)
            self.offset.append(len(self.ref))

    def _area(self, area: osmium.osm.Area, tags: dict[str, str]) -> None:
        kept: list[shapely.Geometry] | None
        if "building" in tags and tags["building"] != "no":
            kept = self.buildings
        elif tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
            kept = self.water
        elif any(tags.get(key) in values for key, values in _PARKS.items()):
            kept = self.parks
        elif tags.get("amenity") in _POIS:
            kept = None  # the grounds of a hospital are no building, and its centre is wanted
        else:
            return
        try:
            shape = shapely.from_wkb(self.wkb.create_multipolygon(area))
        except (RuntimeError, shapely.errors.GEOSException):
            return  # a ring that does not close is a fault of the map, not of the file
        if kept is not None:
            kept.append(shape)
        if "amenity" in tags:
            centre = shape.centroid
            self._poi(tags, centre.x, centre.y)


def _parts(way: osmium.osm.Way) -> list[list[tuple[int, float, float]]]:
    """Runs of nodes with a location; a way is cut where the extract misses a node."""
    parts: list[list[tuple[int, float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            if not parts[-1] or parts[-1][-1][0] != node.ref:
                parts[-1].append((node.ref, node.lon, node.lat))
        elif parts[-1]:
            parts.append([])
    return parts


def _lines(parts: Sequence[Sequence[tuple[float, float]]]) -> Lines:
    coords = np.array([pair for part in parts for pair in part], dtype=np.float64).reshape(-1, 2)
    return Lines(coords, np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64))


@dataclass(frozen=True, eq=False)
class _Segments:
    """Streets cut at their crossings, in the order of the file; shared by all modes."""

    way_coords: NDArray[np.float64]
    way_offset: NDArray[np.int64]
    coords: NDArray[np.float64]
    offset: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    node_lon_lat: NDArray[np.float64]
    way: NDArray[np.int64]
    length_m: NDArray[np.float64]


def _segments(found: _Found) -> _Segments:
    ref = np.frombuffer(found.ref, dtype=np.int64)
    coords = np.column_stack([np.frombuffer(found.lon), np.frombuffer(found.lat)])
    offset = np.array(found.offset, dtype=np.int64)
    _, first_seen, node = np.unique(ref, return_index=True, return_inverse=True)
    uses = np.bincount(node)
    is_end = np.zeros(len(ref), dtype=bool)
    is_end[offset[:-1]] = is_end[offset[1:] - 1] = True
    # A node is a crossing when two streets, or one street twice, go through it, or a street ends.
    crossing = (uses >= 2) | (np.bincount(node, weights=is_end) > 0)
    cut = np.flatnonzero(crossing[node])
    way_of = np.repeat(np.arange(len(offset) - 1), np.diff(offset))
    same_way = way_of[cut[:-1]] == way_of[cut[1:]]
    start, end = cut[:-1][same_way], cut[1:][same_way]
    count = end - start + 1
    seg_offset = np.concatenate([[0], np.cumsum(count)])
    take = np.arange(seg_offset[-1]) - np.repeat(seg_offset[:-1] - start, count)
    seg_coords = coords[take]
    _, _, step_m = _GEOD.inv(
        seg_coords[:-1, 0], seg_coords[:-1, 1], seg_coords[1:, 0], seg_coords[1:, 1]
    )
    run = np.concatenate([[0.0], np.cumsum(step_m)])
    # The step from one segment's end to the next one's start is not part of either.
    length_m = run[seg_offset[1:] - 1] - run[seg_offset[:-1]]
    return _Segments(
        way_coords=coords,
        way_offset=offset,
        coords=seg_coords,
        offset=seg_offset,
        first=node[start],
        last=node[end],
        node_lon_lat=coords[first_seen],
        way=way_of[start],
        length_m=length_m,
    )


def _network(mode: Mode, found: _Found, cut: _Segments, path: Path) -> StreetNetwork:
    column = 2 * _MODES.index(mode)
    speeds = np.array(found.use, dtype=np.float64)[cut.way][:, column : column + 2]
    kept = np.flatnonzero((speeds > 0).any(axis=1))
    if not len(kept):
        raise ExtractError(
            f"No street of the extract may be used to {mode}.", where=path.name, mend=_HINT
        )
    ends = np.concatenate([cut.first[kept], cut.last[kept]])
    nodes, inverse = np.unique(ends, return_inverse=True)
    first, last = inverse[: len(kept)], inverse[len(kept) :]
    along = np.flatnonzero(speeds[kept, 0] > 0)
    against = np.flatnonzero(speeds[kept, 1] > 0)
    segment = np.concatenate([along, against])
    tail = np.concatenate([first[along], last[against]])
    head = np.concatenate([last[along], first[against]])
    length_m = cut.length_m[kept][segment]
    kph = np.concatenate([speeds[kept][along, 0], speeds[kept][against, 1]])
    count = np.diff(cut.offset)[kept]
    offset = np.concatenate([[0], np.cumsum(count)])
    take = np.arange(offset[-1]) - np.repeat(offset[:-1] - cut.offset[kept], count)
    way = cut.way[kept]
    return StreetNetwork(
        mode=mode,
        lon_lat=cut.node_lon_lat[nodes],
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        length_m=length_m,
        # Two nodes at one place give an arc of no length; a solver reads a zero as "no arc".
        travel_time_s=np.maximum(length_m / (kph / 3.6), 1e-3),
        segment=segment.astype(np.int32),
        forward=np.arange(len(segment)) < len(along),
        coords=cut.coords[take],
        coord_offset=offset,
        highway=np.array(found.street, dtype=np.uint8)[way],
        lit=np.array(found.lit, dtype=np.uint8)[way],
        bridge=np.array(found.bridge)[way],
        tunnel=np.array(found.tunnel)[way],
        steps=np.array(found.street, dtype=np.uint8)[way] == np.uint8(Highway.STEPS),
        name_id=np.array(found.name, dtype=np.int32)[way],
        names=tuple(found.names),
        component=_components(tail, head, len(nodes)),
    )


def _components(tail: NDArray[np.int64], head: NDArray[np.int64], nodes: int) -> NDArray[np.int32]:
    """Strongly connected components by size, the largest being 0; ties by their first node."""
    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(nodes, nodes))
    _, label = connected_components(graph, directed=True, connection="strong")
    _, first, size = np.unique(label, return_index=True, return_counts=True)
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size), dtype=np.int32)
    ranked: NDArray[np.int32] = rank[label]
    return ranked

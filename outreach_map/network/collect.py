"""One pass over an extract: streets for all modes, and what pages draw.

Objects come through pyosmium one at a time, so what is asked of each is little: node ids and a
geometry from C++, and the few tags that rules read. Streets repeat the same few combinations of
tags, so the rules are applied once a combination and not once a street.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import shapely

from outreach_map.errors import ExtractError
from outreach_map.network import access, hazards
from outreach_map.network.container import HINT, check_unpacked_size, damaged
from outreach_map.network.extract import Place, Poi
from outreach_map.network.objects import Item, items, items_and_areas
from outreach_map.network.streets import EARTH_RADIUS_M
from outreach_map.network.tags import Hazard
from outreach_map.tables import Mode

Get = Callable[[str], str | None]
TagValues = tuple[str | None, ...]

_log = logging.getLogger(__name__)
# Keys of all that is read of an extract.
KEYS = (
    "highway",
    "building",
    "natural",
    "waterway",
    "landuse",
    "leisure",
    "railway",
    "place",
    "amenity",
    "barrier",
    "route",
    "ford",
)
_HAZARD_KEYS = ("barrier", "railway", "ford")
_AREA_KEYS = ("building", "natural", "waterway", "landuse", "leisure", "amenity")
_PARKS = {
    "leisure": {"park", "garden", "nature_reserve", "playground", "common"},
    "landuse": {"forest", "grass", "recreation_ground", "village_green", "cemetery", "meadow"},
    "natural": {"wood", "heath", "scrub"},
}
_PLACES = {"city", "town", "village", "suburb", "hamlet", "neighbourhood", "quarter"}
_POIS = {"hospital", "clinic", "pharmacy", "police", "school", "kindergarten"}
# The name is kept apart, and the source is not read; both are common.
_UNREAD = 2
_COMMON = ("name", "source", *access.STREET_KEYS[:6])
_RARE = access.STREET_KEYS[6:]
# Hexadecimal digits of 1 byte of order, 4 of type and 4 of length.
_WKB_HEAD = 18
# A real extract takes some eight bytes for each node of a street. One that needs less than one has
# streets that go to and fro between the same nodes, and wants to be a network of millions.
_FEW_NODES = 500_000
_HALF_ROUND_DEG = 180.0
_RAILWAYS = {"rail", "light_rail", "tram", "subway"}


@dataclass(repr=False)
class Found:
    """What the pass collects; arrays, not objects, for what is many.

    Street i has the nodes `ref[offset[i]:offset[i + 1]]` with coordinates in `lon_lat` (lon and
    lat in turn), the tags `kinds[kind[i]]` and the name `names[name[i]]` (-1 without one).
    `stopped` has the modes that a barrier on a node stops, `hazards` what else stands on nodes.
    """

    kind: array[int] = field(default_factory=lambda: array("i"))
    kinds: dict[TagValues, int] = field(default_factory=dict)
    name: array[int] = field(default_factory=lambda: array("i"))
    names: dict[str, int] = field(default_factory=dict)
    offset: array[int] = field(default_factory=lambda: array("q", [0]))
    ref: array[int] = field(default_factory=lambda: array("q"))
    lon_lat: array[float] = field(default_factory=lambda: array("d"))
    stopped: dict[int, frozenset[Mode]] = field(default_factory=dict)
    hazards: dict[int, Hazard] = field(default_factory=dict)
    railways: list[list[tuple[float, float]]] = field(default_factory=list)
    buildings: list[shapely.Geometry] = field(default_factory=list)
    water: list[shapely.Geometry] = field(default_factory=list)
    parks: list[shapely.Geometry] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    pois: list[Poi] = field(default_factory=list)

    def tag_sets(self) -> list[dict[str, str]]:
        """The combinations of street tags, in the order of `kind`."""
        return [
            {
                key: value
                # Shorter where the street has none of the rare tags.
                for key, value in zip(access.STREET_KEYS, values, strict=False)
                if value is not None
            }
            for values in self.kinds
        ]


def collect(path: Path, *, areas: bool = True) -> Found:
    """Collect streets and, with `areas`, what pages draw.

    Raises
    ------
    ExtractError
        When the file is missing, damaged, not of OpenStreetMap or without streets.
    """
    if not path.is_file():
        raise ExtractError("There is no such file.", where=path.name, mend=HINT)
    check_unpacked_size(path)
    collector = _Collector(most_nodes=max(_FEW_NODES, path.stat().st_size))
    try:
        for item in _items(path, areas):
            collector.take(item)
        collector.flush()
    except (RuntimeError, UnicodeDecodeError, MemoryError):
        raise damaged(path) from None
    found = collector.found
    if not len(found.kind):
        raise ExtractError("The extract has no streets.", where=path.name, mend=HINT)
    lon = np.frombuffer(found.lon_lat)[::2]
    if np.ptp(lon) > _HALF_ROUND_DEG:
        raise ExtractError(
            "The streets reach across the 180th meridian, or half around the globe.",
            where=path.name,
            mend="Cut one side out of it with outreach-map streets --clip.",
        )
    _log.info("read %d streets, %d buildings", len(found.kind), len(found.buildings))
    return found


def _items(path: Path, areas: bool) -> Iterator[Item]:
    keys = KEYS if areas else ("highway", "route", "barrier", "railway", "ford")
    filters = (osmium.filter.EmptyTagFilter(), osmium.filter.KeyFilter(*keys))
    return items_and_areas(path, _AREA_KEYS, filters) if areas else items(path, filters)


class _Collector:
    """Sorts the objects of a file into their places."""

    def __init__(self, *, most_nodes: int) -> None:
        self.found = Found()
        self._most_nodes = most_nodes
        self._wkb = osmium.geom.WKBFactory()
        self._lines: list[str] = []
        self._shapes: dict[str, list[str]] = {"buildings": [], "water": [], "parks": []}

    def take(self, item: Item) -> None:
        """Sort one object into its place."""
        if isinstance(item, osmium.osm.Way):
            self._way(item)
        elif isinstance(item, osmium.osm.Area):
            self._area(item)
        elif isinstance(item, osmium.osm.Node):
            self._node(item)

    def flush(self) -> None:
        """Turn the geometries that C++ wrote into coordinates, a batch at a time."""
        if self._lines:
            # A line in WKB is its byte order, type and length, then its numbers as they stand in
            # memory; making an object of each to ask for the same numbers takes four times longer.
            order = "<" if self._lines[0].startswith("01") else ">"
            numbers = bytes.fromhex("".join([line[_WKB_HEAD:] for line in self._lines]))
            self.found.lon_lat.frombytes(
                np.frombuffer(numbers, f"{order}f8").astype(float).tobytes()
            )
            self._lines.clear()
        for kind, written in self._shapes.items():
            getattr(self.found, kind).extend(shapely.from_wkb(written))
            written.clear()

    def _node(self, node: osmium.osm.Node) -> None:
        get = node.tags.get
        if (kind := get("place")) in _PLACES and (name := get("name")) is not None:
            self.found.places.append(Place(name, kind, node.location.lon, node.location.lat))
        if get("barrier") is not None and (stopped := access.stopped_by(dict(node.tags))):
            self.found.stopped[node.id] = stopped
        hazardous = any(get(key) is not None for key in _HAZARD_KEYS)
        if hazardous and (hazard := hazards.hazard(dict(node.tags))):
            self.found.hazards[node.id] = hazard
        if get("amenity") in _POIS:
            self._poi(get, node.location.lon, node.location.lat)

    def _poi(self, get: Get, lon: float, lat: float, reach_m: float = 0.0) -> None:
        self.found.pois.append(Poi(get("amenity") or "", get("name") or "", lon, lat, reach_m))

    def _way(self, way: osmium.osm.Way) -> None:
        found = self.found
        get = way.tags.get
        highway = get("highway")
        if highway not in access.CLASSES and (highway is not None or get("route") != "ferry"):
            if get("railway") in _RAILWAYS and get("tunnel") != "yes":
                found.railways += [
                    [(lon, lat) for _, lon, lat in part] for part in _parts(way) if len(part) > 1
                ]
            return
        if get("area") == "yes":
            return
        # Most streets have no more than these tags, and questions are what takes the time.
        common = [get(key) for key in _COMMON]
        name, values = common[0], common[_UNREAD:]
        if len(way.tags) > len(common) - common.count(None):
            values += [get(key) for key in _RARE]
        kind = found.kinds.setdefault(tuple(values), len(found.kinds))
        name_id = found.names.setdefault(name, len(found.names)) if name else -1
        if len(found.ref) + len(way.nodes) > self._most_nodes:
            raise RuntimeError
        refs = [node.ref for node in way.nodes]
        try:
            line = self._wkb.create_linestring(way, osmium.geom.ALL)
        except (RuntimeError, osmium.InvalidLocationError):
            # A node without a location, or a way of one node: by hand, and in pieces.
            for part in _parts(way):
                self._street(kind, name_id, part)
            return
        if len(set(refs)) < 2:
            return
        self._lines.append(line)
        found.ref.extend(refs)
        self._end(kind, name_id)
        if len(self._lines) >= 4096:
            self.flush()

    def _street(self, kind: int, name_id: int, part: Sequence[tuple[int, float, float]]) -> None:
        if len({ref for ref, _, _ in part}) < 2:
            return
        self.flush()
        for ref, lon, lat in part:
            self.found.ref.append(ref)
            self.found.lon_lat.extend((lon, lat))
        self._end(kind, name_id)

    def _end(self, kind: int, name_id: int) -> None:
        self.found.kind.append(kind)
        self.found.name.append(name_id)
        self.found.offset.append(len(self.found.ref))

    def _area(self, area: osmium.osm.Area) -> None:
        get = area.tags.get
        kind = _area_kind(get)
        is_poi = get("amenity") in _POIS
        if kind is None and not is_poi:
            return
        try:
            shape = self._wkb.create_multipolygon(area)
        except (RuntimeError, osmium.InvalidLocationError):
            return  # a ring that does not close is a fault of the map, not of the file
        if kind is not None:
            self._shapes[kind].append(shape)
        if is_poi:
            grounds = shapely.from_wkb(shape)
            centre = grounds.centroid
            corners = shapely.get_coordinates(grounds) - (centre.x, centre.y)
            metres = np.radians(corners * (np.cos(np.radians(centre.y)), 1.0)) * EARTH_RADIUS_M
            self._poi(get, centre.x, centre.y, round(float(np.hypot(*metres.T).max()), 1))


def _area_kind(get: Get) -> str | None:
    """What an area is drawn as; the grounds of a hospital are no building."""
    if get("building") not in (None, "no"):
        return "buildings"
    if get("natural") == "water" or get("waterway") == "riverbank":
        return "water"
    return "parks" if any(get(key) in values for key, values in _PARKS.items()) else None


def _parts(way: osmium.osm.Way) -> list[list[tuple[int, float, float]]]:
    """Runs of nodes with a location; a way is cut where the extract misses a node."""
    parts: list[list[tuple[int, float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            parts[-1].append((node.ref, node.lon, node.lat))
        elif parts[-1]:
            parts.append([])
    return parts

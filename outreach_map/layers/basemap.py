"""The basemap: streets, water, parks, buildings, railways and names in a compact binary.

Form, before deflate and base64 (all integers are unsigned LEB128; signed ones zigzag first)::

    magic "OB2"; west, north, quantum, width, height as little-endian float64
    number of names, then for each its byte length and UTF-8
    number of shapes, number of chunks, then for each chunk:
        level, west, north, width, height of what is in it (signed, signed, then unsigned),
        number of shapes, of rings and of points, byte length
    the chunks, one after the other; for each shape of one:
        group, class, name + 1 (0 without), number of rings,
        and for each ring: number of points, then dx, dy of each to the one before

Coordinates are in Web Mercator, whole quanta east and south of the corner, so that a page draws
them without trigonometry; west, north, quantum, width and height are pixels of the world at zoom 0.
A quantum is about a metre on the ground. The first point of a chunk is a step from its own corner,
and of a shape from the last point of the shape before.

A chunk holds what belongs to one cell of a grid at one level, so that a page need only read what it
draws: the overview, then small streets, then paths and buildings. What is wider than two cells is
in a chunk of its own level. It holds public data only.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from folium.map import Layer
from folium.template import Template
from numpy.typing import NDArray

from outreach_map.network import Basemap

QUANTUM_DEGREES = 1e-5
CELL = 1200
MAGIC = b"OB2"
# From this class on a street is small, and from that one on a path.
_SMALL, _PATH = 5, 8


class Group(IntEnum):
    """Groups of shapes, in the order in which they are drawn."""

    PARK = 0
    WATER = 1
    BUILDING = 2
    RAILWAY = 3
    STREET = 4
    PLACE = 5


_PLACE_CLASSES = ("city", "town", "suburb", "quarter", "village", "neighbourhood", "hamlet")


class BasemapLayer(Layer):
    """The canvas under everything else; not in the layer control."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = outreach.basemap();
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(name="basemap", overlay=True, control=False, show=True)
        self._name = "Basemap"
        self._id = "canvas"


@dataclass(frozen=True, repr=False)
class _Shape:
    """Rings are whole quanta from the corner of the map, (n, 2)."""

    group: Group
    kind: int
    name: int
    rings: Sequence[NDArray[np.int64]]

    @property
    def level(self) -> int:
        if self.group is Group.BUILDING or (self.group is Group.STREET and self.kind >= _PATH):
            return 2
        return int(self.group is Group.STREET and self.kind >= _SMALL)

    @property
    def box(self) -> tuple[int, int, int, int]:
        low, high = self.rings[0].min(axis=0), self.rings[0].max(axis=0)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])


@dataclass(frozen=True, repr=False)
class _Grid:
    """The map's corner and its quantum, in pixels of the world at zoom 0."""

    corner: NDArray[np.float64]
    quantum: float
    size: NDArray[np.float64]

    @classmethod
    def of(cls, bounds: tuple[float, float, float, float]) -> _Grid:
        west, south, east, north = bounds
        corner, opposite = _world(np.array([[west, north], [east, south]]))
        # As long on the ground as one of longitude is at the equator.
        stretch = np.cos(np.radians((south + north) / 2))
        return cls(corner, QUANTUM_DEGREES / 360 * 256 / stretch, opposite - corner)

    def whole(self, lon_lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Whole quanta, without points that fall together."""
        found = np.rint((_world(lon_lat) - self.corner) / self.quantum).astype(np.int64)
        kept = np.concatenate([[True], (np.diff(found, axis=0) != 0).any(axis=1)])
        kept[-1] = True
        return np.asarray(found[kept])


def _world(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Web Mercator (EPSG:3857) as pixels of the world at zoom 0: east and south."""
    sine = np.sin(np.radians(lon_lat[:, 1]))
    x = (lon_lat[:, 0] + 180) / 360 * 256
    y = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)) * 256
    return np.column_stack([x, y])


def encode_basemap(basemap: Basemap, bounds: tuple[float, float, float, float]) -> str:
    """What lies within bounds (west, south, east, north), as base64 text.

    Returns
    -------
    The binary of the module's docstring, deflated (zlib) and in base64.
    """
    window, grid = shapely.box(*bounds), _Grid.of(bounds)
    names: dict[str, int] = {}
    shapes = [
        *_polygons(Group.PARK, basemap.parks, window, grid),
        *_polygons(Group.WATER, basemap.water, window, grid),
        *_polygons(Group.BUILDING, basemap.buildings, window, grid),
        *_railways(basemap, window, grid),
        *_streets(basemap, window, grid, names),
        *_places(basemap, window, grid, names),
    ]
    chunks: dict[tuple[int, int, int], list[_Shape]] = {}
    for shape in shapes:
        west, north, east, south = shape.box
        wide = max(east - west, south - north) > 2 * CELL
        cell = (-1, -1) if wide else ((north + south) // 2 // CELL, (west + east) // 2 // CELL)
        chunks.setdefault((shape.level, *cell), []).append(shape)
    index, bodies = [len(shapes), len(chunks)], bytearray()
    for (level, _, _), own in sorted(chunks.items()):
        boxes = np.array([shape.box for shape in own])
        west, north = (int(v) for v in boxes[:, :2].min(axis=0))
        east, south = (int(v) for v in boxes[:, 2:].max(axis=0))
        body = _leb128(_chunk(own, np.array([west, north])))
        rings = [ring for shape in own for ring in shape.rings]
        index += [level, _zigzag(west), _zigzag(north), east - west, south - north]
        index += [len(own), len(rings), sum(len(ring) for ring in rings), len(body)]
        bodies += body
    out = bytearray(MAGIC)
    out += struct.pack("<5d", *grid.corner, grid.quantum, *grid.size)
    out += _leb128([len(names)])
    for name in names:
        encoded = name.encode()
        out += _leb128([len(encoded)]) + encoded
    out += _leb128(index) + bodies
    return base64.b64encode(zlib.compress(bytes(out), 9)).decode("ascii")


def _chunk(shapes: Iterable[_Shape], corner: NDArray[np.int64]) -> Iterator[int]:
    last = corner
    for shape in shapes:
        yield from (int(shape.group), shape.kind, shape.name + 1, len(shape.rings))
        for ring in shape.rings:
            steps = np.diff(ring, axis=0, prepend=last[None, :])
            last = ring[-1]
            yield len(ring)
            yield from ((steps << 1) ^ (steps >> 63)).ravel().tolist()


def _zigzag(value: int) -> int:
    return 2 * value if value >= 0 else -2 * value - 1


def _leb128(values: Iterable[int]) -> bytes:
    out = bytearray()
    for number in values:
        value = number
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        out.append(value)
    return bytes(out)


def _polygons(
    group: Group, polygons: NDArray[np.object_], window: shapely.Polygon, grid: _Grid
) -> list[_Shape]:
    if not len(polygons):
        return []
    near = polygons[shapely.intersects(polygons, window)]
    # A lake that reaches beyond the window is cut at its edge; what it was stays public.
    parts = shapely.get_parts(shapely.intersection(near, window))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    simple = shapely.simplify(parts, QUANTUM_DEGREES, preserve_topology=True)
    return [
        _Shape(
            group,
            0,
            -1,
            # A page closes a ring by itself.
            [grid.whole(shapely.get_coordinates(ring)[:-1]) for ring in _rings(polygon)],
        )
        for polygon in simple
    ]


def _rings(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]


def _near(
    coords: NDArray[np.float64], offset: NDArray[np.int64], window: shapely.Polygon
) -> list[int]:
    """Lines with a point in the window."""
    if len(offset) < 2:
        return []
    inside = shapely.contains_xy(window, coords)
    hits = np.add.reduceat(inside.astype(np.int64), offset[:-1])
    return [int(i) for i in np.flatnonzero(hits)]


def _railways(basemap: Basemap, window: shapely.Polygon, grid: _Grid) -> list[_Shape]:
    lines = basemap.railways
    return [
        _Shape(
            Group.RAILWAY, 0, -1, [grid.whole(lines.coords[lines.offset[i] : lines.offset[i + 1]])]
        )
        for i in _near(lines.coords, lines.offset, window)
    ]


def _streets(
    basemap: Basemap, window: shapely.Polygon, grid: _Grid, names: dict[str, int]
) -> list[_Shape]:
    """Pieces of one street, of one class and name, are joined where they meet end to end."""
    streets = basemap.streets
    pieces: dict[tuple[int, str], list[shapely.LineString]] = {}
    for i in _near(streets.coords, streets.offset, window):
        name_id = int(streets.name_id[i])
        name = streets.names[name_id] if name_id >= 0 else ""
        ring = grid.whole(streets.coords[streets.offset[i] : streets.offset[i + 1]])
        if len(ring) > 1:
            line = shapely.LineString(ring)
            pieces.setdefault((int(streets.highway[i]), name), []).append(line)
    shapes = []
    # Small streets first, so that main roads are drawn over them.
    for (highway, name), own in sorted(pieces.items(), key=lambda one: (-one[0][0], one[0][1])):
        number = names.setdefault(name, len(names)) if name else -1
        joined = shapely.simplify(
            shapely.get_parts(shapely.line_merge(shapely.MultiLineString(own))), 0.5
        )
        shapes += [
            _Shape(
                Group.STREET,
                highway,
                number,
                [np.rint(shapely.get_coordinates(line)).astype(np.int64)],
            )
            for line in joined
        ]
    return shapes


def _places(
    basemap: Basemap, window: shapely.Polygon, grid: _Grid, names: dict[str, int]
) -> list[_Shape]:
    return [
        _Shape(
            Group.PLACE,
            _PLACE_CLASSES.index(place.kind),
            names.setdefault(place.name, len(names)),
            [grid.whole(np.array([[place.lon, place.lat]]))],
        )
        for place in basemap.places
        if place.kind in _PLACE_CLASSES and shapely.contains_xy(window, place.lon, place.lat)
    ]

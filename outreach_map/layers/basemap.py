"""The basemap: streets, water, parks, buildings, railways and names in a compact binary.

Form, before deflate and base64 (all integers are unsigned LEB128; signed ones zigzag first)::

    magic "OB1"; west, south, quantum, east and north as little-endian float64
    number of names, then for each its byte length and UTF-8
    number of groups, then for each group: id, number of shapes, and for each shape:
        class, name + 1 (0 without), number of rings,
        and for each ring: number of points, then dx, dy of each to the one before

Coordinates are whole quanta (1e-5 degrees, about a metre) from west and south, the first point of a
shape as a step from the last point of the shape before. It holds public data only.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely
from folium.map import Layer
from folium.template import Template
from numpy.typing import NDArray

from outreach_map.network import Basemap

QUANTUM = 1e-5
MAGIC = b"OB1"


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


@dataclass(frozen=True)
class _Shape:
    kind: int
    name: int
    rings: Sequence[NDArray[np.float64]]


def encode_basemap(basemap: Basemap, bounds: tuple[float, float, float, float]) -> str:
    """What lies within bounds (west, south, east, north), as base64 text.

    Returns
    -------
    The binary of the module's docstring, deflated (zlib) and in base64.
    """
    window = shapely.box(*bounds)
    names: dict[str, int] = {}
    groups = [
        (Group.PARK, _polygons(basemap.parks, window)),
        (Group.WATER, _polygons(basemap.water, window)),
        (Group.BUILDING, _polygons(basemap.buildings, window)),
        (Group.RAILWAY, _lines(basemap.railways.coords, basemap.railways.offset, window)),
        (Group.STREET, _streets(basemap, window, names)),
        (Group.PLACE, _places(basemap, window, names)),
    ]
    out = bytearray(MAGIC)
    out += struct.pack("<5d", bounds[0], bounds[1], QUANTUM, bounds[2], bounds[3])
    body: list[int] = [len(groups)]
    last = np.zeros(2, dtype=np.int64)
    for group, shapes in groups:
        body += [int(group), len(shapes)]
        for shape in shapes:
            body += [shape.kind, shape.name + 1, len(shape.rings)]
            for ring in shape.rings:
                whole = np.rint((ring - bounds[:2]) / QUANTUM).astype(np.int64)
                steps = np.diff(whole, axis=0, prepend=last[None, :])
                last = whole[-1]
                body.append(len(ring))
                body += ((steps << 1) ^ (steps >> 63)).ravel().tolist()
    out += _leb128([len(names)])
    for name in names:
        encoded = name.encode()
        out += _leb128([len(encoded)]) + encoded
    out += _leb128(body)
    return base64.b64encode(zlib.compress(bytes(out), 9)).decode("ascii")


def _leb128(values: Iterable[int]) -> bytes:
    out = bytearray()
    for number in values:
        value = number
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        out.append(value)
    return bytes(out)


def _simple(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ring or line without points that fall together on the grid."""
    whole = np.rint(ring / QUANTUM)
    kept = np.concatenate([[True], (np.diff(whole, axis=0) != 0).any(axis=1)])
    kept[-1] = True
    return np.asarray(ring[kept], dtype=np.float64)


def _polygons(polygons: NDArray[np.object_], window: shapely.Polygon) -> list[_Shape]:
    if not len(polygons):
        return []
    near = polygons[shapely.intersects(polygons, window)]
    # A lake that reaches beyond the window is cut at its edge; what it was stays public.
    parts = shapely.get_parts(shapely.intersection(near, window))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    simple = shapely.simplify(parts, QUANTUM, preserve_topology=True)
    return [
        _Shape(0, -1, [_simple(shapely.get_coordinates(ring)) for ring in _rings(polygon)])
        for polygon in simple
    ]


def _rings(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]


def _lines(
    coords: NDArray[np.float64], offset: NDArray[np.int64], window: shapely.Polygon
) -> list[_Shape]:
    return [
        _Shape(0, -1, [_simple(coords[offset[i] : offset[i + 1]])])
        for i in _near(coords, offset, window)
    ]


def _near(
    coords: NDArray[np.float64], offset: NDArray[np.int64], window: shapely.Polygon
) -> list[int]:
    """Lines with a point in the window."""
    if len(offset) < 2:
        return []
    inside = shapely.contains_xy(window, coords)
    hits = np.add.reduceat(inside.astype(np.int64), offset[:-1])
    return [int(i) for i in np.flatnonzero(hits)]


def _streets(basemap: Basemap, window: shapely.Polygon, names: dict[str, int]) -> list[_Shape]:
    streets = basemap.streets
    shapes = []
    for i in _near(streets.coords, streets.offset, window):
        name_id = int(streets.name_id[i])
        name = names.setdefault(streets.names[name_id], len(names)) if name_id >= 0 else -1
        ring = _simple(streets.coords[streets.offset[i] : streets.offset[i + 1]])
        shapes.append(_Shape(int(streets.highway[i]), name, [ring]))
    # Small streets first, so that main roads are drawn over them.
    return sorted(shapes, key=lambda shape: -shape.kind)


def _places(basemap: Basemap, window: shapely.Polygon, names: dict[str, int]) -> list[_Shape]:
    return [
        _Shape(
            _PLACE_CLASSES.index(place.kind),
            names.setdefault(place.name, len(names)),
            [np.array([[place.lon, place.lat]])],
        )
        for place in basemap.places
        if place.kind in _PLACE_CLASSES and shapely.contains_xy(window, place.lon, place.lat)
    ]

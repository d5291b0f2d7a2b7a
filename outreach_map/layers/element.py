"""A map layer: records in plain JSON for our script, added to a map by folium."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely
from folium.map import Layer
from folium.template import Template
from shapely.geometry.base import BaseGeometry

DECIMALS = 4

Feature = Mapping[str, object]


class DataLayer(Layer):
    """A folium layer that our script draws from data carried beside it.

    The data stand in the page as JSON in an element that is not a script, so that no text of a
    record is ever read as code; `key` names that element.

    Parameters
    ----------
    key
        Short plain name, part of element ids.
    name
        Name in the layer control.
    features
        JSON-ready mappings; see `areas`, `lines` and `places` for their form.
    show
        Whether it is on when the page opens.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = outreach.layer({{ this.key|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self, key: str, name: str, features: Sequence[Feature], *, show: bool = True
    ) -> None:
        super().__init__(name=name, overlay=True, control=True, show=show)
        # folium draws ids at random; pages have to be the same each time.
        self._name = "Layer"
        self._id = key
        self.key = key
        self.features = features


def to_json(value: object) -> str:
    """JSON that is safe inside an HTML element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def area(
    geometry: BaseGeometry, style: str, title: str, rows: Iterable[tuple[str, str]]
) -> Feature:
    """An area with a style class, a title and rows of a table for its popup."""
    polygons = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    rings = [
        [_pairs(ring) for ring in (polygon.exterior, *polygon.interiors)] for polygon in polygons
    ]
    return {"kind": "area", "at": rings, "style": style, "title": title, "rows": _rows(rows)}


def line(lon_lat: np.ndarray, style: str, title: str, rows: Iterable[tuple[str, str]]) -> Feature:
    """A line of (p, 2) degrees."""
    points = np.round(np.asarray(lon_lat)[:, ::-1], DECIMALS)
    kept = np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])
    at = points[kept].tolist()
    return {"kind": "line", "at": at, "style": style, "title": title, "rows": _rows(rows)}


def place(
    lon_lat: tuple[float, float], style: str, title: str, rows: Iterable[tuple[str, str]]
) -> Feature:
    """A public place, drawn as a small sign."""
    at = [round(lon_lat[1], DECIMALS), round(lon_lat[0], DECIMALS)]
    return {"kind": "place", "at": at, "style": style, "title": title, "rows": _rows(rows)}


def _rows(rows: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[name, value] for name, value in rows if value]


def _pairs(ring: BaseGeometry) -> list[list[float]]:
    """(lat, lon) of a ring, as Leaflet wants them, without the repeated last point."""
    coords = np.round(shapely.get_coordinates(ring)[:-1, ::-1], DECIMALS)
    pairs: list[list[float]] = coords.tolist()
    return pairs

"""How QGIS draws the layers of a GeoPackage: as the pages do, by the table `layer_styles`.

QGIS takes the style of a layer from a row of that table when it opens the file; its form is QML,
the XML of QGIS' own styles (docs.qgis.org, "QML - The QGIS Style File Format").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree as ET

import pandas as pd

GEOMETRY_COLUMN = "geom"


@dataclass(frozen=True)
class Paint:
    """How a class is drawn: colours "#rrggbb", opacity of the fill, width in pixels, dashes."""

    stroke: str
    fill: str = ""
    opacity: float = 1.0
    width: float = 2.0
    dash: tuple[int, ...] = ()


# The same as in publish/static, page.css and report.css; a test holds them equal.
HOTSPOT = Paint("#0b5c8f", "#0b5c8f", 0.22, 2)
POINT_AREA = Paint("#1b7a66", "#1b7a66", 0.3, 2, (3, 4))
POINTS: Mapping[str, Paint] = {
    "open": Paint("#ffffff", "#1b7a66"),
    "closed": Paint("#ffffff", "#6b6863"),
    "unknown": Paint("#ffffff", "#5b3a86"),
}
ZONES: Mapping[str, Paint] = {
    "high": Paint("#a11d1d", "#d03a3a", 0.3, 4),
    "medium": Paint("#a86400", "#e59a2c", 0.25, 3),
    "low": Paint("#4c7d3f", "#8dbb7f", 0.2, 2),
    "unknown": Paint("#7a4fb0", "#a785d3", 0.22, 3, (7, 6)),
}
GAPS: Mapping[str, Paint] = {
    "reached": Paint("#3d0a28", "#fff3c4", 0.72, 1),
    "partly reached": Paint("#3d0a28", "#fbb95a", 0.72, 1.5),
    "unknown": Paint("#3d0a28", "#b9b5ae", 0.72, 2, (2, 4)),
    "not reached": Paint("#3d0a28", "#6d1147", 0.72, 3.5),
}
ROUTES = (
    Paint("#0b5c8f", width=4),
    Paint("#b03a00", width=4, dash=(10, 6)),
    Paint("#1b7a66", width=4, dash=(3, 6)),
    Paint("#7a1f8a", width=4, dash=(14, 5, 3, 5)),
    Paint("#5a4a00", width=4),
    Paint("#a0185a", width=4, dash=(10, 6)),
    Paint("#2f3a8f", width=4, dash=(3, 6)),
    Paint("#333333", width=4, dash=(14, 5, 3, 5)),
)


def layer_styles(layers: Sequence[str], teams: Sequence[str], day: date) -> pd.DataFrame:
    """The table `layer_styles` for the layers that a file has.

    Parameters
    ----------
    layers
        Names of layers, of those in `publish/exports/records.py`.
    teams
        Codes of the teams, in the order in which the pages number their colours.
    day
        Date of the round, for the time of the styles.
    """
    moment = datetime.combine(day, time(), UTC)
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": layer,
            "f_geometry_column": GEOMETRY_COLUMN,
            "styleName": layer,
            "styleQML": _qml(layer, teams),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "As on the pages",
            "owner": "",
            "ui": "",
            "update_time": moment,
        }
        for layer in layers
    ]
    return pd.DataFrame(rows)


def _qml(layer: str, teams: Sequence[str]) -> str:
    qgis = ET.Element("qgis", {"version": "3.22", "styleCategories": "Symbology"})
    if layer == "hotspots":
        qgis.append(_single(_area(HOTSPOT)))
    elif layer == "point_areas":
        qgis.append(_single(_area(POINT_AREA)))
    elif layer == "points":
        qgis.append(_classes("status", ((name, _marker(p)) for name, p in POINTS.items())))
    elif layer == "zones":
        qgis.append(_classes("rating", ((name, _area(p)) for name, p in ZONES.items())))
    elif layer == "gaps":
        qgis.append(_classes("reach", ((name, _area(p)) for name, p in GAPS.items())))
    else:
        colours = (ROUTES[number % len(ROUTES)] for number in range(len(teams)))
        qgis.append(_classes("team", zip(teams, map(_line, colours), strict=True)))
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        qgis, encoding="unicode"
    )


def _single(symbol: ET.Element) -> ET.Element:
    renderer = ET.Element("renderer-v2", {"type": "singleSymbol"})
    _add_symbols(renderer, [symbol])
    return renderer


def _classes(column: str, classes: Iterable[tuple[str, ET.Element]]) -> ET.Element:
    renderer = ET.Element("renderer-v2", {"type": "categorizedSymbol", "attr": column})
    categories = ET.SubElement(renderer, "categories")
    symbols = []
    for number, (value, symbol) in enumerate(classes):
        ET.SubElement(
            categories,
            "category",
            {"value": value, "label": value, "symbol": str(number), "render": "true"},
        )
        symbols.append(symbol)
    _add_symbols(renderer, symbols)
    return renderer


def _add_symbols(renderer: ET.Element, symbols: Iterable[ET.Element]) -> None:
    box = ET.SubElement(renderer, "symbols")
    for number, symbol in enumerate(symbols):
        symbol.set("name", str(number))
        box.append(symbol)


def _area(paint: Paint) -> ET.Element:
    return _symbol(
        "fill",
        "SimpleFill",
        {
            "style": "solid",
            "color": _rgba(paint.fill, paint.opacity),
            "outline_color": _rgba(paint.stroke),
            "outline_style": "dash" if paint.dash else "solid",
            "outline_width": f"{paint.width}",
            "outline_width_unit": "Pixel",
        },
    )


def _line(paint: Paint) -> ET.Element:
    dashes = {"customdash": ";".join(map(str, paint.dash)), "customdash_unit": "Pixel"}
    return _symbol(
        "line",
        "SimpleLine",
        {
            "line_color": _rgba(paint.stroke),
            "line_style": "solid",
            "line_width": f"{paint.width}",
            "line_width_unit": "Pixel",
            "use_custom_dash": "1" if paint.dash else "0",
            **(dashes if paint.dash else {}),
        },
    )


def _marker(paint: Paint) -> ET.Element:
    return _symbol(
        "marker",
        "SimpleMarker",
        {
            "name": "circle",
            "color": _rgba(paint.fill),
            "outline_color": _rgba(paint.stroke),
            "outline_width": f"{paint.width}",
            "outline_width_unit": "Pixel",
            "size": "20",
            "size_unit": "Pixel",
        },
    )


def _symbol(kind: str, layer: str, options: Mapping[str, str]) -> ET.Element:
    symbol = ET.Element("symbol", {"type": kind, "alpha": "1", "clip_to_extent": "1"})
    drawn = ET.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0"})
    box = ET.SubElement(drawn, "Option", {"type": "Map"})
    for name, value in options.items():
        ET.SubElement(box, "Option", {"type": "QString", "name": name, "value": value})
    return symbol


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * 255)}"

"""What an adversary has: the files of a round, read as anybody could read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_DATA = re.compile(
    r'<script[^>]*type="application/json" id="data-[^>]*>(\[.*?\])</script>', re.DOTALL
)
_SHIFT = re.compile(
    r'<tr id="shift-\d+"[^>]*><td[^>]*>\w+ (\d+ \w+)</td><th[^>]*>(T-\w+)</th>(.*?)</tr>', re.DOTALL
)
_STOP = re.compile(r'(\d\d:\d\d)–\d\d:\d\d <span class="code">(H-\w+)')
_CODE = re.compile(r"\bH-[A-Z2-7]{6}\b")
_TITLE = re.compile(r"(T-\w+) · \w+ (\d+ \w+)")


@dataclass(frozen=True, eq=False, repr=False)
class PublishedLeg:
    """A drawn way: whose, on which day, when it leaves and arrives, and (p, 2) degrees."""

    team: str
    day: str
    leave: str
    arrive: str
    lon_lat: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class PublishedRound:
    """What the files of a round say.

    Attributes
    ----------
    start
        First day.
    codes
        Every code of a hotspot that stands anywhere, sorted.
    shapes
        Code of a hotspot -> every different shape drawn for it, in any file of any audience.
    said
        Code of a hotspot -> what is published of it other than its place.
    serving
        Code of a hotspot -> the ways that lead to it and from it, joined by team, day and time.
    """

    start: date
    codes: tuple[str, ...]
    shapes: Mapping[str, tuple[BaseGeometry, ...]]
    said: Mapping[str, tuple[str, ...]]
    serving: Mapping[str, tuple[tuple[PublishedLeg, ...], tuple[PublishedLeg, ...]]]


def read_round(start: date, paths: Iterable[Path]) -> PublishedRound:
    """Read the pages and the GeoPackage of a round; locked pages are left closed.

    The join of lines with the list of stops by team, day and time is the linkage of two exports:
    Domingo-Ferrer & Torra (2003), doi:10.1023/A:1025666923033.
    """
    listed = list(paths)
    shapes: dict[str, dict[bytes, BaseGeometry]] = {}
    said: dict[str, tuple[str, ...]] = {}
    for path in listed:
        if path.suffix == ".gpkg":
            drawn = chain(_layer(path, "hotspots", "code"), _layer(path, "gaps", "hotspot"))
            said = _attributes(path)
        else:
            drawn = chain.from_iterable(map(_areas, _features(path)))
        for code, shape in drawn:
            same = shapely.normalize(shape)
            shapes.setdefault(code, {})[same.wkb] = same
    (planner,) = [path for path in listed if path.name == "planner.html"]
    return PublishedRound(
        start=start,
        codes=tuple(
            sorted(
                {code for p in listed for code in _CODE.findall(p.read_bytes().decode("latin-1"))}
            )
        ),
        shapes={code: tuple(each.values()) for code, each in sorted(shapes.items())},
        said=said,
        serving=_serving(planner),
    )


def _codes(path: Path) -> set[str]:
    return set(_CODE.findall(path.read_bytes().decode("latin-1")))


def _layer(path: Path, layer: str, code: str) -> Iterable[tuple[str, BaseGeometry]]:
    if layer in [name for name, _ in pyogrio.list_layers(path)]:
        frame = gpd.read_file(path, layer=layer)
        yield from zip(frame[code], frame.geometry, strict=True)


def _attributes(path: Path) -> dict[str, tuple[str, ...]]:
    frame = gpd.read_file(path, layer="hotspots").drop(columns=["geometry", "gap_class"])
    return {row[0]: tuple(str(cell) for cell in row[1:]) for row in frame.itertuples(index=False)}


def _features(path: Path) -> Iterable[dict[str, object]]:
    if path.suffix == ".html":
        for block in _DATA.findall(path.read_text(encoding="utf-8")):
            yield from json.loads(block)


def _areas(feature: dict[str, object]) -> Iterable[tuple[str, BaseGeometry]]:
    """Each hotspot of a drawn feature, with its shape; other features have none."""
    codes = [value for name, value in feature["rows"] if name == "hotspot"]  # type: ignore[attr-defined]
    if feature["kind"] == "area" and codes:
        parts = [
            shapely.Polygon(_turned(rings[0]), [_turned(hole) for hole in rings[1:]])
            for rings in feature["at"]  # type: ignore[attr-defined]
        ]
        shape = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
        for code in codes:
            yield code, shape


def _turned(lat_lon: list[list[float]]) -> NDArray[np.float64]:
    return np.array(lat_lon, dtype=np.float64)[:, ::-1]


def _serving(planner: Path) -> dict[str, tuple[tuple[PublishedLeg, ...], tuple[PublishedLeg, ...]]]:
    """Ways to and from each hotspot: by the list of stops, and the line that arrives just then."""
    tours: dict[tuple[str, str], list[PublishedLeg]] = {}
    for feature in _features(planner):
        if feature["kind"] == "line" and (found := _TITLE.match(str(feature["title"]))):
            rows = dict(feature["rows"])  # type: ignore[call-overload]
            leg = PublishedLeg(
                found[1],
                found[2],
                rows["leave"],
                rows["arrive"],
                _turned(feature["at"]),  # type: ignore[arg-type]
            )
            tours.setdefault((leg.team, leg.day), []).append(leg)
    into: dict[str, list[PublishedLeg]] = {}
    out: dict[str, list[PublishedLeg]] = {}
    for day, team, stops in _SHIFT.findall(planner.read_text(encoding="utf-8")):
        legs = tours.get((team, day), [])
        listed = _STOP.findall(stops)
        for number, (when, code) in enumerate(listed):
            into.setdefault(code, []).extend(leg for leg in legs if leg.arrive == when)
            # From one stop to another of the same area there is no line: the next one to be
            # drawn would be another stop's.
            by = listed[number + 1][0] if number + 1 < len(listed) else "99:99"
            # One that arrives within the minute in which it left is the way to the stop.
            after = [leg for leg in legs if when <= leg.leave and when < leg.arrive <= by]
            out.setdefault(code, []).extend(after[:1])
    return {code: (tuple(into[code]), tuple(out[code])) for code in sorted(into)}

"""Off-street canaries: where nothing public lies, so that only a leak could point there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.network import street_stops
from outreach_map.network.streets import StreetNetwork

# No published coordinate may come so near to a canary.
CLEAR_M = 25.0
_OFF_STREET_M = 40.0
_TRIED = 20_000
_PAIR = re.compile(r"(-?\d{1,3}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)")
_LAT_LON = re.compile(r'lat="(-?\d{1,3}\.\d+)"\s+lon="(-?\d{1,3}\.\d+)"')


def published_places(paths: Iterable[Path]) -> NDArray[np.float64]:
    """(n, 2) degrees of every coordinate in the pages and the exports; streets are public."""
    found = [np.empty((0, 2))]
    for path in paths:
        if path.suffix == ".gpkg":
            for layer, kind in pyogrio.list_layers(path):
                if kind is None:  # A table without places.
                    continue
                shapes = gpd.read_file(path, layer=layer).geometry.to_numpy()
                found.append(shapely.get_coordinates(shapes))
        elif path.suffix in (".html", ".csv", ".json", ".geojson", ".kml", ".gpx"):
            text = path.read_text(encoding="utf-8")
            pairs = _PAIR.findall(text) + _LAT_LON.findall(text)
            found.append(np.array(pairs, dtype=np.float64).reshape(-1, 2))
    every = np.concatenate(found)
    # Written either way round, a place is a place.
    return np.concatenate([every, every[:, ::-1]])


def off_street(
    walk: StreetNetwork, published: NDArray[np.float64], *, seed: int
) -> NDArray[np.float64]:
    """(n, 2) degrees of random places away from every street and all that is published."""
    rng = np.random.default_rng(seed)
    west, south = walk.lon_lat.min(axis=0)
    east, north = walk.lon_lat.max(axis=0)
    tried = rng.uniform((west, south), (east, north), (_TRIED, 2))
    stops = street_stops(walk).lon_lat
    clear = _nearest_m(tried, stops) > _OFF_STREET_M
    if len(published):
        clear &= _nearest_m(tried, published) > CLEAR_M
    return np.asarray(tried[clear])


def touched(canaries: NDArray[np.float64], published: NDArray[np.float64]) -> int:
    """How many canaries a published coordinate comes near to."""
    if not len(canaries) or not len(published):
        return 0
    return int((_nearest_m(canaries, published) <= CLEAR_M).sum())


def _nearest_m(places: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres to the nearest of some others, flat around their middle: enough for some metres."""
    scale = 111_320.0 * np.array([np.cos(np.radians(places[:, 1].mean())), 1.0])
    distance, _ = cKDTree(others * scale).query(places * scale)
    return np.asarray(distance)

"""What one read of an extract gives: networks, and what pages draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outreach_map.network.streets import StreetNetwork
from outreach_map.tables import Mode


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """Polylines: line i is `coords[offset[i]:offset[i + 1]]`, degrees."""

    coords: NDArray[np.float64]
    offset: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class StreetLines(Lines):
    """Whole streets with their class (codes of `Highway`) and name (-1 without)."""

    highway: NDArray[np.uint8]
    name_id: NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A named settlement or quarter of OpenStreetMap."""

    name: str
    kind: str
    lon: float = field(repr=False)
    lat: float = field(repr=False)


@dataclass(frozen=True)
class Poi:
    """A public place that helps people find their way, or that services keep away from.

    `kind` is OpenStreetMap's amenity: hospital, clinic, pharmacy, police, school or kindergarten.
    `reach_m` is how far its grounds reach from their middle; 0 where it is mapped as a point.
    """

    kind: str
    name: str
    lon: float = field(repr=False)
    lat: float = field(repr=False)
    reach_m: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Basemap:
    """What pages draw; all of it from the extract.

    `water`, `parks` and `buildings` are object arrays of shapely polygons in degrees.
    """

    streets: StreetLines
    railways: Lines
    water: NDArray[np.object_]
    parks: NDArray[np.object_]
    buildings: NDArray[np.object_]
    places: tuple[Place, ...]
    pois: tuple[Poi, ...]


@dataclass(frozen=True, eq=False, repr=False)
class StreetExtract:
    """All that one read of an extract gives.

    Attributes
    ----------
    networks
        One network for each mode.
    basemap
        What pages draw.
    building_lon_lat
        (b, 2) centroids of buildings in degrees.
    bounds
        West, south, east, north of the streets.
    sha256
        Hash of the file's content.
    """

    networks: Mapping[Mode, StreetNetwork]
    basemap: Basemap
    building_lon_lat: NDArray[np.float64]
    bounds: tuple[float, float, float, float]
    sha256: str

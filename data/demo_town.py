"""What the demo generator reads of an OpenStreetMap extract: streets, pharmacies, quarters."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

EARTH_M_PER_DEGREE = 111_195.0
# People walk here; what cars alone may use, and what is not built, is left out.
NOT_WALKED = {"motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed",
              "raceway", "platform", "abandoned", "razed", "bridleway"}  # fmt: skip
# Points stand where a van can stop as well.
DRIVEN = {"primary", "secondary", "tertiary", "unclassified", "residential", "living_street"}
SPARED = {"school", "kindergarten", "place_of_worship", "hospital"}


@dataclass(frozen=True)
class Plane:
    """Flat metres around a reference latitude; good to a few per mille over a city."""

    lat: float

    @property
    def _m_per_degree(self) -> npt.NDArray[np.float64]:
        return np.array([EARTH_M_PER_DEGREE * math.cos(math.radians(self.lat)), EARTH_M_PER_DEGREE])

    def metres(self, lon_lat: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return np.asarray(lon_lat, dtype=np.float64) * self._m_per_degree

    def degrees(self, xy: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return np.asarray(xy, dtype=np.float64) / self._m_per_degree


@dataclass(frozen=True)
class Town:
    """What the generator needs of an extract, in flat metres."""

    plane: Plane
    walked: npt.NDArray[np.float64]  # (n, 2) nodes of the largest walkable component
    driven: npt.NDArray[np.bool_]  # (n,) whether a van may stop there
    streets: shapely.STRtree
    pharmacies: npt.NDArray[np.float64]
    spared: npt.NDArray[np.float64]
    buildings: npt.NDArray[np.float64]
    quarters: Mapping[str, npt.NDArray[np.float64]]

    def street_m(self, xy: npt.NDArray[np.float64]) -> float:
        """Distance to the nearest walkable street."""
        point = shapely.Point(*xy)
        nearest = self.streets.geometries[self.streets.nearest(point)]
        return float(shapely.distance(point, nearest))


def read_town(path: Path, study_area: tuple[float, float, float, float]) -> Town:
    """Read streets, pharmacies, buildings and quarters from an extract."""
    west, south, east, north = study_area
    plane = Plane((south + north) / 2)
    ways: list[tuple[str, list[int]]] = []
    where: dict[int, tuple[float, float]] = {}
    kinds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    quarters: dict[str, npt.NDArray[np.float64]] = {}
    for thing in osmium.FileProcessor(str(path)).with_locations():
        if thing.is_node():
            spot, tags = (thing.lon, thing.lat), thing.tags
            if "place" in tags and "name" in tags:
                quarters[tags["name"]] = plane.metres(spot)
        elif thing.is_way():
            nodes = [node for node in thing.nodes if node.location.valid()]
            tags = thing.tags
            if not nodes:
                continue
            spot = (
                sum(node.lon for node in nodes) / len(nodes),
                sum(node.lat for node in nodes) / len(nodes),
            )
            walkable = tags.get("highway", "") not in {"", *NOT_WALKED}
            if walkable and not {tags.get("access"), tags.get("foot")} & {"no", "private"}:
                ways.append((tags["highway"], [node.ref for node in nodes]))
                where.update({node.ref: (node.lon, node.lat) for node in nodes})
        else:
            continue
        if tags.get("amenity") == "pharmacy":
            kinds["pharmacies"].append(spot)
        if tags.get("amenity") in SPARED:
            kinds["spared"].append(spot)
        if "building" in tags:
            kinds["buildings"].append(spot)

    refs = sorted(where)
    number = {ref: i for i, ref in enumerate(refs)}
    lon_lat = np.array([where[ref] for ref in refs])
    steps = [(number[a], number[b]) for _, way in ways for a, b in pairwise(way)]
    tail, head = np.array(steps).T
    graph = coo_array((np.ones(len(steps)), (tail, head)), shape=(len(refs), len(refs)))
    _, component = connected_components(graph.tocsr(), directed=False)
    inside = (lon_lat > (west, south)).all(axis=1) & (lon_lat < (east, north)).all(axis=1)
    keep = inside & (component == np.bincount(component).argmax())
    driven = np.zeros(len(refs), dtype=np.bool_)
    driven[[number[ref] for kind, way in ways if kind in DRIVEN for ref in way]] = True
    lines = [plane.metres([where[ref] for ref in way]) for _, way in ways if len(way) > 1]
    return Town(
        plane=plane,
        walked=plane.metres(lon_lat[keep]),
        driven=driven[keep],
        streets=shapely.STRtree([shapely.LineString(line) for line in lines]),
        pharmacies=plane.metres(kinds["pharmacies"]),
        spared=plane.metres(kinds["spared"]),
        buildings=plane.metres(kinds["buildings"]),
        quarters=quarters,
    )


def nearest_m(xy: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> float:
    """Distance to the nearest of some places; infinite when there are none."""
    return float(np.hypot(*(others - xy).T).min()) if len(others) else math.inf

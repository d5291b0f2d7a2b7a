"""Read an OpenStreetMap extract once, for all modes and for what pages draw."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import numpy as np
import shapely

from outreach_map.errors import ExtractError
from outreach_map.network.cache import ExtractCache
from outreach_map.network.collect import Found, collect
from outreach_map.network.container import HINT
from outreach_map.network.extract import Basemap, Lines, StreetExtract, StreetLines
from outreach_map.network.segments import Segments, cut_streets, make_network, street_kinds
from outreach_map.network.streets import StreetNetwork
from outreach_map.tables import Mode


def read_extract(path: Path | str, *, ferries: bool = False, cache: bool = True) -> StreetExtract:
    """Read streets, buildings, water, parks, railways and names of an extract.

    Parameters
    ----------
    path
        An OpenStreetMap file: `.osm.pbf`, `.osm` or `.osm.bz2`.
    ferries
        Whether routes may go by ferry. Their timetables are not known.
    cache
        Whether what was read may be taken from, and kept in, `.streets-cache` beside the extract.

    Returns
    -------
    StreetExtract
        Networks for walking, cycling and driving, and the basemap. Two reads of the same bytes give
        equal arrays, from the cache or not.

    Raises
    ------
    ExtractError
        When the file is missing, damaged, not of OpenStreetMap or without streets, or has no
        street for one of the modes.
    """
    path = Path(path)
    digest = _hash(path)
    kept = ExtractCache(path, digest, ferries=ferries) if cache else None
    if kept is not None and (known := kept.load()) is not None:
        return known
    found = collect(path)
    _unchanged(path, digest)
    cut = cut_streets(found)
    kinds = street_kinds(found)
    networks = {}
    for mode in Mode:
        network = make_network(mode, found, cut, kinds, ferries=ferries)
        networks[mode] = _required(network, mode, path)
    extract = StreetExtract(
        networks=MappingProxyType(networks),
        basemap=_basemap(found, cut, kinds.tags.highway[np.array(found.kind, dtype=np.int64)]),
        building_lon_lat=_centres(found.buildings),
        bounds=_bounds(cut),
        sha256=digest,
    )
    return extract if kept is None else kept.store(extract)


def read_streets(
    path: Path | str, mode: Mode | str, *, ferries: bool = False, cache: bool = True
) -> StreetNetwork:
    """Read the street network of one mode; see `read_extract`.

    The extract needs streets of this mode only: an island of footpaths has a walking network.
    From the cache where a reading of the whole extract has been kept; this one keeps nothing.
    """
    path, mode = Path(path), Mode(mode)
    if cache:
        kept = ExtractCache(path, _hash(path), ferries=ferries)
        if (known := kept.load_network(mode)) is not None:
            return known
    found = collect(path, areas=False)
    network = make_network(mode, found, cut_streets(found), street_kinds(found), ferries=ferries)
    return _required(network, mode, path)


def _required(network: StreetNetwork | None, mode: Mode, path: Path) -> StreetNetwork:
    if network is None:
        raise ExtractError(
            f"No street of the extract may be used to {mode}.", where=path.name, mend=HINT
        )
    return network


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = sha256()
            while block := file.read(1 << 20):
                digest.update(block)
    except (FileNotFoundError, IsADirectoryError):
        raise ExtractError("There is no such file.", where=path.name, mend=HINT) from None
    except OSError:
        raise ExtractError(
            "The file cannot be read.",
            where=path.name,
            mend="See that you may read it, and that its disk is there.",
        ) from None
    return digest.hexdigest()


def _unchanged(path: Path, digest: str) -> None:
    """Refuse a file that was replaced under way: it would be kept under another's name."""
    if _hash(path) != digest:
        raise ExtractError(
            "The file changed while it was read.",
            where=path.name,
            mend="Wait until it is copied or downloaded, and start again.",
        )


def _basemap(found: Found, cut: Segments, highway: np.ndarray) -> Basemap:
    return Basemap(
        streets=StreetLines(
            cut.way_coords,
            cut.way_offset,
            highway,
            np.array(found.name, dtype=np.int32),
            tuple(found.names),
        ),
        railways=_lines(found.railways),
        water=np.array(found.water, dtype=object),
        parks=np.array(found.parks, dtype=object),
        buildings=np.array(found.buildings, dtype=object),
        places=tuple(sorted(found.places, key=lambda place: (place.kind, place.name, place.lon))),
        pois=tuple(sorted(found.pois, key=lambda poi: (poi.kind, poi.name, poi.lon))),
    )


def _centres(buildings: Sequence[shapely.Geometry]) -> np.ndarray:
    if not buildings:
        return np.empty((0, 2))
    return shapely.get_coordinates(shapely.centroid(np.array(buildings, dtype=object)))


def _bounds(cut: Segments) -> tuple[float, float, float, float]:
    west, south = cut.way_coords.min(axis=0)
    east, north = cut.way_coords.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _lines(parts: Sequence[Sequence[tuple[float, float]]]) -> Lines:
    coords = np.array([pair for part in parts for pair in part], dtype=np.float64).reshape(-1, 2)
    return Lines(coords, np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64))

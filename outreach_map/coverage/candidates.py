"""Where new points might stand: places along the streets, and zones in which none may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.network import Poi, StreetNetwork, street_stops
from outreach_map.network.streets import EARTH_RADIUS_M
from outreach_map.tables import Place

DECIMALS = 4
SCHOOLS, POLICE = ("school", "kindergarten"), ("police",)


def public_places(lon_lat: NDArray[np.float64]) -> tuple[Place, ...]:
    """Places of (n, 2) public coordinates in degrees, at four decimals."""
    rounded = np.round(lon_lat, DECIMALS).tolist()
    return tuple(Place((), shapely.Point(lon, lat), (lon, lat)) for lon, lat in rounded)


def street_candidates(
    walk: StreetNetwork, bounds: tuple[float, float, float, float], spacing_m: float
) -> tuple[Place, ...]:
    """A place on the streets for each square of a grid: the one nearest the square's middle.

    Parameters
    ----------
    walk
        The walking network; of its parts only the largest, from which one gets anywhere.
    bounds
        West, south, east, north of the study area in degrees.
    spacing_m
        Side of the squares.

    Returns
    -------
    Places by square, from the south-west, row by row. They come from public data alone.
    """
    if not spacing_m > 0:
        raise ValueError("the spacing is above 0 metres")
    west, south, east, north = bounds
    stops = street_stops(walk).lon_lat
    stops = stops[
        (stops[:, 0] >= west)
        & (stops[:, 0] <= east)
        & (stops[:, 1] >= south)
        & (stops[:, 1] <= north)
    ]
    if not len(stops):
        return ()
    grid = _metres(stops, np.array([west, south])) / spacing_m
    square = np.floor(grid).astype(np.int64)
    off = np.hypot(*(grid - square - 0.5).T)
    order = np.lexsort((stops[:, 0], stops[:, 1], off, square[:, 0], square[:, 1]))
    _, first = np.unique(square[order][:, ::-1], axis=0, return_index=True)
    return public_places(stops[order][first])


def outside_zones(
    candidates: Sequence[Place], pois: Sequence[Poi], keep_off_m: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Which candidates are as far from certain public places as they have to be.

    Parameters
    ----------
    candidates
        Places.
    pois
        Public places of the extract.
    keep_off_m
        Amenity -> metres from its grounds; the grounds count as the disc that holds them, so a
        candidate is refused rather than let through. A distance that is kept exactly is far enough.

    Returns
    -------
    (candidates,) bool.
    """
    kept = [poi for poi in pois if keep_off_m.get(poi.kind, 0.0) > 0]
    allowed = np.ones(len(candidates), dtype=bool)
    if not kept or not candidates:
        return allowed
    at = np.array([place.anchor for place in candidates])
    origin = at.mean(axis=0)
    zones = _metres(np.array([(poi.lon, poi.lat) for poi in kept]), origin)
    limits = np.array([keep_off_m[poi.kind] + poi.reach_m for poi in kept])
    apart = np.hypot(*np.moveaxis(_metres(at, origin)[:, None, :] - zones[None, :, :], 2, 0))
    found: NDArray[np.bool_] = (apart >= limits).all(axis=1)
    return found


def _metres(lon_lat: NDArray[np.float64], origin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres east and north of an origin, on a plane that touches the globe there."""
    scale = np.radians(1.0) * EARTH_RADIUS_M * np.array([np.cos(np.radians(origin[1])), 1.0])
    found: NDArray[np.float64] = (lon_lat - origin) * scale
    return found

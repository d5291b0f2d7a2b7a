"""Slopes from an elevation raster: people walk and cycle slower uphill.

The speeds are those of `speeds`. Elevation is read where the raster has a value; elsewhere a street
counts as level. Bridges and tunnels run from end to end, since the ground under a bridge is not
its deck. Stairs have speeds of their own.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from outreach_map.errors import ExtractError
from outreach_map.limits import MAX_HEIGHTS, MAX_TILE, megabytes, tile_bytes
from outreach_map.network.extract import StreetExtract
from outreach_map.network.speeds import cycling_factors, walking_factors
from outreach_map.network.streets import StreetNetwork, whole_ms
from outreach_map.network.structure import points_along, segment_lengths_m
from outreach_map.network.tags import INCLINE_DOWN, INCLINE_UP, Highway
from outreach_map.tables import Mode

_log = logging.getLogger(__name__)
# Shorter steps would measure the noise of the raster rather than the street.
_STEP_M = 30.0
# Steeper than this is an error of the raster: beside a cliff, say, or under a roof.
_STEEPEST = 0.35


def add_slopes(extract: StreetExtract, raster: Path | str) -> StreetExtract:
    """The extract with walking and cycling times by the slope of the ground.

    Parameters
    ----------
    extract
        From `read_extract`; it stays as it is.
    raster
        An elevation model (GeoTIFF, metres), in any reference system that it names itself.

    Raises
    ------
    ExtractError
        When the raster is missing, is none, does not say where it lies or misses the streets, or
        when rasterio is not installed.
    """
    networks = {
        mode: network if mode is Mode.DRIVE else _sloped(network, Path(raster))
        for mode, network in extract.networks.items()
    }
    return replace(extract, networks=MappingProxyType(networks))


def _sloped(network: StreetNetwork, raster: Path) -> StreetNetwork:
    length_m = segment_lengths_m(network)
    pieces = np.maximum(np.floor(length_m / _STEP_M), 1).astype(np.int64)
    pieces[network.tags.bridge | network.tags.tunnel] = 1
    # Points at both ends of every piece.
    segment = np.repeat(np.arange(network.segments), pieces + 1)
    first = np.cumsum(pieces + 1) - (pieces + 1)
    share = (np.arange(len(segment)) - first[segment]) / pieces[segment]
    height_m = elevations(points_along(network, segment, share), raster)
    rise_m = np.diff(height_m, append=np.nan)
    run_m = (length_m / pieces)[segment]
    with np.errstate(invalid="ignore", divide="ignore"):
        grade = np.where(run_m > 0, rise_m / run_m, 0.0)
    grade = np.clip(np.nan_to_num(grade), -_STEEPEST, _STEEPEST)
    factors = walking_factors if network.mode is Mode.WALK else cycling_factors
    is_piece = share < 1.0
    along, against = (
        np.bincount(segment[is_piece], 1.0 / factors(sign * grade[is_piece])) / pieces
        for sign in (1.0, -1.0)
    )
    # A slope that is tagged is in the time already.
    tagged = (network.tags.incline_pct > INCLINE_DOWN) & (network.tags.incline_pct < INCLINE_UP)
    as_is = tagged | (network.tags.highway == Highway.STEPS)
    as_is |= network.tags.highway == Highway.FERRY
    slower = np.where(network.forward, along[network.segment], against[network.segment])
    slower = np.where(as_is[network.segment], 1.0, slower)
    return replace(network, travel_time_s=whole_ms(network.travel_time_s * slower))


def elevations(lon_lat: NDArray[np.float64], raster: Path) -> NDArray[np.float64]:
    """(q,) metres at places in degrees; nan where the raster has no value."""
    try:
        import rasterio
        from rasterio.transform import rowcol
        from rasterio.warp import transform
    except ImportError:
        raise ExtractError(
            "An elevation raster needs rasterio, which is not installed.",
            where=raster.name,
            mend="Install it with: pip install 'outreach-map[elevation]'",
        ) from None
    try:
        # No other driver: some read files, or ask servers, that the content names.
        with rasterio.open(raster, driver="GTiff") as source:
            if source.crs is None:
                raise ExtractError(
                    "The raster does not say where it lies (no reference system).",
                    where=raster.name,
                    mend="Take the GeoTIFF as its publisher made it.",
                )
            x, y = transform("EPSG:4326", source.crs, lon_lat[:, 0], lon_lat[:, 1])
            row, column = (
                np.asarray(place, dtype=np.float64)
                for place in rowcol(source.transform, x, y, op=lambda value: value)
            )
            window = _window(row, column, source.shape)
            _require_small(raster, window, tile_bytes(source.block_shapes, source.dtypes))
            heights = source.read(1, masked=True, window=window)
    except rasterio.errors.RasterioError:
        raise ExtractError(
            "The file is missing, damaged or no raster.",
            where=raster.name,
            mend="Name a GeoTIFF of elevations in metres.",
        ) from None
    from scipy.ndimage import map_coordinates  # here, since few have a raster and it takes 7 MB

    known = np.ma.filled(heights.astype(np.float64), np.nan)
    (top, _), (left, _) = window
    # Between the middles of pixels by their distance; beside one without a value there is none.
    place = [row - top - 0.5, column - left - 0.5]
    found = np.asarray(map_coordinates(known, place, order=1, cval=np.nan), dtype=np.float64)
    missing = int(np.isnan(found).sum())
    if len(found) and missing == len(found):
        raise ExtractError(
            "The raster has no value along the streets.",
            where=raster.name,
            mend="Take a raster of the same place as the extract.",
        )
    if missing:
        _log.info("%d of %d points of streets have no elevation", missing, len(found))
    return found


def _require_small(
    raster: Path, window: tuple[tuple[int, int], tuple[int, int]], tile: int
) -> None:
    """Refuse what would not fit into memory (ExtractError)."""
    (top, bottom), (left, right) = window
    if (bottom - top) * (right - left) > MAX_HEIGHTS:
        raise ExtractError(
            f"The raster has more than {MAX_HEIGHTS:,} pixels between the streets.",
            where=raster.name,
            mend="Take one of coarser pixels, or cut it to the town.",
        )
    if tile > MAX_TILE:
        raise ExtractError(
            f"The raster has tiles of more than {megabytes(MAX_TILE)}.",
            where=raster.name,
            mend="Save it with tiles: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE.",
        )


def _window(
    row: NDArray[np.float64], column: NDArray[np.float64], shape: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns of a raster that hold all places, as far as it reaches."""
    bounds = []
    for place, size in zip((row, column), shape, strict=True):
        inside = place[np.isfinite(place)]
        first = int(np.clip(inside.min(initial=size) - 2, 0, size - 1))
        last = int(np.clip(inside.max(initial=0) + 2, first + 1, size))
        bounds.append((first, last))
    return bounds[0], bounds[1]

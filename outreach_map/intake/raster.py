"""Residents from a raster of people a pixel, such as WorldPop or GHS-POP publish."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from outreach_map.errors import Problem
from outreach_map.intake.rows import RawResidents
from outreach_map.limits import MAX_PIXELS, MAX_TILE, megabytes, tile_bytes

Bounds = tuple[float, float, float, float]

ENDINGS = (".tif", ".tiff")
_MARGIN_DEGREES = 0.01


def raster_residents(
    path: Path, bounds: Bounds | None, problems: list[Problem]
) -> RawResidents | None:
    """People at the middles of the pixels within bounds; None where the file is of no use."""
    try:
        import rasterio
        from rasterio.warp import transform, transform_bounds
        from rasterio.windows import Window, from_bounds
    except ImportError:
        what = "is a raster, which needs rasterio, and that is not installed"
        problems.append(_problem(path, what, "pip install 'outreach-map[elevation]'"))
        return None
    try:
        # No other driver: some read files, or ask servers, that the content names.
        with rasterio.open(path, driver="GTiff") as source:
            if source.crs is None:
                what = "does not say where it lies (no reference system)"
                problems.append(_problem(path, what, "Take it as its publisher made it."))
                return None
            if tile_bytes(source.block_shapes, source.dtypes) > MAX_TILE:
                what = f"has tiles of more than {megabytes(MAX_TILE)}"
                mend = "Save it with tiles: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE."
                problems.append(_problem(path, what, mend))
                return None
            window = Window(0, 0, source.width, source.height)
            if bounds is not None:
                west, south, east, north = transform_bounds(
                    "EPSG:4326",
                    source.crs,
                    bounds[0] - _MARGIN_DEGREES,
                    bounds[1] - _MARGIN_DEGREES,
                    bounds[2] + _MARGIN_DEGREES,
                    bounds[3] + _MARGIN_DEGREES,
                )
                near = from_bounds(west, south, east, north, transform=source.transform)
                window = near.round_offsets().round_lengths(op="ceil").intersection(window)
            if window.width * window.height > MAX_PIXELS:
                what = f"has more than {MAX_PIXELS:,} pixels in the study area"
                problems.append(_problem(path, what, "Take one of coarser pixels."))
                return None
            people = source.read(1, masked=True, window=window).filled(0).astype(np.float64)
            row, column = np.nonzero(people > 0)
            x, y = source.transform * (column + window.col_off + 0.5, row + window.row_off + 0.5)
            lon, lat = transform(source.crs, "EPSG:4326", x, y)
    except (rasterio.errors.RasterioError, ValueError):
        what = "is damaged, no raster, or does not reach the study area"
        problems.append(_problem(path, what, "Name a GeoTIFF of people a pixel."))
        return None
    return RawResidents(np.column_stack([lon, lat]).reshape(-1, 2), people[row, column])


def _problem(path: Path, what: str, mend: str) -> Problem:
    return Problem(path.name, None, "", what, mend)

"""Residents from a raster of people a pixel, such as WorldPop or GHS-POP publish."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from outreach_map.errors import Problem
from outreach_map.intake.rows import RawResidents

Bounds = tuple[float, float, float, float]

ENDINGS = (".tif", ".tiff")
# A country at a metre would not fit into memory; a city at ten does.
_MAX_PIXELS = 50_000_000
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
        with rasterio.open(path) as source:
            if source.crs is None:
                what = "does not say where it lies (no reference system)"
                problems.append(_problem(path, what, "Take it as its publisher made it."))
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
            if window.width * window.height > _MAX_PIXELS:
                what = f"has more than {_MAX_PIXELS:,} pixels in the study area"
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

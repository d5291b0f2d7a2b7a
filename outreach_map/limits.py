"""How much a file may hold: what is more is no file of a programme, and is refused by its limit.

All limits of the files that a planner names stand here, and in docs/intake.md. They are far above
what a city has, and low enough that reading the worst file within them takes no more than some
1.5 GB. Sizes and counts are looked at before, or while, a file is read, never after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

# --- any file with rows
MAX_BYTES = 100_000_000
MAX_UNPACKED = 4 * MAX_BYTES
MAX_PARTS = 10_000
MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 30_000_000
# As many letters as a cell of a spreadsheet holds.
MAX_CELL = 32_767
# Brackets of a GeoJSON file: a feature with one point has four, each corner of an area one.
MAX_BRACKETS = 5_000_000
# What a workbook has beside its sheets and texts: styles, themes, relations.
MAX_TRIMMINGS = 20_000_000

# --- rows by table; those that are not here may have MAX_ROWS
MOST_ROWS: Mapping[str, int] = MappingProxyType(
    {
        "hotspots": 10_000,
        "points": 10_000,
        "teams": 500,
        "risks": 2_000,
        "decisions": 50_000,
        "candidates": 10_000,
    }
)
# Problems that are listed of one column of a file; the others are counted.
MOST_ALIKE = 1_000

# --- rasters
# Of people a pixel: within the study area.
MAX_PIXELS = 10_000_000
# Of heights: between the outermost streets.
MAX_HEIGHTS = 50_000_000
# Bytes of a tile or strip, which are unpacked as one.
MAX_TILE = 200_000_000

# --- settings, and a file that a team saved on its page
MAX_SETTINGS = 1_000_000
MAX_RETURN = 1_000_000


def tile_bytes(shapes: Iterable[tuple[int, int]], kinds: Iterable[str]) -> int:
    """Bytes of the largest tile of a raster, by the shapes of tiles and the kinds of its bands."""
    return max(
        (
            height * width * np.dtype(kind).itemsize
            for (height, width), kind in zip(shapes, kinds, strict=True)
        ),
        default=0,
    )


def megabytes(limit: int) -> str:
    """A limit in words: '100 MB'."""
    return f"{limit // 1_000_000:,} MB"

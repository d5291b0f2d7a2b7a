"""Hotspots that are written down more sharply than the programme wants are made coarser.

The gate needs no more than an area, and what was never kept sharp cannot be lost: coordinates go to
the nearest corner of a grid of `max_precision_m`, once, at reading. The planner's file stays as it
is; the notice says to keep it that way no longer than needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from outreach_map.errors import Problem, Severity
from outreach_map.intake.rows import RawHotspot
from outreach_map.intake.sources import Source

_M_PER_DEGREE = 111_320.0
_FINEST = 1e-9


def made_coarse(
    hotspots: Sequence[RawHotspot], limit_m: float, source: Source, problems: list[Problem]
) -> tuple[RawHotspot, ...]:
    """Hotspots on a grid of `limit_m`, with at least that as their `precision_m`.

    Drawn areas stay: whoever draws one has chosen how coarse it is. So do places that lie on the
    grid's corners, or whose decimals are as coarse as the limit.
    """
    coarse, count = [], 0
    for hotspot in hotspots:
        point = hotspot.geometry
        if not isinstance(point, shapely.Point) or not _sharper(point, limit_m):
            coarse.append(hotspot)
            continue
        count += 1
        precision = max(hotspot.precision_m or 0.0, limit_m)
        spot = _snapped(point, limit_m)
        coarse.append(hotspot.model_copy(update={"geometry": spot, "precision_m": precision}))
    if count:
        one = count == 1
        problems.append(
            source.problem(
                f"{count} place{'' if one else 's'} {'is' if one else 'are'} sharper than "
                f"max_precision_m ({limit_m:.0f} m), and {'was' if one else 'were'} made coarser "
                "at reading",
                "Round the coordinates in the file as well: what is not kept cannot be lost.",
                column="lon, lat",
                severity=Severity.WARNING,
                expected=f"no more decimals than {limit_m:.0f} m need",
            )
        )
    return tuple(coarse)


def decimals(degrees: float) -> int:
    """Decimals that a number of degrees is written with, as far as they can be told (at most 9).

    >>> decimals(13.25), decimals(13.0), decimals(-51.217)
    (2, 0, 3)
    """
    return next(n for n in range(10) if n == 9 or abs(round(degrees, n) - degrees) < _FINEST)


def _sharper(point: shapely.Point, limit_m: float) -> bool:
    finest = max(decimals(point.x), decimals(point.y))
    written = _M_PER_DEGREE * 10.0**-finest
    return written < limit_m and not point.equals_exact(_snapped(point, limit_m), _FINEST)


def _snapped(point: shapely.Point, limit_m: float) -> shapely.Point:
    """Nearest corner of a grid of `limit_m`; its meridians keep their distance by whole degrees."""
    step = limit_m / _M_PER_DEGREE
    lat = round(point.y / step) * step
    across = step / max(math.cos(math.radians(math.floor(lat))), 0.01)
    return shapely.Point(round(round(point.x / across) * across, 7), round(lat, 7))

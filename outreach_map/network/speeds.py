"""Speeds of people on the flat, on slopes and on stairs, from published functions.

- Walking on the flat, 4.8 km/h: Bohannon (1997), comfortable pace, less stops at crossings,
  doi:10.1093/ageing/26.1.15.
- Walking on slopes: the hiking function of Tobler (1993), "Three presentations on geographical
  analysis and modeling", NCGIA technical report 93-1, taken relative to the flat.
- Stairs, horizontal speed: Weidmann (1993), "Transporttechnik der Fussgänger", IVT ETH Zürich:
  0.610 m/s up, 0.694 m/s down.
- Cycling on slopes: Parkin and Rotheram (2010), doi:10.1016/j.tranpol.2010.03.001: 21.6 km/h on
  the flat, 1.44 km/h less for each per cent up, 0.86 km/h more for each per cent down; relative.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

WALK_KPH = 4.8
STAIRS_UP_KPH = 0.610 * 3.6
STAIRS_DOWN_KPH = 0.694 * 3.6

_CYCLING_FLAT_KPH = 21.6
_SLOWER_KPH_PER_PCT_UP = 1.44
_FASTER_KPH_PER_PCT_DOWN = 0.86
# Beyond, a cyclist pushes (up) or brakes (down).
_SLOWEST, _FASTEST = 0.25, 1.3


def grade_of_degrees(degrees: float) -> float:
    """Rise over run of an angle."""
    return math.tan(math.radians(max(-80.0, min(80.0, degrees))))


def walking_factor(grade: float) -> float:
    """Walking speed on a grade (rise over run, up is positive) relative to the flat.

    Examples
    --------
    >>> walking_factor(0.0)
    1.0
    >>> round(6 * math.exp(-3.5 * 0.05) * walking_factor(-0.05), 2)  # Tobler's top speed, km/h
    6.0
    """
    return float(walking_factors(grade))


def walking_factors(grades: ArrayLike) -> NDArray[np.float64]:
    """`walking_factor` of an array."""
    grade = np.asarray(grades, dtype=np.float64)
    factors: NDArray[np.float64] = np.exp(-3.5 * (np.abs(grade + 0.05) - 0.05))
    return factors


def cycling_factor(grade: float) -> float:
    """Cycling speed on a grade (rise over run, up is positive) relative to the flat.

    Examples
    --------
    >>> round(21.6 * cycling_factor(0.03), 2)
    17.28
    >>> round(21.6 * cycling_factor(-0.03), 2)
    24.18
    """
    return float(cycling_factors(grade))


def cycling_factors(grades: ArrayLike) -> NDArray[np.float64]:
    """`cycling_factor` of an array."""
    percent = 100.0 * np.asarray(grades, dtype=np.float64)
    change_kph = np.where(
        percent > 0, -_SLOWER_KPH_PER_PCT_UP * percent, -_FASTER_KPH_PER_PCT_DOWN * percent
    )
    factors: NDArray[np.float64] = np.clip(1.0 + change_kph / _CYCLING_FLAT_KPH, _SLOWEST, _FASTEST)
    return factors

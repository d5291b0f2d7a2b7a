"""The nearest building: who lives, or what stands, closest to a guess."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree


def nearest_building(
    buildings: NDArray[np.float64], guesses: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Number of the building nearest to each guess, (q,): the one that an adversary knocks at.

    Reverse geocoding of masked points: Brownstein, Cassa, Kohane & Mandl (2006),
    doi:10.1186/1476-072X-5-56. `buildings` (b, 2) and `guesses` (q, 2) in metres.
    """
    return np.asarray(cKDTree(buildings).query(guesses)[1], np.int64)


def estimated_k(
    buildings: NDArray[np.float64], guesses: NDArray[np.float64], truth: NDArray[np.float64]
) -> NDArray[np.int64]:
    """How many buildings are at least as near to each guess as the truth is, (q,): k as estimated.

    Cassa, Grannis, Overhage & Mandl (2006), doi:10.1197/jamia.M1892; Allshouse et al. (2010),
    doi:10.1080/10106049.2010.496496.
    """
    reach = np.linalg.norm(guesses - truth, axis=1)
    found = cKDTree(buildings).query_ball_point(guesses, reach, return_length=True)
    return np.asarray(found, np.int64)

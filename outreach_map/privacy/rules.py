"""Whether the areas of a partition keep the rules that they were made by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outreach_map.privacy.areas import Partition
from outreach_map.privacy.corners import street_corners
from outreach_map.privacy.merge import disc_rule_holds, plausibility
from outreach_map.settings import PrivacyPolicy


def held_by(
    division: Partition, points: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Residents or buildings in each area, (a,).

    `points` (s, 2) stops in metres, `weights` (s,) what stands at each.
    """
    area = _areas_at(division, np.floor(points / division.cell_m))
    kept = area >= 0
    held = np.bincount(area[kept], weights=weights[kept], minlength=len(division.areas))
    return held.astype(np.float64)


def disc_rules(
    division: Partition,
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    nodes: NDArray[np.float64],
    policy: PrivacyPolicy,
) -> list[bool]:
    """Whether each area keeps the rule of the disc, by the version that it was made by.

    Stops count in any; street corners too, but in partitions that were made before they did.
    `nodes` (n, 2) are those of the walking network in metres.
    """
    rule, mass = (policy.disc_m, policy.disc_share), plausibility(weights)
    sets = [(points, mass, _areas_at(division, np.floor(points / division.cell_m)))]
    if division.rules > 1:
        corners = street_corners(nodes, points, mass, division.cell_m)
        sets.append((corners.xy, corners.mass, _areas_at(division, corners.square)))
    return [
        all(disc_rule_holds(xy[at == n], held[at == n], *rule) for xy, held, at in sets)
        for n in range(len(division.areas))
    ]


def _areas_at(
    division: Partition, squares: NDArray[np.float64] | NDArray[np.int64]
) -> NDArray[np.int64]:
    return np.array([division.cells.get((int(i), int(j)), -1) for i, j in squares], np.int64)

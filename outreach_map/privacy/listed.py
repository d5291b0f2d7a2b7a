"""Which public places the planner's points hold already: an answer, and no point.

Points may be hidden (a depot), so the gate looks and says only which candidates are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from outreach_map.intake import readable_points
from outreach_map.programme import Programme

NEAR_M = 50.0
_M_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Candidate:
    """A public place that may be one of the points: its id, its type, and where."""

    id: str
    type: str
    lon: float = field(repr=False)
    lat: float = field(repr=False)


def already_listed(programme: Programme, candidates: Sequence[Candidate]) -> tuple[bool, ...]:
    """Whether each candidate is among the programme's points.

    It is where a point has its id, or its type within `NEAR_M`. Rows of points that cannot be
    read are not looked at.
    """
    points = readable_points(programme)
    ids = {point.id.casefold() for point in points}
    centres = [point.geometry.centroid for point in points]
    places: dict[str, list[tuple[float, float]]] = {}
    for point, centre in zip(points, centres, strict=True):
        places.setdefault(point.type, []).append((centre.x, centre.y))
    return tuple(
        one.id.casefold() in ids or _nearest_m(one, places.get(one.type, [])) <= NEAR_M
        for one in candidates
    )


def _nearest_m(one: Candidate, places: Sequence[tuple[float, float]]) -> float:
    if not places:
        return np.inf
    degrees = np.array(places) - (one.lon, one.lat)
    degrees[:, 0] *= np.cos(np.radians(one.lat))
    return float(np.hypot(*degrees.T).min() * _M_PER_DEGREE)

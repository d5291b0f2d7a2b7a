"""What is told of a point that is not public: its kind and hours, where enough places share them.

The map of the world is public, and says of many places what they are and when they are open. One
pharmacy of an area, or one that opens at half past eight, is as good as its name. So the kind is
told only where so many facilities of the extract in the released area are of it, and the hours,
rounded, where so many have both; else they are empty, as where nobody wrote them down (k-anonymity;
Samarati & Sweeney 1998, with the extract for the population).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.hours import Hours
from outreach_map.network import point_type, read_facilities
from outreach_map.network.streets import EARTH_RADIUS_M
from outreach_map.privacy.bands import half_hours
from outreach_map.tables import Point

# A point is one of at least so many.
FEWEST = 3
# Facilities of one kind within this are one place, drawn twice; a public point there is that place.
_SAME_M = 50.0


@dataclass(frozen=True, repr=False)
class Known:
    """A facility that everybody can look up: its kind, its hours to the half hour, and where."""

    kind: str
    hours: str
    lon_lat: tuple[float, float]


@lru_cache(maxsize=4)
def known_facilities(path: Path, sha256: str) -> tuple[Known, ...]:
    """Facilities of an extract, each once; the digest stands for the content of the file."""
    del sha256
    found: list[Known] = []
    places: dict[str, list[tuple[float, float]]] = {}
    for one in read_facilities(path):
        kind, at = point_type(one.tags), (one.lon, one.lat)
        if kind is None or _is_near(at, places.setdefault(kind, [])):
            continue
        places[kind].append(at)
        found.append(Known(kind, _rounded(one.tags.get("opening_hours", "")), at))
    return tuple(found)


def _rounded(text: str) -> str:
    try:
        return half_hours(Hours(text)).text
    except ValueError:
        return ""


def _is_near(one: tuple[float, float], others: Sequence[tuple[float, float]]) -> bool:
    apart = np.radians(np.subtract(np.reshape(others, (-1, 2)), one)) * EARTH_RADIUS_M
    apart[:, 0] *= np.cos(np.radians(one[1]))
    return bool((np.hypot(*apart.T) <= _SAME_M).any())


def without_telling(points: Sequence[Point], known: Sequence[Known]) -> tuple[Point, ...]:
    """The points, with kind and hours of those that are not public only where enough share them.

    A facility that is a public point of the programme is no other place, and points that are not
    public share one area's facilities among them.
    """
    public: dict[str, list[tuple[float, float]]] = {}
    for point in points:
        if point.public:
            public.setdefault(point.type, []).append(point.place.anchor)
    open_to = [one for one in known if not _is_near(one.lon_lat, public.get(one.kind, []))]
    hidden = [point for point in points if not point.public]
    kinds = Counter((point.place.areas, point.type) for point in hidden)
    told = []
    for point in points:
        if not point.public:
            needed = FEWEST * kinds[point.place.areas, point.type]
            like = [one for one in within(point.place.geometry, open_to) if one.kind == point.type]
            kind = point.type if len(like) >= needed else ""
            alike = sum(one.hours == point.hours.text for one in like)
            hours = point.hours if kind and alike >= needed else Hours()
            point = replace(point, type=kind, hours=hours)
        told.append(point)
    return tuple(told)


def within(area: BaseGeometry, known: Sequence[Known]) -> list[Known]:
    """Facilities in a released area."""
    at = np.reshape([one.lon_lat for one in known], (-1, 2))
    inside = shapely.intersects_xy(area, *at.T)
    return [known[int(number)] for number in np.flatnonzero(inside)]


def told_apart(points: Iterable[Point], known: Sequence[Known]) -> int:
    """How many points that are not public are told by kind or hours that too few places share."""
    return sum(
        len(
            [
                one
                for one in within(point.place.geometry, known)
                if point.type in ("", one.kind) and point.hours.text in ("", one.hours)
            ]
        )
        < FEWEST
        for point in points
        if not point.public and (point.type or point.hours.known)
    )

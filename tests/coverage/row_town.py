"""A town that can be solved by hand: streets as minutes between nodes, areas as boxes round nodes.

Node i stands at longitude i / 1000 on the equator, so a box from 2 to 4 holds nodes 2, 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

import numpy as np
import shapely

from outreach_map.hours import Hours
from outreach_map.network import SegmentTags, StreetNetwork
from outreach_map.tables import (
    Area,
    Hotspot,
    Mode,
    Place,
    Point,
    PointStatus,
    Release,
    RiskZone,
    Stock,
    Team,
)

MONDAY = date(2026, 11, 23)
STEP_S = 120.0


def streets(
    nodes: int, ways: Sequence[tuple[int, int, float]], *, north: Sequence[int] = ()
) -> StreetNetwork:
    """Two-way streets (from, to, seconds) at 4.8 km/h between nodes of one component.

    Nodes of `north` stand a hundredth of a degree off the equator.
    """
    lon_lat = np.column_stack([np.arange(nodes) / 1000, np.zeros(nodes)])
    lon_lat[list(north), 1] = 0.01
    one = np.array([way[0] for way in ways], dtype=np.int32)
    other = np.array([way[1] for way in ways], dtype=np.int32)
    time_s = np.array([way[2] for way in ways], dtype=np.float64)
    count = len(ways)
    return StreetNetwork(
        mode=Mode.WALK,
        lon_lat=lon_lat,
        tail=np.concatenate([one, other]),
        head=np.concatenate([other, one]),
        length_m=np.tile(time_s * 4 / 3, 2),
        travel_time_s=np.tile(time_s, 2),
        segment=np.tile(np.arange(count, dtype=np.int32), 2),
        forward=np.repeat([True, False], count),
        coords=np.stack([lon_lat[one], lon_lat[other]], axis=1).reshape(-1, 2),
        coord_offset=np.arange(count + 1, dtype=np.int64) * 2,
        tags=SegmentTags.untagged(count),
        name_id=np.full(count, -1, dtype=np.int32),
        names=(),
        component=np.zeros(nodes, dtype=np.int32),
    )


def row(nodes: int = 12) -> StreetNetwork:
    """One street: neighbours are two minutes apart."""
    return streets(nodes, [(node, node + 1, STEP_S) for node in range(nodes - 1)])


def box(first: int, last: int) -> Place:
    """Released place that holds nodes first..last; areas are numbered by their node."""
    geometry = shapely.box((first - 0.4) / 1000, -0.0004, (last + 0.4) / 1000, 0.0004)
    return Place(tuple(range(first, last + 1)), geometry, (first / 1000, 0.0))


def hotspot(code: str = "H-AAAA", **fields: object) -> Hotspot:
    """A hotspot in nodes 0 and 1 that needs condoms in the evening."""
    known: dict[str, object] = {
        "place": box(0, 1),
        "languages": ("pt",),
        "hours": Hours("Mo-Su 18:00-22:00"),
        "services": ("condoms",),
    }
    return Hotspot(code=code, **(known | fields))  # type: ignore[arg-type]


def point(code: str, node: int, **fields: object) -> Point:
    """A public, open, stocked point at a node."""
    lon = node / 1000
    known: dict[str, object] = {
        "place": Place((), shapely.Point(lon, 0.0), (lon, 0.0)),
        "public": True,
        "services": ("nsp", "condoms", "legal"),
        "hours": Hours("24/7"),
        "stock": MappingProxyType({"syringes": Stock.IN_STOCK, "condoms": Stock.IN_STOCK}),
        "languages": ("pt",),
        "status": PointStatus.OPEN,
    }
    return Point(code=code, **(known | fields))  # type: ignore[arg-type]


def released(
    hotspots: Sequence[Hotspot] = (),
    points: Sequence[Point] = (),
    *,
    teams: Sequence[Team] = (),
    zones: Sequence[RiskZone] = (),
    log_days: int = 90,
    log_days_year: int = 0,
) -> Release:
    """A release of the given records, sorted by code."""
    whole = box(0, 40)
    return Release(
        start=MONDAY,
        study_area=whole.geometry,
        areas=(Area(0, whole.geometry, whole.anchor, 400.0, True),),
        hotspots=tuple(sorted(hotspots, key=lambda one: one.code)),
        points=tuple(sorted(points, key=lambda one: one.code)),
        teams=tuple(sorted(teams, key=lambda one: one.code)),
        zones=tuple(sorted(zones, key=lambda one: one.code)),
        decisions=(),
        log_days=log_days,
        log_days_year=log_days_year,
        items=("condoms", "syringes"),
    )

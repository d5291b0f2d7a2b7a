"""Hotspots with no street near them: said before a plan says that no way leads there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from outreach_map.errors import Problem, Severity
from outreach_map.intake import RawTables
from outreach_map.network import StreetExtract
from outreach_map.programme import Programme
from outreach_map.settings import split_sheet
from outreach_map.tables import Mode

NEAR_M = 300.0
_M_PER_DEGREE = 111_320.0


def off_streets(programme: Programme, extract: StreetExtract, raw: RawTables) -> Iterable[Problem]:
    """A warning for each hotspot without a street to walk on within 300 m, and no coordinate.

    What lies far outside of the study area is a problem of its own.
    """
    if not raw.hotspots:
        return
    shapes = np.array([row.geometry for row in raw.hotspots], dtype=object)
    west, south, east, north = shapely.bounds(shapes).T
    up = NEAR_M / _M_PER_DEGREE
    across = up / np.maximum(np.cos(np.radians((south + north) / 2)), 0.01)
    around = shapely.box(west - across, south - up, east + across, north + up)
    streets = extract.networks[Mode.WALK].line_tree
    near = np.unique(streets.query(around, predicate="intersects")[0])
    file, sheet = split_sheet(programme.files.hotspots.name)
    for number in np.setdiff1d(np.arange(len(shapes)), near):
        yield Problem(
            file,
            raw.hotspots[number].row,
            "lon, lat",
            f"has no street to walk on within {NEAR_M:.0f} m, so nobody may find a way there",
            "Check the coordinates: it may lie in water, or far out.",
            severity=Severity.WARNING,
            sheet=sheet,
            expected="degrees of WGS 84, near the study area",
        )

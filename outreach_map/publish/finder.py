"""What the planner's page is searched for: codes and names, kinds, teams, and streets nearby."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.layers import point_title
from outreach_map.layers.words import kind_of, mode, words
from outreach_map.network import Basemap
from outreach_map.publish.plan import Plan

# Wide areas hold too many streets to be found by one.
MOST_STREETS = 60


def search_index(plan: Plan) -> list[dict[str, object]]:
    """One entry for each hotspot, point, zone and team: its code, what it is, words to find it by.

    Streets are those of the public map in the released area; so they say nothing that the area does
    not.
    """
    release = plan.release
    streets = street_finder(plan.basemap)
    visited: dict[str, set[str]] = {}
    for tour in plan.routes.itineraries:
        for stop in tour.visits:
            visited.setdefault(stop.code or "", set()).add(tour.team)
    entries = [
        _entry(
            h.code,
            words(h.typology),
            [
                *(words(one) for one in (*h.communities, *h.services)),
                *h.languages,
                *sorted(visited.get(h.code, ())),
                *streets(h.place.geometry),
            ],
        )
        for h in release.hotspots
    ]
    entries += [
        _entry(
            p.code,
            point_title(p),
            [kind_of(p), *map(words, p.services), *streets(p.place.geometry)],
        )
        for p in release.points
    ]
    entries += [_entry(z.code, words(z.category), streets(z.place.geometry)) for z in release.zones]
    entries += [_entry(team.code, mode(team.mode), []) for team in release.teams]
    return entries


def _entry(code: str, name: str, more: Sequence[str]) -> dict[str, object]:
    found = list(dict.fromkeys(one for one in more if one and one != name))
    return {"code": code, "name": name, "words": found}


def street_finder(basemap: Basemap) -> Callable[[BaseGeometry], list[str]]:
    """A function that names the streets and quarters in an area, or right at a point."""
    streets = basemap.streets
    named = np.flatnonzero(streets.name_id >= 0)
    lines = np.array(
        [
            shapely.LineString(streets.coords[streets.offset[row] : streets.offset[row + 1]])
            for row in named
        ],
        dtype=object,
    )
    tree = shapely.STRtree(lines)
    quarters = shapely.STRtree([shapely.Point(one.lon, one.lat) for one in basemap.places])

    def names(geometry: BaseGeometry) -> list[str]:
        near = geometry.buffer(2e-4) if geometry.geom_type == "Point" else geometry
        rows = tree.query(near, predicate="intersects")
        found = sorted({streets.names[int(streets.name_id[named[row]])] for row in rows})
        if len(found) > MOST_STREETS:
            found = []
        within = quarters.query(near, predicate="intersects")
        return [*found, *sorted({basemap.places[int(row)].name for row in within})]

    return names

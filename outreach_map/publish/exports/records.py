"""The layers that go to geographic information systems: released records as flat tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from outreach_map.layers import gap_class
from outreach_map.layers.words import band
from outreach_map.publish.exports.tables import whole_minutes
from outreach_map.publish.plan import Plan

DECIMALS = 4
LAYERS = ("hotspots", "points", "point_areas", "zones", "routes", "gaps")


def layer_frames(plan: Plan) -> Mapping[str, GeoDataFrame]:
    """The layers of a plan that have a record, in the order of `LAYERS`.

    Returns
    -------
    Name of the layer -> records in WGS 84, coordinates at four decimals, in the order of their
    codes. Places that are too wide to draw are left out, as on the maps.
    """
    records = {
        "hotspots": _hotspots(plan),
        "points": _points(plan, public=True),
        "point_areas": _points(plan, public=False),
        "zones": _zones(plan),
        "routes": _routes(plan),
        "gaps": _gaps(plan),
    }
    frames = {}
    for name in LAYERS:
        if records[name]:
            frame = GeoDataFrame(records[name], crs=4326)
            frame.geometry = [rounded(shape) for shape in frame.geometry]
            frames[name] = frame
    return frames


def _hotspots(plan: Plan) -> list[dict[str, object]]:
    rows = {
        code: [row for row in plan.coverage.services if row.hotspot == code]
        for code in {row.hotspot for row in plan.coverage.services}
    }
    return [
        {
            "code": h.code,
            "typology": h.typology,
            "communities": ";".join(h.communities),
            "languages": ";".join(h.languages),
            "people": band(h.people),
            "hours": h.hours.text,
            "services": ";".join(h.services),
            "gap_class": gap_class(rows.get(h.code, [])),
            "geometry": h.place.geometry,
        }
        for h in plan.release.hotspots
        if h.place.mapped
    ]


def _points(plan: Plan, *, public: bool) -> list[dict[str, object]]:
    return [
        {
            "code": p.code,
            "name": p.name,
            "type": p.type,
            "services": ";".join(p.services),
            "hours": p.hours.text,
            "status": p.status.value,
            "geometry": p.place.geometry,
        }
        for p in plan.release.points
        if p.place.mapped and p.public is public
    ]


def _zones(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "code": z.code,
            "category": z.category,
            "rating": z.rating.value,
            "residual": z.residual.value,
            "state": z.state.value,
            "action": z.action.value,
            "hours": z.hours.text,
            "geometry": z.place.geometry,
        }
        for z in plan.release.zones
        if z.place.mapped
    ]


def _routes(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "team": tour.team,
            "date": tour.date.isoformat(),
            "mode": tour.mode.value,
            "leave": f"{tour.start:%H:%M}",
            "back": f"{tour.end:%H:%M}",
            "length_m": round(tour.distance_m),
            "travel_min": round(tour.travel_s / 60),
            "exposure_min": round(tour.exposure_s / 60),
            "geometry": shapely.MultiLineString(lines),
        }
        for tour in plan.routes.itineraries
        # A shift that stays in one place has no line; the rota and the kit list have it.
        if (lines := [leg.lon_lat for leg in tour.legs if len(leg.lon_lat) > 1])
    ]


def _gaps(plan: Plan) -> list[dict[str, object]]:
    drawn = {h.code: h.place.geometry for h in plan.release.hotspots if h.place.mapped}
    return [
        {
            "hotspot": row.hotspot,
            "service": row.service,
            "reach": row.reach.value,
            "first_broken_step": row.first_broken.value,
            "walk_min_low": whole_minutes(row.walk_s_low),
            "walk_min_high": whole_minutes(row.walk_s_high),
            "why": row.why,
            "what_would_mend_it": row.mend,
            "geometry": drawn[row.hotspot],
        }
        for row in plan.coverage.services
        if row.first_broken is not None and row.hotspot in drawn
    ]


def rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Coordinates at four decimals; an area that rounding spoils is made valid on that grid."""
    near = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    if near.is_valid:
        return near
    on_grid = shapely.set_precision(shapely.make_valid(near), 10.0**-DECIMALS)
    return shapely.transform(on_grid, lambda xy: np.round(xy, DECIMALS))

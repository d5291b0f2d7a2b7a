"""Tables for other tools: a GeoPackage for QGIS, gaps and kit lists for spreadsheets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from geopandas.geodataframe import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from outreach_map.layers import gap_class
from outreach_map.layers.words import band
from outreach_map.publish.plan import Plan
from outreach_map.routing import StopKind
from outreach_map.spreadsheets import csv_text

DECIMALS = 4


def gaps_csv(plan: Plan) -> str:
    """Every hotspot and service: reach, the first broken step, walking minutes, hours, why."""
    people = {hotspot.code: band(hotspot.people) for hotspot in plan.release.hotspots}
    return csv_text(
        [
            "hotspot", "people", "service", "reach", "first_broken_step", "walk_min_low",
            "walk_min_high", "nearest_point", "brought_by", "hours_low", "hours_high", "why",
            "what_would_mend_it",
        ],
        (
            [
                row.hotspot,
                people[row.hotspot],
                row.service,
                row.reach.value,
                row.first_broken.value if row.first_broken else "",
                _minutes(row.walk_s_low),
                _minutes(row.walk_s_high),
                row.nearest or "",
                row.by.value,
                None if row.presence is None else round(row.presence.low, 3),
                None if row.presence is None else round(row.presence.high, 3),
                row.why,
                row.mend,
            ]
            for row in plan.coverage.services
        ),
    )  # fmt: skip


def kit_csv(plan: Plan) -> str:
    """What each shift has to carry at its start, and what to take at each restock on the way."""
    items = plan.release.items
    return csv_text(
        ["team", "date", "leave", "back", *items, "restock"],
        (
            [
                tour.team,
                tour.date.isoformat(),
                f"{tour.start:%H:%M}",
                f"{tour.end:%H:%M}",
                *(str(tour.kit.get(item, 0)) for item in items),
                "; ".join(
                    f"{stop.begin:%H:%M} {stop.code}: "
                    + ", ".join(f"{amount} {item}" for item, amount in stop.take.items())
                    for stop in tour.stops
                    if stop.kind is StopKind.RESTOCK
                ),
            ]
            for tour in plan.routes.itineraries
        ),
    )


def _minutes(seconds: float) -> str:
    """Whole minutes, rounded up; empty where there is no way."""
    return "" if np.isinf(seconds) else str(int(np.ceil(seconds / 60)))


def write_geopackage(plan: Plan, path: Path) -> None:
    """A fresh GeoPackage: hotspots, points, zones, routes, gaps; coordinates at four decimals.

    Its timestamps are those of the round, so that the same plan gives the same bytes.
    """
    rows = {
        code: [row for row in plan.coverage.services if row.hotspot == code]
        for code in {row.hotspot for row in plan.coverage.services}
    }
    release = plan.release
    hotspots = [
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
        for h in release.hotspots
        if h.place.mapped
    ]
    points = [
        {
            "code": p.code,
            "name": p.name,
            "type": p.type,
            "services": ";".join(p.services),
            "hours": p.hours.text,
            "status": p.status.value,
            "geometry": p.place.geometry,
        }
        for p in release.points
        if p.place.mapped
    ]
    zones = [
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
        for z in release.zones
        if z.place.mapped
    ]
    routes = [
        {
            "team": tour.team,
            "date": tour.date.isoformat(),
            "mode": tour.mode.value,
            "leave": f"{tour.start:%H:%M}",
            "back": f"{tour.end:%H:%M}",
            "length_m": round(tour.distance_m),
            "travel_min": round(tour.travel_s / 60),
            "exposure_min": round(tour.exposure_s / 60),
            "geometry": shapely.MultiLineString(
                [leg.lon_lat for leg in tour.legs if len(leg.lon_lat) > 1]
            ),
        }
        for tour in plan.routes.itineraries
    ]
    drawn = {h.code: h.place.geometry for h in release.hotspots if h.place.mapped}
    gaps = [
        {
            "hotspot": row.hotspot,
            "service": row.service,
            "reach": row.reach.value,
            "first_broken_step": row.first_broken.value,
            "walk_min_low": _minutes(row.walk_s_low),
            "walk_min_high": _minutes(row.walk_s_high),
            "why": row.why,
            "what_would_mend_it": row.mend,
            "geometry": drawn[row.hotspot],
        }
        for row in plan.coverage.services
        if row.first_broken is not None and row.hotspot in drawn
    ]
    _fix_clock(plan.start)
    try:
        for layer, records in (
            ("hotspots", hotspots), ("points", points), ("zones", zones), ("routes", routes),
            ("gaps", gaps),
        ):  # fmt: skip
            if records:
                frame = GeoDataFrame(records, crs=4326)
                frame.geometry = [_rounded(shape) for shape in frame.geometry]
                pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")
    finally:
        _fix_clock(None)


def _fix_clock(day: date | None) -> None:
    """GDAL writes the time of writing into a GeoPackage; a round has a date, not a moment."""
    moment = None if day is None else f"{day.isoformat()}T00:00:00Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Coordinates at four decimals; an area that rounding spoils is made valid on that grid."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    if rounded.is_valid:
        return rounded
    on_grid = shapely.set_precision(shapely.make_valid(rounded), 10.0**-DECIMALS)
    return shapely.transform(on_grid, lambda xy: np.round(xy, DECIMALS))

"""A team's ways and stops as GPX 1.1, for OsmAnd, Organic Maps and handheld receivers."""

from __future__ import annotations

from datetime import UTC, datetime, time

import gpxpy.gpx
import numpy as np
import shapely

from outreach_map.layers import by_place, point_title
from outreach_map.publish.exports.records import DECIMALS
from outreach_map.publish.plan import Plan
from outreach_map.spreadsheets import xml_text
from outreach_map.tables import Hotspot, Point, Team

_WARNING = (
    "Areas and ways of a team. This file is not locked: delete it after the shift. A waypoint is "
    "the middle of an area, and not where anybody is."
)


def team_gpx(plan: Plan, team: Team) -> str:
    """One track a shift, and a waypoint for each area and restock point of the team.

    The waypoint of a hotspot is the middle of its released area and is named by its code alone.
    Tracks and not routes: a device computes its own way along a route, and ours keeps out of
    closed zones.
    """
    tours = [tour for tour in plan.routes.itineraries if tour.team == team.code]
    codes = {stop.code for tour in tours for stop in tour.stops}
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "Outreach Map"
    gpx.name = f"Team {team.code}"
    gpx.description = _WARNING
    gpx.time = datetime.combine(plan.start, time(), UTC)
    west, south, east, north = plan.release.study_area.bounds
    # The extent of the study area: that of the file's own content would be one more figure.
    gpx.bounds = gpxpy.gpx.GPXBounds(
        min_latitude=round(south, DECIMALS),
        max_latitude=round(north, DECIMALS),
        min_longitude=round(west, DECIMALS),
        max_longitude=round(east, DECIMALS),
    )
    gpx.waypoints = [
        *(
            _area(group)
            for group in by_place(h for h in plan.release.hotspots if h.code in codes).values()
        ),
        *(_point(p) for p in plan.release.points if p.code in codes and p.public),
    ]
    for tour in tours:
        track = gpxpy.gpx.GPXTrack(name=f"{tour.date:%a} {tour.start:%H:%M}")
        track.segments = [
            gpxpy.gpx.GPXTrackSegment(
                [
                    gpxpy.gpx.GPXTrackPoint(latitude=lat, longitude=lon)
                    for lon, lat in np.round(leg.lon_lat, DECIMALS).tolist()
                ]
            )
            for leg in tour.legs
            if len(leg.lon_lat) > 1
        ]
        gpx.tracks.append(track)
    return str(gpx.to_xml(version="1.1")) + "\n"


def _area(hotspots: list[Hotspot]) -> gpxpy.gpx.GPXWaypoint:
    """The waypoint of those that share an area."""
    middle = shapely.point_on_surface(hotspots[0].place.geometry)
    return gpxpy.gpx.GPXWaypoint(
        latitude=round(middle.y, DECIMALS),
        longitude=round(middle.x, DECIMALS),
        name=" ".join(hotspot.code for hotspot in hotspots),
        description="middle of an area",
    )


def _point(point: Point) -> gpxpy.gpx.GPXWaypoint:
    lon, lat = point.place.anchor
    return gpxpy.gpx.GPXWaypoint(
        latitude=round(lat, DECIMALS),
        longitude=round(lon, DECIMALS),
        name=xml_text(point_title(point)),
        description="distribution point",
    )

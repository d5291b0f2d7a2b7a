"""The ways of a plan, one colour and dash a team or day."""

from __future__ import annotations

from collections.abc import Iterable

from outreach_map.layers.element import DataLayer, line
from outreach_map.layers.words import metres, minutes, mode
from outreach_map.routing import Itinerary


def route_layer(
    key: str, name: str, itineraries: Iterable[Itinerary], style: int, *, show: bool = True
) -> DataLayer:
    """Layer of the ways of some shifts, drawn in one of eight styles."""
    features = [
        line(
            leg.lon_lat,
            f"route-{style % 8}",
            f"{tour.team} · {tour.date:%a} {tour.date.day} {tour.date:%b}",
            [
                ("leave", f"{before.leave:%H:%M}"),
                ("arrive", f"{after.arrive:%H:%M}"),
                ("way", f"{minutes(leg.travel_time_s)} {mode(tour.mode)}, {metres(leg.length_m)}"),
                ("streets", ", ".join(leg.street_names)),
                ("in risk zones", minutes(leg.exposure_s) if leg.exposure_s >= 30 else ""),
            ],
        )
        for tour in itineraries
        for leg, before, after in zip(tour.legs, tour.stops, tour.stops[1:], strict=False)
        if len(leg.lon_lat) > 1
    ]
    return DataLayer(key, name, features, show=show)

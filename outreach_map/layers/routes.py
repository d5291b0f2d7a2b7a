"""The ways of a plan, one colour and dash a team or day."""

from __future__ import annotations

from collections.abc import Iterable

from outreach_map.language import beside, clock, phrase, short_day, together
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
            beside([tour.team, short_day(tour.date)]),
            [
                (phrase("leave"), clock(before.leave)),
                (phrase("arrive"), clock(after.arrive)),
                (
                    phrase("way"),
                    phrase(
                        "{time} {by}, {length}",
                        time=minutes(leg.travel_time_s),
                        by=mode(tour.mode),
                        length=metres(leg.length_m),
                    ),
                ),
                (phrase("streets"), together(leg.street_names)),
                (phrase("in risk zones"), minutes(leg.exposure_s) if leg.exposure_s >= 30 else ""),
            ],
        )
        for tour in itineraries
        for leg, before, after in zip(tour.legs, tour.stops, tour.stops[1:], strict=False)
        if len(leg.lon_lat) > 1
    ]
    return DataLayer(key, name, features, show=show)

"""A plan as later rounds remember it: tours by codes, idle shifts included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from outreach_map.history import PastStop, PastTour
from outreach_map.routing.itinerary import Itinerary, RoutePlan, StopKind
from outreach_map.routing.shifts import Shift, find_shifts
from outreach_map.routing.streets import lies_in
from outreach_map.tables import Release


def tours_of(release: Release, routes: RoutePlan) -> tuple[PastTour, ...]:
    """Every shift of a round, with what is planned on it.

    Parameters
    ----------
    release
        The round.
    routes
        Its plan.
    """
    shifts = find_shifts(release, datetime.combine(release.start, time()))
    planned = {(tour.team, shift_of(tour, shifts).begin): tour for tour in routes.itineraries}
    return tuple(
        PastTour(
            release.start,
            shift.team.code,
            shift.begin,
            shift.end,
            stops_of(release, shift, planned.get((shift.team.code, shift.begin))),
        )
        for shift in shifts
    )


def shift_of(tour: Itinerary, shifts: Iterable[Shift]) -> Shift:
    """The shift of a tour."""
    return next(
        shift
        for shift in shifts
        if shift.team.code == tour.team and shift.begin <= tour.start and tour.end <= shift.end
    )


def stops_of(release: Release, shift: Shift, tour: Itinerary | None) -> tuple[PastStop, ...]:
    """Stops of a shift; none where nobody goes out."""
    places = {hotspot.code: hotspot.place for hotspot in release.hotspots}
    return tuple(
        PastStop(
            stop.kind.value,
            stop.code,
            stop.begin,
            stop.leave,
            stop.kind is StopKind.VISIT
            and any(lies_in(places[stop.code or ""], zone) for zone in shift.zones),
        )
        for stop in (tour.stops if tour is not None else ())
    )

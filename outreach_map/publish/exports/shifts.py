"""Shifts as a calendar (RFC 5545): who is out from when to when, and no word of where."""

from __future__ import annotations

from datetime import UTC, datetime, time

from icalendar import Calendar, Event

from outreach_map.publish.plan import Plan

_OFFICE = "-//Outreach Map//shifts//EN"


def shift_calendar(plan: Plan) -> bytes:
    """One event a shift, in the local time of whoever opens it; no place, no stops, no kit.

    Calendars are copied to servers by the telephones that hold them: this one says nothing that a
    rota on a wall does not. Times are floating (3.3.5, form 1) and whole minutes, as on the pages.
    """
    calendar = Calendar()
    calendar.add("prodid", _OFFICE)
    calendar.add("version", "2.0")
    stamp = datetime.combine(plan.start, time(), UTC)
    for tour in plan.routes.itineraries:
        event = Event()
        event.add("uid", f"{tour.team.lower()}-{tour.start:%Y%m%dT%H%M}@outreach-map.invalid")
        event.add("dtstamp", stamp)
        event.add("dtstart", tour.start.replace(second=0))
        event.add("dtend", tour.end.replace(second=0))
        event.add("summary", f"Shift {tour.team}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())

"""What a team's page says: its own stops and what lies along them, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from outreach_map.language import (
    clock,
    day_and_clock,
    day_of,
    number,
    one_to,
    phrase,
    together,
)
from outreach_map.layers import (
    DataLayer,
    describe,
    hotspot_layer,
    point_layer,
    point_title,
    route_layer,
    zone_layer,
)
from outreach_map.layers.words import kind_of, listed, metres, minutes, mode, open_hours, words
from outreach_map.publish.plan import Plan
from outreach_map.publish.risks import FlagList, flag_list, risk_notes
from outreach_map.publish.told import told_amounts
from outreach_map.risk import Flag, RefugeKind, WayOut
from outreach_map.routing import Itinerary, Leg, Stop, StopKind
from outreach_map.tables import Hotspot, Point, RiskZone, Team

# True everywhere, and so no advice about any country's law: that is the legal contact's to give.
RIGHTS = (
    phrase("Stay calm, and keep your hands where they can be seen."),
    phrase("Say that you are doing health outreach."),
    phrase("Ask whether you may go. If you may, go."),
    phrase("Ask to call your legal contact, before you answer questions or sign anything."),
    phrase(
        "What you have to show or say differs from place to place: ask your legal contact before "
        "the shift."
    ),
    phrase("Afterwards write down when, where, which officers, and what was said."),
)
# What is asked of a visit: columns of the visit log, those that most teams count first.
COUNTED = ("contacts", "syringes_out", "syringes_in", "naloxone_out", "condoms_out")
COUNTED_TOO = ("new_contacts", "referrals", "overdoses_reversed")
# Why a visit did not take place: outcomes of the visit log.
REASONS = ("nobody_there", "unsafe_left", "no_way_in", "no_time", "other")
# What the page has in `publish/static` beside what every page has.
TEAM_FILES = ("team.css", "seal.js", "hide.js", "marks.js", "position.js", "team.js")


@dataclass(frozen=True, eq=False)
class TeamPage:
    """What one team's page is made from; nothing of another team is in it."""

    plan: Plan
    team: Team

    @property
    def tours(self) -> list[Itinerary]:
        """Shifts of the team, in order."""
        return [tour for tour in self.plan.routes.itineraries if tour.team == self.team.code]

    @property
    def codes(self) -> set[str]:
        """Codes of hotspots and points at which the team stops."""
        return {stop.code for tour in self.tours for stop in tour.stops if stop.code is not None}

    @property
    def hotspots(self) -> list[Hotspot]:
        """Hotspots that the team visits."""
        return [one for one in self.plan.release.hotspots if one.code in self.codes]

    @property
    def points(self) -> list[Point]:
        """Points at which the team stops, and public ones at which it may restock."""
        return [
            one
            for one in self.plan.release.points
            if one.code in self.codes or (one.public and one.restock)
        ]

    @property
    def flags(self) -> list[Flag]:
        """Flags of the team's ways, and of the places at which it stops."""
        return [
            flag
            for flag in self.plan.flags
            if flag.team == self.team.code or (flag.kind.of_place and flag.about in self.codes)
        ]

    @property
    def zones(self) -> list[RiskZone]:
        """Risk zones behind those flags."""
        wanted = {flag.zone for flag in self.flags}
        return [zone for zone in self.plan.release.zones if zone.code in wanted]

    def layers(self) -> list[DataLayer]:
        """Layers of the map; the way of the first shift is on it when the page opens."""
        return [
            # Below the rest: what lies above takes the tap.
            zone_layer(self.zones, show=True),
            hotspot_layer(self.hotspots),
            point_layer(self.points),
            *(
                route_layer(f"routes_{number}", _short_day(tour), [tour], number, show=number == 0)
                for number, tour in enumerate(self.tours)
            ),
        ]

    def context(self) -> dict[str, object]:
        """What the template shows."""
        flags = self.flags
        return {
            "team": self.team.code,
            "start": self.plan.start.isoformat(),
            "shifts": [self._shift(number, tour, flags) for number, tour in enumerate(self.tours)],
            "points": [_point_rows(point) for point in self.points],
            "risk_notes": risk_notes(
                lists for tour in self.tours for lists in self._flag_lists(tour, flags)
            ),
            "rights": self.plan.rights.splitlines() or RIGHTS,
            "counted": COUNTED,
            "counted_too": COUNTED_TOO,
            "reasons": REASONS,
        }

    def _shift(self, number: int, tour: Itinerary, flags: Iterable[Flag]) -> dict[str, object]:
        (_, on_way), *at_stops = self._flag_lists(tour, flags)
        told = iter(at_stops)
        drawn = _drawn(tour.legs)
        stops = []
        for place, stop in enumerate(tour.stops):
            leg = tour.legs[place - 1] if place else None
            on_map = f"{number}:{drawn[place - 1]}" if place and place - 1 in drawn else ""
            own = next(told)[1] if stop.kind is StopKind.VISIT else FlagList((), ())
            stops.append({**self._stop(tour, stop, leg), "flags": own, "on_map": on_map})
        return {
            "day": day_of(tour.date),
            "date": tour.date.isoformat(),
            "begin": f"{tour.start:%Y-%m-%dT%H:%M}",
            "end": f"{tour.end:%Y-%m-%dT%H:%M}",
            "hours": one_to(clock(tour.start), clock(tour.end)),
            "visits": len(tour.visits),
            "way": phrase("{way} {mode}", way=metres(tour.distance_m), mode=mode(tour.mode)),
            "kit": told_amounts(tour.kit),
            "flags": on_way,
            "stops": stops,
        }

    def _flag_lists(self, tour: Itinerary, flags: Iterable[Flag]) -> Iterator[tuple[str, FlagList]]:
        """Flags of a shift: of its ways, without a code, and then of each visit with its code."""
        own = [f for f in flags if f.when is None or tour.start <= f.when <= tour.end]
        visited = {stop.code for stop in tour.visits}
        shown = self.plan.rules.shown
        yield "", flag_list((f for f in own if f.when and f.about not in visited), shown)
        for stop in tour.visits:
            here = (f for f in own if f.about == stop.code and f.when in (None, stop.begin))
            yield stop.code or "", flag_list(here, shown, brief=True)

    def _stop(self, tour: Itinerary, stop: Stop, leg: Leg | None) -> dict[str, object]:
        visit = stop.kind is StopKind.VISIT
        moves = leg is not None and leg.length_m >= 1
        return {
            "kind": stop.kind.value,
            "code": stop.code or "",
            "begin": f"{stop.begin:%Y-%m-%dT%H:%M}",
            "leave": f"{stop.leave:%Y-%m-%dT%H:%M}",
            "time": _times(stop),
            "title": self._title(stop),
            "way": together((minutes(leg.travel_time_s), metres(leg.length_m)))
            if leg and moves
            else "",
            "streets": leg.street_names if leg and moves else (),
            "give": told_amounts(stop.give),
            "take": told_amounts(stop.take),
            "why": stop.reason,
            "rows": self._rows(stop),
            "exit": self._exit(tour, stop) if visit else "",
        }

    def _rows(self, stop: Stop) -> list[tuple[str, str]]:
        if stop.kind is StopKind.VISIT:
            return [row for one in self.hotspots if one.code == stop.code for row in describe(one)]
        if stop.kind is StopKind.RESTOCK:
            return [
                (phrase("open"), open_hours(one)) for one in self.points if one.code == stop.code
            ]
        return []

    def _exit(self, tour: Itinerary, stop: Stop) -> str:
        """The way out of a stop in words; empty where nobody knows one."""
        key = (tour.team, stop.code, stop.begin)
        found = (w for w in self.plan.ways_out if (w.team, w.hotspot, w.begin) == key)
        way = next(found, None)
        if way is None:
            return ""
        low, high = (int(np.ceil(max(seconds, 1.0) / 60)) for seconds in way.best_s)
        usual = number(low) if low == high else one_to(number(low), number(high))
        told = {"place": self._refuge(way), "minutes": usual}
        if np.isinf(way.blocked_s):
            return phrase(
                "{place}, {minutes} min on foot; from part of the area it is the only way", **told
            )
        return phrase(
            "{place}, {minutes} min on foot; if that way is blocked, up to {blocked} min",
            blocked=int(np.ceil(way.blocked_s / 60)),
            **told,
        )

    def _refuge(self, way: WayOut) -> str:
        """Name of a public point; what it is of any other place, and no code of it."""
        if way.refuge.kind is RefugeKind.HOSPITAL:
            return phrase("the nearest hospital")
        if way.refuge.kind is RefugeKind.BASE:
            return phrase("your base")
        point = next(one for one in self.plan.release.points if one.code == way.refuge.code)
        return point.name or kind_of(point)

    def _title(self, stop: Stop) -> str:
        """Kind of place of a visit, which is what to look for; what happens at any other stop."""
        if stop.kind is StopKind.VISIT:
            return next((words(one.typology) for one in self.hotspots if one.code == stop.code), "")
        return "".join(point_title(one) for one in self.points if one.code == stop.code)


def _drawn(legs: Sequence[Leg]) -> dict[int, int]:
    """Number of a leg -> its number among those that are drawn on the map."""
    lines = [number for number, leg in enumerate(legs) if len(leg.lon_lat) > 1]
    return {leg: place for place, leg in enumerate(lines)}


def _point_rows(point: Point) -> dict[str, object]:
    return {
        "title": point_title(point),
        "hours": open_hours(point),
        "services": listed(point.services),
        "restock": point.restock,
    }


def _times(stop: Stop) -> str:
    if stop.kind in (StopKind.START, StopKind.END):
        return clock(stop.leave)
    return one_to(clock(stop.begin), clock(stop.leave))


def _short_day(tour: Itinerary) -> str:
    return phrase("Way {time}", time=day_and_clock(tour.start))

"""What each of the three pages says: released records and results, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from outreach_map.language import (
    Language,
    clock,
    day_of,
    days_from_to,
    one_to,
    phrase,
    short_weekday,
    together,
)
from outreach_map.layers import (
    DataLayer,
    describe,
    encode_basemap,
    gap_layer,
    hotspot_layer,
    point_layer,
    point_title,
    route_layer,
    zone_layer,
)
from outreach_map.layers.words import metres, minutes, mode, words
from outreach_map.publish.manager import manager_context
from outreach_map.publish.plan import Plan
from outreach_map.publish.protection import protection
from outreach_map.publish.risks import SHOWN, flag_list, incident_tables, naloxone_rows
from outreach_map.publish.shell import Bounds, render_page
from outreach_map.publish.told import told_need, told_risk, told_sharing, told_worn
from outreach_map.risk import Flag
from outreach_map.routing import Itinerary, Stop, StopKind
from outreach_map.settings import Contact, Contacts
from outreach_map.tables import Hotspot, Point, Team

_ZONE_LEGEND = [
    ("zone-high", phrase("risk zone, high")),
    ("zone-medium", phrase("risk zone, medium")),
    ("zone-low", phrase("risk zone, low")),
    ("zone-unknown", phrase("risk zone, unknown: not assessed or review due")),
]
_POINT_LEGEND = [
    ("point-open", phrase("distribution point")),
    ("point-closed", phrase("distribution point, closed")),
    ("point-area", phrase("point that is not public, as an area")),
]


class PageMaker:
    """Makes the pages of one plan; what they share (the basemap) is made once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.release = plan.release
        west, south, east, north = plan.release.study_area.bounds
        self.bounds: Bounds = (west, south, east, north)
        self.basemap = encode_basemap(plan.basemap, self.bounds)
        self.hotspots: Mapping[str, Hotspot] = {h.code: h for h in plan.release.hotspots}
        self.points: Mapping[str, Point] = {p.code: p for p in plan.release.points}

    def planner(self) -> str:
        """The coordinator's page: all teams, what was left out and why, risks to review."""
        release, routes = self.release, self.plan.routes
        layers = [
            hotspot_layer(release.hotspots),
            point_layer(release.points),
            zone_layer(release.zones),
            *(
                route_layer(
                    f"routes_{number}",
                    f"Routes {team.code}",
                    [tour for tour in routes.itineraries if tour.team == team.code],
                    number,
                )
                for number, team in enumerate(release.teams)
            ),
        ]
        context = {
            "summary": self._summary(),
            "days": [
                {
                    "name": _day(release.start + timedelta(days=day)),
                    "shifts": [
                        _shift_row(tour)
                        for tour in routes.itineraries
                        if tour.date == release.start + timedelta(days=day)
                    ],
                }
                for day in range(7)
                if any(t.date == release.start + timedelta(days=day) for t in routes.itineraries)
            ],
            "sharing": told_sharing(routes),
            "worn": told_worn(routes),
            "left_out": routes.left_out,
            "decisions": [
                {"hotspot": d.hotspot, "kind": words(d.kind), "team": d.team, "effect": d.effect}
                for d in routes.decisions
            ],
            "flags": flag_list(self.plan.flags, SHOWN),
            "hotspots": [
                {"code": h.code, "kind": words(h.typology), "rows": self._rows(h)}
                for h in release.hotspots
            ],
        }
        legend = [
            ("hotspot", "released area with one or more hotspots"),
            *_POINT_LEGEND,
            ("route-0", "routes, a colour and dash a team"),
            *_ZONE_LEGEND,
        ]
        title = phrase("Planner")
        return self._render("planner.html", "planner", title, context, layers, legend)

    def team(self, team: Team) -> str:
        """A team's page: its own stops and what lies along them, and nobody else's."""
        tours = [t for t in self.plan.routes.itineraries if t.team == team.code]
        codes = {stop.code for tour in tours for stop in tour.stops}
        own = [h for h in self.release.hotspots if h.code in codes]
        flags = [
            flag
            for flag in self.plan.flags
            if flag.team == team.code or (flag.kind.of_place and flag.about in codes)
        ]
        zones = {flag.zone for flag in flags}
        layers = [
            hotspot_layer(own),
            point_layer(
                [p for p in self.release.points if p.code in codes or (p.public and p.restock)]
            ),
            zone_layer([z for z in self.release.zones if z.code in zones], show=True),
            *(
                route_layer(f"routes_{number}", _short_day(tour), [tour], number, show=number == 0)
                for number, tour in enumerate(tours)
            ),
        ]
        context = {"shifts": [self._shift(tour, flags) for tour in tours]}
        legend = [
            ("hotspot", "area in which a hotspot lies"),
            *_POINT_LEGEND,
            ("route-0", "the way, a colour and dash a day"),
            *_ZONE_LEGEND,
        ]
        title = phrase("Team {team}", team=team.code)
        view = _view([h.place.geometry.bounds for h in own if h.place.mapped], self.bounds)
        locked = team.code in self.plan.passphrases
        language = self.plan.team_language(team.code)
        return self._render(
            "team.html", "team", title, context, layers, legend, view, locked, language
        )

    def manager(self) -> str:
        """The manager's page: gaps by area and service; no routes and no teams."""
        coverage = self.plan.coverage
        layers = [
            gap_layer(self.release.hotspots, coverage),
            point_layer(self.release.points),
        ]
        context = {
            **manager_context(self.plan),
            "naloxone": naloxone_rows(self.plan.naloxone),
            "naloxone_min": f"{self.plan.rules.naloxone_min:.0f}",
            "incidents": incident_tables(self.release.incidents),
        }
        legend = [
            ("gap-0", "every service needed there is reached"),
            ("gap-1", "up to a third of needs unmet (partly counts half)"),
            ("gap-2", "up to two thirds"),
            ("gap-3", "more than two thirds"),
            *_POINT_LEGEND,
        ]
        title = phrase("Coverage gaps")
        return self._render("manager.html", "manager", title, context, layers, legend)

    def _render(
        self,
        template: str,
        kind: str,
        title: str,
        context: Mapping[str, object],
        layers: list[DataLayer],
        legend: list[tuple[str, str]],
        view: Bounds | None = None,
        locked: bool = False,
        language: Language | None = None,
    ) -> str:
        plan = self.plan
        last = plan.start + timedelta(days=6)
        return render_page(
            template,
            {
                **context,
                "kind": kind,
                "title": title,
                "round": phrase(
                    "{programme}, {days}",
                    programme=plan.programme_name,
                    days=days_from_to(plan.start, last),
                ),
                "invented": plan.invented,
                "locked": locked,
                "ends": (last + timedelta(days=1)).isoformat(),
                "ends_said": day_of(last),
                "protection": protection(plan.privacy, census=plan.census),
                "contacts": _contacts(plan.contacts),
                "legend": legend,
            },
            language=language or plan.language,
            layers=layers,
            basemap=self.basemap,
            bounds=self.bounds,
            view=view or self.bounds,
        )

    def _summary(self) -> str:
        tours = self.plan.routes.itineraries
        visits = sum(len(tour.visits) for tour in tours)
        left = sum(item.visits for item in self.plan.routes.left_out)
        way = sum(tour.travel_s for tour in tours) / 3600
        hours = sum((tour.end - tour.start).total_seconds() for tour in tours) / 3600
        return (
            f"{visits} visits in {len(tours)} shift{'s' * (len(tours) != 1)}; {left} due "
            f"visit{'s' * (left != 1)} left out, {told_need(self.plan.routes)} of the need met. "
            f"{hours:.0f} hours out, {way:.0f} of them on the way."
        )

    def _rows(self, hotspot: Hotspot) -> list[tuple[str, str]]:
        own = [row for row in self.plan.coverage.services if row.hotspot == hotspot.code]
        gaps = [words(row.service) for row in own if row.first_broken is not None]
        drawn = "" if hotspot.place.mapped else "listed only: its area is too wide to draw"
        return [*describe(hotspot), ("gaps", ", ".join(gaps)), ("on the map", drawn)]

    def _shift(self, tour: Itinerary, flags: Iterable[Flag]) -> dict[str, object]:
        own = [f for f in flags if f.when is None or tour.start <= f.when <= tour.end]
        shown = self.plan.rules.shown
        stops = []
        for number, stop in enumerate(tour.stops):
            leg = tour.legs[number - 1] if number else None
            way = ""
            if leg is not None and leg.length_m >= 1:
                via = f" by {', '.join(leg.street_names)}" if leg.street_names else ""
                way = f"{minutes(leg.travel_time_s)}, {metres(leg.length_m)}{via}"
            stops.append(
                {
                    "kind": stop.kind.value,
                    "leave": f"{stop.leave:%Y-%m-%dT%H:%M}",
                    "time": _times(stop),
                    "title": self._stop_title(stop),
                    "way": way,
                    "give": _amounts(stop.give),
                    "take": _amounts(stop.take),
                    "why": stop.reason,
                    "risk": told_risk(stop.exposure_s + (leg.exposure_s if leg else 0.0)),
                    "rows": describe(self.hotspots[stop.code])
                    if stop.kind is StopKind.VISIT and stop.code
                    else [],
                    "flags": flag_list(
                        (
                            flag
                            for flag in own
                            if stop.kind is StopKind.VISIT
                            and flag.about == stop.code
                            and flag.when in (None, stop.begin)
                        ),
                        shown,
                        brief=True,
                    ),
                }
            )
        visited = {stop.code for stop in tour.visits}
        return {
            "day": _day(tour.date),
            "end": f"{tour.end:%Y-%m-%dT%H:%M}",
            "hours": one_to(clock(tour.start), clock(tour.end)),
            "visits": len(tour.visits),
            "way": phrase("{length} {by}", length=metres(tour.distance_m), by=mode(tour.mode)),
            "kit": _amounts(tour.kit),
            "risk": told_risk(tour.exposure_s),
            "flags": flag_list(
                (flag for flag in own if flag.when is not None and flag.about not in visited),
                shown,
            ),
            "stops": stops,
        }

    def _stop_title(self, stop: Stop) -> str:
        where = ""
        if stop.code is not None and stop.code in self.points:
            where = point_title(self.points[stop.code])
        if stop.kind is StopKind.VISIT and stop.code is not None:
            kind = words(self.hotspots[stop.code].typology)
            return f"{stop.code}, {kind}" if kind else stop.code
        title = {
            StopKind.START: "Leave",
            StopKind.BREAK: "Break",
            StopKind.RESTOCK: "Restock",
            StopKind.END: "Back",
        }[stop.kind]
        return f"{title} · {where}" if where else f"{title} · base"


def _shift_row(tour: Itinerary) -> dict[str, str]:
    return {
        "team": tour.team,
        "hours": one_to(clock(tour.start), clock(tour.end)),
        "stops": ", ".join(f"{stop.begin:%H:%M} {stop.code}" for stop in tour.visits),
        "way": phrase("{length} {by}", length=metres(tour.distance_m), by=mode(tour.mode)),
        "kit": _amounts(tour.kit),
        "risk": told_risk(tour.exposure_s),
    }


def _contacts(contacts: Contacts) -> list[tuple[str, Contact | None]]:
    """All roles: one that is missing is said to be, so that nobody looks for it in need."""
    return [
        (phrase("Legal"), contacts.legal),
        (phrase("Emergency"), contacts.emergency),
        (phrase("Support"), contacts.psychosocial),
    ]


def _view(boxes: list[Bounds], bounds: Bounds) -> Bounds:
    if not boxes:
        return bounds
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _times(stop: Stop) -> str:
    if stop.kind in (StopKind.START, StopKind.END):
        return clock(stop.leave)
    return one_to(clock(stop.begin), clock(stop.leave))


def _amounts(items: Mapping[str, int]) -> str:
    return together(
        phrase("{amount} {item}", amount=amount, item=words(item)) for item, amount in items.items()
    )


def _day(day: date) -> str:
    return day_of(day)


def _short_day(tour: Itinerary) -> str:
    return phrase("Way {day} {time}", day=short_weekday(tour.date), time=clock(tour.start))

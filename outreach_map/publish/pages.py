"""What each of the three pages says: released records and results, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from outreach_map.language import Language, day_of, days_from_to, phrase
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
from outreach_map.layers.gaps import GAP_WORDS
from outreach_map.layers.words import metres, minutes, mode, words
from outreach_map.publish.filters import filters_of, packed
from outreach_map.publish.finder import search_index
from outreach_map.publish.manager import manager_context
from outreach_map.publish.plan import Plan
from outreach_map.publish.planner import planner_context, planner_layers
from outreach_map.publish.protection import protection
from outreach_map.publish.risks import flag_list, incident_tables, naloxone_rows
from outreach_map.publish.shell import Bounds, render_page
from outreach_map.publish.standing import AskedAreas
from outreach_map.publish.standing import legend as site_legend
from outreach_map.publish.told import told_risk
from outreach_map.risk import Flag
from outreach_map.routing import Itinerary, Stop, StopKind
from outreach_map.settings import Contact, Contacts
from outreach_map.tables import Hotspot, Point, Team

_ZONE_LEGEND = [
    ("zone-high", "risk zone, high"),
    ("zone-medium", "risk zone, medium"),
    ("zone-low", "risk zone, low"),
    ("zone-unknown", "risk zone, unknown: not assessed or review due"),
]
_POINT_LEGEND = [
    ("point-open", "distribution point"),
    ("point-closed", "distribution point, closed"),
    ("point-area", "point that is not public, as an area"),
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
        legend = [
            ("hotspot", phrase("released area with one or more hotspots")),
            *_POINT_LEGEND,
            ("route-0", phrase("routes, a colour and dash a team")),
            *_ZONE_LEGEND,
        ]
        title = phrase("Planner")
        return self._render(
            "planner.html",
            "planner",
            title,
            planner_context(self.plan),
            planner_layers(self.plan),
            legend,
            report={"report-index": search_index(self.plan)},
        )

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
        coverage, hotspots = self.plan.coverage, self.release.hotspots
        filters, asked = filters_of(self.release, coverage), AskedAreas(self.plan)
        layers = [
            gap_layer(
                hotspots,
                coverage,
                services=filters.services,
                groups=[group.codes for group in filters.groups],
            ),
            *([asked.layer()] if asked.areas else []),
            point_layer(self.release.points),
        ]
        context = {
            **manager_context(self.plan, filters, asked),
            "naloxone": naloxone_rows(self.plan.naloxone),
            "naloxone_min": f"{self.plan.rules.naloxone_min:.0f}",
            "incidents": incident_tables(self.release.incidents),
        }
        legend = [
            *((f"gap-{style}", told) for style, told in GAP_WORDS.items()),
            *site_legend(self.plan.asked),
            *_POINT_LEGEND,
        ]
        title = phrase("Coverage gaps")
        report = {"report-views": packed(filters, hotspots, coverage)}
        return self._render(
            "manager.html", "manager", title, context, layers, legend, report=report
        )

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
        report: Mapping[str, object] | None = None,
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
            report=report,
        )

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
            "hours": f"{tour.start:%H:%M}–{tour.end:%H:%M}",
            "visits": len(tour.visits),
            "way": f"{metres(tour.distance_m)} {mode(tour.mode)}",
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


def _contacts(contacts: Contacts) -> list[tuple[str, Contact | None]]:
    """All roles: one that is missing is said to be, so that nobody looks for it in need."""
    return [
        ("Legal", contacts.legal),
        ("Emergency", contacts.emergency),
        ("Support", contacts.psychosocial),
    ]


def _view(boxes: list[Bounds], bounds: Bounds) -> Bounds:
    if not boxes:
        return bounds
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _times(stop: Stop) -> str:
    if stop.kind in (StopKind.START, StopKind.END):
        return f"{stop.leave:%H:%M}"
    return f"{stop.begin:%H:%M}–{stop.leave:%H:%M}"


def _amounts(items: Mapping[str, int]) -> str:
    return ", ".join(f"{amount} {words(item)}" for item, amount in items.items())


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%b}"


def _short_day(tour: Itinerary) -> str:
    return f"Way {tour.date:%a} {tour.start:%H:%M}"

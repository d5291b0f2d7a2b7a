"""What each of the three pages says: released records and results, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from outreach_map.language import (
    Language,
    Words,
    clock,
    day_of,
    days_from_to,
    one_to,
    phrase,
)
from outreach_map.layers import (
    DataLayer,
    describe,
    encode_basemap,
    gap_layer,
    hotspot_layer,
    point_layer,
    route_layer,
    zone_layer,
)
from outreach_map.layers.words import metres, mode, words
from outreach_map.publish.manager import manager_context
from outreach_map.publish.plan import Plan
from outreach_map.publish.protection import protection
from outreach_map.publish.risks import SHOWN, flag_list, incident_tables, naloxone_rows
from outreach_map.publish.script_texts import TEAM
from outreach_map.publish.shell import Bounds, render_page
from outreach_map.publish.team import TEAM_FILES, TeamPage
from outreach_map.publish.told import told_amounts, told_need, told_risk, told_sharing, told_worn
from outreach_map.routing import Itinerary
from outreach_map.settings import Contact, Contacts
from outreach_map.tables import Hotspot, Team

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
                    "name": day_of(release.start + timedelta(days=day)),
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
        page = TeamPage(self.plan, team)
        legend = [
            ("hotspot", "area in which a hotspot lies"),
            *_POINT_LEGEND,
            ("route-0", "the way, a colour and dash a day"),
            *_ZONE_LEGEND,
        ]
        boxes = [h.place.geometry.bounds for h in page.hotspots if h.place.mapped]
        return self._render(
            "team.html",
            "team",
            phrase("Team {team}", team=team.code),
            page.context(),
            page.layers(),
            legend,
            _view(boxes, self.bounds),
            locked=team.code in self.plan.passphrases,
            language=self.plan.team_language(team.code),
            own=TEAM_FILES,
            texts=TEAM,
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
        own: Sequence[str] = (),
        texts: Mapping[str, Words] = MappingProxyType({}),
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
            own=own,
            texts=texts,
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


def _shift_row(tour: Itinerary) -> dict[str, str]:
    return {
        "team": tour.team,
        "hours": one_to(clock(tour.start), clock(tour.end)),
        "stops": ", ".join(f"{stop.begin:%H:%M} {stop.code}" for stop in tour.visits),
        "way": phrase("{length} {by}", length=metres(tour.distance_m), by=mode(tour.mode)),
        "kit": told_amounts(tour.kit),
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

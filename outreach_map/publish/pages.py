"""What each of the three pages says: released records and results, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from outreach_map.language import (
    Language,
    Words,
    day_of,
    days_from_to,
    phrase,
)
from outreach_map.layers import (
    DataLayer,
    encode_basemap,
    gap_layer,
    point_layer,
)
from outreach_map.layers.gaps import GAP_WORDS
from outreach_map.publish.filters import filters_of, packed
from outreach_map.publish.finder import search_index
from outreach_map.publish.manager import manager_context
from outreach_map.publish.plan import Plan
from outreach_map.publish.planner import planner_context, planner_layers
from outreach_map.publish.protection import protection
from outreach_map.publish.risks import incident_tables, naloxone_rows
from outreach_map.publish.script_texts import TEAM
from outreach_map.publish.shell import Bounds, render_page
from outreach_map.publish.standing import AskedAreas
from outreach_map.publish.standing import legend as site_legend
from outreach_map.publish.team import TEAM_FILES, TeamPage
from outreach_map.settings import Contact, Contacts
from outreach_map.tables import Team

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
        page = TeamPage(self.plan, team)
        legend = [
            ("hotspot", phrase("area in which a hotspot lies")),
            *_POINT_LEGEND,
            ("route-0", phrase("the way, a colour and dash a day")),
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
        legend: Sequence[tuple[str, str]],
        view: Bounds | None = None,
        locked: bool = False,
        language: Language | None = None,
        own: Sequence[str] = (),
        texts: Mapping[str, Words] = MappingProxyType({}),
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
            own=own,
            texts=texts,
            report=report,
        )


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

"""For the manager's page: what became of gaps since the last round, and sites asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase

import numpy as np

from outreach_map.asked import AskedSites, Ends, area_name
from outreach_map.coverage import Range
from outreach_map.language import number, phrase, sentences, series, together
from outreach_map.layers import DataLayer
from outreach_map.layers.element import area
from outreach_map.layers.words import week, words
from outreach_map.network import Basemap
from outreach_map.publish.compare import FEWEST, Change, comparable, compare_needs
from outreach_map.publish.numbers import told_people
from outreach_map.publish.plan import Plan
from outreach_map.tables import Area

_MODELS = {
    "mclp": phrase("Each choice reaches most people."),
    "lscp": phrase("The choice reaches all with the fewest sites."),
    "p-median": phrase("Each choice has the shortest way for all together."),
    "p-center": phrase("Each choice has the shortest longest way."),
}

_CHANGES = {
    Change.CLOSED: phrase("closed"),
    Change.OPENED: phrase("opened"),
    Change.MOVED: phrase("moved to another step"),
    Change.APPEARED: phrase("only in this round"),
    Change.GONE: phrase("only in the last round"),
}


def changes(plan: Plan) -> dict[str, object]:
    """What became of gaps since the round before; a sentence where nothing can be compared."""
    if plan.before is None:
        return {
            "said": phrase(
                "No earlier round is kept, so nothing can be compared yet. This round is kept for "
                "the next one."
            ),
            "rows": (),
        }
    after = {
        (row.hotspot, row.service): row.first_broken.value if row.first_broken else ""
        for row in plan.coverage.services
    }
    before = plan.before.by_need
    if not comparable(before, after):
        return {
            "said": phrase(
                "The round before has no code in common with this one, so nothing can be compared."
            ),
            "rows": (),
        }
    found = {(one.change, one.service): one.count for one in compare_needs(before, after)}
    services = sorted({service for _, service in found if service})
    return {
        "said": phrase(
            "Compared with the {week}, in needs (a hotspot and a service). A number below {fewest} "
            "is not told, and neither is what would tell it.",
            week=week(plan.before.round),
            fewest=FEWEST,
        ),
        "names": [_CHANGES[change] for change in Change],
        "rows": [
            {
                "name": words(service) if service else phrase("all services"),
                "cells": [_count(found, change, service) for change in Change],
            }
            for service in ("", *services)
        ],
    }


def _count(found: Mapping[tuple[Change, str], int | None], change: Change, service: str) -> str:
    count = found.get((change, service), 0)
    return phrase("too few to say") if count is None else number(count)


class AskedAreas:
    """Areas of asked-for sites, with a letter each, so that a table and a map name them alike."""

    def __init__(self, plan: Plan) -> None:
        self.asked = plan.asked
        names = {area_name(one.geometry): one for one in plan.release.areas} if plan.asked else {}
        used = {name for one in plan.asked for point in one.curve for name in point.areas}
        self.areas: Mapping[str, Area] = {n: names[n] for n in sorted(used) if n in names}
        self.letters = dict(zip(self.areas, _letters(), strict=False))
        self.near = {name: _near(one, plan.basemap) for name, one in self.areas.items()}

    def told(self, name: str) -> str:
        """'A, Südstadt'; or that the map does not know the area (any more)."""
        if name not in self.areas:
            return phrase("outside the areas of this map")
        near = self.near[name]
        return together([self.letters[name], near]) if near else self.letters[name]

    def rows(self) -> list[dict[str, object]]:
        """A table for each answer."""
        return [
            {
                "service": words(one.service),
                "said": sentences(
                    [
                        phrase("Asked in the {week}.", week=week(one.round)),
                        phrase(
                            "Points reach {reached} now; in need are {people}.",
                            reached=told_people(_range(one.now)),
                            people=told_people(_range(one.needing)),
                        ),
                        _MODELS.get(one.model, one.model),
                    ]
                ),
                "points": [
                    {
                        "sites": number(len(point.areas)),
                        "people": told_people(_range(point.gained)),
                        "proven": phrase("no choice is better")
                        if point.proven
                        else phrase("not proven"),
                        "areas": series(self.told(name) for name in point.areas),
                    }
                    for point in one.curve
                ],
            }
            for one in self.asked
        ]

    def layer(self) -> DataLayer:
        """The areas on the map; never the sites."""
        return DataLayer(
            "sites",
            phrase("New sites, as areas"),
            [
                area(one.geometry, "site-area", self.told(name), list(self._chosen(name)))
                for name, one in self.areas.items()
                if one.mapped
            ],
        )

    def _chosen(self, name: str) -> Iterable[tuple[str, str]]:
        for one in self.asked:
            counts = [number(len(point.areas)) for point in one.curve if name in point.areas]
            if counts:
                told = phrase("in the best choice of {numbers} sites", numbers=together(counts))
                yield words(one.service), told


def _letters() -> Iterable[str]:
    yield from ascii_uppercase
    yield from (first + second for first in ascii_uppercase for second in ascii_uppercase)


def _near(one: Area, basemap: Basemap) -> str:
    """Name of the nearest settlement or quarter of the public map."""
    if not basemap.places:
        return ""
    at = np.array([(place.lon, place.lat) for place in basemap.places])
    centre = one.geometry.representative_point()
    apart = (at - (centre.x, centre.y)) * (np.cos(np.radians(centre.y)), 1.0)
    return basemap.places[int(np.argmin(np.hypot(*apart.T)))].name


def _range(ends: Ends) -> Range:
    low, mid, high = ends
    return Range(low, mid, np.inf if high is None else high)


def legend(asked: Sequence[AskedSites]) -> list[tuple[str, str]]:
    """The key of the areas, where there are any."""
    return [("site-area", phrase("area of a new site that was asked for"))] if asked else []

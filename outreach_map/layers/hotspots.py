"""Hotspots as their released areas; those of one area are one shape with all their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from outreach_map.language import beside, language_name, phrase, together
from outreach_map.layers.element import DataLayer, Feature, area
from outreach_map.layers.words import band, hours, listed, words
from outreach_map.tables import Hotspot


def hotspot_layer(hotspots: Iterable[Hotspot], *, show: bool = True) -> DataLayer:
    """Layer of hotspots; a place too wide to be worth drawing is left to the lists."""
    return DataLayer("hotspots", phrase("Hotspots (areas)"), list(_features(hotspots)), show=show)


def by_place(hotspots: Iterable[Hotspot]) -> Mapping[object, list[Hotspot]]:
    """Hotspots that are drawn, by their place."""
    groups: dict[object, list[Hotspot]] = {}
    for hotspot in hotspots:
        if hotspot.place.mapped:
            groups.setdefault((hotspot.place.areas, hotspot.place.anchor), []).append(hotspot)
    return groups


def _features(hotspots: Iterable[Hotspot]) -> Iterable[Feature]:
    for group in by_place(hotspots).values():
        rows: list[tuple[str, str]] = []
        for hotspot in group:
            rows += [(phrase("hotspot"), hotspot.code), *describe(hotspot)]
        codes = [hotspot.code for hotspot in group]
        title = beside(codes)
        yield {**area(group[0].place.geometry, "hotspot", title, rows), "codes": codes}


def describe(hotspot: Hotspot) -> list[tuple[str, str]]:
    """Rows of a popup or table about one hotspot."""
    return [
        (phrase("kind of place"), words(hotspot.typology)),
        (phrase("people"), band(hotspot.people)),
        (phrase("communities"), listed(hotspot.communities)),
        (phrase("languages"), together(map(language_name, hotspot.languages))),
        (phrase("people are there"), hours(hotspot.hours)),
        (phrase("needed"), listed(hotspot.services)),
    ]

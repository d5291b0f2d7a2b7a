"""Tokens of the planners' files as words: services, items, communities, places, points, risks.

A programme may use others; they are shown as they are written, since nobody here knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from outreach_map.language.language import ENGLISH, Language
from outreach_map.language.words import Words, phrase

_SAID: Mapping[str, Words] = MappingProxyType(
    {
        # services and items
        "nsp": phrase("syringes"),
        "syringes": phrase("syringes"),
        "needles": phrase("needles"),
        "naloxone": phrase("naloxone"),
        "condoms": phrase("condoms"),
        "lubricant": phrase("lubricant"),
        "hiv_test": phrase("HIV test"),
        "hcv_test": phrase("hepatitis C test"),
        "oat_referral": phrase("referral to opioid agonist treatment"),
        "overdose_training": phrase("overdose training"),
        # communities
        "pwid": phrase("people who inject drugs"),
        "fsw": phrase("sex workers"),
        "msm": phrase("men who have sex with men"),
        "trans": phrase("trans people"),
        "prison": phrase("people in or out of prison"),
        # kinds of places
        "street": phrase("on the street"),
        "bar": phrase("bar"),
        "bus_station": phrase("bus station"),
        "camp": phrase("camp"),
        "lodging": phrase("lodging"),
        "market": phrase("market"),
        "park": phrase("park"),
        "under_bridge": phrase("under bridge"),
        "uninhabitable_building": phrase("uninhabitable building"),
        # kinds of points
        "clinic": phrase("clinic"),
        "depot": phrase("depot"),
        "drop_in_centre": phrase("drop in centre"),
        "hospital": phrase("hospital"),
        "legal": phrase("legal"),
        "legal_advice": phrase("legal advice"),
        "mobile_unit": phrase("mobile unit"),
        "pharmacy": phrase("pharmacy"),
        "safe_house": phrase("safe house"),
        "safe_place": phrase("safe place"),
        "shelter": phrase("shelter"),
        "vending_machine": phrase("vending machine"),
        # risks, and what is reported of them
        "arrest": phrase("arrest"),
        "border": phrase("border"),
        "confiscation": phrase("confiscation"),
        "conflict": phrase("conflict"),
        "environment": phrase("environment"),
        "exclusion_zone": phrase("exclusion zone"),
        "extortion": phrase("extortion"),
        "flood": phrase("flood"),
        "harassment": phrase("harassment"),
        "isolation": phrase("isolation"),
        "policing": phrase("policing"),
        "timing": phrase("timing"),
        "unlit": phrase("unlit"),
        "violence": phrase("violence"),
        # decisions
        "no_go": phrase("no go"),
        "must_go": phrase("must go"),
        "prefer_team": phrase("prefer team"),
        "exclude_team": phrase("exclude team"),
    }
)


def token_said(token: str) -> str:
    """A token as words: 'hiv_test' is 'HIV test', 'bus_station' is 'bus station'."""
    return _SAID.get(token) or token.replace("_", " ")


class _LanguageName(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return language.name_of(*self.parts)


def language_name(tag: str) -> Words:
    """Name of a language by its tag (BCP 47); the tag where nobody has a name for it.

    >>> language_name("ar"), language_name("qaa")
    ('Arabic', 'qaa')
    """
    return _LanguageName._made(ENGLISH.name_of(tag), tag)

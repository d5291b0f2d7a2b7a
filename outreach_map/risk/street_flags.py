"""Flags from the streets: what the ground and the ways out of a released area are like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from outreach_map.language import and_joined, clock, number, percent, phrase
from outreach_map.network.structure import segment_lengths_m
from outreach_map.risk.city import City
from outreach_map.risk.facts import StreetFacts
from outreach_map.risk.flag import STREETS, Flag, FlagKind, share_of, told_minutes
from outreach_map.risk.mitigation import for_kind
from outreach_map.risk.moments import Moment
from outreach_map.risk.sun import sun_times
from outreach_map.settings import RiskSettings
from outreach_map.tables import Affects, Hotspot, Rating, Release

_GROUND = (
    (FlagKind.WATER, "water", phrase("a ford, or a street that floods")),
    (FlagKind.TUNNEL, "tunnel", phrase("a tunnel or underpass")),
    (FlagKind.LEVEL_CROSSING, "level_crossing", phrase("a level crossing")),
    (FlagKind.STEEP, "steep", None),
    (FlagKind.STAIRS, "stairs", phrase("stairs")),
    (FlagKind.DEAD_END, "dead_end", phrase("a dead end")),
)
_RATINGS = {FlagKind.WATER: Rating.MEDIUM}


def street_flags(
    release: Release,
    city: City,
    rules: RiskSettings,
    moments: Sequence[Moment],
) -> Iterable[Flag]:
    """Flags of every released area, and of every time at which somebody is there."""
    facts = city.facts(rules.steep_pct)
    finder = city.streets()
    length_m = segment_lengths_m(city.walk)
    by_code = {hotspot.code: hotspot for hotspot in release.hotspots}
    for hotspot in release.hotspots:
        own = finder.of(hotspot.place)
        if len(own):
            yield from _ways(hotspot, facts, own)
            yield from _ground(hotspot, facts, own, rules)
    for moment in moments:
        own = finder.of(by_code[moment.hotspot].place)
        if len(own):
            yield from _light(moment, facts, own, city, length_m)


def _ways(hotspot: Hotspot, facts: StreetFacts, own: NDArray[np.int64]) -> Iterable[Flag]:
    one = facts.one_way[own]
    if one.any():
        minutes = float(facts.way_s[own][one].max()) / 60
        yield _flag(
            FlagKind.ONLY_WAY_IN,
            Rating.MEDIUM if one.all() else Rating.LOW,
            hotspot,
            phrase(
                "From {area} there is only one way out on foot, up to {time} long.",
                area=share_of(one),
                time=told_minutes(minutes),
            ),
            minutes=minutes,
        )
    gate = facts.gate[own]
    if gate.any():
        yield _flag(
            FlagKind.GATE_ON_WAY,
            Rating.MEDIUM if gate.all() else Rating.LOW,
            hotspot,
            phrase(
                "The only way out of {area} passes a gate, checkpoint or border.",
                area=share_of(gate),
            ),
        )
    over = facts.bridge_only[own]
    if over.any():
        yield _flag(
            FlagKind.BRIDGE_ONLY,
            Rating.MEDIUM if over.all() else Rating.LOW,
            hotspot,
            phrase("Every way out of {area} goes over a bridge.", area=share_of(over)),
        )
    crossing = facts.one_crossing[own]
    if crossing.any():
        yield _flag(
            FlagKind.ONE_CROSSING,
            Rating.LOW,
            hotspot,
            phrase("Every way out of {area} passes one crossing.", area=share_of(crossing)),
        )


def _ground(
    hotspot: Hotspot, facts: StreetFacts, own: NDArray[np.int64], rules: RiskSettings
) -> Iterable[Flag]:
    for kind, name, known in _GROUND:
        count = int(getattr(facts, name)[own].sum())
        if count:
            what = known or phrase(
                "a street of {slope} % or steeper", slope=number(rules.steep_pct)
            )
            said = (
                phrase(
                    "In or beside the released area there are stairs ({count} of {all} streets).",
                    count=count,
                    all=len(own),
                )
                if kind is FlagKind.STAIRS
                else phrase(
                    "In or beside the released area there is {what} ({count} of {all} streets).",
                    what=what,
                    count=count,
                    all=len(own),
                )
            )
            yield _flag(kind, _RATINGS.get(kind, Rating.LOW), hotspot, said)


def _light(
    moment: Moment,
    facts: StreetFacts,
    own: NDArray[np.int64],
    city: City,
    length_m: NDArray[np.float64],
) -> Iterable[Flag]:
    """Streets that are not lit, or of which nobody says, while somebody is there in the dark."""
    if moment.begin is not None and not city.dark(moment.begin, moment.end or moment.begin):
        return
    unlit, unknown = facts.unlit[own], facts.light_unknown[own]
    if not (unlit.any() or unknown.any()):
        return
    total = max(float(length_m[own].sum()), 1.0)
    dark, unclear = (percent(float(length_m[own][part].sum()) / total) for part in (unlit, unknown))
    said = []
    if unlit.any():
        said.append(phrase("{share} of the street length is not lit", share=dark))
    if unknown.any():
        said.append(phrase("{share} of the street length is of unknown light", share=unclear))
    yield Flag(
        FlagKind.UNLIT,
        Rating.MEDIUM if unlit.any() else Rating.UNKNOWN,
        Affects.BOTH,
        moment.hotspot,
        phrase(
            "{dark} {shares} in or beside the released area.",
            dark=_when_dark(city, moment.begin),
            shares=and_joined(said),
        ),
        for_kind(FlagKind.UNLIT),
        STREETS,
        team=moment.team,
        when=moment.begin if moment.team else None,
    )


def _when_dark(city: City, begin: datetime | None) -> str:
    if city.where is None or begin is None:
        return phrase("In the dark")
    dusk = sun_times(city.where, begin.date()).dusk
    if dusk is None:
        return phrase("In the dark")
    return phrase("In the dark (from {time} that day)", time=clock(dusk))


def _flag(
    kind: FlagKind, rating: Rating, hotspot: Hotspot, evidence: str, *, minutes: float | None = None
) -> Flag:
    return Flag(
        kind,
        rating,
        Affects.BOTH,
        hotspot.code,
        evidence,
        for_kind(kind),
        STREETS,
        minutes=minutes,
    )

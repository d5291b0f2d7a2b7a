"""Hand-drawn towns for derived flags: a ring or a row of streets, with tags by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from outreach_map.hours import Place
from outreach_map.network import StreetNetwork
from outreach_map.risk import City, Flag, FlagKind, TimedStop, flag_risks
from outreach_map.settings import RiskSettings
from outreach_map.tables import Hotspot, Mode, Point, RiskZone, Team
from tests.coverage.row_town import hotspot, released, streets

BERLIN = Place(53.6, 13.3, "Europe/Berlin")
EVENING = datetime(2026, 11, 25, 20, 0)
NOON = EVENING.replace(hour=12)


def ring(nodes: int = 12, seconds: float = 60.0) -> StreetNetwork:
    """A ring whose far side stands a hundredth of a degree off, so that no area touches it."""
    half = nodes // 2
    ways = [(node, (node + 1) % nodes, seconds) for node in range(nodes)]
    return streets(nodes, ways, north=list(range(half, nodes)))


def tagged(walk: StreetNetwork, tags: Mapping[str, Mapping[int, int]]) -> StreetNetwork:
    """The same streets with codes of tags at some segments."""
    arrays = {}
    for name, codes in tags.items():
        array = getattr(walk.tags, name).copy()
        for segment, code in codes.items():
            array[segment] = code
        arrays[name] = array
    return replace(walk, tags=replace(walk.tags, **arrays))


def city(walk: StreetNetwork, *, care: Sequence[int] = (0,), where: Place | None = BERLIN) -> City:
    """The town with hospitals at some nodes."""
    return City({Mode.WALK: walk}, walk.lon_lat[list(care)] if care else np.empty((0, 2)), where)


def derived(
    walk: StreetNetwork,
    kind: FlagKind,
    *,
    hotspots: Sequence[Hotspot] | None = None,
    points: Sequence[Point] = (),
    zones: Sequence[RiskZone] = (),
    teams: Sequence[Team] = (),
    stops: Sequence[TimedStop] = (),
    care: Sequence[int] = (0,),
    where: Place | None = BERLIN,
    rules: RiskSettings | None = None,
) -> list[Flag]:
    """Flags of one kind."""
    spots = [hotspot()] if hotspots is None else hotspots
    found = flag_risks(
        released(spots, points, zones=zones, teams=teams),
        city(walk, care=care, where=where),
        rules,
        stops=stops,
    )
    return [flag for flag in found if flag.kind is kind]

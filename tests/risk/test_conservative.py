"""No flag is missed wherever in its area people truly are."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.network import StreetNetwork, nearest_facility, read_streets
from outreach_map.risk import (
    AreaStreets,
    City,
    FlagKind,
    StreetFacts,
    TimedStop,
    flag_risks,
    street_facts,
)
from outreach_map.settings import RiskSettings
from outreach_map.tables import Mode, Place
from tests.coverage.row_town import hotspot, released
from tests.risk.derived_town import BERLIN, EVENING

DATA = Path(__file__).parents[2] / "data"
# Facts of a street -> the flag that tells of them.
TOLD = {
    "one_way": FlagKind.ONLY_WAY_IN,
    "gate": FlagKind.GATE_ON_WAY,
    "bridge_only": FlagKind.BRIDGE_ONLY,
    "one_crossing": FlagKind.ONE_CROSSING,
    "dead_end": FlagKind.DEAD_END,
    "stairs": FlagKind.STAIRS,
    "tunnel": FlagKind.TUNNEL,
    "level_crossing": FlagKind.LEVEL_CROSSING,
    "steep": FlagKind.STEEP,
    "water": FlagKind.WATER,
    "unlit": FlagKind.UNLIT,
    "light_unknown": FlagKind.UNLIT,
}


@pytest.fixture(scope="module")
def walk() -> StreetNetwork:
    return read_streets(DATA / "neubrandenburg" / "streets.osm.pbf", Mode.WALK)


@pytest.fixture(scope="module")
def finder(walk: StreetNetwork) -> AreaStreets:
    return AreaStreets(walk)


@pytest.fixture(scope="module")
def facts(walk: StreetNetwork) -> StreetFacts:
    return street_facts(walk)


@pytest.fixture(scope="module")
def city(walk: StreetNetwork) -> City:
    return City({Mode.WALK: walk}, walk.lon_lat[walk.component == 0][:1], BERLIN)


def test_every_fact_has_its_flag() -> None:
    assert set(TOLD) == {field.name for field in fields(StreetFacts)} - {"way_s"}


PAIR = st.tuples(st.floats(0, 1), st.floats(0, 1))


def somewhere(walk: StreetNetwork, at: tuple[float, float], size: tuple[float, float]) -> Place:
    """A released area: a box of 100 to 900 m a side somewhere over the town."""
    west, south = walk.lon_lat.min(axis=0)
    east, north = walk.lon_lat.max(axis=0)
    lon, lat = west + at[0] * (east - west), south + at[1] * (north - south)
    wide = (100 + 800 * size[0]) / 66_000
    high = (100 + 800 * size[1]) / 111_000
    return Place((1,), shapely.box(lon, lat, lon + wide, lat + high), (lon, lat))


@settings(deadline=None, max_examples=120)
@given(PAIR, PAIR, st.lists(PAIR, min_size=1))
def test_the_street_nearest_to_anybody_is_among_the_area_s(
    walk: StreetNetwork,
    finder: AreaStreets,
    at: tuple[float, float],
    size: tuple[float, float],
    stands: list[tuple[float, float]],
) -> None:
    place = somewhere(walk, at, size)
    area = finder.of(place)
    if not len(area):
        return
    west, south, east, north = place.geometry.bounds
    truth = np.array([west, south]) + np.array(stands) * np.array([east - west, north - south])
    assert np.isin(finder.at(truth), area).all()


@settings(deadline=None, max_examples=25)
@given(PAIR, PAIR, PAIR)
def test_no_flag_is_missed_wherever_the_truth_is(
    walk: StreetNetwork,
    city: City,
    facts: StreetFacts,
    finder: AreaStreets,
    at: tuple[float, float],
    size: tuple[float, float],
    stand: tuple[float, float],
) -> None:
    """What holds at the street that somebody is at is told of their whole area."""
    place = somewhere(walk, at, size)
    rules = RiskSettings(care_min=10, safe_min=10)
    stop = TimedStop("T-AAAA", "H-AAAA", EVENING, EVENING + timedelta(minutes=20))
    flags = flag_risks(released([hotspot(place=place)]), city, rules, stops=[stop])
    told = {flag.kind for flag in flags if flag.about == "H-AAAA"}
    if not len(finder.of(place)):
        return
    west, south, east, north = place.geometry.bounds
    truth = np.array([[west + stand[0] * (east - west), south + stand[1] * (north - south)]])
    (street,) = finder.at(truth)
    for name, kind in TOLD.items():
        if getattr(facts, name)[street]:
            assert kind in told, name
    nodes = walk.snap(city.care, 1000).node
    seconds = nearest_facility(walk, nodes).travel_time_s[finder.ends[street]]
    if seconds.max() > 600:
        assert {FlagKind.FAR_FROM_CARE, FlagKind.FAR_FROM_SAFE} <= told
    exits = city.exits(nodes)
    ends = finder.ends[street][np.isfinite(exits.best_s[finder.ends[street]])]
    late = exits.blocked_s[ends] - exits.best_s[ends]
    if (late > 60 * rules.detour_min).any():
        assert FlagKind.NO_SECOND_WAY in told

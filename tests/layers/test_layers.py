"""The map layers: what each draws, and what it must not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import Coverage, Reach, ServiceCoverage, Step
from outreach_map.hours import Hours
from outreach_map.layers import (
    DataLayer,
    gap_class,
    gap_layer,
    hotspot_layer,
    point_layer,
    route_layer,
    to_json,
    zone_layer,
)
from outreach_map.layers.words import band, metres, minutes
from outreach_map.routing import Itinerary, Leg, Stop, StopKind
from outreach_map.tables import (
    Affects,
    Band,
    Hotspot,
    Mode,
    Place,
    Point,
    PointStatus,
    Rating,
    RiskAction,
    RiskState,
    RiskZone,
)


def square(number: int, *, mapped: bool = True) -> Place:
    """Area `number` of a row of squares; its anchor is the middle."""
    west = 13.25 + 0.004 * number
    box = shapely.box(west, 53.55, west + 0.004, 53.5523456789)
    return Place((number,), box, (west + 0.00212345678, 53.5512345678), mapped)


def spot(code: str, number: int, *, mapped: bool = True) -> Hotspot:
    return Hotspot(code=code, place=square(number, mapped=mapped), people=Band(11, 25))


def coverage_row(hotspot: str, service: str, reach: Reach) -> ServiceCoverage:
    broken = None if reach is Reach.REACHED else Step.REACHABLE
    return ServiceCoverage(hotspot, service, reach, broken, 60.0, 90.0, "P-AAAA", "Why.", "Mend.")


def numbers(layer: DataLayer) -> list[float]:
    """Every coordinate of a layer."""
    found: list[float] = []

    def walk(value: object) -> None:
        if isinstance(value, list):
            for one in value:
                walk(one)
        else:
            assert isinstance(value, float)
            found.append(value)

    for feature in layer.features:
        walk(feature["at"])
    return found


def test_hotspots_of_one_area_are_one_shape_with_all_their_codes() -> None:
    layer = hotspot_layer([spot("H-AAAA", 0), spot("H-BBBB", 0), spot("H-CCCC", 1)])
    assert [feature["title"] for feature in layer.features] == ["H-AAAA · H-BBBB", "H-CCCC"]
    assert {feature["kind"] for feature in layer.features} == {"area"}


def test_a_hotspot_is_never_a_pin_and_its_anchor_is_not_in_the_layer() -> None:
    layer = hotspot_layer([spot("H-AAAA", 0)])
    lon, lat = square(0).anchor
    assert not {round(lon, 4), round(lat, 4)} & set(numbers(layer))


def test_a_place_too_wide_to_draw_is_not_drawn() -> None:
    wide = spot("H-AAAA", 0, mapped=False)
    none = Coverage((coverage_row("H-AAAA", "nsp", Reach.NOT_REACHED),), (), ())
    assert list(hotspot_layer([wide]).features) == []
    assert list(gap_layer([wide], none).features) == []


def test_points_that_are_not_public_are_areas_without_a_name() -> None:
    pharmacy = Point(
        code="P-AAAA",
        place=square(0),
        public=True,
        name="Pharmacy by the bridge",
        status=PointStatus.OPEN,
    )
    hidden = Point(code="P-BBBB", place=square(1), public=False, type="drop_in")
    shown, area = point_layer([pharmacy, hidden]).features
    assert (shown["kind"], shown["title"]) == ("place", "Pharmacy by the bridge")
    assert (area["kind"], area["title"]) == ("area", "Drop in P-BBBB")
    assert list(point_layer([replace(hidden, place=square(1, mapped=False))]).features) == []


@pytest.mark.parametrize("state", [s for s in RiskState if s is not RiskState.CURRENT])
def test_a_zone_that_is_not_current_is_drawn_as_unknown(state: RiskState) -> None:
    zone = RiskZone(
        code="R-AAAA",
        place=square(0),
        category="policing",
        affects=Affects.PEER,
        rating=Rating.UNKNOWN,
        state=state,
        action=RiskAction.WARN,
    )
    (feature,) = zone_layer([zone]).features
    assert feature["style"] == "zone-unknown"
    assert ["assessment", state.value] in feature["rows"]
    assert ["hours", "not written down"] in feature["rows"]


def test_gap_classes_by_hand() -> None:
    def share(*reach: Reach) -> int:
        return gap_class(coverage_row("H-AAAA", str(n), one) for n, one in enumerate(reach))

    yes, partly, no, unknown = (
        Reach.REACHED, Reach.PARTLY, Reach.NOT_REACHED, Reach.UNKNOWN,
    )  # fmt: skip
    assert share() == share(yes) == 0
    assert share(yes, yes, no) == share(yes, yes, partly) == 1
    assert share(partly) == share(unknown) == share(yes, no) == share(yes, no, no) == 2
    assert share(no, no, no, yes) == share(no) == 3


@given(st.lists(st.sampled_from(list(Reach)), min_size=1, max_size=8))
def test_what_is_unknown_is_never_drawn_as_no_gap(reach: list[Reach]) -> None:
    rows = [coverage_row("H-AAAA", str(n), one) for n, one in enumerate(reach)]
    assert (gap_class(rows) == 0) == (set(reach) == {Reach.REACHED})


def test_gaps_speak_of_areas_and_services_and_not_of_codes() -> None:
    rows = (
        coverage_row("H-AAAA", "nsp", Reach.REACHED),
        coverage_row("H-AAAA", "hiv_test", Reach.NOT_REACHED),
    )
    (feature,) = gap_layer([spot("H-AAAA", 0)], Coverage(rows, (), ())).features
    assert feature["style"] == "gap-2"
    assert feature["title"] == "1 of 2 service needs not surely reached"
    assert feature["rows"] == [["syringes", "reached: Why."], ["HIV test", "not reached: Why."]]


def tour(lines: list[list[tuple[float, float]]]) -> Itinerary:
    nine = datetime(2026, 11, 23, 9, 0)
    stops = tuple(
        Stop(StopKind.VISIT, "H-AAAA", square(0), at, at, at + timedelta(minutes=10))
        for at in (nine + timedelta(minutes=30 * n) for n in range(len(lines) + 1))
    )
    legs = tuple(Leg(np.array(line), 1234.0, 601.0, ("Long Street",)) for line in lines)
    return Itinerary("T-AAAA", Mode.WALK, date(2026, 11, 23), stops, legs, {})


def test_a_way_tells_its_times_and_streets_and_a_leg_without_a_way_is_not_drawn() -> None:
    line = [(13.25, 53.55), (13.25001, 53.55001), (13.2512345, 53.5512345)]
    layer = route_layer("routes_0", "Routes", [tour([line, [(13.25, 53.55)]])], 9)
    (feature,) = layer.features
    # The second point falls on the first at four decimals.
    assert feature["at"] == [[53.55, 13.25], [53.5512, 13.2512]]
    assert feature["style"] == "route-1"
    assert feature["rows"] == [
        ["leave", "09:10"],
        ["arrive", "09:30"],
        ["way", "11 min on foot, 1.2 km"],
        ["streets", "Long Street"],
    ]


@given(
    st.floats(-179, 179), st.floats(-84, 84), st.floats(1e-3, 0.5), st.floats(1e-3, 0.5)
)  # fmt: skip
def test_no_coordinate_is_finer_than_four_decimals(
    west: float, south: float, width: float, height: float
) -> None:
    box = shapely.box(west, south, west + width, south + height)
    place = Place((1,), box, (west, south))
    layers = [
        hotspot_layer([Hotspot(code="H-AAAA", place=place)]),
        point_layer([Point(code="P-AAAA", place=place, public=True)]),
        route_layer("r", "R", [tour([[(west, south), (west + width, south + height)]])], 0),
    ]
    for layer in layers:
        values = numbers(layer)
        assert values
        assert all(value == round(value, 4) for value in values)


def test_holes_of_an_area_stay_holes() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    both = shapely.union_all([ring, shapely.box(5, 0, 6, 1)])
    hotspot = Hotspot(code="H-AAAA", place=Place((1, 2), both, (0.0, 0.0)))
    (feature,) = hotspot_layer([hotspot]).features
    assert sorted(len(polygon) for polygon in feature["at"]) == [1, 2]
    assert [len(polygon[0]) for polygon in feature["at"]] == [4, 4]


def test_the_same_layer_gives_the_same_script() -> None:
    scripts = set()
    for _ in range(2):
        layer = hotspot_layer([spot("H-AAAA", 0)])
        scripts.add((layer.get_name(), to_json(layer.features)))
    assert len(scripts) == 1
    assert json.loads(scripts.pop()[1])[0]["title"] == "H-AAAA"


def test_words_for_people() -> None:
    assert band(None) == "unknown"
    assert minutes(601) == "11 min"
    assert minutes(float("inf")) == "no way"
    assert (metres(994), metres(1000)) == ("990 m", "1.0 km")
    hotspot = replace(spot("H-AAAA", 0), hours=Hours("Fr-Sa 22:00-04:00"))
    (feature,) = hotspot_layer([hotspot]).features
    assert ["people are there", "Fr-Sa 22:00-04:00"] in feature["rows"]

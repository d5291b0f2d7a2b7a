"""The partition: every area passes, whatever the city, and hotspots have no say in it."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from outreach_map.errors import PrivacyError
from outreach_map.network import StreetExtract, read_extract, street_stops
from outreach_map.privacy.areas import Partition, Residents, partition
from outreach_map.privacy.merge import disc_rule_holds
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Mode

DATA = Path(__file__).parents[2] / "data"
BOUNDS = {
    "neubrandenburg": (13.19, 53.51, 13.33, 53.60),
    "liechtenstein": (9.47, 47.04, 9.64, 47.28),
}
POLICY = PrivacyPolicy()


@pytest.fixture(scope="module", params=sorted(BOUNDS))
def city(request: pytest.FixtureRequest) -> tuple[StreetExtract, shapely.Polygon, Partition]:
    extract = read_extract(DATA / request.param / "streets.osm.pbf")
    study_area = shapely.box(*BOUNDS[request.param])
    walk = extract.networks[Mode.WALK]
    return (
        extract,
        study_area,
        partition(study_area, None, walk, extract.building_lon_lat, POLICY),
    )


def stops_by_area(city) -> tuple[np.ndarray, np.ndarray]:
    extract, study_area, division = city
    stops = street_stops(extract.networks[Mode.WALK]).lon_lat
    stops = stops[shapely.contains_xy(study_area, stops)]
    return stops, division.areas_of_points(stops)


def test_no_hotspot_is_among_its_arguments() -> None:
    assert list(inspect.signature(partition).parameters) == [
        "study_area",
        "residents",
        "streets",
        "buildings",
        "policy",
    ]


def test_every_stop_lies_in_exactly_one_area(city) -> None:
    _, area = stops_by_area(city)
    assert area.min() >= 0
    assert set(area) == set(range(len(city[2].areas)))


def test_every_area_holds_enough_buildings(city) -> None:
    stops, area = stops_by_area(city)
    division = city[2]
    metres, nearest = cKDTree(division.metric(stops)).query(
        division.metric(city[0].building_lon_lat)
    )
    held = np.bincount(area[nearest[metres <= 150]], minlength=len(division.areas))
    assert held.min() >= POLICY.buildings


def test_no_disc_holds_more_than_a_third_of_an_area(city) -> None:
    """An independent check: discs at random places, not on the grid of the method."""
    stops, area = stops_by_area(city)
    division = city[2]
    points = division.metric(stops)
    metres, nearest = cKDTree(points).query(division.metric(city[0].building_lon_lat))
    weight = np.bincount(nearest[metres <= 150], minlength=len(points)).astype(float)
    mass = 1 + weight * len(points) / weight.sum()
    generator = np.random.default_rng(0)
    for number in range(len(division.areas)):
        own = points[area == number]
        centres = own[generator.integers(len(own), size=60)] + generator.normal(0, 40, (60, 2))
        inside = ((centres[:, None] - own[None]) ** 2).sum(axis=2) <= POLICY.disc_m**2
        share = inside @ mass[area == number] / mass[area == number].sum()
        assert share.max() <= POLICY.disc_share


def test_anchors_lie_in_or_beside_their_area(city) -> None:
    for area in city[2].areas:
        assert area.geometry.distance(shapely.Point(area.anchor)) < 0.003
        assert np.round(shapely.get_coordinates(area.geometry), 4) == pytest.approx(
            shapely.get_coordinates(area.geometry), abs=1e-12
        )


def test_the_order_of_buildings_does_not_matter(city) -> None:
    extract, study_area, division = city
    shuffled = np.random.default_rng(1).permutation(extract.building_lon_lat)
    again = partition(study_area, None, extract.networks[Mode.WALK], shuffled, POLICY)
    assert again.cells == division.cells


def test_residents_count_where_they_are_known(city) -> None:
    extract, study_area, _ = city
    homes = Residents(extract.building_lon_lat, np.full(len(extract.building_lon_lat), 4.0))
    walk = extract.networks[Mode.WALK]
    division = partition(study_area, homes, walk, extract.building_lon_lat, POLICY)
    strict = POLICY.model_copy(update={"residents": 1000})
    coarser = partition(study_area, homes, walk, extract.building_lon_lat, strict)
    assert len(coarser.areas) < len(division.areas)


def test_too_few_people_in_all_fails_closed(city) -> None:
    extract, study_area, _ = city
    nobody = Residents(np.empty((0, 2)), np.empty(0))
    with pytest.raises(PrivacyError, match="too few"):
        partition(study_area, nobody, extract.networks[Mode.WALK], extract.building_lon_lat, POLICY)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 60), st.integers(0, 10_000), st.floats(60, 1500))
def test_the_disc_rule_never_passes_what_breaks_it(count: int, seed: int, spread: float) -> None:
    generator = np.random.default_rng(seed)
    points = generator.uniform(0, spread, (count, 2))
    mass = generator.uniform(0.5, 3.0, count)
    centres = generator.uniform(-50, spread + 50, (400, 2))
    inside = ((centres[:, None] - points[None]) ** 2).sum(axis=2) <= 100.0**2
    heaviest = (inside @ mass).max() / mass.sum()
    if heaviest > 1 / 3:
        assert not disc_rule_holds(points, mass, 100.0, 1 / 3)


def test_the_disc_rule_passes_what_is_spread_out() -> None:
    points = np.stack(np.meshgrid(np.arange(0, 1000, 25.0), np.arange(0, 500, 25.0)), -1)
    points = points.reshape(-1, 2)
    assert disc_rule_holds(points, np.ones(len(points)), 100.0, 1 / 3)


def test_a_policy_cannot_be_loosened_below_its_floors() -> None:
    for slip in ({"residents": 5}, {"buildings": 1}, {"disc_share": 0.9}, {"cell_m": 10.0}):
        with pytest.raises(ValueError, match="1 validation error"):
            PrivacyPolicy(**slip)

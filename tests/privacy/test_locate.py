"""Where raw places are led to: by their street, and no finer than they are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.network import StreetExtract, read_extract, street_stops
from outreach_map.privacy import Partition, partition
from outreach_map.privacy.locate import Locator
from outreach_map.programme import PrivacyPolicy
from outreach_map.tables import Mode

EXTRACT = Path(__file__).parents[2] / "data" / "neubrandenburg" / "streets.osm.pbf"


@pytest.fixture(scope="module")
def extract() -> StreetExtract:
    return read_extract(EXTRACT)


@pytest.fixture(scope="module")
def division(extract: StreetExtract) -> Partition:
    return partition(
        shapely.box(*extract.bounds),
        None,
        extract.networks[Mode.WALK],
        extract.building_lon_lat,
        PrivacyPolicy(),
    )


@pytest.fixture(scope="module")
def locator(extract: StreetExtract, division: Partition) -> Locator:
    return Locator(division, extract.networks[Mode.WALK])


@pytest.fixture(scope="module")
def stops(extract: StreetExtract) -> np.ndarray:
    return street_stops(extract.networks[Mode.WALK]).lon_lat


def test_a_place_known_finer_than_its_area_is_its_area(
    locator: Locator, division: Partition, stops: np.ndarray
) -> None:
    some = [shapely.Point(stop) for stop in stops[::500]]
    plain = locator.areas(some)
    assert all(len(areas) == 1 for areas in plain)
    narrow = [division.areas[areas[0]].extent_m for areas in plain]
    assert locator.areas(some, narrow) == plain
    assert locator.areas(some, [None] * len(some)) == plain


def test_a_place_known_coarser_than_its_area_is_all_areas_in_reach(
    locator: Locator, division: Partition, stops: np.ndarray
) -> None:
    coarse_m = 2.0 * max(area.extent_m for area in division.areas if area.mapped)
    rng = np.random.default_rng(4)
    for stop in stops[rng.choice(len(stops), 20, replace=False)]:
        (own,) = locator.areas([shapely.Point(stop)])
        (found,) = locator.areas([shapely.Point(stop)], [coarse_m])
        assert set(own) < set(found)
        # Wherever within its precision the truth is, its area is among them.
        turns = np.linspace(0, 2 * np.pi, 40)
        flat = division.metric(stop[None, :]) + 0.99 * coarse_m * np.column_stack(
            [np.cos(turns), np.sin(turns)]
        )
        keys = np.floor(flat / division.cell_m).astype(int)
        around = {division.cells.get((int(i), int(j)), -1) for i, j in keys} - {-1}
        assert around <= set(found)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), coarse_m=st.floats(0, 8000))
def test_two_places_of_one_area_are_released_alike(
    data: st.DataObject,
    coarse_m: float,
    locator: Locator,
    division: Partition,
    stops: np.ndarray,
) -> None:
    area = data.draw(st.integers(0, len(division.areas) - 1))
    own = stops[division.areas_of_points(stops) == area]
    one, other = (data.draw(st.integers(0, len(own) - 1)) for _ in range(2))
    points = [shapely.Point(own[one]), shapely.Point(own[other])]
    first, second = locator.areas(points, [coarse_m, coarse_m])
    assert first == second


def test_ten_thousand_places_are_led_at_once(locator: Locator, stops: np.ndarray) -> None:
    points = list(shapely.points(stops[np.arange(10_000) % len(stops)]))
    found = locator.areas(points)
    assert len(found) == 10_000
    assert all(found)

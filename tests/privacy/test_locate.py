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
from outreach_map.settings import PrivacyPolicy
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
    return Locator(division)


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


@settings(deadline=None, max_examples=40)
@given(at=st.floats(0, 1), share=st.floats(0, 1), side_m=st.floats(5, 3000))
def test_an_outline_says_no_more_than_a_point_of_its_size(
    at: float, share: float, side_m: float, locator: Locator, division: Partition, stops: np.ndarray
) -> None:
    """A small outline at a corner of areas would else be given away by the areas it touches."""
    here = stops[int(at * (len(stops) - 1))]
    half = np.degrees(side_m / 2 / 6_371_000)
    wide = half / np.cos(np.radians(here[1]))
    outline = shapely.box(here[0] - wide, here[1] - half, here[0] + wide, here[1] + half)
    (drawn,) = locator.areas([outline])
    (area,) = locator.homes([shapely.Point(here)])
    assert area in drawn
    if side_m < 0.8 * division.areas[area].extent_m:
        assert drawn == (area,)
    # The same size elsewhere in the area gives the same areas.
    own = stops[division.areas_of_points(stops) == area]
    there = own[int(share * (len(own) - 1))]
    (known,) = locator._sizes_m([outline])
    assert side_m * 0.99 <= known <= side_m * 1.05 + 50
    assert locator.areas([shapely.Point(there)], [known]) == [drawn]


def test_a_place_off_the_squares_is_led_to_the_nearest_one(
    locator: Locator, division: Partition
) -> None:
    side = np.array([cell for cell in division.cells]) * division.cell_m
    for area in division.areas[::7]:
        squares = [cell for cell, owner in division.cells.items() if owner == area.number]
        corner = np.array(squares[0]) * division.cell_m
        # Just outside the west side of a square that has no neighbour there.
        if (squares[0][0] - 1, squares[0][1]) in division.cells:
            continue
        outside = corner + np.array([-1.0, division.cell_m / 2])
        back = shapely.transform(shapely.Point(outside), lambda xy: _degrees(division, xy))
        assert locator.areas([back]) == [(area.number,)]
    far = shapely.transform(
        shapely.Point(side.min(axis=0) - 5000.0), lambda xy: _degrees(division, xy)
    )
    assert locator.areas([far]) == [()]


def _degrees(division: Partition, xy: np.ndarray) -> np.ndarray:
    from pyproj import Transformer

    back = Transformer.from_crs(division.epsg, 4326, always_xy=True)
    return np.column_stack(back.transform(xy[:, 0], xy[:, 1]))

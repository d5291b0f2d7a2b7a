"""Study areas that maps make hard: across UTM zones, of islands, with hardly anybody in them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from outreach_map.errors import PrivacyError
from outreach_map.network import StreetNetwork, street_stops
from outreach_map.privacy import Partition, Residents, partition
from outreach_map.privacy.areas import stop_weights
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.merge import disc_rule_holds, plausibility
from outreach_map.settings import PrivacyPolicy
from tests.network.any_network import grid_network, together

GEOD = Geod(ellps="WGS84")


def divided(walk: StreetNetwork, people_at: np.ndarray, each: float, **rules: float) -> Partition:
    west, south = walk.lon_lat.min(axis=0) - 0.01
    east, north = walk.lon_lat.max(axis=0) + 0.01
    residents = Residents(people_at, np.full(len(people_at), each))
    policy = PrivacyPolicy(**rules)
    return partition(
        shapely.box(west, south, east, north), residents, walk, np.empty((0, 2)), policy
    )


def keeps_its_rules(division: Partition, walk: StreetNetwork, people: np.ndarray, each: float):
    """k and the disc rule, for every area; nobody is counted twice or lost."""
    stops = street_stops(walk).lon_lat
    area = division.areas_of_points(stops)
    assert (area >= 0).all()
    points = division.metric(stops)
    residents = Residents(people, np.full(len(people), each))
    weights = stop_weights(points, residents, np.empty((0, 2)), division.metric)
    held = np.bincount(area, weights=weights, minlength=len(division.areas))
    assert held.sum() == pytest.approx(each * len(people))
    assert (held >= 250).all()
    mass = plausibility(weights)
    for number in range(len(division.areas)):
        own = area == number
        assert disc_rule_holds(points[own], mass[own], 100.0, 1 / 3)


def test_streets_alone_tell_of_nobody() -> None:
    walk = grid_network(9.5, 47.1, columns=12, rows=12, step_m=100.0)
    around = shapely.box(9.4, 47.0, 9.7, 47.3)
    with pytest.raises(PrivacyError, match="no buildings, and there is no file of residents"):
        partition(around, None, walk, np.empty((0, 2)), PrivacyPolicy())


@pytest.mark.parametrize("lon", [6.0, 12.0, -180.0 + 6.0])
def test_a_town_across_two_utm_zones_is_divided_in_one_of_them(lon: float) -> None:
    walk = grid_network(lon - 0.02, 49.0, columns=30, rows=20, step_m=100.0)
    assert walk.lon_lat[:, 0].min() < lon < walk.lon_lat[:, 0].max()
    division = divided(walk, walk.lon_lat, 20.0)
    keeps_its_rules(division, walk, walk.lon_lat, 20.0)
    # Squares are 250 m on the ground on both sides of the border, to within a thousandth.
    for area in division.areas:
        west, south, east, north = area.geometry.bounds
        across = GEOD.inv(west, (south + north) / 2, east, (south + north) / 2)[2]
        along = GEOD.inv(west, south, west, north)[2]
        assert max(across, along) <= area.extent_m * 1.06 + 25
    # Somebody on either side is released in an area that holds their place.
    locator = Locator(division)
    for place in ((lon - 0.005, 49.005), (lon + 0.005, 49.005)):
        (areas,) = locator.areas([shapely.Point(place)])
        assert locator.place(areas).geometry.buffer(2e-4).covers(shapely.Point(place))


def test_islands_merge_with_the_nearest_where_none_touches() -> None:
    mainland = grid_network(9.5, 47.1, columns=20, rows=10, step_m=100.0)
    islet = grid_network(9.56, 47.1, columns=2, rows=2, step_m=60.0)
    walk = together(mainland, islet)
    division = divided(walk, walk.lon_lat, 20.0)
    keeps_its_rules(division, walk, walk.lon_lat, 20.0)
    of_islet = set(division.areas_of_points(islet.lon_lat).tolist())
    assert len(of_islet) == 1
    (area,) = of_islet
    # Eighty people alone are too few: the islet shares its area with the mainland's east end.
    assert area in set(division.areas_of_points(mainland.lon_lat).tolist())


def test_a_country_with_almost_nobody_is_listed_and_not_mapped() -> None:
    walk = grid_network(9.5, 47.1, columns=40, rows=40, step_m=200.0)
    rng = np.random.default_rng(3)
    people = walk.lon_lat[rng.choice(len(walk.lon_lat), 60, replace=False)]
    division = divided(walk, people, 10.0)
    assert any(area.extent_m > 3000 for area in division.areas)
    for area in division.areas:
        assert area.mapped == (area.extent_m <= 3000)


def test_a_hotspot_at_the_border_of_the_extract_has_an_area_with_its_street() -> None:
    walk = grid_network(9.5, 47.1, columns=20, rows=20, step_m=100.0)
    division = divided(walk, walk.lon_lat, 20.0)
    corner = walk.lon_lat[np.lexsort((walk.lon_lat[:, 1], walk.lon_lat[:, 0]))[0]]
    beyond = shapely.Point(corner[0] - 0.006, corner[1] - 0.004)
    (areas,) = Locator(division).areas([beyond])
    assert areas == (int(division.areas_of_points(corner[None, :])[0]),)

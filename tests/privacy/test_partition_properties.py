"""The partition for any town: whole, blind to order, safe for everybody in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from outreach_map.errors import PrivacyError
from outreach_map.network import StreetNetwork
from outreach_map.privacy import Partition, Residents, partition
from outreach_map.privacy.areas import plausible_stops, stop_weights
from outreach_map.privacy.corners import street_corners
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.merge import disc_rule_holds, plausibility
from outreach_map.privacy.rules import disc_rules
from outreach_map.settings import PrivacyPolicy
from tests.network.any_network import grid_network, together

POLICY = PrivacyPolicy(residents=100, buildings=20)


@dataclass(frozen=True)
class Town:
    """Streets, residents or buildings, and the study area around them."""

    walk: StreetNetwork
    residents: Residents | None
    buildings: np.ndarray

    @property
    def study_area(self) -> shapely.Polygon:
        west, south = self.walk.lon_lat.min(axis=0) - 0.01
        east, north = self.walk.lon_lat.max(axis=0) + 0.01
        return shapely.box(west, south, east, north)

    def divided(self) -> Partition:
        return partition(self.study_area, self.residents, self.walk, self.buildings, POLICY)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """A grid of streets and an islet, with people anywhere: by census points or by buildings."""
    columns, rows = draw(st.integers(8, 16)), draw(st.integers(8, 16))
    walk = grid_network(9.5, 47.1, columns=columns, rows=rows, step_m=draw(st.integers(60, 160)))
    if draw(st.booleans()):
        walk = together(walk, grid_network(9.54, 47.1, columns=2, rows=2, step_m=50.0))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    count = draw(st.integers(120, 500))
    at = walk.lon_lat[rng.integers(len(walk.lon_lat), size=count)] + rng.normal(0, 3e-4, (count, 2))
    if draw(st.booleans()):
        return Town(walk, None, at)
    return Town(walk, Residents(at, rng.integers(0, 9, count).astype(float)), np.empty((0, 2)))


def reordered(town: Town, seed: int) -> Town:
    """The same town from files in another order: nodes, streets, residents, buildings."""
    rng = np.random.default_rng(seed)
    walk = town.walk
    node, street = rng.permutation(len(walk.lon_lat)), rng.permutation(walk.segments)
    back = np.argsort(node).astype(np.int32)
    both = np.concatenate([street, street + walk.segments])
    coords = walk.coords.reshape(-1, 2, 2)[street].reshape(-1, 2)
    shuffled = replace(
        walk,
        lon_lat=walk.lon_lat[node],
        component=walk.component[node],
        tail=back[walk.tail[both]],
        head=back[walk.head[both]],
        length_m=walk.length_m[both],
        travel_time_s=walk.travel_time_s[both],
        coords=coords,
    )
    residents = town.residents
    if residents is not None:
        order = rng.permutation(len(residents.people))
        residents = Residents(residents.lon_lat[order], residents.people[order])
    return Town(shuffled, residents, rng.permutation(town.buildings))


def divided(town: Town) -> Partition | None:
    try:
        return town.divided()
    except PrivacyError:
        return None


@settings(max_examples=25)
@given(towns())
def test_every_stop_and_crossing_is_in_one_area_and_every_area_keeps_its_rules(town: Town) -> None:
    division = divided(town)
    stops = plausible_stops(town.study_area, town.walk)
    points = None if division is None else division.metric(stops)
    if division is None or points is None:
        return
    area = division.areas_of_points(stops)
    assert set(area.tolist()) == set(range(len(division.areas)))
    squares = [cell for number in range(len(division.areas)) for cell in cells_of(division, number)]
    assert len(squares) == len(set(squares)) == len(division.cells)
    # A crossing has a stop within 12.5 m of it: its square, or the next, belongs to one area.
    crossings = division.areas_near(town.walk.lon_lat, 30.0)
    assert (crossings >= 0).all()
    weights = stop_weights(points, town.residents, town.buildings, division.metric)
    held = np.bincount(area, weights=weights, minlength=len(division.areas))
    assert held.min() >= (100 if town.residents is not None else 20) - 1e-6
    mass = plausibility(weights)
    for number in range(len(division.areas)):
        own = area == number
        assert disc_rule_holds(points[own], mass[own], POLICY.disc_m, POLICY.disc_share)
    # Nor by street corners, each with the mass of the stops that are nearest to it.
    metric = division.metric(town.walk.lon_lat)
    nearest = cKDTree(metric).query(points)[1]
    gathered = np.bincount(nearest, weights=mass, minlength=len(metric))
    corners = street_corners(metric, points, mass, division.cell_m)
    assert corners.mass.sum() == pytest.approx(gathered.sum())
    home = np.array([division.cells[int(i), int(j)] for i, j in corners.square])
    for number in range(len(division.areas)):
        own = home == number
        assert own.any()
        discs = cKDTree(corners.xy[own]).query_ball_point(corners.xy[own], POLICY.disc_m)
        held = [corners.mass[own][inside].sum() for inside in discs]
        assert max(held) <= POLICY.disc_share * corners.mass[own].sum()
    assert all(disc_rules(division, points, weights, metric, POLICY))


def cells_of(division: Partition, number: int) -> list[tuple[int, int]]:
    return [cell for cell, owner in division.cells.items() if owner == number]


@settings(max_examples=25)
@given(towns(), st.integers(0, 1000))
def test_the_order_of_the_input_has_no_say(town: Town, seed: int) -> None:
    one, other = divided(town), divided(reordered(town, seed))
    if one is None or other is None:
        assert one is other
        return
    assert one.cells == other.cells
    assert [area.anchor for area in one.areas] == [area.anchor for area in other.areas]


@settings(max_examples=25)
@given(towns(), st.integers(0, 10**6))
def test_an_area_contains_the_truth_moved_to_its_street(town: Town, seed: int) -> None:
    division = divided(town)
    if division is None:
        return
    stops = plausible_stops(town.study_area, town.walk)
    rng = np.random.default_rng(seed)
    locator = Locator(division)
    for stop in stops[rng.integers(len(stops), size=10)]:
        (areas,) = locator.areas([shapely.Point(stop)])
        place = locator.place(areas)
        # The outline is rounded to four decimals: some metres.
        assert place.geometry.buffer(1e-4).covers(shapely.Point(stop))
        # Where somebody stands says nothing of the anchor: all of an area share it.
        assert place.anchor == division.areas[areas[0]].anchor


def test_residents_by_points_and_by_h3_cells_at_the_same_places_divide_alike() -> None:
    h3 = pytest.importorskip("h3")
    walk = grid_network(9.5, 47.1, columns=16, rows=16, step_m=100.0)
    west, south = walk.lon_lat.min(axis=0)
    east, north = walk.lon_lat.max(axis=0)
    outline = h3.LatLngPoly([(south, west), (south, east), (north, east), (north, west)])
    cells = sorted(h3.polygon_to_cells(outline, 10))
    centres = np.array([h3.cell_to_latlng(cell)[::-1] for cell in cells])
    town = Town(walk, Residents(centres, np.full(len(cells), 40.0)), np.empty((0, 2)))
    division = town.divided()
    assert len(division.areas) > 1
    # Ten people four times over at a place are forty at it.
    points = Residents(np.repeat(centres, 4, axis=0), np.full(4 * len(cells), 10.0))
    again = replace(town, residents=points).divided()
    assert set(again.areas_of_points(walk.lon_lat)) == set(range(len(again.areas)))

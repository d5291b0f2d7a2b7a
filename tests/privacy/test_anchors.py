"""Anchors: the crossing from which an area's places are nearest on foot, whatever the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.network import StreetNetwork, travel_matrices
from outreach_map.privacy.anchors import anchor_nodes, last_miles_m
from outreach_map.privacy.corners import Corners, street_corners
from tests.network.any_network import grid_network, together

CELL_M = 250.0


def flat(walk: StreetNetwork) -> np.ndarray:
    """Metres around the first node; a grid is small enough to be flat."""
    scale = 111_320.0 * np.array([np.cos(np.radians(walk.lon_lat[0, 1])), 1.0])
    return np.asarray((walk.lon_lat - walk.lon_lat[0]) * scale)


def corners_of(walk: StreetNetwork, mass: np.ndarray) -> Corners:
    """Every node with a mass of its own."""
    return street_corners(flat(walk), flat(walk), mass, CELL_M)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_no_other_corner_of_an_area_is_nearer_on_foot_in_the_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    walk = grid_network(9.5, 47.1, columns=7, rows=6, step_m=90.0)
    corners = corners_of(walk, rng.uniform(0.1, 5.0, len(walk)))
    area = (corners.xy[:, 0] > 270.0).astype(np.int64)
    chosen = anchor_nodes(area, 2, corners, flat(walk), walk)
    for number, anchor in enumerate(chosen):
        own = area == number
        places, mass = corners.node[own], corners.mass[own]
        metres = np.asarray(travel_matrices(walk, places, places).length_m)
        mean = metres @ mass / mass.sum()
        assert anchor in places
        assert mean[places == anchor][0] == pytest.approx(mean.min(), abs=0.01)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_a_last_mile_is_the_mean_way_to_the_plausible_places_of_an_area(seed: int) -> None:
    rng = np.random.default_rng(seed)
    walk = grid_network(9.5, 47.1, columns=7, rows=6, step_m=90.0)
    corners = corners_of(walk, rng.uniform(0.1, 5.0, len(walk)))
    area = (corners.xy[:, 0] > 270.0).astype(np.int64)
    # From any anchor, such as an older ledger may hold.
    anchors = rng.choice(len(walk), 2)
    told = last_miles_m(area, anchors, corners, flat(walk), walk)
    for number, anchor in enumerate(anchors):
        own = area == number
        metres = np.asarray(travel_matrices(walk, [anchor], corners.node[own]).length_m)[0]
        mean = np.average(metres, weights=corners.mass[own])
        assert told[number] == pytest.approx(mean, abs=5.01)
        assert told[number] % 10 == 0


def test_by_streets_and_not_as_the_crow_flies() -> None:
    """A comb of dead ends: the middle of its tips is far from all of them."""
    walk = grid_network(9.5, 47.1, columns=5, rows=5, step_m=100.0)
    column = np.rint(flat(walk)[:, 0] / 100).astype(int)
    row = np.rint(flat(walk)[:, 1] / 100).astype(int)
    spine = (row[walk.tail] == 0) & (row[walk.head] == 0)
    kept = spine | (column[walk.tail] == column[walk.head])
    comb = replace(
        walk,
        tail=walk.tail[kept], head=walk.head[kept], length_m=walk.length_m[kept],
        travel_time_s=walk.travel_time_s[kept], segment=walk.segment[kept],
        forward=walk.forward[kept],
    )  # fmt: skip
    tips = np.where(row == 4, 1.0, 1e-6)
    (anchor,) = anchor_nodes(
        np.zeros(len(walk), np.int64), 1, corners_of(comb, tips), flat(comb), comb
    )
    assert (column[anchor], row[anchor]) == (2, 0)


def test_an_island_is_met_where_the_streets_of_teams_come_nearest() -> None:
    walk = together(
        grid_network(9.5, 47.1, columns=6, rows=6, step_m=100.0),
        grid_network(9.52, 47.1, columns=2, rows=2, step_m=50.0),
    )
    corners = corners_of(walk, np.ones(len(walk)))
    area = (walk.component[corners.node] != 0).astype(np.int64)
    mainland, island = anchor_nodes(area, 2, corners, flat(walk), walk)
    assert walk.component[mainland] == walk.component[island] == 0
    assert flat(walk)[island, 0] == pytest.approx(500.0, abs=2.0)
    # Its last mile is over water: as the crow flies.
    _, far = last_miles_m(area, np.array([mainland, island]), corners, flat(walk), walk)
    over = np.linalg.norm(flat(walk)[walk.component != 0] - flat(walk)[island], axis=1).mean()
    assert far == pytest.approx(over, abs=5.01)


def test_a_corner_whose_square_has_no_stop_belongs_to_that_of_its_nearest() -> None:
    nodes = np.array([[249.0, 10.0], [600.0, 10.0]])
    stops = np.array([[255.0, 10.0], [590.0, 10.0], [610.0, 10.0]])
    corners = street_corners(nodes, stops, np.ones(3), CELL_M)
    assert corners.square.tolist() == [[1, 0], [2, 0]]
    assert corners.mass.tolist() == [1.0, 2.0]

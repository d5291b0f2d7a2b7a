"""On real streets: agreement with PySAL's libraries, and ranges that hold for the true places."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from access import fca
from numpy.typing import NDArray

from outreach_map import load_programme
from outreach_map.coverage import (
    Standards,
    assess_coverage,
    enhanced_two_step_fca,
    mclp,
    p_center,
    p_median,
    three_step_fca,
    two_step_fca,
)
from outreach_map.demo import DEMO_ROUND
from outreach_map.network import StreetNetwork, read_extract, travel_time_matrix
from outreach_map.privacy import release
from outreach_map.tables import Hotspot, Mode, Place, Release

MONDAY = date(2026, 11, 23)
STEPS = {600.0: 1.0, 1200.0: 0.68, 1800.0: 0.22}


@pytest.fixture
def city(porto_alegre: Path) -> tuple[Release, StreetNetwork, NDArray[np.float64]]:
    """Porto Alegre released, its streets, and seconds from anchors to public points."""
    programme = load_programme(porto_alegre)
    extract = read_extract(programme.streets)
    released = release(programme, MONDAY, extract)
    walk = extract.networks[Mode.WALK]
    points = [point.place.anchor for point in released.points if point.public]
    places = [hotspot.place.anchor for hotspot in released.hotspots]
    starts, ends = (walk.snap(np.array(some), 1000.0).node for some in (places, points))
    return released, walk, travel_time_matrix(walk, starts, ends)


def frames(
    people: NDArray[np.float64], supply: NDArray[np.float64], cost: NDArray[np.float64]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The same as `access` takes it: points named 1000 and up."""
    demand = pd.DataFrame({"geoid": range(len(people)), "demand": people}).set_index("geoid")
    points = pd.DataFrame({"geoid": range(len(supply)), "supply": supply})
    points["geoid"] += 1000
    row, column = np.nonzero(np.isfinite(cost))
    costs = pd.DataFrame({"origin": row, "dest": column + 1000, "cost": cost[row, column]})
    return demand, points.set_index("geoid"), costs


def test_catchments_agree_with_access(city: tuple) -> None:
    released, _, cost = city
    rng = np.random.default_rng(3)
    people = np.array([h.people.mid if h.people else 1.0 for h in released.hotspots])
    supply = rng.integers(50, 500, cost.shape[1]).astype(float)
    assert (np.isfinite(cost).sum(axis=1) > 0).all()

    def step(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.zeros(np.shape(seconds))
        for bound, weight in sorted(STEPS.items(), reverse=True):
            found = np.where(np.asarray(seconds) <= bound, weight, found)
        return found

    for ours, theirs in (
        (two_step_fca(people, supply, cost, 1200.0), {"max_cost": 1200.0}),
        (
            enhanced_two_step_fca(people, supply, cost, STEPS),
            {"max_cost": 1800.0, "weight_fn": step},
        ),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fca.two_stage_fca(*frames(people, supply, cost), **theirs)
        np.testing.assert_allclose(ours, found.reindex(range(len(people))).fillna(0.0), rtol=1e-9)
        assert ours.max() > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fca.three_stage_fca(*frames(people, supply, cost), 1800.0, weight_fn=step)
    ours = three_step_fca(people, supply, cost, STEPS)
    np.testing.assert_allclose(ours, found.reindex(range(len(people))).fillna(0.0), rtol=1e-9)


def test_siting_agrees_with_spopt_called_directly(city: tuple) -> None:
    import pulp
    from spopt.locate import MCLP, PCenter, PMedian

    released, _, cost = city
    people = np.array([h.people.mid if h.people else 1.0 for h in released.hotspots])
    assert np.isfinite(cost).all()
    solver = pulp.HiGHS(msg=False, gapRel=0.0)
    for p in (1, 3):
        direct = MCLP.from_cost_matrix(cost, people, 600.0, p_facilities=p).solve(solver)
        assert mclp(cost, people, 600.0, p).objective == pytest.approx(
            direct.problem.objective.value()
        )
        direct = PMedian.from_cost_matrix(cost, people, p_facilities=p).solve(solver)
        assert p_median(cost, people, p).objective == pytest.approx(
            direct.problem.objective.value()
        )
    direct = PCenter.from_cost_matrix(cost, p_facilities=3).solve(solver)
    assert p_center(cost, 3).objective == pytest.approx(direct.problem.objective.value())


def test_ranges_hold_for_the_places_themselves(town: Path, copy_of: Callable[[Path], Path]) -> None:
    """A test may see where people are: measured from there, all is within what was released."""
    programme = load_programme(copy_of(town))
    extract = read_extract(programme.streets)
    released = release(programme, DEMO_ROUND, extract)
    walk = extract.networks[Mode.WALK]
    rows = pd.read_csv(programme.files.hotspots)
    places = shapely.points(rows[["lon", "lat"]].to_numpy())
    whole = {
        (row.hotspot, row.service): row
        for row in assess_coverage(released, walk, Standards()).services
    }
    checked = 0
    # Where an area has several, the first and the last of them stand for each of its hotspots.
    for pick in (0, -1):
        true_places = [_at(hotspot, places, walk, pick) for hotspot in released.hotspots]
        alone = tuple(hotspot for hotspot in true_places if hotspot is not None)
        found = assess_coverage(replace(released, hotspots=alone), walk, Standards())
        for true in found.services:
            of_area = whole[true.hotspot, true.service]
            for held, truth in zip(of_area.holds, true.holds, strict=True):
                if held is not None and truth is not None:
                    assert held.low <= truth.low
                    assert truth.high <= held.high
            if of_area.presence is not None and true.presence is not None:
                assert of_area.presence.low <= true.presence.low
                assert true.presence.high <= of_area.presence.high
            checked += 1
    assert checked >= 60


def _at(
    hotspot: Hotspot, places: NDArray[np.object_], walk: StreetNetwork, pick: int
) -> Hotspot | None:
    """The hotspot at a true place: its crossing and nothing beside it, as if the area were that."""
    area = hotspot.place.geometry
    inside = places[shapely.contains(area, places)]
    if not len(inside):
        return None  # beside the squares, and released as the nearest of them
    spot = inside[pick]
    (node,) = walk.snap(np.array([[spot.x, spot.y]]), 500.0).node
    lon, lat = walk.lon_lat[node]
    here = Place(
        (*hotspot.place.areas, 10_000 + int(node)), shapely.Point(lon, lat).buffer(1e-7), (lon, lat)
    )
    # The nearest crossing may lie over the border of the area, where nothing was promised.
    return replace(hotspot, place=here) if shapely.contains(area, here.geometry) else None

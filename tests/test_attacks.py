"""The attacks find what is badly hidden: one that finds nothing would prove nothing."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_map.attacks import (
    Prior,
    inside_area,
    likeliest_by_noise,
    mean_place,
    on_every_route,
    rounded,
    score,
)
from outreach_map.privacy.noise import Noise, NoisePolicy, radius_m, turned

POLICY = NoisePolicy()


@pytest.fixture(scope="module")
def town() -> Prior:
    """A grid of crossings 80 m apart, 1.6 km across."""
    line = np.arange(21) * 80.0
    return Prior(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), np.ones(441))


@pytest.fixture(scope="module")
def sites(town: Prior) -> np.ndarray:
    return np.random.default_rng(1).choice(len(town.mass), 60, replace=False)


def fresh(town: Prior, sites: np.ndarray, noise: Noise, weeks: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    size = (len(sites) * weeks,)
    moves = turned(radius_m(noise, POLICY, rng.random(size)), rng.random(size))
    return town.xy[sites][:, None, :] + moves.reshape(len(sites), weeks, 2)


def test_a_year_of_fresh_noise_is_found_out(town: Prior, sites: np.ndarray) -> None:
    # Cramér-Rao bound of 52 planar Laplace draws: 42 m each way, half a block.
    for noise, reach in ((Noise.DONUT, 0.8), (Noise.LAPLACE, 0.3)):
        seen = fresh(town, sites, noise, 52)
        one = [likeliest_by_noise(town, each[:1], noise, POLICY) for each in seen]
        year = [likeliest_by_noise(town, each, noise, POLICY) for each in seen]
        before, after = score(town, one, sites), score(town, year, sites)
        assert after.within_50_m >= reach, noise
        assert after.in_best_disc >= 0.8
        assert before.in_best_disc < 0.2
        assert after.median_m < before.median_m


def test_averaging_needs_no_law(town: Prior, sites: np.ndarray) -> None:
    seen = fresh(town, sites, Noise.DONUT, 400)
    assert score(town, [mean_place(town, each) for each in seen], sites).within_50_m > 0.9


def test_rounding_hides_little(town: Prior, sites: np.ndarray) -> None:
    step = np.array([100.0, 100.0])
    beliefs = [rounded(town, np.round(xy / 100) * 100, step) for xy in town.xy[sites]]
    assert score(town, beliefs, sites).median_m <= 80.0


def test_an_area_gives_the_prior_inside_it_and_the_truth_has_its_share(town: Prior) -> None:
    west = town.xy[:, 0] < 400
    belief = inside_area(town, west)
    assert belief.sum() == west.sum()
    assert not belief[~west].any()
    every = np.flatnonzero(west)
    found = score(town, [belief] * len(every), every)
    # One guess for all of them: the best disc of 100 m holds 5 of 105 crossings.
    assert found.in_best_disc == pytest.approx(5 / west.sum())
    assert found.within_50_m == pytest.approx(1 / west.sum())


def test_lines_to_raw_places_give_them_away(town: Prior) -> None:
    # Along row 0, turning round at column 7 and going on to another place each week.
    there = np.arange(8)
    routes = [np.concatenate([there, there[-2::-1], 21 * np.arange(1, week)]) for week in (3, 5, 9)]
    turns = [np.array([7]), np.array([7, 42]), np.array([7])]
    belief = on_every_route(town, routes, turns)
    assert int(np.argmax(belief)) == 7
    assert score(town, [belief], np.array([7])).median_m == 0.0


def test_a_prior_has_a_mass_for_each_place() -> None:
    with pytest.raises(ValueError, match="mass"):
        Prior(np.zeros((3, 2)), np.ones(2))
    with pytest.raises(ValueError, match="mass"):
        Prior(np.zeros((1, 2)), np.array([-1.0]))

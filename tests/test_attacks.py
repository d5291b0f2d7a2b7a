"""The attacks find what is badly hidden: one that finds nothing would prove nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.attacks import (
    Prior,
    PublishedRound,
    alone,
    at_ends,
    best_disc_share,
    entropy_bits,
    estimated_k,
    inside_area,
    intersected,
    likeliest,
    likeliest_by_noise,
    mean_place,
    metadata,
    middle_of_trimmed_ends,
    near_every_line,
    nearest_building,
    noise_taken_off,
    on_every_route,
    opened_codes,
    read_round,
    rounded,
    score,
    turns_back,
)
from outreach_map.demo import DEMO_ROUND
from outreach_map.network import read_extract
from outreach_map.privacy import ProgrammeKey, release
from outreach_map.privacy.noise import Noise, NoisePolicy, offsets_m, radius_m, turned
from outreach_map.publish import Plan
from outreach_map.routing import StopKind

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


@pytest.mark.parametrize("at_m", [200.0, 300.0])
def test_no_attack_on_fresh_laplace_does_better(at_m: float) -> None:
    """On open ground the guess is as near as the Cramér-Rao bound lets any be.

    A move has the direction as its score, times epsilon: a draw tells epsilon squared over two each
    way, so 52 of them leave sqrt(2 / 52) / epsilon.
    """
    policy, weeks, trials = NoisePolicy(at_m=at_m), 52, 400
    bound = np.sqrt(2 / weeks) / policy.epsilon_per_m
    assert bound == pytest.approx({200.0: 28.3, 300.0: 42.4}[at_m], abs=0.1)
    line = np.arange(-6, 6.01, 0.25) * bound
    ground = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    open_ground = Prior(ground, np.ones(len(ground)))
    rng = np.random.default_rng(8)
    size = (trials * weeks,)
    moves = turned(radius_m(Noise.LAPLACE, policy, rng.random(size)), rng.random(size))
    errors = []
    for seen in moves.reshape(trials, weeks, 2):
        belief = likeliest_by_noise(open_ground, seen, Noise.LAPLACE, policy)
        errors.append(np.average(ground, axis=0, weights=belief))
    spread = np.sqrt(np.mean(np.square(errors)))
    # Four standard errors of 800 draws are 10 %; 52 draws are not endless, so the bound is near.
    assert 0.92 * bound < spread < 1.12 * bound
    # The plain mean, which knows no law, is farther off: its spread is sqrt(3) / epsilon a draw.
    mean = np.sqrt(np.mean(moves.reshape(trials, weeks, 2).mean(axis=1) ** 2))
    assert mean > 1.1 * spread


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


def test_shapes_that_overlap_leave_what_they_share(town: Prior) -> None:
    west, south = town.xy[:, 0] < 400, town.xy[:, 1] < 400
    belief = intersected(town, [west, south, west])
    assert np.flatnonzero(belief).tolist() == np.flatnonzero(west & south).tolist()
    assert entropy_bits(belief) == pytest.approx(np.log2((west & south).sum()))
    assert entropy_bits(np.eye(1, 441)[0]) == 0.0
    assert likeliest(np.arange(441.0)) == 440
    # A disc of 100 m around a crossing holds it and its four neighbours.
    assert best_disc_share(town, belief, 100.0) == pytest.approx(5 / (west & south).sum())


def test_what_is_near_every_line_is_where_they_cross(town: Prior) -> None:
    across = np.array([[0.0, 400.0], [1600.0, 400.0]])
    along = np.array([[800.0, 0.0], [800.0, 1600.0]])
    found = np.flatnonzero(near_every_line(town, [across, along]))
    assert town.xy[found].tolist() == [[800.0, 400.0]]
    assert near_every_line(town, [across]).sum() == 21
    apart = np.array([[0.0, 800.0], [1600.0, 800.0]])
    assert not near_every_line(town, [across, apart]).any()


def test_where_lines_end_and_turn_back(town: Prior) -> None:
    ends = np.array([[805.0, 395.0]] * 3 + [[0.0, 0.0]] * 2)
    assert town.xy[np.argmax(at_ends(town, ends))].tolist() == [800.0, 400.0]
    line = np.array([[0.0, 0], [800, 0], [800, 400], [800, 400], [800, 0], [1600, 0]])
    assert turns_back(line).tolist() == [[800.0, 400.0]]
    assert len(turns_back(line[:3])) == 0
    assert len(turns_back(line[:1])) == 0


def test_trimmed_lines_end_on_a_circle_around_what_was_hidden(town: Prior) -> None:
    here = np.array([800.0, 400.0])
    turns = np.array([0.3, 1.1, 2.0, 4.4])
    ends = here + 200.0 * np.column_stack([np.cos(turns), np.sin(turns)])
    belief = middle_of_trimmed_ends(town, ends)
    assert town.xy[np.flatnonzero(belief)].tolist() == [[800.0, 400.0]]
    # Two ends fit no circle, nor do three on a line: their mean is believed in.
    for few in (np.array([[-10.0, 0], [10, 0]]), np.array([[-10.0, 0], [0, 0], [10, 0]])):
        found = np.flatnonzero(middle_of_trimmed_ends(town, here + few))
        assert town.xy[found].tolist() == [[800, 400]]


def test_the_nearest_building_and_k() -> None:
    buildings = np.array([[0.0, 0], [10, 0], [20, 0], [500, 0]])
    guess, truth = np.array([[1.0, 0], [480, 0]]), np.array([[19.0, 0], [490, 0]])
    assert nearest_building(buildings, guess).tolist() == [0, 3]
    assert estimated_k(buildings, guess, truth).tolist() == [2, 0]


def test_who_is_alone_with_what_is_said() -> None:
    assert alone({"H-A": ("bar", "de"), "H-B": ("bar", "de"), "H-C": ("bar", "ro")}) == {"H-C"}


def test_a_stolen_key_takes_noise_off_and_opens_ids_that_can_be_guessed() -> None:
    key = ProgrammeKey(bytes(range(32)))
    truth = np.array([[100.0, 200.0], [300.0, 400.0]])
    for noise in Noise:
        seen = truth + offsets_m(key, noise, POLICY, "town", ["site 0", "site 1"])
        back = noise_taken_off(key, noise, POLICY, "town", seen, ["site 0", "site 1"])
        assert back == pytest.approx(truth)
        wrong = ProgrammeKey(bytes(32))
        assert (
            abs(
                noise_taken_off(wrong, noise, POLICY, "town", seen, ["site 0", "site 1"]) - truth
            ).max()
            > 10
        )
    codes = [key.code("H", "town", "H7", 3), key.code("H", "town", "the blue kiosk", 0)]
    guessed = [f"H{number}" for number in range(20)]
    assert opened_codes(key, "town", codes, guessed) == {codes[0]: "H7"}
    assert opened_codes(ProgrammeKey(bytes(32)), "town", codes, guessed) == {}


def test_an_area_is_the_same_whatever_the_key(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    """Who steals the key learns nothing: the area is no function of it."""
    folder = copy_of(country)
    programme = load_programme(folder)
    extract = read_extract(programme.streets)
    areas = []
    for _ in range(2):
        made = release(programme, DEMO_ROUND, extract)
        areas.append(sorted(hotspot.place.geometry.wkb for hotspot in made.hotspots))
        shutil.rmtree(folder / "private")
    assert areas[0] == areas[1]


@pytest.fixture(scope="module")
def two_rounds(
    country: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[PublishedRound], list[Plan], list[list[Path]]]:
    """Two published rounds of the rural programme, read as anybody could."""
    directory = tmp_path_factory.mktemp("rounds")
    folder = Path(shutil.copytree(country, directory / "country"))
    found, plans, files = [], [], []
    for week in range(2):
        start = DEMO_ROUND + timedelta(weeks=week)
        plan = plan_round(load_programme(folder), start)
        paths = publish_round(plan, directory / start.isoformat())
        found.append(read_round(start, paths))
        plans.append(plan)
        files.append(paths)
    return found, plans, files


def test_published_files_are_read_back_as_they_were_planned(two_rounds) -> None:
    for said, plan in zip(*two_rounds[:2], strict=True):
        drawn = {h.code: h.place for h in plan.release.hotspots if h.place.mapped}
        assert set(said.codes) == {hotspot.code for hotspot in plan.release.hotspots}
        assert said.shapes.keys() == drawn.keys()
        for code, shapes in said.shapes.items():
            # One and the same area in every file of every audience.
            assert len(shapes) == 1
            assert shapes[0].symmetric_difference(drawn[code].geometry).area < 1e-9
        visits = {
            stop.code
            for tour in plan.routes.itineraries
            for stop in tour.stops
            if stop.kind is StopKind.VISIT
        }
        assert said.serving.keys() == visits
        legs = [leg for into, out in said.serving.values() for leg in (*into, *out)]
        assert len(legs) >= len(visits)


def test_lines_lead_to_one_place_an_area_and_no_nearer(two_rounds) -> None:
    """For each team, which goes on its own kind of street: the node nearest to the anchor."""
    ends: dict[tuple[object, str], list[np.ndarray]] = {}
    for said, plan in zip(*two_rounds[:2], strict=True):
        places = {hotspot.code: hotspot.place for hotspot in plan.release.hotspots}
        for code, (into, out) in said.serving.items():
            for leg, end in [(leg, -1) for leg in into] + [(leg, 0) for leg in out]:
                ends.setdefault((places[code].anchor, leg.team), []).append(leg.lon_lat[end])
    assert sum(len(each) for each in ends.values()) > 10
    for each in ends.values():
        assert np.ptp(each, axis=0) == pytest.approx(0.0, abs=1e-9)


def test_metadata_tell_nothing_and_what_would_is_found(two_rounds, tmp_path: Path) -> None:
    (start, *_), paths = [DEMO_ROUND], two_rounds[2][0]
    assert metadata(paths, start).tells == ()
    assert metadata(paths, start).digits == 4
    gaps = next(path for path in paths if path.name == "gaps.csv")
    head, *rows = gaps.read_text("utf-8").splitlines()
    turned = tmp_path / "gaps.csv"
    turned.write_text("\n".join([head, *rows[::-1], "H-ZZZZZZ,47.123456"]), "utf-8")
    named = tmp_path / "kiosk.csv"
    named.write_text("a\n", "utf-8")
    found = metadata([turned, named], start)
    assert found.unordered == ("gaps.csv",)
    assert found.names == ("kiosk.csv",)
    assert found.digits == 6
    assert len(found.tells) == 3
    package = next(path for path in paths if path.suffix == ".gpkg")
    assert "was written at" in " ".join(metadata([package], start + timedelta(days=7)).tells)

"""Points moved by noise: one site, one move; the disc holds the truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map import load_programme
from outreach_map.demo import DEMO_ROUND
from outreach_map.intake import read_tables
from outreach_map.network import StreetExtract, read_extract, street_stops
from outreach_map.privacy import Partition, ProgrammeKey, partition, release, release_twin
from outreach_map.privacy.sites import SAME_SITE_M, Mover
from outreach_map.settings import Method, PrivacyPolicy
from outreach_map.tables import Mode, Release

KEY = ProgrammeKey(bytes(range(32)))


@pytest.fixture(scope="module")
def extract(country: Path) -> StreetExtract:
    return read_extract(country / "streets.osm.pbf")


@pytest.fixture(scope="module")
def division(extract: StreetExtract) -> Partition:
    return partition(
        shapely.box(*extract.bounds),
        None,
        extract.networks[Mode.WALK],
        extract.building_lon_lat,
        PrivacyPolicy(),
    )


def mover(extract: StreetExtract, division: Partition, method: Method, key=KEY, name="a") -> Mover:
    return Mover(key, name, PrivacyPolicy(method=method), division, extract.networks[Mode.WALK])


def far_apart(extract: StreetExtract, division: Partition, count: int) -> list:
    """Stops of which no two are within reach of each other."""
    stops = street_stops(extract.networks[Mode.WALK]).lon_lat
    chosen: list[int] = []
    flat = division.metric(stops)
    for number in np.random.default_rng(1).permutation(len(stops)):
        if all(np.linalg.norm(flat[number] - flat[other]) > 2 * SAME_SITE_M for other in chosen):
            chosen.append(int(number))
        if len(chosen) == count:
            break
    return [(f"s{i}", (float(stops[n][0]), float(stops[n][1]))) for i, n in enumerate(chosen)]


@pytest.mark.parametrize("method", [Method.LAPLACE, Method.DONUT])
def test_the_disc_holds_the_truth_at_the_stated_probability(
    method: Method, extract: StreetExtract, division: Partition
) -> None:
    rows = far_apart(extract, division, 300)
    moving = mover(extract, division, method)
    sites, numbers = moving.settle((), rows, {})
    held = [
        moving.place(sites[numbers[name]]).geometry.covers(shapely.Point(place))
        for name, place in rows
    ]
    # Somewhat above 95 in 100, since the reach of a site is added; never all of 300 by chance.
    assert np.mean(held) == 1.0 if method is Method.DONUT else 0.93 <= np.mean(held) < 1.0


@given(data=st.data())
def test_settling_does_not_depend_on_order_and_an_extension_changes_nothing(
    data: st.DataObject, extract: StreetExtract, division: Partition
) -> None:
    lon, lat = 9.52, 47.14
    step = st.floats(-0.004, 0.004)
    rows = [
        (f"s{i}", (lon + data.draw(step), lat + data.draw(step)))
        for i in range(data.draw(st.integers(1, 8)))
    ]
    more = [(f"r{i}", (lon + data.draw(step), lat + data.draw(step))) for i in range(3)]
    moving = mover(extract, division, Method.LAPLACE)
    sites, numbers = moving.settle((), rows, {})
    shuffled = data.draw(st.permutations(rows))
    assert moving.settle((), shuffled, {}) == (sites, numbers)
    longer, after = moving.settle(sites, [*more, *rows], numbers)
    assert longer[: len(sites)] == sites
    assert {name: after[name] for name, _ in rows} == numbers
    # Whoever shares a site is within its reach; whoever founded one is not within another's.
    founded = division.metric(np.array([site.founded for site in longer]))
    for name, place in [*rows, *more]:
        away = np.linalg.norm(founded[after[name]] - division.metric(np.array([place]))[0])
        assert away <= SAME_SITE_M + 1e-6


def test_another_key_or_programme_moves_elsewhere_and_the_same_one_does_not(
    extract: StreetExtract, division: Partition
) -> None:
    rows = far_apart(extract, division, 5)
    same = mover(extract, division, Method.LAPLACE).settle((), rows, {})
    assert mover(extract, division, Method.LAPLACE).settle((), rows, {}) == same
    for other in (
        mover(extract, division, Method.LAPLACE, key=ProgrammeKey(bytes(32))),
        mover(extract, division, Method.LAPLACE, name="b"),
        mover(extract, division, Method.DONUT),
    ):
        centres = {site.centre for site in other.settle((), rows, {})[0]}
        assert not centres & {site.centre for site in same[0]}


def test_rows_of_one_place_are_moved_once(extract: StreetExtract, division: Partition) -> None:
    (_, (lon, lat)), *_ = far_apart(extract, division, 1)
    rows = [(f"s{i}", (lon + i * 1e-5, lat)) for i in range(50)]
    sites, numbers = mover(extract, division, Method.DONUT).settle((), rows, {})
    assert len(sites) == 1
    assert set(numbers.values()) == {0}


def programme_by(folder: Path, method: str) -> None:
    path = folder / "outreach.toml"
    path.write_text(path.read_text().replace("[privacy]", f'[privacy]\nmethod = "{method}"'))


def places(released: Release) -> dict[str, tuple[object, ...]]:
    return {h.code: (h.place.anchor, h.place.geometry.wkb) for h in released.hotspots}


@pytest.mark.parametrize("method", ["laplace", "donut"])
def test_a_release_by_noise_is_the_same_each_time_and_for_its_twins(
    method: str, town: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(town)
    shutil.rmtree(folder / "private")
    programme_by(folder, method)
    programme = load_programme(folder)
    extract = read_extract(programme.streets)
    made = release(programme, DEMO_ROUND, extract)
    assert places(release(programme, DEMO_ROUND, extract)) == places(made)
    assert places(release_twin(programme, DEMO_ROUND, extract, seed=3)) == places(made)
    raw = {(row.geometry.x, row.geometry.y) for row in read_tables(programme).hotspots}
    assert not raw & {hotspot.place.anchor for hotspot in made.hotspots}
    hidden = [point for point in made.points if not point.public]
    assert hidden
    assert all(point.place.geometry.area > 0 for point in hidden)


def test_a_correction_by_some_metres_does_not_show(
    town: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(town)
    shutil.rmtree(folder / "private")
    programme_by(folder, "laplace")
    programme = load_programme(folder)
    extract = read_extract(programme.streets)
    before = release(programme, DEMO_ROUND, extract)
    path = folder / "hotspots.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    name, lon, lat, *cells = first.split(",")
    moved = ",".join([name, f"{float(lon) + 0.0008:.6f}", lat, *cells])
    path.write_text("\n".join([head, moved, *rest]) + "\n", encoding="utf-8")
    assert places(release(programme, DEMO_ROUND, extract)) == places(before)

"""A city of 1.4 million: every area keeps its rules, and the gate takes its hotspots."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from outreach_map import load_programme
from outreach_map.demo import DEMO_ROUND
from outreach_map.intake import read_tables
from outreach_map.network import read_extract
from outreach_map.planning import read_city
from outreach_map.privacy import inspect, release, release_twin
from outreach_map.privacy.freeze import study_bounds
from outreach_map.privacy.gate import open_gate, pass_through
from outreach_map.settings import Method
from outreach_map.tables import Mode


def test_every_area_of_porto_alegre_keeps_its_rules(porto_alegre: Path) -> None:
    programme = load_programme(porto_alegre)
    extract = read_city(programme, cache=False)
    made = release(programme, DEMO_ROUND, extract)
    state = inspect(programme, DEMO_ROUND, extract)
    assert state.census
    assert (state.below, state.inputs_changed, state.faults) == (0, False, ())
    assert min(area.held for area in state.areas) >= state.floor == 250
    assert all(area.disc_rule for area in state.areas)
    assert len(state.areas) > 250
    # Every hotspot lies in its area, or off its streets beside it.
    raw = read_tables(programme, bounds=study_bounds(programme, extract))
    shapes = [hotspot.place.geometry for hotspot in made.hotspots]
    assert len(made.hotspots) == len(raw.hotspots)
    for row in raw.hotspots:
        assert min(shape.distance(row.geometry) for shape in shapes) < 0.002
    again = release_twin(programme, DEMO_ROUND, extract, seed=11)
    assert [h.place.geometry.wkb for h in again.hotspots] == [
        h.place.geometry.wkb for h in made.hotspots
    ]


def test_a_newer_count_of_residents_moves_nobody(porto_alegre: Path) -> None:
    programme = load_programme(porto_alegre)
    extract = read_city(programme, cache=False)
    before = release(programme, DEMO_ROUND, extract)
    path = porto_alegre / "population.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    column = head.split(",").index("population")
    doubled = []
    for number, row in enumerate(rows):
        cells = row.split(",")
        if number % 2:
            cells[column] = "0"
        doubled.append(",".join(cells))
    path.write_text("\n".join([head, *doubled]) + "\n", "utf-8")
    after = release(programme, DEMO_ROUND, extract)
    assert repr(after.hotspots) == repr(before.hotspots)
    assert [h.place.areas for h in after.hotspots] == [h.place.areas for h in before.hotspots]
    assert inspect(programme, DEMO_ROUND, extract).inputs_changed


@pytest.mark.parametrize("method", ["area", "laplace"])
def test_ten_thousand_sites_pass_the_gate(
    method: str, town: Path, copy_of: Callable[[Path], Path]
) -> None:
    """None is lost, and each is released where it would be alone."""
    folder = copy_of(town)
    # Another test may have planned a later month, after which new ones would wait.
    shutil.rmtree(folder / "private")
    programme = load_programme(folder)
    extract = read_extract(programme.streets)
    raw = read_tables(programme)
    gate = open_gate(programme, extract, raw, lambda _: None)
    policy = programme.privacy.model_copy(update={"method": Method(method)})
    gate = replace(gate, programme=replace(programme, privacy=policy))
    rng = np.random.default_rng(3)
    nodes = extract.networks[Mode.WALK].lon_lat
    spots = shapely.points(nodes[rng.integers(len(nodes), size=10_000)])
    like = raw.hotspots[0]
    rows = tuple(
        like.model_copy(update={"id": f"X{n}", "geometry": spot}) for n, spot in enumerate(spots)
    )
    many = replace(raw, hotspots=rows, visits=(), decisions=())
    made, ledger = pass_through(gate, many, DEMO_ROUND, lambda _: None)
    some = replace(many, hotspots=rows[:50])
    fewer, _ = pass_through(replace(gate, ledger=ledger), some, DEMO_ROUND, lambda _: None)
    known = {hotspot.code: hotspot.place.geometry.wkb for hotspot in made.hotspots}
    # By a new method those of the ledger wait for nothing: the demo's own round is the batch.
    assert len(known) == len(made.hotspots) == 10_000
    for hotspot in fewer.hotspots:
        assert known[hotspot.code] == hotspot.place.geometry.wkb

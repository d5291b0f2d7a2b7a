"""The model of what a city costs: it finds the powers that made its figures; tiles are whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cost import GRID, Cost, fitted, programme, rows_of
from outreach_map import load_programme
from outreach_map.intake import read_tables
from outreach_map.network import read_streets

DATA = Path(__file__).parents[1] / "data"
SEGMENTS = {"city": 26_674, "neubrandenburg": 9_021, "liechtenstein": 15_300}
POWER = st.floats(-0.5, 1.5)


def made_up(constant: float, powers: tuple[float, float, float]) -> list[Cost]:
    costs = []
    for town, tiles, hotspots, teams in GRID:
        segments = SEGMENTS[town] * tiles
        seconds = np.exp(constant) * np.prod(np.power([hotspots, teams, segments], powers))
        costs.append(Cost(town, tiles, hotspots, teams, segments, 0, float(seconds), 500.0))
    return costs


@given(st.floats(-3, 3), st.tuples(POWER, POWER, POWER))
def test_the_model_finds_the_powers_that_made_its_figures(
    constant: float, powers: tuple[float, float, float]
) -> None:
    model = fitted(made_up(constant, powers), "processor_s")
    assert model.powers == pytest.approx(powers, abs=1e-6)
    assert model.constant == pytest.approx(constant, abs=1e-5)
    assert model.spread == pytest.approx(1.0, abs=1e-6)


def test_a_country_is_five_hundred_times_its_city() -> None:
    costs = made_up(-3.0, (0.6, 0.3, 0.3))
    rows = {row.name: row.value for row in rows_of(costs)}
    usual = next(c for c in costs if (c.town, c.tiles, c.hotspots, c.teams) == ("city", 1, 120, 8))
    assert rows["500 of them"] == pytest.approx(500 * usual.processor_s / 3600)
    assert rows["16 workers at once"] == pytest.approx(16 * 0.5)


def test_a_programme_is_drawn_out_and_its_streets_are_tiled(tmp_path: Path) -> None:
    town = DATA / "liechtenstein"
    made = programme(town, tmp_path / "p", tiles=2, hotspots=40, teams=3)
    tables = read_tables(load_programme(made))
    assert (len(tables.hotspots), len(tables.teams)) == (40, 3)
    one = read_streets(town / "streets.osm.pbf", "walk", cache=False)
    both = read_streets(made / "streets.osm.pbf", "walk", cache=False)
    assert both.segments == 2 * one.segments
    assert len(both) == 2 * len(one)

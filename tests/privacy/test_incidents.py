"""Incidents leave as districts and months, and no count under 11 can be derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from outreach_map import load_programme
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import InputError
from outreach_map.privacy import release
from outreach_map.privacy.incidents import (
    MONTHS,
    NOWHERE,
    SAFE_WIDTH,
    bounds,
    suppressed,
)
from outreach_map.tables import Band, Incidents, Withheld

COUNTS = st.integers(0, 60)


def test_small_counts_are_one_word_and_others_bands() -> None:
    one, other = suppressed([0, 10, 11, 30], [51])
    assert one == [Withheld.FEW, Withheld.FEW, Band(11, 25), Band(26, 50)]
    assert other == [Band(51, 100)]


def test_what_would_give_a_small_count_away_is_withheld() -> None:
    """12 and 3 incidents of one kind: 11-25 beside 11-25 would leave 0 to 10, 26-50 would not."""
    assert suppressed([12, 3], [15])[0] == [Band(11, 25), Withheld.FEW]
    # 25 + 9 = 34 in 26-50 says that the second is at least 1: width 9, safe.
    assert suppressed([25, 9], [34])[1] == [Band(26, 50)]
    # Ten kinds of one each and a district with nothing in it: all of it under 11.
    assert set(suppressed([10, 0], [1] * 10)[0]) == {Withheld.FEW}


@given(st.lists(COUNTS, min_size=1, max_size=6), st.lists(COUNTS, min_size=1, max_size=6))
def test_no_small_count_is_known_to_within_five(one: list[int], weights: list[int]) -> None:
    """Attacked by linear programmes over all counts that fit the published cells."""
    total = sum(one)
    shares = np.cumsum(np.array(weights) + 1) / (sum(weights) + len(weights))
    other = np.diff(np.concatenate([[0], np.round(shares * total)])).astype(int).tolist()
    rows = suppressed(one, other)
    for count, cell in zip([*one, *other], [*rows[0], *rows[1]], strict=True):
        low, high = bounds(cell)
        assert low <= count <= high
        assert (cell is Withheld.FEW) == (count < 11)
    cells = [*rows[0], *rows[1]]
    limits = [bounds(cell) for cell in cells]
    sign = np.array([[1.0] * len(one) + [-1.0] * len(other)])
    for at, cell in enumerate(cells):
        if cell is not Withheld.FEW:
            continue
        goal = np.zeros(len(cells))
        goal[at] = 1.0
        ends = [
            linprog(way * goal, A_eq=sign, b_eq=[0.0], bounds=limits, method="highs").fun * way
            for way in (1.0, -1.0)
        ]
        assert ends[1] - ends[0] >= SAFE_WIDTH


@pytest.fixture
def folder(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    return copy_of(country)


def incidents(folder: Path, rows: list[str]) -> Incidents:
    header = "date,kind,hotspot_id,area,against,reported_to"
    (folder / "incidents.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found = release(load_programme(folder), DEMO_ROUND).incidents
    assert found is not None
    return found


def test_no_file_is_nothing_known(country: Path) -> None:
    assert release(load_programme(country), DEMO_ROUND).incidents is None


def test_incidents_are_counted_by_district_and_whole_month(folder: Path) -> None:
    rows = ["2026-10-05,confiscation,H01,,client,"] * 12
    rows += ["2026-10-07,arrest,,zz9,peer,ombudsman"] * 3
    rows += ["2026-11-05,arrest,H01,,client,"] * 20  # this month is not over
    rows += ["2025-10-31,arrest,H01,,client,"] * 20  # longer ago than a year
    found = incidents(folder, rows)
    assert found.months == tuple(
        date(year, month, 1)
        for year, month in [(2025, 11), (2025, 12), *((2026, month) for month in range(1, 11))]
    )
    assert len(found.months) == MONTHS
    october = {c.row: c.count for c in found.by_district if c.month == date(2026, 10, 1)}
    assert Counter(type(cell) for cell in october.values())[Band] == 1
    assert Band(11, 25) in october.values()
    assert october[NOWHERE] is Withheld.FEW
    kinds = {c.row: c.count for c in found.by_kind if c.month == date(2026, 10, 1)}
    assert kinds == {"arrest": Withheld.FEW, "confiscation": Band(11, 25)}


def test_a_district_is_whole_areas_and_large(folder: Path) -> None:
    found = incidents(folder, ["2026-10-05,arrest,H01,,,"])
    programme = load_programme(folder)
    areas = release(programme, DEMO_ROUND).areas
    assert sum(one.geometry.area for one in found.districts) == pytest.approx(
        sum(area.geometry.area for area in areas)
    )
    assert len(found.districts) < len(areas) / 4


@pytest.mark.parametrize(
    ("row", "column"),
    [("2026-10-05,arrest,H99,,,", "hotspot_id"), ("2026-10-05,arrest,,Ana,,", "area")],
)
def test_a_place_that_is_none_is_a_problem(row: str, column: str, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        incidents(folder, [row])
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("incidents.csv", 2, column)
    assert "Ana" not in str(problem)

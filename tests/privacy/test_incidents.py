"""Incidents leave as districts and months, and no count under 11 can be derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from outreach_map import load_programme
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import InputError
from outreach_map.privacy import release
from outreach_map.privacy.derivable import SAFE_WIDTH
from outreach_map.privacy.incidents import (
    MONTHS,
    MOST_KINDS,
    NOWHERE,
    bounds,
    told,
)
from outreach_map.tables import Band, Incidents, Withheld


def test_a_count_is_told_by_itself_as_few_or_many() -> None:
    assert [told(count) for count in (0, 10)] == [Withheld.FEW] * 2
    assert [told(count) for count in (11, 60)] == [Band(11, None)] * 2
    assert [bounds(told(count)) for count in (3, 30)] == [(0.0, 10.0), (11.0, np.inf)]


def tables(one: list[int], other: list[int]) -> tuple[Band | Withheld, ...]:
    return tuple(told(count) for count in (*one, *other))


def width(cells: tuple[Band | Withheld, ...], districts: int, at: int, known: set[int]) -> float:
    """How far open a cell is to who knows the cells, one sum of both tables, and some noughts."""
    limits = [(0.0, 0.0) if n in known else bounds(cell) for n, cell in enumerate(cells)]
    sign = np.array([[1.0] * districts + [-1.0] * (len(cells) - districts)])
    goal = np.zeros(len(cells))
    goal[at] = 1.0
    ends = [
        linprog(way * goal, A_eq=sign, b_eq=[0.0], bounds=limits, method="highs").fun * way
        for way in (1.0, -1.0)
    ]
    return float(ends[1] - ends[0])


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=12),
    st.lists(st.integers(0, 20), min_size=1, max_size=MOST_KINDS),
    st.booleans(),
)
@example([10, 10, 9, 9, 9, 9], [1, 1, 1, 1, 1], False)
@example([11, 11, 11, 11], [1, 1, 1, 1, 1], False)
def test_no_small_count_is_known_to_within_five(
    one: list[int], weights: list[int], noughts: bool
) -> None:
    """Attacked by linear programmes over all counts that fit the published cells."""
    shares = np.cumsum(np.array(weights) + 1) / (sum(weights) + len(weights))
    other = np.diff(np.concatenate([[0], np.round(shares * sum(one))])).astype(int).tolist()
    counts, cells = [*one, *other], tables(one, other)
    known = {at for at, count in enumerate(counts) if noughts and not count}
    for at, cell in enumerate(cells):
        low, high = bounds(cell)
        assert low <= counts[at] <= high
        if cell is Withheld.FEW and at not in known:
            assert width(cells, len(one), at, known) >= SAFE_WIDTH


@pytest.mark.parametrize(("districts", "kinds"), [(3, 1), (2, 2), (3, 2)])
def test_who_knows_the_rule_learns_no_more(districts: int, kinds: int) -> None:
    """All tables that give the same cells, one by one: each small count takes all that is open."""
    seen: dict[tuple[Band | Withheld, ...], list[set[int]]] = {}
    for one in product(range(24), repeat=districts):
        for other in product(range(sum(one) + 1), repeat=kinds - 1):
            if sum(other) <= sum(one):
                counts = [*one, *other, sum(one) - sum(other)]
                cells = tables(list(one), counts[districts:])
                for known, count in zip(
                    seen.setdefault(cells, [set() for _ in counts]), counts, strict=True
                ):
                    known.add(count)
    narrow = [
        cells
        for cells, known in seen.items()
        for cell, counts in zip(cells, known, strict=True)
        if cell is Withheld.FEW and max(counts) - min(counts) < SAFE_WIDTH
    ]
    assert narrow == []


def test_six_kinds_would_tell_and_so_there_is_no_table_by_kind(folder: Path) -> None:
    cells = (*[Withheld.FEW] * 7, *[Band(11, None)] * 6)
    assert width(cells, 7, 0, set()) == 4.0 < SAFE_WIDTH
    rows = [f"2026-10-05,kind_{number},H01,,," for number in range(MOST_KINDS)]
    assert {cell.row for cell in incidents(folder, rows).by_kind} == {
        f"kind_{number}" for number in range(MOST_KINDS)
    }
    more = incidents(folder, [*rows, "2026-10-05,kind_x,H01,,,"])
    assert (more.by_kind, bool(more.by_district)) == ((), True)


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
    assert Band(11, None) in october.values()
    assert october[NOWHERE] is Withheld.FEW
    kinds = {c.row: c.count for c in found.by_kind if c.month == date(2026, 10, 1)}
    assert kinds == {"arrest": Withheld.FEW, "confiscation": Band(11, None)}


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

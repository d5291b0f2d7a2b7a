"""Gini and Theil: published figures, and what any measure of inequality has to hold."""

from __future__ import annotations

from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import Grouping, Range, gini, theil, theil_parts
from outreach_map.coverage.groups import measure_equity
from outreach_map.tables import Band
from tests.coverage.row_town import box, hotspot

VALUES = st.lists(st.integers(0, 1000).map(float), min_size=1, max_size=12)


def test_published_figures() -> None:
    assert gini([1, 2, 3, 4]) == pytest.approx(0.25, abs=1e-12)
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75, abs=1e-12)
    assert gini([7, 7, 7]) == 0
    assert theil([1, 2, 3, 4]) == pytest.approx(0.106440, abs=5e-7)


def test_one_with_everything_is_the_logarithm_of_the_number() -> None:
    assert theil([0, 0, 0, 5]) == pytest.approx(log(4))


@given(VALUES)
def test_gini_is_half_the_relative_mean_difference(values: list[float]) -> None:
    mean = np.mean(values)
    differences = np.mean([abs(a - b) for a, b in product(values, values)])
    assert gini(values) == pytest.approx(differences / (2 * mean) if mean else 0.0, abs=1e-12)


@given(VALUES, st.data())
def test_a_weight_is_so_many_equal_values(values: list[float], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 4), min_size=len(values), max_size=len(values)))
    repeated = np.repeat(values, weights)
    for measure in (gini, theil):
        assert measure(values, weights) == pytest.approx(measure(repeated), abs=1e-12)


@given(VALUES, st.floats(0.01, 100))
def test_unit_and_order_do_not_matter_and_bounds_hold(values: list[float], factor: float) -> None:
    for measure, top in ((gini, 1.0), (theil, log(len(values)) + 1e-12)):
        assert -1e-12 <= measure(values) <= top
        other = [value * factor for value in reversed(values)]
        assert measure(other) == pytest.approx(measure(values), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "weights"),
    [([], None), ([-1], None), ([np.nan], None), ([1], [0]), ([1], [-1]), ([1, 2], [1])],
)
def test_what_has_no_answer_is_refused(values: list[float], weights: list[float] | None) -> None:
    for measure in (gini, theil):
        with pytest.raises(ValueError, match="weight"):
            measure(values, weights)


def test_theil_between_and_within_by_hand() -> None:
    """Two groups of means 1 and 3: all between; one value each way: all within."""
    between, within = theil_parts([1, 1, 3, 3], ["a", "a", "b", "b"])
    assert (between, within) == (pytest.approx(theil([1, 3])), 0)
    between, within = theil_parts([1, 3, 1, 3], ["a", "a", "b", "b"])
    assert (between, within) == (0, pytest.approx(theil([1, 3])))


@given(VALUES, st.data())
def test_between_and_within_add_up(values: list[float], data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.sampled_from("abc"), min_size=len(values), max_size=len(values)))
    weights = data.draw(st.lists(st.integers(1, 4), min_size=len(values), max_size=len(values)))
    between, within = theil_parts(values, groups, weights)
    assert between + within == pytest.approx(theil(values, weights), abs=1e-12)
    assert min(between, within) >= -1e-12


def shares(**own: float) -> dict[str, list[Range]]:
    return {f"H-{name}": [Range(share, share, share)] for name, share in own.items()}


def test_the_least_covered_come_first_and_one_hotspot_alone_is_not_named() -> None:
    here, there = box(0, 1), box(5, 6)
    spots = [
        hotspot("H-AAAA", people=Band(10, 10), communities=("fsw",), place=here),
        hotspot("H-AAAB", people=Band(30, 30), communities=("fsw", "pwid"), place=here),
        hotspot("H-AAAC", people=Band(20, 20), communities=("pwid", "msm"), place=there),
        hotspot("H-AAAD", people=None, communities=("pwid",), place=there),
    ]
    found = measure_equity(spots, shares(AAAA=0.0, AAAB=0.4, AAAC=1.0, AAAD=1.0))
    named = [(g.grouping, g.name, g.share.mid) for g in found.groups]
    assert named == [
        (Grouping.AREA, "H-AAAA, H-AAAB", pytest.approx(0.3)),
        (Grouping.AREA, "H-AAAC", 1.0),
        (Grouping.COMMUNITY, "fsw", pytest.approx(0.3)),
        (Grouping.COMMUNITY, "pwid", pytest.approx((30 * 0.4 + 20) / 50)),
        (Grouping.LANGUAGE, "pt", pytest.approx(32 / 60)),
    ]
    area, community = found.inequality
    assert area.theil == pytest.approx(theil([0, 0.4, 1], [10, 30, 20]))
    assert area.between == pytest.approx(theil([0.3, 1], [40, 20]))
    assert (area.gini, community.gini) == (pytest.approx(gini([0, 0.4, 1], [10, 30, 20])),) * 2
    for one in found.inequality:
        assert one.between + one.within == pytest.approx(one.theil)

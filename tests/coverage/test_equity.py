"""Gini and Theil: published figures, and what any measure of inequality has to hold."""

from __future__ import annotations

from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import gini, theil

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

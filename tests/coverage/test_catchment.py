"""Floating catchment areas: published figures, and the sum rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from outreach_map.coverage import (
    Standards,
    assess_coverage,
    enhanced_two_step_fca,
    gaussian_decay,
    three_step_fca,
    two_step_fca,
)
from outreach_map.coverage.catchment import ENHANCED_STEPS, THREE_STEPS
from outreach_map.tables import Band, PointStatus
from tests.coverage.row_town import box, hotspot, point, released, row

PEOPLE = [100, 50, 10]
DOCTORS = [15, 20, 100]
# Minutes, one row for each tract's way to the three tracts; the second case is not symmetric.
FIRST = np.array([[1, 80, 40], [80, 1, 40], [40, 40, 1]], dtype=float)
SECOND = np.array([[1, 80, 20], [80, 1, 20], [40, 40, 1]], dtype=float)
COUNTS = st.floats(0, 1e4, allow_subnormal=False).map(lambda x: x if x >= 1e-3 else 0.0)


def gravity(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / t up to 61 minutes."""
    return np.where(minutes <= 61, 1 / minutes, 0.0)


@pytest.mark.parametrize(
    ("cost", "published"),
    [(FIRST, [0.331444, 0.579828, 7.286418]), (SECOND, [0.43534, 0.683724, 5.727977])],
)
def test_two_steps_with_gravity_give_the_published_figures(
    cost: NDArray[np.float64], published: list[float]
) -> None:
    np.testing.assert_allclose(
        enhanced_two_step_fca(PEOPLE, DOCTORS, cost, gravity), published, atol=5e-7
    )


def test_an_asymmetric_matrix_turned_round_gives_other_figures() -> None:
    right = enhanced_two_step_fca(PEOPLE, DOCTORS, SECOND, gravity)
    assert not np.allclose(right, enhanced_two_step_fca(PEOPLE, DOCTORS, SECOND.T, gravity))


def test_three_steps_give_the_published_figures() -> None:
    """The publication's choice among points knows no limit of 61 minutes."""
    found = three_step_fca(PEOPLE, DOCTORS, FIRST, gravity, choice=lambda minutes: 1 / minutes)
    np.testing.assert_allclose(found, [0.156257, 0.406216, 9.906352], atol=5e-7)


def test_steps_by_upper_bound_are_the_same_as_a_function_at_these_costs() -> None:
    steps = {1.0: 1.0, 20.0: 1 / 20, 40.0: 1 / 40}
    for method in (enhanced_two_step_fca, three_step_fca):
        np.testing.assert_allclose(
            method(PEOPLE, DOCTORS, SECOND, steps), method(PEOPLE, DOCTORS, SECOND, gravity)
        )


def test_two_steps_by_hand() -> None:
    """Ten people share the first point with thirty; a cost equal to the catchment counts."""
    cost = [[5, 20], [10, np.inf], [10.1, 3]]
    found = two_step_fca([10, 30, 5], [8, 2], cost, 10)
    np.testing.assert_allclose(found, [8 / 40, 8 / 40, 2 / 5])


def test_three_steps_by_hand() -> None:
    """Twelve people with two equal points count half at each; others count whole at theirs."""
    found = three_step_fca([12, 6], [6, 12], [[1, 1], [1, 9]], {5: 1.0})
    # Demand is 6 + 6 and 6, so 0.5 and 2 a head; the first place draws on half of each.
    np.testing.assert_allclose(found, [0.5 * 0.5 + 0.5 * 2.0, 0.5])


@given(st.data(), st.integers(1, 5), st.integers(1, 4))
def test_what_is_shared_out_is_what_anybody_reaches(
    data: st.DataObject, places: int, points: int
) -> None:
    people = data.draw(arrays(float, places, elements=COUNTS))
    supply = data.draw(arrays(float, points, elements=COUNTS))
    cost = data.draw(arrays(float, (places, points), elements=st.sampled_from([1, 9, 15, 25, 99])))
    within = (cost <= 15) & (people > 0)[:, None]
    found = two_step_fca(people, supply, cost, 15)
    np.testing.assert_allclose((people * found).sum(), supply[within.any(axis=0)].sum(), rtol=1e-9)
    weights = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}
    within = (cost <= 30) & (people > 0)[:, None]
    found = enhanced_two_step_fca(people, supply, cost, weights)
    np.testing.assert_allclose((people * found).sum(), supply[within.any(axis=0)].sum(), rtol=1e-9)


def test_nobody_and_nowhere_is_nothing() -> None:
    assert two_step_fca([0, 0], [5], [[1], [1]], 10).tolist() == [0, 0]
    assert three_step_fca([3], [5], [[np.inf]], gravity).tolist() == [0]
    assert two_step_fca([3], [], np.empty((1, 0)), 10).tolist() == [0]


@pytest.mark.parametrize(
    ("people", "supply", "cost"),
    [
        ([1, 2], [3], [[1, 2]]),
        ([-1], [3], [[1]]),
        ([1], [-3], [[1]]),
        ([np.nan], [3], [[1]]),
        ([1], [3], [[np.nan]]),
    ],
)
def test_what_does_not_fit_is_refused(people: object, supply: object, cost: object) -> None:
    with pytest.raises(ValueError, match="cost"):
        two_step_fca(people, supply, cost, 10)  # type: ignore[arg-type]


def test_negative_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        enhanced_two_step_fca([1], [1], [[1]], {10: -1})


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_a_bell_needs_a_catchment(bad: float) -> None:
    with pytest.raises(ValueError, match="catchment"):
        gaussian_decay(bad)


@given(st.lists(st.floats(0, 2000), min_size=2, max_size=6))
def test_a_bell_falls_and_ends_at_the_catchment(costs: list[float]) -> None:
    weights = gaussian_decay(900.0)(np.sort(np.array(costs)))
    assert (np.diff(weights) <= 1e-12).all()
    assert ((weights > 0) <= (np.sort(costs) <= 900.0)).all()
    assert gaussian_decay(900.0)(np.zeros(1)).tolist() == [1.0]


def test_published_default_steps() -> None:
    assert dict(ENHANCED_STEPS) == {600: 1.0, 1200: 0.68, 1800: 0.22}
    assert dict(THREE_STEPS) == {600: 0.962, 1200: 0.704, 1800: 0.377, 3600: 0.042}


def test_capacity_for_each_person_by_hand() -> None:
    """18 people near a point for 200 a month; five more, as far again, count it less."""
    spots = [
        hotspot("H-AAAA", people=Band(11, 25), services=("nsp",)),
        hotspot("H-AAAB", people=Band(0, 10), services=("nsp",), place=box(9, 9)),
        hotspot("H-AAAC", people=None, services=("nsp",)),
    ]
    points = [
        point("P-AAAA", 0, capacity_per_month=Band(100, 300)),
        point("P-AAAB", 0),
        point("P-AAAC", 0, capacity_per_month=Band(100, 300), status=PointStatus.UNKNOWN),
    ]
    (found,) = assess_coverage(released(spots, points), row(), Standards()).capacity
    assert (found.service, found.hotspots, found.people) == ("nsp", ("H-AAAA", "H-AAAB"), (18, 5))
    assert found.without_capacity == 1
    # 200 for 18 + 0.68 x 5 people; the second place is eighteen minutes away.
    assert found.enhanced == pytest.approx((200 / 21.4, 0.68 * 200 / 21.4))
    assert found.two_step == pytest.approx((200 / 18, 0))

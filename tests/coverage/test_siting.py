"""Siting: published optima, and exhaustive search on what is small enough for it."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from outreach_map.coverage import Siting, lscp, mclp, p_center, p_median
from tests.conftest import SHARED

SAN_FRANCISCO = SHARED / "reference" / "san_francisco"
COSTS = st.sampled_from([1.0, 2.0, 3.0, 5.0, 8.0, np.inf])
STANDARD = 3.0


@pytest.fixture(scope="module")
def city() -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Metres from 205 tracts to 16 stores, people of the tracts, names of the stores."""
    path: Path = SAN_FRANCISCO / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    if not path.is_file():
        pytest.skip("the published case of San Francisco is not beside the project")
    rows = pd.read_csv(path)
    cost = rows.pivot_table(index="DestinationName", columns="name", values="distance")
    people = rows.groupby("DestinationName")["demand"].first()
    assert (cost.shape, people.sum()) == ((205, 16), 955_113)
    return cost.to_numpy(), people.to_numpy(float), list(cost.columns)


def test_fewest_stores_for_san_francisco(city: tuple) -> None:
    cost, _, _ = city
    found = lscp(cost, 5000)
    assert (found.objective, len(found.sites), found.proven, found.unreached) == (8, 8, True, ())
    assert (cost[:, found.sites].min(axis=1) <= 5000).all()


@pytest.mark.parametrize(
    ("p", "published"),
    list(enumerate([448255, 671938, 791499, 875247, 927402, 941462, 950428, 955113], start=1)),
)
def test_most_people_of_san_francisco(city: tuple, p: int, published: int) -> None:
    cost, people, _ = city
    found = mclp(cost, people, 5000, p)
    assert (found.objective, found.proven, len(found.sites)) == (published, True, p)
    reached = (cost[:, found.sites] <= 5000).any(axis=1)
    assert found.unreached == tuple(np.flatnonzero(~reached))


def test_the_four_stores_of_san_francisco_and_people_are_not_tracts(city: tuple) -> None:
    cost, people, names = city
    found = mclp(cost, people, 5000, 4)
    assert {names[site] for site in found.sites} == {"Store_11", "Store_12", "Store_15", "Store_2"}
    assert 100 * found.objective / people.sum() == pytest.approx(91.638, abs=5e-4)
    assert 100 * (1 - len(found.unreached) / len(people)) == pytest.approx(89.756, abs=5e-4)


def test_median_and_centre_of_san_francisco(city: tuple) -> None:
    cost, people, _ = city
    median = p_median(cost, people, 4)
    assert median.objective == pytest.approx(2_848_268_129.71, abs=0.01)
    assert median.objective / people.sum() == pytest.approx(2982.127, abs=5e-4)
    centre = p_center(cost, 4)
    assert centre.objective == pytest.approx(7403.0638, abs=5e-5)
    assert len(median.sites) == len(centre.sites) == 4
    assert median.proven
    assert centre.proven


def matrices(data: st.DataObject) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    places, candidates = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    cost = data.draw(arrays(float, (places, candidates), elements=COSTS))
    people = data.draw(arrays(float, places, elements=st.sampled_from([0.0, 1.0, 2.0, 7.0])))
    return cost, people


def choices(count: int, p: int, fixed: tuple[int, ...]) -> list[list[int]]:
    """All sets of open columns: the fixed ones and p more."""
    free = [column for column in range(count) if column not in fixed]
    return [sorted((*fixed, *more)) for more in combinations(free, min(p, len(free)))]


@settings(max_examples=60)
@given(st.data(), st.integers(0, 3), st.booleans())
def test_no_choice_is_better(data: st.DataObject, p: int, one_is_open: bool) -> None:
    cost, people = matrices(data)
    fixed = (cost.shape[1] - 1,) if one_is_open else ()
    open_sets = choices(cost.shape[1], p, fixed)
    nearest = [cost[:, chosen].min(axis=1, initial=np.inf) for chosen in open_sets]
    counted = people > 0

    covered = mclp(cost, people, STANDARD, p, fixed=fixed)
    assert covered.objective == max(people[near <= STANDARD].sum() for near in nearest)
    median = p_median(cost, people, p, fixed=fixed)
    assert median.objective == min((people[counted] * near[counted]).sum() for near in nearest)
    centre = p_center(cost, p, fixed=fixed)
    assert centre.objective == min(near.max() for near in nearest)
    for found in (covered, median, centre):
        assert found.proven
        assert list(found.sites) == sorted({*found.sites} - {*fixed})
    for found, limit in ((covered, STANDARD), (median, 1e9), (centre, 1e9)):
        own = cost[:, [*fixed, *found.sites]].min(axis=1, initial=np.inf)
        assert found.unreached == tuple(np.flatnonzero(own > limit))


@settings(max_examples=40)
@given(st.data(), st.booleans())
def test_no_smaller_set_covers(data: st.DataObject, one_is_open: bool) -> None:
    cost, _ = matrices(data)
    fixed = (0,) if one_is_open else ()
    found = lscp(cost, STANDARD, fixed=fixed)
    coverable = (cost <= STANDARD).any(axis=1)
    fewest = next(
        p
        for p in range(cost.shape[1] + 1)
        for chosen in choices(cost.shape[1], p, fixed)
        if (cost[coverable][:, chosen] <= STANDARD).any(axis=1).all()
    )
    assert len(found.sites) == fewest
    assert found.objective == (fewest if coverable.all() else np.inf)
    assert found.unreached == tuple(np.flatnonzero(~coverable))


def test_what_nothing_reaches_stays_visible() -> None:
    cost = [[1.0, 9.0], [np.inf, 2.0], [np.inf, np.inf]]
    people = [5.0, 1.0, 1.0]
    assert lscp(cost, 3) == Siting((0, 1), np.inf, True, (2,))
    assert p_median(cost, people, 2) == Siting((0, 1), np.inf, True, (2,))
    assert p_center(cost, 2) == Siting((0, 1), np.inf, True, (2,))
    # One site: the second reaches two places of three, if at a cost.
    assert p_median(cost, people, 1).sites == (1,)
    assert mclp(cost, people, 3, 1) == Siting((0,), 5.0, True, (1, 2))
    # Nobody lives in the third place, so nothing is missing from the total.
    assert p_median(cost, [5, 1, 0], 2) == Siting((0, 1), 7.0, True, (2,))


def test_a_threshold_is_met_by_what_equals_it() -> None:
    assert mclp([[3.0]], [4.0], 3.0, 1).objective == 4
    assert mclp([[3.0001]], [4.0], 3.0, 1).objective == 0
    assert lscp([[3.0]], 3.0).objective == 1


def test_a_site_serves_no_more_than_it_can() -> None:
    """Either site is near both places, and serves six: one place of six, or two half each."""
    cost = np.ones((3, 2))
    people = [6.0, 4.0, 2.0]
    assert mclp(cost, people, 3, 1, capacity=[6, 6]).objective == 6
    whole = mclp(cost, people, 3, 2, capacity=[6, 6])
    assert (whole.objective, whole.unreached) == (12, ())
    assert mclp(cost, people, 3, 1, capacity=[5, 5]).objective == 4
    assert lscp(cost, 3, demand=people, capacity=[6, 6]).objective == 2
    assert lscp(cost, 3, demand=[3, 2, 1], capacity=[6, 6]).objective == 1


def test_what_is_open_already_is_not_chosen_again() -> None:
    cost = np.array([[1.0, 2.0, 9.0], [9.0, 9.0, 1.0]])
    assert mclp(cost, [10, 1], 3, 1).sites in ((0,), (1,))
    assert mclp(cost, [10, 1], 3, 1, fixed=[0]) == Siting((2,), 11.0, True)
    assert lscp(cost, 3, fixed=[0]) == Siting((2,), 1.0, True)
    assert mclp(cost, [10, 1], 3, 0, fixed=[0]) == Siting((), 10.0, True, (1,))


@pytest.mark.parametrize(
    "call",
    [
        lambda: lscp([1.0, 2.0], 3),
        lambda: lscp([[np.nan]], 3),
        lambda: lscp([[-1.0]], 3),
        lambda: lscp([[1.0]], -1),
        lambda: lscp([[1.0]], 1, capacity=[1]),
        lambda: mclp([[1.0]], [1, 2], 3, 1),
        lambda: mclp([[1.0]], [-1], 3, 1),
        lambda: mclp([[1.0]], [1], 3, -1),
        lambda: p_median([[1.0]], [np.inf], 1),
        lambda: p_center([[1.0]], 1, fixed=[1]),
    ],
)
def test_what_makes_no_problem_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"cost|standard|together|demand|open"):
        call()


def test_nothing_is_printed_by_the_solver(capfd: pytest.CaptureFixture[str]) -> None:
    mclp(np.ones((2, 2)), [1, 1], 3, 1)
    assert capfd.readouterr() == ("", "")

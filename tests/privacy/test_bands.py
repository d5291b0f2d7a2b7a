"""Counts to bands and dates to weeks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.privacy.bands import (
    items_band,
    people_band,
    rhythm,
    syringes_band,
    visits_band,
    week,
)


@given(st.integers(0, 10**6))
def test_every_count_lies_in_its_band(count: int) -> None:
    for band in (people_band(count), items_band(count), visits_band(count)):
        assert band is not None
        assert band.low <= count
        assert band.high is None or count <= band.high


def test_small_numbers_of_people_cannot_be_told_apart() -> None:
    assert len({people_band(count) for count in range(11)}) == 1
    assert people_band(10) != people_band(11)


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0, 10))
def test_syringe_need_says_nothing_beyond_the_band_of_people(a: int, b: int, rate: float) -> None:
    if people_band(a) == people_band(b):
        assert syringes_band(people_band(a), rate) == syringes_band(people_band(b), rate)


def test_what_is_unknown_stays_unknown() -> None:
    assert people_band(None) is None
    assert items_band(None) is None
    assert syringes_band(None, 2.0) is None
    assert syringes_band(people_band(20), None) is None
    assert week(None) is None


@pytest.mark.parametrize(
    ("asked", "released"), [(None, 0), (0, 0), (0.5, 1), (1, 1), (3, 4), (5, 8), (99, 30)]
)
def test_visits_a_month_are_raised_to_a_usual_rhythm(asked: float | None, released: float) -> None:
    assert rhythm(asked) == released


@given(st.dates(date(2000, 1, 3), date(2100, 1, 1)))
def test_dates_become_mondays(day: date) -> None:
    monday = week(day)
    assert monday is not None
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7

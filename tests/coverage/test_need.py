"""Syringes: bands in, bands out, and a verdict only where every count gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import Enough, SyringeLevel, syringe_level
from outreach_map.coverage.need import syringe_need
from outreach_map.tables import Band, Hotspot, VisitLog
from tests.coverage.row_town import hotspot


def spot(people: Band | None, given_91d: Band | None) -> Hotspot:
    return hotspot(people=people, log=VisitLog(syringes_out_91d=given_91d), services=("nsp",))


def test_enough_when_the_least_given_covers_the_most_needed() -> None:
    """20 people x 300 a year are 6000; 1500 in 73 days, a fifth of a year, are 7500."""
    need = syringe_need(spot(Band(10, 20), Band(1500, 2000)), 73, 300)
    assert need.enough is Enough.YES
    assert need.per_person_year_low == 7500 / 20
    assert need.per_person_year_high == 10000 / 10
    # A month of 30 days, rounded outwards: 10 x 300 x 30 / 365 = 246.6, twice that 493.2.
    assert need.need_month == Band(246, 494)
    assert need.given_month == Band(616, 822)


def test_not_enough_when_the_most_given_is_short_of_the_least_needed() -> None:
    need = syringe_need(spot(Band(11, 25), Band(100, 299)), 73, 300)
    assert need.enough is Enough.NO
    assert "136" in need.why  # 299 x 5 / 11


@pytest.mark.parametrize(
    ("people", "given_91d", "log_days", "enough"),
    [
        (None, Band(100, 299), 90, Enough.UNKNOWN),
        (Band(11, 25), None, 90, Enough.UNKNOWN),
        (Band(11, 25), Band(100, 299), 0, Enough.UNKNOWN),
        (Band(11, 25), Band(300, 999), 30, Enough.UNKNOWN),
        (Band(11, 25), Band(10000, None), 90, Enough.YES),
        # At most 99 among at least 251, and at least 10000 among at most 10.
        (Band(251, None), Band(0, 99), 90, Enough.NO),
        (Band(0, 10), Band(10000, None), 90, Enough.YES),
    ],
)
def test_what_is_missing_or_too_wide_is_not_a_no(
    people: Band | None, given_91d: Band | None, log_days: int, enough: Enough
) -> None:
    assert syringe_need(spot(people, given_91d), log_days, 300).enough is enough


@given(
    st.integers(1, 60), st.integers(0, 60), st.integers(0, 5000), st.integers(0, 5000), st.data()
)
def test_a_verdict_holds_for_every_count_within_the_bands(
    fewest: int, more_people: int, least: int, more_given: int, data: st.DataObject
) -> None:
    people, out = Band(fewest, fewest + more_people), Band(least, least + more_given)
    need = syringe_need(spot(people, out), 90, 300)
    count = data.draw(st.integers(people.low, fewest + more_people))
    number = data.draw(st.integers(out.low, least + more_given))
    rate = number * 365 / 90 / count
    if need.enough is not Enough.UNKNOWN:
        assert rate >= 300 - 1e-9 if need.enough is Enough.YES else rate < 300
    assert need.need_month is not None
    assert need.need_month.low <= count * 300 * 30 / 365 <= (need.need_month.high or 0)
    assert need.given_month is not None
    assert need.given_month.low <= number / 3 <= (need.given_month.high or 0)


def test_levels_of_the_published_review() -> None:
    """Western Europe 166, Central Asia 115, Australasia 396, Eastern Europe 15."""
    levels = [syringe_level(figure) for figure in (166, 115, 396, 15)]
    assert levels == [
        SyringeLevel.MEDIUM,
        SyringeLevel.MEDIUM,
        SyringeLevel.HIGH,
        SyringeLevel.LOW,
    ]

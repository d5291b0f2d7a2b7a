"""Contact by both readings and both denominators, what was given, and what the log leaves open."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import (
    Denominator,
    Enough,
    Item,
    Range,
    Reading,
    SyringeLevel,
    TeamVisit,
    syringe_level,
)
from outreach_map.coverage.contact import Contact, contact_of, measure_contact
from outreach_map.coverage.need import kit_need
from outreach_map.coverage.ranges import people_of, weighted_share
from outreach_map.tables import Band, VisitLog
from tests.coverage.row_town import hotspot, released

SOME = Band(11, 25)
MET = VisitLog(
    visits_28d=Band(3, 4),
    visits_91d=Band(9, None),
    visits_364d=Band(9, None),
    contacts_28d=Band(26, 50),
    contacts_91d=Band(51, 100),
    contacts_364d=Band(101, 250),
    syringes_out_28d=Band(100, 299),
    syringes_out_364d=Band(1000, 2999),
    syringes_in_28d=Band(0, 99),
    naloxone_out_364d=Band(11, 25),
    met_every_91d=True,
    met_every_364d=True,
)


def measure(*logs: VisitLog, people: Band | None = SOME, days: int = 364) -> Contact:
    spots = [
        hotspot(f"H-AAA{'ABC'[number]}", people=people, log=log, services=("nsp",))
        for number, log in enumerate(logs)
    ]
    return measure_contact(released(spots, log_days=min(days, 91), log_days_year=days))


def share(found: Contact, reading: Reading, denominator: Denominator, days: int) -> Range | None:
    (one,) = [
        one.share
        for one in found.shares
        if (one.reading, one.denominator, one.days) == (reading, denominator, days)
    ]
    return one


def test_on_average_over_four_weeks() -> None:
    """26 contacts in at most 4 visits are at least 6.5 people, and at most all of the 25."""
    found = share(measure(MET), Reading.ON_AVERAGE, Denominator.ESTIMATE, 28)
    assert found == Range(26 / 4 / 25, 1.0, 1.0)
    wide = share(measure(MET, people=Band(101, 250)), Reading.ON_AVERAGE, Denominator.ESTIMATE, 28)
    assert wide is not None
    ends = (wide.low, wide.mid, wide.high)
    assert ends == pytest.approx((6.5 / 250, 38 / 175.5, 50 / 101))


def test_on_average_over_a_year() -> None:
    """101 to 250 contacts in 364 days are 7.8 to 19.2 in 28 days."""
    found = share(
        measure(MET, people=Band(251, 251)), Reading.ON_AVERAGE, Denominator.ESTIMATE, 364
    )
    assert found is not None
    assert found.low == 0  # nine or more visits may be any number
    assert found.high == pytest.approx(250 * 28 / 364 / 251)


def test_one_period_without_contact_breaks_every_period_and_not_the_average() -> None:
    broken = VisitLog(**{**vars(MET), "met_every_364d": False})
    whole, gap = measure(MET), measure(broken)
    for denominator in Denominator:
        yes, no = (share(f, Reading.EVERY_PERIOD, denominator, 364) for f in (whole, gap))
        assert yes is not None
        assert yes.high > 0
        assert no == Range(0, 0, 0)
        # The gap lies farther back than 91 days.
        assert share(gap, Reading.EVERY_PERIOD, denominator, 91) == share(
            whole, Reading.EVERY_PERIOD, denominator, 91
        )
    average = [share(f, Reading.ON_AVERAGE, Denominator.ESTIMATE, 364) for f in (whole, gap)]
    assert average[0] == average[1]


def test_where_too_few_are_met_to_tell_the_middle_is_half_way_to_nobody() -> None:
    few = VisitLog(**{**vars(MET), "met_every_91d": None})
    known, untold = (
        share(measure(log), Reading.EVERY_PERIOD, Denominator.ESTIMATE, 91) for log in (MET, few)
    )
    assert known is not None
    assert untold == Range(0.0, known.mid / 2, known.high)


def test_the_people_reached_are_another_denominator_than_the_people_there_are() -> None:
    found = measure(MET, people=Band(251, None))
    estimate, reached = (
        share(found, Reading.ON_AVERAGE, denominator, 28) for denominator in Denominator
    )
    assert estimate is not None
    assert reached is not None
    assert estimate.high == pytest.approx(50 / 251)
    # At least 26 contacts in 4 visits, of at most 250 people in the year.
    assert reached.low == pytest.approx(6.5 / 250)
    assert reached.mid > estimate.mid


def test_a_log_that_is_too_short_says_nothing_and_one_without_the_year_says_what_there_is() -> None:
    short = measure(MET, days=27)
    assert {one.share for one in short.shares} == {None}
    assert measure(MET, days=120).covered_days == 120
    nobody = measure(VisitLog())
    assert share(nobody, Reading.ON_AVERAGE, Denominator.ESTIMATE, 28) == Range(0, 0, 0)
    assert share(nobody, Reading.ON_AVERAGE, Denominator.REACHED, 28) is None


def test_hotspots_without_an_estimate_are_counted_and_in_no_share() -> None:
    found = measure(MET, people=None)
    assert found.without_estimate == 1
    assert share(found, Reading.ON_AVERAGE, Denominator.ESTIMATE, 28) is None
    assert share(found, Reading.ON_AVERAGE, Denominator.REACHED, 28) is not None


def test_syringes_a_person_and_year() -> None:
    found = measure(MET, MET, people=Band(11, 25))
    assert found.per_person_year is not None
    assert found.per_person_year.low == pytest.approx(1000 / 25 * 365 / 364)
    assert found.per_person_year.high == pytest.approx(2999 / 11 * 365 / 364)
    assert found.levels == (SyringeLevel.LOW, SyringeLevel.HIGH)
    half = measure(MET, days=73)
    assert half.per_person_year is not None
    assert half.per_person_year.low == pytest.approx(5 * 1000 / 25)


def test_what_was_given_and_what_the_plan_gives() -> None:
    moment = datetime(2026, 11, 24, 19)
    visits = [
        TeamVisit("T-AAAA", "H-AAAA", moment, moment, {"syringes": 40}),
        TeamVisit("T-AAAA", "H-AAAB", moment, moment, {"syringes": 20, "naloxone": 2}),
    ]
    spots = [hotspot(log=MET), hotspot("H-AAAB")]
    found = measure_contact(released(spots, log_days_year=364), visits)
    amounts = {(one.item, one.days): (one.amount, one.hotspots) for one in found.given}
    assert amounts[Item.SYRINGES_OUT, 0] == (Range(60, 60, 60), 2)
    assert amounts[Item.NALOXONE_OUT, 0] == (Range(2, 2, 2), 1)
    assert amounts[Item.SYRINGES_OUT, 28] == (Range(100, 199.5, 299), 1)
    assert amounts[Item.SYRINGES_IN, 28] == (Range(0, 49.5, 99), 1)
    assert amounts[Item.SYRINGES_OUT, 91] == (Range(0, 0, 0), 0)
    assert found.visits_planned == 2


@pytest.mark.parametrize(
    ("region", "figure", "level"),
    [
        ("Eastern Europe", 15, "low"), ("Western Europe", 166, "medium"),
        ("East and South-East Asia", 16, "low"), ("South Asia", 43, "low"),
        ("Central Asia", 115, "medium"), ("Caribbean", 6, "low"), ("Latin America", 6, "low"),
        ("North America", 39, "low"), ("Australasia", 396, "high"),
    ],
)  # fmt: skip
def test_published_levels_of_syringe_coverage(region: str, figure: float, level: str) -> None:
    assert syringe_level(figure) == SyringeLevel(level), region


@pytest.mark.parametrize(
    ("people", "kits", "enough"),
    [
        (Band(11, 25), Band(26, 50), Enough.YES),
        (Band(101, 250), Band(11, 25), Enough.NO),
        (Band(11, 25), Band(11, 25), Enough.UNKNOWN),
        (None, Band(11, 25), Enough.UNKNOWN),
        (Band(11, 25), None, Enough.UNKNOWN),
        (Band(251, None), Band(251, None), Enough.UNKNOWN),
    ],
)
def test_a_kit_for_four_in_five(people: Band | None, kits: Band | None, enough: Enough) -> None:
    spot = hotspot(people=people, log=VisitLog(naloxone_out_364d=kits))
    assert kit_need(spot, 364).enough is enough
    assert kit_need(spot, 0).enough is Enough.UNKNOWN


@given(st.integers(1, 40), st.integers(0, 40), st.lists(st.integers(0, 12), max_size=4))
def test_the_range_of_contact_holds_for_persons(there: int, margin: int, visits: list[int]) -> None:
    """Each visit meets some of the persons; how many different ones there were is in the range."""
    rng = np.random.default_rng(there * 41 + margin)
    sizes = [min(size, there) for size in visits]
    met = [set(rng.choice(there, size, replace=False).tolist()) for size in sizes]
    contacts, persons = sum(sizes), len(set().union(*met))
    log = VisitLog(
        visits_28d=Band(len(sizes), len(sizes) + 1) if sizes else None,
        contacts_28d=Band(max(contacts - margin, 0), contacts + margin) if sizes else None,
    )
    spot = hotspot(people=Band(max(there - margin, 0), there + margin), log=log)
    found = contact_of(spot, released([spot]))
    assert found.low - 1e-12 <= persons / there <= found.high + 1e-12


def test_people_are_the_ends_of_the_estimate_around_its_best() -> None:
    spot = hotspot(people=Band(11, 25), people_min=Band(0, 10), people_max=Band(26, 50))
    assert people_of(spot) == Range(1, 18, 50)
    assert people_of(hotspot(people=Band(251, None))) == Range(251, 376.5, np.inf)
    assert people_of(hotspot()) is None


@given(st.data(), st.integers(1, 6))
def test_a_weighted_share_is_never_outside_its_range(data: st.DataObject, count: int) -> None:
    parts = st.integers(0, 4).map(lambda quarter: quarter / 4)
    lows = data.draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    wide = data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    holds = data.draw(st.lists(st.tuples(parts, parts).map(sorted), min_size=count, max_size=count))
    highs = [low + more for low, more in zip(lows, wide, strict=True)]
    low, high = weighted_share(lows, highs, [h[0] for h in holds], [h[1] for h in holds])
    weights = [data.draw(st.integers(a, b)) for a, b in zip(lows, highs, strict=True)]
    for pick in (0, 1):
        mean = np.average([held[pick] for held in holds], weights=weights)
        assert low - 1e-12 <= mean <= high + 1e-12
    # And it is no wider than it has to be: some corner of the weights attains each end.
    corners = np.array(np.meshgrid(*zip(lows, highs, strict=True))).reshape(count, -1)
    means = [(corners * np.array([[h[p]] for h in holds])).sum(0) / corners.sum(0) for p in (0, 1)]
    assert (low, high) == pytest.approx((means[0].min(), means[1].max()))


def test_a_weight_without_an_upper_end() -> None:
    assert weighted_share([1, 1], [np.inf, 3], [0, 1], [0, 1]) == (0, 0.75)
    assert weighted_share([1, 1], [np.inf, 3], [1, 1], [1, 1]) == (1, 1)

"""The cascade: every step by a case solved by hand, and unknown never taken for a no."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.coverage import (
    Enough,
    Reach,
    ServiceCoverage,
    ServiceSummary,
    Standards,
    Step,
    assess_coverage,
)
from outreach_map.hours import Hours
from outreach_map.tables import (
    Band,
    Hotspot,
    Mode,
    Place,
    Point,
    PointStatus,
    Stock,
    Team,
    VisitLog,
)
from tests.coverage.row_town import box, hotspot, point, released, row

MET = VisitLog(visits_28d=Band(1, 2), contacts_28d=Band(11, 25))


def assess(spot: Hotspot, *points: Point, log_days: int = 90) -> ServiceCoverage:
    found = assess_coverage(released([spot], points, log_days=log_days), row(), Standards())
    assert len(found.services) == 1
    return found.services[0]


def result(spot: Hotspot, *points: Point) -> tuple[Reach, Step | None]:
    found = assess(spot, *points)
    return found.reach, found.first_broken


def test_all_steps_hold() -> None:
    found = assess(hotspot(log=MET), point("P-AAAA", 5))
    assert (found.reach, found.first_broken) == (Reach.REACHED, None)
    assert (found.walk_s_low, found.walk_s_high) == (480, 600)
    assert (found.nearest, found.mend) == ("P-AAAA", "")


@pytest.mark.parametrize(
    ("node", "reach", "low", "high"),
    [
        (5, Reach.REACHED, 480, 600),
        (6, Reach.PARTLY, 600, 720),
        (7, Reach.NOT_REACHED, 720, 840),
    ],
)
def test_reach_is_measured_from_every_place_of_the_area(
    node: int, reach: Reach, low: float, high: float
) -> None:
    found = assess(hotspot(log=MET), point("P-AAAA", node))
    assert (found.reach, found.walk_s_low, found.walk_s_high) == (reach, low, high)
    assert found.first_broken is (None if reach is Reach.REACHED else Step.REACHABLE)


def test_two_points_may_share_an_area_between_them() -> None:
    """Nodes 4 to 9: the one end reaches node 0 in 480 s, the other node 11 in 240 s."""
    spot = hotspot(place=box(4, 9), log=MET)
    west, east = point("P-AAAA", 0), point("P-BBBB", 11)
    assert result(spot, west) == (Reach.PARTLY, Step.REACHABLE)
    assert result(spot, east) == (Reach.PARTLY, Step.REACHABLE)
    found = assess(spot, west, east)
    assert (found.reach, found.first_broken) == (Reach.REACHED, None)
    assert (found.walk_s_low, found.walk_s_high) == (240, 600)
    assert found.nearest == "P-AAAA"  # the anchor is node 4


@pytest.mark.parametrize(
    "change",
    [
        {"services": ("nsp",)},
        {"status": PointStatus.CLOSED},
        {"stock": MappingProxyType({"condoms": Stock.OUT})},
        {"public": False},
    ],
)
def test_not_available(change: dict[str, object]) -> None:
    found = assess(hotspot(log=MET), point("P-AAAA", 0, **change))
    assert (found.reach, found.first_broken) == (Reach.NOT_REACHED, Step.AVAILABLE)
    assert (found.walk_s_low, found.nearest) == (np.inf, None)


@pytest.mark.parametrize(
    "change",
    [
        {"status": PointStatus.UNKNOWN},
        {"stock": MappingProxyType({"condoms": Stock.UNKNOWN})},
        {"stock": MappingProxyType({})},
    ],
)
def test_availability_that_nobody_wrote_down_is_unknown(change: dict[str, object]) -> None:
    found = assess(hotspot(log=MET), point("P-AAAA", 0, **change))
    assert (found.reach, found.first_broken) == (Reach.UNKNOWN, Step.AVAILABLE)
    assert found.nearest == "P-AAAA"


def test_an_unknown_point_out_of_reach_cannot_help() -> None:
    far = point("P-AAAA", 11, status=PointStatus.UNKNOWN)
    assert result(hotspot(log=MET), far) == (Reach.NOT_REACHED, Step.AVAILABLE)


def test_an_unknown_point_nearby_makes_a_long_way_unknown() -> None:
    near, far = point("P-AAAA", 1, status=PointStatus.UNKNOWN), point("P-BBBB", 11)
    assert result(hotspot(log=MET), near, far) == (Reach.UNKNOWN, Step.REACHABLE)


def test_a_service_without_an_item_needs_no_stock() -> None:
    spot = hotspot(services=("legal",), log=MET)
    assert result(spot, point("P-AAAA", 0, stock=MappingProxyType({}))) == (Reach.REACHED, None)


def test_what_only_teams_bring_is_available_but_at_no_point() -> None:
    base = box(0, 0)
    carry = MappingProxyType({"condoms": 50})
    team = Team(
        code="T-AAAA", mode=Mode.WALK, start=base, end=base, shift=Hours("24/7"), carry=carry
    )
    for teams, step in (((team,), Step.REACHABLE), ((), Step.AVAILABLE)):
        rows = assess_coverage(released([hotspot()], teams=teams), row(), Standards()).services
        assert (rows[0].reach, rows[0].first_broken) == (Reach.NOT_REACHED, step)


def test_closed_when_people_are_there() -> None:
    morning = point("P-AAAA", 0, hours=Hours("Mo-Fr 09:00-17:00"))
    found = assess(hotspot(log=MET), morning)
    assert (found.reach, found.first_broken) == (Reach.NOT_REACHED, Step.OPEN)
    assert found.nearest == "P-AAAA"


def test_open_on_one_evening_a_week_is_open() -> None:
    late = point("P-AAAA", 0, hours=Hours("Mo-Fr 09:00-17:00; Th 09:00-19:00"))
    assert result(hotspot(log=MET), late) == (Reach.REACHED, None)


def test_open_nearby_only_for_part_of_the_area() -> None:
    near = point("P-AAAA", 1, hours=Hours("Mo-Fr 09:00-17:00"))
    found = assess(hotspot(log=MET), near, point("P-BBBB", 6))
    assert (found.reach, found.first_broken) == (Reach.PARTLY, Step.OPEN)


@pytest.mark.parametrize("hours", [Hours(), Hours("Mo-Su 18:00-22:00 unknown")])
def test_hours_that_nobody_knows_are_not_closed(hours: Hours) -> None:
    assert result(hotspot(log=MET), point("P-AAAA", 0, hours=hours)) == (Reach.UNKNOWN, Step.OPEN)
    spot = hotspot(log=MET, hours=hours)
    assert result(spot, point("P-AAAA", 0)) == (Reach.UNKNOWN, Step.OPEN)


def test_no_shared_language() -> None:
    found = assess(hotspot(log=MET, languages=("pt", "es")), point("P-AAAA", 0, languages=("de",)))
    assert (found.reach, found.first_broken) == (Reach.NOT_REACHED, Step.ACCEPTABLE)
    assert "pt or es" in found.why


def test_languages_that_nobody_wrote_down_are_unknown() -> None:
    spot = hotspot(log=MET)
    assert result(spot, point("P-AAAA", 0, languages=())) == (Reach.UNKNOWN, Step.ACCEPTABLE)
    nobody = hotspot(log=MET, languages=())
    assert result(nobody, point("P-AAAA", 0)) == (Reach.UNKNOWN, Step.ACCEPTABLE)


@pytest.mark.parametrize(
    ("log", "log_days", "words"),
    [
        (VisitLog(), 91, "no contact in the last 28 days"),
        (VisitLog(), 27, "unknown"),
        (VisitLog(visits_28d=Band(1, 2)), 91, "whether anybody was met is not known"),
    ],
)
def test_contact_leaves_reach_as_it_is(log: VisitLog, log_days: int, words: str) -> None:
    found = assess(hotspot(log=log), point("P-AAAA", 0), log_days=log_days)
    assert (found.reach, found.first_broken) == (Reach.REACHED, Step.CONTACTED)
    assert words in found.why


@pytest.mark.parametrize(
    ("out", "step", "enough"),
    [
        (Band(3000, 9999), None, Enough.YES),
        (Band(100, 299), Step.ENOUGH, Enough.NO),
        (Band(1000, 2999), Step.ENOUGH, Enough.UNKNOWN),
        (None, Step.ENOUGH, Enough.UNKNOWN),
    ],
)
def test_enough_is_asked_of_syringes_only(
    out: Band | None, step: Step | None, enough: Enough
) -> None:
    log = replace(MET, syringes_out_91d=out)
    spot = hotspot(log=log, people=Band(11, 25), services=("condoms", "nsp"))
    found = assess_coverage(released([spot], [point("P-AAAA", 0)]), row(), Standards())
    assert [(one.service, one.first_broken) for one in found.services] == [
        ("condoms", None),
        ("nsp", step),
    ]
    assert [one.enough for one in found.syringes] == [enough]


def test_an_area_without_a_crossing_is_measured_from_its_anchor() -> None:
    between = Place((7,), shapely.box(0.0021, -0.0001, 0.0024, 0.0001), (0.002, 0.0))
    found = assess(hotspot(log=MET, place=between), point("P-AAAA", 0))
    assert (found.reach, found.walk_s_low, found.walk_s_high) == (Reach.REACHED, 240, 240)


def test_an_area_far_from_any_street_is_unknown_not_far() -> None:
    away = Place((7,), shapely.box(0.0, 0.5, 0.001, 0.501), (0.0, 0.5))
    found = assess(hotspot(log=MET, place=away), point("P-AAAA", 0))
    assert (found.reach, found.first_broken) == (Reach.UNKNOWN, Step.REACHABLE)
    assert found.walk_s_high == np.inf
    assert found.nearest is None


def test_a_point_far_from_any_street_is_out_of_reach() -> None:
    off = point("P-AAAA", 0, place=Place((), shapely.Point(0.0, 0.5), (0.0, 0.5)))
    found = assess(hotspot(log=MET), off)
    assert (found.reach, found.walk_s_low, found.nearest) == (Reach.NOT_REACHED, np.inf, None)


def test_rows_are_sorted_and_the_summary_counts_hotspots() -> None:
    spots = [
        hotspot("H-CCCC", place=box(11, 11), services=("nsp", "condoms")),
        hotspot("H-AAAA"),
        hotspot("H-BBBB", place=box(5, 8)),
    ]
    points = [
        point("P-AAAA", 0),
        point("P-BBBB", 11, status=PointStatus.UNKNOWN, services=("nsp",)),
    ]
    found = assess_coverage(released(spots, points), row(), Standards())
    assert [(one.hotspot, one.service) for one in found.services] == [
        ("H-AAAA", "condoms"),
        ("H-BBBB", "condoms"),
        ("H-CCCC", "condoms"),
        ("H-CCCC", "nsp"),
    ]
    assert found.summary == (
        ServiceSummary("condoms", reached=1, partly=1, not_reached=1, unknown=0),
        ServiceSummary("nsp", reached=0, partly=0, not_reached=0, unknown=1),
    )


def test_nothing_to_assess_is_nothing() -> None:
    found = assess_coverage(released(), row(), Standards())
    assert (found.services, found.syringes, found.kits, found.summary) == ((), (), (), ())
    assert (found.cascade, found.equity.groups, found.equity.inequality) == ((), (), ())


def test_standards_are_above_zero() -> None:
    for field in ("walk_s", "syringes_per_person_year"):
        with pytest.raises(ValueError, match="above 0"):
            Standards(**{field: 0.0})


WITH_GAPS = st.fixed_dictionaries(
    {
        "node": st.integers(0, 11),
        "status": st.sampled_from([PointStatus.OPEN, PointStatus.CLOSED, None]),
        "stock": st.sampled_from([Stock.IN_STOCK, Stock.OUT, None]),
        "hours": st.sampled_from(["24/7", "Mo-Fr 09:00-17:00", None]),
        "languages": st.sampled_from([("pt",), ("de",), None]),
    }
)
FILLING = st.fixed_dictionaries(
    {
        "status": st.sampled_from([PointStatus.OPEN, PointStatus.CLOSED]),
        "stock": st.sampled_from([Stock.IN_STOCK, Stock.OUT]),
        "hours": st.sampled_from(["24/7", "Mo-Fr 09:00-17:00"]),
        "languages": st.sampled_from([("pt",), ("de",)]),
    }
)


def drawn(number: int, facts: dict[str, object]) -> Point:
    stock = facts["stock"] or Stock.UNKNOWN
    return point(
        f"P-AAA{'ABC'[number]}",
        facts["node"],  # type: ignore[arg-type]
        status=facts["status"] or PointStatus.UNKNOWN,
        stock=MappingProxyType({"condoms": stock}),
        hours=Hours(facts["hours"] or ""),  # type: ignore[arg-type]
        languages=facts["languages"] or (),
    )


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(WITH_GAPS, FILLING), max_size=3),
    st.sampled_from(["Mo-Su 18:00-22:00", "Mo-Fr 10:00-12:00", None]),
    st.sampled_from(["Mo-Su 18:00-22:00", "Mo-Fr 10:00-12:00"]),
    st.integers(0, 8),
    st.integers(0, 3),
)
def test_whatever_fills_the_gaps_a_known_answer_stays(
    facts: list[tuple[dict[str, object], dict[str, object]]],
    hours: str | None,
    filled_hours: str,
    first: int,
    width: int,
) -> None:
    """Unknown is never taken for a no, nor for a yes: facts that come in cannot contradict."""
    spot = hotspot(place=box(first, first + width), hours=Hours(hours or ""), log=MET)
    before = assess(spot, *(drawn(i, some) for i, (some, _) in enumerate(facts)))
    full = [
        drawn(i, {key: filling.get(key) if value is None else value for key, value in some.items()})
        for i, (some, filling) in enumerate(facts)
    ]
    after = assess(replace(spot, hours=Hours(hours or filled_hours)), *full)
    assert after.reach is not Reach.UNKNOWN
    assert before.reach in (Reach.UNKNOWN, after.reach)
    assert before.why
    # And wherever in the area people are, the answer is one that the area's answer allows.
    single = {
        assess(
            replace(spot, place=box(node, node), hours=Hours(hours or filled_hours)), *full
        ).reach
        for node in range(first, first + width + 1)
    }
    assert (
        single
        == {
            Reach.REACHED: {Reach.REACHED},
            Reach.PARTLY: {Reach.REACHED, Reach.NOT_REACHED},
            Reach.NOT_REACHED: {Reach.NOT_REACHED},
        }[after.reach]
    )

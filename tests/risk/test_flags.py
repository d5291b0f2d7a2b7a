"""Flags: every kind by a case, and nothing unsigned, due or expired ever rated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.hours import Hours, OpenState
from outreach_map.network import StreetNetwork
from outreach_map.risk import (
    City,
    Flag,
    FlagKind,
    TimedLeg,
    TimedStop,
    flag_risks,
    in_force,
    mitigation,
    zones_to_review,
)
from outreach_map.risk.flag import SERVICES, STREETS, by_weight
from outreach_map.tables import (
    Affects,
    Hotspot,
    Mode,
    Place,
    Rating,
    RiskAction,
    RiskState,
    RiskZone,
)
from tests.coverage.row_town import box, hotspot, released, row, streets

# All nodes on a ring, so that no street is the only way.
RING = streets(12, [(node, (node + 1) % 12, 120.0) for node in range(12)])
EVENING = datetime(2026, 11, 25, 20, 0)


def zone(code: str = "R-AAAA", first: int = 0, last: int = 1, **fields: object) -> RiskZone:
    """A current zone of medium rating in nodes first..last from 18 to 2 o'clock."""
    known: dict[str, object] = {
        "place": box(first, last),
        "category": "policing",
        "affects": Affects.CLIENT,
        "rating": Rating.MEDIUM,
        "state": RiskState.CURRENT,
        "action": RiskAction.WARN,
        "hours": Hours("Mo-Su 18:00-02:00"),
        "review_week": date(2027, 1, 11),
    }
    return RiskZone(code=code, **(known | fields))  # type: ignore[arg-type]


def leg(
    leave: datetime, minutes: float, first: float, last: float, team: str = "T-AAAA"
) -> TimedLeg:
    line = np.array([[first / 1000, 0.0], [last / 1000, 0.0]])
    return TimedLeg(team, leave, leave + timedelta(minutes=minutes), line)


def stop(begin: datetime, minutes: float, code: str = "H-AAAA") -> TimedStop:
    return TimedStop("T-AAAA", code, begin, begin + timedelta(minutes=minutes))


def flags(
    zones: Sequence[RiskZone],
    *,
    hotspots: Sequence[Hotspot] = (),
    walk: StreetNetwork = RING,
    legs: Sequence[TimedLeg] = (),
    stops: Sequence[TimedStop] = (),
) -> tuple[Flag, ...]:
    """Flags of the register and of the only way in; the others have files of their own."""
    found = flag_risks(
        released(hotspots, zones=zones), City({Mode.WALK: walk}), legs=legs, stops=stops
    )
    return tuple(flag for flag in found if flag.zone or flag.kind is FlagKind.ONLY_WAY_IN)


def at_hotspots(found: Sequence[Flag]) -> list[Flag]:
    return [flag for flag in found if flag.kind is FlagKind.ZONE_AT_HOTSPOT]


def test_nothing_to_tell_is_no_flag() -> None:
    assert flags([], hotspots=[hotspot()]) == ()


def test_a_zone_flags_a_hotspot_when_they_share_an_area() -> None:
    spots = [hotspot("H-AAAA", place=box(1, 3)), hotspot("H-BBBB", place=box(2, 3))]
    (flag,) = at_hotspots(flags([zone()], hotspots=spots))
    assert (flag.kind, flag.about, flag.zone) == (FlagKind.ZONE_AT_HOTSPOT, "H-AAAA", "R-AAAA")
    assert (flag.rating, flag.affects) == (Rating.MEDIUM, Affects.CLIENT)
    assert "part of" in flag.evidence
    assert flag.mitigation == mitigation("policing")
    assert flag.review_week == date(2027, 1, 11)
    (whole,) = at_hotspots(flags([zone(last=3)], hotspots=spots[:1]))
    assert "all of" in whole.evidence


@pytest.mark.parametrize("state", [RiskState.REVIEW_DUE, RiskState.UNSIGNED, RiskState.EXPIRED])
def test_what_is_not_current_is_unknown_and_shows_what_is_due(state: RiskState) -> None:
    due = zone(state=state, rating=Rating.UNKNOWN)
    release = released([hotspot()], zones=[due, zone("R-BBBB", 5, 6)])
    assert [one.code for one in zones_to_review(release)] == ["R-AAAA"]
    found = flags(release.zones, hotspots=release.hotspots)
    (at_hotspot,) = at_hotspots(found)
    (review,) = [flag for flag in found if flag.kind is FlagKind.REVIEW]
    assert review.rating is at_hotspot.rating is Rating.UNKNOWN
    assert str(state) in at_hotspot.evidence
    assert {review.review_week, at_hotspot.review_week} == {date(2027, 1, 11)}


def test_a_stop_in_a_zone_in_its_hours() -> None:
    found = flags([zone()], hotspots=[hotspot()], stops=[stop(EVENING, 30), stop(EVENING, 0)])
    stops = [flag for flag in found if flag.kind is FlagKind.STOP_IN_ZONE]
    assert [(flag.team, flag.when, flag.minutes) for flag in stops] == [
        ("T-AAAA", EVENING, 30),
        ("T-AAAA", EVENING, 0),
    ]
    noon = EVENING.replace(hour=12)
    found = flags([zone()], hotspots=[hotspot()], stops=[stop(noon, 30)])
    assert [flag.kind for flag in found] == [FlagKind.ZONE_AT_HOTSPOT]


def test_a_way_through_a_zone_counts_its_share_of_the_minutes() -> None:
    """From node 0 to node 10 in twenty minutes; the zone holds 2.6 to 5.4, more than a quarter."""
    (flag,) = flags([zone(first=3, last=5)], legs=[leg(EVENING, 20, 0, 10)])
    assert (flag.kind, flag.about, flag.team) == (FlagKind.LEG_IN_ZONE, "R-AAAA", "T-AAAA")
    assert flag.when == EVENING
    assert flag.minutes == pytest.approx(20 * 0.28)
    assert "about 6 minutes" in flag.evidence


def test_legs_of_one_night_are_one_flag() -> None:
    """Past midnight it is still the same night; the next evening is another."""
    zones = [zone(first=3, last=5)]
    late, after_midnight = EVENING.replace(hour=23), datetime(2026, 11, 26, 1, 0)
    legs = [
        leg(after_midnight, 10, 0, 10),
        leg(late, 10, 10, 0),
        leg(late, 10, 0, 10, team="T-BBBB"),
        leg(EVENING + timedelta(days=1), 10, 0, 10),
    ]
    found = flags(zones, legs=legs)
    assert [(flag.team, flag.when) for flag in found] == [
        ("T-AAAA", late),
        ("T-AAAA", EVENING + timedelta(days=1)),
        ("T-BBBB", late),
    ]
    assert [flag.minutes for flag in found] == pytest.approx([5.6, 2.8, 2.8])


def test_a_leg_outside_the_zone_or_its_hours_or_without_a_way_is_no_flag() -> None:
    noon = EVENING.replace(hour=12)
    still = TimedLeg("T-AAAA", EVENING, EVENING, np.array([[0.003, 0.0]]))
    twice = TimedLeg("T-AAAA", EVENING, EVENING, np.array([[0.003, 0.0], [0.003, 0.0]]))
    legs = [leg(noon, 10, 0, 10), leg(EVENING, 10, 6, 10), still, twice]
    assert flags([zone(first=3, last=5)], legs=legs) == ()


def test_zone_hours_that_nobody_knows_always_apply() -> None:
    noon = EVENING.replace(hour=12)
    for hours in (Hours(), Hours("Mo-Su 18:00-02:00 unknown")):
        found = flags([zone(first=3, last=5, hours=hours)], legs=[leg(noon, 10, 0, 10)])
        assert [flag.kind for flag in found] == [FlagKind.LEG_IN_ZONE]


def test_only_one_way_in() -> None:
    """A ring of nodes 0 to 3, and a tail 3-4-5 of two minutes a street."""
    ring = [(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (0, 3, 60.0)]
    town = streets(6, [*ring, (3, 4, 120.0), (4, 5, 120.0)])
    spots = [
        hotspot("H-AAAA", place=box(4, 5)),
        hotspot("H-BBBB", place=box(2, 4)),
        hotspot("H-CCCC", place=box(0, 3)),
    ]
    found = flags([], hotspots=spots, walk=town)
    assert [(one.kind, one.about, one.rating, one.minutes) for one in found] == [
        (FlagKind.ONLY_WAY_IN, "H-AAAA", Rating.MEDIUM, 4),
        (FlagKind.ONLY_WAY_IN, "H-BBBB", Rating.LOW, 4),
        # Its border lies on the street to the tail, and so may somebody there.
        (FlagKind.ONLY_WAY_IN, "H-CCCC", Rating.LOW, 2),
    ]
    assert "all of" in found[0].evidence
    assert "4 minutes" in found[0].evidence
    assert "part of" in found[1].evidence
    two_ways = streets(6, [*ring, (3, 4, 120.0), (4, 5, 120.0), (5, 0, 120.0)])
    assert flags([], hotspots=spots, walk=two_ways) == ()


def test_a_short_dead_end_is_a_courtyard() -> None:
    ring = [(0, 1, 60.0), (1, 2, 60.0), (0, 2, 60.0)]
    spot = hotspot(place=box(3, 3))
    for seconds, count in ((119.0, 0), (120.0, 1)):
        town = streets(4, [*ring, (2, 3, seconds)])
        assert len(flags([], hotspots=[spot], walk=town)) == count


def test_no_way_round_a_zone() -> None:
    """On a row of twelve, nodes 0 and 1 are left through the zone at 4 only; 8 is not."""
    spots = [hotspot("H-AAAA", place=box(0, 1)), hotspot("H-BBBB", place=box(8, 9))]
    found = flags([zone(first=4, last=4, category="own_word")], hotspots=spots, walk=row())
    (flag,) = [one for one in found if one.kind is FlagKind.NO_WAY_ROUND]
    assert (flag.about, flag.zone, flag.rating) == ("H-AAAA", "R-AAAA", Rating.MEDIUM)
    assert flag.evidence.startswith("Own word: ")
    assert flag.mitigation == mitigation("anything else")


def test_an_area_off_the_streets_is_no_error() -> None:
    nowhere = Place((30,), box(30, 30).geometry, (0.0, 9.0))
    assert flags([zone(first=4, last=4)], hotspots=[hotspot(place=nowhere)], walk=row()) == ()


def test_the_gravest_come_first_and_unknown_before_medium() -> None:
    zones = [
        zone("R-AAAA", rating=Rating.LOW),
        zone("R-BBBB", rating=Rating.MEDIUM),
        zone("R-CCCC", rating=Rating.HIGH),
        zone("R-DDDD", rating=Rating.UNKNOWN, state=RiskState.EXPIRED),
    ]
    found = flags(zones, hotspots=[hotspot()])
    assert [flag.rating for flag in found] == [
        Rating.HIGH,
        Rating.UNKNOWN,
        Rating.UNKNOWN,
        Rating.MEDIUM,
        Rating.LOW,
    ]


def test_what_is_not_written_down_comes_after_what_is_known() -> None:
    """A street without a tag for light is no reason to fold away police, or a dark street."""

    def one(kind: FlagKind, rating: Rating, source: str, zone: str | None = None) -> Flag:
        return Flag(kind, rating, Affects.BOTH, "H-AAAA", "", "", source, zone=zone)

    ordered = [
        one(FlagKind.FAR_FROM_CARE, Rating.HIGH, SERVICES),
        one(FlagKind.STOP_IN_ZONE, Rating.UNKNOWN, "register R-AAAA", "R-AAAA"),
        one(FlagKind.STOP_IN_ZONE, Rating.MEDIUM, "register R-BBBB", "R-BBBB"),
        one(FlagKind.UNLIT, Rating.MEDIUM, STREETS),
        one(FlagKind.UNLIT, Rating.UNKNOWN, STREETS),
        one(FlagKind.FAR_FROM_SAFE, Rating.UNKNOWN, SERVICES),
        one(FlagKind.STAIRS, Rating.LOW, STREETS),
    ]
    assert list(by_weight(reversed(ordered))) == ordered


def test_legs_and_stops_that_go_back_in_time_are_refused() -> None:
    earlier = EVENING - timedelta(minutes=1)
    with pytest.raises(ValueError, match="arrives"):
        TimedLeg("T-AAAA", EVENING, earlier, np.zeros((2, 2)))
    with pytest.raises(ValueError, match="line"):
        TimedLeg("T-AAAA", earlier, EVENING, np.zeros(2))
    with pytest.raises(ValueError, match="begins"):
        TimedStop("T-AAAA", "H-AAAA", EVENING, earlier)


def test_no_repr_carries_a_line() -> None:
    assert "0.00345" not in repr(leg(EVENING, 10, 3.45, 9))


SPANS = st.tuples(st.integers(0, 10), st.integers(0, 3)).map(lambda one: (one[0], sum(one)))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(SPANS, st.sampled_from(RiskState)), min_size=1, max_size=4),
    st.lists(SPANS, min_size=1, max_size=3),
    st.integers(0, 23),
    st.data(),
)
def test_nothing_is_missed_and_nothing_unknown_is_rated(
    register: list[tuple[tuple[int, int], RiskState]],
    spans: list[tuple[int, int]],
    hour: int,
    data: st.DataObject,
) -> None:
    """Wherever people truly are in an area, a zone that is truly there has its flag."""
    zones = [
        zone(
            f"R-AAA{'ABCD'[number]}",
            *span,
            state=state,
            rating=Rating.LOW if state is RiskState.CURRENT else Rating.UNKNOWN,
        )
        for number, (span, state) in enumerate(register)
    ]
    spots = [hotspot(f"H-AAA{'ABC'[n]}", place=box(*span)) for n, span in enumerate(spans)]
    begin = EVENING.replace(hour=hour)
    stops = [stop(begin, 30, spot.code) for spot in spots]
    found = flags(zones, hotspots=spots, stops=stops)
    states = {one.code: one.state for one in zones}
    for flag in found:
        if flag.zone is not None:
            current = states[flag.zone] is RiskState.CURRENT
            assert flag.rating is (Rating.LOW if current else Rating.UNKNOWN)
    told = {(flag.about, flag.zone, flag.kind) for flag in found}
    for spot, (first, last) in zip(spots, spans, strict=True):
        truth = data.draw(st.integers(first, last))
        for one, ((low, high), _) in zip(zones, register, strict=True):
            if low <= truth <= high:
                assert (spot.code, one.code, FlagKind.ZONE_AT_HOTSPOT) in told
                if hour >= 18 or hour < 2 or hour == 17:
                    in_hours = hour != 17  # a stop from 17:00 to 17:30 ends before them
                    assert ((spot.code, one.code, FlagKind.STOP_IN_ZONE) in told) is in_hours
    assert {flag.about for flag in found if flag.kind is FlagKind.REVIEW} == {
        code for code, state in states.items() if state is not RiskState.CURRENT
    }


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["Mo-Su 18:00-02:00", "We 20:00-20:10", "Fr-Sa 22:00-04:00", "24/7"]),
    st.integers(0, 60 * 72),
    st.integers(0, 240),
)
def test_in_force_is_open_at_some_minute(text: str, begin: int, length: int) -> None:
    first = datetime(2026, 11, 25) + timedelta(minutes=begin)
    moments = [first + timedelta(minutes=minute) for minute in range(length + 1)]
    truth = any(Hours(text).state(moment) is OpenState.OPEN for moment in moments)
    assert in_force(zone(hours=Hours(text)), moments[0], moments[-1]) is truth

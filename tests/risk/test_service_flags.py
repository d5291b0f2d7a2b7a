"""Minutes to care, to a safe place and to naloxone, with and without each."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import numpy as np
import pytest

from outreach_map.hours import Hours
from outreach_map.risk import FlagKind, TimedStop, naloxone_reach
from outreach_map.settings import RiskSettings
from outreach_map.tables import Band, Mode, PointStatus, Rating, Stock, Team, VisitLog
from tests.coverage.row_town import box, hotspot, point, released, row, streets
from tests.risk.derived_town import EVENING, NOON, city, derived

# On the row neighbours are two minutes apart; people are at nodes 10 and 11.
FAR = hotspot(place=box(10, 11))
NEAR = hotspot(place=box(0, 1))
NALOXONE = MappingProxyType({"naloxone": Stock.IN_STOCK})


def stop(begin=EVENING, code: str = "H-AAAA") -> TimedStop:
    return TimedStop("T-AAAA", code, begin, begin + timedelta(minutes=20))


def test_far_from_care() -> None:
    """From node 11 to the hospital at 0 it is 22 minutes."""
    rules = RiskSettings(care_min=20)
    (flag,) = derived(row(), FlagKind.FAR_FROM_CARE, hotspots=[FAR], rules=rules)
    # The street 9-10 touches the area, so the best place is 18 minutes away.
    assert (flag.rating, flag.minutes) == (Rating.LOW, 22)
    assert "18 to 22 minutes away on foot" in flag.evidence
    (worse,) = derived(
        row(), FlagKind.FAR_FROM_CARE, hotspots=[FAR], rules=RiskSettings(care_min=17)
    )
    assert worse.rating is Rating.MEDIUM
    assert derived(row(), FlagKind.FAR_FROM_CARE, hotspots=[FAR]) == []


def test_no_hospital_in_the_streets_is_unknown_once() -> None:
    spots = [FAR, hotspot("H-BBBB")]
    (flag,) = derived(row(), FlagKind.FAR_FROM_CARE, hotspots=spots, care=())
    assert flag.rating is Rating.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "begin", "rating"),
    [
        ({"hours": Hours("Mo-Su 18:00-22:00")}, EVENING, None),
        ({"hours": Hours("Mo-Su 18:00-22:00")}, NOON, Rating.MEDIUM),
        ({"hours": Hours("Mo-Su 18:00-20:10")}, EVENING, Rating.MEDIUM),
        ({"hours": Hours()}, EVENING, Rating.UNKNOWN),
        ({"status": PointStatus.UNKNOWN}, EVENING, Rating.UNKNOWN),
        ({"status": PointStatus.CLOSED}, EVENING, Rating.MEDIUM),
        ({"type": "vending_machine"}, EVENING, Rating.MEDIUM),
        ({"type": "vending_machine", "services": ("shelter",)}, EVENING, None),
    ],
)
def test_a_safe_place_counts_when_it_is_surely_open_then(
    fields: dict[str, object], begin, rating: Rating | None
) -> None:
    place = point("P-AAAA", 9, **({"type": "drop_in_centre"} | fields))
    found = derived(
        row(), FlagKind.FAR_FROM_SAFE, hotspots=[FAR], points=[place], stops=[stop(begin)]
    )
    assert [flag.rating for flag in found] == ([] if rating is None else [rating])


def test_a_long_way_out_if_the_usual_one_is_blocked() -> None:
    """The street 1-2 is in the area; from 2 up to the blocked 0-1 and round it is 17 minutes."""
    ring = [(0, 1, 120.0), (1, 2, 240.0), (2, 3, 240.0), (3, 0, 300.0)]
    spot = hotspot(place=box(1, 1))
    (flag,) = derived(streets(4, ring, north=[2, 3]), FlagKind.NO_SECOND_WAY, hotspots=[spot])
    assert flag.minutes == 17
    assert "if that way is blocked, up to 17 minutes" in flag.evidence
    quicker = [(0, 1, 120.0), (1, 2, 120.0), (2, 3, 120.0), (3, 0, 120.0)]
    assert derived(streets(4, quicker, north=[2, 3]), FlagKind.NO_SECOND_WAY, hotspots=[spot]) == []
    (none,) = derived(row(), FlagKind.NO_SECOND_WAY, hotspots=[FAR])
    assert (none.rating, none.minutes) == (Rating.MEDIUM, None)


def pwid(code: str = "H-AAAA", first: int = 10, last: int = 11, **fields: object):
    known: dict[str, object] = {"place": box(first, last), "communities": ("pwid",)}
    return hotspot(code, **(known | fields))


@pytest.mark.parametrize(
    ("fields", "in_time"),
    [
        ({}, 1.0),
        ({"hours": Hours("Mo-Su 18:00-20:00")}, 0.5),
        ({"hours": Hours()}, 0.0),
        ({"status": PointStatus.UNKNOWN}, 0.0),
        ({"stock": MappingProxyType({"naloxone": Stock.OUT})}, 0.0),
        ({"stock": MappingProxyType({})}, 0.0),
        ({"services": ("condoms",), "stock": MappingProxyType({})}, 0.0),
    ],
)
def test_naloxone_from_a_point(fields: dict[str, object], in_time: float) -> None:
    """People are there from 18 to 22; the point at node 10 is two minutes from the worst place."""
    place = point("P-AAAA", 10, **({"services": ("naloxone",), "stock": NALOXONE} | fields))
    release = released([pwid()], [place])
    (found,) = naloxone_reach(release, city(row()), RiskSettings())
    assert found.in_time == pytest.approx(in_time)
    assert found.gap == (in_time < 1)
    assert (found.weight > 0) == found.gap


def team(**fields: object) -> Team:
    known: dict[str, object] = {
        "mode": Mode.WALK,
        "start": box(0, 0),
        "end": box(0, 0),
        "shift": Hours("Mo-Fr 18:00-22:00"),
        "carry": MappingProxyType({"naloxone": 5}),
    }
    return Team(code="T-AAAA", **(known | fields))  # type: ignore[arg-type]


def test_naloxone_from_a_team_on_its_stop_and_on_its_way() -> None:
    """On Wednesday the team is at 10 from 20:00 to 20:20, and at 8 from 21:00 to 21:20."""
    spots = [pwid(), hotspot("H-BBBB", place=box(8, 8))]
    stops = [stop(), stop(EVENING + timedelta(hours=1), "H-BBBB")]
    release = released(spots, teams=[team()])
    (first,) = naloxone_reach(release, city(row()), RiskSettings(naloxone_min=6), stops)
    # Of 56 half hours of the week the team is near at 20:00 and, on its way, at 20:30; from 8 to
    # node 11 it is six minutes, so 21:00 is in time too.
    assert first.in_time == pytest.approx(3 / 56)
    empty = released(spots, teams=[team(carry=MappingProxyType({}))])
    (first,) = naloxone_reach(empty, city(row()), RiskSettings(naloxone_min=6), stops)
    assert first.in_time == 0
    assert np.isinf(first.usual_min)


@pytest.mark.parametrize(
    ("log", "rating"),
    [
        (VisitLog(naloxone_left_91d=True), Rating.LOW),
        (VisitLog(naloxone_left_91d=False), Rating.MEDIUM),
        (VisitLog(), Rating.UNKNOWN),
    ],
)
def test_a_gap_is_told_by_what_is_known_of_kits(log: VisitLog, rating: Rating) -> None:
    (flag,) = derived(row(), FlagKind.NALOXONE_LATE, hotspots=[pwid(log=log)])
    assert flag.rating is rating
    assert "In time in 0%" in flag.evidence


def test_training_goes_where_most_people_are_without_naloxone_longest() -> None:
    few = pwid("H-AAAA", 2, 3, people=Band(0, 10))
    many = pwid("H-BBBB", 6, 7, people=Band(26, 50))
    most = pwid("H-CCCC", 10, 11, people=Band(51, 100))
    others = hotspot("H-DDDD", place=box(4, 5), communities=("msm",))
    found = derived(row(), FlagKind.TRAINING, hotspots=[few, many, most, others])
    ranks = {flag.about: flag.evidence[:13] for flag in found}
    assert ranks == {
        "H-CCCC": "Number 1 of 3",
        "H-BBBB": "Number 2 of 3",
        "H-AAAA": "Number 3 of 3",
    }

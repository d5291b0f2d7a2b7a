"""What a plan says that no single place does: habits, two teams, long ways, shut ways out."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from outreach_map.hours import Hours
from outreach_map.network import StreetNetwork
from outreach_map.risk import (
    Flag,
    FlagKind,
    RoundRecord,
    TimedLeg,
    TimedStop,
    flag_risks,
)
from outreach_map.settings import RiskSettings
from outreach_map.tables import Affects, Mode, Rating, RiskAction, RiskState, RiskZone
from tests.coverage.row_town import MONDAY, box, hotspot, released, row, streets
from tests.risk.derived_town import EVENING, NOON, city, ring

WEEK = timedelta(days=7)
SPOTS = [hotspot("H-AAAA", place=box(2, 3)), hotspot("H-BBBB", place=box(3, 4))]


def stop(begin: datetime = EVENING, code: str = "H-AAAA", team: str = "T-AAAA") -> TimedStop:
    return TimedStop(team, code, begin, begin + timedelta(minutes=20))


def found(kind: FlagKind, walk: StreetNetwork | None = None, **given: object) -> list[Flag]:
    zones = given.pop("zones", ())
    flags = flag_risks(
        released(SPOTS, zones=zones),  # type: ignore[arg-type]
        city(ring() if walk is None else walk),
        **given,  # type: ignore[arg-type]
    )
    return [flag for flag in flags if flag.kind is kind]


def rounds(*weeks_ago: int, shift: timedelta = timedelta(), code: str = "H-AAAA") -> list:
    return [
        RoundRecord(MONDAY - ago * WEEK, ((code, EVENING - ago * WEEK + shift),))
        for ago in weeks_ago
    ]


@pytest.mark.parametrize(
    ("earlier", "count"),
    [
        (rounds(1, 2), 3),
        (rounds(1, 2, 3), 4),
        (rounds(1, 2, shift=timedelta(minutes=30)), 3),
        (rounds(1), 0),
        (rounds(1, 3), 0),
        (rounds(1, 2, shift=timedelta(minutes=31)), 0),
        (rounds(1, 2, shift=timedelta(days=1)), 0),
        (rounds(1, 2, code="H-BBBB"), 0),
        ([], 0),
    ],
)
def test_the_same_place_and_hour_round_after_round(earlier: list, count: int) -> None:
    flags = found(FlagKind.HABIT, stops=[stop()], earlier=earlier)
    assert len(flags) == (count > 0)
    if flags:
        assert f"for {count} rounds running" in flags[0].evidence
        assert (flags[0].team, flags[0].when, flags[0].source) == ("T-AAAA", EVENING, "this plan")


@pytest.mark.parametrize(
    ("minutes", "code", "team", "count"),
    [
        (10, "H-AAAA", "T-BBBB", 2),
        (20, "H-AAAA", "T-BBBB", 2),
        (21, "H-AAAA", "T-BBBB", 0),
        # Two areas that share one: nobody can tell that they are not at the same corner.
        (10, "H-BBBB", "T-BBBB", 2),
        (10, "H-AAAA", "T-AAAA", 0),
    ],
)
def test_two_teams_at_once(minutes: int, code: str, team: str, count: int) -> None:
    stops = [stop(), stop(EVENING + timedelta(minutes=minutes), code, team)]
    flags = found(FlagKind.TWO_TEAMS, stops=stops)
    assert len(flags) == count
    for flag in flags:
        # A team's page says nothing of another team's stops.
        assert "T-" not in flag.evidence
        assert "H-" not in flag.evidence


@pytest.mark.parametrize(
    ("minutes", "leave", "mode", "count"),
    [
        (20, EVENING, Mode.WALK, 1),
        (20, EVENING, Mode.BIKE, 1),
        (20, EVENING, Mode.DRIVE, 0),
        (19, EVENING, Mode.WALK, 0),
        (20, NOON, Mode.WALK, 0),
        # Dusk is at 16:34 on that day.
        (20, NOON.replace(hour=16, minute=20), Mode.WALK, 1),
        (20, NOON.replace(hour=16, minute=5), Mode.WALK, 0),
    ],
)
def test_a_long_way_in_the_dark(minutes: int, leave: datetime, mode: Mode, count: int) -> None:
    line = np.array([[0.0, 0.0], [0.001, 0.0]])
    leg = TimedLeg("T-AAAA", leave, leave + timedelta(minutes=minutes), line, mode)
    flags = found(FlagKind.LONG_NIGHT_LEG, legs=[leg])
    assert [(flag.team, flag.minutes) for flag in flags] == [("T-AAAA", minutes)] * count


def avoided(**fields: object) -> RiskZone:
    known: dict[str, object] = {
        "place": box(5, 5),
        "category": "border",
        "affects": Affects.BOTH,
        "rating": Rating.MEDIUM,
        "state": RiskState.CURRENT,
        "action": RiskAction.AVOID,
        "hours": Hours("Mo-Su 20:10-23:00"),
    }
    return RiskZone(code="R-AAAA", **(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "begin", "count"),
    [
        (avoided(), EVENING, 1),  # it shuts at ten past eight, while they are there
        (avoided(), EVENING - timedelta(minutes=15), 0),
        (avoided(hours=Hours()), NOON, 1),
        (avoided(action=RiskAction.SLOW), EVENING, 0),
        (avoided(place=box(10, 10)), EVENING, 1),
        (avoided(place=box(0, 0)), EVENING, 0),
    ],
)
def test_after_the_last_way_out_is_shut(zone: RiskZone, begin: datetime, count: int) -> None:
    """On the row of twelve, nodes 2 and 3 are the smaller side of a zone at 5 or beyond."""
    walk = row() if zone.place.areas != (10,) else row(24)
    flags = found(FlagKind.SHUT_IN, walk, zones=[zone], stops=[stop(begin)])
    assert [flag.rating for flag in flags] == [Rating.MEDIUM] * count
    assert found(FlagKind.SHUT_IN, ring(), zones=[zone], stops=[stop(begin)]) == []


def test_what_keeping_out_of_a_zone_costs() -> None:
    """From 2 to 6 through the zone at 4 in eight minutes; by node 12 in the north in twelve."""
    steps = [(node, node + 1, 120.0) for node in range(11)]
    town = streets(13, [*steps, (2, 12, 360.0), (12, 6, 360.0)], north=[12])
    zone = avoided(place=box(4, 4), action=RiskAction.SLOW, hours=Hours())
    line = np.array([[0.002, 0.0], [0.004, 0.0], [0.006, 0.0]])
    leg = TimedLeg("T-AAAA", EVENING, EVENING + timedelta(minutes=8), line)
    (flag,) = found(FlagKind.LEG_IN_ZONE, town, zones=[zone], legs=[leg])
    assert "Keeping out of it takes 4 minutes more." in flag.evidence
    (none,) = found(FlagKind.LEG_IN_ZONE, row(), zones=[zone], legs=[leg])
    assert "There is no way without it." in none.evidence


def test_the_cut_for_habits_is_the_programme_s() -> None:
    rules = RiskSettings(rounds_running=2)
    flags = flag_risks(released(SPOTS), city(ring()), rules, stops=[stop()], earlier=rounds(1))
    assert FlagKind.HABIT in {flag.kind for flag in flags}

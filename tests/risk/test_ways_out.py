"""Ways out of stops: to the nearest place that is surely safe then, and the same as the flags."""

from __future__ import annotations

import re

import numpy as np
import pytest

from outreach_map.publish import Plan
from outreach_map.risk import FlagKind, RefugeKind


def test_each_stop_of_the_demos_has_one(town_plan: Plan, country_plan: Plan) -> None:
    for plan in (town_plan, country_plan):
        stops = {
            (tour.team, stop.code, stop.begin)
            for tour in plan.routes.itineraries
            for stop in tour.visits
        }
        ways = {(way.team, way.hotspot, way.begin) for way in plan.ways_out}
        assert ways <= stops
        assert len(ways) == len(plan.ways_out)
    assert len(town_plan.ways_out) == sum(len(t.visits) for t in town_plan.routes.itineraries)


def test_blocked_takes_no_less_and_a_named_point_is_of_a_safe_kind(town_plan: Plan) -> None:
    points = {point.code: point for point in town_plan.release.points}
    safe = set(town_plan.rules.safe_places)
    for way in town_plan.ways_out:
        low, high = way.best_s
        assert 0 <= low <= high <= way.blocked_s
        assert (way.refuge.code is not None) == (way.refuge.kind is RefugeKind.POINT)
        if way.refuge.code is not None:
            point = points[way.refuge.code]
            assert point.type in safe or safe & set(point.services)


def test_minutes_are_those_of_the_flag_of_the_same_stop(town_plan: Plan) -> None:
    flags = [flag for flag in town_plan.flags if flag.kind is FlagKind.NO_SECOND_WAY and flag.when]
    ways = {(way.team, way.hotspot, way.begin): way for way in town_plan.ways_out}
    assert flags
    for flag in flags:
        way = ways[flag.team or "", flag.about, flag.when]  # type: ignore[index]
        told = re.search(r"it is (?:(\d+) to )?(\d+) minutes", flag.evidence)
        assert told is not None
        assert int(told[2]) == np.ceil(way.best_s[1] / 60)
        if flag.minutes is None:
            assert np.isinf(way.blocked_s)
        else:
            assert flag.minutes == pytest.approx(way.blocked_s / 60)


def test_a_repr_says_no_place(town_plan: Plan) -> None:
    for way in town_plan.ways_out:
        assert not [degrees for degrees in way.refuge.lon_lat if f"{degrees:.3f}" in repr(way)]

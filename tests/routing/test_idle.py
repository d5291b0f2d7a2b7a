"""Shifts on which nobody goes out: all of them, and a reason that holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time

import pytest

from outreach_map.hours import Hours
from outreach_map.publish import Plan
from outreach_map.routing import IdleTeam, LeftOut, idle_teams
from outreach_map.routing.shifts import find_shifts
from outreach_map.tables import Decision, DecisionKind


def without(plan: Plan, team: str) -> Plan:
    """The plan with nobody of a team out; what it visited is left out."""
    tours = plan.routes.itineraries
    lost = {stop.code: 1 for tour in tours if tour.team == team for stop in tour.visits}
    routes = replace(
        plan.routes,
        itineraries=tuple(tour for tour in tours if tour.team != team),
        left_out=tuple(LeftOut(code or "", 1, "") for code in lost),
    )
    return replace(plan, routes=routes)


def of(plan: Plan, team: str) -> IdleTeam:
    return next(one for one in idle_teams(plan.release, plan.routes) if one.team == team)


def test_every_shift_is_planned_or_named_as_empty(town_plan: Plan) -> None:
    shifts = find_shifts(town_plan.release, datetime.combine(town_plan.start, time()))
    planned = {(tour.team, tour.date) for tour in town_plan.routes.itineraries}
    named = {
        (one.team, day)
        for one in idle_teams(town_plan.release, town_plan.routes)
        for day in one.days
    }
    assert planned.isdisjoint(named)
    assert planned | named == {(shift.team.code, shift.begin.date()) for shift in shifts}


def test_a_team_that_is_not_out_at_all_comes_first(town_plan: Plan) -> None:
    team = town_plan.release.teams[-1].code
    plan = without(town_plan, team)
    found = idle_teams(plan.release, plan.routes)
    assert found[0].team == team
    assert found[0].all_week
    assert not any(one.all_week for one in found[1:])
    assert found[0].shifts == len(found[0].days) > 1


def test_what_is_left_out_and_open_to_it_is_counted(town_plan: Plan) -> None:
    team = town_plan.routes.itineraries[0].team
    plan = without(town_plan, team)
    told = re.search(r"left out (\d+) would be open", of(plan, team).reason)
    assert told is not None
    # It did go to each of them, so each is open to it.
    assert int(told[1]) == len(plan.routes.left_out)


def test_what_others_visit_is_said_to_be(town_plan: Plan) -> None:
    team = town_plan.routes.itineraries[0].team
    plan = without(town_plan, team)
    plan = replace(plan, routes=replace(plan.routes, left_out=()))
    assert of(plan, team).reason == "All that it may visit then is planned on other shifts."


def test_who_may_go_nowhere_is_told_by_which_rules(town_plan: Plan) -> None:
    team = town_plan.routes.itineraries[0].team
    plan = without(town_plan, team)
    closed = tuple(
        Decision(
            kind=DecisionKind.NO_GO if number % 2 else DecisionKind.EXCLUDE_TEAM,
            hotspot=one.code,
            team=team,
        )
        for number, one in enumerate(plan.release.hotspots)
    )
    release = replace(plan.release, decisions=closed)
    reason = next(one for one in idle_teams(release, plan.routes) if one.team == team).reason
    assert reason.startswith("It may visit none of the hotspots that are due: ")
    assert "peers decided that nobody goes there (" in reason
    due = {stop.code for tour in plan.routes.itineraries for stop in tour.visits}
    due |= {one.hotspot for one in plan.routes.left_out}
    assert sum(map(int, re.findall(r"\((\d+)\)", reason))) <= len(due)


@pytest.mark.parametrize(
    ("shift", "said"),
    [("", "Nobody wrote down when it is on shift."), ("Jan 1 10:00-12:00", "It has no shift")],
)
def test_a_team_without_a_shift_is_told_from_one_without_work(
    town_plan: Plan, shift: str, said: str
) -> None:
    first = town_plan.release.teams[0]
    plan = without(town_plan, first.code)
    teams = (replace(first, shift=Hours(shift)), *plan.release.teams[1:])
    release = replace(plan.release, teams=teams)
    found = next(one for one in idle_teams(release, plan.routes) if one.team == first.code)
    assert found.reason.startswith(said)
    assert found.days == ()


def test_a_week_without_visits_due_says_so(town_plan: Plan) -> None:
    routes = replace(town_plan.routes, itineraries=(), left_out=())
    found = idle_teams(town_plan.release, routes)
    assert {one.team for one in found} == {team.code for team in town_plan.release.teams}
    assert {one.reason for one in found} == {"No visit is due."}

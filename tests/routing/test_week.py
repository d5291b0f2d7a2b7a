"""A week of the demo programmes: what peers decide and what is unknown holds in the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from outreach_map.demo import DEMO_ROUND
from outreach_map.hours import Hours
from outreach_map.network import StreetExtract, read_extract
from outreach_map.privacy import release
from outreach_map.programme import load_programme
from outreach_map.routing import StopKind, check_plan, check_solution, plan_routes, solve
from outreach_map.routing.demand import PRIZE_MUST, demand
from outreach_map.routing.search import MAX_PENALTY
from outreach_map.routing.shifts import find_shifts, refusals
from outreach_map.routing.vehicles import restock_windows
from outreach_map.routing.week import build_week
from outreach_map.tables import (
    Affects,
    Band,
    Decision,
    DecisionKind,
    Rating,
    Release,
    RiskAction,
    RiskState,
    VisitLog,
)

ORIGIN = datetime.combine(DEMO_ROUND, time())


@pytest.fixture(scope="module")
def extract(town) -> StreetExtract:
    return read_extract(load_programme(town).streets)


@pytest.fixture(scope="module")
def released(town, extract) -> Release:
    return release(load_programme(town), DEMO_ROUND, extract)


def visited(routes) -> dict[str, set[str]]:
    by_hotspot: dict[str, set[str]] = {}
    for tour in routes.itineraries:
        for stop in tour.visits:
            by_hotspot.setdefault(stop.code, set()).add(tour.team)
    return by_hotspot


def test_peers_decisions_bind(town_plan) -> None:
    teams = visited(town_plan.routes)
    kinds = set()
    for decision in town_plan.release.decisions:
        kinds.add(decision.kind)
        if decision.kind is DecisionKind.NO_GO:
            assert decision.hotspot not in teams
        elif decision.kind is DecisionKind.EXCLUDE_TEAM:
            assert decision.team not in teams.get(decision.hotspot, set())
        elif decision.kind is DecisionKind.PREFER_TEAM:
            assert teams[decision.hotspot] == {decision.team}
        else:
            assert decision.hotspot in teams
    assert kinds == set(DecisionKind)


def test_every_hotspot_with_a_visit_due_is_planned_or_has_its_reason(town_plan) -> None:
    planned = set(visited(town_plan.routes))
    explained = {item.hotspot for item in town_plan.routes.left_out}
    must = {d.hotspot for d in town_plan.release.decisions if d.kind is DecisionKind.MUST_GO}
    for hotspot in town_plan.release.hotspots:
        needed = demand(hotspot, DEMO_ROUND, {}, must=hotspot.code in must)
        if needed.visits:
            assert hotspot.code in planned | explained
    for item in town_plan.routes.left_out:
        assert item.visits >= 1
        assert item.reason.endswith(".")


def test_a_language_that_nobody_speaks_is_a_reason(town_plan) -> None:
    silent = next(h for h in town_plan.release.hotspots if h.languages == ("ar",))
    reason = next(i.reason for i in town_plan.routes.left_out if i.hotspot == silent.code)
    assert "speaks none of ar" in reason


def test_breaks_and_shift_ends_are_hard_limits(town_plan) -> None:
    shifts = {team.code: team for team in town_plan.release.teams}
    assert town_plan.routes.itineraries
    for tour in town_plan.routes.itineraries:
        team = shifts[tour.team]
        windows = team.shift.windows(
            tour.start.replace(hour=0, minute=0), tour.end.replace(hour=23, minute=59)
        )
        assert any(begin <= tour.start and tour.end <= end for begin, end in windows)
        breaks = [stop for stop in tour.stops if stop.kind is StopKind.BREAK]
        assert {(stop.leave - stop.begin).total_seconds() for stop in breaks} <= {team.break_s}
        assert team.max_distance_m is None or tour.distance_m <= team.max_distance_m
        for item, amount in tour.kit.items():
            assert amount <= team.carry[item]


def test_legs_join_the_stops_and_take_the_time_between_them(town_plan) -> None:
    for tour in town_plan.routes.itineraries:
        assert len(tour.legs) == len(tour.stops) - 1
        for before, leg, after in zip(tour.stops, tour.legs, tour.stops[1:], strict=False):
            gap_s = (after.arrive - before.leave).total_seconds()
            assert 0 <= gap_s - leg.travel_time_s < 1.001


def test_unknown_hours_are_not_closed(released, extract) -> None:
    hotspot = next(h for h in released.hotspots if not h.hours.known)
    week = build_week(released, extract)
    assert any(client.name == hotspot.code for client in week.problem.clients)


def test_an_avoided_area_is_not_visited_and_an_expired_one_is_no_safety(released, extract) -> None:
    planned = plan_routes(released, extract, iterations=50)
    code = next(iter(sorted(visited(planned))))
    hotspot = next(h for h in released.hotspots if h.code == code)
    zone = replace(
        released.zones[0],
        place=hotspot.place,
        category="policing",
        affects=Affects.BOTH,
        action=RiskAction.AVOID,
        hours=Hours("24/7"),
        state=RiskState.UNSIGNED,
        rating=Rating.UNKNOWN,
    )
    shut = replace(released, zones=(zone, *released.zones[1:]))
    routes = plan_routes(shut, extract, iterations=50)
    assert code not in visited(routes)
    reason = next(item.reason for item in routes.left_out if item.hotspot == code)
    assert "avoided" in reason


@pytest.mark.parametrize(
    ("hours", "reached"),
    [
        ("Mo-Su 00:00-18:00", True),
        ("Mo-Su 18:30-24:00", True),
        ("Mo-Su 18:00-19:00", True),
        ("Mo-Su 00:00-17:40,20:30-24:00", True),
        ("Mo-Su 16:00-22:30", False),
    ],
)
def test_a_zone_that_is_closed_for_a_part_of_a_shift_is_visited_in_the_rest(
    released: Release, extract: StreetExtract, hours: str, reached: bool
) -> None:
    team = next(team for team in released.teams if team.shift.text == "Mo-Fr 17:00-22:00")
    # Not where the base is, for a zone around it never closes its streets.
    home = set(team.start.areas) | set(team.end.areas)
    hotspot = next(
        h
        for h in released.hotspots
        if not set(h.place.areas) & home
        and not h.place.geometry.intersects(team.start.geometry)
        and any(client.name == h.code for client in build_week(released, extract).problem.clients)
        and not refusals(h, find_shifts(replace(released, teams=(team,), zones=()), ORIGIN)[0],
                         replace(released, zones=()))
    )  # fmt: skip
    zone = replace(
        released.zones[0], place=hotspot.place, category="policing", affects=Affects.BOTH,
        action=RiskAction.AVOID, hours=Hours(hours), state=RiskState.UNSIGNED,
        rating=Rating.UNKNOWN,
    )  # fmt: skip
    only = replace(
        released,
        teams=(replace(team, break_s=0.0),),
        zones=(zone,),
        decisions=(Decision(kind=DecisionKind.MUST_GO, hotspot=hotspot.code),),
        hotspots=tuple(
            replace(each, hours=Hours()) if each.code == hotspot.code else each
            for number, each in enumerate(released.hotspots)
            if number < 4 or each.code == hotspot.code
        ),
    )
    routes = plan_routes(only, extract, iterations=300)
    assert check_plan(only, routes) == ()
    assert (hotspot.code in visited(routes)) is reached
    stops = [stop for tour in routes.itineraries for stop in tour.visits]
    for stop in stops:
        if stop.code == hotspot.code:
            assert not zone.hours.overlaps(stop.arrive, stop.leave)
            # Were the zone closed for two minutes more, the ways would be too.
            assert not zone.hours.overlaps(
                stop.arrive - timedelta(seconds=30), stop.leave + timedelta(seconds=30)
            )


def test_the_proof_finds_a_visit_that_waits_in_a_closed_hour(released, extract) -> None:
    routes = plan_routes(released, extract, iterations=50)
    tour = next(tour for tour in routes.itineraries if tour.visits)
    stop = tour.visits[0]
    hotspot = next(h for h in released.hotspots if h.code == stop.code)
    begin = stop.begin.replace(second=0)
    zone = replace(
        released.zones[0], place=hotspot.place, action=RiskAction.AVOID, category="policing",
        hours=Hours(f"00:00-{begin:%H:%M}"), state=RiskState.UNSIGNED, rating=Rating.UNKNOWN,
    )  # fmt: skip
    shut = replace(released, zones=(zone,))
    late = replace(stop, begin=begin, arrive=begin - timedelta(minutes=2))
    stops = tuple(late if one is stop else one for one in tour.stops)
    waits = replace(routes, itineraries=(replace(tour, stops=stops),))
    assert any("closed zone" in fault for fault in check_plan(shut, waits))


def test_a_week_in_which_nobody_can_go_is_a_plan_with_reasons(released, extract) -> None:
    idle = replace(released, teams=(), items=())
    routes = plan_routes(idle, extract, iterations=10)
    assert routes.itineraries == ()
    assert {item.reason for item in routes.left_out} >= {"No team has a shift this week."}


def test_the_plan_is_proven_and_repeatable(released, extract) -> None:
    week = build_week(released, extract)
    first = solve(week.problem, seed=1, iterations=60)
    assert check_solution(week.problem, first) == ()
    assert solve(week.problem, seed=1, iterations=60) == first


def test_two_visits_of_a_hotspot_fall_on_different_days(town_plan) -> None:
    days = [
        (stop.code, stop.begin.date())
        for tour in town_plan.routes.itineraries
        for stop in tour.visits
    ]
    assert len(days) == len(set(days))
    assert len(days) > len({code for code, _ in days})


def test_must_go_outweighs_every_need_and_stays_below_the_largest_penalty(released) -> None:
    neediest = replace(
        released.hotspots[0],
        people=Band(251, None),
        log=VisitLog(),
    )
    assert demand(neediest, DEMO_ROUND, {}, must=False).prize < PRIZE_MUST < MAX_PENALTY


@pytest.mark.parametrize(
    ("per_month", "last", "visits"),
    [(8.0, None, 2), (4.0, "2026-11-16", 1), (2.0, "2026-11-16", 0), (2.0, "2026-11-02", 1),
     (0.0, "2026-11-16", 0), (0.0, None, 1), (30.0, None, 3)],
)  # fmt: skip
def test_visits_due(released, per_month: float, last: str | None, visits: int) -> None:
    from datetime import date

    log = VisitLog(last_visit_week=date.fromisoformat(last) if last else None)
    hotspot = replace(released.hotspots[0], visits_per_month=per_month, log=log)
    assert demand(hotspot, DEMO_ROUND, {}, must=False).visits == visits
    assert demand(hotspot, DEMO_ROUND, {}, must=True).visits == max(visits, 1)


def test_a_point_that_is_not_public_restocks_at_any_time_of_a_shift(released) -> None:
    """Its hours are not told, and it is the programme's own; a public one without hours is not."""
    (depot,) = [point for point in released.points if not point.public]
    assert (depot.type, depot.hours.known, depot.restock) == ("", False, True)
    begin, end = datetime(2026, 11, 23, 18), datetime(2026, 11, 23, 22)
    assert restock_windows(depot, begin, end) == ((begin, end),)
    known = replace(depot, hours=Hours("Mo-Su 20:00-21:00"))
    assert restock_windows(known, begin, end) == known.hours.windows(begin, end) != ()
    shown = replace(depot, public=True)
    assert restock_windows(shown, begin, end) == ()

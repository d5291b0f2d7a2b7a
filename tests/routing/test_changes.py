"""Reasons, proofs and changes in the field, on the demo's week."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from outreach_map import load_programme, plan_round
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import RoutingError
from outreach_map.history import read_past
from outreach_map.hours import Hours
from outreach_map.planning import replan
from outreach_map.routing import (
    Break,
    Client,
    Itinerary,
    Leg,
    RoutingProblem,
    Stop,
    StopKind,
    Vehicle,
    Window,
    check_plan,
)
from outreach_map.routing.alone import Hindrance, alone
from outreach_map.routing.changes import told_others
from outreach_map.routing.proof import _rest
from outreach_map.tables import Decision, DecisionKind, Place


def one_stop(**changes) -> tuple[RoutingProblem, Client]:
    """A stop ten minutes and a kilometre away, with an exposed way; a break at the base."""
    apart = np.array([[0, 1], [1, 0]])
    client = Client("H-A", 1, (Window(0, 7200, frozenset({0})),), 600, (2,), 5000)
    vehicle = Vehicle("T-A", 0, 0, 0, (0, 7200), (5,), 2000, Break((0,), (0, 7000), 300), (), 60)
    problem = RoutingProblem(
        (client,), (replace(vehicle, **changes),), (apart * 600,), (apart * 1000,), ("kit",),
        exposures=(apart * 30,),
    )  # fmt: skip
    return problem, client


@pytest.mark.parametrize(
    ("changes", "hindrance"),
    [
        ({}, None),
        ({"capacity": (1,)}, Hindrance.LOAD),
        ({"max_distance_m": 1999}, Hindrance.DISTANCE),
        ({"max_exposure": 59}, Hindrance.EXPOSURE),
        ({"window": (0, 1799)}, Hindrance.TIME),
        ({"window": (0, 1800)}, None),
    ],
)
def test_what_hinders_a_shift_that_makes_no_other_visit(changes: dict, hindrance) -> None:
    problem, client = one_stop(**changes)
    found = alone(problem, 0, client)
    assert found.hindrance is hindrance
    if hindrance is None:
        # There, the visit and back: for so short a tour there is no break.
        assert (found.out_s, found.metres, found.exposure) == (2 * 600 + 600, 2000, 60)


def test_others_are_told_by_number_and_code() -> None:
    assert told_others(["H-AAAA", "H-BBBB"]) == "two others (H-AAAA, H-BBBB)"
    assert told_others(["H-AAAA"]) == "one other (H-AAAA)"


def test_every_reason_and_effect_is_words_with_a_number_or_a_rule(town_plan) -> None:
    for item in town_plan.routes.left_out:
        assert item.reason.endswith(".")
        assert "not worked out" not in item.reason
    assert len(town_plan.routes.decisions) == len(town_plan.release.decisions)
    for effect in town_plan.routes.decisions:
        assert "not worked out" not in effect.effect
        assert effect.effect.startswith(("planned", "not planned", "kept"))


def test_the_plan_keeps_the_programmes_rules(town_plan, country_plan) -> None:
    for plan in (town_plan, country_plan):
        assert check_plan(plan.release, plan.routes, max_exposure_s=7200) == ()


def test_the_proof_finds_a_plan_that_breaks_them(town_plan) -> None:
    release, routes = town_plan.release, town_plan.routes
    tour = next(tour for tour in routes.itineraries if tour.visits)
    code = tour.visits[0].code
    no_go = replace(release, decisions=(Decision(kind=DecisionKind.NO_GO, hotspot=code),))
    assert any("decided not to go" in fault for fault in check_plan(no_go, routes))
    twice = replace(routes, itineraries=(*routes.itineraries, tour))
    assert any("twice" in fault for fault in check_plan(release, twice))
    empty = replace(routes, itineraries=(replace(tour, kit={}),))
    assert any("gives more" in fault for fault in check_plan(release, empty))
    late = replace(tour, stops=(*tour.stops[:-1], replace(
        tour.stops[-1], arrive=tour.end + timedelta(hours=8), begin=tour.end + timedelta(hours=8),
        leave=tour.end + timedelta(hours=8))))  # fmt: skip
    assert any("shift" in f for f in check_plan(release, replace(routes, itineraries=(late,))))
    hotspots = tuple(
        replace(one, place=replace(one.place, last_mile_m=9000.0)) if one.code == code else one
        for one in release.hotspots
    )
    hurried = check_plan(replace(release, hotspots=hotspots), routes)
    assert any("no time for the last mile" in fault for fault in hurried)
    silent = tuple(replace(team, languages=("xx",)) for team in release.teams)
    faults = check_plan(replace(release, teams=silent), routes)
    assert any("understands" in fault for fault in faults)


def a_stop(kind: StopKind, place: Place, begin: datetime, minutes: float) -> Stop:
    return Stop(kind, None, place, begin, begin, begin + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("stops", "fault"),
    [
        # A shift of five hours from 17:00, with a break of 20 minutes: from 18:30 to 20:30.
        ([("visit", 0), ("break", 120), ("visit", 200)], None),
        ([("visit", 0), ("visit", 100), ("visit", 190)], None),
        ([("visit", 0), ("visit", 100), ("visit", 205)], "no break"),
        ([("visit", 95), ("visit", 205)], None),
        ([("break", 95), ("visit", 120), ("visit", 205)], "before or after"),
        ([("visit", 0), ("visit", 100), ("break", 180)], "before or after"),
        ([("visit", 0), ("break", 85), ("visit", 200)], "too early or too late"),
        ([("visit", 0), ("break", 191), ("visit", 220)], "too early or too late"),
        ([("visit", 0), ("break", 100), ("break", 140), ("visit", 200)], "more than one"),
    ],
)
def test_the_proof_finds_a_break_that_breaks_the_rule(
    town_plan, stops: list[tuple[str, int]], fault: str | None
) -> None:
    released = town_plan.release
    team = next(team for team in released.teams if team.break_s == 1200)
    team = replace(team, shift=Hours("Mo-Su 17:00-22:00"))
    begin = datetime.combine(released.start, time(17))
    made = [a_stop(StopKind.START, team.start, begin + timedelta(minutes=stops[0][1]), 0)]
    for kind, minute in stops:
        when = begin + timedelta(minutes=minute)
        made.append(a_stop(StopKind(kind), team.start, when, 20))
    made.append(a_stop(StopKind.END, team.end, made[-1].leave, 0))
    faults = [*_rest(Itinerary(team.code, team.mode, released.start, tuple(made), (), {}), team,
                     begin, begin + timedelta(hours=5))]  # fmt: skip
    assert [word for word in faults if fault is None or fault not in word] == []
    assert bool(faults) is (fault is not None)


def test_a_short_break_is_found(town_plan) -> None:
    released = town_plan.release
    team = replace(released.teams[0], break_s=1200.0)
    begin = datetime.combine(released.start, time(17))
    made = tuple(
        a_stop(StopKind(kind), team.start, begin + timedelta(minutes=minute), stay)
        for kind, minute, stay in [
            ("start", 0, 0), ("visit", 0, 20), ("break", 100, 19), ("visit", 210, 20),
            ("end", 230, 0),
        ]
    )  # fmt: skip
    tour = Itinerary(team.code, team.mode, released.start, made, (), {})
    assert "too short" in "".join(_rest(tour, team, begin, begin + timedelta(hours=5)))
    none = replace(team, break_s=0.0)
    assert "should not" in "".join(_rest(tour, none, begin, begin + timedelta(hours=5)))


@pytest.fixture(scope="module")
def planned(town: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = Path(shutil.copytree(town, tmp_path_factory.mktemp("field") / "town"))
    plan = plan_round(load_programme(folder), DEMO_ROUND)
    return folder, plan


def test_a_plan_leaves_a_record_of_every_shift(planned) -> None:
    folder, plan = planned
    past = read_past(folder / "private")
    planned_visits = sorted(
        (tour.team, stop.code, stop.begin.weekday())
        for tour in plan.routes.itineraries
        for stop in tour.visits
    )
    assert sorted((v.team, v.hotspot, v.weekday) for v in past.visits) == planned_visits
    assert len(past.of(DEMO_ROUND).tours) >= len(plan.routes.itineraries)


def test_a_dropped_stop_is_gone_and_what_is_done_stays(planned) -> None:
    folder, plan = planned
    tour = max(plan.routes.itineraries, key=lambda tour: len(tour.visits))
    first, second = tour.visits[:2]
    programme = load_programme(folder)
    found = replan(
        programme, DEMO_ROUND, team=tour.team, now=first.begin + timedelta(minutes=1),
        drop=[second.code],
    )  # fmt: skip
    assert [stop.code for stop in found.done if stop.kind == "visit"] == [first.code]
    assert second.code in found.dropped
    assert found.rest is not None
    assert second.code not in {stop.code for stop in found.rest.visits}
    assert found.rest.start >= first.leave
    team = next(team for team in plan.release.teams if team.code == tour.team)
    begin, end = next(
        span
        for span in team.shift.windows(tour.start - timedelta(days=1), tour.end + timedelta(days=1))
        if span[0] <= tour.start and tour.end <= span[1]
    )
    breaks = [stop.kind for stop in (*found.done, *found.rest.stops) if stop.kind == "break"]
    early, over = begin + 0.3 * (end - begin), begin + 0.7 * (end - begin)
    through = found.done[0].leave < early and found.rest.end > over
    assert len(breaks) in ((1,) if through else (0, 1))
    again = read_past(folder / "private").of(DEMO_ROUND)
    stops = next(
        t.stops for t in again.tours if t.team == tour.team and t.begin <= first.begin <= t.end
    )
    assert second.code not in {stop.code for stop in stops}
    assert first.code in {stop.code for stop in stops}


def test_a_change_for_a_team_that_is_not_out_says_when_it_is(planned) -> None:
    folder, plan = planned
    tour = plan.routes.itineraries[-1]
    programme = load_programme(folder)
    with pytest.raises(RoutingError, match="not out at that time"):
        replan(programme, DEMO_ROUND, team=tour.team, now=tour.start - timedelta(hours=12))
    with pytest.raises(RoutingError, match="no such stop"):
        replan(programme, DEMO_ROUND, team=tour.team, now=tour.start, drop=["H-ZZZZ"])
    with pytest.raises(RoutingError, match="no shift"):
        replan(programme, DEMO_ROUND, team="T-ZZZZ", now=tour.start)


@pytest.mark.parametrize("form", ["%H:%M", "%H.%M", "%Hh%M"])
def test_the_command_tells_the_rest_of_the_shift(planned, form: str) -> None:
    folder, _ = planned
    tour = next(t for t in read_past(folder / "private").tours if len(t.stops) > 4)
    out = tour.stops[1].leave + timedelta(minutes=1)
    done = CliRunner().invoke(
        main,
        ["replan", str(folder), "--team", tour.team, "--from", out.strftime(form),
         "--on", f"{out:%Y-%m-%d}"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    first, second, *_ = done.output.splitlines()
    assert first == f"from   {out:%H:%M} on {out:%A}, {out:%Y-%m-%d}"
    assert second.startswith("done")
    assert "back at" in done.output


@pytest.mark.parametrize("text", ["20", "20,40", "2040", "20:40:30", "24:00", "20.4", "20:61", ""])
def test_a_clock_that_may_be_read_in_two_ways_is_refused(tmp_path: Path, text: str) -> None:
    done = CliRunner().invoke(main, ["replan", str(tmp_path), "--team", "T1", "--from", text])
    assert done.exit_code == 2
    assert "is not a time; write it as 19:30." in done.output


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((), ""),
        (("A", "B"), "A, B"),
        (tuple("ABCDE"), "A, B, C, D, E"),
        (tuple("ABCDEF"), "A, B, …, E, F"),
    ],
)
def test_a_long_way_is_told_by_its_first_and_last_streets(names, told) -> None:
    assert Leg(np.zeros((2, 2)), 10.0, 8.0, tuple(names)).along == told

"""Flags on the pages and as a table: few first, the rest a tap away; incidents without totals."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date

from outreach_map.publish import Plan
from outreach_map.publish.pages import PageMaker
from outreach_map.publish.risks import SHOWN, flag_list, flags_csv, incident_tables, naloxone_rows
from outreach_map.risk import FlagKind, NaloxoneReach
from outreach_map.risk.flag import SERVICES, STREETS
from outreach_map.tables import Band, IncidentCount, Incidents, Rating, Withheld

RANK = ["high", "unknown", "medium", "low"]


def test_the_table_has_every_flag_by_what_matters(town_plan: Plan) -> None:
    rows = list(csv.DictReader(flags_csv(town_plan).splitlines()))
    assert len(rows) == len(town_plan.flags) > SHOWN
    ranks = [
        # What a map or a table merely does not say comes after medium.
        2.5
        if row["severity"] == "unknown" and row["source"] in (STREETS, SERVICES)
        else RANK.index(row["severity"])
        for row in rows
    ]
    assert ranks == sorted(ranks)
    for row in rows:
        assert row["flag"] == FlagKind[row["flag"].upper()].code
        assert row["evidence"]
        assert row["what_to_do"]
        assert row["source"]
        assert row["affects"] in ("peer", "client", "both")


def test_the_first_stand_open_and_the_rest_is_one_tap_away(town_plan: Plan) -> None:
    listed = flag_list(town_plan.flags, 3)
    assert (len(listed.first), len(listed)) == (3, len(town_plan.flags))
    assert not flag_list((), 3)
    team = next(
        t for t in town_plan.release.teams if any(f.team == t.code for f in town_plan.flags)
    )
    page = PageMaker(replace(town_plan, rules=town_plan.rules.model_copy(update={"shown": 1})))
    html = page.team(team)
    stops = re.findall(r'<li class="stop stop-visit".*?</h3>(.*?)<li class="stop ', html, re.S)
    assert any('<details class="more">' in stop for stop in stops)
    for stop in stops:
        first = stop.split('<details class="more">')[0]
        assert first.count('class="flag flag-') <= 1
    assert "more, less grave or less sure" in html


def test_a_team_s_page_has_no_flag_of_another_team(town_plan: Plan) -> None:
    pages = PageMaker(town_plan)
    codes = {team.code for team in town_plan.release.teams}
    for team in town_plan.release.teams:
        html = pages.team(team)
        assert not [code for code in codes - {team.code} if code in html]


def test_a_rating_with_what_is_left_beside_it_is_on_the_planner_s_map(town_plan: Plan) -> None:
    zone = next(z for z in town_plan.release.zones if z.rating is not Rating.UNKNOWN)
    left = replace(zone, residual=Rating.LOW)
    zones = tuple(left if z is zone else z for z in town_plan.release.zones)
    plan = replace(town_plan, release=replace(town_plan.release, zones=zones))
    assert '["with what was agreed","risk low"]' in PageMaker(plan).planner()
    assert "with what was agreed" not in PageMaker(town_plan).planner()


def test_naloxone_rows_are_gaps_by_what_training_would_add() -> None:
    reach = [
        NaloxoneReach("H-AAAA", 1.0, 2.0, True, 0.0),
        NaloxoneReach("H-BBBB", 0.25, 12.2, False, 9.0),
        NaloxoneReach("H-CCCC", None, float("inf"), None, 30.0),
    ]
    assert [tuple(row.values()) for row in naloxone_rows(reach)] == [
        ("H-CCCC", "unknown", "nobody comes", "unknown"),
        ("H-BBBB", "25%", "13 min", "no"),
    ]


def test_incidents_are_on_the_manager_s_page_alone(town_plan: Plan) -> None:
    months = (date(2026, 9, 1), date(2026, 10, 1))
    incidents = Incidents(
        months,
        (),
        (
            IncidentCount("B2", months[0], Band(11, None)),
            IncidentCount("B2", months[1], Withheld.FEW),
            IncidentCount("B3", months[0], Withheld.FEW),
            IncidentCount("B3", months[1], Withheld.FEW),
        ),
        (
            IncidentCount("denial_of_care", months[0], Band(11, None)),
            IncidentCount("denial_of_care", months[1], Withheld.FEW),
        ),
    )
    districts, kinds = incident_tables(incidents)
    assert districts["rows"] == [("B2", ["11 or more", "<11"])]
    assert districts["silent"] == "B3"
    assert kinds["rows"] == [("denial of care", ["11 or more", "<11"])]
    assert incident_tables(None) == []
    pages = PageMaker(replace(town_plan, release=replace(town_plan.release, incidents=incidents)))
    assert "Human-rights incidents" in pages.manager()
    assert "denial of care" in pages.manager()
    for other in (pages.planner(), *(pages.team(team) for team in town_plan.release.teams)):
        assert "denial of care" not in other
    assert "Human-rights incidents" not in PageMaker(town_plan).manager()

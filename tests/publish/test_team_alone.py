"""A team's page holds its own stops and what lies along them, and nothing of another team."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from outreach_map.layers import to_json
from outreach_map.publish import Plan
from outreach_map.publish.pages import PageMaker
from outreach_map.publish.team import TeamPage
from outreach_map.tables import Team

_CODE = re.compile(r"\b[HPTR]-[A-Z2-7]{6}\b")


def what_is_foreign(plan: Plan, team: Team, html: str) -> list[str]:
    """Codes, hours and ways in a team's page that are not its own."""
    tours = [tour for tour in plan.routes.itineraries if tour.team == team.code]
    stops = [stop for tour in tours for stop in tour.stops]
    page = TeamPage(plan, team)
    codes = {team.code, *(stop.code for stop in stops)}
    codes |= {point.code for point in plan.release.points if point.public and point.restock}
    # Zones by the flags of its own ways and stops, drawn or only named.
    words = " ".join(f"{flag.source} {flag.about} {flag.evidence}" for flag in page.flags)
    told = _CODE.findall(words)
    codes |= {code for code in told if code.startswith("R-")}
    found = sorted(set(_CODE.findall(html)) - codes)
    begins = set(re.findall(r'data-begin="([^"]*)"', html))
    found += sorted(begins - {f"{stop.begin:%Y-%m-%dT%H:%M}" for stop in stops})
    ends = set(re.findall(r'data-(?:leave|end)="([^"]*)"', html))
    own = {f"{stop.leave:%Y-%m-%dT%H:%M}" for stop in stops}
    found += sorted(ends - own - {f"{tour.end:%Y-%m-%dT%H:%M}" for tour in tours})
    layers = re.findall(r'id="data-routes_\d+">(.*?)</script>', html)
    drawn = [feature["at"] for layer in layers for feature in json.loads(layer)]
    legs = [
        np.round(leg.lon_lat[:, ::-1], 4).tolist()
        for tour in tours
        for leg in tour.legs
        if len(leg.lon_lat) > 1
    ]
    # A line leaves out points that rounding makes the same.
    found += [
        "a way" for line in drawn if not any(all(point in leg for point in line) for leg in legs)
    ]
    return found


@pytest.mark.parametrize("plan", ["town_plan", "country_plan"])
def test_nobody_elses_code_hour_or_way_is_in_a_page(
    request: pytest.FixtureRequest, plan: str
) -> None:
    made: Plan = request.getfixturevalue(plan)
    pages = PageMaker(made)
    shown = {team.code: pages.team(team) for team in made.release.teams}
    for team in made.release.teams:
        assert what_is_foreign(made, team, shown[team.code]) == []
        # And it would be found: the page of any other team with stops is foreign to this one.
        for other in made.release.teams:
            if other is not team and 'class="shift"' in shown[other.code]:
                assert what_is_foreign(made, team, shown[other.code]) != []


def test_every_leg_of_a_stop_is_the_one_on_the_map(town_plan: Plan) -> None:
    for team in town_plan.release.teams:
        page = TeamPage(town_plan, team)
        layers = {layer.key: layer.features for layer in page.layers()}
        for number, tour in enumerate(page.tours):
            shift = page.context()["shifts"][number]  # type: ignore[index]
            for place, stop in enumerate(shift["stops"]):
                if not stop["on_map"]:
                    assert place == 0 or len(tour.legs[place - 1].lon_lat) < 2
                    continue
                key, leg = stop["on_map"].split(":")
                line = json.loads(to_json(layers[f"routes_{key}"]))[int(leg)]["at"]
                last = np.round(tour.legs[place - 1].lon_lat[-1, ::-1], 4).tolist()
                assert line[-1] == last


def test_a_place_that_is_no_public_point_is_no_exit_by_its_code(town_plan: Plan) -> None:
    hidden = {point.code for point in town_plan.release.points if not point.public}
    for team in town_plan.release.teams:
        for shift in TeamPage(town_plan, team).context()["shifts"]:  # type: ignore[attr-defined]
            for stop in shift["stops"]:
                assert not [code for code in hidden if code in stop["exit"]]

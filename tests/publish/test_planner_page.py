"""The planner's page in a browser: week, filters, search, and the way between list and map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from outreach_map.publish import Plan
from outreach_map.publish.finder import search_index
from outreach_map.publish.pages import PageMaker
from outreach_map.routing import StopKind, idle_teams
from outreach_map.tables import RiskState
from tests.browser import DESKTOP, PHONE, Opened, launched, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def result(request: pytest.FixtureRequest, browser: Browser, town_maps: Path) -> Iterator[Opened]:
    with opened(browser, town_maps / "planner.html", viewport=request.param) as found:
        yield found
        assert found.complaints == []
        assert found.requests == [(town_maps / "planner.html").as_uri()]


def shifts(page: Page) -> list[tuple[int, int]]:
    """(day, team) of the shifts in the list."""
    found = page.locator("#shifts tbody tr:not(.off)").evaluate_all(
        "rows => rows.map(row => [Number(row.dataset.day), Number(row.dataset.team)])"
    )
    return sorted((day, team) for day, team in found)


def ways(page: Page) -> set[tuple[int, int]]:
    """(day, team) of the layers of ways that are on the map."""
    found = page.evaluate(
        """() => Object.keys(window).map(name => /^layer_routes_(\\d+)_(\\d+)$/.exec(name))
           .filter(found => found && map_outreach.hasLayer(window[found[0]]))
           .map(found => [Number(found[1]), Number(found[2])])"""
    )
    return {(day, team) for day, team in found}


def tours(plan: Plan, start: date) -> list[tuple[int, int]]:
    teams = [team.code for team in plan.release.teams]
    return sorted(((t.date - start).days, teams.index(t.team)) for t in plan.routes.itineraries)


def test_the_timeline_has_every_shift_with_its_stops_and_breaks(
    result: Opened, town_plan: Plan
) -> None:
    page, planned = result.page, town_plan.routes.itineraries
    assert page.locator(".timeline a").count() == len(planned)
    for number, tour in enumerate(planned):
        bar = page.locator(f".timeline a[data-shift='{number}']")
        assert bar.locator("rect.visit").count() == len(tour.visits)
        pauses = sum(stop.kind is StopKind.BREAK for stop in tour.stops)
        assert bar.locator("rect.pause").count() == pauses
        name = bar.get_attribute("aria-label") or ""
        assert name.startswith(tour.team)
        assert f"{tour.start:%H:%M}–{tour.end:%H:%M}" in name
        out = bar.locator("rect.out")
        width = float(out.get_attribute("width") or 0)
        # Widths are to one scale: a visit's share of the bar is its share of the shift.
        visit = tour.visits[0]
        share = (visit.leave - visit.begin) / (tour.end - tour.start)
        drawn = float(bar.locator("rect.visit").first.get_attribute("width") or 0)
        # Bars begin and end at whole minutes.
        minute = width / ((tour.end - tour.start).total_seconds() / 60)
        assert drawn == pytest.approx(max(share * width, 2), abs=0.1 + minute)


def test_every_hour_has_its_label_and_none_lies_over_another(result: Opened) -> None:
    page = result.page
    lines = page.locator(".timeline line.hour").count()
    assert page.locator(".timeline text.hour").count() == lines > 0
    boxes = page.locator(".timeline .head + text, .timeline text.hour").evaluate_all(
        """all => all.map(one => one.getBoundingClientRect())
           .map(({ left, right, top, bottom }) => [left, right, top, bottom])"""
    )
    for number, (left, right, top, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
            assert apart
    edge = page.locator(".timeline").evaluate("one => one.getBoundingClientRect().right")
    assert max(right for _, right, _, _ in boxes) <= edge


def test_shifts_that_stay_empty_are_named_with_why(result: Opened, town_plan: Plan) -> None:
    found = idle_teams(town_plan.release, town_plan.routes)
    rows = result.page.locator("#idle tbody tr")
    assert rows.count() == len(found) > 0
    for number, one in enumerate(found):
        text = rows.nth(number).text_content() or ""
        assert one.team in text
        assert one.reason in text
        assert all(f"{day.day} {day:%b}" in text for day in one.days) or one.all_week


def test_a_team_that_is_not_out_is_named_at_the_top(town_plan: Plan, tmp_path: Path) -> None:
    team = town_plan.release.teams[0].code
    tours = tuple(tour for tour in town_plan.routes.itineraries if tour.team != team)
    plan = replace(town_plan, routes=replace(town_plan.routes, itineraries=tours))
    assert f"Not out this week: {team}." in PageMaker(plan).planner()
    assert "Not out this week" not in PageMaker(town_plan).planner()


def test_on_paper_no_stop_is_printed_over_another(browser: Browser, town_maps: Path) -> None:
    with opened(browser, town_maps / "planner.html", viewport=DESKTOP) as result:
        page = result.page
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 703, "height": 1000})  # what A4 leaves between margins
        boxes = page.locator("#shifts .stops li").evaluate_all(
            """all => all.flatMap(one => [...one.querySelectorAll('button')]
                 .map(button => button.getBoundingClientRect()))
               .map(({ left, right, top, bottom }) => [left, right, top, bottom])"""
        )
        assert len(boxes) > 20
        for number, (left, right, top, bottom) in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = (
                    right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
                )
                assert apart
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator(".show").count() > 0
        assert not any(one.is_visible() for one in page.locator(".show").all())
        page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_day_and_team_act_on_list_timeline_and_map_together(
    result: Opened, town_plan: Plan
) -> None:
    page = result.page
    planned = tours(town_plan, town_plan.start)
    assert shifts(page) == planned
    assert ways(page) == set(planned)
    for day in sorted({day for day, _ in planned}):
        page.select_option("#by-day", str(day))
        assert shifts(page) == [one for one in planned if one[0] == day]
        assert ways(page) == {one for one in planned if one[0] == day}
        team = next(team for own, team in planned if own == day)
        page.select_option("#by-team", str(team))
        assert shifts(page) == [one for one in planned if one == (day, team)]
        assert ways(page) == {(day, team)}
        assert page.locator(".timeline g.off a").count() == len(planned) - len(shifts(page))
        page.select_option("#by-team", "")
    page.click("#no-filter")
    assert shifts(page) == planned
    assert ways(page) == set(planned)
    assert page.locator("#no-filter").is_disabled()


def test_the_layer_control_lists_ways_by_day_and_team(
    browser: Browser, town_maps: Path, town_plan: Plan
) -> None:
    with opened(browser, town_maps / "planner.html", viewport=DESKTOP) as result:
        page = result.page
        names = page.locator(".leaflet-control-layers label").all_inner_texts()
        teams = [team.code for team in town_plan.release.teams]
        days = sorted({(t.date, teams.index(t.team)) for t in town_plan.routes.itineraries})
        assert [name.strip() for name in names][-len(days) :] == [
            f"{day:%a} {day.day} {day:%b}, {teams[team]}" for day, team in days
        ]
        page.hover(".leaflet-control-layers")
        page.locator(".leaflet-control-layers label").last.click()
        day, team = days[-1]
        assert ((day - town_plan.start).days, team) not in ways(page)


def test_what_was_left_out_decided_and_has_to_be_reviewed_is_there(
    result: Opened, town_plan: Plan
) -> None:
    page, routes = result.page, town_plan.routes
    left = page.locator("#left-out tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    assert sorted(map(tuple, left)) == sorted(
        (one.hotspot, str(one.visits), one.reason) for one in routes.left_out
    )
    decided = page.locator("#decisions tbody tr").evaluate_all(
        "rows => rows.map(row => [row.cells[0].textContent.trim(), row.cells[3].textContent])"
    )
    assert sorted(map(tuple, decided)) == sorted((d.hotspot, d.effect) for d in routes.decisions)
    due = {z.code for z in town_plan.release.zones if z.state is not RiskState.CURRENT}
    codes = page.locator("#reviews tbody th").all_text_contents()
    assert due <= {code.strip() for code in codes}
    told = page.locator("#flags tbody tr").count() + page.locator(".told-flags li").count()
    assert told == len(town_plan.flags)


@pytest.mark.parametrize("what", ["code", "kind", "street", "team"])
def test_a_search_finds_and_shows_in_list_and_map(
    result: Opened, town_plan: Plan, what: str
) -> None:
    page = result.page
    hotspot = next(
        h
        for h in town_plan.release.hotspots
        if h.place.mapped
        and any(s.code == h.code for t in town_plan.routes.itineraries for s in t.visits)
    )
    words = next(e["words"] for e in search_index(town_plan) if e["code"] == hotspot.code)
    assert isinstance(words, list)
    street = next(one for one in words if "straße" in one or "weg" in one)
    team = town_plan.routes.itineraries[0].team
    asked = {
        "code": hotspot.code.lower(),
        "kind": hotspot.typology.replace("_", " ").upper(),
        "street": street.replace("straße", "str")[:9],
        "team": team,
    }[what]
    if what == "kind" and not hotspot.typology:
        pytest.skip("this hotspot has no kind")
    page.fill("#search", asked)
    hits = page.locator("#found button")
    hits.first.wait_for()
    if what == "team":
        page.locator("#found button", has_text=team).first.wait_for()
        exact = page.locator("#found button").filter(has=page.locator(f".code:text-is('{team}')"))
        exact.first.click()
        number = [one.code for one in town_plan.release.teams].index(team)
        assert {own for _, own in shifts(page)} == {number}
        assert page.input_value("#by-team") == str(number)
        return
    assert int((page.locator("#filtered").text_content() or "0").split()[0]) >= hits.count() > 0
    page.fill("#search", hotspot.code)
    page.locator("#search").press("Enter")
    here = page.locator(".here")
    here.wait_for()
    assert hotspot.code in (here.text_content() or "")
    popup = page.locator(".leaflet-popup-content .title")
    assert hotspot.code in (popup.text_content() or "")


def test_a_search_that_finds_nothing_says_so(result: Opened) -> None:
    page = result.page
    page.fill("#search", "no such place anywhere")
    assert page.locator("#filtered").text_content() == "0 found"
    assert not page.locator("#found").is_visible()
    page.fill("#search", "")
    assert page.locator("#filtered").text_content() == ""


def test_a_stop_leads_to_the_map_and_back(result: Opened, town_plan: Plan) -> None:
    page = result.page
    drawn = {h.code for h in town_plan.release.hotspots if h.place.mapped}
    stops = page.locator("#shifts .stop-visit button")
    codes = stops.evaluate_all("all => all.map(one => one.dataset.code)")
    assert len(codes) == sum(len(t.visits) for t in town_plan.routes.itineraries)
    code = next(code for code in codes if code in drawn)
    stops.nth(codes.index(code)).click()
    assert page.locator("#map_outreach").is_visible()
    title = page.locator(".leaflet-popup-content .title")
    title.wait_for()
    assert code in (title.text_content() or "")
    # A thumb waits until the map stands still, too.
    page.wait_for_timeout(600)
    page.locator(".leaflet-popup-content .to-list", has_text=code).click()
    here = page.locator(".here")
    here.wait_for()
    assert here.is_visible()
    assert here.get_attribute("data-code") == code


def test_a_bar_of_the_timeline_leads_to_its_shift(result: Opened, town_plan: Plan) -> None:
    page = result.page
    bar = page.locator(".timeline a").last
    bar.focus()
    page.keyboard.press("Enter")
    number = bar.get_attribute("data-shift")
    assert page.locator(f"#shift-{number}.here").count() == 1
    assert page.evaluate("document.activeElement.id") == f"shift-{number}"
    # The address stays as it was, for the button that goes back.
    assert page.url.endswith("planner.html")


def test_hotspots_unfold_and_lead_to_the_map(result: Opened, town_plan: Plan) -> None:
    page = result.page
    drawn = next(h.code for h in town_plan.release.hotspots if h.place.mapped)
    page.locator(f"#at-{drawn} summary").click()
    page.locator(f"#at-{drawn} button").click()
    assert drawn in (page.locator(".leaflet-popup-content .title").text_content() or "")


def test_tables_of_the_week_sort(result: Opened, town_plan: Plan) -> None:
    page = result.page
    page.locator("#shifts thead button", has_text="Way").click()
    metres = page.locator("#shifts tbody tr").evaluate_all(
        "rows => rows.map(row => Number(row.cells[4].dataset.sort))"
    )
    assert metres == sorted(round(t.distance_m) for t in town_plan.routes.itineraries)


def test_still_for_who_wants_no_motion(browser: Browser, town_maps: Path) -> None:
    with opened(browser, town_maps / "planner.html", viewport=DESKTOP) as result:
        page = result.page
        page.emulate_media(reduced_motion="reduce")
        page.evaluate("window.moved = []; map_outreach.on('zoomanim', () => window.moved.push(1));")
        page.locator("#shifts .stop-visit button").first.click()
        page.wait_for_timeout(300)
        assert page.evaluate("window.moved") == []

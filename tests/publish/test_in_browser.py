"""The pages of the demo in a real browser: offline, without a complaint, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from outreach_map.publish import Plan, publish_round
from outreach_map.routing import StopKind
from outreach_map.tables import Point
from tests.browser import DESKTOP, PHONE, launched, opened

pytestmark = pytest.mark.browser

COLOURS = """() => {
  const seen = new Set();
  for (const canvas of document.querySelectorAll('canvas.leaflet-tile')) {
    const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    pen.drawImage(canvas, 0, 0);
    const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4 * 7) seen.add(`${data[i]},${data[i+1]},${data[i+2]}`);
  }
  return seen.size;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module", params=["planner", "team", "manager"])
def page_path(request: pytest.FixtureRequest, town_maps: Path) -> Path:
    return sorted(town_maps.glob(f"{request.param}*.html"))[0]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_opens_alone_and_draws(
    browser: Browser, page_path: Path, viewport: dict, dark: bool
) -> None:
    with opened(browser, page_path, viewport=viewport, dark=dark) as result:
        assert result.requests == [page_path.as_uri()]
        assert result.complaints == []
        page = result.page
        # Streets, casings, water, parks and their soft edges: far more than a plain ground.
        assert page.evaluate(COLOURS) > 20
        assert int(page.evaluate("document.body.dataset.basemap")) > 10_000
        assert page.locator("path.leaflet-interactive").count() > 3
        assert page.locator(".leaflet-control-scale-line").count() >= 1
        assert "OpenStreetMap" in page.locator(".leaflet-control-attribution").text_content()
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0


# Parts of the list wait for the map: none may be left waiting.
WAITING = """() => [...document.querySelectorAll('#list > section, .later')]
  .filter(one => getComputedStyle(one).contentVisibility === 'hidden').length"""


def test_nothing_of_a_list_is_left_out(browser: Browser, page_path: Path) -> None:
    with opened(browser, page_path) as result:
        assert result.page.evaluate(WAITING) == 0
        last = result.page.locator("#list > section.about h2")
        last.scroll_into_view_if_needed()
        result.page.wait_for_timeout(300)
        assert last.evaluate("one => one.checkVisibility({ contentVisibilityAuto: true })")


@pytest.mark.parametrize("missing", ["DecompressionStream", "OffscreenCanvas"])
def test_a_browser_that_draws_no_streets_shows_the_rest(
    browser: Browser, page_path: Path, missing: str
) -> None:
    context = browser.new_context(viewport=PHONE, offline=True)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(f"delete window.{missing}")
    page.goto(page_path.as_uri())
    page.wait_for_selector("body[data-drawn]", timeout=20_000)
    assert page.evaluate(WAITING) == 0
    assert page.locator("path.leaflet-interactive").count() > 3
    assert (
        "too old to draw the streets" in page.locator(".leaflet-control-attribution").text_content()
    )
    assert complaints == []
    context.close()


def test_work_that_fails_keeps_nothing_back(browser: Browser, page_path: Path) -> None:
    with opened(browser, page_path) as result:
        page = result.page
        page.evaluate(
            """() => {
              work.add((function* () { throw new Error('made for the test'); })());
              work.add((function* () { window.afterwards = true; })());
            }"""
        )
        page.wait_for_timeout(300)
        assert page.evaluate("window.afterwards")
        assert result.complaints == ["made for the test"]


def test_layers_can_be_switched(browser: Browser, town_maps: Path, town_plan: Plan) -> None:
    with opened(browser, town_maps / "planner.html", viewport=DESKTOP) as result:
        page = result.page
        drawn = len({h.place.areas for h in town_plan.release.hotspots if h.place.mapped})
        assert page.locator("path.hotspot").count() == drawn
        page.hover(".leaflet-control-layers")
        page.locator(".leaflet-control-layers label", has_text="Hotspots").click()
        assert page.locator("path.hotspot").count() == 0
        page.locator(".leaflet-control-layers label", has_text="Risk zones").click()
        assert page.locator("path[class*=zone-]").count() == sum(
            zone.place.mapped for zone in town_plan.release.zones
        )
        assert result.complaints == []


def test_a_popup_tells_about_an_area(browser: Browser, town_maps: Path) -> None:
    with opened(browser, town_maps / "manager.html", viewport=DESKTOP) as result:
        # The click goes to the shape itself: what lies on top of it is another test's matter.
        result.page.locator("path.f").first.dispatch_event("click")
        popup = result.page.locator(".leaflet-popup-content")
        popup.wait_for()
        assert "reached" in popup.inner_text()
        assert result.complaints == []


def test_list_and_map_take_turns_on_a_phone(browser: Browser, page_path: Path) -> None:
    with opened(browser, page_path) as result:
        page = result.page
        assert page.locator("#list").is_visible()
        assert not page.locator("#map_outreach").is_visible()
        page.click("#show-map")
        assert page.locator("#map_outreach").is_visible()
        assert not page.locator("#list").is_visible()
        assert page.get_attribute("#show-map", "aria-pressed") == "true"
        page.click(".legend summary")
        assert page.locator(".legend li").first.is_visible()


def test_a_team_finds_its_next_stop_and_help(
    browser: Browser, town_maps: Path, town_plan: Plan
) -> None:
    for path in sorted(town_maps.glob("team-*.html")):
        code = path.stem.removeprefix("team-").upper()
        tours = [tour for tour in town_plan.routes.itineraries if tour.team == code]
        with opened(browser, path) as result:
            page = result.page
            stops = [stop for tour in tours for stop in tour.stops if stop.kind is StopKind.VISIT]
            assert page.locator("li.stop-visit").count() == len(stops)
            phones = page.locator("footer a").evaluate_all("all => all.map(a => a.href)")
            assert phones == ["tel:+493023125042", "tel:112", "tel:+491713920011"]
            assert page.locator("footer a").first.is_visible()
            box = page.locator("footer a").first.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            others = {t.code for t in town_plan.release.teams} - {code}
            html = path.read_text()
            assert not [other for other in others if other in html]
            elsewhere = {h.code for h in town_plan.release.hotspots} - {s.code for s in stops}
            assert not [hotspot for hotspot in elsewhere if hotspot in html]


def test_the_way_of_an_open_shift_is_on_the_map(
    browser: Browser, town_maps: Path, town_plan: Plan
) -> None:
    path = max(town_maps.glob("team-*.html"), key=lambda p: p.read_text().count('class="shift"'))
    with opened(browser, path, viewport=DESKTOP) as result:
        page = result.page
        shifts = page.locator("details.shift")
        assert shifts.count() > 1
        # Shifts that are over by the clock are shut, so the open one need not be the first.
        is_open = shifts.evaluate_all("all => all.map(s => s.open)")
        (shown,) = [number for number, each in enumerate(is_open) if each]
        shut = (shown + 1) % len(is_open)
        assert page.locator(f"path.route-{shown}:not(.casing)").count() > 0
        assert page.locator(f"path.route-{shut}").count() == 0
        page.evaluate(
            "[...document.querySelectorAll('details.shift')].forEach(s => s.open = !s.open)"
        )
        page.wait_for_function(f"document.querySelector('path.route-{shut}') !== null")
        assert page.locator(f"path.route-{shown}").count() == 0
        assert result.complaints == []


def test_once_a_shift_is_over_the_next_stop_is_the_first_that_is_not(
    browser: Browser, town_maps: Path
) -> None:
    path = sorted(town_maps.glob("team-*.html"))[0]
    with opened(browser, path) as result:
        times = result.page.locator("li.stop-visit").evaluate_all(
            "all => all.map(s => s.dataset.leave)"
        )
        end = result.page.locator(".shift").first.get_attribute("data-end") or ""
        over = f"{datetime.fromisoformat(end) + timedelta(hours=2, minutes=1):%Y-%m-%dT%H:%M}"
        page = result.page.context.new_page()
        # As if the page were opened so late after the first shift that nobody is on it any more.
        page.clock.set_fixed_time(over + ":30")
        page.goto(path.as_uri())
        marked = page.locator("li.next")
        assert marked.count() == 1
        assert marked.get_attribute("data-leave") == min(t for t in times if t > over)
        assert marked.is_visible()


def test_hide_empties_the_page(browser: Browser, town_maps: Path) -> None:
    path = sorted(town_maps.glob("team-*.html"))[0]
    with opened(browser, path) as result:
        result.page.click("#hide")
        assert result.page.title() == "Notes"
        assert result.page.evaluate("document.body.innerText").strip() == ""
        assert "H-" not in result.page.content()
        result.page.go_back()
        assert "H-" not in result.page.content()


HOSTILE = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "</script><script>window.hacked=1</script>",
    "{{ 7*7 }}${7*7}{% raw %}",
    "javascript:window.hacked=1",
    "\u202egnp.exe\u2028window.hacked=1\u2029",
    "-->\x00<!--",
    "';window.hacked=1;//",
    "]]><x onclick=window.hacked=1>",
]


def test_hostile_names_stay_text(browser: Browser, town_plan: Plan, tmp_path: Path) -> None:
    def spoilt(point: Point, number: int) -> Point:
        text = HOSTILE[number % len(HOSTILE)]
        return replace(point, type=text, name=text if point.public else "", services=(text,))

    release = town_plan.release
    points = tuple(spoilt(point, number) for number, point in enumerate(release.points))
    hotspots = tuple(
        replace(h, typology=HOSTILE[n % len(HOSTILE)], communities=(HOSTILE[-1 - n % 5],))
        for n, h in enumerate(release.hotspots)
    )
    # Who works with everybody may go to people of any name.
    teams = tuple(replace(team, communities=()) for team in release.teams)
    plan = replace(
        town_plan,
        programme_name=HOSTILE[0],
        release=replace(release, points=points, hotspots=hotspots, teams=teams),
    )
    for path in publish_round(plan, tmp_path / "maps"):
        if path.suffix != ".html":
            continue
        with opened(browser, path, viewport=DESKTOP) as result:
            for shape in result.page.locator(".leaflet-interactive").all()[:12]:
                shape.dispatch_event("click")
            assert result.page.evaluate("window.hacked") is None
            assert result.complaints == []
            assert result.requests == [path.as_uri()]
            assert result.page.locator("img, svg[onload], x").count() == 0

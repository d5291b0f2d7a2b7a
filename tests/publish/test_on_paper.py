"""A page on paper: legible whatever the screen's colours, and nothing left folded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outreach_map.publish import Plan
from tests.browser import DESKTOP, PHONE, launched, opened

pytestmark = pytest.mark.browser

GROUND = """() => {
  const tile = document.querySelector('canvas.leaflet-tile');
  const pen = new OffscreenCanvas(tile.width, tile.height).getContext('2d');
  pen.drawImage(tile, 0, 0);
  const data = pen.getImageData(0, 0, tile.width, tile.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
  return sum / (data.length / 4);
}"""


def test_a_dark_page_is_printed_light_and_unfolded(town_maps: Path) -> None:
    path = sorted(town_maps.glob("team-*.html"))[0]
    with launched() as browser, opened(browser, path, viewport=DESKTOP, dark=True) as result:
        page = result.page
        assert page.evaluate(GROUND) < 60
        page.emulate_media(media="print", color_scheme="dark")
        page.wait_for_timeout(500)
        assert page.evaluate(GROUND) > 200
        quiet = "getComputedStyle(document.querySelector('.stop .way')).color"
        assert page.evaluate(quiet) == "rgb(85, 82, 77)"
        phone = page.locator("footer a").first
        assert phone.is_visible()
        assert phone.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
        page.emulate_media(media="screen")
        folded = page.locator("details:not([open])")
        before = folded.count()
        assert before > 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert folded.count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert folded.count() == before
        assert result.complaints == []


@pytest.mark.parametrize("kind", ["team", "manager", "planner"])
def test_the_map_fills_the_sheet_and_nothing_is_cut(town_maps: Path, kind: str) -> None:
    path = sorted(town_maps.glob(f"{kind}*.html"))[0]
    with launched() as browser, opened(browser, path, viewport=PHONE) as result:
        page = result.page
        page.evaluate(
            """() => {
              const zoom = map_outreach.getZoom();
              matchMedia('print').addEventListener('change', ({ matches }) => {
                if (!matches) return;
                const { x } = map_outreach.getSize(), sheet = document.documentElement.clientWidth;
                const tiles = [...document.querySelectorAll('canvas.leaflet-tile')];
                const wide = [...document.querySelectorAll('#list *')].filter(one =>
                  one.getClientRects().length && getComputedStyle(one).position !== 'absolute'
                  && one.getBoundingClientRect().right > Math.max(sheet, 703) + 2);
                window.printed = {
                  width: x, closer: map_outreach.getZoom() > zoom, tiles: tiles.length,
                  drawn: tiles.filter(one => one.classList.contains('leaflet-tile-loaded')).length,
                  names: document.querySelectorAll('.names canvas').length,
                  wide: wide.map(one => `${one.localName}.${one.className}`),
                };
              });
            }"""
        )
        before = page.evaluate("[map_outreach.getZoom(), map_outreach.getSize().x]")
        pdf = page.pdf(prefer_css_page_size=True)
        printed = page.evaluate("printed")
        # 180 mm at 96 to the inch.
        assert printed["width"] == 680
        assert printed["closer"]
        assert printed["drawn"] == printed["tiles"] > 0
        assert printed["names"] > 0
        assert printed["wide"] == []
        assert page.evaluate("[map_outreach.getZoom(), map_outreach.getSize().x]") == before
        assert result.complaints == []
    sizes = re.findall(rb"/MediaBox ?\[ ?0 0 ([0-9.]+) ([0-9.]+)", pdf)
    assert {(round(float(x)), round(float(y))) for x, y in sizes} == {(595, 842)}
    assert len(sizes) > 2


def test_a_team_has_a_sheet_or_two_a_shift_and_reads_everything(
    town_plan: Plan, town_maps: Path
) -> None:
    tours = [tour.team for tour in town_plan.routes.itineraries]
    team = max(sorted(set(tours)), key=tours.count)
    path = town_maps / f"team-{team.lower()}.html"
    with launched() as browser, opened(browser, path, viewport=PHONE) as result:
        page = result.page
        pdf = page.pdf(prefer_css_page_size=True)
        # And risks by kind, the map, and help.
        assert pdf.count(b"/MediaBox") <= 2 * tours.count(team) + 4
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        told = page.evaluate(
            """() => {
              const texts = of => [...document.querySelectorAll(of)].map(one => one.textContent);
              const seen = one => one.getClientRects().length > 0;
              const breaks = one => getComputedStyle(one).breakAfter;
              return {
                notes: texts('.notes').join(' '),
                todo: texts('#list .flag em'), evidence: texts('#list .more .evidence'),
                breaks: [...document.querySelectorAll('.shift')].map(breaks),
                open: [...document.querySelectorAll('.stop .flags')].every(seen),
                hidden: [...document.querySelectorAll('.on-screen, .acts')].some(seen),
                routes: document.querySelectorAll('path.f[class*="route-"]:not(.casing)').length,
              };
            }"""
        )
        assert told["breaks"] == ["page"] * tours.count(team)
        assert told["open"]
        assert not told["hidden"]
        # What is said once instead of at each stop.
        assert len(told["todo"]) > len(set(told["todo"])) > 3
        assert [text for text in told["todo"] + told["evidence"] if text not in told["notes"]] == []
        legs = [
            leg
            for tour in town_plan.routes.itineraries
            for leg in tour.legs
            if tour.team == team and len(leg.lon_lat) > 1
        ]
        assert told["routes"] == len(legs)
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.emulate_media(media="screen")
        assert page.locator(".notes").is_hidden()
        assert page.locator(".stop .acts").first.is_visible()
        assert result.complaints == []

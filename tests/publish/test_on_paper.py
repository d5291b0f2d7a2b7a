"""A page on paper: legible whatever the screen's colours, and nothing left folded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import DESKTOP, launched, opened

pytestmark = pytest.mark.browser

GROUND = """() => {
  const tile = document.querySelector('canvas.leaflet-tile');
  const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
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

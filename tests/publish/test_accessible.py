"""The pages for everyone: axe finds nothing, and all can be done by keyboard and at 200 %."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from outreach_map.publish.shell import locked_page
from tests.browser import DESKTOP, PHONE, launched, opened

pytestmark = pytest.mark.browser

# What WCAG 2.2 AA asks for, and axe's own good practice.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
}
KINDS = ("team", "manager", "planner")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
        # Where a sign stands on a map is essential (WCAG 2.5.8), even if another is near.
        if not (one["id"] == "target-size" and "leaflet-marker-icon" in node["html"])
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_list_and_map(
    browser: Browser, town_maps: Path, kind: str, viewport: dict[str, int], dark: bool
) -> None:
    path = sorted(town_maps.glob(f"{kind}*.html"))[0]
    with opened(browser, path, viewport=viewport, dark=dark) as result:
        page = result.page
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        # What is out of sight is not laid out, and has no size to look at.
        page.evaluate(
            "document.querySelectorAll('#list > *').forEach(one => {"
            " one.style.contentVisibility = 'visible'; })"
        )
        assert faults(page) == []
        if viewport is PHONE:
            page.click("#show-map")
        page.locator("path.leaflet-interactive").first.dispatch_event("click")
        page.wait_for_timeout(300)
        assert faults(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_a_locked_page(browser: Browser, tmp_path: Path, dark: bool) -> None:
    path = tmp_path / "locked.html"
    path.write_text(locked_page("<html></html>", "some words", "Team T-AAAAAA"))
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]  # a plain dict of two numbers
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.fill("#words", "others")
    page.click("#open")
    page.wait_for_selector("#said[data-kind=bad]")
    assert faults(page) == []


def test_shapes_and_lists_are_reached_by_keyboard(browser: Browser, town_maps: Path) -> None:
    with opened(browser, town_maps / "manager.html", viewport=DESKTOP) as result:
        page = result.page
        page.locator("path.leaflet-interactive").first.focus()
        assert page.evaluate("document.activeElement.getAttribute('aria-label')")
        page.keyboard.press("Enter")
        assert "reached" in page.locator(".leaflet-popup-content").inner_text()
        page.keyboard.press("Escape")
        page.locator(".leaflet-popup-content").wait_for(state="detached")
        page.locator("#list").focus()
        before = page.evaluate("document.getElementById('list').scrollTop")
        page.keyboard.press("PageDown")
        page.wait_for_timeout(500)
        assert page.evaluate("document.getElementById('list').scrollTop") > before
        assert result.complaints == []


@pytest.mark.parametrize("kind", KINDS)
def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, town_maps: Path, kind: str) -> None:
    # 200 % on a small desktop leaves half of its pixels.
    narrow = {"width": 640, "height": 360}
    path = sorted(town_maps.glob(f"{kind}*.html"))[0]
    with opened(browser, path, viewport=narrow) as result:
        page = result.page
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert page.locator("#list").bounding_box()["height"] > 100  # type: ignore[index]

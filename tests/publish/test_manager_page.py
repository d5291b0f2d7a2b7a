"""The manager's page in a browser: every control, at both sizes, and what it then shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from outreach_map.layers.gaps import gap_style
from outreach_map.layers.words import words
from outreach_map.publish import Plan
from outreach_map.publish.filters import Filters, filters_of, view
from outreach_map.publish.gap_list import gap_rows
from outreach_map.spreadsheets import harmless
from tests.browser import DESKTOP, PHONE, Opened, launched, opened

pytestmark = pytest.mark.browser

ROWS = """table => [...table.tBodies[0].rows].filter(row => !row.classList.contains('off'))
  .map(row => [...row.cells].map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def result(request: pytest.FixtureRequest, browser: Browser, town_maps: Path) -> Iterator[Opened]:
    with opened(browser, town_maps / "manager.html", viewport=request.param) as found:
        found.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield found
        assert found.complaints == []
        assert found.requests == [(town_maps / "manager.html").as_uri()]


@pytest.fixture(scope="module")
def filters(town_plan: Plan) -> Filters:
    return filters_of(town_plan.release, town_plan.coverage)


def listed(page: Page) -> list[tuple[str, str]]:
    """(hotspot, service) of the gaps that are in the list, in its order, folded ones too."""
    found = page.locator("#gaps").evaluate(
        """table => [...table.tBodies[0].rows].filter(row => !row.classList.contains('off'))
           .map(row => [row.cells[0].textContent.trim(), row.cells[1].textContent.trim()])"""
    )
    return [(code, service) for code, service in found]


def classes(page: Page) -> list[str]:
    """Gap class of each area that is drawn, sorted."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('path[class*="gap-"]')]
           .filter(path => getComputedStyle(path).display !== 'none')
           .map(path => /gap-(\\w+)/.exec(path.getAttribute('class'))[1])"""
    )
    return sorted(found)


def expected_classes(plan: Plan, service: str, codes: frozenset[str]) -> list[str]:
    places: dict[object, set[str]] = {}
    for hotspot in plan.release.hotspots:
        if hotspot.place.mapped and hotspot.code in codes:
            key = (hotspot.place.areas, hotspot.place.anchor)
            places.setdefault(key, set()).add(hotspot.code)
    found = []
    for own in places.values():
        rows = [
            row
            for row in plan.coverage.services
            if row.hotspot in own and service in ("", row.service)
        ]
        if rows:
            found.append(gap_style(rows))
    return sorted(found)


def test_a_filter_acts_on_list_charts_and_map_together(
    result: Opened, town_plan: Plan, filters: Filters
) -> None:
    page, coverage = result.page, town_plan.coverage
    broken = [(r.hotspot, r.service) for r in coverage.services if r.first_broken is not None]
    for number, group in enumerate(filters.groups):
        for at in (0, 1 + number % len(filters.services)):
            service = "" if at == 0 else filters.services[at - 1]
            page.select_option("#by-service", str(at))
            page.select_option("#by-group", str(number))
            want = {
                (code, words(own))
                for code, own in broken
                if code in group.codes and service in ("", own)
            }
            assert set(listed(page)) == want
            assert classes(page) == expected_classes(town_plan, service, group.codes)
            shown = page.locator("figure.card[data-s]:not(.off)")
            assert shown.count() == (len(filters.services) if not service else 1)
            for position, one in enumerate(filters.services, start=1):
                if service not in ("", one):
                    continue
                figures = view(town_plan.release.hotspots, coverage.services, one, group)
                card = page.locator(f"figure.card[data-s='{position}']")
                counts = page.locator(f"#services tr[data-service='{position}'] td[data-p]")
                if figures is None:
                    assert card.locator(".few").is_visible()
                    assert not card.locator(".bars").is_visible()
                    assert counts.all_text_contents() == ["–"] * 4
                    continue
                assert counts.all_text_contents() == [str(count) for count in figures.reach]
                assert card.locator(".people").text_content() == figures.people
                held = [str(cell.at[1]) if cell else "0" for cell in figures.steps]
                drawn = card.locator(".held").evaluate_all(
                    "all => all.map(b => b.attributes.width.value)"
                )
                assert drawn == held
                mids = [cell.mid if cell else "not measured" for cell in figures.steps]
                assert card.locator(".mid").all_text_contents() == mids
                row = page.locator(f"#cascade tr[data-s='{position}'] .mid")
                assert row.all_text_contents() == mids
                worst = card.locator("li").evaluate_all(
                    "all => all.findIndex(one => one.classList.contains('worst'))"
                )
                assert worst == (-1 if figures.worst is None else figures.worst)
            note = page.locator(".whole").first
            assert note.is_visible() == bool(service or number)
            said = page.locator("#filtered").text_content() or ""
            assert said.startswith(f"{len(want)} gap") == bool(service or number)
    page.click("#no-filter")
    assert set(listed(page)) == {(code, words(one)) for code, one in broken}
    assert page.locator("#filtered").text_content() == ""
    assert page.locator("#no-filter").is_disabled()


def test_an_area_tells_only_of_what_was_chosen(
    browser: Browser, town_maps: Path, filters: Filters
) -> None:
    with opened(browser, town_maps / "manager.html", viewport=DESKTOP) as result:
        page = result.page
        page.select_option("#by-service", label="HIV test")
        page.locator("path.gap-3").first.dispatch_event("click")
        told = page.locator(".leaflet-popup-content dt:visible")
        told.first.wait_for()
        assert set(told.all_inner_texts()) == {"HIV test"}
        page.select_option("#by-service", "0")
        page.locator(".leaflet-popup-content").wait_for(state="detached")
        page.locator("path.gap-3").first.dispatch_event("click")
        told.first.wait_for()
        assert len(set(told.all_inner_texts())) > 1


def test_every_column_of_the_list_sorts_both_ways(result: Opened) -> None:
    page = result.page
    heads = page.locator("#gaps thead button")
    assert heads.count() == 9
    for column in range(9):
        for direction in ("ascending", "descending"):
            heads.nth(column).click()
            head = page.locator("#gaps thead th").nth(column)
            assert head.get_attribute("aria-sort") == direction
            assert page.locator("#gaps th[aria-sort]").count() == 1
            keys = page.locator("#gaps").evaluate(
                """(table, column) => [...table.tBodies[0].rows].map(row =>
                   row.cells[column].dataset.sort ?? row.cells[column].textContent.trim())""",
                column,
            )
            known = [key for key in keys if key]
            # What nobody knows stands last, whichever way.
            assert keys == known + [""] * (len(keys) - len(known))
            if 2 <= column <= 7:
                numbers = [float(key) for key in known]
                assert numbers == sorted(numbers, reverse=direction == "descending")
            else:
                ordered = page.evaluate(
                    "keys => [...keys].sort((a, b) => a.localeCompare(b))", known
                )
                assert known == (ordered if direction == "ascending" else ordered[::-1])


def test_the_list_opens_with_the_most_needed_and_unfolds(
    result: Opened, town_plan: Plan, filters: Filters
) -> None:
    page = result.page
    want = [(row.hotspot, str(row.name)) for row in gap_rows(town_plan, filters)]
    assert listed(page) == want
    shown = page.locator("#gaps tbody tr:not(.folded)")
    assert shown.count() == 12
    more = page.locator(".scroll:has(#gaps) + .tools .more-rows")
    assert more.text_content() == f"Show all {len(want)} rows"
    more.click()
    assert shown.count() == len(want)
    assert more.get_attribute("aria-expanded") == "true"
    more.click()
    assert shown.count() == 12


def test_a_copied_table_is_the_table(result: Opened, town_plan: Plan, filters: Filters) -> None:
    page = result.page
    page.select_option("#by-service", label="syringes")
    page.locator(".scroll:has(#gaps) + .tools .copy").click()
    page.locator(".scroll:has(#gaps) + .tools [role=status]:not(:empty)").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").rstrip("\n").split("\n")
    rows = [row for row in gap_rows(town_plan, filters) if row.name == "syringes"]
    assert lines[0].split("\t") == [
        "Hotspot", "Service", "Need", "People", "Breaks at", "Reach", "Walk", "Of their hours",
        "Why, and what would mend it",
    ]  # fmt: skip
    assert [line.split("\t") for line in lines[1:]] == [
        [
            harmless(text)
            for text in (
                row.hotspot, row.name, row.need.text, row.people.text, row.step.text,
                row.reach.text, row.walk.text, row.hours.text, f"{row.why} {row.mend}",
            )
        ]
        for row in rows
    ]  # fmt: skip
    said = page.locator(".scroll:has(#gaps) + .tools [role=status]").text_content()
    assert said == f"Copied: {len(rows)} rows."


def test_every_table_is_copied_as_it_is_shown(result: Opened) -> None:
    page = result.page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = page.locator(".scroll > table")
    assert found.count() == page.locator(".copy").count() > 8
    for at in range(found.count()):
        table = found.nth(at)
        if not table.is_visible():
            continue
        text = table.evaluate("table => tables.asText(table)")
        cells = [line.split("\t") for line in text.rstrip("\n").split("\n")[1:]]
        shown = table.evaluate(
            """table => [...table.tBodies[0].rows].filter(row => !row.classList.contains('off'))
               .map(row => [...row.cells].filter(cell => !('nocopy' in cell.dataset))
               .map(cell => cell.textContent.replace(/\\s+/g, ' ').trim()))"""
        )
        assert [[c.replace(" ", "") for c in row] for row in cells] == [
            [harmless(c).replace(" ", "") for c in row] for row in shown
        ]


def test_no_copied_text_becomes_a_formula(browser: Browser, town_maps: Path) -> None:
    hostile = ["=1+1", "+49 30", "-1", "@cmd", "\t=1", "a;=1", "a, -1", "＝1", "plain", "'=1"]
    with opened(browser, town_maps / "manager.html") as result:
        copied = result.page.evaluate(
            """texts => {
                 const table = document.querySelector('#gaps');
                 return texts.map(text => {
                   table.tBodies[0].rows[0].cells[8].textContent = text;
                   return tables.asText(table).split('\\n')[1].split('\\t')[8];
                 });
               }""",
            hostile,
        )
        assert copied == [harmless(" ".join(text.split())) for text in hostile]


def test_where_copying_is_not_allowed_the_table_is_marked(
    browser: Browser, town_maps: Path
) -> None:
    with opened(browser, town_maps / "manager.html") as result:
        page = result.page
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        tools = page.locator(".scroll:has(#services) + .tools")
        tools.locator(".copy").click()
        tools.locator("[role=status]:not(:empty)").wait_for()
        assert "Ctrl+C" in (tools.locator("[role=status]").text_content() or "")
        marked = page.evaluate("getSelection().toString()")
        assert "syringes" in marked
        assert "Reached" in marked


def test_by_keyboard_alone_a_column_sorts_and_a_filter_narrows(
    browser: Browser, town_maps: Path
) -> None:
    with opened(browser, town_maps / "manager.html", viewport=DESKTOP) as result:
        page = result.page
        page.locator("#gaps thead button").nth(3).focus()
        page.keyboard.press("Enter")
        assert page.locator("#gaps th").nth(3).get_attribute("aria-sort") == "ascending"
        before = len(listed(page))
        page.locator("#by-group").focus()
        page.keyboard.press("ArrowDown")
        assert 0 < len(listed(page)) < before


def test_on_paper_the_filters_are_a_sentence_and_the_map_is_drawn(
    browser: Browser, town_maps: Path, tmp_path: Path
) -> None:
    with opened(browser, town_maps / "manager.html", viewport=DESKTOP, dark=True) as result:
        page = result.page
        page.select_option("#by-service", label="syringes")
        page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
        assert (tmp_path / "page.pdf").stat().st_size > 50_000
        assert page.evaluate("document.querySelector('#map_outreach').style.width") == ""
        page.emulate_media(media="print", color_scheme="dark")
        assert not page.locator("#by-service").is_visible()
        assert not page.locator(".tools").first.is_visible()
        assert page.locator("#filtered").is_visible()
        light = page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--gap-3').trim()"
        )
        page.emulate_media(media="screen", color_scheme="light")
        assert light == page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--gap-3').trim()"
        )


def test_the_page_speaks_of_no_team_and_of_no_small_number(
    town_maps: Path, town_plan: Plan
) -> None:
    html = unescape((town_maps / "manager.html").read_text(encoding="utf-8"))
    assert not [team.code for team in town_plan.release.teams if team.code in html]
    people = re.findall(r"(?:about|up to) (\d+) people(?: \(([^)]*)\))?", html)
    assert people
    numbers = [int(n) for mid, span in people for n in re.findall(r"\d+", f"{mid} {span}")]
    assert min(numbers) >= 11

"""The team's page in a real browser: the next stop, marks, saving, the map, help and hide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.demo import DEMO_ROUND
from outreach_map.language import language_of
from outreach_map.privacy import team_passphrases
from outreach_map.publish import Plan
from outreach_map.publish.lock import Sealed, read_sealed, unseal
from outreach_map.publish.pages import PageMaker
from outreach_map.returns import read_returns
from outreach_map.risk import FlagKind
from outreach_map.routing import Itinerary, StopKind
from outreach_map.tables import Rating
from tests.browser import DESKTOP, PHONE, launched, opened
from tests.saved import opened_locked

pytestmark = pytest.mark.browser

WORDS = "unloving reconfirm had bulginess rust squeegee"
OPEN_WORDS = "heron otter badger marten weasel stoat"
SIZES = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def team(town_plan: Plan) -> str:
    """Code of the team with most stops."""
    return max(
        {tour.team for tour in town_plan.routes.itineraries},
        key=lambda code: sum(len(tour.visits) for tour in tours_of(town_plan, code)),
    )


@pytest.fixture(scope="module")
def path(town_maps: Path, team: str) -> Path:
    return town_maps / f"team-{team.lower()}.html"


@pytest.fixture(scope="module")
def locked(town_plan: Plan, team: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locked") / "maps"
    publish_round(replace(town_plan, passphrases={team: WORDS}), folder)
    return folder / f"team-{team.lower()}.html"


def tours_of(plan: Plan, team: str) -> list[Itinerary]:
    return [tour for tour in plan.routes.itineraries if tour.team == team]


def visits_of(plan: Plan, team: str) -> list[tuple[str, datetime]]:
    return [(stop.code or "", stop.begin) for tour in tours_of(plan, team) for stop in tour.visits]


@contextmanager
def at(browser: Browser, path: Path, when: datetime, **options: object) -> Iterator[Page]:
    """The page at a time of its week."""
    with opened(browser, path, **options) as result:  # type: ignore[arg-type]
        page = result.page.context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.clock.install(time=when)
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-drawn]", timeout=20_000)
        yield page
        assert complaints == []


def hidden(page: Page, value: bool) -> None:
    page.evaluate(
        """value => {
          Object.defineProperty(document, 'hidden', { value, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        value,
    )


def take(page: Page, act: str) -> None:
    """Mark the stop on the card; where it is one of a later day, say that it is meant."""
    page.click(f"#now [data-act={act}]")
    if page.locator("#sheet-early").is_visible():
        page.click("#sheet-early [value=early]")


def mark_done(page: Page, **counts: int) -> None:
    take(page, "done")
    for name, count in counts.items():
        page.fill(f"#sheet-done [name={name}]", str(count))
    page.click("#sheet-done .strong")


def on_card(page: Page) -> str:
    # Not what is seen of it: out of sight the browser lays out nothing.
    return page.locator("#now-stop .code").text_content() or ""


def begin_on_card(page: Page) -> str:
    """When the stop on the card begins: a team may come to one place twice in a week."""
    return page.locator("li.next").get_attribute("data-begin") or ""


# --- the next stop


@SIZES
def test_the_next_stop_stands_first_and_whole(
    browser: Browser, path: Path, town_plan: Plan, team: str, viewport: dict[str, int]
) -> None:
    tour = tours_of(town_plan, team)[0]
    stop = tour.visits[0]
    with at(browser, path, stop.begin - timedelta(minutes=10), viewport=viewport) as page:
        card = page.inner_text("#now")
        assert on_card(page) == stop.code
        assert f"{stop.begin:%H:%M}" in card
        assert "in 10 min" in card
        assert "Give" in card
        # Of the way what matters stands there; its streets are one tap away.
        leg = tour.legs[tour.stops.index(stop) - 1]
        assert re.search(r"\d+ min, [\d.]+ k?m", page.inner_text("#now .way > summary"))
        assert not page.locator("#now .way li").first.is_visible()
        page.click("#now .way summary")
        shown = page.locator("#now .way li").all_inner_texts()
        assert tuple(shown) == leg.street_names
        # All of it can be seen without scrolling, with its buttons.
        box = page.locator("#now .acts").bounding_box()
        assert box is not None
        page.click("#now .way summary")
        for act in ("done", "not", "way"):
            button = page.locator(f"#now [data-act={act}]").bounding_box()
            assert button is not None
            assert button["y"] + button["height"] <= viewport["height"]


def test_the_card_goes_with_the_clock_and_says_what_comes_between(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    tour = max(tours_of(town_plan, team), key=lambda tour: len(tour.visits))
    first, second = tour.visits[:2]
    with at(browser, path, first.begin + timedelta(minutes=1)) as page:
        assert on_card(page) == first.code
        assert page.inner_text("#now-in") == "now"
        assert page.inner_text("#now-then").startswith("Then ")
        mark_done(page)
        page.clock.run_for((first.leave - first.begin).total_seconds() * 1000 + 60_000)
        assert on_card(page) == second.code
        between = [
            stop
            for stop in tour.stops[tour.stops.index(first) + 1 : tour.stops.index(second)]
            if stop.leave > first.leave
        ]
        said = page.locator("#now-before li").all_inner_texts()
        assert len(said) == len(between)
        page.clock.run_for(8 * 24 * 3600 * 1000)
        assert page.locator("#now").is_hidden()
        assert page.locator("#over").is_visible()


def test_the_card_stays_with_a_stop_that_nobody_marked_while_the_shift_runs(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    tours = [tour for tour in tours_of(town_plan, team) if len(tour.visits) > 1]
    tour = tours[0]
    first = tour.visits[0]
    with at(browser, path, tour.start - timedelta(minutes=20)) as page:
        assert on_card(page) == first.code
        page.clock.set_system_time(first.leave + timedelta(minutes=3))
        page.clock.run_for(30_000)
        assert on_card(page) == first.code
        assert page.inner_text("#now-in") == f"planned until {first.leave:%H:%M}"
        # What is marked out of order leads on, and what was passed over comes back at the end.
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        rows = page.locator(f"details[data-begin='{tour.start:%Y-%m-%dT%H:%M}'] li.stop-visit")
        for place in range(1, len(tour.visits)):
            rows.nth(place).locator("[data-act=done]").click()
            page.click("#sheet-done .strong")
        assert on_card(page) == first.code
        page.clock.set_system_time(tour.end + timedelta(minutes=90))
        page.clock.run_for(30_000)
        assert on_card(page) == first.code
        # Two hours after its end a shift is over, marked or not.
        page.clock.set_system_time(tour.end + timedelta(minutes=121))
        page.clock.run_for(30_000)
        over = {f"{stop.begin:%Y-%m-%dT%H:%M}" for stop in tour.visits}
        assert page.locator("#now").is_hidden() or begin_on_card(page) not in over


def test_a_stop_of_a_later_day_is_marked_only_when_that_is_meant(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    tours = tours_of(town_plan, team)
    tour = next(after for after in tours[1:] if after.date > tours[0].date)
    stop = tour.visits[0]
    with at(browser, path, stop.begin - timedelta(days=1, hours=6)) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        row = page.locator(f"li.stop-visit[data-begin='{stop.begin:%Y-%m-%dT%H:%M}']")
        for act, sheet in (("done", "#sheet-done"), ("not", "#sheet-not")):
            row.locator(f"[data-act={act}]").click()
            asked = page.locator("#sheet-early")
            assert asked.is_visible()
            assert stop.code in asked.inner_text()
            assert f"{stop.begin.day} {stop.begin:%b}" in asked.inner_text()
            asked.locator(".strong").click()
            assert not page.locator(sheet).is_visible()
            assert page.locator("li.is-done, li.is-not").count() == 0
        row.locator("[data-act=done]").click()
        page.click("#sheet-early [value=early]")
        page.click("#sheet-done .strong")
        assert "is-done" in (row.get_attribute("class") or "")
    # On its own day nobody is asked, and a night that runs past midnight is one day.
    for when in (stop.begin, stop.begin.replace(hour=0, minute=5)):
        with at(browser, path, when) as page:
            page.evaluate(
                "document.querySelectorAll('details').forEach(one => { one.open = true; })"
            )
            page.locator(
                f"li.stop-visit[data-begin='{stop.begin:%Y-%m-%dT%H:%M}'] [data-act=done]"
            ).click()
            assert page.locator("#sheet-done").is_visible()


def test_a_team_that_runs_late_goes_on_where_it_is(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    tour = max(tours_of(town_plan, team), key=lambda tour: len(tour.visits))
    first, second = tour.visits[:2]
    with at(browser, path, first.begin) as page:
        mark_done(page)
        page.clock.run_for((second.leave - first.begin).total_seconds() * 1000 + 120_000)
        assert on_card(page) == second.code
        assert page.inner_text("#now-in") == f"planned until {second.leave:%H:%M}"


def test_the_gravest_flag_says_what_to_do_and_exits_how_far(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    with opened(browser, path) as result:
        page = result.page
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for stop in page.locator("li.stop-visit").all():
            exit_ = stop.locator(".exit").inner_text()
            assert re.search(r"\d+(–\d+)? min on foot; (if that way is blocked|from part)", exit_)
        ways = [way for way in town_plan.ways_out if way.team == team]
        assert len(ways) == len(visits_of(town_plan, team))
        flagged = page.locator("li.stop-visit").filter(has=page.locator(".flag"))
        assert flagged.count() > 0
    when = visits_of(town_plan, team)[0][1]
    with at(browser, path, when) as page:
        flag = page.locator("#now .flag")
        assert flag.count() == 1
        assert flag.locator("em").is_visible()
        first = page.locator("li.next .flag").first
        assert flag.locator("b").inner_text() == first.locator("b").inner_text()
        more = page.locator("li.next .flag").count() - 1
        assert page.locator("#now-more").is_visible() is (more > 0)
        if more:
            assert page.inner_text("#now-more").startswith(f"+{more} more")


def test_police_on_the_way_come_before_a_street_of_unknown_light(
    browser: Browser, town_plan: Plan, town_maps: Path
) -> None:
    """The demo has a stop in a policing zone whose streets have no tag for light."""
    found = [
        flag
        for flag in town_plan.flags
        if flag.kind is FlagKind.STOP_IN_ZONE
        and flag.rating is Rating.MEDIUM
        and flag.when
        and "Policing" in flag.evidence
    ]
    unlit = {
        (flag.team, flag.about, flag.when)
        for flag in town_plan.flags
        if flag.kind is FlagKind.UNLIT and flag.rating is Rating.UNKNOWN
    }
    both = [flag for flag in found if (flag.team, flag.about, flag.when) in unlit]
    assert both
    for flag in both:
        page_of = town_maps / f"team-{str(flag.team).lower()}.html"
        with at(browser, page_of, flag.when) as page:
            while on_card(page) != flag.about:
                mark_done(page)
            graver = any(
                other.rating is Rating.HIGH
                for other in town_plan.flags
                if (other.team, other.about, other.when) == (flag.team, flag.about, flag.when)
            )
            card = page.inner_text("#now .flag")
            assert ("high risk" if graver else "carry the rights card") in card
            assert "nobody knows" not in card
            assert page.locator("#now-more").is_visible()


# --- marks


@SIZES
def test_marks_are_made_changed_and_undone(
    browser: Browser, path: Path, town_plan: Plan, team: str, viewport: dict[str, int]
) -> None:
    # With its second stop marked the shift is not at its end, so that the list still shows it.
    tour = next(tour for tour in tours_of(town_plan, team) if len(tour.visits) > 2)
    stops = [stop.code for stop in tour.visits]
    with at(browser, path, tour.visits[0].begin, viewport=viewport) as page:
        rows = page.locator(f"details[data-begin='{tour.start:%Y-%m-%dT%H:%M}'] li.stop-visit")
        assert page.locator("#marks").is_hidden()
        mark_done(page, contacts=4, syringes_out=30)
        line = rows.first.locator(".marked")
        assert "✓ Done · People reached: 4 · Syringes given: 30" in line.inner_text()
        assert on_card(page) == stops[1]
        assert "1 mark is not saved." in page.inner_text("#marks-said")
        take(page, "not")
        reasons = page.locator("#sheet-not .reasons button")
        assert reasons.count() == 5
        reasons.nth(1).click()
        second = rows.nth(1).locator(".marked")
        assert "✗ Could not · It was not safe, and we left" in second.inner_text()
        assert "2 marks are not saved." in page.inner_text("#marks-said")
        # Another tap changes a mark, and leaving the sheet changes nothing.
        rows.first.locator("[data-act=done]").click()
        assert page.input_value("#sheet-done [name=contacts]") == "4"
        page.fill("#sheet-done [name=contacts]", "6")
        page.keyboard.press("Escape")
        assert "People reached: 4" in line.inner_text()
        rows.first.locator("[data-act=undo]").click()
        assert line.is_hidden()
        second.locator("[data-act=undo]").click()
        assert page.locator("#marks").is_hidden()
        assert on_card(page) == stops[0]


def test_a_number_that_cannot_be_is_not_taken(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        page = result.page
        take(page, "done")
        for wrong in ("-1", "1.5", "12345"):
            page.fill("#sheet-done [name=contacts]", wrong)
            page.click("#sheet-done .strong")
            assert page.locator("#sheet-done").is_visible()
        page.fill("#sheet-done [name=contacts]", "0")
        page.click("#sheet-done .strong")
        assert "People reached: 0" in page.inner_text("li.is-done .marked")


def test_a_new_risk_is_text_whatever_is_written(browser: Browser, path: Path) -> None:
    hostile = "<img src=x onerror=window.hacked=1>\u202e{{7*7}}"
    with opened(browser, path) as result:
        page = result.page
        page.click("#show-help")
        page.click("#risk")
        page.click("#sheet-risk .strong")
        assert page.locator("#sheet-risk").is_visible()  # an empty note is none
        page.select_option("#sheet-risk select", index=1)
        code = page.input_value("#sheet-risk select")
        page.fill("#sheet-risk textarea", hostile)
        page.click("#sheet-risk .strong")
        assert page.inner_text("#risks li") == f"{code}: {hostile}"
        assert page.evaluate("window.hacked") is None
        assert result.complaints == []
        page.click("#show-list")
        assert page.locator("#marks").is_visible()


def test_nothing_is_kept_by_the_browser(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        page = result.page
        mark_done(page, contacts=4)
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert kept == [0, 0, ""]
        assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
        assert page.evaluate("[history.state, window.name, location.hash]") == [None, "", ""]


# --- saving


def saved_by(page: Page, path: Path, save: Callable[[], None]) -> Sealed:
    with page.expect_download() as download:
        save()
    assert download.value.suggested_filename == "note.txt"
    download.value.save_as(path)
    return read_sealed(path.read_text())


def test_a_locked_page_saves_with_its_own_words(
    browser: Browser, locked: Path, town_plan: Plan, team: str, tmp_path: Path
) -> None:
    page = opened_locked(browser, locked, WORDS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    mark_done(page, contacts=4, naloxone_out=2)
    sealed = saved_by(page, tmp_path / "note.txt", lambda: page.click("#save"))
    content = json.loads(unseal(sealed, WORDS))
    assert (content["team"], content["round"]) == (team, "2026-11-23")
    assert content["marks"] == [
        {**content["marks"][0], "outcome": "done", "contacts": 4, "naloxone_out": 2}
    ]
    assert set(json.loads(sealed.head)) == {"format", "name", "rounds"}
    assert team not in (tmp_path / "note.txt").read_text()
    assert "Saved as note.txt" in page.inner_text("#marks-said")
    assert page.locator("#save").is_hidden()
    # The next file has all marks, and salts and nonces of its own.
    mark_done(page)
    again = saved_by(page, tmp_path / "again.txt", lambda: page.click("#save"))
    assert len(json.loads(unseal(again, WORDS))["marks"]) == 2
    assert again.body[24:40] != sealed.body[24:40]
    assert complaints == []


def test_an_open_page_asks_for_words_and_takes_no_few(
    browser: Browser, path: Path, tmp_path: Path
) -> None:
    with opened(browser, path) as result:
        page = result.page
        mark_done(page, contacts=1)
        page.click("#save")
        for few in ("heron", "heron heron heron heron heron heron", "a b c d e f g"):
            page.fill("#sheet-words input", few)
            page.click("#sheet-words .strong")
            assert page.locator("#sheet-words").is_visible()
            assert "Six different words" in page.inner_text("#sheet-words .said")
        page.fill("#sheet-words input", f" {OPEN_WORDS.upper().replace(' ', '-')} ")
        sealed = saved_by(page, tmp_path / "note.txt", lambda: page.click("#sheet-words .strong"))
        assert len(json.loads(unseal(sealed, OPEN_WORDS))["marks"]) == 1
        assert page.input_value("#sheet-words input") == ""
        assert result.complaints == []


def test_what_a_page_saved_is_taken_into_the_log(
    browser: Browser, town: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(town)
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text().replace("lock = false", "lock = true"))
    programme = load_programme(folder)
    plan = plan_round(programme, DEMO_ROUND, notice=lambda _: None)
    publish_round(plan, tmp_path / "maps")
    team = plan.routes.itineraries[0].team
    words = team_passphrases(folder, [team])[0][team]
    page = opened_locked(browser, tmp_path / "maps" / f"team-{team.lower()}.html", words)
    mark_done(page, contacts=4, syringes_out=30, syringes_in=12, naloxone_out=2, condoms_out=8)
    take(page, "not")
    page.locator("#sheet-not .reasons button").first.click()
    page.click("#show-help")
    page.click("#risk")
    page.fill("#sheet-risk textarea", "A new gate.")
    page.click("#sheet-risk .strong")
    page.click("#show-list")
    saved_by(page, tmp_path / "note.txt", lambda: page.click("#save"))
    before = (folder / "visits.csv").read_text().count("\n")
    found = read_returns(programme, [tmp_path / "note.txt"]).taken
    assert [visit.outcome for visit in found.added] == ["done", "nobody_there"]
    assert found.noted == 1
    log = (folder / "visits.csv").read_text()
    assert log.count("\n") == before + 2
    assert re.search(r",4,,30,12,2,8,,,done$", log, re.M)


# --- locking again


def test_marks_are_kept_sealed_when_the_page_locks_again(
    browser: Browser, locked: Path, town_plan: Plan, team: str, tmp_path: Path
) -> None:
    page = opened_locked(browser, locked, WORDS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    code = on_card(page)
    mark_done(page, contacts=4)
    hidden(page, True)
    page.clock.run_for(3 * 60_000 + 1000)
    hidden(page, False)
    page.wait_for_selector("#words")
    page.get_by_text("marks are kept, sealed").wait_for()
    content = page.content()
    assert "H-" not in content
    assert "is not saved" not in content
    assert page.evaluate("window.map_outreach === undefined")
    assert page.evaluate("Object.values(window.outreachLock).includes('')")
    page.fill("#words", "other words than those of the page")
    page.click("#open")
    page.wait_for_selector("#said[data-kind=bad]")
    page.fill("#words", WORDS)
    page.click("#open")
    page.wait_for_selector("li.is-done", state="attached", timeout=30_000)
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    marked = page.locator("li.is-done")
    assert marked.get_attribute("data-code") == code
    assert "People reached: 4" in marked.locator(".marked").inner_text()
    assert "1 mark is not saved" in page.inner_text("#marks-said")
    # All works as it did: the map, another mark, and the file.
    page.click("#show-map")
    assert page.locator("path.hotspot").count() > 0
    page.click("#show-list")
    mark_done(page)
    sealed = saved_by(page, tmp_path / "note.txt", lambda: page.click("#save"))
    assert len(json.loads(unseal(sealed, WORDS))["marks"]) == 2
    # And once more.
    hidden(page, True)
    page.clock.run_for(3 * 60_000 + 1000)
    page.wait_for_selector("#words")
    assert "H-" not in page.content()
    assert complaints == []


def test_leaving_with_unsaved_marks_is_asked_and_calling_is_not(
    browser: Browser, path: Path
) -> None:
    with opened(browser, path) as result:
        page = result.page
        asked = """() => {
          const event = new Event('beforeunload', { cancelable: true });
          dispatchEvent(event);
          return event.defaultPrevented;
        }"""
        assert page.evaluate(asked) is False
        mark_done(page)
        assert page.evaluate(asked) is True
        page.evaluate(
            """() => {
              const call = document.querySelector('footer a[href^="tel:"]');
              call.addEventListener('click', event => event.preventDefault());
              call.click();
            }"""
        )
        assert page.evaluate(asked) is False


# --- hide


@pytest.mark.parametrize("how", ["tap", "escape"])
@pytest.mark.parametrize("marked", [False, True], ids=["plain", "marked"])
def test_hide_leads_nowhere_back(browser: Browser, path: Path, how: str, marked: bool) -> None:
    with opened(browser, path) as result:
        page = result.page
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
        if marked:
            mark_done(page, contacts=4)
        if how == "tap":
            page.click("#hide")
        else:
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        page.wait_for_url("blob:**")
        assert page.title() == "Notes"
        assert page.locator("textarea").is_visible()
        assert page.inner_text("body").strip() == ""
        assert "H-" not in page.content()
        assert asked == []
        for move in ("back", "forward", "back"):
            page.evaluate(f"setTimeout(() => history.{move}(), 0)")
            page.wait_for_timeout(400)
            assert "file:" not in page.url
            assert page.locator("li.stop").count() == 0


def test_hide_is_on_the_locked_page_too(browser: Browser, locked: Path, team: str) -> None:
    for how in ("tap", "escape"):
        context = browser.new_context(viewport=PHONE, offline=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(locked.as_uri())
        if how == "tap":
            page.click("[data-note]")
        else:
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        page.wait_for_url("blob:**")
        assert page.title() == "Notes"
        assert team not in page.content()
        assert "assphrase" not in page.content()
        context.close()


def test_one_escape_hides_nothing(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        page = result.page
        page.keyboard.press("Escape")
        page.clock.run_for(1000)
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
        assert page.locator("#now").is_visible()


def test_a_page_out_of_the_back_cache_is_opened_afresh(browser: Browser, locked: Path) -> None:
    page = opened_locked(browser, locked, WORDS)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.wait_for_selector("#words")
    assert "H-" not in page.content()


# --- map, help and position


@SIZES
def test_a_stop_and_its_area_lead_to_each_other(
    browser: Browser, path: Path, town_plan: Plan, team: str, viewport: dict[str, int]
) -> None:
    with opened(browser, path, viewport=viewport) as result:
        page = result.page
        code = on_card(page)
        page.click("#now [data-act=way]")
        page.wait_for_timeout(300)
        assert page.get_attribute("body", "data-view") == "map"
        chosen = page.locator("path.hotspot.chosen")
        assert chosen.count() == 1
        box = chosen.bounding_box()
        frame = page.locator("#map_outreach").bounding_box()
        assert box is not None
        assert frame is not None
        assert box["x"] >= frame["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        assert box["y"] >= frame["y"]
        assert box["y"] + box["height"] <= frame["y"] + frame["height"]
        # In the middle of the area, where a tap would be: no place at all is a corner of the page.
        middle = {"clientX": box["x"] + box["width"] / 2, "clientY": box["y"] + box["height"] / 2}
        chosen.dispatch_event("click", middle)
        page.get_by_role("button", name="Show the stop").click()
        assert page.get_attribute("body", "data-view") == "list"
        assert page.evaluate("document.activeElement.dataset.code") == code
        assert result.complaints == []


@SIZES
def test_help_is_one_tap_away(
    browser: Browser, path: Path, town_plan: Plan, viewport: dict[str, int]
) -> None:
    with opened(browser, path, viewport=viewport) as result:
        page = result.page
        page.click("#show-help")
        assert page.get_attribute("#show-help", "aria-pressed") == "true"
        assert not page.locator("#list").is_visible()
        calls = page.locator("#help .calls a").evaluate_all("all => all.map(a => a.href)")
        assert calls == ["tel:+493023125042", "tel:112", "tel:+491713920011"]
        assert "ask your legal contact" in page.inner_text(".rights")
        assert page.locator("#help .points dt").count() > 0
        page.click("#show-list")
        assert page.locator("#list").is_visible()


def test_the_rights_card_is_the_programmes_own(
    browser: Browser, town: Path, copy_of: Callable[[Path], Path], town_plan: Plan, tmp_path: Path
) -> None:
    folder = copy_of(town)
    toml = folder / "outreach.toml"
    own = 'rights = """\nYou have a <right> to silence.\n\n  Ask for a lawyer. """'
    toml.write_text(toml.read_text().replace("[maps]", f"[maps]\n{own}"))
    rights = load_programme(folder).maps.rights
    assert rights == "You have a <right> to silence.\nAsk for a lawyer."
    publish_round(replace(town_plan, rights=rights), tmp_path / "maps")
    path = next((tmp_path / "maps").glob("team-*.html"))
    with opened(browser, path) as result:
        result.page.click("#show-help")
        shown = result.page.locator(".rights li").all_inner_texts()
        assert shown == ["You have a <right> to silence.", "Ask for a lawyer."]


def test_the_dot_comes_when_asked_and_goes_when_nobody_looks(
    browser: Browser, path: Path, town_plan: Plan
) -> None:
    west, south, east, north = town_plan.release.study_area.bounds
    with opened(browser, path) as result:
        page = result.page
        page.click("#show-map")
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation(
            {"latitude": (south + north) / 2, "longitude": (west + east) / 2, "accuracy": 30}
        )
        assert page.locator("path.you").count() == 0
        page.click("#where")
        page.wait_for_selector("path.you", state="attached")
        assert page.get_attribute("#where", "aria-pressed") == "true"
        page.click("#where")
        assert page.locator("path.you, path.you-about").count() == 0
        page.click("#where")
        page.wait_for_selector("path.you", state="attached")
        hidden(page, True)
        assert page.locator("path.you, path.you-about").count() == 0
        assert page.get_attribute("#where", "aria-pressed") == "false"
        assert result.complaints == []


def test_a_refused_position_is_said_plainly(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        page = result.page
        page.click("#show-map")
        page.evaluate(
            """() => {
              const fault = { code: 1, PERMISSION_DENIED: 1 };
              navigator.geolocation.watchPosition = (_, no) => no(fault);
            }"""
        )
        page.click("#where")
        assert "The map works without" in page.inner_text("#where-said")
        assert page.locator("path.you").count() == 0


# --- for everyone


@pytest.mark.parametrize("view", ["list", "map", "help"])
def test_every_target_is_large_enough_for_a_thumb(browser: Browser, path: Path, view: str) -> None:
    with opened(browser, path) as result:
        page = result.page
        page.click(f"#show-{view}")
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, summary, a[href], input, select')]
              .filter(one => one.checkVisibility({ checkVisibilityCSS: true }))
              .filter(one => !one.closest('.leaflet-control-layers, .leaflet-bar'))
              .map(one => [one.textContent, one.getBoundingClientRect()])
              .filter(([, box]) => box.height < 44 || box.width < 44)
              .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
        )
        assert small == []


@pytest.mark.parametrize(
    "size", [(360, 740), (320, 568), (180, 370), (740, 360)], ids=lambda size: f"{size[0]} wide"
)
@pytest.mark.parametrize("view", ["list", "map", "help"])
def test_nothing_scrolls_sideways(
    browser: Browser, path: Path, size: tuple[int, int], view: str
) -> None:
    # 180 pixels are a phone of 360 at 200 %.
    with opened(browser, path, viewport={"width": size[0], "height": size[1]}) as result:
        page = result.page
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        page.click(f"#show-{view}")
        wide = """() => [...document.querySelectorAll('html, #list, #help, dialog')]
          .map(one => one.scrollWidth - one.clientWidth)"""
        assert max(page.evaluate(wide)) <= 0
        if view == "list":
            take(page, "done")
            assert max(page.evaluate(wide)) <= 0


def test_who_wants_no_motion_gets_none(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        page = result.page
        page.emulate_media(reduced_motion="reduce")
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(one => {
              const { transitionDuration: t, animationName: a } = getComputedStyle(one);
              return a !== 'none' || t.split(', ').some(each => parseFloat(each) > 0);
            }).length"""
        )
        assert moving == 0


def test_paper_has_stops_rights_and_numbers_and_no_buttons(browser: Browser, path: Path) -> None:
    with opened(browser, path, viewport=DESKTOP, dark=True) as result:
        page = result.page
        page.emulate_media(media="print", color_scheme="dark")
        assert page.locator(".rights li").first.is_visible()
        assert page.locator("li.stop-visit").first.is_visible()
        assert (
            page.locator(".acts:visible, #hide:visible, #where:visible, #now:visible").count() == 0
        )
        rights = page.locator(".rights li").first
        assert rights.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
        assert len(page.pdf()) > 10_000


def test_until_when_the_page_opens_is_said(browser: Browser, path: Path, locked: Path) -> None:
    with opened(browser, path) as result:
        assert "until Sunday 29 Nov" in result.page.inner_text("header")
    page = opened_locked(browser, locked, WORDS)
    assert "opens until Sunday 29 Nov" in page.inner_text("header")


def test_stops_other_than_visits_say_what_to_do(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    kinds = [stop.kind for tour in tours_of(town_plan, team) for stop in tour.stops]
    with opened(browser, path) as result:
        page = result.page
        for kind in StopKind:
            assert page.locator(f"li.stop-{kind.value}").count() == kinds.count(kind)
        assert page.locator("li.stop:not(.stop-visit) .acts").count() == 0


# --- the map


def test_the_way_that_was_chosen_is_told_from_the_others(
    browser: Browser, path: Path, town_plan: Plan, team: str
) -> None:
    tour = max(tours_of(town_plan, team), key=lambda tour: len(tour.visits))
    stop = next(one for one in tour.visits if tour.legs[tour.stops.index(one) - 1].length_m > 500)
    with at(browser, path, stop.begin) as page:
        while on_card(page) != stop.code:
            mark_done(page)
        page.click("#now [data-act=way]")
        assert page.locator("path.chosen:not(.casing)[class*=route-]").count() == 1
        assert page.locator("path.casing.chosen").count() == 1
        others = page.locator("path[class*=route-]:not(.chosen):not(.casing)")
        assert others.count() > 0
        for other in others.all():
            assert float(other.evaluate("one => getComputedStyle(one).opacity")) < 0.5
        assert page.locator(".arrow").count() == 3
        assert page.inner_text(".goal").endswith(stop.code or "?")
        # The arrows point to where the goal is: from one to the next it comes no farther off.
        turned = page.locator(".arrow span").evaluate_all("all => all.map(a => a.style.transform)")
        assert all(re.fullmatch(r"rotate\(-?[\d.]+deg\)", one) for one in turned)
        # Another shift in the list takes it off.
        page.click("#show-list")
        page.evaluate("document.querySelectorAll('.shift').forEach(one => { one.open = false; })")
        page.locator(".goal").wait_for(state="detached")
        assert page.locator(".arrow, path.chosen").count() == 0


def test_the_legend_is_not_covered(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        page = result.page
        page.click("#show-map")
        page.click(".legend summary")
        assert not page.locator("#where").is_visible()
        page.click(".legend summary")
        assert page.locator("#where").is_visible()


def test_distances_are_metric(browser: Browser, path: Path) -> None:
    with opened(browser, path) as result:
        result.page.click("#show-map")
        lines = result.page.locator(".leaflet-control-scale-line")
        shown = [line.inner_text() for line in lines.all() if line.is_visible()]
        assert len(shown) == 1
        assert re.fullmatch(r"\d+ k?m", shown[0])


# --- words that fit


def test_telephone_numbers_are_read_from_left_to_right_in_arabic(
    browser: Browser, town_plan: Plan, team: str, tmp_path: Path
) -> None:
    plan = replace(town_plan, language=language_of("ar"))
    page_of = tmp_path / "team.html"
    one = next(each for each in plan.release.teams if each.code == team)
    page_of.write_text(PageMaker(plan).team(one), encoding="utf-8")
    boxes = """span => {
      const range = document.createRange(), text = span.firstChild;
      return text.data.match(/\\S+/g).map((group) => {
        const at = text.data.indexOf(group);
        range.setStart(text, at);
        range.setEnd(text, at + group.length);
        return [group, range.getBoundingClientRect().left];
      });
    }"""
    with opened(browser, page_of) as result:
        page = result.page
        assert page.get_attribute("html", "dir") == "rtl"
        for where in ("footer", "#help"):
            if where == "#help":
                page.click("#show-help")
            span = page.locator(f"{where} a[href^='tel:'] span").first
            groups = span.evaluate(boxes)
            assert [group for group, _ in groups] == ["+49", "30", "23125", "042"]
            lefts = [left for _, left in groups]
            assert lefts == sorted(lefts)


@pytest.mark.parametrize("tag", ["pt", "ar", "ru"])
def test_no_button_is_cut_off_on_a_phone(
    browser: Browser, town_plan: Plan, team: str, tmp_path: Path, tag: str
) -> None:
    plan = replace(town_plan, language=language_of(tag))
    one = next(each for each in plan.release.teams if each.code == team)
    path = tmp_path / "team.html"
    path.write_text(PageMaker(plan).team(one), encoding="utf-8")
    cut = """() => [...document.querySelectorAll('button')]
      .filter((one) => one.offsetWidth && (one.scrollWidth > one.clientWidth + 1
        || one.scrollHeight > one.clientHeight + 1)).map((one) => one.textContent)"""
    with opened(browser, path) as result:
        page = result.page
        assert page.evaluate(cut) == []
        for sheet in ("#sheet-done", "#sheet-early", "#sheet-not", "#sheet-risk", "#sheet-words"):
            page.evaluate("id => document.querySelector(id).showModal()", sheet)
            assert page.evaluate(cut) == []
            page.evaluate("id => document.querySelector(id).close()", sheet)


def test_at_twice_the_size_the_bar_has_its_numbers_and_its_words_whole(
    browser: Browser, town_plan: Plan, team: str, tmp_path: Path
) -> None:
    """360 x 740 at 200 % is 180 x 370 of the browser's points."""
    plan = replace(town_plan, language=language_of("pt"))
    one = next(each for each in plan.release.teams if each.code == team)
    path = tmp_path / "team.html"
    path.write_text(PageMaker(plan).team(one), encoding="utf-8")
    with opened(browser, path, viewport={"width": 180, "height": 370}) as result:
        page = result.page
        for part in page.locator("footer .calls b, footer .calls span, footer nav button").all():
            assert part.is_visible()
            assert part.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
        lines = """button => {
          const range = document.createRange();
          range.selectNodeContents(button);
          return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
        }"""
        for button in page.locator("footer nav button").all():
            assert button.evaluate(lines) == 1
        box = page.locator("footer").bounding_box()
        assert box is not None
        assert box["height"] <= 370 * 0.45

"""The pages in each language: what they say, which way they read, and what is not translated."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel import Locale
from playwright.sync_api import Browser
from pydantic import ValidationError

from outreach_map import load_programme
from outreach_map.intake import collect_problems, read_tables
from outreach_map.language import (
    Language,
    Words,
    available_languages,
    language_of,
    phrase,
    token_said,
)
from outreach_map.planning import languages_told
from outreach_map.publish import Plan
from outreach_map.publish.pages import PageMaker
from outreach_map.publish.script_texts import LOCK, PAGE, REPORT, TEAM, said_texts
from outreach_map.publish.shell import locked_page
from outreach_map.settings import MapSettings
from tests.browser import PHONE, launched, opened

STATIC = Path(__file__).parents[2] / "outreach_map" / "publish" / "static"
# In a string of a script, two words with a space between them are read by somebody.
_PROSE = re.compile(r'"[^"\n]*[A-Za-z]{2,} [a-z]{2,}[^"\n]*"')


class _Bracketed(gettext.NullTranslations):
    """Says each text of the catalogues in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


# A language that nobody speaks: its dates and numbers have no Latin letter or digit, and each text
# of ours stands in brackets. What is left outside of them in Latin nobody translates.
MADE_UP = Language("my", Locale.parse("my"), _Bracketed())
_INSIDE = re.compile(r"⟦[^⟦⟧]*⟧")
_LATIN = re.compile(r"[A-Za-z0-9]+")
_CODE = re.compile(r"\b[HPTRBD]-?[A-Z2-7]{4,16}\b|\bD\d+\b")
_PLACE = re.compile(r"\{\w+\}")
_READ_OUT = ("aria-label", "title", "alt", "placeholder")


class _Read(HTMLParser):
    """What a page shows or reads out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.data: dict[str, str] = {}
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "style"):
            self._inside.append(found.get("id") or tag)
        self.texts += [found[name] or "" for name in _READ_OUT if name in found]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.data[self._inside[-1]] = data
        elif data.strip():
            self.texts.append(data)


def shown(page: str) -> list[str]:
    """Texts of a page: what its elements say, its scripts say, and its map says."""
    reader = _Read()
    reader.feed(page)
    texts = list(reader.texts)
    for name, data in reader.data.items():
        if name == "texts":
            texts += [text for text in json.loads(data).values() if isinstance(text, str)]
        elif name.startswith("data-"):
            for feature in json.loads(data):
                texts += [feature["title"], *(text for row in feature["rows"] for text in row)]
    return texts


def data_of(plan: Plan) -> list[str]:
    """Names that are nobody's to translate, the longest first."""
    release = plan.release
    names = {plan.programme_name, *(point.name for point in release.points)}
    for record in (*release.hotspots, *release.points, *release.teams):
        names.update(record.languages)
    for tour in plan.routes.itineraries:
        for leg in tour.legs:
            names.update(leg.street_names)
    # Words of a programme's own, which no catalogue has.
    own = {zone.category for zone in release.zones} | {h.typology for h in release.hotspots}
    names.update(
        str(token_said(token)) for token in own if not isinstance(token_said(token), Words)
    )
    for contact in (plan.contacts.legal, plan.contacts.emergency, plan.contacts.psychosocial):
        if contact is not None:
            names.update((contact.name, contact.phone))
    return sorted(filter(None, names), key=lambda name: -len(name))


def unbracketed(text: str) -> str:
    """A text without what stands in brackets."""
    while text != (less := _INSIDE.sub(" ", text)):
        text = less
    return text


def bare(texts: list[str], plan: Plan) -> list[str]:
    """Texts with something in Latin letters or digits that is neither in brackets nor data."""
    names = data_of(plan)
    found = []
    for text in texts:
        # What scripts fill in, and counts in cells, which spreadsheets have to read.
        rest = "" if text.isdigit() else unbracketed(_PLACE.sub(" ", unescape(text)))
        for name in names:
            rest = re.sub(rf"(?i)(?<![a-z]){re.escape(name)}(?![a-z])", " ", rest)
        if _LATIN.search(_CODE.sub(" ", rest)):
            found.append(text)
    return found


def test_a_text_without_brackets_is_found() -> None:
    reader = (
        '<p>⟦Give⟧ ⟦{x} of ⟦y⟧⟧ H-AAAAAA</p><p>Give <b aria-label="Close">⟦a⟧</b> ၁</p><p>12</p>'
    )
    assert shown(reader) == ["⟦Give⟧ ⟦{x} of ⟦y⟧⟧ H-AAAAAA", "Give ", "Close", "⟦a⟧", " ၁", "12"]


@pytest.fixture(scope="module", params=["town", "country"])
def plan_said(request: pytest.FixtureRequest) -> Plan:
    """The plan of a demo, in the language that nobody speaks."""
    plan: Plan = request.getfixturevalue(f"{request.param}_plan")
    return replace(plan, language=MADE_UP)


@pytest.fixture(scope="module")
def made_up(plan_said: Plan) -> dict[str, str]:
    """Its pages."""
    pages = PageMaker(plan_said)
    tours = [tour.team for tour in plan_said.routes.itineraries]
    team = max(plan_said.release.teams, key=lambda team: tours.count(team.code))
    return {
        "planner": pages.planner(),
        "team": pages.team(team),
        "manager": pages.manager(),
        "locked": locked_page(
            "<p>", "some words", MADE_UP.say(phrase("Team {team}", team=team.code)), MADE_UP
        ),
    }


@pytest.mark.parametrize("kind", ["planner", "team", "manager", "locked"])
def test_no_text_of_a_page_is_out_of_the_catalogues(
    kind: str, made_up: dict[str, str], plan_said: Plan
) -> None:
    assert bare(shown(made_up[kind]), plan_said) == []


def texts_of(page: str) -> dict[str, object]:
    found = re.search(r'id="texts">(.*?)</script>', page)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("tag", available_languages())
def test_a_page_says_its_language_and_direction(town_plan: Plan, tag: str) -> None:
    pages = PageMaker(replace(town_plan, language=language_of(tag)))
    direction = "rtl" if tag == "ar" else "ltr"
    team = town_plan.release.teams[0]
    of_team = {**PAGE, **TEAM}
    made = ((pages.planner(), REPORT), (pages.manager(), REPORT), (pages.team(team), of_team))
    for page, texts in made:
        assert page.startswith(f'<!doctype html>\n<html lang="{tag}" dir="{direction}">')
        assert texts_of(page) == json.loads(json.dumps(said_texts(texts, language_of(tag))))


def test_a_team_has_its_own_language(town_plan: Plan) -> None:
    first, second = town_plan.release.teams[:2]
    plan = replace(
        town_plan, language=language_of("fr"), team_languages={first.code: language_of("pt-BR")}
    )
    pages = PageMaker(plan)
    assert '<html lang="pt-BR" dir="ltr">' in pages.team(first)
    assert '<html lang="fr" dir="ltr">' in pages.team(second)
    assert '<html lang="fr" dir="ltr">' in pages.planner()


def test_the_page_that_asks_speaks_as_the_one_that_is_locked() -> None:
    arabic = language_of("ar")
    page = locked_page("<p>", "some words", "Team T-AAAAAA", arabic)
    assert '<html lang="ar" dir="rtl">' in page
    assert texts_of(page) == said_texts(LOCK, arabic)


def test_a_column_of_the_teams_gives_a_team_its_language(
    town: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(town)
    path = folder / "teams.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{head},page_language", f"{first},PT-br", *(f"{line}," for line in rest)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    toml = folder / "outreach.toml"
    text = toml.read_text(encoding="utf-8").replace("[maps]", '[maps]\nlanguage = "fr"')
    toml.write_text(text, encoding="utf-8")
    programme = load_programme(folder)
    assert programme.maps.language == "fr"
    assert sorted(team.page_language or "" for team in read_tables(programme).teams) == [
        *[""] * len(rest), "pt-BR"
    ]  # fmt: skip
    path.write_text("\n".join(lines).replace("PT-br", "tlh") + "\n", encoding="utf-8")
    (problem,) = [p for p in collect_problems(programme) if p.column == "page_language"]
    assert (problem.file, problem.row) == ("teams.csv", 2)
    assert problem.what == "is no language that pages speak"
    assert problem.mend == "Take one of: ar, en, es, fr, my, pt, ru, sw."


def test_settings_name_the_languages_that_there_are() -> None:
    with pytest.raises(ValidationError, match="they speak ar, en, es, fr, my, pt, ru, sw"):
        MapSettings(language="de")
    assert MapSettings(language="pt-BR").language == "pt-BR"


def test_a_draft_says_on_the_page_that_it_is_one(town_plan: Plan) -> None:
    draft = "were translated by a machine"
    french = language_of("fr")
    assert draft not in unescape(PageMaker(town_plan).manager())
    said = french.gettext(
        "The words of this page were translated by a machine, and nobody who grew up with the "
        "language has checked them yet. If one seems wrong, ask your coordinator."
    )
    assert said in unescape(PageMaker(replace(town_plan, language=french)).manager())
    read = replace(french, reviewed=True)
    assert said not in unescape(PageMaker(replace(town_plan, language=read)).manager())


def scripts() -> dict[str, str]:
    """Our scripts without their comments."""
    return {
        path.name: re.sub(r"^\s*(//|\*|/\*).*$", "", path.read_text(encoding="utf-8"), flags=re.M)
        for path in STATIC.glob("*.js")
    }


def test_a_text_that_is_not_translated_stands_in_english(town_plan: Plan) -> None:
    class OneText(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return "Légende" if message == "Legend" else message

    french = Language("fr", Locale.parse("fr"), OneText(), reviewed=False, untranslated=9)
    plan = replace(town_plan, language=french)
    texts = shown(PageMaker(plan).manager())
    assert "Légende" in texts
    assert "What this page protects, and what not" in texts
    # The planner is told, before anybody reads the page.
    first, second = languages_told(plan)
    assert first == (
        "pages in French (fr): 9 of their texts are not translated yet and stand in English"
    )
    assert "draft" in second
    assert list(languages_told(town_plan)) == []


def test_what_scripts_say_stands_in_their_table() -> None:
    asked = {
        name: set(re.findall(r'\bsaid(?:\("|\.)(\w+)', code)) for name, code in scripts().items()
    }
    assert asked.pop("lock.js") == set(LOCK)
    leaflet = {"zoom_in", "zoom_out", "layers"}
    assert leaflet.union(*asked.values()) == set(REPORT) | set(TEAM)
    for name in ("texts.js", "map.js", "page.js"):
        assert asked[name] <= set(PAGE)


def test_no_script_has_a_text_of_its_own() -> None:
    for name, code in scripts().items():
        prose = [
            text
            for text in _PROSE.findall(code)
            if not re.search(r"use strict|sans-serif|leaflet-|moveend|prefers-", text)
        ]
        assert prose == [], name


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["planner", "team", "manager"])
def test_a_page_from_right_to_left_fits_a_phone(
    kind: str, town_plan: Plan, tmp_path: Path, browser: Browser
) -> None:
    pages = PageMaker(replace(town_plan, language=language_of("ar")))
    page = pages.team(town_plan.release.teams[0]) if kind == "team" else getattr(pages, kind)()
    path = tmp_path / f"{kind}.html"
    path.write_text(page, encoding="utf-8")
    with opened(browser, path, viewport=PHONE) as result:
        shown_page = result.page
        for view in ("#show-list", "#show-map"):
            shown_page.click(view)
            wide, there = shown_page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide <= there == PHONE["width"]
        shown_page.click("#show-list")
        # The heading starts at the right edge, and the list reads from there.
        box = shown_page.locator("h1").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] > PHONE["width"] / 2
        assert (
            shown_page.evaluate("getComputedStyle(document.querySelector('#list')).direction")
            == "rtl"
        )
        assert shown_page.locator(".leaflet-control-zoom-in").get_attribute("title") == (
            language_of("ar").gettext("Zoom in")
        )

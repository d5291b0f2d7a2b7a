"""The pages in each language: what they say, which way they read, and what is not translated."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from outreach_map.language import available_languages, language_of
from outreach_map.publish import Plan
from outreach_map.publish.pages import PageMaker
from outreach_map.publish.script_texts import LOCK, PAGE, REPORT, said_texts
from outreach_map.publish.shell import locked_page

STATIC = Path(__file__).parents[2] / "outreach_map" / "publish" / "static"
# In a string of a script, two words with a space between them are read by somebody.
_PROSE = re.compile(r'"[^"\n]*[A-Za-z]{2,} [a-z]{2,}[^"\n]*"')


def texts_of(page: str) -> dict[str, object]:
    found = re.search(r'id="texts">(.*?)</script>', page)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize("tag", available_languages())
def test_a_page_says_its_language_and_direction(town_plan: Plan, tag: str) -> None:
    pages = PageMaker(replace(town_plan, language=language_of(tag)))
    direction = "rtl" if tag == "ar" else "ltr"
    team = town_plan.release.teams[0]
    made = ((pages.planner(), REPORT), (pages.manager(), REPORT), (pages.team(team), PAGE))
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


def test_what_scripts_say_stands_in_their_table() -> None:
    asked = {
        name: set(re.findall(r'\bsaid(?:\("|\.)(\w+)', code)) for name, code in scripts().items()
    }
    assert asked.pop("lock.js") == set(LOCK)
    leaflet = {"zoom_in", "zoom_out", "layers"}
    assert leaflet.union(*asked.values()) == set(REPORT)


def test_no_script_has_a_text_of_its_own() -> None:
    for name, code in scripts().items():
        prose = [
            text
            for text in _PROSE.findall(code)
            if not re.search(r"use strict|sans-serif|leaflet-|moveend|prefers-", text)
        ]
        assert prose == [], name

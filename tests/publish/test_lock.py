"""Locked team pages: nothing but ciphertext in the file, a clear word for what goes wrong."""

from __future__ import annotations

import base64
import json
import math
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Error, Page

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import KeyFileError
from outreach_map.language import language_of
from outreach_map.planning import lock
from outreach_map.privacy import passphrase_of, rotate_key, team_passphrases
from outreach_map.publish import Plan
from outreach_map.publish.lock import ROUNDS, Sealed, as_typed, seal, unseal
from outreach_map.publish.shell import locked_page
from tests.browser import PHONE, launched

WORDS = "unloving reconfirm had bulginess rust squeegee"
PARTS = ("head", "body", "check")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def locked(town_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the team with most shifts, locked."""
    tours = [tour.team for tour in town_plan.routes.itineraries]
    team = max(set(tours), key=tours.count)
    folder = tmp_path_factory.mktemp("locked") / "maps"
    paths = publish_round(replace(town_plan, passphrases={team: WORDS}), folder)
    return next(path for path in paths if path.name == f"team-{team.lower()}.html")


@settings(max_examples=5)
@given(page=st.text(), words=st.lists(st.text("abcdefgh", min_size=1), min_size=1))
def test_what_is_sealed_comes_out_with_the_words_alone(page: str, words: list[str]) -> None:
    sealed = seal(page, " ".join(words), "Team T-AAAAAA")
    assert unseal(sealed, "  ".join(words).upper()) == page
    assert unseal(sealed, "-".join(words)) == page
    with pytest.raises(InvalidTag):
        unseal(sealed, " ".join([*words, "x"]))


def test_the_length_of_a_file_counts_nothing() -> None:
    rows = "".join(secrets.token_hex(20) for _ in range(40))
    assert len({len(seal(rows[:n], WORDS, "Team T-AAAAAA").body) for n in (0, 1, 400, 3200)}) == 1
    more = secrets.token_hex(60_000)
    step = len(base64.b64decode(seal(more, WORDS, "Team T-AAAAAA").body)) - 16 - 12 - 16
    assert step % (32 * 1024) == 0


def test_what_was_sealed_by_others_is_refused_by_name() -> None:
    sealed = seal("x" * 1_000_001, WORDS, "note")
    with pytest.raises(ValueError, match="too much"):
        unseal(sealed, WORDS, most=1_000_000)
    assert len(unseal(sealed, WORDS, most=1_000_001)) == 1_000_001


DIGITS = "0123 4567 8901 2345 6789 0123"


def test_digits_count_alike_from_any_keyboard_and_in_any_groups() -> None:
    sealed = seal("page", DIGITS, "Team T-AAAAAA")
    for noughts in "٠۰၀႐０":
        other = DIGITS.translate({ord(str(n)): chr(ord(noughts) + n) for n in range(10)})
        assert unseal(sealed, other) == "page"
    assert unseal(sealed, f"\u200f{DIGITS.replace(' ', '-')}\u061c") == "page"
    assert unseal(sealed, DIGITS.replace(" ", "")) == "page"
    with pytest.raises(InvalidTag):
        unseal(sealed, DIGITS.replace("8", "9"))
    # Among words digits are a word, and words are not run together.
    assert as_typed("Alpha ٤ beta") == "alpha 4 beta"
    assert as_typed("12 alpha 34") != as_typed("12alpha34")


@pytest.mark.browser
def test_the_page_and_the_program_take_the_same_for_the_same(
    browser: Browser, tmp_path: Path
) -> None:
    """What one side seals the other opens, so both have to read what is typed alike."""
    page_of = tmp_path / "locked.html"
    page_of.write_text(locked_page("page", WORDS, "Team T-AAAAAA"), encoding="utf-8")
    page = opened(browser, page_of)
    typed = [
        DIGITS, "٠١٢٣ ٤٥٦٧", "۰۱۲۳\u200f۴۵۶۷", "၀၁၂၃-၄၅၆၇", "႐႑ ႒", "０１２３", "12 alpha\u00a034",
        " Straße  İstanbul ΟΔΟΣ ", "\u2014 a\u2013b\u2212c ", "ﬁ ⅷ ½", "مرحبا ١",
        "", "\ufeffx\u00ad\u2066y\u2069",
        "မင်္ဂလာ ပါ", "a\u0085b\u2028c\x1fd", "- -",
    ]  # fmt: skip
    assert page.evaluate("typed => typed.map(outreachSeal.words)", typed) == [
        as_typed(one) for one in typed
    ]


def test_digits_have_as_many_bits_as_words(country: Path, copy_of: Callable[[Path], Path]) -> None:
    folder = copy_of(country)
    codes = [f"T-{number:06}" for number in range(300)]
    phrases, _ = team_passphrases(folder, codes, digits=codes)
    assert all(re.fullmatch(r"(\d{4} ){5}\d{4}", phrase) for phrase in phrases.values())
    # 24 of ten each, or six of 7,776 each: more than 77 bits both.
    assert 24 * math.log2(10) > 79 > 6 * math.log2(7776) > 77
    seen = Counter("".join(phrases.values()).replace(" ", ""))
    assert set(seen) == set("0123456789")
    # 720 of each on average; six standard deviations are 153.
    assert all(abs(count - 720) < 153 for count in seen.values())
    assert len(set(phrases.values())) == len(codes)


@pytest.mark.parametrize(
    ("language", "asked", "digits"),
    [
        ("ar", None, True), ("my", None, True), ("ru", None, True), ("pt", None, False),
        ("sw", None, False), ("en", "digits", True), ("ar", "words", False),
    ],
)  # fmt: skip
def test_who_writes_other_letters_gets_digits_unless_asked_otherwise(
    country: Path,
    country_plan: Plan,
    copy_of: Callable[[Path], Path],
    language: str,
    asked: str | None,
    digits: bool,
) -> None:
    folder = copy_of(country)
    toml = folder / "outreach.toml"
    lines = f'[maps]\nlanguage = "{language}"\n' + (f'passphrase = "{asked}"\n' if asked else "")
    text = toml.read_text().replace("lock = false", "lock = true")
    toml.write_text(text.replace("[maps]\n", lines) if "[maps]" in text else text + lines)
    phrases = lock(load_programme(folder), country_plan.release, notice=lambda _: None)
    assert phrases
    assert all(bool(re.fullmatch(r"[\d ]{29}", one)) is digits for one in phrases.values())


def test_a_new_passphrase_is_as_the_one_before_unless_asked_otherwise(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    team_passphrases(folder, ["T-AAAAAA", "T-BBBBBB"], digits=["T-AAAAAA"])
    assert passphrase_of(folder, "T-AAAAAA", renew=True)[:4].isdigit()
    assert passphrase_of(folder, "T-BBBBBB", renew=True)[:3].isalpha()
    assert passphrase_of(folder, "T-BBBBBB", renew=True, digits=True)[:4].isdigit()
    assert passphrase_of(folder, "T-AAAAAA", renew=True, digits=False)[:3].isalpha()


@pytest.mark.browser
def test_digits_of_an_arabic_keyboard_open_the_page(
    browser: Browser, town_plan: Plan, tmp_path: Path
) -> None:
    team = town_plan.routes.itineraries[0].team
    publish_round(
        replace(town_plan, passphrases={team: DIGITS}, language=language_of("ar")), tmp_path / "m"
    )
    page = opened(browser, tmp_path / "m" / f"team-{team.lower()}.html")
    assert page.locator("#digits").is_checked()
    assert page.evaluate("document.getElementById('words').inputMode") == "numeric"
    page.click("#digits")
    assert page.evaluate("document.getElementById('words').inputMode") == "text"
    unlock(page, DIGITS.translate({ord(str(n)): chr(ord("٠") + n) for n in range(10)}))
    page.wait_for_selector("li.stop", state="attached", timeout=30_000)


def test_each_sealing_is_fresh_and_slow_enough() -> None:
    first, second = (seal("page", WORDS, "Team T-AAAAAA") for _ in range(2))
    assert first.head == second.head
    assert json.loads(first.head)["rounds"] == ROUNDS >= 600_000
    assert first.body[:30] != second.body[:30]
    with pytest.raises(ValueError, match="600000"):
        seal("page", WORDS, "Team T-AAAAAA", rounds=ROUNDS - 1)
    with pytest.raises(ValueError, match="words"):
        seal("page", " - ", "Team T-AAAAAA")


@pytest.mark.parametrize("at", [0, 15, 16, 27, 28, 40, -17, -1])
def test_no_byte_can_be_changed(at: int) -> None:
    sealed = seal("page", WORDS, "Team T-AAAAAA")
    raw = bytearray(base64.b64decode(sealed.body))
    raw[at] ^= 1
    with pytest.raises(InvalidTag):
        unseal(replace(sealed, body=base64.b64encode(raw).decode()), WORDS)
    renamed = replace(sealed, head=sealed.head.replace("T-AAAAAA", "T-BBBBBB"))
    with pytest.raises(InvalidTag):
        unseal(renamed, WORDS)


def test_the_file_holds_ciphertext_the_rounds_and_the_name(locked: Path, town_plan: Plan) -> None:
    page = locked.read_text()
    parts = {
        name: re.search(rf'id="{name}">([^<]*)</script>', page)[1]  # type: ignore[index]
        for name in PARTS
    }
    name = f"Team {locked.stem.removeprefix('team-').upper()}"
    assert json.loads(parts["head"]) == {"format": 2, "name": name, "rounds": ROUNDS}
    inner = unseal(Sealed(**parts), WORDS)
    assert "stop-visit" in inner
    assert "without a passphrase" not in inner
    # What is left is the same for every page, but for the nonce of the scripts and the name.
    nonce = re.search(r"nonce-([\w-]+)", page)[1]  # type: ignore[index]
    again = locked_page("another page", "other words", "Team T-ZZZZZZ")
    other = re.search(r"nonce-([\w-]+)", again)[1]  # type: ignore[index]
    assert nonce != other
    left = page.replace(nonce, "").replace(name, "")
    for text in parts.values():
        left = left.replace(text, "")
    rest = again.replace(other, "").replace("Team T-ZZZZZZ", "")
    for part in PARTS:
        rest = re.sub(rf'(id="{part}">)[^<]*', r"\1", rest)
    left = re.sub(r'(id="(?:head|body|check)">)[^<]*', r"\1", left)
    assert left == rest
    assert town_plan.programme_name not in page


def opened(browser: Browser, path: Path, *, day: int = 0, script: str = "") -> Page:
    context = browser.new_context(viewport=PHONE, offline=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.clock.install(time=f"{DEMO_ROUND + timedelta(days=day)}T17:00:00")
    if script:
        page.add_init_script(script)
    page.goto(path.as_uri())
    return page


def unlock(page: Page, words: str = WORDS) -> None:
    page.fill("#words", words)
    page.click("#open")


@pytest.mark.browser
def test_the_words_open_the_page(browser: Browser, locked: Path) -> None:
    page = opened(browser, locked)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    assert "Sun" not in page.inner_text("body")
    unlock(page, f"  {WORDS.replace(' ', '-').upper()} ")
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    assert page.locator("li.stop-visit").count() > 1
    assert page.locator("li.next").count() == 1
    assert page.locator("path.hotspot").count() > 0
    assert page.locator("footer a").first.get_attribute("href") == "tel:+493023125042"
    page.click("#show-map")
    assert page.locator("#map_outreach").is_visible()
    assert page.locator("#words").count() == 0
    assert asked == []
    assert complaints == []


@pytest.mark.browser
def test_whatever_goes_wrong_is_said_in_a_sentence(
    browser: Browser, locked: Path, tmp_path: Path
) -> None:
    def said(path: Path, words: str = WORDS, script: str = "") -> str:
        page = opened(browser, path, script=script)
        if page.locator("#open").is_enabled():
            unlock(page, words)
            page.wait_for_selector("#said[data-kind=bad]", timeout=30_000)
        assert page.locator("li.stop").count() == 0
        return page.inner_text("#said")

    assert "not the words" in said(locked, WORDS.replace("rust", "dust"))
    text = locked.read_text()
    body = re.search(r'id="body">([^<]*)', text)[1]  # type: ignore[index]
    for at in (3, len(body) // 2, len(body) - 30):
        spoilt = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :]
        (tmp_path / "spoilt.html").write_text(text.replace(body, spoilt))
        assert "damaged" in said(tmp_path / "spoilt.html")
    (tmp_path / "spoilt.html").write_text(text.replace(f": {ROUNDS}", ": 1"))
    assert "damaged" in said(tmp_path / "spoilt.html")
    (tmp_path / "short.html").write_text(text.replace(body, body[: len(body) // 2]))
    assert "damaged" in said(tmp_path / "short.html")
    none = "Object.defineProperty(window.crypto, 'subtle', { value: undefined });"
    assert "cannot unlock" in said(locked, script=none)
    assert "too old" in said(locked, script="delete window.DecompressionStream;")


@pytest.mark.browser
def test_the_page_locks_again_out_of_sight(browser: Browser, locked: Path) -> None:
    hidden = """value => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page = opened(browser, locked)
    unlock(page)
    page.wait_for_selector("li.stop", state="attached", timeout=30_000)
    page.evaluate(hidden, True)
    page.clock.run_for(60_000)
    page.evaluate(hidden, False)
    assert page.locator("li.stop").count() > 0
    page.evaluate(hidden, True)
    page.clock.run_for(3 * 60_000 + 1000)
    page.wait_for_selector("#words")
    assert page.locator("li.stop").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(("day", "open_"), [(6, True), (7, False), (400, False)])
def test_the_page_opens_no_more_when_its_round_is_over(
    browser: Browser, locked: Path, day: int, open_: bool
) -> None:
    page = opened(browser, locked, day=day)
    unlock(page)
    if open_:
        page.wait_for_selector("li.stop", state="attached", timeout=30_000)
        assert "opens no more after Sunday 29 Nov" in page.content()
    else:
        page.get_by_text("round of this page is over").wait_for(timeout=30_000)
        assert "H-" not in page.content()


@pytest.mark.browser
def test_hide_leaves_nothing_of_an_unlocked_page(browser: Browser, locked: Path) -> None:
    page = opened(browser, locked)
    unlock(page)
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    page.click("#hide")
    assert page.inner_text("body").strip() == ""
    assert "H-" not in page.content()
    page.wait_for_url("blob:**")
    # What a reload would bring back is the note, and the browser does not keep it.
    with pytest.raises(Error, match="ERR_FILE_NOT_FOUND"):
        page.reload()
    assert page.locator("li.stop").count() == 0


def test_a_plan_locks_team_pages_unless_told_otherwise(
    country: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(country)
    settings_file = folder / "outreach.toml"
    settings_file.write_text(settings_file.read_text().replace("lock = false", ""))
    told: list[str] = []
    programme = load_programme(folder)
    plan = plan_round(programme, DEMO_ROUND, notice=told.append)
    teams = [team.code for team in plan.release.teams]
    for team in teams:
        assert sum(plan.passphrases[team] in line for line in told) == 1
        assert len(plan.passphrases[team].split()) == 6
    for path in publish_round(plan, tmp_path / "maps"):
        text = path.read_bytes()
        if path.name.startswith("team-") and path.suffix == ".html":
            assert b'id="lock"' in text
            assert b"stop-visit" not in text
        assert not [words for words in plan.passphrases.values() if words.encode() in text]
    again: list[str] = []
    assert plan_round(programme, DEMO_ROUND, notice=again.append).passphrases == plan.passphrases
    assert not [line for line in again if "passphrase" in line]
    assert plan.passphrases[teams[0]] not in repr(plan)


def test_passphrases_are_sealed_shown_on_request_and_go_with_the_key(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    phrases, fresh = team_passphrases(folder, ["T-AAAAAA", "T-BBBBBB"])
    assert fresh == ("T-AAAAAA", "T-BBBBBB")
    kept = folder / "private" / "passphrases"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not [word for word in phrases["T-AAAAAA"].split() if word.encode() in kept.read_bytes()]
    run = CliRunner().invoke(main, ["key", "passphrase", str(folder), "t-aaaaaa"])
    assert run.output.strip() == phrases["T-AAAAAA"]
    run = CliRunner().invoke(main, ["key", "passphrase", str(folder), "T-AAAAAA", "--new"])
    assert run.output.strip() != phrases["T-AAAAAA"]
    assert passphrase_of(folder, "T-AAAAAA") == run.output.strip()
    assert team_passphrases(folder, ["T-BBBBBB"]) == ({"T-BBBBBB": phrases["T-BBBBBB"]}, ())
    with pytest.raises(KeyFileError, match="T-CCCCCC"):
        passphrase_of(folder, "T-CCCCCC")
    content = kept.read_bytes()
    rotate_key(folder, 3000.0)
    assert not kept.exists()
    kept.write_bytes(content)
    with pytest.raises(KeyFileError, match="damaged"):
        team_passphrases(folder, ["T-AAAAAA"])

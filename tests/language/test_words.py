"""Lazy texts: English as they stand, and what another language makes of them."""

from __future__ import annotations

import copy
import gettext
import io
import pickle
import string
from datetime import date, datetime

import pytest
from babel import Locale
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.language import (
    ENGLISH,
    Language,
    Told,
    Words,
    and_joined,
    available_languages,
    beside,
    capitalised,
    clock,
    date_of,
    day_and_clock,
    day_month,
    day_of,
    days_from_to,
    language_of,
    month_of,
    number,
    one_to,
    or_joined,
    percent,
    phrase,
    phrase_in,
    place,
    plural,
    sentences,
    series,
    short_day,
    short_month,
    short_weekday,
    spelled,
    together,
    weekday,
)
from tests.catalogues import PLURALS

NOON = datetime(2026, 9, 23, 14, 5)


class Light(Told):
    """A set of words, for these tests alone."""

    LIT = "lit"
    DARK = "dark"


def with_texts(tag: str, texts: list[tuple[str | None, object, object]]) -> Language:
    catalog = Catalog(locale=tag)
    if tag in PLURALS:
        catalog.mime_headers = [("Plural-Forms", PLURALS[tag])]
    for context, english, said in texts:
        catalog.add(english, said, context=context)  # type: ignore[arg-type]
    file = io.BytesIO()
    write_mo(file, catalog)
    file.seek(0)
    return Language(tag, Locale.parse(tag), gettext.GNUTranslations(file))


SOME = [
    phrase("plain"),
    phrase("from {low} to {high} metres", low=20, high=number(30.25, 1)),
    phrase_in("street", "lit"),
    plural("{count} stop at {place}", "{count} stops at {place}", 2, place="H-AAAA"),
    number(1234.5, 1),
    percent(0.355),
    spelled(3),
    capitalised(phrase("hepatitis C test")),
    clock(NOON),
    weekday(NOON),
    day_of(NOON),
    days_from_to(date(2026, 11, 23), date(2026, 12, 1)),
    together(["a", phrase("b")]),
    or_joined(["pt", "en"]),
]


@pytest.mark.parametrize("words", SOME)
def test_english_is_what_the_text_is_and_what_english_says(words: Words) -> None:
    assert ENGLISH.say(words) == str(words) == f"{words}" == "".join(words)
    assert words == str(words)
    assert hash(words) == hash(str(words))


@pytest.mark.parametrize("words", SOME)
def test_words_are_the_same_after_a_process_or_a_copy(words: Words) -> None:
    french = language_of("fr")
    for again in (pickle.loads(pickle.dumps(words)), copy.deepcopy(words)):
        assert again == words
        assert type(again) is type(words)
        assert french.say(again) == french.say(words)


def test_a_catalogue_says_templates_and_what_they_hold() -> None:
    spanish = with_texts(
        "es",
        [
            (None, "{time} from {place}", "a {time} de {place}"),
            (None, ("{count} minute", "{count} minutes"), ("{count} minuto", "{count} minutos")),
            ("street", "lit", "iluminada"),
            ("Light", "lit", "con luz"),
        ],
    )
    minutes = plural("{count} minute", "{count} minutes", 12)
    assert spanish.say(phrase("{time} from {place}", time=minutes, place="H-AAAA")) == (
        "a 12 minutos de H-AAAA"
    )
    assert spanish.say(phrase_in("street", "lit")) == "iluminada"
    assert spanish.say(Light.LIT) == "con luz"
    # What a catalogue lacks is English, and data are as they are.
    assert spanish.say(phrase("lit")) == "lit"
    assert spanish.say(Light.DARK) == "dark"
    assert spanish.say("lit") == "lit"


RUSSIAN = {1: "{count} остановка", 3: "{count} остановки", 5: "{count} остановок"}
ARABIC = {0: "zero", 1: "one", 2: "two", 3: "few {count}", 11: "many {count}", 100: "other {count}"}


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 остановка"), (2, "2 остановки"), (5, "5 остановок"), (11, "11 остановок"),
     (21, "21 остановка"), (22, "22 остановки"), (25, "25 остановок"), (111, "111 остановок")],
)  # fmt: skip
def test_russian_has_three_forms(count: int, said: str) -> None:
    texts = [(None, ("{count} stop", "{count} stops"), tuple(RUSSIAN.values()))]
    assert with_texts("ru", texts).say(plural("{count} stop", "{count} stops", count)) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "zero"), (1, "one"), (2, "two"), (3, "few 3"), (10, "few 10"), (11, "many 11"),
     (99, "many 99"), (100, "other 100"), (102, "other 102"), (103, "few 103"), (111, "many 111")],
)  # fmt: skip
def test_arabic_has_six_forms(count: int, said: str) -> None:
    texts = [(None, ("{count} stop", "{count} stops"), tuple(ARABIC.values()))]
    assert with_texts("ar", texts).say(plural("{count} stop", "{count} stops", count)) == said


def test_forms_for_scripts_are_those_of_cldr() -> None:
    stops = plural("{count} stop", "{count} stops", 0)
    texts = [(None, ("{count} stop", "{count} stops"), tuple(ARABIC.values()))]
    assert stops.forms(with_texts("ar", texts)) == {
        "zero": "zero", "one": "one", "two": "two", "few": "few {count}", "many": "many {count}",
        "other": "other {count}",
    }  # fmt: skip
    texts = [(None, ("{count} stop", "{count} stops"), tuple(RUSSIAN.values()))]
    assert stops.forms(with_texts("ru", texts)) == {
        "one": RUSSIAN[1], "few": RUSSIAN[3], "many": RUSSIAN[5]
    }  # fmt: skip
    assert stops.forms(ENGLISH) == {"one": "{count} stop", "other": "{count} stops"}
    assert phrase("Close").forms(ENGLISH) is None


@pytest.mark.parametrize(
    ("tag", "one", "share", "day", "span"),
    [
        ("fr", "2,5", "36\xa0%", "mercredi 23 sept.", "23 sept. – 2 oct. 2026"),
        ("pt", "2,5", "36%", "quarta-feira, 23 de set.", "23 de set. – 2 de out. de 2026"),
        ("ru", "2,5", "36\xa0%", "среда, 23 сент.", "23 сент. – 2 окт. 2026\u202fг."),
        ("sw", "2.5", "36%", "Jumatano, 23 Sep", "23 – 2 Okt 2026"),
        ("my", "၂.၅", "၃၆%", None, None),
    ],
)
def test_numbers_and_dates_are_local(
    tag: str, one: str, share: str, day: str | None, span: str | None
) -> None:
    language = language_of(tag)
    assert language.say(number(2.5, 1)) == one
    assert language.say(percent(0.36)) == share
    if day is not None:
        assert language.say(day_of(NOON)) == day
    if span is not None:
        said = language.say(days_from_to(date(2026, 9, 23), date(2026, 10, 2)))
        assert said.replace("\u2009", " ").replace("\xa0г", "\u202fг") == span


@pytest.mark.parametrize("tag", available_languages())
def test_hours_count_to_24_in_every_language(tag: str) -> None:
    language = language_of(tag)
    digits = str.maketrans("၀၁၂၃၄၅၆၇၈၉", string.digits)
    assert language.say(clock(NOON)).translate(digits) == "14:05"
    assert language.say(clock(datetime(2026, 9, 23))).translate(digits) == "00:00"


@pytest.mark.parametrize("tag", sorted(set(available_languages()) - {"en"}))
@pytest.mark.parametrize(
    "words",
    [weekday(NOON), short_weekday(NOON), day_of(NOON), short_day(NOON), day_month(NOON),
     date_of(NOON), month_of(NOON), short_month(NOON), day_and_clock(NOON)],
)  # fmt: skip
def test_every_form_of_a_date_is_said_and_not_in_english(tag: str, words: Words) -> None:
    said = language_of(tag).say(words)
    assert said
    assert not any(name in said for name in ("Wed", "Wednesday"))
    assert "'" not in said


@given(st.integers(-(10**9), 10**9), st.sampled_from(available_languages()))
def test_whole_numbers_have_one_digit_for_each(value: int, tag: str) -> None:
    said = language_of(tag).say(number(value))
    read = "".join(char if char in "-\u200e\u200f\u2212" else str(int(char)) for char in said)
    assert int(read.translate({0x200E: None, 0x200F: None, 0x2212: "-"})) == value


@given(st.text().filter(lambda text: not set(text) & set("{}")))
def test_data_in_a_phrase_are_never_a_template(text: str) -> None:
    spanish = with_texts("es", [(None, "at {place}", "en {place}")])
    for data in (text, "{place}", "{0.__class__}", text + "{x}"):
        assert phrase("at {place}", place=data) == f"at {data}"
        assert spanish.say(phrase("at {place}", place=data)) == f"en {data}"


def test_data_keep_their_direction_in_a_text_from_right_to_left() -> None:
    arabic = with_texts("ar", [(None, "at {place}", "عند {place}")])
    assert arabic.say(phrase("at {place}", place="H-AAAA")) == "عند \u2068H-AAAA\u2069"
    assert arabic.say(phrase("at {place}", place=phrase("here"))) == "عند here"
    assert arabic.direction == "rtl"
    assert {language_of(tag).direction for tag in ("es", "my", "ru")} == {"ltr"}


def test_lists_have_the_signs_of_the_language() -> None:
    arabic = with_texts("ar", [("between items", ", ", "، "), (None, "x", "س")])
    assert arabic.say(together([phrase("x"), phrase("x")])) == "س، س"
    assert language_of("fr").say(or_joined(["pt", "en", "fr"])) == "pt, en ou fr"
    assert language_of("fr").say(and_joined(["pt", "en"])) == "pt et en"
    assert or_joined(["pt", "en", "fr"]) == "pt or en or fr"
    assert series(["a", "b"]) == "a; b"
    assert sentences(["A.", "B."]) == "A. B."
    assert beside(["A", "B"]) == "A · B"
    assert one_to("1", "2") == "1–2"
    assert spelled(4) == "four"
    assert language_of("fr").say(spelled(4)) == "4"


def test_places_of_scripts_stay() -> None:
    words = phrase("{hours} left", hours=place("hours"))
    assert words == "{hours} left"
    assert with_texts("es", [(None, "{hours} left", "quedan {hours}")]).say(words) == (
        "quedan {hours}"
    )


def test_a_nest_is_said_and_its_keys_are_not() -> None:
    spanish = with_texts("es", [(None, "a", "b")])
    nest = {"a": [phrase("a"), ("a", 1, None)], "n": {"x": phrase("a")}}
    assert spanish.say_all(nest) == {"a": ["b", ["a", 1, None]], "n": {"x": "b"}}
    assert ENGLISH.say_all(nest) == nest


def test_a_tag_with_a_region_goes_by_its_language() -> None:
    brazil = language_of("pt-BR")
    assert brazil.tag == "pt-BR"
    assert brazil.locale == Locale("pt", "BR")
    assert language_of("en-GB").catalogue is None
    for tag in ("de", "tlh"):
        with pytest.raises(ValueError, match="no pages in that language"):
            language_of(tag)

"""The catalogues agree with the code: nothing missing, nothing that does not fit its place."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from gettext import c2py  # type: ignore[attr-defined]

import pytest
from babel import Locale
from babel.messages import Catalog
from babel.messages.pofile import read_po

from outreach_map.language import available_languages, language_of
from outreach_map.language.language import NEEDS_READER
from tests.catalogues import LANGUAGES, TEMPLATE, extracted, path_of

_MARKUP = re.compile(r"[<>&]|\]\(|[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def keys(catalog: Catalog) -> set[tuple[str, object]]:
    return {(text.context or "", text.id) for text in catalog if text.id}


def translations(language: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every translation there is, with the English forms that it may stand for."""
    for text in catalogue(language):
        if text.id:
            forms = (text.id,) if isinstance(text.id, str) else tuple(text.id)
            said = [text.string] if isinstance(text.string, str) else list(text.string or ())
            yield from ((forms, one) for one in said if one)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_template_has_every_text_of_the_code_and_no_other() -> None:
    with TEMPLATE.open("rb") as file:
        assert keys(read_po(file)) == keys(extracted()), "run: make catalogues"


def test_these_are_the_languages_of_the_pages() -> None:
    assert available_languages() == tuple(sorted(["en", *LANGUAGES]))
    assert {"en", "fr", "es", "pt", "sw", "ru", "ar", "my"} == set(available_languages())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_texts_of_the_template(language: str) -> None:
    with TEMPLATE.open("rb") as file:
        assert keys(catalogue(language)) == keys(read_po(file)), "run: make catalogues"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_in_doubt_or_has_gone_out_of_use(language: str) -> None:
    catalog = catalogue(language)
    assert not catalog.fuzzy
    assert [text.id for text in catalog if text.fuzzy and text.id] == []
    assert not catalog.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_the_values_of_its_text(language: str) -> None:
    catalog = catalogue(language)
    form = c2py(str(catalog.plural_expr))
    stand_for = Counter(form(count) for count in range(1000))
    for text in catalog:
        if not text.id or not any(text.string or ()):
            continue
        if isinstance(text.id, str):
            assert places(str(text.string)) == places(text.id), text.id
            continue
        wanted = places(text.id[-1])
        for number, said in enumerate(text.string):
            # Only a form that stands for one number alone may leave it out.
            least = wanted - {"count"} if stand_for[number] == 1 else wanted
            assert least <= places(said) <= wanted, (text.id, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_a_form_for_each_kind_of_number(language: str) -> None:
    catalog = catalogue(language)
    locale = Locale.parse(language)
    form = c2py(str(catalog.plural_expr))
    forms = {locale.plural_form(count): form(count) for count in range(200)}
    # A number has the form of its category in CLDR, by which a browser counts.
    assert all(forms[locale.plural_form(count)] == form(count) for count in range(200))
    assert set(forms.values()) == set(range(catalog.num_plurals))
    for text in catalog:
        if isinstance(text.id, tuple | list):
            assert len(text.string) == catalog.num_plurals, text.id
            assert all(text.string) or not any(text.string), text.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_plain_text(language: str) -> None:
    for forms, said in translations(language):
        allowed = set("<>&") & set("".join(forms))
        found = set(_MARKUP.findall(said)) - allowed
        assert not found, (forms, said)
        assert "\n" not in said, (forms, said)
        for edge in (0, -1):
            assert said[edge].isspace() == forms[0][edge].isspace(), (forms, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_says_that_it_needs_a_native_reader(language: str) -> None:
    catalog = catalogue(language)
    drafted = NEEDS_READER in str(catalog.last_translator)
    assert language_of(language).reviewed is not drafted
    assert drafted == (NEEDS_READER in catalog.header_comment)
    # A drafted language comes off this list with the name of who has read it.
    assert drafted


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_translated_is_counted(language: str) -> None:
    lacking = [text for text in catalogue(language) if text.id and not any(text.string or ())]
    assert language_of(language).untranslated == len(lacking)

"""A language of the pages: its catalogue, its direction, and how it writes numbers and dates."""

from __future__ import annotations

import gettext as gnu
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from outreach_map.language.words import Glue, Told, Words

CATALOGUES = files("outreach_map").joinpath("locale")
DOMAIN = "outreach_map"
_NONE = "there are no pages in that language"
# The last translator of a draft that nobody has read who grew up with the language.
NEEDS_READER = "needs a native reader"
# First digit of the numbering systems that languages of the world write by default; Babel has none.
_ZERO = {"arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀"}
FULL_DAY = "MMMEEEEd"
_WEEKDAY = re.compile(r"E+|ccc+")
_FIRST_STRONG, _POP = "\u2068", "\u2069"


@dataclass(frozen=True, eq=False)
class Language:
    """How pages speak.

    Attributes
    ----------
    tag
        BCP 47, for the page's `lang`.
    locale
        Of CLDR, by Babel.
    catalogue
        Translations; what it lacks is English.
    reviewed
        False while no native reader has looked at a draft.
    untranslated
        How many texts the catalogue lacks.
    """

    tag: str
    locale: Locale
    catalogue: gnu.NullTranslations | None = field(default=None, repr=False)
    reviewed: bool = True
    untranslated: int = 0

    @property
    def direction(self) -> str:
        """'ltr' or 'rtl', for the page's `dir`."""
        return str(self.locale.text_direction)

    @property
    def latin(self) -> bool:
        """Whether it is written in Latin letters."""
        likely = str(get_global("likely_subtags").get(self.locale.language, ""))
        return "Latn" in (self.locale.script or likely).split("_")

    @property
    def name(self) -> str:
        """Of the language, in English."""
        return str(self.locale.english_name)

    def name_of(self, tag: str) -> str:
        """Name of a language by its tag, in this one; the tag where CLDR has none."""
        names = self.locale.languages
        return str(names.get(tag.replace("-", "_")) or names.get(tag.split("-")[0]) or tag)

    # --- texts

    def gettext(self, text: str) -> str:
        """A text of the catalogue; the English where it has none."""
        # Of nothing a catalogue says its head.
        return text if self.catalogue is None or not text else self.catalogue.gettext(text)

    def pgettext(self, context: str, text: str) -> str:
        """A text of the catalogue in a context."""
        return text if self.catalogue is None else self.catalogue.pgettext(context, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form of a text for a number."""
        if self.catalogue is None:
            return one if count == 1 else many
        return self.catalogue.ngettext(one, many, count)

    def say(self, text: object) -> str:
        """Words, a member of a `Told` set or a whole number in this language; else as it is."""
        if self.catalogue is None:
            return str(text)
        if isinstance(text, Words):
            return text.said(self)
        if isinstance(text, Told):
            return self.pgettext(type(text).__name__, text.value)
        if isinstance(text, int) and not isinstance(text, bool):
            return self.decimal(Decimal(text))
        return str(text)

    def say_all(self, value: Any) -> Any:
        """A nest of mappings and sequences with each text in it said; keys stay as they are."""
        if self.catalogue is None:
            return value
        if isinstance(value, Words | Told):
            return self.say(value)
        if isinstance(value, Mapping):
            return {key: self.say_all(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.say_all(one) for one in value]
        return value

    def fill(self, template: str, values: Mapping[str, object]) -> str:
        """A template of the catalogue with its values, each said.

        A value that ends with an abbreviation ends the sentence, too.
        """
        said = {name: self.isolated(value) for name, value in values.items()}
        for name, text in said.items():
            if text.endswith("."):
                template = template.replace(f"{{{name}}}.", f"{{{name}}}")
        return template.format(**said)

    def isolated(self, value: object) -> str:
        """A value said; data in a text from right to left keep their own direction (UAX 9)."""
        text = self.say(value)
        data = isinstance(value, str) and not isinstance(value, Words | Told)
        if self.direction == "ltr" or not data or not text:
            return text
        return f"{_FIRST_STRONG}{text}{_POP}"

    def joined(self, items: Sequence[str], glue: Glue) -> str:
        """Texts side by side."""
        if glue in (Glue.OR, Glue.AND):
            either = glue is Glue.OR
            return format_list(
                list(items), style="or" if either else "standard", locale=self.locale
            )
        if glue in (Glue.COMMA, Glue.SEMICOLON):
            return self.pgettext("between items", glue.value).join(items)
        return str(glue.value).join(items)

    def category(self, count: int) -> str:
        """Plural category of CLDR for a number: 'zero', 'one', 'two', 'few', 'many', 'other'."""
        return str(self.locale.plural_form(count))

    # --- numbers and dates

    @cached_property
    def _of_digits(self) -> Mapping[int, str]:
        zero = _ZERO.get(self.locale.default_numbering_system)
        return {} if zero is None else {ord("0") + i: chr(ord(zero) + i) for i in range(10)}

    def digits(self, text: str) -> str:
        """A text with the digits of the language."""
        return text.translate(self._of_digits)

    def decimal(self, value: Decimal) -> str:
        """A number with the decimals that it has; without signs between thousands."""
        places = max(-int(value.as_tuple().exponent), 0)
        pattern = "0" + ("." + "0" * places if places else "")
        return self.digits(format_decimal(value, format=pattern, locale=self.locale))

    def percent(self, value: Decimal) -> str:
        """Whole percents."""
        return self.digits(format_percent(value / 100, locale=self.locale))

    def clock(self, when: datetime | time) -> str:
        """'14:05': hours to 24 in every language."""
        return self.digits(format_time(when, "HH:mm", locale=self.locale))

    def dated(self, when: date, skeleton: str) -> str:
        """A date by a skeleton of CLDR, or a weekday alone ('cccc', 'ccc')."""
        if skeleton == FULL_DAY:
            # CLDR lists the short day; the long one has the same form (UTS 35, part 4).
            pattern = _WEEKDAY.sub("EEEE", str(self.locale.datetime_skeletons["MMMEd"]))
            return self.digits(format_date(when, pattern, locale=self.locale))
        if skeleton.startswith("c"):
            return format_date(when, skeleton, locale=self.locale)
        return self.digits(format_skeleton(skeleton, when, locale=self.locale))

    def days(self, first: date, last: date) -> str:
        """From a date to a date."""
        return self.digits(format_interval(first, last, "yMMMd", locale=self.locale))


ENGLISH = Language("en", Locale.parse("en"))


def available_languages() -> tuple[str, ...]:
    """Tags of the languages that pages can be in; a tag with a region goes by its language."""
    found = [entry.name for entry in CATALOGUES.iterdir() if entry.is_dir()]
    return tuple(sorted(["en", *(name.replace("_", "-") for name in found)]))


@cache
def language_of(tag: str) -> Language:
    """The language of a BCP 47 tag.

    Raises
    ------
    ValueError
        When there is no catalogue for it; 'pt-BR' is written by that of 'pt'.
    """
    try:
        locale = Locale.parse(tag, sep="-")
    except UnknownLocaleError:
        raise ValueError(_NONE) from None
    if locale.language == "en":
        return ENGLISH if tag == "en" else Language(tag, locale)
    names = [tag.replace("-", "_"), locale.language]
    for name in names:
        path = CATALOGUES.joinpath(name, "LC_MESSAGES", f"{DOMAIN}.po")
        if path.is_file():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=name, domain=DOMAIN)
            compiled = io.BytesIO()
            write_mo(compiled, catalogue)
            compiled.seek(0)
            missing = [text for text in catalogue if text.id and not _translated(text.string)]
            return Language(
                tag,
                locale,
                gnu.GNUTranslations(compiled),
                reviewed=NEEDS_READER not in (catalogue.last_translator or ""),
                untranslated=len(missing),
            )
    raise ValueError(_NONE)


def _translated(text: str | Sequence[str] | None) -> bool:
    return all([text] if text is None or isinstance(text, str) else text)

"""Texts that are English as they stand, and know how another language says them.

Sentences are composed where what they tell is known (risks, routing, coverage), long before it is
known who reads them. A `Words` is a `str`, the English text, so tables, logs and the command line
need know nothing of languages; a page asks its `Language` to say it. What is done to it with the
methods of `str` or put into an f-string is plain English again, so sentences are put together
with what stands here.

In a template, a place for a value is a name in braces. A value is text (a code, a name: data, shown
as it is), a whole number, or words again.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from outreach_map.language.language import Language

Value = str | int
# Each plural form of any language is that of some of these.
_SAMPLES = range(120)


class Told(StrEnum):
    """A closed set whose values are words that pages show; the catalogues have them by its name."""


class Words(str):
    """English text that other languages can say; `parts` are what it is made from.

    Notes
    -----
    Equal to, and sorted as, its English text.
    """

    __slots__ = ("parts",)
    parts: tuple[Any, ...]

    @classmethod
    def _made(cls, english: str, *parts: object) -> Self:
        self = super().__new__(cls, english)
        self.parts = parts
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it is made from, too."""
        return _remade, (type(self), str(self), self.parts)

    def said(self, language: Language) -> str:
        """This text in a language; ask `Language.say`, which knows what it is."""
        raise NotImplementedError

    def forms(self, language: Language) -> dict[str, str] | None:  # noqa: ARG002
        """Forms by plural category of CLDR, with {count} in its place; None without a number."""
        return None


def _remade(kind: type[Words], english: str, parts: tuple[object, ...]) -> Words:
    return kind._made(english, *parts)


class _Phrase(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        context, template, values = self.parts
        found = language.pgettext(context, template) if context else language.gettext(template)
        return language.fill(found, values)


class _Plural(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        one, many, count, values = self.parts
        return language.fill(language.ngettext(one, many, count), {"count": count, **values})

    def forms(self, language: Language) -> dict[str, str]:
        one, many, _, values = self.parts
        return {
            language.category(count): language.fill(
                language.ngettext(one, many, count), {"count": place("count"), **values}
            )
            for count in reversed(_SAMPLES)
        }


class _Place(Words):
    """A place that is filled later, and the same in each language."""

    __slots__ = ()

    def said(self, language: Language) -> str:  # noqa: ARG002
        return str(self)


def place(name: str) -> Words:
    """A place in a phrase that a script of the page fills in.

    >>> phrase("{hours} left", hours=place("hours"))
    '{hours} left'
    """
    return _Place._made(f"{{{name}}}")


class _Number(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return language.decimal(*self.parts)


class _Percent(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return language.percent(*self.parts)


class _Spelled(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        return language.decimal(Decimal(self.parts[0]))


class _Capitalised(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        text = language.say(self.parts[0])
        return text[:1].upper() + text[1:]


class Glue(Enum):
    """What stands between texts that are put side by side: the English of it."""

    COMMA = ", "
    SEMICOLON = "; "
    SPACE = " "
    DOT = " · "
    OR = " or "
    AND = " and "


class _Joined(Words):
    __slots__ = ()

    def said(self, language: Language) -> str:
        items, glue = self.parts
        return language.joined([language.isolated(item) for item in items], glue)


def phrase(template: str, /, **values: Value) -> Words:
    """A text, with its values in the places that the template names.

    The template is a plain literal in the source, so that it can be put into the catalogues.

    >>> phrase("no point within {minutes} minutes", minutes=10)
    'no point within 10 minutes'
    """
    return _Phrase._made(template.format(**values), "", template, values)


def phrase_in(context: str, template: str, /, **values: Value) -> Words:
    """A text that means different things in different places, with the place that is meant."""
    return _Phrase._made(template.format(**values), context, template, values)


def plural(one: str, many: str, count: int, /, **values: Value) -> Words:
    """A text that depends on a number; both templates may name it as {count}.

    >>> plural("{count} stop", "{count} stops", 1), plural("{count} stop", "{count} stops", 3)
    ('1 stop', '3 stops')
    """
    template = one if count == 1 else many
    return _Plural._made(template.format(count=count, **values), one, many, count, values)


def number(value: float, decimals: int = 0) -> Words:
    """A number with so many decimals; it has to be finite.

    >>> number(2.25, 1)
    '2.2'
    """
    english = f"{value:.{decimals}f}"
    return _Number._made(english, Decimal(english))


def percent(share: float) -> Words:
    """A share as whole percents; it has to be finite.

    >>> percent(0.355)
    '36%'
    """
    english = f"{share:.0%}"
    return _Percent._made(english, Decimal(english[:-1]))


_SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelled(count: int) -> Words:
    """A whole number: in English a word below ten, in other languages digits.

    >>> spelled(2), spelled(12)
    ('two', '12')
    """
    return _Spelled._made(_SPELLED[count] if 0 <= count < len(_SPELLED) else str(count), count)


def capitalised(text: str) -> Words:
    """A text with a first capital letter."""
    return _Capitalised._made(text.capitalize(), text)


def _joined(items: Iterable[str], glue: Glue) -> Words:
    texts = tuple(items)
    return _Joined._made(glue.value.join(texts), texts, glue)


def together(items: Iterable[str]) -> Words:
    """Items with commas.

    >>> together(["syringes", "condoms"])
    'syringes, condoms'
    """
    return _joined(items, Glue.COMMA)


def series(items: Iterable[str]) -> Words:
    """Items with semicolons."""
    return _joined(items, Glue.SEMICOLON)


def sentences(items: Iterable[str]) -> Words:
    """Whole sentences, one after the other."""
    return _joined(items, Glue.SPACE)


def beside(items: Iterable[str]) -> Words:
    """Short texts with a dot between them."""
    return _joined(items, Glue.DOT)


def or_joined(items: Iterable[str]) -> Words:
    """Items of which one holds."""
    return _joined(items, Glue.OR)


def and_joined(items: Iterable[str]) -> Words:
    """Items that all hold."""
    return _joined(items, Glue.AND)


def one_to(low: str, high: str) -> Words:
    """A range, as in '20–30'."""
    return phrase("{low}–{high}", low=low, high=high)

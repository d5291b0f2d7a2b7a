"""Templates that speak the language of a page: what is lazy is said as it is written out."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from outreach_map.language import Language, Told, Words, capitalised


@cache
def templates(language: Language, package: str = "outreach_map.publish") -> Environment:
    """The templates of a package in a language.

    `_("…", name=value)`, `ngettext("…", "…", count, name=value)` and `pgettext("context", "…")` are
    the template's own texts, with names in braces. A value that is lazy (`Words`, a member of a
    `Told` set) is said wherever it is written out; whole numbers are by `|number`. A text with a
    value that is markup is markup, and everything else in it is escaped.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: language.say(value) if isinstance(value, Words | Told) else value,
    )

    def fill(text: str, values: dict[str, object]) -> str:
        if any(isinstance(value, Markup) for value in values.values()):
            said = {
                name: value if isinstance(value, Markup) else language.isolated(value)
                for name, value in values.items()
            }
            return Markup(escape(text)).format(**said)  # noqa: S704  # escaped
        return language.fill(text, values)

    def gettext(text: str, /, **values: object) -> str:
        return fill(language.gettext(text), values)

    def pgettext(context: str, text: str, /, **values: object) -> str:
        return fill(language.pgettext(context, text), values)

    def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
        return fill(language.ngettext(one, many, count), {"count": count, **values})

    def capitalize(text: str) -> str:
        return language.say(capitalised(text))

    made.globals.update(_=gettext, pgettext=pgettext, ngettext=ngettext, language=language)
    made.filters.update(number=language.say, say=language.say, capitalize=capitalize)
    return made

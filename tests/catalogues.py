"""The catalogues of the pages' languages, and `make catalogues`, which brings them up to date.

`outreach_map.pot` has every text that a page can show, as it is found in the code: what stands in
`phrase`, `phrase_in` and `plural`, in `_`, `ngettext` and `pgettext` of the templates, and the
members of `Told` sets. No line numbers are kept, so that code may move without a change here.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from outreach_map.language.language import DOMAIN, NEEDS_READER

PACKAGE = Path(__file__).parents[1] / "outreach_map"
LOCALE = PACKAGE / "locale"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
# English stands in the code.
LANGUAGES = ("ar", "es", "fr", "my", "pt", "ru", "sw")
# Where Babel differs from CLDR and browsers: the last two forms of Arabic stand the other way
# round, Burmese has one form, and nought is as one in Portuguese.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 ? 4 : 5);",
    "my": "nplurals=1; plural=0;",
    "pt": "nplurals=2; plural=(n > 1);",
}
_KEYWORDS = {"phrase": None, "phrase_in": ((1, "c"), 2), "plural": (1, 2)}
_IN_TEMPLATES = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_NOTES = ("For translators:",)

Text = tuple[Path, str | tuple[str, ...], list[str], str | None]


def texts() -> Iterator[Text]:
    """Every text of the pages: where, the text or its two forms, notes, context."""
    for path in sorted(PACKAGE.rglob("*.py")):
        with path.open("rb") as file:
            for _, text, notes, context in extract("python", file, _KEYWORDS, _NOTES):
                yield path, text, notes, context
        yield from _members(path)
    for path in sorted((*_templates("batch"), *_templates("publish"))):
        options = {"trimmed": "true", "silent": "false"}
        with path.open("rb") as file:
            for _, text, notes, context in extract(
                "jinja2", file, _IN_TEMPLATES, _NOTES, options=options
            ):
                yield path, text, notes, context
    glue = PACKAGE / "language" / "words.py"
    yield glue, ", ", [], "between items"
    yield glue, "; ", [], "between items"


def _templates(package: str) -> Iterator[Path]:
    return (PACKAGE / package / "templates").glob("*.html")


def _members(path: Path) -> Iterator[Text]:
    """Values of `Told` sets, with the name of the set as their context."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ClassDef):
            continue
        if not any(isinstance(base, ast.Name) and base.id == "Told" for base in node.bases):
            continue
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                yield path, str(line.value.value), [], node.name


def extracted() -> Catalog:
    """All texts, without translations."""
    catalog = Catalog(
        project="Outreach Map",
        version="pages",
        domain=DOMAIN,
        msgid_bugs_address="as CONTRIBUTING.md says",
        last_translator="nobody",
        language_team="none",
        fuzzy=False,
        header_comment="# Texts of Outreach Map's pages. Under the licence of the project.",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for path, text, notes, context in texts():
        where = [(path.relative_to(PACKAGE.parent).as_posix(), 0)]
        catalog.add(text, None, where, auto_comments=notes, context=context)
    return catalog


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def written(catalog: Catalog) -> bytes:
    """A catalogue as it is kept: sorted, without lines, so that a change is where it belongs."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def updated(language: str, template: Catalog) -> Catalog:
    """A language's catalogue with the texts of today; nothing is guessed from like texts."""
    path = path_of(language)
    if path.is_file():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language, domain=DOMAIN)
    else:
        catalog = Catalog(
            locale=language,
            project="Outreach Map",
            version="pages",
            domain=DOMAIN,
            msgid_bugs_address="as CONTRIBUTING.md says",
            language_team="none",
            header_comment=f"# {language} texts of Outreach Map's pages: machine-drafted, "
            f"{NEEDS_READER}.",
            last_translator=f"machine draft, {NEEDS_READER}",
            revision_date=datetime(2026, 1, 1, tzinfo=UTC),
            fuzzy=False,
        )
        if language in PLURALS:
            catalog.mime_headers = [("Plural-Forms", PLURALS[language])]
    catalog.update(template, no_fuzzy_matching=True)
    catalog.fuzzy = False
    return catalog


def main() -> None:
    """Write the template, and bring every catalogue up to date with it."""
    template = extracted()
    LOCALE.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template))
    for language in LANGUAGES:
        catalog = updated(language, template)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog))
        missing = sum(1 for text in catalog if text.id and not any(text.string or ()))
        print(f"{path.relative_to(PACKAGE.parent)}: {len(catalog)} texts, {missing} without any")


if __name__ == "__main__":
    main()

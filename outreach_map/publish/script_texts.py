"""The texts of the scripts in `static`, by the names that they have there.

A page carries them as JSON in an element that is not a script; `static/texts.js` reads it, and a
script says `said("close")`, or `said("stops", { count: 7 })` where a number decides the form: such
a text is a `plural` here, of any number. Whatever a script shows has to stand here; a test holds
the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from outreach_map.language import Language, Words, phrase

PAGE: Mapping[str, Words] = MappingProxyType(
    {
        "close": phrase("Close"),
        "zoom_in": phrase("Zoom in"),
        "zoom_out": phrase("Zoom out"),
        "layers": phrase("Layers"),
        "streets_by": phrase("© OpenStreetMap contributors, ODbL"),
        "old_browser": phrase("This browser is too old to draw the streets"),
        "round_over": phrase(
            "The round of this page is over. Delete the file, and ask your coordinator for the "
            "next one."
        ),
        "notes": phrase("Notes"),
    }
)

LOCK: Mapping[str, Words] = MappingProxyType(
    {
        "no_crypto": phrase("This viewer cannot unlock pages. Open the file in Chrome or Firefox."),
        "too_old": phrase(
            "This browser is too old to unlock the page. Update it, or use another phone."
        ),
        "opening": phrase("Opening …"),
        "damaged": phrase(
            "This file is damaged or was changed. Ask your coordinator for it again."
        ),
        "wrong": phrase("These are not the words of this page. Check them and try again."),
    }
)


def said_texts(texts: Mapping[str, Words], language: Language) -> dict[str, object]:
    """Texts in a language by name, ready for JSON.

    One that a number decides is a mapping of the plural categories of CLDR, as the browser's
    `Intl.PluralRules` names them, to its forms.
    """
    return {name: text.forms(language) or language.say(text) for name, text in texts.items()}

"""The texts of the scripts in `static`, by the names that they have there.

A page carries them as JSON in an element that is not a script; `static/texts.js` reads it, and a
script says `said("close")`, or `said("stops", { count: 7 })` where a number decides the form: such
a text is a `plural` here, of any number. Whatever a script shows has to stand here; a test holds
the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from outreach_map.language import Language, Words, phrase, place, plural, together

_MINUTES = place("minutes")

PAGE: Mapping[str, Words] = MappingProxyType(
    {
        "close": phrase("Close"),
        "zoom_in": phrase("Zoom in"),
        "zoom_out": phrase("Zoom out"),
        "layers": phrase("Layers"),
        "streets_by": phrase("© OpenStreetMap contributors, ODbL"),
        "old_browser": phrase("This browser is too old to draw the streets"),
    }
)

TEAM: Mapping[str, Words] = MappingProxyType(
    {
        "round_over": phrase(
            "The round of this page is over. Delete the file, and ask your coordinator for the "
            "next one."
        ),
        # The next stop
        "in_hours": phrase("in {hours} h {minutes} min", hours=place("hours"), minutes=_MINUTES),
        "in_minutes": phrase("in {minutes} min", minutes=_MINUTES),
        "now": phrase("now"),
        "was_until": phrase("planned until {time}", time=place("time")),
        "then": phrase("Then {stop}", stop=place("stop")),
        "more_risks": plural(
            "+{count} more risk: see the list", "+{count} more risks: see the list", 2
        ),
        # Marks
        "done": phrase("Done"),
        "could_not": phrase("Could not"),
        "undo": phrase("Undo"),
        "elsewhere": phrase("On the way, or elsewhere"),
        "not_saved": plural("{count} mark is not saved.", "{count} marks are not saved.", 2),
        "only_here": phrase("They are in this page alone, and gone when it is closed or hidden."),
        "saved": phrase("All marks are saved."),
        "saved_as": phrase(
            "Saved as {file} among this phone's downloads, locked with words. Give it to your "
            "coordinator, then delete it.",
            file=place("file"),
        ),
        "cannot_lock": phrase(
            "This viewer cannot lock a file. Open the page in Chrome or Firefox."
        ),
        "too_few": phrase(
            "Six different words or more, each of three letters or more; or 24 digits."
        ),
        # The map
        "show_stop": phrase("Show the stop"),
        "no_position": phrase("This browser does not say where it is."),
        "position_refused": phrase(
            "This browser does not tell a page from a file where it is, or you said no. The map "
            "works without."
        ),
        "position_unknown": phrase("The phone does not know where it is now."),
        "position_asked": phrase("Asking the phone …"),
        "position_on": phrase("The dot is you. It goes when you look elsewhere."),
        "position_off": phrase("The dot is gone."),
    }
)

# Of pages with tables and filters; `place` stands where the script fills in.
REPORT: Mapping[str, Words] = MappingProxyType(
    {
        **PAGE,
        "copy": phrase("Copy table"),
        "copy_of": phrase("Copy table: {name}", name=place("name")),
        "copied": plural("Copied: {count} row.", "Copied: {count} rows.", 0),
        "marked": phrase("The table is marked: copy it with Ctrl+C."),
        "more_rows": plural("Show {count} row", "Show all {count} rows", 0),
        "fewer_rows": phrase("Show fewer rows"),
        "sort_by": phrase("Sort by {column}", column=place("column")),
        "gaps_shown": plural(
            "{count} gap: {choice}", "{count} gaps: {choice}", 0, choice=place("choice")
        ),
        "both": together([place("one"), place("other")]),
        "not_measured": phrase("not measured"),
        "in_list": phrase("Show {code} in the list", code=place("code")),
        "found": plural("{count} found", "{count} found", 0),
        "shifts_shown": plural(
            "{count} shift: {choice}", "{count} shifts: {choice}", 0, choice=place("choice")
        ),
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
        "kept": phrase("Locked. Your marks are kept, sealed, while this page stays open."),
        "wrong": phrase("These are not the words of this page. Check them and try again."),
    }
)


def said_texts(texts: Mapping[str, Words], language: Language) -> dict[str, object]:
    """Texts in a language by name, ready for JSON.

    One that a number decides is a mapping of the plural categories of CLDR, as the browser's
    `Intl.PluralRules` names them, to its forms.
    """
    return {name: text.forms(language) or language.say(text) for name, text in texts.items()}

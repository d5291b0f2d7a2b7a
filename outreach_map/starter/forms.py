"""Field forms as XLSForm: what KoboToolbox and ODK take, and what they export reads back as it is.

A form asks for columns of a table by their own names, in groups, so an export needs no mapping. It
records nothing of who fills it in: no name, no device, no telephone number, no times of start and
end. The place of a hotspot is chosen on a map, so that nobody has to stand there with a phone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from openpyxl import Workbook

from outreach_map.spreadsheets import fill
from outreach_map.starter.schema import Column, Holds, columns
from outreach_map.starter.words import MEANING

# The question for a place; it comes back as lon, lat and, where the phone measured, precision_m.
LOCATION = "location"
_SURVEY = (
    "type", "name", "label", "hint", "required", "constraint", "constraint_message", "appearance",
    "default",
)  # fmt: skip
_CHOICES = ("list_name", "name", "label")
_WHOLE = {"est_min", "est_mid", "est_max", "visits_per_month"}


@dataclass(frozen=True)
class Form:
    """A form for one table: its groups with their columns, in the order of the questions.

    `left_out` are columns of the table that the form does not ask for, with the reason.
    """

    table: str
    title: str
    groups: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]


FORMS: tuple[Form, ...] = (
    Form(
        "hotspots",
        "Outreach Map: hotspots",
        MappingProxyType(
            {
                "place": ("id", LOCATION, "typology"),
                "people": ("communities", "languages", "est_min", "est_mid", "est_max", "est_date"),
                "needs": (
                    "active_hours", "services_needed", "injections_per_day", "visits_per_month",
                ),
                "later": ("review_by", "note"),
            }
        ),
        MappingProxyType(
            {
                "precision_m": "comes with the place",
                "last_visit": "the visit log says it",
            }
        ),
    ),
    Form(
        "visits",
        "Outreach Map: visits",
        MappingProxyType(
            {
                "visit": ("date", "hotspot_id", "team_id", "outcome"),
                "met": ("contacts", "new_contacts", "referrals", "overdoses_reversed"),
                "kit": ("syringes_out", "syringes_in", "naloxone_out", "condoms_out"),
            }
        ),
        MappingProxyType({}),
    ),
)  # fmt: skip

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "typology": {
            "street": "Street", "park": "Park", "bar": "Bar or club", "lodging": "Lodging",
            "bus_station": "Station", "market": "Market", "under_bridge": "Under a bridge",
            "uninhabitable_building": "Empty building", "camp": "Camp", "home": "Somebody's home",
            "other": "Other",
        },
        "communities": {
            "pwid": "People who inject drugs", "fsw": "Sex workers",
            "msm": "Men who have sex with men", "trans": "Trans people",
            "prison": "People who were in prison",
        },
        "services_needed": {
            "nsp": "Needles and syringes", "naloxone": "Naloxone", "condoms": "Condoms",
            "lubricant": "Lubricant", "hiv_test": "HIV test", "hcv_test": "Hepatitis C test",
            "oat_referral": "Referral to opioid agonist treatment", "legal": "Legal help",
            "overdose_training": "Overdose training",
        },
        "outcome": {
            "done": "Done", "nobody_there": "Nobody was there",
            "unsafe_left": "It was not safe, and we left",
            "no_way_in": "There was no way in", "no_time": "There was no time", "other": "Other",
        },
    }
)  # fmt: skip
# What the cells of one question have to do with another.
_LIMITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "est_mid": (". >= ${est_min} or ${est_min} = ''", "Not less than the least."),
        "est_max": (
            "(. >= ${est_mid} or ${est_mid} = '') and (. >= ${est_min} or ${est_min} = '')",
            "Not less than the best estimate.",
        ),
        "new_contacts": (". <= ${contacts} or ${contacts} = ''", "Not more than were met."),
    }
)


def write_form(form: Form, languages: Sequence[str], path: Path) -> None:
    """Write a form as a workbook with the sheets survey, choices and settings.

    Parameters
    ----------
    form
        One of `FORMS`.
    languages
        Language tags of the programme; the choices where a hotspot's languages are asked for.
    path
        The file to write, `.xlsx`.
    """
    asked = {column.name: column for column in columns(form.table)}
    lists: dict[str, Mapping[str, str]] = {}
    survey: list[dict[str, str]] = []
    for group, names in form.groups.items():
        survey.append({"type": "begin_group", "name": group, "label": group.capitalize()})
        for name in names:
            words = {tag: tag for tag in languages} if name == "languages" else _WORDS.get(name)
            if words:
                lists[name] = words
            survey.append(_location() if name == LOCATION else _question(form, asked[name], words))
        survey.append({"type": "end_group"})
    choices = [
        {"list_name": name, "name": word, "label": label}
        for name, words in lists.items()
        for word, label in words.items()
    ]
    settings = {"form_title": form.title, "form_id": f"outreach_{form.table}", "version": "1"}
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "outreach-map"
    _sheet(book, "survey", _SURVEY, survey)
    _sheet(book, "choices", _CHOICES, choices)
    _sheet(book, "settings", tuple(settings), [settings])
    book.save(path)


def _location() -> dict[str, str]:
    return {
        "type": "geopoint",
        "name": LOCATION,
        "label": "Where it is",
        "hint": "Choose it on the map, from where you are safe. About right is good enough.",
        "required": "yes",
        "appearance": "placement-map",
    }


def _question(form: Form, column: Column, words: Mapping[str, str] | None) -> dict[str, str]:
    constraint, message = _LIMITS.get(column.name, ("", ""))
    if column.holds in (Holds.NUMBER, Holds.COUNT):
        constraint = f"({constraint}) and . >= 0" if constraint else ". >= 0"
        message = message or "Not below zero."
    return {
        "type": _type(column, words),
        "name": column.name,
        "label": MEANING[form.table][column.name],
        "hint": "" if words else column.expected[:1].upper() + column.expected[1:],
        "required": "yes" if column.required else "",
        "constraint": constraint,
        "constraint_message": message,
        "default": "today()" if column.name in ("date", "est_date") else "",
    }


def _type(column: Column, words: Mapping[str, str] | None) -> str:
    if words:
        several = column.holds is Holds.LIST
        return f"select_{'multiple' if several else 'one'} {column.name}"
    if column.holds is Holds.DAY:
        return "date"
    if column.holds is Holds.COUNT or column.name in _WHOLE:
        return "integer"
    return "decimal" if column.holds is Holds.NUMBER else "text"


def _sheet(
    book: Workbook, name: str, header: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> None:
    sheet = book.create_sheet(name)
    for column, heading in enumerate(header, start=1):
        fill(sheet.cell(1, column), heading)
        for number, row in enumerate(rows, start=2):
            if row.get(heading):
                fill(sheet.cell(number, column), row[heading])

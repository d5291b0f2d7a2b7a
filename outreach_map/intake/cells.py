"""Text of a cell to a value; each converter says what is wrong and what to do.

The message of a ValueError is "what | what to do". None of them quotes the cell: a cell in the
wrong column may be a note.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo
from shapely.geometry.base import BaseGeometry

from outreach_map.hours import Hours, Place
from outreach_map.intake.hints import hours_hint
from outreach_map.language import available_languages, language_of
from outreach_map.settings import LANGUAGE

_TOKEN = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
# Words leave the gate, so what looks like a telephone number or a house number is not one.
_MANY_DIGITS = re.compile(r"\d[\s_.-]*\d[\s_.-]*\d")
_LARGEST = 1e12
# Words that are used everywhere. A form without metadata parts its answers by spaces, and no word
# of a programme's own is made of two of these.
_USUAL = frozenset(
    ("nsp", "naloxone", "condoms", "lubricant", "hiv_test", "hcv_test", "oat_referral", "legal",
     "overdose_training", "pwid", "fsw", "msm", "trans", "prison", "peer", "coordinator")
)  # fmt: skip


# In English, Arabic, German, Spanish, French, Burmese, Portuguese, Russian and Swahili, and as
# spreadsheets of these languages write true and false. No word of one means the other in another.
_YES = (
    "yes y true 1 نعم ja wahr sí si verdadero oui vrai ဟုတ် ဟုတ်ကဲ့ ဟုတ်တယ် sim verdadeiro да истина "
    "ndiyo ndio kweli"
)
_NO = "no n false 0 لا nein falsch falso non faux မဟုတ် မဟုတ်ဘူး မဟုတ်ပါ não nao нет ложь hapana siyo"


class DecimalMark(StrEnum):
    """What parts the decimals in a file; the context in which its numbers are read.

    Where a comma parts the cells, a comma within a number may part the thousands: it is refused.
    """

    POINT = "point"
    POINT_OR_COMMA = "point or comma"


@dataclass(frozen=True)
class Reading:
    """In what context cells are read: how the file writes decimals, and where the sun rises."""

    decimal_mark: DecimalMark = DecimalMark.POINT_OR_COMMA
    place: Place | None = None


@dataclass(frozen=True)
class Expected:
    """What a cell holds, for messages, templates and the documentation."""

    text: str


def _text(value: object) -> str:
    return " ".join(str(value).split())


def _identifier(value: object) -> str:
    text = _text(value)
    if len(text) > 60:
        raise ValueError("is too long for an id | Use at most 60 letters and digits.")
    return text


def _number(value: object, info: ValidationInfo) -> float:
    text = _text(value).replace("−", "-")
    reading = info.context if isinstance(info.context, Reading) else Reading()
    if reading.decimal_mark is DecimalMark.POINT_OR_COMMA and "." not in text:
        text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text):
        if re.fullmatch(r"[+-]?\d+(,\d+)+(\.\d+)?", text):
            raise ValueError(
                "has a comma, which may part thousands or decimals | Write a point before "
                "decimals, and nothing between thousands."
            )
        raise ValueError("is not a number | Write digits only, or leave the cell empty if unknown.")
    number = float(text)
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise ValueError("is larger than can be | Correct the number.")
    return number


def _degrees(value: object, info: ValidationInfo) -> float:
    text = _text(value)
    # No longitude and no latitude has thousands, so its one comma parts decimals in any file.
    if re.fullmatch(r"[+-−]?\d{1,3},\d+", text):
        text = text.replace(",", ".")
    return _number(text, info)


def _count(value: object, info: ValidationInfo) -> int:
    number = _number(value, info)
    if number < 0 or number != int(number):
        raise ValueError("is not a whole number from 0 | Write digits only, or leave it empty.")
    return int(number)


def _amount(value: object, info: ValidationInfo) -> float:
    number = _number(value, info)
    if number < 0:
        raise ValueError("is below zero | Correct the number, or leave it empty if unknown.")
    return number


def _day(value: object) -> date:
    text = _text(value)
    # Spreadsheets add a time of midnight to dates.
    text = re.sub(r"[T ]00:00(:00)?(\.0+)?Z?$", "", text)
    # Dots stand between numbers of a date only where the day comes first.
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        text = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("is not a date | Write it as YYYY-MM-DD, for example 2026-11-23.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is a date that does not exist | Correct the day or the month.") from None


def _token(value: object) -> str:
    token = re.sub(r"[\s-]+", "_", _text(value).lower())
    if _MANY_DIGITS.search(token):
        raise ValueError(
            "holds a number of three digits or more | These words are published: take numbers, "
            "such as telephone numbers and addresses, out of them."
        )
    if not _TOKEN.fullmatch(token):
        raise ValueError(
            "is not a plain word | Use lower-case letters, digits and _ , for example bus_station."
        )
    return token


def _tokens(value: object) -> tuple[str, ...]:
    parts = [part for part in re.split(r"[;|]", str(value)) if part.strip()]
    if _USUAL.issuperset(words := str(value).lower().split()):
        parts = words
    try:
        return tuple(sorted({_token(part) for part in parts}))
    except ValueError as error:
        if "digits or more" in str(error):
            raise
        raise ValueError(
            "is not a list of plain words | Separate them by ; as in nsp;condoms, and use letters, "
            "digits and _ ."
        ) from None


def _languages(value: object) -> tuple[str, ...]:
    tags = sorted({_tag(part) for part in re.split(r"[;|\s]+", str(value)) if part})
    if any(not LANGUAGE.fullmatch(tag) for tag in tags):
        raise ValueError("is not a list of language tags | Write them as in pt;es;sw.")
    return tuple(tags)


def _page_language(value: object) -> str:
    tag = _tag(str(value).strip())
    if LANGUAGE.fullmatch(tag):
        try:
            return language_of(tag).tag
        except ValueError:
            pass
    known = ", ".join(available_languages())
    raise ValueError(f"is no language that pages speak | Take one of: {known}.")


def _tag(text: str) -> str:
    """A language tag in its usual letters (BCP 47, 2.1.1): case means nothing, and headers lose it.

    >>> _tag("PT-br"), _tag("zh-hant-tw")
    ('pt-BR', 'zh-Hant-TW')
    """
    language, *parts = text.split("-")
    kept = [part.title() if len(part) == 4 else part.upper() for part in parts]
    return "-".join((language.lower(), *kept))


def _hours(value: object, info: ValidationInfo) -> Hours:
    text = _text(value)
    place = info.context.place if isinstance(info.context, Reading) else None
    try:
        return Hours(text, place)
    except ValueError:
        example = "Mo-Fr 09:00-17:00; Sa 10:00-12:00"
        hint = (
            f"as {meant}, if that is meant" if (meant := hours_hint(text)) else f"as in {example}"
        )
        raise ValueError(f"is not an opening_hours expression | Write it {hint}.") from None


def _yes(value: object) -> bool:
    text = _text(value).lower()
    if text in _YES.split():
        return True
    if text in _NO.split():
        return False
    raise ValueError("is neither yes nor no | Write yes or no.")


def _spot(geometry: BaseGeometry) -> BaseGeometry:
    if geometry.geom_type not in ("Point", "Polygon", "MultiPolygon"):
        raise ValueError("is neither a point nor an area | Draw a point or a polygon.")
    return geometry


def _zone(geometry: BaseGeometry) -> BaseGeometry:
    # A risk may run along a street; it is released as the areas that the line touches.
    if geometry.geom_type in ("LineString", "MultiLineString"):
        return geometry
    return _spot(geometry)


Text = Annotated[str, BeforeValidator(_text), Expected("text")]
Identifier = Annotated[str, BeforeValidator(_identifier), Expected("a short id of its own")]
Number = Annotated[float, BeforeValidator(_number), Expected("a number")]
Degrees = Annotated[float, BeforeValidator(_degrees), Expected("a number of degrees")]
Amount = Annotated[float, BeforeValidator(_amount), Expected("a number from 0")]
Count = Annotated[int, BeforeValidator(_count), Expected("a whole number from 0")]
Day = Annotated[date, BeforeValidator(_day), Expected("a date such as 2026-11-23")]
Token = Annotated[str, BeforeValidator(_token), Expected("one plain word such as bus_station")]
Tokens = Annotated[
    tuple[str, ...], BeforeValidator(_tokens), Expected("plain words such as nsp;condoms")
]
Languages = Annotated[
    tuple[str, ...], BeforeValidator(_languages), Expected("language tags such as pt;es")
]
PageLanguage = Annotated[
    str, BeforeValidator(_page_language), Expected("a language that pages speak, such as pt")
]
OpeningHours = Annotated[
    Hours, BeforeValidator(_hours), Expected("OSM opening_hours such as Mo-Fr 09:00-17:00")
]
YesNo = Annotated[bool, BeforeValidator(_yes), Expected("yes or no")]
Spot = Annotated[BaseGeometry, AfterValidator(_spot)]
Zone = Annotated[BaseGeometry, AfterValidator(_zone)]

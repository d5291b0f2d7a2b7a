"""What is wrong with a cell, in the planner's words.

No message quotes a coordinate, a note, a count or an id. A cell may stand in the wrong column, so
what was found is shown only where it has the form of a date, or is nearly one of the words that a
column with a closed set of values takes.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError

from outreach_map.errors import Problem
from outreach_map.intake.cells import Expected
from outreach_map.intake.rows import Row
from outreach_map.intake.sources import Source, SourceRow
from outreach_map.tables import Affects, DecisionKind, Mode, PointStatus, RiskAction

_DATES = frozenset(
    ("est_date", "last_visit", "review_by", "verified_on", "assessed_on", "expires_on",
     "date", "from_date", "until_date")
)  # fmt: skip
_LIKE_A_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}")
_PLACES = {
    "lon": "degrees from -180 to 180, such as 13.25",
    "lat": "degrees from -90 to 90, such as 53.55",
    "lon, lat": "degrees of WGS 84, near the study area",
    "geometry": "a point or an area, in the file's reference system or WGS 84",
}
WORDS: Mapping[str, type[StrEnum]] = {
    "kind": DecisionKind,
    "mode": Mode,
    "action": RiskAction,
    "affects": Affects,
    "status": PointStatus,
}


def explained(
    error: ValidationError, source: Source, row: SourceRow, kind: type[Row]
) -> Iterable[Problem]:
    """Problems of a row that could not be made."""
    for one in error.errors(include_input=False, include_url=False, include_context=False):
        column = str(one["loc"][0]) if one["loc"] else ""
        if column in ("stock", "carry") and len(one["loc"]) > 1:
            column = f"{column}_{one['loc'][1]}"
        if column == "geometry" and one["type"] == "missing":
            continue  # said where the place was read
        what, mend = _words(one["type"], one["msg"])
        if not column:
            column, _, what = what.partition(" ")
        yield Problem(
            source.file,
            row.row,
            column,
            what,
            mend,
            _shown(column, row.cells.get(column, "")),
            sheet=source.sheet,
            expected=expected(kind, column),
        )


@cache
def expected(kind: type[Row], column: str) -> str:
    """What a column holds, in words; empty where the table has no such column."""
    field = kind.model_fields.get(column)
    if column in _PLACES:
        return _PLACES[column]
    if column.startswith(("stock_", "carry_")):
        return "a whole number from 0"
    if field is None:
        return ""
    if column in WORDS:
        return f"one of: {', '.join(WORDS[column])}"
    said = [one.text for one in (*field.metadata, *_metadata(field.annotation)) if _says(one)]
    # The last is the column's own; those before it are of the kind of cell that it is made from.
    return said[-1] if said else ""


def _says(value: object) -> bool:
    return isinstance(value, Expected)


def _metadata(annotation: Any) -> Iterator[Any]:  # annotations have no type
    if get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _metadata(part)
    else:
        yield from getattr(annotation, "__metadata__", ())


def _shown(column: str, found: str) -> str:
    """What was found in a cell as far as it may be shown."""
    if column in _DATES:
        return found if _LIKE_A_DATE.fullmatch(found) else ""
    words = [word.value for word in WORDS[column]] if column in WORDS else []
    return found if difflib.get_close_matches(found.lower(), words, n=1, cutoff=0.6) else ""


def _words(kind: str, message: str) -> tuple[str, str]:
    """What is wrong and what to do, from a message of a converter or of pydantic."""
    what, _, mend = message.removeprefix("Value error, ").partition(" | ")
    if mend:
        return what, mend
    if kind == "missing":
        return "is empty", "Fill it."
    if kind == "enum":
        allowed = re.sub(r"^Input should be ", "", message).replace("'", "")
        return "is not one of the known words", f"Write {allowed}."
    if kind in ("greater_than_equal", "less_than_equal"):
        return "is out of its range", message.replace("Input should be", "It has to be") + "."
    return "cannot be read", "Compare the cell with the example programme."

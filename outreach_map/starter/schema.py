"""The columns of each table, as the schema of intake declares them.

Templates and forms are made from here, so what they say cannot drift from what is read.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Union, get_args, get_origin

from outreach_map.hours import Hours
from outreach_map.intake.messages import expected
from outreach_map.intake.rows import (
    RawCell,
    RawDecision,
    RawHotspot,
    RawLonLat,
    RawPoint,
    RawRisk,
    RawTeam,
    RawVisit,
    Row,
)

TABLES: Mapping[str, type[Row]] = MappingProxyType(
    {
        "hotspots": RawHotspot,
        "points": RawPoint,
        "teams": RawTeam,
        "risks": RawRisk,
        "visits": RawVisit,
        "decisions": RawDecision,
        "population": RawCell,
    }
)
# Columns of a family, such as stock_<item>, that a template begins with.
ITEMS = ("syringes", "naloxone", "condoms")


class Holds(StrEnum):
    """What the cells of a column hold, as a spreadsheet or a form can tell them apart."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    DAY = "day"
    YES_NO = "yes or no"
    WORD = "one of some words"
    LIST = "a list of words"
    HOURS = "opening hours"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    `expected` says what a cell holds, in the words of intake; `words` are the closed set that it
    takes, if any; without `required` it may stay empty, which means unknown.
    """

    name: str
    holds: Holds
    required: bool
    expected: str
    words: tuple[str, ...] = ()


@cache
def columns(table: str) -> tuple[Column, ...]:
    """Columns of a table, in the order of its schema; a place is lon and lat."""
    kind = TABLES[table]
    found: list[Column] = []
    for name, field in kind.model_fields.items():
        if name == "row":
            continue
        if name == "geometry":
            found += [_column(RawLonLat, part) for part in ("lon", "lat")]
        elif f"{name}_" in kind.prefixes:
            one = f"{name}_{ITEMS[0]}"
            found += [
                Column(f"{name}_{item}", Holds.COUNT, False, expected(kind, one)) for item in ITEMS
            ]
        else:
            found.append(_column(kind, name, required=field.is_required()))
    return tuple(found)


def _column(kind: type[Row], name: str, *, required: bool = True) -> Column:
    base = _base(kind.model_fields[name].annotation)
    said = expected(kind, name)
    if issubclass(base, StrEnum):
        return Column(name, Holds.WORD, required, said, tuple(base))
    if base is bool:
        return Column(name, Holds.YES_NO, required, said, ("yes", "no"))
    if said.startswith("a whole number from 1 to 5"):
        return Column(name, Holds.COUNT, required, said, ("1", "2", "3", "4", "5"))
    return Column(name, _HOLDS[base], required, said)


_HOLDS: Mapping[type, Holds] = MappingProxyType(
    {
        str: Holds.TEXT,
        float: Holds.NUMBER,
        int: Holds.COUNT,
        date: Holds.DAY,
        tuple: Holds.LIST,
        Hours: Holds.HOURS,
    }
)


def _base(annotation: Any) -> type:  # annotations have no type
    """The class that a column's cells become, without what decorates it."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next(_base(part) for part in get_args(annotation) if part is not types.NoneType)
    if hasattr(annotation, "__metadata__"):
        return _base(annotation.__origin__)
    origin = get_origin(annotation) or annotation
    return origin if isinstance(origin, type) else str

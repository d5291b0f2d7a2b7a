"""Rows of text become validated records; what is wrong with the others is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import getitem
from typing import Annotated, Any, TypeVar

import shapely
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem
from outreach_map.intake.cells import Reading
from outreach_map.intake.columns import PLACE, item, known_columns
from outreach_map.intake.messages import expected, explained
from outreach_map.intake.rows import RawLonLat, Row
from outreach_map.intake.sources import Source, SourceRow

R = TypeVar("R", bound=Row)


def made(source: Source, kind: type[R], reading: Reading, problems: list[Problem]) -> list[R]:
    """Valid rows of a source whose columns are the table's own, in their order."""
    # Columns that have nothing to do with each other can be read a distinct cell at a time, and a
    # long log has few of them.
    if not (kind.located or kind.prefixes or kind.__pydantic_decorators__.model_validators):
        return list(_by_cells(source, kind, reading, problems))
    return list(_by_rows(source, kind, reading, problems, source.rows))


def _by_rows(
    source: Source,
    kind: type[R],
    reading: Reading,
    problems: list[Problem],
    rows: Sequence[SourceRow],
) -> Iterator[R]:
    known = known_columns(kind)
    for row in rows:
        values = _values(row, kind, known)
        if (
            kind.located
            and (geometry := _geometry(row, kind, source, reading, problems)) is not None
        ):
            values["geometry"] = geometry
        try:
            yield kind.model_validate(values, context=reading)
        except ValidationError as error:
            problems += explained(error, source, row, kind)


class _Cells(dict[str, Any]):
    """Text of a cell -> value, of one column; each text is read once."""

    def __init__(self, field: FieldInfo, reading: Reading) -> None:
        super().__init__()
        self._adapter, self._reading = _adapter(field), reading
        if not field.is_required():
            self[""] = field.get_default(call_default_factory=True)

    def __missing__(self, text: str) -> Any:
        if not text:
            raise KeyError(text)
        self[text] = self._adapter.validate_python(text, context=self._reading)
        return self[text]


def _by_cells(
    source: Source, kind: type[R], reading: Reading, problems: list[Problem]
) -> Iterator[R]:
    fields = {name: field for name, field in kind.model_fields.items() if name != "row"}
    cells = {name: _Cells(field, reading) for name, field in fields.items()}
    defaults = {n: f.get_default(call_default_factory=True) for n, f in fields.items()}
    required = {name for name, field in fields.items() if field.is_required()}
    names = {*fields, "row"}
    header: tuple[str, ...] = ()
    columns: list[_Cells] = []
    for row in source.rows:
        if row.header is not header:
            header, columns = row.header, [cells[name] for name in row.header]
        if row.geometry is None and required.issubset(header):
            texts = row.values + ("",) * (len(header) - len(row.values))
            try:
                values = dict(zip(header, map(getitem, columns, texts), strict=True))
            except (KeyError, ValidationError):
                pass
            else:
                yield kind.of_valid({"row": row.row, **defaults, **values}, names)
                continue
        yield from _by_rows(source, kind, reading, problems, [row])


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    """What validates one cell of a column by itself."""
    form: Any = field.annotation
    if field.metadata:
        form = Annotated[form, *field.metadata]
    config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)
    return TypeAdapter[Any](form, config=config)


def _values(row: SourceRow, kind: type[Row], known: frozenset[str]) -> dict[str, object]:
    cells = row.cells
    values: dict[str, object] = {"row": row.row}
    values.update((name, text) for name, text in cells.items() if name in known)
    for prefix in kind.prefixes:
        values[prefix.rstrip("_")] = {
            one: text for name, text in cells.items() if (one := item(name, prefix))
        }
    if kind.located:
        values.pop("lon", None)
        values.pop("lat", None)
    elif row.geometry is not None and "lon" in kind.model_fields:
        centre = row.geometry.centroid
        values |= {"lon": str(centre.x), "lat": str(centre.y)}
    return values


def _geometry(
    row: SourceRow, kind: type[Row], source: Source, reading: Reading, problems: list[Problem]
) -> BaseGeometry | None:
    """Geometry of a row, from the columns lon and lat where the file has none.

    Whether they are degrees at all is seen later, with the swapped ones.
    """
    if row.geometry is not None:
        return row.geometry
    if source.has_geometry and not {*row.header} >= PLACE:
        mend = "Record the place, or take the row out."
        said = expected(kind, "geometry")
        problems.append(
            source.problem("has no place", mend, row=row.row, column="geometry", expected=said)
        )
        return None
    cells = {name: text for name, text in row.cells.items() if name in PLACE}
    try:
        place = RawLonLat.model_validate({"row": row.row, **cells}, context=reading)
    except ValidationError as error:
        problems += explained(error, source, row, RawLonLat)
        return None
    return shapely.Point(place.lon, place.lat)

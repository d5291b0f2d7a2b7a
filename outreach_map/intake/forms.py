"""Exports of field forms as plain tables: KoboToolbox and ODK Central.

What the two make of a question: `group/q` or `group-q` for a question in a group, or its label; a
place as "lat lon altitude accuracy" in one cell, or split over `_q_latitude` (Kobo) or `q-Latitude`
(ODK), or both; an outline as such places separated by ";"; several answers as words separated by
spaces, or a column an answer (`q/answer`) with 1 or TRUE, or both; no answer as an empty cell or as
n/a. Which submission a row is, and what was decided about it, is in `submissions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import Problem
from outreach_map.intake.personal import is_personal
from outreach_map.intake.sources import Source, SourceRow
from outreach_map.intake.submissions import submissions, with_decisions

# What the servers add to each submission; kept out without a word.
_METADATA = frozenset(
    (
        "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status",
        "_submitted_by", "__version__", "_tags", "_index", "_parent_table_name", "_parent_index",
        "_version_", "_version", "_xform_id_string", "_xform_id", "_attachments", "_geolocation",
        "_duration", "_total_media", "_media_count", "_media_all_received", "_edited",
        "start", "end", "today", "username", "deviceid", "subscriberid", "simserial",
        "phonenumber", "audit", "background-audio", "formhub/uuid",
        "meta/instanceid", "meta/rootuuid", "meta/instancename", "meta/deprecatedid", "meta/audit",
        "meta-instanceid", "meta-instancename", "meta-deprecatedid", "meta-audit", "meta-entity",
        "instanceid", "instancename", "rootuuid", "deprecatedid", "key", "parent_key",
        "submissiondate", "submitterid", "submittername", "attachmentspresent",
        "attachmentsexpected", "status", "__status", "reviewstate", "edits", "formversion", "__id",
        "__system", "isvalidated",
    )
)  # fmt: skip
_SIGNS = (
    "_uuid", "_submission_time", "_submission__uuid", "submissiondate", "meta-instanceid",
    "meta/instanceid", "parent_key",
)  # fmt: skip
_NO_ANSWER = "n/a"
_YES = frozenset(("1", "true", "yes", "1.0"))
_NOT = frozenset(("0", "false", "no", "0.0", "", _NO_ANSWER))
_NUMBER = r"-?\d+(?:[.,]\d+)?(?:[eE]-?\d+)?"
_PLACE = re.compile(rf"{_NUMBER} {_NUMBER}(?: {_NUMBER}){{0,2}}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_XML_NAME = re.compile(r"[\w.:/-]+")
_KOBO_PART = re.compile(
    r"(?:(?P<group>.*)/)?_(?P<question>.+)_(?P<part>latitude|longitude|altitude|precision)"
)
_ODK_PART = re.compile(r"(?P<question>.+)[-:](?P<part>latitude|longitude|altitude|accuracy)")


@dataclass(frozen=True)
class Shape:
    """What a form's export is made into: names of the table, which of them are lists, and where.

    `lists` are columns that take several words; `located` says whether the table has a place.
    """

    columns: frozenset[str]
    lists: frozenset[str]
    prefixes: tuple[str, ...]
    located: bool

    def knows(self, name: str) -> bool:
        """Whether a name is a column of the table."""
        return name in self.columns or any(name.startswith(prefix) for prefix in self.prefixes)


def is_export(source: Source) -> bool:
    """Whether a file comes from a form server, by the columns that these add."""
    return any(sign in source.columns for sign in _SIGNS)


def flattened(source: Source, shape: Shape, renamed: Mapping[str, str]) -> Source:
    """The source with the table's own names for its columns, and its questions as plain columns.

    Parameters
    ----------
    source
        As it was read.
    shape
        Of the table.
    renamed
        The programme's own names (in lower case) -> names of the table; "geometry" names the
        question that holds the place.
    """
    exported = is_export(source)
    if exported:
        source = with_decisions(source)
    names = {name: _own_name(name, shape, renamed, exported) for name in source.columns}
    points = _geopoints(source, shape, renamed) if shape.located else {}
    options = _options(source, shape, renamed, exported)
    whole = _whole(source, shape, points, names)
    others = {own for name, own in names.items() if _last(name, renamed) not in points}
    if len(points) > 1 or (points and "geometry" in others):
        source.fail(
            "has more than one question about a place",
            'Say which under [columns] in outreach.toml: "its name" = "geometry".',
        )
        return source
    if not (exported or points or options or whole or any(a != b for a, b in names.items())):
        return source
    used = {column for point in points.values() for column in point.values()}
    used |= {name for name in source.columns if _last(name, renamed) in points}
    used |= {name for name in source.columns if exported and _is_metadata(name, source, shape)}
    used |= {column for columns in options.values() for column in columns.values()}
    used |= {name for name in source.columns if names[name] in options}
    used |= {whole} if whole else set()
    plain = [name for name in source.columns if name not in used]
    header = [names[name] for name in plain]
    if any(header.count(name) > 1 for name in header):
        source.fail(
            "has two columns for the same thing",
            "Name one of them under [columns] in outreach.toml, or remove the other.",
        )
        return source
    maker = _Maker(source, shape, exported, plain, header, options, points, whole)
    made = source.reshaped(maker.header, maker.row)
    made.has_geometry = source.has_geometry or maker.outlines
    if exported:
        made.submitted = submissions(source)
        made.problems += _hidden_by_labels(source, dict(zip(plain, header, strict=True)), shape)
    return made


def _hidden_by_labels(source: Source, names: Mapping[str, str], shape: Shape) -> Iterator[Problem]:
    """Several answers in one cell can be told apart by their names, and not by their labels."""
    for name, own in names.items():
        if own not in shape.lists or _XML_NAME.fullmatch(name):
            continue
        if any(re.search(r"[^;|]\s", row.cells.get(name, "")) for row in source.rows):
            what = "holds several answers as labels, which cannot be told apart"
            mend = "Export with XML values and headers, or each answer in a column of its own."
            yield source.problem(what, mend, column=own)


def _own_name(name: str, shape: Shape, renamed: Mapping[str, str], exported: bool) -> str:
    if name in renamed:
        return renamed[name]
    if exported and (last := _last(name, renamed)) in renamed:
        return renamed[last]
    return _question(name, shape, exported)


def _last(name: str, renamed: Mapping[str, str]) -> str:
    """Name of a question without its groups; a name of the programme's own is kept whole."""
    ends = [match.end() for match in re.finditer("[/:-]", name)]
    for end in (0, *ends):
        if name[end:].strip() in renamed:
            return name[end:].strip()
    return name[ends[-1] :] if ends else name


def _question(name: str, shape: Shape, exported: bool) -> str:
    """Name of a question without its groups, where that is a column of the table."""
    if shape.knows(name):
        return name
    separators = "/-:" if exported else "/"
    for separator in separators:
        last = name.rsplit(separator, 1)[-1]
        if last != name and (shape.knows(last) or last == "geometry"):
            return last
    return name


def _is_metadata(name: str, source: Source, shape: Shape) -> bool:
    if name not in _METADATA and not name.startswith("_submission__"):
        return False
    if not shape.knows(name):
        return True
    # A team's start is a place, a form's the moment at which it was opened.
    cells = [cell for row in source.rows if (cell := row.cells.get(name))]
    return bool(cells) and all(_MOMENT.fullmatch(cell) for cell in cells)


def _geopoints(
    source: Source, shape: Shape, renamed: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Question -> part of the place -> column, for places that are split over columns."""
    found: dict[str, dict[str, str]] = {}
    for name in source.columns:
        match = _KOBO_PART.fullmatch(name) or _ODK_PART.fullmatch(name)
        if match and not shape.knows(name):
            question = _last(match["question"], renamed)
            part = "precision" if match["part"] == "accuracy" else match["part"]
            found.setdefault(question, {})[part] = name
    whole = {
        question: parts
        for question, parts in found.items()
        if {"latitude", "longitude"} <= {*parts}
    }
    chosen = {question for question in whole if renamed.get(question) == "geometry"}
    return {question: whole[question] for question in chosen} or whole


def _options(
    source: Source, shape: Shape, renamed: Mapping[str, str], exported: bool
) -> dict[str, dict[str, str]]:
    """Column of several answers -> answer -> column, where each answer has one."""
    found: dict[str, dict[str, str]] = {}
    for name in source.columns:
        head, _, answer = name.rpartition("/")
        question = _own_name(head, shape, renamed, exported) if head else ""
        if question in shape.lists and answer and not shape.knows(answer):
            cells = {row.cells.get(name, "").lower() for row in source.rows}
            if cells <= _YES | _NOT:
                found.setdefault(question, {})[answer] = name
    return found


def _whole(
    source: Source,
    shape: Shape,
    points: Mapping[str, Mapping[str, str]],
    names: Mapping[str, str],
) -> str | None:
    """The column whose cells are places or outlines as forms write them, where it is needed."""
    if points or not shape.located or source.has_geometry:
        return None
    if {"lon", "lat"} <= set(names.values()):
        return None
    for name in source.columns:
        if names[name] == "geometry":
            return name
    for name in source.columns:
        cells = [cell for row in source.rows[:50] if (cell := row.cells.get(name))]
        # A telephone number with spaces has the form of a place.
        if cells and not is_personal(name) and all(_is_place(cell) for cell in cells):
            return name
    return None


def _is_place(cell: str) -> bool:
    return all(_PLACE.fullmatch(part.strip()) for part in cell.strip(" ;").split(";"))


class _Maker:
    """Makes a row of the table of each row of an export."""

    def __init__(
        self,
        source: Source,
        shape: Shape,
        exported: bool,
        plain: Sequence[str],
        names: Sequence[str],
        options: Mapping[str, Mapping[str, str]],
        points: Mapping[str, Mapping[str, str]],
        whole: str | None,
    ) -> None:
        self._plain = tuple(zip(plain, names, strict=True))
        self._options = options
        self._lists = shape.lists if exported else frozenset()
        self._points, self._whole = points, whole
        self._fail, self._valid = source.fail, source.valid
        self._no_answer = _NO_ANSWER if exported else ""
        self.outlines = whole is not None and any(
            ";" in row.cells.get(whole, "").strip(" ;") for row in source.rows
        )
        self._places: tuple[str, ...] = ()
        if (points or whole) and not self.outlines:
            measured = "precision_m" in shape.columns and "precision_m" not in names
            self._places = ("lon", "lat", "precision_m") if measured else ("lon", "lat")
        self.header = (*names, *self._options, *self._places)

    def row(self, row: SourceRow) -> SourceRow | None:
        """The same row under the table's names; None where its place cannot be read."""
        cells = {name: text for name, text in row.cells.items() if text != self._no_answer}
        if self._whole is not None and not _is_place(cells.get(self._whole, "0 0")):
            what = "has a place that is not written as forms write it"
            self._fail(what, "Write latitude, longitude, altitude and accuracy.", row=row.row)
            return None
        values = []
        for name, own in self._plain:
            value = cells.get(name, "")
            # In a form's export spaces part the answers; anywhere else they part words.
            if own in self._lists and not re.search("[;|]", value):
                value = ";".join(value.split())
            values.append(value)
        values += [_chosen(cells, answers) for answers in self._options.values()]
        geometry = row.geometry
        if self.outlines and self._whole is not None:
            geometry = _outline(cells.get(self._whole, ""))
            geometry = None if geometry is None else self._valid(geometry, row.row)
        elif self._places:
            lat, lon, precision = _split(cells, self._points, self._whole)
            values += [lon, lat, precision][: len(self._places)]
        return SourceRow(row.row, self.header, tuple(values), geometry)


def _chosen(cells: Mapping[str, str], columns: Mapping[str, str]) -> str:
    return ";".join(a for a, column in columns.items() if cells.get(column, "").lower() in _YES)


def _split(
    cells: Mapping[str, str], points: Mapping[str, Mapping[str, str]], whole: str | None
) -> tuple[str, str, str]:
    """Latitude, longitude and precision of a row, of the first place that it has."""
    for parts in points.values():
        lat, lon = (cells.get(parts[part], "") for part in ("latitude", "longitude"))
        if lat and lon:
            return lat, lon, _precision(cells.get(parts.get("precision", ""), ""))
    if whole is not None and (cell := cells.get(whole, "")) and ";" not in cell:
        numbers = cell.split()
        return numbers[0], numbers[1], _precision(numbers[3] if len(numbers) > 3 else "")
    return "", "", ""


def _precision(text: str) -> str:
    """The accuracy of the phone; 0 is written where none was measured."""
    return "" if text in ("0", "0.0", "0.00") else text


def _outline(cell: str) -> BaseGeometry | None:
    """A geopoint, geotrace or geoshape as a geometry."""
    places = [
        (float(part.split()[1].replace(",", ".")), float(part.split()[0].replace(",", ".")))
        for part in cell.strip(" ;").split(";")
        if part.strip()
    ]
    if not places:
        return None
    if len(places) == 1:
        return shapely.Point(places[0])
    if len(places) >= 4 and places[0] == places[-1]:
        return shapely.Polygon(places)
    return shapely.LineString(places)

"""Which columns of a file are used: the table's own; what is missing, kept out or dropped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from outreach_map.errors import Problem
from outreach_map.intake.forms import Shape, flattened
from outreach_map.intake.messages import expected
from outreach_map.intake.personal import About, about, is_personal
from outreach_map.intake.rows import RawCell, RawPoint, Row
from outreach_map.intake.sources import Source, SourceRow, is_value

PLACE = frozenset(("lon", "lat"))
_DBF_NAME = 10
_TOLD = 12
_LOOKED_AT = 20
_USUAL_ITEMS = ("syringes", "naloxone", "condoms", "lubricant")


def known_columns(kind: type[Row]) -> frozenset[str]:
    """Columns of a table, without its families."""
    fields = frozenset(kind.model_fields) - {"row", "geometry", "stock", "carry"}
    return fields | PLACE if kind.located else fields


def shape_of(kind: type[Row]) -> Shape:
    """What a form's export has to be made into."""
    lists = frozenset(
        name for name, field in kind.model_fields.items() if "tuple" in str(field.annotation)
    )
    return Shape(known_columns(kind), lists, kind.prefixes, kind.located)


def item(name: str, prefix: str) -> str:
    """Item of a column such as `stock_<item>`; empty where the column is not of that family."""
    rest = name.removeprefix(prefix)
    # Names of items are published, so none may hold what could be a telephone number.
    fits = re.fullmatch("[a-z0-9_]{1,30}", rest) and not re.search(r"\d_?\d_?\d", rest)
    return rest if name != rest and fits else ""


def prepared(
    source: Source,
    kind: type[Row],
    renamed: Mapping[str, str],
    *,
    table: str = "",
    all_public: bool = False,
) -> Source:
    """The source under the table's own names, without the columns that are not the table's.

    What is missing, dropped or kept out is among its problems; one that lacks a column fails.

    Parameters
    ----------
    source
        As it was read.
    kind
        Of the rows that are to be made.
    renamed
        The programme's own names, in lower case -> names of the table.
    table
        Name of the table under [columns]; empty where none of its columns can be renamed.
    all_public
        Whether the programme says that every point of a table without the column may be known.
    """
    if not source.columns:
        return source
    known = known_columns(kind)
    source = flattened(source, shape_of(kind), {**_cut_names(source, kind), **renamed})
    if source.failed and not source.rows:
        return source
    used = {name for name in source.columns if name in known or _of_family(name, kind)}
    spare = [name for name in source.columns if name not in used]
    personal = [name for name in spare if is_personal(name)]
    unknown = [name for name in spare if name not in personal]
    # Without a spare column there is nothing that the missing one could be.
    own = f", or name yours under [columns.{table}]" if table and any(unknown) else ""
    missing = list(_missing(source, kind, own))
    if kind is RawPoint and source.rows and "public" not in used:
        if all_public and not _near("public", source):
            source = _with_public(source)
        else:
            missing.append(_no_public(source, own))
    source.problems += missing
    shown = len(used) > 1 or _is_header(source)
    if personal:
        one = len(personal) == 1
        source.note(
            f"has {_columns(personal)} about persons, by the name{_named(personal, shown)}",
            f"Nothing in {'it' if one else 'them'} was read. "
            f"Take {'it' if one else 'them'} out of the file for good.",
        )
    if unknown:
        source.note(
            f"has {_columns(unknown)} that no table uses{_named(unknown, shown)}",
            "What no table uses is left out and never published; a name of your own for a column "
            "goes under [columns].",
        )
    return _without(source, frozenset(spare)) if spare else source


def _columns(names: Sequence[str]) -> str:
    return f"{len(names)} column{'s' * (len(names) != 1)}"


def _named(names: Sequence[str], shown: bool) -> str:
    told = _list(names) if shown else ""
    return f": {told}" if told else ""


def _list(names: Sequence[str]) -> str:
    """Names without those that could be what stands in a cell."""
    fit = [name for name in names if re.fullmatch(r"[^\W\d][\w /.:-]{0,39}", name)]
    told = [name for name in fit if not re.search(r"\d\W?\d\W?\d", name)]
    return ", ".join(told[:_TOLD]) + (" …" if told and len(names) > len(told[:_TOLD]) else "")


def _is_header(source: Source) -> bool:
    """Whether names of which none is known are a header all the same, and no row of data.

    A row of data has its numbers and dates where the rows below it have theirs.
    """
    if any(is_value(name) for name in source.columns):
        return False
    below = source.rows[:_LOOKED_AT]
    return any(is_value(cell) for row in below for cell in row.values)


def _of_family(name: str, kind: type[Row]) -> bool:
    return any(item(name, prefix) for prefix in kind.prefixes)


def _without(source: Source, spare: frozenset[str]) -> Source:
    kept: dict[tuple[str, ...], tuple[tuple[str, ...], list[int]]] = {}

    def bare(row: SourceRow) -> SourceRow:
        if row.header not in kept:
            places = [i for i, name in enumerate(row.header) if name and name not in spare]
            kept[row.header] = (tuple(row.header[i] for i in places), places)
        header, places = kept[row.header]
        count = len(row.values)
        values = tuple(row.values[i] if i < count else "" for i in places)
        return SourceRow(row.row, header, values, row.geometry)

    return source.reshaped([name for name in source.columns if name not in spare], bare)


def _cut_names(source: Source, kind: type[Row]) -> dict[str, str]:
    """Names that a shapefile cut to ten letters -> the only column that begins so."""
    if not source.file.lower().endswith(".zip"):
        return {}
    found = {}
    known = known_columns(kind) | {p + item for p in kind.prefixes for item in _USUAL_ITEMS}
    for name in source.columns:
        whole = [column for column in known if column.startswith(name)]
        if len(name) == _DBF_NAME and name not in known and len(whole) == 1:
            found[name] = whole[0]
    return found


def _missing(source: Source, kind: type[Row], own: str) -> Iterator[Problem]:
    if source.has_geometry and not source.rows:
        return
    required = [
        name
        for name, field in kind.model_fields.items()
        if (field.is_required() or name in kind.may_be_empty) and name not in ("row", "geometry")
    ]
    if kind.located and not source.has_geometry:
        required += ["lon", "lat"]
    for name in required:
        if name not in source.columns:
            near = _near(name, source)
            hint = (
                f"Is it the column {near}? Rename it, and fill it" if near else "Add it and fill it"
            )
            yield source.problem(
                _lacks(source),
                f"{hint}{'' if near else own}.",
                column=name,
                expected=expected(kind, name),
            )
    placed = source.has_geometry or "h3" in source.columns or {*source.columns} >= PLACE
    if kind is RawCell and not placed:
        mend = "Add it, or lon and lat; fill it."
        yield source.problem(_lacks(source), mend, column="h3", expected="an H3 cell of residents")


def _near(name: str, source: Source) -> str:
    """The column whose name is nearly that; empty where there is none."""
    # Of three letters two are soon the same.
    cutoff = 0.6 if len(name) > 3 else 0.8
    return next(iter(difflib.get_close_matches(name, source.columns, n=1, cutoff=cutoff)), "")


def _lacks(source: Source) -> str:
    """That a column is missing, and from which row where the header is not the first."""
    row = source.header_row
    return "the column is missing" + (f" from the header, row {row}" if row and row > 1 else "")


def _no_public(source: Source, own: str) -> Problem:
    """Nobody is told where a point is unless the file says that anybody may know."""
    near = _near("public", source)
    if near:
        what = f"{_lacks(source)}, and there is one with nearly that name"
        mend = f"Rename the column {near}, or hidden points would be shown."
    else:
        what = f"{_lacks(source)}, so nothing tells a hidden place from others"
        mend = "Add it: yes for each place that anybody may know, no for a depot or hidden place"
        mend += f"{own}."
    return source.problem(what, mend, column="public", expected="yes or no")


def _with_public(source: Source) -> Source:
    """The points of a programme that says of all of them that anybody may know them."""

    def public(row: SourceRow) -> SourceRow:
        spare = [""] * (len(row.header) - len(row.values))
        return replace(row, header=(*row.header, "public"), values=(*row.values, *spare, "yes"))

    return source.reshaped((*source.columns, "public"), public)


def unknown_targets(names: Mapping[str, str], kind: type[Row], where: str) -> Iterable[Problem]:
    """Problems of a table under [columns]: what it maps to has to be a column of ours.

    Telephones, addresses and codes of persons are read under no name.
    """
    for theirs in names:
        if about(theirs) in (About.REACH, About.CODES):
            yield Problem(
                "outreach.toml",
                None,
                f"columns.{where}",
                "maps a column about persons, which is never read",
                "Take the line out, and the column out of the file.",
            )
    known = known_columns(kind) | ({"geometry"} if kind.located else set())
    for target in sorted(set(names.values())):
        if target in known or _of_family(target, kind):
            continue
        near = difflib.get_close_matches(target, sorted(known), n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(sorted(known))}."
        what = "maps a name to what is no column of ours"
        yield Problem("outreach.toml", None, f"columns.{where}", what, hint)
    for target in sorted(set(names.values())):
        if sum(value == target for value in names.values()) > 1:
            yield Problem(
                "outreach.toml",
                None,
                f"columns.{where}",
                "maps two names to one column",
                "Keep one of them.",
            )

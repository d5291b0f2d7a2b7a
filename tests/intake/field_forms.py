"""Exports of field forms as their servers write them, from validated rows.

After the export code of KoboToolbox (formpack) and ODK Central (central-backend), and their
manuals: what names columns get, what an answer looks like, and what the servers add.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import shapely

from outreach_map.intake.rows import Row
from tests.intake.written import Cells, cells_of, delimited, header_of, text

LISTS = ("communities", "languages", "services_needed", "services", "no_go", "assessed_by")
LABELS = {
    "id": "Code of the place",
    "communities": "Who comes here? - all that apply",
    "languages": "Languages spoken",
    "est_mid": "How many people?",
    "note": "Anything else",
    "active_hours": "When are people here?",
}


def spot(shape: shapely.Geometry, precision: object) -> tuple[str, str, str, str]:
    return text(shape.y), text(shape.x), "0", text(precision) or "0"


def trace(shape: shapely.Geometry) -> str:
    """A geoshape: places of four numbers, the first one again at the end."""
    ring = list(shape.exterior.coords)
    return ";".join(f"{y} {x} 0 0" for x, y in ring)


def kobo(
    rows: Sequence[Row], *, group: str = "", options: str = "one column", labels: bool = False,
    server: bool = True, none: str = "", shapes: bool = False,
) -> list[Cells]:  # fmt: skip
    """Rows of an export of KoboToolbox, groups parted by /.

    `options` is how several answers are written: one column, columns, or both.
    """
    found: list[Cells] = []
    for number, row in enumerate(rows, start=1):
        cells = cells_of(row)
        precision = cells.pop("precision_m", None)
        made: Cells = {"start": f"2026-11-20T10:0{number}:00.000+01:00"} if server else {}
        made |= {"end": f"2026-11-20T10:1{number}:00.000+01:00"} if server else {}
        for name, value in cells.items():
            head = group + (LABELS.get(name, name) if labels else name)
            if name not in LISTS:
                made[head] = value
                continue
            answers = str(value).split(";")
            if options != "columns":
                made[head] = " ".join(answers)
            if options != "one column":
                every = sorted({a for one in rows for a in _answers(one, name)})
                made |= {f"{head}/{one}": "1" if one in answers else "0" for one in every}
        shape = getattr(row, "geometry", None)
        question = group + ("Where is it - on the map?" if labels else "location")
        if shape is not None and shapes:
            made[question] = trace(shape)
        elif shape is not None:
            made[question] = " ".join(spot(shape, precision))
            head, _, last = question.rpartition("/")
            head = f"{head}/" if head else ""
            parts = ("latitude", "longitude", "altitude", "precision")
            made |= {
                f"{head}_{last}_{part}": value
                for part, value in zip(parts, spot(shape, precision), strict=True)
            }
        if server:
            made |= {
                "__version__": "vKq7", "meta/instanceID": f"uuid:{number}", "_id": 40_000 + number,
                "_uuid": f"{number:08d}-aaaa", "_submission_time": f"2026-11-20T11:0{number}:00",
                "_validation_status": "", "_notes": "", "_status": "submitted_via_web",
                "_submitted_by": "peer_team", "_tags": "", "_index": number,
            }  # fmt: skip
        found.append(made)
    names = header_of(found)
    return [{name: row.get(name) or none or None for name in names} for row in found]


def _answers(row: Row, name: str) -> tuple[str, ...]:
    answers: tuple[str, ...] = getattr(row, name)
    return answers


def kobo_csv(rows: Sequence[Cells], *, mark: bool = True) -> bytes:
    """Semicolons, everything in quotes, with a byte order mark."""
    table = delimited(rows, ";", quote_all=True)
    return table.encode("utf-8-sig" if mark else "utf-8")


def kobo_xlsx(path: Path, rows: Sequence[Cells], *, tags: Mapping[str, str] | None = None) -> None:
    """The first sheet; every value is text, as the server writes it. HXL tags may follow."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Places where we meet people, 20"
    names = header_of(rows)
    page.append(names)
    if tags:
        page.append([tags.get(name) for name in names])
    for row in rows:
        page.append([None if row.get(name) is None else text(row[name]) for name in names])
    turns = book.create_sheet("turns")
    turns.append(["note", "_index", "_parent_table_name", "_parent_index"])
    book.save(path)


def kobo_geojson(path: Path, rows: Sequence[Row], *, flat: bool = True) -> None:
    """Questions by their names, several answers parted by spaces, and nothing of the server's."""
    features = []
    shapes = rows[0].geometry.geom_type == "Polygon"  # type: ignore[attr-defined]
    for row, cells in zip(rows, kobo(rows, server=False, shapes=shapes), strict=True):
        kept = {
            name: text(value) for name, value in cells.items()
            if value is not None and not name.startswith("_") and name != "location"
        }  # fmt: skip
        shape = row.geometry  # type: ignore[attr-defined]
        place = shapely.geometry.mapping(shapely.force_3d(shape))
        features.append({"type": "Feature", "geometry": place, "properties": kept})
    one = {"type": "FeatureCollection", "name": "places", "features": features}
    each = [{**one, "form_data": {}, "features": [feature]} for feature in features]
    path.write_text(json.dumps(one if flat else each), encoding="utf-8")


def central(
    rows: Sequence[Row], *, group: str = "", options: str = "one column", shapes: bool = False
) -> list[Cells]:
    """Rows of an export of ODK Central, groups parted by - ."""
    found: list[Cells] = []
    for number, row in enumerate(rows, start=1):
        cells = cells_of(row)
        precision = cells.pop("precision_m", None)
        made: Cells = {"SubmissionDate": f"2026-11-20T11:0{number}:00.123Z"}
        for name, value in cells.items():
            answers = str(value).split(";")
            made[group + name] = " ".join(answers) if name in LISTS else value
            if name in LISTS and options != "one column":
                every = sorted({a for one in rows for a in _answers(one, name)})
                made |= {f"{group}{name}/{one}": str(int(one in answers)) for one in every}
        shape = getattr(row, "geometry", None)
        if shape is not None and shapes:
            made[f"{group}location"] = trace(shape)
        elif shape is not None:
            parts = ("Latitude", "Longitude", "Altitude", "Accuracy")
            made |= {
                f"{group}location-{part}": value
                for part, value in zip(parts, spot(shape, precision), strict=True)
            }
        made |= {
            "meta-instanceID": f"uuid:{number}", "meta-instanceName": "", "KEY": f"uuid:{number}",
            "SubmitterID": 7, "SubmitterName": "Peer team", "AttachmentsPresent": 0,
            "AttachmentsExpected": 0, "Status": "", "ReviewState": "", "DeviceID": "collect:x",
            "Edits": 0, "FormVersion": "3",
        }  # fmt: skip
        found.append(made)
    names = header_of(found)
    return [{name: row.get(name) for name in names} for row in found]

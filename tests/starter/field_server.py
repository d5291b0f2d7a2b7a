"""Exports as KoboToolbox and ODK Central make them, from the definition of the form itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook

Place = tuple[float, float, float, float]
Answer = str | int | float | Sequence[str] | Place | None
Submission = Mapping[str, Answer]

KOBO_METADATA = {
    "_id": "81", "_uuid": "uuid-{}", "_submission_time": "2026-11-2{}T10:00:00",
    "_validation_status": "", "_notes": "", "_status": "submitted_via_web", "_submitted_by": "",
    "__version__": "vK3", "_tags": "", "_index": "{}",
}  # fmt: skip
ODK_METADATA = {
    "KEY": "uuid:{}", "SubmitterID": "5", "SubmitterName": "phone", "AttachmentsPresent": "0",
    "AttachmentsExpected": "0", "Status": "", "ReviewState": "", "DeviceID": "", "Edits": "0",
    "FormVersion": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question of a form: its type and name, its group, and the words it offers."""

    kind: str
    name: str
    group: str
    words: tuple[str, ...]

    @property
    def several(self) -> bool:
        return self.kind.startswith("select_multiple")


def questions(form: Path) -> list[Question]:
    """The questions of an XLSForm, in their order."""
    book = load_workbook(form)
    survey, choices = (_records(book[name]) for name in ("survey", "choices"))
    found, group = [], ""
    for row in survey:
        if row["type"] == "begin_group":
            group = row["name"]
        elif row["type"] == "end_group":
            group = ""
        else:
            chosen = row["type"].split(" ")[1] if row["type"].startswith("select") else ""
            words = tuple(one["name"] for one in choices if one["list_name"] == chosen)
            found.append(Question(row["type"], row["name"], group, words))
    return found


def _records(sheet) -> list[dict[str, str]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def kobo_rows(
    form: Path, submissions: Sequence[Submission], *, groups: bool, options: str
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a Kobo export with "XML values and headers".

    `options` says how several answers are exported: in one column, a column an option, or both.
    """
    header: list[str] = []
    rows: list[list[str]] = [[] for _ in submissions]
    for question in questions(form):
        before = f"{question.group}/" if groups else ""
        answers = [submission.get(question.name) for submission in submissions]
        if question.kind == "geopoint":
            parts = ("latitude", "longitude", "altitude", "precision")
            header += [f"{before}{question.name}"]
            header += [f"{before}_{question.name}_{part}" for part in parts]
            for row, answer in zip(rows, answers, strict=True):
                numbers = [str(number) for number in answer]
                row += [" ".join(numbers), *numbers]
            continue
        if not (question.several and options == "columns"):
            header.append(f"{before}{question.name}")
            for row, answer in zip(rows, answers, strict=True):
                row.append(_cell(answer))
        if question.several and options != "one":
            header += [f"{before}{question.name}/{word}" for word in question.words]
            for row, answer in zip(rows, answers, strict=True):
                row += [str(int(word in (answer or ()))) for word in question.words]
    header += [*KOBO_METADATA]
    for number, row in enumerate(rows, start=1):
        row += [value.format(number) for value in KOBO_METADATA.values()]
    return header, rows


def kobo_csv(form: Path, submissions: Sequence[Submission], *, groups: bool, options: str) -> bytes:
    header, rows = kobo_rows(form, submissions, groups=groups, options=options)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([header, *rows])
    return out.getvalue().encode("utf-8-sig")


def kobo_xlsx(
    form: Path, submissions: Sequence[Submission], *, groups: bool, options: str
) -> bytes:
    header, rows = kobo_rows(form, submissions, groups=groups, options=options)
    book, out = Workbook(), io.BytesIO()
    book.active.title = "Outreach Map"
    for number, row in enumerate([header, *rows], start=1):
        for column, text in enumerate(row, start=1):
            cell = book.active.cell(number, column, _number(text))
            if isinstance(cell.value, str):
                cell.data_type = "s"
    book.save(out)
    return out.getvalue()


def _number(cell: str) -> str | float | None:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def kobo_geojson(form: Path, submissions: Sequence[Submission], *, groups: bool) -> bytes:
    features = []
    for number, submission in enumerate(submissions, start=1):
        properties, geometry = {}, None
        for question in questions(form):
            answer = submission.get(question.name)
            if question.kind == "geopoint":
                lat, lon, altitude, _ = answer
                geometry = {"type": "Point", "coordinates": [lon, lat, altitude]}
            else:
                before = f"{question.group}/" if groups else ""
                properties[f"{before}{question.name}"] = _cell(answer)
        properties |= {key: value.format(number) for key, value in KOBO_METADATA.items()}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "name": "x", "features": features}).encode()


def odk_csv(form: Path, submissions: Sequence[Submission], *, split: bool) -> bytes:
    """A CSV of ODK Central; with `split` an option of several has a column too."""
    header = ["SubmissionDate"]
    rows = [[f"2026-11-2{number}T10:00:00.000Z"] for number in range(1, len(submissions) + 1)]
    for question in questions(form):
        answers = [submission.get(question.name) for submission in submissions]
        name = f"{question.group}-{question.name}"
        if question.kind == "geopoint":
            header += [
                f"{name}-{part}" for part in ("Latitude", "Longitude", "Altitude", "Accuracy")
            ]
            for row, answer in zip(rows, answers, strict=True):
                row += [str(number) for number in answer]
            continue
        header.append(name)
        for row, answer in zip(rows, answers, strict=True):
            row.append(_cell(answer))
        if question.several and split:
            header += [f"{name}/{word}" for word in question.words]
            for row, answer in zip(rows, answers, strict=True):
                row += [str(int(word in (answer or ()))) for word in question.words]
    header += ["meta-instanceID", *ODK_METADATA]
    for number, row in enumerate(rows, start=1):
        row += [f"uuid:{number}", *(value.format(number) for value in ODK_METADATA.values())]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def _cell(answer: Answer) -> str:
    if answer is None:
        return ""
    return " ".join(answer) if isinstance(answer, list | tuple) else str(answer)

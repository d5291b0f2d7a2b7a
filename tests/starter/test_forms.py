"""The field forms are XLSForm, and what the servers make of them reads back as it is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from outreach_map.intake import collect_problems, read_tables
from outreach_map.programme import load_programme
from outreach_map.starter import Begun
from outreach_map.starter.forms import FORMS, LOCATION, Form
from outreach_map.starter.schema import columns
from tests.starter.field_server import (
    kobo_csv,
    kobo_geojson,
    kobo_xlsx,
    odk_csv,
    questions,
)

HOTSPOTS = (
    {
        "id": "N1", "location": (53.551, 13.251, 12.0, 8.5), "typology": "park",
        "communities": ("pwid", "fsw"), "languages": ("de", "pt-BR"), "est_min": 5, "est_mid": 12,
        "est_max": 30, "est_date": "2026-11-20",
        "active_hours": "Mo-Fr 18:00-23:00; Sa 20:00-02:00",
        "services_needed": ("nsp", "naloxone", "oat_referral"), "injections_per_day": 2.5,
        "visits_per_month": 4, "review_by": "2027-05-20", "note": "=by the bridge; ask first",
    },
    {"id": "N2", "location": (53.559, 13.262, 0.0, 0.0), "typology": "under_bridge",
     "communities": ("msm",)},
)  # fmt: skip
VISITS = (
    {"date": "2026-11-20", "hotspot_id": "H1", "team_id": "T1", "outcome": "done", "contacts": 9,
     "new_contacts": 2, "referrals": 1, "overdoses_reversed": 0, "syringes_out": 120,
     "syringes_in": 80, "naloxone_out": 3, "condoms_out": 60},
    {"date": "2026-11-21", "hotspot_id": "H2", "team_id": "T1", "outcome": "nobody_there"},
)  # fmt: skip
EXPORTS = {
    **{
        f"kobo-{'groups' if groups else 'plain'}-{options}.{ending}": (
            lambda form, rows, g=groups, o=options, make=make: make(form, rows, groups=g, options=o)
        )
        for groups in (True, False)
        for options in ("one", "columns", "both")
        for ending, make in (("csv", kobo_csv), ("xlsx", kobo_xlsx))
    },
    "kobo-groups.geojson": lambda form, rows: kobo_geojson(form, rows, groups=True),
    "kobo-plain.geojson": lambda form, rows: kobo_geojson(form, rows, groups=False),
    "odk.csv": lambda form, rows: odk_csv(form, rows, split=False),
    "odk-split.csv": lambda form, rows: odk_csv(form, rows, split=True),
}


def form_path(begun: Begun, form: str) -> Path:
    return begun.folder / "forms" / f"{form}.xlsx"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.table)
def test_a_form_is_taken_without_a_warning(form: Form, begun: Begun) -> None:
    made = convert(form_path(begun, form.table), validate=False)
    assert made.warnings == []
    assert f"<h:title>{form.title}</h:title>" in made.xform
    for question in questions(form_path(begun, form.table)):
        assert f'nodeset="/data/{question.group}/{question.name}"' in made.xform
    assert f'<data id="outreach_{form.table}" version="1">' in made.xform


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.table)
def test_a_form_asks_for_the_columns_of_the_schema_and_no_others(form: Form) -> None:
    asked = {name for names in form.groups.values() for name in names}
    places = {"lon", "lat"} if LOCATION in asked else set()
    known = {column.name for column in columns(form.table)}
    assert (asked - {LOCATION}) | places | {*form.left_out} == known
    assert not asked & {*form.left_out}


def test_a_form_records_nothing_of_who_fills_it_in(begun: Begun) -> None:
    recording = re.compile(
        "start|end|today|deviceid|username|phonenumber|email|audit|photo|image|barcode|calculate"
    )
    for form in FORMS:
        kinds = {question.kind for question in questions(form_path(begun, form.table))}
        assert not [kind for kind in kinds if recording.fullmatch(kind)]


def test_every_choice_is_a_word_that_intake_takes(begun: Begun) -> None:
    from outreach_map.settings import LANGUAGE

    for form in FORMS:
        for question in questions(form_path(begun, form.table)):
            shape = LANGUAGE if question.name == "languages" else re.compile("[a-z][a-z0-9_]{0,39}")
            assert all(shape.fullmatch(word) for word in question.words), question.name
            assert bool(question.words) == question.kind.startswith("select")


def test_a_text_of_the_form_is_no_formula(begun: Begun) -> None:
    for form in FORMS:
        book = load_workbook(form_path(begun, form.table))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_hotspots_reads_back_without_a_mapping(name: str, begun: Begun, own) -> None:
    content = EXPORTS[name](form_path(begun, "hotspots"), HOTSPOTS)
    folder = own({name: content}, toml="")
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text().replace('"hotspots.csv"', f'"{name}"'))
    programme = load_programme(folder)
    bounds = (13.1, 53.4, 13.4, 53.7)
    assert [p for p in collect_problems(programme, bounds=bounds) if p.file == name] == []
    first, second = read_tables(programme, bounds=bounds).hotspots
    assert (first.geometry.x, first.geometry.y) == (13.251, 53.551)
    assert (second.geometry.x, second.geometry.y) == (13.262, 53.559)
    assert (first.id, first.typology) == ("N1", "park")
    assert (first.communities, first.languages) == (("fsw", "pwid"), ("de", "pt-BR"))
    assert (first.est_min, first.est_mid, first.est_max) == (5, 12, 30)
    assert (first.est_date, first.review_by) == (date(2026, 11, 20), date(2027, 5, 20))
    assert first.active_hours.text == "Mo-Fr 18:00-23:00; Sa 20:00-02:00"
    assert first.services_needed == ("naloxone", "nsp", "oat_referral")
    assert (first.injections_per_day, first.visits_per_month) == (2.5, 4)
    assert first.note == "=by the bridge; ask first"
    # A place that was chosen on the map has no accuracy: 0 is written where none was measured.
    assert first.precision_m == (None if name.endswith("geojson") else 8.5)
    assert second.precision_m is None
    assert (second.communities, second.languages, second.est_mid) == (("msm",), (), None)


@pytest.mark.parametrize("name", [name for name in EXPORTS if not name.endswith("geojson")])
def test_an_export_of_visits_reads_back_without_a_mapping(name: str, begun: Begun, own) -> None:
    content = EXPORTS[name](form_path(begun, "visits"), VISITS)
    programme = load_programme(own({name: content}, toml=f'visits = "{name}"'))
    assert [p for p in collect_problems(programme) if p.file == name] == []
    first, second = read_tables(programme).visits
    assert (first.date, first.hotspot_id, first.team_id) == (date(2026, 11, 20), "H1", "T1")
    assert (first.contacts, first.new_contacts, first.referrals) == (9, 2, 1)
    assert (first.syringes_out, first.syringes_in) == (120, 80)
    assert (first.naloxone_out, first.condoms_out, first.overdoses_reversed) == (3, 60, 0)
    assert (first.outcome, second.outcome) == ("done", "nobody_there")
    assert second.contacts is None

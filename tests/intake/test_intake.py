"""The planner's files: what is read, what is said about what is wrong, and what is never said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from outreach_map.errors import InputError, Problem, ProgrammeError, Severity
from outreach_map.hours import Hours
from outreach_map.intake import collect_problems, read_tables
from outreach_map.programme import Programme, load_programme
from outreach_map.tables import DecisionKind, Mode, PointStatus, RiskAction
from tests.intake.written import workbook

TOML = """
[programme]
name = "Test"
timezone = "Europe/Berlin"
"""
HOTSPOTS = "id,lon,lat,communities,est_min,est_mid,est_max,active_hours\n"
POINTS = (
    "id,name,lon,lat,type,services,stock_syringes,public\n"
    "P1,Point,13.25,53.55,clinic,nsp;condoms,5,yes\n"
)
TEAMS = "id,size,mode,start,end,shift,carry_syringes\nT1,2,walk,P1,P1,Mo-Fr 09:00-13:00,100\n"
BOUNDS = (13.19, 53.51, 13.33, 53.60)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Programme]:
    """Write a small programme; keyword arguments are files by stem and replace the usual ones."""

    def make(toml: str = TOML, **files: str | bytes) -> Programme:
        usual = {"hotspots": HOTSPOTS + "H1,13.25,53.55,pwid,1,2,3,Mo-Fr 10:00-16:00\n"}
        usual |= {"points": POINTS, "teams": TEAMS}
        (tmp_path / "outreach.toml").write_text(toml, encoding="utf-8")
        (tmp_path / "streets.osm.pbf").touch()
        for stem, content in {**usual, **files}.items():
            path = tmp_path / f"{stem}.csv"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_programme(tmp_path)

    return make


def only_problem(programme: Programme) -> Problem:
    problems = [
        p for p in collect_problems(programme, bounds=BOUNDS) if p.severity is Severity.ERROR
    ]
    assert len(problems) == 1, problems
    return problems[0]


def test_rows_are_read_with_their_numbers(write) -> None:
    tables = read_tables(write(), bounds=BOUNDS)
    hotspot, point, team = tables.hotspots[0], tables.points[0], tables.teams[0]
    assert (hotspot.row, hotspot.id, hotspot.communities) == (2, "H1", ("pwid",))
    assert (hotspot.geometry.x, hotspot.geometry.y) == (13.25, 53.55)
    assert hotspot.active_hours == Hours("Mo-Fr 10:00-16:00")
    assert (point.services, point.stock) == (("condoms", "nsp"), {"syringes": 5})
    assert (point.public, point.status) == (True, PointStatus.UNKNOWN)
    assert (team.mode, team.carry) == (Mode.WALK, {"syringes": 100})


def test_semicolons_a_byte_order_mark_and_decimal_commas_are_read(write) -> None:
    text = "﻿id;lon;lat;est_mid\r\nH1;13,25;53,55;2,5\r\n"
    hotspot = read_tables(write(hotspots=text), bounds=BOUNDS).hotspots[0]
    assert (hotspot.geometry.x, hotspot.est_mid) == (13.25, 2.5)


def test_geojson_is_read_with_polygons(write, tmp_path: Path) -> None:
    square = [[[13.24, 53.54], [13.25, 53.54], [13.25, 53.55], [13.24, 53.54]]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": square},
        "properties": {"id": "R1", "category": "policing", "affects": "both", "likelihood": 3,
                       "impact": 4, "action": "avoid", "assessed_by": "peer;coordinator"},
    }  # fmt: skip
    path = tmp_path / "risks.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    risk = read_tables(write(), bounds=BOUNDS).risks[0]
    assert (risk.row, risk.geometry.geom_type, risk.action) == (1, "Polygon", RiskAction.AVOID)
    assert risk.assessed_by == ("coordinator", "peer")


def test_population_comes_by_h3_cell_or_by_place(write, tmp_path: Path) -> None:
    text = "h3,population\n891f1d48a27ffff,159\n"
    residents = read_tables(write(population=text), bounds=None).residents
    assert residents is not None
    assert residents.people.tolist() == [159.0]
    assert residents.lon_lat.shape == (1, 2)
    place = {"type": "Point", "coordinates": [13.25, 53.55]}
    feature = {"type": "Feature", "geometry": place, "properties": {"population": 12}}
    path = tmp_path / "people.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    toml = TOML + '[files]\npopulation = "people.geojson"'
    residents = read_tables(write(toml), bounds=None).residents
    assert residents is not None
    assert residents.lon_lat.tolist() == [[13.25, 53.55]]
    assert "h3" in only_problem(write(population="h3,population\nnowhere,1\n")).column


ROW = "H1,13.25,53.55,pwid,1,2,3,Mo-Fr 10:00-16:00\n"
CASES = {
    "empty": ({"hotspots": ""}, "", "is empty"),
    "blank lines": ({"hotspots": "\n \n"}, "", "is empty"),
    "no rows": ({"hotspots": HOTSPOTS}, "", "has no rows"),
    "missing column": ({"teams": TEAMS.replace("shift", "shifts")}, "shift", "missing"),
    "text in a number": (
        {"hotspots": HOTSPOTS + ROW.replace(",2,", ",two,")},
        "est_mid",
        "not a number",
    ),
    "order of estimates": (
        {"hotspots": HOTSPOTS + ROW.replace("1,2,3", "3,2,1")},
        "est_mid",
        "does not lie between",
    ),
    "doubled id": ({"hotspots": HOTSPOTS + ROW + ROW}, "id", "the same as in row 2"),
    "hours": (
        {"hotspots": HOTSPOTS + ROW.replace("Mo-Fr 10:00-16:00", "weekdays")},
        "active_hours",
        "opening_hours",
    ),
    "far": ({"hotspots": HOTSPOTS + ROW.replace("53.55", "53.95")}, "lon, lat", "far"),
    "swapped": (
        {"hotspots": HOTSPOTS + ROW.replace("13.25,53.55", "53.55,13.25")},
        "lon, lat",
        "swapped",
    ),
    "no place": (
        {"hotspots": HOTSPOTS + ROW.replace("13.25,53.55", "13.25,")},
        "lat",
        "is empty",
    ),
    "unknown start": (
        {"teams": TEAMS.replace("P1,P1", "P9,P1")},
        "start",
        "names no row of points.csv",
    ),
    "alone": ({"teams": TEAMS.replace("T1,2", "T1,1")}, "size", "nobody goes out alone"),
    "mode": ({"teams": TEAMS.replace("walk", "fly")}, "mode", "not one of the known words"),
    "date": ({"visits": "date,hotspot_id,team_id\n2026-02-30,H1,T1\n"}, "date", "does not exist"),
    "unknown hotspot": (
        {"visits": "date,hotspot_id,team_id\n2026-02-03,H9,T1\n"},
        "hotspot_id",
        "names no row",
    ),
    "no team": ({"decisions": "kind,hotspot_id\nprefer_team,H1\n"}, "team_id", "empty"),
    "not text": ({"hotspots": b"\xff\xfe\x00id"}, "", "not text in any encoding"),
    "too many cells": ({"hotspots": HOTSPOTS + ROW.rstrip() + ",x,y\n"}, "", "more cells"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_problem_names_its_place_and_what_to_do(case: str, write) -> None:
    files, column, words = CASES[case]
    problem = only_problem(write(**files))
    assert problem.file == f"{next(iter(files))}.csv"
    assert problem.column == column
    assert words in problem.what
    assert problem.mend.endswith(".")
    assert "13.25" not in str(problem)


def test_all_problems_come_at_once(write) -> None:
    files = {
        "hotspots": HOTSPOTS
        + ROW.replace(",2,", ",two,")
        + ROW.replace("H1", "H2").replace("Mo", "Xx"),
        "teams": TEAMS.replace("walk", "fly"),
    }
    with pytest.raises(InputError) as caught:
        read_tables(write(**files), bounds=BOUNDS)
    found = [(p.file, p.row, p.column) for p in caught.value.problems]
    assert found == [
        ("hotspots.csv", 2, "est_mid"),
        ("hotspots.csv", 3, "active_hours"),
        ("teams.csv", 2, "mode"),
    ]


def test_a_file_in_another_crs_is_brought_to_degrees(write, tmp_path: Path) -> None:
    east, north = Transformer.from_crs(4326, 25833, always_xy=True).transform(13.25, 53.55)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    risk = {"id": "R1", "category": "policing", "affects": "both", "likelihood": 2, "impact": 3}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [east, north]},
        "properties": risk,
    }
    document = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    (tmp_path / "risks.geojson").write_text(json.dumps(document))
    place = read_tables(write(), bounds=BOUNDS).risks[0].geometry
    assert (place.x, place.y) == pytest.approx((13.25, 53.55), abs=1e-7)


def test_an_open_quote_is_named_with_its_row(write) -> None:
    problem = only_problem(write(hotspots=HOTSPOTS + ROW + ROW.replace("H1", '"H2')))
    assert (problem.row, problem.file) == (3, "hotspots.csv")
    assert "quote" in problem.what


def test_a_comma_in_a_number_of_a_comma_file_is_refused(write) -> None:
    text = HOTSPOTS + ROW.replace(",1,2,3,", ',1,"1,234",5,')
    assert only_problem(write(hotspots=text)).column == "est_mid"


def test_a_bad_row_is_not_reported_again_by_those_that_refer_to_it(write) -> None:
    visits = "date,hotspot_id,team_id\n2026-02-03,H1,T1\n"
    spoilt = HOTSPOTS + ROW.replace(",2,", ",two,")
    assert only_problem(write(hotspots=spoilt, visits=visits)).column == "est_mid"
    spoilt_file = b"\xff\xfe\x00"
    assert "not text" in only_problem(write(hotspots=spoilt_file, visits=visits)).what
    assert only_problem(write(points=spoilt_file)).file == "points.csv"


def test_a_list_with_commas_is_told_to_use_semicolons(write) -> None:
    text = HOTSPOTS + ROW.replace("pwid", '"pwid, fsw"')
    assert "Separate them by ;" in only_problem(write(hotspots=text)).mend


def test_unknown_columns_are_left_out_with_a_warning(write) -> None:
    text = HOTSPOTS.replace("communities", "Real Name").replace("id,", "id,") + ROW
    tables = read_tables(write(hotspots=text), bounds=BOUNDS)
    assert {warning.severity for warning in tables.warnings} == {Severity.WARNING}
    said = [warning.what for warning in tables.warnings if warning.file == "hotspots.csv"]
    assert said == ["has 1 column about persons, by the name: real name"]


def test_a_date_is_shown_and_a_misplaced_note_is_not(write) -> None:
    text = "id,lon,lat,review_by\nH1,13.25,53.55,{}\n"
    assert only_problem(write(hotspots=text.format("2026-13-01"))).found == "2026-13-01"
    assert only_problem(write(hotspots=text.format("by the kiosk"))).found == ""


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.lists(
        st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters='",\n\r')),
        min_size=8,
        max_size=8,
    )
)
def test_whatever_stands_in_a_row_is_read_or_said_but_not_repeated(write, cells: list[str]) -> None:
    canary = "Zwiebelturm"
    row = ",".join(f"{canary}{cell}" for cell in cells)
    problems = collect_problems(write(hotspots=HOTSPOTS + row + "\n"), bounds=BOUNDS)
    assert problems
    assert canary not in str(InputError(problems))
    assert canary not in repr(problems)


def test_settings_are_checked(write) -> None:
    cases = {
        "[routing]\niteratons = 5": "iterations",
        "[privacy]\nresidents = 5": "residents",
        '[contacts]\nlegal = { name = "A", phone = "call me" }': "telephone",
        '[files]\nhotspots = "../other.csv"': "inside",
        '[files]\nvisits = "log.csv"': "does not exist",
        "[risk]\nmedium = 20": "medium",
        "[routing\nx = 1": "line 5",
    }
    for text, words in cases.items():
        with pytest.raises(ProgrammeError, match=words):
            write(TOML + text)
    with pytest.raises(ProgrammeError, match="time zone"):
        write(TOML.replace("Berlin", "Atlantis"))
    with pytest.raises(ProgrammeError, match="legal"):
        write().require_legal()
    with pytest.raises(ProgrammeError, match=r"outreach\.toml"):
        load_programme("nowhere")


def test_a_whole_city_is_read(porto_alegre: Path) -> None:
    tables = read_tables(load_programme(porto_alegre))
    assert [len(t) for t in (tables.hotspots, tables.points, tables.risks, tables.teams)] == [
        120, 24, 14, 8,
    ]  # fmt: skip
    assert len(tables.visits) == 802
    assert [row.kind for row in tables.decisions] == list(DecisionKind)
    assert tables.residents is not None
    assert len(tables.residents.people) == 1227


@pytest.mark.parametrize("as_text", ["53,55", "+53,55", "53.55"])
def test_a_decimal_comma_in_a_latitude_is_read_in_every_format(
    write, tmp_path: Path, as_text: str
) -> None:
    quoted = f'id,lon,lat\nH1,"13,25","{as_text}"\n'
    spot = read_tables(write(hotspots=quoted), bounds=BOUNDS).hotspots[0].geometry
    assert (spot.x, spot.y) == (13.25, 53.55)
    workbook(tmp_path / "sites.xlsx", [{"id": "H1", "lon": "13,25", "lat": as_text}])
    programme = write(TOML + '[files]\nhotspots = "sites.xlsx"\n')
    spot = read_tables(programme, bounds=BOUNDS).hotspots[0].geometry
    assert (spot.x, spot.y) == (13.25, 53.55)

"""What a planner reads about a file that cannot be used: word for word, and nothing raw in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from outreach_map.errors import InputError, Problem, Severity
from outreach_map.intake import RawHotspot, collect_problems, read_tables
from outreach_map.programme import Programme

BOUNDS = (13.19, 53.51, 13.33, 53.60)
HOTSPOTS = "id,lon,lat,est_min,est_mid,est_max,active_hours,review_by\n"
HOTSPOT = "H1,13.25,53.55,11,20,30,Mo-Fr 10:00-16:00,2027-01-01\n"
POINTS = "id,name,lon,lat,type,services,stock_syringes,public\n"
TEAMS = "id,size,mode,start,end,shift\n"
VISITS = "date,hotspot_id,team_id,contacts\n"
RISKS = "id,lon,lat,category,affects,likelihood,impact,assessed_on,expires_on\n"
DECISIONS = "kind,hotspot_id,team_id,from_date,until_date\n"
DIGITS = "Write digits only, or leave the cell empty if unknown."
DEGREES = "Write degrees: lon from -180 to 180, lat from -90 to 90."
SAVE_AGAIN = "Save it again from the spreadsheet."
HEADER = "Write a header row with the column names, then the rows."


def features(geometry: object, *, crs: object = None, **more: object) -> str:
    properties = {"id": "R1", "category": "policing", "affects": "both"}
    feature = {
        "type": "Feature",
        "geometry": geometry,
        "properties": properties | {"likelihood": 2, "impact": 3} | more,
    }
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})


def spot(*lon_lat: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": lon_lat}


MESSAGES: dict[str, tuple[str, str | bytes, str]] = {
    "empty": (
        "hotspots.csv",
        "",
        "hotspots.csv: is empty (0 bytes). Is it still in the cloud? Open it once, so that it "
        "comes to this computer; or save it again.",
    ),
    "separators only": ("hotspots.csv", ",,,\n , ,\n", f"hotspots.csv: is empty. {HEADER}"),
    "header only": (
        "hotspots.csv",
        HOTSPOTS,
        "hotspots.csv: has no rows. Add at least one row below the header.",
    ),
    "missing column": (
        "teams.csv",
        TEAMS.replace("shift", "shifts") + "T1,2,walk,P1,P1,Mo-Fr 09:00-13:00\n",
        "teams.csv, column shift: the column is missing. Is it the column shifts? Rename it, and "
        "fill it.",
    ),
    "text in a number": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace(",20,", ",about ten,"),
        f"hotspots.csv, row 2, column est_mid: is not a number. {DIGITS}",
    ),
    "a comma within a number": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace(",20,", ',"1,234",'),
        "hotspots.csv, row 2, column est_mid: has a comma, which may part thousands or decimals. "
        "Write a point before decimals, and nothing between thousands.",
    ),
    "beyond all numbers": (
        "visits.csv",
        VISITS + "2026-11-02,H1,T1,1e999\n",
        "visits.csv, row 2, column contacts: is larger than can be. Correct the number.",
    ),
    "half a visit": (
        "visits.csv",
        VISITS + "2026-11-02,H1,T1,2.5\n",
        "visits.csv, row 2, column contacts: is not a whole number from 0. Write digits only, or "
        "leave it empty.",
    ),
    "text in lon": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("13.25", "by the lake"),
        f"hotspots.csv, row 2, column lon: is not a number. {DIGITS}",
    ),
    "no lat": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("53.55", ""),
        "hotspots.csv, row 2, column lat: is empty. Fill it.",
    ),
    "off the globe": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("13.25", "1325"),
        f"hotspots.csv, row 2, column lon, lat: is not a location in degrees. {DEGREES}",
    ),
    "swapped": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("13.25,53.55", "53.55,13.25"),
        "hotspots.csv, row 2, column lon, lat: longitude and latitude look swapped. Swap the two.",
    ),
    "swapped in most rows": (
        "hotspots.csv",
        (HOTSPOTS + HOTSPOT + HOTSPOT.replace("H1", "H2")).replace("lon,lat", "lat,lon"),
        "hotspots.csv, column lon, lat: longitude and latitude look swapped in most rows. Swap "
        "the names of the two columns.",
    ),
    "far": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("53.55", "53.95"),
        "hotspots.csv, row 2, column lon, lat: lies far (more than 25 km) from the study area. "
        "Check the coordinates, or take an extract and a study area that reach there.",
    ),
    "doubled id": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT + "\n" + HOTSPOT,
        "hotspots.csv, row 4, column id: is the same as in row 2. Give each row an id of its own.",
    ),
    "order of estimates": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("11,20,30", "11,40,30"),
        "hotspots.csv, row 2, column est_mid: does not lie between est_min and est_max. Let "
        "est_min be the lowest and est_max the highest.",
    ),
    "hours": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("Mo-Fr 10:00-16:00", "weekdays"),
        "hotspots.csv, row 2, column active_hours: is not an opening_hours expression. Write it "
        "as in Mo-Fr 09:00-17:00; Sa 10:00-12:00.",
    ),
    "a day that does not exist": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("2027-01-01", "2026-02-30"),
        "hotspots.csv, row 2, column review_by: is a date that does not exist (found "
        "'2026-02-30'). Correct the day or the month.",
    ),
    "a coordinate in a date": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("2027-01-01", "-51.190293"),
        "hotspots.csv, row 2, column review_by: is not a date. Write it as YYYY-MM-DD, for "
        "example 2026-11-23.",
    ),
    "open quote": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("Mo", '"Mo') + HOTSPOT.replace("H1", "H2"),
        "hotspots.csv, row 2: has a quote that does not close, or text behind one. " + SAVE_AGAIN,
    ),
    "too many cells": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.rstrip() + ",and more\n",
        "hotspots.csv, row 2: has more cells than the header. Put a cell that holds the separator "
        "into quotes.",
    ),
    "doubled column": (
        "hotspots.csv",
        HOTSPOTS.replace("est_max", "EST_MID") + HOTSPOT,
        "hotspots.csv: has two columns of the same name. Rename or remove one of them.",
    ),
    "unknown start": (
        "teams.csv",
        TEAMS + "T1,2,walk,P9,P1,Mo-Fr 09:00-13:00\n",
        "teams.csv, row 2, column start: names no row of points.csv. Write the id of a point, or "
        '"lon lat" in degrees.',
    ),
    "an end far off": (
        "teams.csv",
        TEAMS + "T1,2,walk,P1,13.25 54.55,Mo-Fr 09:00-13:00\n",
        "teams.csv, row 2, column end: lies far (more than 25 km) from the study area. Check the "
        "coordinates, or take an extract and a study area that reach there.",
    ),
    "alone": (
        "teams.csv",
        TEAMS + "T1,1,walk,P1,P1,Mo-Fr 09:00-13:00\n",
        "teams.csv, row 2, column size: is below two, and nobody goes out alone. Let two or more "
        "people go together.",
    ),
    "nearly a word": (
        "teams.csv",
        TEAMS + "T1,2,walks,P1,P1,Mo-Fr 09:00-13:00\n",
        "teams.csv, row 2, column mode: is not one of the known words (found 'walks'). Write "
        "walk, bike or drive.",
    ),
    "a name in place of a word": (
        "teams.csv",
        TEAMS + "T1,2,Marisol,P1,P1,Mo-Fr 09:00-13:00\n",
        "teams.csv, row 2, column mode: is not one of the known words. Write walk, bike or drive.",
    ),
    "unknown hotspot": (
        "visits.csv",
        VISITS + "2026-11-02,H9,T1,4\n",
        "visits.csv, row 2, column hotspot_id: names no row of hotspots.csv. Correct the id, or "
        "add the row.",
    ),
    "unknown team": (
        "decisions.csv",
        DECISIONS + "no_go,H1,T9,,\n",
        "decisions.csv, row 2, column team_id: names no row of teams.csv. Correct the id, or add "
        "the row.",
    ),
    "preferred nobody": (
        "decisions.csv",
        DECISIONS + "prefer_team,H1,,,\n",
        "decisions.csv, row 2, column team_id: is empty. Name the team that is preferred or "
        "excluded.",
    ),
    "over before it began": (
        "decisions.csv",
        DECISIONS + "no_go,H1,,2026-12-01,2026-11-01\n",
        "decisions.csv, row 2, column until_date: lies before from_date (found '2026-11-01'). "
        "Correct one of the two dates.",
    ),
    "risk scores": (
        "risks.csv",
        RISKS + "R1,13.25,53.55,policing,both,6,1,,\n",
        "risks.csv, row 2, column likelihood: is out of its range. It has to be less than or "
        "equal to 5.",
    ),
    "expired before assessed": (
        "risks.csv",
        RISKS + "R1,13.25,53.55,policing,both,5,1,2026-05-01,2026-04-01\n",
        "risks.csv, row 2, column expires_on: lies before assessed_on (found '2026-04-01'). "
        "Correct one of the two dates.",
    ),
    "neither yes nor no": (
        "points.csv",
        "id,name,lon,lat,type,services,public\nP1,Point,13.25,53.55,clinic,nsp,perhaps\n",
        "points.csv, row 2, column public: is neither yes nor no. Write yes or no.",
    ),
    "stock": (
        "points.csv",
        POINTS + "P1,Point,13.25,53.55,clinic,nsp,plenty,yes\n",
        f"points.csv, row 2, column stock_syringes: is not a number. {DIGITS}",
    ),
    "language": (
        "points.csv",
        "id,name,lon,lat,type,services,languages,public\nP1,Point,13.25,53.55,clinic,nsp,german,no\n",
        "points.csv, row 2, column languages: is not a list of language tags. Write them as in "
        "pt;es;sw.",
    ),
    "a format of another day": (
        "risks.shp",
        b"\x00",
        "risks.shp: is not a format that can be read. Save it as one of: .csv, .geojson, .gpkg, "
        ".json, .kml, .tsv, .xlsx, .zip.",
    ),
    "UTM in a table": (
        "hotspots.csv",
        HOTSPOTS + HOTSPOT.replace("13.25,53.55", "385432,5934567"),
        "hotspots.csv, row 2, column lon, lat: is not in degrees; the numbers look like metres, as "
        "in UTM. Convert them: load the table in QGIS with the CRS that it has, and export it with "
        "the CRS EPSG:4326 as GeoJSON.",
    ),
    "not GeoJSON": (
        "risks.geojson",
        "[1, 2]",
        "risks.geojson: is not a GeoJSON FeatureCollection. Export the layer again as GeoJSON.",
    ),
    "no geometry": (
        "risks.geojson",
        features(None),
        "risks.geojson, row 1, column geometry: has no place. Record the place, or take the row "
        "out.",
    ),
    "an empty geometry": (
        "risks.geojson",
        features({"type": "Polygon", "coordinates": []}),
        "risks.geojson, row 1: has no geometry that can be read. Draw the feature again.",
    ),
    "not a number for a coordinate": (
        "risks.geojson",
        features(spot(float("nan"), 53.55)),
        "risks.geojson, row 1: has no geometry that can be read. Draw the feature again.",
    ),
    "points in a heap": (
        "risks.geojson",
        features({"type": "MultiPoint", "coordinates": [[13.25, 53.55], [13.26, 53.55]]}),
        "risks.geojson, row 1, column geometry: is neither a point nor an area. Draw a point or a "
        "polygon.",
    ),
    "metres": (
        "risks.geojson",
        features(spot(383000.0, 5934000.0)),
        "risks.geojson, row 1, column lon, lat: is not in degrees; the numbers look like metres, "
        "as in UTM. Set the layer's CRS to the one that it has, and export it again with the CRS "
        "EPSG:4326.",
    ),
    "a CRS that nobody knows": (
        "risks.geojson",
        features(spot(13.25, 53.55), crs={"properties": {"name": "our own grid"}}),
        "risks.geojson: names a reference system (crs) that is not known. Export the layer again "
        "with the CRS EPSG:4326.",
    ),
    "a property twice": (
        "risks.geojson",
        features(spot(13.25, 53.55), ID="R2"),
        "risks.geojson, row 1: has two columns of the same name. Rename or remove one of them.",
    ),
    "residents of nowhere": (
        "population.csv",
        "people,population\n4,12\n5,13\n",
        "population.csv, column h3: the column is missing. Add it, or lon and lat; fill it.",
    ),
    "residents of no cell": (
        "population.csv",
        "h3,population\nnowhere,12\n",
        "population.csv, row 2, column h3: is not an H3 cell, nor lon and lat. Correct it.",
    ),
}


def errors_of(programme: Programme) -> list[Problem]:
    problems = collect_problems(programme, bounds=BOUNDS)
    return [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("case", MESSAGES)
def test_one_fault_is_one_message(case: str, programme_of: Callable[..., Programme]) -> None:
    name, content, message = MESSAGES[case]
    toml = f'[files]\nrisks = "{name}"\n' if name.startswith("risks") else ""
    programme = programme_of({name: content}, toml=toml)
    assert [str(problem) for problem in errors_of(programme)] == [message]
    with pytest.raises(InputError) as caught:
        read_tables(programme, bounds=BOUNDS)
    assert str(caught.value) == f"1 problem in the programme's files:\n  {message}"


def test_swapped_coordinates_are_noticed_without_bounds_where_degrees_end(programme_of) -> None:
    programme = programme_of({"hotspots.csv": "id,lon,lat\nH1,-33.87,151.21\n"})
    found = [p.what for p in collect_problems(programme) if p.severity is Severity.ERROR]
    assert found == ["longitude and latitude look swapped"]


def test_what_is_not_written_down_is_a_warning(programme_of) -> None:
    warnings = read_tables(programme_of({}), bounds=BOUNDS).warnings
    assert [str(warning) for warning in warnings] == [
        "risks.geojson: is not in the folder, so no risk is known, which is not to say that there "
        "is none. Write the register together with the peers.",
        "visits.csv: is not in the folder, so nothing is known of earlier visits. Add the log "
        "when there is one.",
        "decisions.csv: is not in the folder, so no decision of the peers binds the plan. Ask the "
        "peers, and write down what they decide.",
    ]


def test_columns_that_no_table_uses_are_named_once(programme_of) -> None:
    text = "id,lon,lat,Contact of Marisol,stock_x,\nH1,13.25,53.55,a,b,c\n"
    warnings = read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS).warnings
    said = [str(warning) for warning in warnings if warning.file == "hotspots.csv"]
    assert said == [
        "hotspots.csv: has 1 column about persons, by the name: contact of marisol. Nothing in it "
        "was read. Take it out of the file for good.",
        "hotspots.csv: has 2 columns that no table uses: stock_x …. What no table uses is left out "
        "and never published; a name of your own for a column goes under [columns].",
    ]
    odd = "id,name,lon,lat,type,services,public,stock_HIV tests\nP1,P,13.25,53.55,clinic,nsp,no,4\n"
    warnings = read_tables(programme_of({"points.csv": odd}), bounds=BOUNDS).warnings
    assert "points.csv" in {warning.file for warning in warnings}


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "is UTF-16 text"),
        ("utf-16-be", "is UTF-16 text without a mark"),
        ("cp1252", "is read as Windows-1252 text, since it is not UTF-8"),
    ],
)
def test_any_usual_encoding_is_read_and_an_unusual_one_is_noted(
    programme_of, encoding: str, said: str | None
) -> None:
    text = (HOTSPOTS + HOTSPOT).replace("H1", "Hö€1")
    tables = read_tables(programme_of({"hotspots.csv": text.encode(encoding)}), bounds=BOUNDS)
    assert [hotspot.id for hotspot in tables.hotspots] == ["Hö€1"]
    notes = [warning.what for warning in tables.warnings if warning.file == "hotspots.csv"]
    assert notes == ([said] if said else [])


def test_a_row_that_was_lost_is_not_missed_by_others(programme_of) -> None:
    files = {
        "hotspots.csv": HOTSPOTS + HOTSPOT.rstrip() + ",and more\n",
        "visits.csv": VISITS + "2026-11-02,H1,T1,4\n" * 3,
    }
    assert [problem.file for problem in errors_of(programme_of(files))] == ["hotspots.csv"]


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_other_separators_bring_decimal_commas(programme_of, separator: str, mark: str) -> None:
    rows = [["id", "lon", "lat", "est_mid"], ["H1", "13,25", "53,55", "2,5"], ["", "", " ", ""]]
    text = mark + "\r\n".join(separator.join(row) for row in rows)
    hotspot = read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS).hotspots[0]
    assert (hotspot.geometry.x, hotspot.geometry.y, hotspot.est_mid) == (13.25, 53.55, 2.5)


def test_hotspots_may_be_drawn(programme_of) -> None:
    ring = [[13.24, 53.54, 7.0], [13.25, 53.54, 7.0], [13.25, 53.55, 7.0], [13.24, 53.54, 7.0]]
    shapes = [
        spot(13.25, 53.55),
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "MultiPolygon", "coordinates": [[ring]]},
    ]
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            {
                "type": "Feature",
                "geometry": shape,
                "properties": {"id": f"H{i}", "Communities": ["pwid", "fsw"], "est_mid": 12},
            }
            for i, shape in enumerate(shapes, start=1)
        ],
    }
    files = {"places.geojson": json.dumps(document)}
    programme = programme_of(files, toml='[files]\nhotspots = "places.geojson"')
    hotspots = read_tables(programme, bounds=BOUNDS).hotspots
    assert [(h.row, h.id, h.geometry.geom_type) for h in hotspots] == [
        (1, "H1", "Point"), (2, "H2", "Polygon"), (3, "H3", "Polygon"),
    ]  # fmt: skip
    assert {h.geometry.has_z for h in hotspots} == {False}
    assert {(h.communities, h.est_mid) for h in hotspots} == {(("fsw", "pwid"), 12.0)}


def test_nothing_that_prints_a_row_shows_it(programme_of) -> None:
    hotspot = read_tables(programme_of({}), bounds=BOUNDS).hotspots[0]
    assert isinstance(hotspot, RawHotspot)
    printed = {repr(hotspot), str(hotspot), f"{hotspot}", pretty_repr(hotspot)}
    assert printed == {"RawHotspot(row=2)"}


CANARY = "Zwiebelturm"
COLUMNS = {
    "hotspots.csv": "id,lon,lat,precision_m,typology,communities,languages,est_min,est_mid,est_max,"
    "est_date,active_hours,services_needed,injections_per_day,visits_per_month,last_visit,"
    "review_by,note",
    "risks.csv": "id,lon,lat,category,affects,likelihood,impact,applies_hours,action,description,"
    "mitigation,assessed_by,assessed_on,review_by,expires_on",
    "teams.csv": "id,size,mode,start,end,shift,max_distance_km,break_min,carry_syringes,languages,"
    "communities,no_go",
    "visits.csv": "date,hotspot_id,team_id,contacts,new_contacts,syringes_out,outcome",
    "decisions.csv": "kind,hotspot_id,team_id,from_date,until_date,reason",
    "population.csv": "h3,lon,lat,population",
}
SECRETS = st.one_of(
    st.just(CANARY),
    st.just(f"{CANARY} 51.190293"),
    st.just("-51.190293"),
    st.just("30.056827"),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=12).map(CANARY.__add__),
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_secret_in_any_cell_is_never_repeated(programme_of, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(COLUMNS)))
    columns = COLUMNS[name].split(",")
    secrets = data.draw(st.lists(SECRETS, min_size=len(columns), max_size=len(columns)))
    quoted = ",".join('"' + secret.replace('"', '""') + '"' for secret in secrets)
    toml = '[files]\nrisks = "risks.csv"\n' if name == "risks.csv" else ""
    programme = programme_of({name: f"{COLUMNS[name]}\n{quoted}\n"}, toml=toml)
    problems = collect_problems(programme, bounds=BOUNDS)
    assert any(problem.severity is Severity.ERROR for problem in problems)
    for said in (str(InputError(problems)), repr(problems), repr(programme)):
        assert CANARY not in said
        assert "190293" not in said
        assert "056827" not in said


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=60),
        st.text(',;\t"\n\r. ab1', max_size=40).map(str.encode),
        st.text(',;\t"\n\r. ab1', max_size=40).map(lambda text: (HOTSPOTS + text).encode()),
    ),
    suffix=st.sampled_from([".csv", ".tsv", ".geojson"]),
)
def test_any_file_is_read_or_explained(programme_of, content: bytes, suffix: str) -> None:
    name = f"places{suffix}"
    programme = programme_of({name: content}, toml=f'[files]\nhotspots = "{name}"')
    assert [problem.file for problem in errors_of(programme)].count(name) > 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("typology", "call 555 0172"),
        ("typology", "house_128"),
        ("communities", "pwid;0172"),
        ("services_needed", "nsp;ask_4-5-6"),
    ],
)
def test_a_word_that_holds_a_number_is_refused_and_not_shown(
    programme_of, column: str, value: str
) -> None:
    text = f"id,lon,lat,{column}\nH1,13.25,53.55,{value}\n"
    (problem,) = errors_of(programme_of({"hotspots.csv": text}))
    assert (problem.file, problem.row, problem.column) == ("hotspots.csv", 2, column)
    assert "three digits" in problem.what
    assert problem.found == ""
    assert not re.search(r"\d{2}", problem.what + problem.mend)


def test_an_item_named_by_a_number_is_left_out(programme_of) -> None:
    header = "id,name,lon,lat,type,services,public,stock_call_5550172"
    text = f"{header}\nP1,P,13.25,53.55,clinic,nsp,yes,4\n"
    tables = read_tables(programme_of({"points.csv": text}), bounds=BOUNDS)
    assert dict(tables.points[0].stock) == {}
    said = [str(warning) for warning in tables.warnings if warning.file == "points.csv"]
    assert len(said) == 1
    assert "5550172" not in said[0]


@pytest.mark.parametrize(("cell", "public"), [("yes", True), ("no", False), ("", False)])
def test_a_point_is_public_only_where_the_file_says_so(
    programme_of, cell: str, public: bool
) -> None:
    text = f"id,name,lon,lat,type,services,public\nP1,P,13.25,53.55,clinic,nsp,{cell}\n"
    tables = read_tables(programme_of({"points.csv": text}), bounds=BOUNDS)
    assert tables.points[0].public is public


NO_PUBLIC = (
    "points.csv, column public: the column is missing, so nothing tells a hidden place from "
    "others. Add it: yes for each place that anybody may know, no for a depot or hidden place{}."
)


@pytest.mark.parametrize("header", ["", "öffentlich", "hidden", "sichtbar", "anzeigen"])
def test_without_the_column_public_no_point_is_shown(programme_of, header: str) -> None:
    more, cell = (f",{header}", ",no") if header else ("", "")
    text = f"id,name,lon,lat,type,services{more}\nP1,P,13.25,53.55,clinic,nsp{cell}\n"
    programme = programme_of({"points.csv": text})
    own = ", or name yours under [columns.points]" if header else ""
    assert [str(problem) for problem in errors_of(programme)] == [NO_PUBLIC.format(own)]
    with pytest.raises(InputError):
        read_tables(programme, bounds=BOUNDS)


def test_a_column_of_another_name_says_what_is_public_once_it_is_named(programme_of) -> None:
    text = (
        "id,name,lon,lat,type,services,öffentlich\n"
        "P1,P,13.25,53.55,clinic,nsp,ja\nP2,P,13.25,53.55,depot,nsp,nein\n"
    )
    named = '[columns.points]\n"öffentlich" = "public"\n'
    tables = read_tables(programme_of({"points.csv": text}, toml=named), bounds=BOUNDS)
    assert [point.public for point in tables.points] == [True, False]


def test_a_programme_may_say_that_all_its_points_are_public(programme_of) -> None:
    toml = "[privacy]\nall_points_public = true\n"
    text = "id,name,lon,lat,type,services,{}\nP1,P,13.25,53.55,clinic,nsp,no\n"
    plain = text.format("status").replace(",no", ",open")
    tables = read_tables(programme_of({"points.csv": plain}, toml=toml), bounds=BOUNDS)
    assert tables.points[0].public
    # What the file says itself counts more.
    tables = read_tables(programme_of({"points.csv": text.format("public")}, toml=toml))
    assert not tables.points[0].public
    (problem,) = errors_of(programme_of({"points.csv": text.format("publik")}, toml=toml))
    assert problem.column == "public"


@pytest.mark.parametrize("header", ["publik", "publico", "is_public"])
def test_a_misspelt_column_public_shows_nothing(programme_of, header: str) -> None:
    text = f"id,name,lon,lat,type,services,{header}\nP1,P,13.25,53.55,clinic,nsp,no\n"
    (problem,) = errors_of(programme_of({"points.csv": text}))
    assert (problem.file, problem.column) == ("points.csv", "public")
    assert header in problem.mend

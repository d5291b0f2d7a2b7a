"""Files for other tools, read back by the tools' own libraries."""

from __future__ import annotations

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import gpxpy
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from icalendar import Calendar

from outreach_map.attacks.files import metadata
from outreach_map.audit.canaries import published_places
from outreach_map.audit.unpacked import unpacked
from outreach_map.publish import Plan, publish_round
from outreach_map.publish.exports import styles
from outreach_map.publish.exports.records import LAYERS, layer_frames
from outreach_map.settings import Export

STATIC = Path(__file__).parents[2] / "outreach_map/publish/static"
CSS = "\n".join((STATIC / name).read_text() for name in ("page.css", "report.css"))


@pytest.fixture(scope="module")
def asked(town_plan: Plan) -> Plan:
    """The town's plan with all exports."""
    return replace(town_plan, exports=frozenset(Export))


@pytest.fixture(scope="module")
def folder(asked: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that a round can have."""
    directory = tmp_path_factory.mktemp("exports") / "round"
    publish_round(asked, directory)
    return directory


def test_nothing_is_exported_unasked(town_plan: Plan, folder: Path, tmp_path: Path) -> None:
    plain = {p.name for p in publish_round(replace(town_plan, exports=frozenset()), tmp_path / "r")}
    assert {Path(name).suffix for name in plain} == {".html", ".csv", ".gpkg", ".json"}
    more = {path.suffix for path in folder.iterdir()} - {".html", ".csv", ".gpkg", ".json"}
    assert more == {f".{export.value}" for export in Export}


def test_files_of_exports_that_are_asked_for_no_more_go(asked: Plan, tmp_path: Path) -> None:
    publish_round(asked, tmp_path / "round")
    publish_round(replace(asked, exports=frozenset({Export.ICS})), tmp_path / "round")
    left = {path.suffix for path in (tmp_path / "round").iterdir()}
    assert ".ics" in left
    assert not left & {".gpx", ".kml", ".geojson", ".xlsx"}


def test_the_same_plan_gives_the_same_bytes(asked: Plan, folder: Path, tmp_path: Path) -> None:
    for path in publish_round(asked, tmp_path / "again"):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_every_export_keeps_to_the_rules_of_the_audit(folder: Path, asked: Plan) -> None:
    paths = list(folder.iterdir())
    assert metadata(paths, asked.start).tells == ()


def test_a_clock_in_an_export_is_noticed(folder: Path, asked: Plan, tmp_path: Path) -> None:
    gpx = next(folder.glob("*.gpx"))
    late = tmp_path / gpx.name
    late.write_text(gpx.read_text().replace("T00:00:00Z", "T08:15:00Z"))
    calendar = tmp_path / "shifts.ics"
    text = (folder / "shifts.ics").read_text()
    calendar.write_text(text.replace("T000000Z", "T081500Z"))
    for path in (late, calendar):
        assert metadata([path], asked.start).clocks == (f"{asked.start}T08:15:00Z",)


def test_the_audit_sees_places_in_every_geographic_export(folder: Path, asked: Plan) -> None:
    west, south, east, north = asked.release.study_area.bounds
    for suffix in (".gpx", ".kml", ".geojson", ".gpkg"):
        path = max(folder.glob(f"*{suffix}"), key=lambda path: path.stat().st_size)
        places = published_places([path])
        here = places[(places[:, 0] > west) & (places[:, 0] < east)]
        here = here[(here[:, 1] > south) & (here[:, 1] < north)]
        assert len(here) > 20, path.name


def test_the_audit_looks_into_a_workbook(folder: Path, asked: Plan) -> None:
    content = (folder / "week.xlsx").read_bytes()
    code = asked.routes.itineraries[0].visits[0].code
    assert code is not None
    assert code.encode() not in content
    assert any(code.encode() in part for part in unpacked("week.xlsx", content))


def test_gpx_has_the_ways_and_areas_of_one_team_and_no_other(folder: Path, asked: Plan) -> None:
    for team in asked.release.teams:
        text = (folder / f"team-{team.code.lower()}.gpx").read_text(encoding="utf-8")
        gpx = gpxpy.parse(text)
        tours = [tour for tour in asked.routes.itineraries if tour.team == team.code]
        assert len(gpx.tracks) == len(tours)
        drawn = [
            sum(len(leg.lon_lat) for leg in tour.legs if len(leg.lon_lat) > 1) for tour in tours
        ]
        assert [track.get_points_no() for track in gpx.tracks] == drawn
        named = {code for w in gpx.waypoints for code in re.findall(r"H-[A-Z2-7]+", w.name or "")}
        mapped = {h.code for h in asked.release.hotspots if h.place.mapped}
        assert named == {stop.code for tour in tours for stop in tour.visits} & mapped
        others = {t.code for t in asked.release.teams} - {team.code}
        assert not [code for code in others if code in text]


def test_a_waypoint_is_the_middle_of_its_area(folder: Path, asked: Plan) -> None:
    places = {h.code: h.place.geometry for h in asked.release.hotspots}
    checked = 0
    for path in folder.glob("*.gpx"):
        for waypoint in gpxpy.parse(path.read_text(encoding="utf-8")).waypoints:
            for code in re.findall(r"H-[A-Z2-7]+", waypoint.name or ""):
                middle = shapely.point_on_surface(places[code])
                assert (waypoint.longitude, waypoint.latitude) == (
                    round(middle.x, 4),
                    round(middle.y, 4),
                )
                checked += 1
    assert checked


def test_gpx_is_read_by_gdal(folder: Path, asked: Plan) -> None:
    team = asked.routes.itineraries[0].team
    path = folder / f"team-{team.lower()}.gpx"
    ways = gpd.read_file(path, layer="tracks")
    assert len(ways) == sum(tour.team == team for tour in asked.routes.itineraries)
    assert ways.crs.to_epsg() == 4326


def test_kml_reads_back_layer_by_layer(folder: Path, asked: Plan) -> None:
    frames = layer_frames(asked)
    assert [name for name, _ in pyogrio.list_layers(folder / "plan.kml")] == list(frames)
    for name, frame in frames.items():
        back = pyogrio.read_dataframe(folder / "plan.kml", layer=name)
        assert len(back) == len(frame)
        same = shapely.equals_exact(
            shapely.normalize(shapely.force_2d(back.geometry.to_numpy())),
            shapely.normalize(frame.geometry.to_numpy()),
            1e-9,
        )
        assert same.all()


def test_geojson_is_what_rfc_7946_says(folder: Path, asked: Plan) -> None:
    frames = layer_frames(asked)
    for name in LAYERS:
        text = (folder / f"{name.replace('_', '-')}.geojson").read_text(encoding="utf-8")
        content = json.loads(text)
        assert content.keys() == {"type", "features"}
        assert len(content["features"]) == len(frames.get(name, ()))
        for feature in content["features"]:
            assert feature.keys() == {"type", "properties", "geometry"}
            west, south, east, north = asked.release.study_area.bounds
            found = shapely.geometry.shape(feature["geometry"])
            # Longitude first; an area may reach beyond the study area by its own width.
            assert west - 0.1 < found.centroid.x < east + 0.1
            assert south - 0.1 < found.centroid.y < north + 0.1


def test_the_calendar_has_each_shift_and_no_place(folder: Path, asked: Plan) -> None:
    text = (folder / "shifts.ics").read_bytes()
    events = Calendar.from_ical(text).walk("VEVENT")
    found = Counter(
        (str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend"))
        for event in events
    )
    minute = {"second": 0, "microsecond": 0}
    assert found == Counter(
        (f"Shift {tour.team}", tour.start.replace(**minute), tour.end.replace(**minute))  # type: ignore[arg-type]
        for tour in asked.routes.itineraries
    )
    assert all(isinstance(begin, datetime) and begin.tzinfo is None for _, begin, _ in found)
    assert len({str(event["uid"]) for event in events}) == len(events)
    assert not [word for word in (b"H-", b"P-", b"LOCATION", b"GEO") if word in text]
    assert all(line.endswith(b"\r") and len(line) <= 75 for line in text.split(b"\n")[:-1])


def test_the_workbook_tells_the_week(folder: Path, asked: Plan) -> None:
    book = openpyxl.load_workbook(folder / "week.xlsx")
    assert book.sheetnames == ["Rota", "Kit list", "Visits"]
    tours = asked.routes.itineraries
    rota = list(book["Rota"].values)[1:]
    assert [(row[0], row[6]) for row in rota] == [(t.team, len(t.visits)) for t in tours]
    visits = list(book["Visits"].values)[1:]
    assert [row[4] for row in visits] == [stop.code for tour in tours for stop in tour.visits]
    kit = list(book["Kit list"].values)
    carried = [dict(zip(kit[0], row, strict=True)) for row in kit[1:]]
    item = asked.release.items[0]
    assert [row[item] for row in carried] == [tour.kit.get(item, 0) for tour in tours]
    with zipfile.ZipFile(folder / "week.xlsx") as packed:
        assert {entry.date_time[:3] for entry in packed.infolist()} == {
            (asked.start.year, asked.start.month, asked.start.day)
        }


def _style(path: Path, layer: str) -> ET.Element:
    with closing(sqlite3.connect(path)) as file:
        ((text,),) = file.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND useAsDefault = 1", [layer]
        )
    return ET.fromstring(text)


def test_qgis_finds_a_style_for_every_layer(folder: Path, asked: Plan) -> None:
    path = folder / "plan.gpkg"
    for layer, frame in layer_frames(asked).items():
        renderer = _style(path, layer).find("renderer-v2")
        assert renderer is not None
        symbols = {symbol.get("name") for symbol in renderer.iter("symbol")}
        drawn = [category.get("symbol") for category in renderer.iter("category")]
        assert set(drawn) <= symbols
        if column := renderer.get("attr"):
            classes = {category.get("value") for category in renderer.iter("category")}
            assert set(frame[column]) <= classes
        with closing(sqlite3.connect(path)) as file:
            ((geometry,),) = file.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [layer]
            )
        assert geometry == styles.GEOMETRY_COLUMN


def _css(name: str, attribute: str) -> str:
    rule = re.search(rf"^\.{name} {{([^}}]*)}}|}} \.{name} {{([^}}]*)}}", CSS, re.MULTILINE)
    assert rule is not None, name
    value = re.search(rf"(?:^|[ ;]){attribute}: ([^;]+);", (rule[1] or rule[2]) + ";")
    assert value is not None, (name, attribute)
    if variable := re.fullmatch(r"var\((--[\w-]+)\)", value[1]):
        value = re.search(rf"{variable[1]}: ([^;]+);", CSS)
        assert value is not None
    return value[1]


@pytest.mark.parametrize(
    ("name", "paint"),
    [
        *((f"zone-{rating}", paint) for rating, paint in styles.ZONES.items()),
        *((f"route-{number}", paint) for number, paint in enumerate(styles.ROUTES)),
        *zip(("gap-0", "gap-1", "gap-unknown", "gap-3"), styles.GAPS.values(), strict=True),
    ],
)
def test_qgis_draws_as_the_pages_do(name: str, paint: styles.Paint) -> None:
    assert _css(name, "stroke") == paint.stroke
    if paint.fill:
        assert _css(name, "fill") == paint.fill
        assert float(_css(name, "fill-opacity")) == paint.opacity
        assert float(_css(name, "stroke-width")) == paint.width
    if paint.dash:
        assert tuple(map(int, _css(name, "stroke-dasharray").split())) == paint.dash


def test_coordinates_of_tracks_are_those_of_the_maps(folder: Path, asked: Plan) -> None:
    tour = asked.routes.itineraries[0]
    gpx = gpxpy.parse((folder / f"team-{tour.team.lower()}.gpx").read_text(encoding="utf-8"))
    points = [(p.longitude, p.latitude) for s in gpx.tracks[0].segments for p in s.points]
    legs = [leg.lon_lat for leg in tour.legs if len(leg.lon_lat) > 1]
    np.testing.assert_array_equal(points, np.round(np.concatenate(legs), 4))


def test_hostile_names_break_no_export(asked: Plan, tmp_path: Path) -> None:
    hostile = '=1+1"]]><x>&\x00\x1b\u202e\u2028,;\r\nEND:VEVENT'
    release = asked.release
    points = tuple(
        replace(p, type=hostile, name=hostile if p.public else "", services=(hostile,))
        for p in release.points
    )
    plan = replace(asked, release=replace(release, points=points))
    publish_round(plan, tmp_path / "round")
    shown = hostile.replace("\x00", "").replace("\x1b", "")
    public = sum(p.public and p.place.mapped for p in points)
    back = pyogrio.read_dataframe(tmp_path / "round" / "plan.kml", layer="points")
    # An XML parser takes either end of a line for one.
    assert set(back["type"]) == {shown.replace("\r\n", "\n").replace("]]>", "]] >")}
    assert len(back) == public
    found = json.loads((tmp_path / "round" / "points.geojson").read_text(encoding="utf-8"))
    assert {feature["properties"]["type"] for feature in found["features"]} == {hostile}
    names = {
        waypoint.name
        for path in (tmp_path / "round").glob("*.gpx")
        for waypoint in gpxpy.parse(path.read_text(encoding="utf-8")).waypoints
        if waypoint.description == "distribution point"
    }
    assert {name.replace("\r\n", "\n") for name in names if name} == {shown.replace("\r\n", "\n")}
    assert openpyxl.load_workbook(tmp_path / "round" / "week.xlsx").sheetnames

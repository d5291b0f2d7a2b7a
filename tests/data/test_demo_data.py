"""The demo data are what data/README.md says: reproducible, clean, and near real streets."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import osmium
import pyproj
import pytest
import shapely
from shapely.geometry import shape

from outreach_map.hours import Hours

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
DEMOS = ("neubrandenburg", "liechtenstein")
ROUND = (date(2026, 11, 23), date(2026, 11, 29))
IN_THE_COUNTRY = {("neubrandenburg", "H30")}
# Rows of each file; visits are counted in the README.
COUNTS = {
    "neubrandenburg": {"hotspots": 30, "points": 12, "teams": 4, "decisions": 5},
    "liechtenstein": {"hotspots": 14, "points": 8, "teams": 2, "decisions": 3},
}
ZONES = {"neubrandenburg": 8, "liechtenstein": 4}


def rows(demo: str, table: str) -> list[dict[str, str]]:
    """Rows of a CSV file; every row must have every column and no more."""
    with (DATA / demo / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, strict=True))
    assert all(None not in row and None not in row.values() for row in found)
    return found


def ids(demo: str, table: str) -> set[str]:
    found = [row["id"] for row in rows(demo, table)]
    assert len(found) == len(set(found))
    return set(found)


def zones(demo: str) -> list[dict[str, object]]:
    return json.loads((DATA / demo / "risks.geojson").read_text(encoding="utf-8"))["features"]


def test_the_readme_gives_the_hash_of_every_file() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    stated = {
        name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\w+/\S+)$", readme, re.M)
    }
    wanted = {f"{demo}/{name}" for demo in DEMOS for name in files_of(demo)}
    assert set(stated) == wanted
    for name, digest in stated.items():
        assert sha256((DATA / name).read_bytes()).hexdigest() == digest, name


def files_of(demo: str) -> set[str]:
    settings = tomllib.loads((DATA / demo / "outreach.toml").read_text(encoding="utf-8"))
    return {"outreach.toml", settings["programme"]["streets"], *settings["files"].values()}


@pytest.mark.parametrize("demo", DEMOS)
def test_every_file_of_the_settings_is_there(demo: str) -> None:
    for name in files_of(demo):
        assert (DATA / demo / name).is_file(), name


def test_the_generator_gives_the_same_bytes_again(tmp_path: Path) -> None:
    script = DATA / "make_demo.py"
    subprocess.run([sys.executable, "-B", script, "--into", tmp_path], check=True, cwd=ROOT)
    for demo in DEMOS:
        made = {path.name for path in (tmp_path / demo).iterdir()}
        assert made == files_of(demo) - {"streets.osm.pbf"}
        for name in made:
            assert (tmp_path / demo / name).read_bytes() == (DATA / demo / name).read_bytes(), name


@pytest.mark.parametrize("demo", DEMOS)
def test_counts_are_as_promised(demo: str) -> None:
    assert {table: len(rows(demo, table)) for table in COUNTS[demo]} == COUNTS[demo]
    assert len(zones(demo)) == ZONES[demo]
    visits = len(rows(demo, "visits"))
    assert re.search(rf"^\| visits \|.*\b{visits}, ", (DATA / "README.md").read_text(), re.M)


@pytest.mark.parametrize("demo", DEMOS)
def test_the_extract_is_small_and_names_no_editor(demo: str) -> None:
    extract = DATA / demo / "streets.osm.pbf"
    assert extract.stat().st_size < 1_400_000
    assert not any(thing.user or thing.uid for thing in osmium.FileProcessor(str(extract)))


@pytest.mark.parametrize("demo", DEMOS)
def test_hotspots_lie_near_a_highway_but_the_one_in_the_country(demo: str) -> None:
    settings = tomllib.loads((DATA / demo / "outreach.toml").read_text(encoding="utf-8"))
    west, south, east, north = settings["programme"]["study_area"]
    here = f"+proj=aeqd +lon_0={(west + east) / 2} +lat_0={(south + north) / 2}"
    flat = pyproj.Transformer.from_crs("EPSG:4326", here, always_xy=True)

    highways = []
    reader = osmium.FileProcessor(str(DATA / demo / "streets.osm.pbf")).with_locations()
    for way in reader.with_filter(osmium.filter.KeyFilter("highway")):
        if way.is_way():
            line = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            if len(line) > 1:
                highways.append(
                    shapely.LineString(np.column_stack(flat.transform(*np.array(line).T)))
                )
    tree = shapely.STRtree(highways)

    for row in rows(demo, "hotspots"):
        lon, lat = float(row["lon"]), float(row["lat"])
        assert west < lon < east
        assert south < lat < north
        _, distance_m = tree.query_nearest(
            shapely.Point(flat.transform(lon, lat)), return_distance=True, all_matches=False
        )
        if (demo, row["id"]) in IN_THE_COUNTRY:
            assert 150 < distance_m[0] <= 500
        else:
            assert distance_m[0] <= 150


@pytest.mark.parametrize("demo", DEMOS)
def test_every_reference_exists(demo: str) -> None:
    hotspots, points, teams = ids(demo, "hotspots"), ids(demo, "points"), ids(demo, "teams")
    for row in rows(demo, "visits"):
        assert row["hotspot_id"] in hotspots
        assert row["team_id"] in teams
    for row in rows(demo, "decisions"):
        assert row["hotspot_id"] in hotspots
        assert row["team_id"] in teams | {""}
        assert bool(row["team_id"]) == (row["kind"] in ("prefer_team", "exclude_team"))
    for row in rows(demo, "teams"):
        assert {row["start"], row["end"]} <= points
        assert int(row["size"]) >= 2


@pytest.mark.parametrize("demo", DEMOS)
def test_visits_come_before_the_round_and_agree_with_the_hotspots(demo: str) -> None:
    visits = rows(demo, "visits")
    days = [date.fromisoformat(row["date"]) for row in visits]
    assert days == sorted(days)
    assert max(days) < ROUND[0]
    for hotspot in rows(demo, "hotspots"):
        seen = [row["date"] for row in visits if row["hotspot_id"] == hotspot["id"]]
        assert hotspot["last_visit"] == max(seen, default="")
    for row in visits:
        assert int(row["new_contacts"]) <= int(row["contacts"])
        assert (row["outcome"] == "nobody_there") == (row["contacts"] == "0")


@pytest.mark.parametrize("demo", DEMOS)
def test_hours_dates_and_ranges_can_be_read(demo: str) -> None:
    hotspots, points, teams = (rows(demo, table) for table in ("hotspots", "points", "teams"))
    texts = [
        *(row["active_hours"] for row in hotspots),
        *(row["opening_hours"] for row in points),
        *(row["shift"] for row in teams),
        *(zone["properties"]["applies_hours"] for zone in zones(demo)),
    ]
    assert sum(not Hours(text).known for text in texts) == 2  # one hotspot and one point
    for row in hotspots:
        assert 0 < int(row["est_min"]) <= int(row["est_mid"]) <= int(row["est_max"])
        assert date.fromisoformat(row["est_date"]) < ROUND[0] < date.fromisoformat(row["review_by"])
    for row in rows(demo, "decisions"):
        assert date.fromisoformat(row["from_date"]) <= date.fromisoformat(row["until_date"])
    for zone in zones(demo):
        known = zone["properties"]
        assert known["likelihood"] in range(1, 6)
        assert known["impact"] in range(1, 6)
        assert shape(zone["geometry"]).is_valid
        assert known["assessed_on"] < known["review_by"] < known["expires_on"]


def test_the_city_holds_what_the_readme_lists() -> None:
    demo, monday = "neubrandenburg", ROUND[0].isoformat()
    known = {zone["properties"]["id"]: zone["properties"] for zone in zones(demo)}
    assert [k for k, v in known.items() if "peer" not in v["assessed_by"]] == ["R04"]
    assert [k for k, v in known.items() if v["review_by"] < monday <= v["expires_on"]] == ["R05"]
    assert [k for k, v in known.items() if v["expires_on"] < monday] == ["R06"]
    avoided = {k: v["applies_hours"] for k, v in known.items() if v["action"] == "avoid"}
    assert avoided == {"R02": "Mo-Su 21:00-06:00", "R03": "24/7"}

    spoken = {tag for row in rows(demo, "teams") for tag in row["languages"].split(";")}
    hotspots = rows(demo, "hotspots")
    assert [h["id"] for h in hotspots if not spoken & set(h["languages"].split(";"))] == ["H15"]
    assert [h["id"] for h in hotspots if not h["active_hours"]] == ["H18"]
    modes = sorted(row["mode"] for row in rows(demo, "teams"))
    assert modes == ["bike", "drive", "walk", "walk"]

    points = rows(demo, "points")
    for column, value in (("status", "closed"), ("public", "no"), ("opening_hours", "")):
        assert sum(row[column] == value for row in points) == 1
    in_force = [
        row["kind"]
        for row in rows(demo, "decisions")
        if row["from_date"] <= ROUND[1].isoformat() and monday <= row["until_date"]
    ]
    assert sorted(in_force) == ["exclude_team", "must_go", "no_go", "prefer_team"]


@pytest.mark.parametrize("demo", DEMOS)
def test_no_team_starts_in_a_place_it_should_avoid(demo: str) -> None:
    bases = {row["start"] for row in rows(demo, "teams")}
    places = [
        shapely.Point(float(p["lon"]), float(p["lat"]))
        for p in rows(demo, "points")
        if p["id"] in bases
    ]
    for zone in zones(demo):
        if zone["properties"]["action"] == "avoid":
            assert not any(shape(zone["geometry"]).covers(place) for place in places)


def test_the_fixture_of_porto_alegre_names_the_files_beside_it() -> None:
    shared = ROOT / ".." / "shared" / "data" / "porto_alegre"
    if not shared.is_dir():
        pytest.skip("the shared Porto Alegre programme is not beside the project")
    settings = tomllib.loads(
        (ROOT / "tests" / "fixtures" / "porto_alegre" / "outreach.toml").read_text(encoding="utf-8")
    )
    named = {settings["programme"]["streets"], *settings["files"].values()}
    assert named == {path.name for path in shared.iterdir()}

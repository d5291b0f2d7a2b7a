"""Points from OpenStreetMap: what is proposed, what is left empty, and what is never touched."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
import shapely
from click.testing import CliRunner

from outreach_map.cli import main
from outreach_map.errors import ExtractError, ProgrammeError, Severity
from outreach_map.intake import collect_problems, read_tables
from outreach_map.network import read_facilities
from outreach_map.network.clip import clip_extract
from outreach_map.programme import Programme, load_programme
from outreach_map.starter import PROPOSED, propose_points
from outreach_map.starter.proposals import point_type
from tests.test_spreadsheets import HOSTILE, SIGNS, spreadsheet_cells

Tags = dict[str, str]
SYRINGES = {"amenity": "vending_machine", "vending": "ascorbic_acid;syringes"}


@pytest.fixture
def programme_with(own: Callable[..., Path]) -> Callable[..., Programme]:
    """A programme whose extract has these facilities, one every 0.01 degrees to the east."""

    def make(*facilities: Tags, points: str = "", area: str = "") -> Programme:
        nodes = "".join(
            f'<node id="{number}" version="1" lat="53.55" lon="{13 + number / 100:.2f}">'
            + "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
            + "</node>"
            for number, tags in enumerate(facilities, start=1)
        )
        files = {"streets.osm": f'<osm version="0.6">{nodes}</osm>'.encode()}
        if points:
            files["points.csv"] = points.encode()
        folder = own(files)
        toml = folder / "outreach.toml"
        text = toml.read_text(encoding="utf-8").replace("streets.osm.pbf", "streets.osm")
        toml.write_text(text.replace("# study_area", f"{area}\n# study_area"), encoding="utf-8")
        return load_programme(folder)

    return make


def rows(programme: Programme) -> list[dict[str, str]]:
    with (programme.folder / PROPOSED).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


TYPES = [
    ({"amenity": "pharmacy"}, "pharmacy"),
    ({"amenity": "pharmacy", "healthcare": "pharmacy"}, "pharmacy"),
    ({"amenity": "hospital"}, "hospital"),
    ({"healthcare": "hospital"}, "hospital"),
    ({"amenity": "clinic"}, "clinic"),
    ({"healthcare": "centre"}, "clinic"),
    ({"amenity": "health_post"}, "clinic"),
    ({"amenity": "doctors"}, "doctors"),
    ({"healthcare": "doctor"}, "doctors"),
    (SYRINGES, "vending_machine"),
    ({"amenity": "social_facility", "social_facility:for": "homeless;drug_addicted"},
     "drug_service"),
    ({"healthcare": "counselling", "healthcare:counselling": "addiction"}, "drug_service"),
    ({"amenity": "clinic", "disease:hiv": "yes"}, "hiv_service"),
    ({"amenity": "vending_machine", "vending": "condoms"}, None),
    ({"amenity": "social_facility", "social_facility:for": "senior"}, None),
    ({"amenity": "social_facility"}, None),
    ({"healthcare": "physiotherapist"}, None),
    ({"amenity": "pharmacy", "access": "private"}, None),
    ({"disused:amenity": "pharmacy"}, None),
    ({"amenity": "bench"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("tags", "kind"), TYPES, ids=str)
def test_the_type_is_what_the_tags_say(tags: Tags, kind: str | None) -> None:
    assert point_type(tags) == kind


def test_what_openstreetmap_does_not_say_stays_empty(programme_with) -> None:
    programme = programme_with(
        {"amenity": "pharmacy", "name": "Heron", "opening_hours": "Mo-Fr 08:00-18:00",
         "phone": "+49 30 1234567"},
        {**SYRINGES, "operator": "Aid"},
        {"amenity": "vending_machine", "vending": "condoms;syringes", "opening_hours": "24/7"},
        {"amenity": "clinic", "opening_hours": "when the light is on"},
    )  # fmt: skip
    found = propose_points(programme)
    assert found.by_type == {"clinic": 1, "pharmacy": 1, "vending_machine": 2}
    assert (found.without_services, found.without_hours, found.unclear_hours) == (2, 2, 1)
    told = [
        {key: row[key] for key in ("id", "name", "type", "services", "opening_hours", "source")}
        for row in rows(programme)
    ]
    source = "openstreetmap.org/node"
    assert [tuple(row.values()) for row in told] == [
        ("osm-n4", "Clinic", "clinic", "", "", f"{source}/4"),
        ("osm-n1", "Heron", "pharmacy", "", "Mo-Fr 08:00-18:00", f"{source}/1"),
        ("osm-n2", "Aid", "vending_machine", "nsp", "", f"{source}/2"),
        ("osm-n3", "Syringe vending machine", "vending_machine", "condoms;nsp", "24/7",
         f"{source}/3"),
    ]  # fmt: skip
    filled = {key for row in rows(programme) for key, cell in row.items() if cell}
    assert filled == {
        "id", "name", "lon", "lat", "type", "services", "opening_hours", "public", "source",
    }  # fmt: skip
    assert "1234567" not in (programme.folder / PROPOSED).read_text(encoding="utf-8")


def test_the_file_is_a_file_of_points(programme_with) -> None:
    programme = programme_with(
        {"amenity": "pharmacy", "name": "@home"}, {**SYRINGES, "name": "’t Hof"}
    )
    propose_points(programme)
    proposed = programme.folder / PROPOSED
    (programme.folder / "points.csv").write_bytes(proposed.read_bytes())
    points = {point.id: point for point in _without_teams(programme)}
    assert {point.name for point in points.values()} == {"@home", "’t Hof"}
    one = points["osm-n1"]
    assert (one.geometry.x, one.geometry.y, one.type) == (13.01, 53.55, "pharmacy")
    assert (one.services, one.public, one.verified_on) == ((), True, None)
    assert points["osm-n2"].services == ("nsp",)


def _without_teams(programme: Programme):
    """Points of a programme whose team starts at the first of them."""
    teams = programme.folder / "teams.csv"
    teams.write_text(teams.read_text().replace("P1,P1", "osm-n1,osm-n1"))
    problems = [p for p in collect_problems(programme) if p.file == "points.csv"]
    assert [(p.severity, p.column or p.what) for p in problems] == [
        (Severity.WARNING, "has 1 column that no table uses: source"),
        (Severity.WARNING, "services"),
    ]
    return read_tables(programme).points


HEADER = "id,name,lon,lat,type,services,public\n"
LISTED = {
    "P1,Heron,13.0103,53.5501,pharmacy,nsp,yes": True,  # 23 m
    "P1,A depot,13.0103,53.5501,pharmacy,nsp,no": True,
    "P1,Heron,13.0110,53.5500,pharmacy,nsp,yes": False,  # 66 m
    "P1,Heron,13.0100,53.5500,depot,nsp,yes": False,
    "OSM-n1,Moved,13.5,53.5,drop_in_centre,nsp,yes": True,
}


@pytest.mark.parametrize("point", LISTED)
def test_what_is_among_the_points_is_left_out(point: str, programme_with) -> None:
    programme = programme_with({"amenity": "pharmacy"}, points=HEADER + point + "\n")
    before = (programme.folder / "points.csv").read_bytes()
    found = propose_points(programme)
    assert (found.listed, len(found.proposed)) == (int(LISTED[point]), int(not LISTED[point]))
    assert (found.path is None) == LISTED[point] == (not (programme.folder / PROPOSED).exists())
    assert (programme.folder / "points.csv").read_bytes() == before


def test_a_row_that_cannot_be_read_does_not_hide_the_others(programme_with) -> None:
    points = HEADER + "P1,Heron,far,away,pharmacy,nsp,yes\nP2,H,13.01,53.55,pharmacy,nsp,yes\n"
    assert propose_points(programme_with({"amenity": "pharmacy"}, points=points)).listed == 1


def test_an_earlier_file_is_written_over_on_request_alone(programme_with) -> None:
    programme = programme_with({"amenity": "pharmacy"})
    (programme.folder / PROPOSED).write_text("worked on")
    with pytest.raises(ProgrammeError, match="earlier time"):
        propose_points(programme)
    assert (programme.folder / PROPOSED).read_text() == "worked on"
    propose_points(programme, replace=True)
    assert len(rows(programme)) == 1


def test_doctors_are_proposed_on_request_alone(programme_with) -> None:
    programme = programme_with({"amenity": "doctors", "name": "Dr. Crane"}, {"amenity": "clinic"})
    assert propose_points(programme).by_type == {"clinic": 1}
    assert propose_points(programme, doctors=True, replace=True).by_type == {
        "clinic": 1,
        "doctors": 1,
    }


def test_only_the_study_area_counts(programme_with) -> None:
    programme = programme_with(
        {"amenity": "pharmacy"}, {"amenity": "pharmacy"}, area="study_area = [13.015, 53, 14, 54]"
    )
    assert [row["id"] for row in propose_points(programme) and rows(programme)] == ["osm-n2"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_name_in_the_extract_becomes_a_formula(separator: str, programme_with) -> None:
    names = [text for text in HOSTILE if text.strip() == text]
    programme = programme_with(*({"amenity": "pharmacy", "name": name} for name in names))
    assert len(propose_points(programme).proposed) == len(names)
    text = (programme.folder / PROPOSED).read_text(encoding="utf-8-sig")
    cells = spreadsheet_cells(text, separator)
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple(SIGNS)]
    if separator == ",":
        # A line break or a tab within a name of the map is a space.
        assert {" ".join(row["name"].replace("'", "").split()) for row in rows(programme)} == {
            " ".join(name.replace("'", "").split()) for name in names
        }


def test_a_place_drawn_twice_is_proposed_once(own) -> None:
    corners = [(13.0, 53.55), (13.0, 53.5502), (13.0003, 53.5502), (13.0003, 53.55)]
    nodes = "".join(
        f'<node id="{number}" version="1" lon="{lon}" lat="{lat}"/>'
        for number, (lon, lat) in enumerate(corners, start=1)
    )
    tags = '<tag k="amenity" v="pharmacy"/><tag k="name" v="Heron"/>'
    near = f'<node id="5" version="1" lon="13.0002" lat="53.5501">{tags}</node>'
    far = f'<node id="6" version="1" lon="13.1" lat="53.5501">{tags}</node>'
    refs = "".join(f'<nd ref="{number}"/>' for number in (1, 2, 3, 4, 1))
    way = f'<way id="9" version="1">{refs}{tags}</way>'
    text = f'<osm version="0.6">{nodes}{near}{far}{way}</osm>'
    folder = own({"streets.osm": text.encode()})
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text("utf-8").replace("streets.osm.pbf", "streets.osm"), "utf-8")
    found = propose_points(load_programme(folder))
    assert [one.source.split("org/")[1] for one in found.proposed] == ["node/5", "node/6"]


def test_the_demo_town_has_points_to_propose(own) -> None:
    folder = own({})
    assert propose_points(load_programme(folder)).by_type == {"hospital": 3, "pharmacy": 21}


def test_an_outline_stands_at_its_middle(tmp_path: Path) -> None:
    corners = [(13.0, 53.0), (13.0, 53.002), (13.002, 53.002), (13.002, 53.0)]
    nodes = "".join(
        f'<node id="{number}" version="1" lon="{lon}" lat="{lat}"/>'
        for number, (lon, lat) in enumerate(corners, start=1)
    )
    refs = "".join(f'<nd ref="{number}"/>' for number in (1, 2, 3, 4, 1))
    way = f'<way id="9" version="1">{refs}<tag k="amenity" v="hospital"/></way>'
    path = tmp_path / "a.osm"
    path.write_text(f'<osm version="0.6">{nodes}{way}</osm>')
    (facility,) = read_facilities(path)
    assert facility.source == "way/9"
    assert (facility.lon, facility.lat) == pytest.approx((13.001, 53.001))


def test_a_town_that_was_cut_out_keeps_its_facilities(tmp_path: Path) -> None:
    tags = {
        1: {}, 2: {}, 3: {"healthcare": "counselling"}, 4: {"office": "ngo", "disease:hiv": "yes"},
        5: SYRINGES, 6: {"shop": "bakery"}, 7: {"healthcare": "clinic"},
    }  # fmt: skip
    nodes = "".join(
        f'<node id="{number}" version="1" lon="{13.5 if number == 7 else 13 + number / 1000}" '
        'lat="53.0">' + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in own.items()) + "</node>"
        for number, own in tags.items()
    )
    way = '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
    (tmp_path / "region.osm").write_text(f'<osm version="0.6">{nodes}{way}</osm>')
    town = tmp_path / "town.osm.pbf"
    clip_extract(tmp_path / "region.osm", shapely.box(12.9, 52.9, 13.1, 53.1), town)
    assert [one.source for one in read_facilities(town)] == ["node/3", "node/4", "node/5"]


def test_an_extract_that_cannot_be_read_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text("<osm><node")
    for name in ("a.osm", "b.osm"):
        with pytest.raises(ExtractError) as caught:
            read_facilities(tmp_path / name)
        assert caught.value.where == name


def test_the_command_says_what_is_unknown(programme_with) -> None:
    programme = programme_with({"amenity": "pharmacy"}, SYRINGES)
    result = CliRunner().invoke(main, ["points", str(programme.folder)])
    assert (result.exit_code, result.stdout) == (0, f"{programme.folder / PROPOSED}\n")
    assert (
        "2 proposed; 0 more are among your points already. Of 1 OpenStreetMap does not say what "
        "they give out, and of 2 not when they are open." in result.stderr
    )
    result = CliRunner().invoke(main, ["points", str(programme.folder)])
    assert result.exit_code == 2
    assert "--replace" in result.stderr
    result = CliRunner().invoke(main, ["points", str(programme.folder), "--replace", "--json"])
    assert json.loads(result.stdout)["proposed"] == {"pharmacy": 1, "vending_machine": 1}
    assert result.stderr == ""

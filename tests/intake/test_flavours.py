"""Whatever a table is kept in or exported from: the same rows, and nothing lost on the way."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import shapely

from outreach_map.errors import Severity
from outreach_map.hours import Hours
from outreach_map.intake import RawHotspot, RawPoint, read_tables
from outreach_map.intake.rows import RawVisit
from outreach_map.programme import load_programme
from outreach_map.tables import PointStatus
from tests.intake import field_forms
from tests.intake.tables import BOUNDS, PLACE, said
from tests.intake.written import GIS, PLAIN, delimited, placed

SITES = [
    RawHotspot(
        row=2, id="Hö 1", geometry=shapely.Point(13.25, 53.55), precision_m=12.5,
        typology="bus_station", communities="fsw;pwid", languages="pt;es", est_min=4, est_mid=12.5,
        est_max=30, est_date="2026-06-01", active_hours="Fr-Sa 22:00-04:00",
        services_needed="condoms;hiv_test;nsp", injections_per_day=2.5, visits_per_month=4,
        last_visit="2026-11-02", review_by="2027-01-31", note="behind the kiosk; ask first",
    ),
    RawHotspot(
        row=3, id="H2", geometry=shapely.Point(13.27, 53.56), precision_m=5, typology="park",
        communities="pwid", languages="ru", est_min=1, est_mid=2, est_max=3,
        est_date="2026-05-30", active_hours="Mo-Fr 10:00-16:00; PH off", services_needed="nsp",
        injections_per_day=1, visits_per_month=2, last_visit="2026-10-30",
        review_by="2026-12-31", note="“two” benches, one tap",
    ),
    RawHotspot(
        row=4, id="H3", geometry=shapely.Point(13.26, 53.54), communities="fsw;msm;pwid",
        est_mid=7, note="only what is known",
    ),
]  # fmt: skip
# As they come back: hours are those of the programme's place.
EXPECTED = [
    site.model_copy(update={"active_hours": Hours(site.active_hours.text, PLACE)}) for site in SITES
]
DRAWN = [
    site.model_copy(update={"geometry": site.geometry.buffer(0.002, quad_segs=1).envelope,
                            "precision_m": None})
    for site in EXPECTED
]  # fmt: skip
LABELS = (
    "[columns.hotspots]\n"
    + "".join(f'"{label}" = "{name}"\n' for name, label in field_forms.LABELS.items())
    + '"Where is it - on the map?" = "geometry"\n'
)


def kobo_csv(**how: object) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        (folder / "export.csv").write_bytes(field_forms.kobo_csv(field_forms.kobo(SITES, **how)))  # type: ignore[arg-type]
        return "export.csv"

    return write


def kobo_xlsx(**how: object) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        tags = how.pop("tags", None)
        field_forms.kobo_xlsx(folder / "export.xlsx", field_forms.kobo(SITES, **how), tags=tags)  # type: ignore[arg-type]
        return "export.xlsx"

    return write


def kobo_geojson(*, flat: bool) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        field_forms.kobo_geojson(folder / "export.geojson", SITES, flat=flat)
        return "export.geojson"

    return write


def central(**how: object) -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        table = delimited(field_forms.central(SITES, **how))  # type: ignore[arg-type]
        (folder / "export.csv").write_text(table, encoding="utf-8")
        return "export.csv"

    return write


def central_zip(folder: Path) -> str:
    table = delimited(field_forms.central(SITES, group="place-"))
    with zipfile.ZipFile(folder / "sites.csv.zip", "w") as packed:
        packed.writestr("sites.csv", table)
        packed.writestr("sites-turns.csv", "note,PARENT_KEY,KEY\n")
    return "sites.csv.zip"


FORMS: dict[str, Callable[[Path], str]] = {
    "kobo csv": kobo_csv(),
    "kobo csv, groups": kobo_csv(group="place/details/"),
    "kobo csv, an answer a column": kobo_csv(options="columns"),
    "kobo csv, answers both ways, groups": kobo_csv(options="both", group="place/"),
    "kobo csv, n/a for no answer": kobo_csv(none="n/a"),
    "kobo xlsx": kobo_xlsx(),
    "kobo xlsx, groups, answers both ways": kobo_xlsx(options="both", group="place/"),
    "kobo xlsx, HXL tags": kobo_xlsx(tags={"id": "#loc+code", "est_mid": "#reached"}),
    "kobo geojson": kobo_geojson(flat=True),
    "kobo geojson, a collection each": kobo_geojson(flat=False),
    "odk central": central(),
    "odk central, groups": central(group="place-details-"),
    "odk central, an answer a column": central(options="both", group="place-"),
    "odk central, zipped with its repeats": central_zip,
}


def hotspots_of(programme_of, write, *, toml: str = "", point_file: bool = True):
    folder = programme_of({}).folder
    name = write(folder)
    with (folder / "outreach.toml").open("a", encoding="utf-8") as target:
        target.write(f'[files]\nhotspots = "{name}"\n{toml}')
    tables = read_tables(load_programme(folder), bounds=BOUNDS)
    file = name.partition("#")[0]
    return tables.hotspots, [w for w in tables.warnings if w.file == file]


@pytest.mark.parametrize("flavour", [*PLAIN, *GIS])
def test_every_format_gives_the_same_rows(programme_of, flavour: str) -> None:
    if flavour == "geopackage without places":
        pytest.skip("hotspots have places")
    write = {**PLAIN, **GIS}[flavour]
    found, notes = hotspots_of(programme_of, lambda folder: write(folder / "sites", SITES))
    assert [said(row) for row in found] == [said(row) for row in EXPECTED]
    numbers = [row.row for row in found]
    above = 3 if flavour == "title above the header" else 1
    assert numbers == ([1, 2, 3] if flavour in GIS else [above + 1, above + 2, above + 3])
    noted = {"utf-16": ["is UTF-16 text"]}
    noted["windows-1252"] = ["is read as Windows-1252 text, since it is not UTF-8"]
    assert [note.what for note in notes] == noted.get(flavour, [])


@pytest.mark.parametrize("flavour", FORMS)
def test_every_export_of_a_form_gives_the_same_rows(programme_of, flavour: str) -> None:
    found, notes = hotspots_of(programme_of, FORMS[flavour])
    # GeoJSON has no room for how exactly a place was measured.
    lost = {"precision_m": None} if "geojson" in flavour else {}
    assert [said(row) for row in found] == [said(row) | lost for row in EXPECTED]
    assert notes == []


@pytest.mark.parametrize("options", ["columns", "both"])
def test_an_export_by_labels_is_mapped_once(programme_of, options: str) -> None:
    write = kobo_csv(labels=True, group="About the place/", options=options)
    found, notes = hotspots_of(programme_of, write, toml=LABELS)
    assert [said(row) for row in found] == [said(row) for row in EXPECTED]
    assert notes == []


def test_several_labels_in_one_cell_are_refused(programme_of) -> None:
    from outreach_map.errors import InputError

    with pytest.raises(InputError) as caught:
        hotspots_of(programme_of, kobo_csv(labels=True), toml=LABELS)
    found = {(p.column, p.what) for p in caught.value.problems}
    what = "holds several answers as labels, which cannot be told apart"
    assert found == {("communities", what), ("languages", what)}


@pytest.mark.parametrize("server", ["kobo", "central"])
@pytest.mark.parametrize("group", ["", "place"])
def test_a_geoshape_is_an_area(programme_of, server: str, group: str) -> None:
    def write(folder: Path) -> str:
        if server == "kobo":
            rows = field_forms.kobo(DRAWN, shapes=True, group=f"{group}/" if group else "")
            (folder / "export.csv").write_bytes(field_forms.kobo_csv(rows))
        else:
            rows = field_forms.central(DRAWN, shapes=True, group=f"{group}-" if group else "")
            (folder / "export.csv").write_text(delimited(rows), encoding="utf-8")
        return "export.csv"

    found, notes = hotspots_of(programme_of, write)
    assert {row.geometry.geom_type for row in found} == {"Polygon"}
    assert [said(row) for row in found] == [said(row) for row in DRAWN]
    assert notes == []


def test_places_drawn_by_a_form_come_through_geojson(programme_of) -> None:
    def write(folder: Path) -> str:
        field_forms.kobo_geojson(folder / "export.geojson", DRAWN)
        return "export.geojson"

    found, _ = hotspots_of(programme_of, write)
    assert [said(row) for row in found] == [said(row) for row in DRAWN]


def test_points_have_a_status_of_their_own_beside_that_of_the_server(programme_of) -> None:
    point = RawPoint(
        row=2, id="P1", name="Depot", geometry=shapely.Point(13.25, 53.55), type="depot",
        services="nsp", status="closed", public="no", stock={"syringes": 40},
    )  # fmt: skip
    folder = programme_of({"points.csv": delimited(field_forms.central([point]))}).folder
    (found,) = read_tables(load_programme(folder), bounds=BOUNDS).points
    assert said(found) == said(point)
    assert found.status is PointStatus.CLOSED


def test_teams_start_at_places_and_forms_at_moments(programme_of) -> None:
    teams = "start,end,id,size,mode,start_at,end_at,shift,_id,_uuid,_submission_time\n"
    row = "2026-11-20T10:00:00.000+01:00,2026-11-20T10:05:00.000+01:00,T1,2,walk,P1,P1,24/7,1,a,\n"
    toml = '[columns.teams]\nstart_at = "start"\nend_at = "end"\n'
    programme = programme_of({"teams.csv": teams + row}, toml=toml)
    (team,) = read_tables(programme, bounds=BOUNDS).teams
    assert (team.start, team.end) == ("P1", "P1")


VISITS = [
    RawVisit(row=2, date="2026-11-02", hotspot_id="H1", team_id="T1", contacts=5, outcome="done"),
    RawVisit(row=3, date="2026-11-02", hotspot_id="H1", team_id="T1", contacts=5, outcome="done"),
]  # fmt: skip


@pytest.mark.parametrize("server", ["kobo", "central"])
def test_what_was_rejected_on_the_server_does_not_count(programme_of, server: str) -> None:
    if server == "kobo":
        rows = field_forms.kobo(VISITS)
        rows[1]["_validation_status"] = "Not Approved"
        data = field_forms.kobo_csv(rows)
    else:
        rows = field_forms.central(VISITS)
        rows[1]["ReviewState"] = "rejected"
        data = delimited(rows).encode()
    tables = read_tables(programme_of({"visits.csv": data}), bounds=BOUNDS)
    assert [visit.row for visit in tables.visits] == [2]
    notes = [w.what for w in tables.warnings if w.file == "visits.csv"]
    assert notes == ["has 1 submission that was rejected on the server, and left out"]


def test_what_nobody_decrypted_is_one_error(programme_of) -> None:
    from outreach_map.intake import collect_problems

    rows = field_forms.central(VISITS)
    for row in rows:
        kept = ("SubmissionDate", "KEY", "SubmitterID")
        row.update({name: None for name in row if name not in kept})
        row["Status"] = "not decrypted"
    programme = programme_of({"visits.csv": delimited(rows)})
    found = [p for p in collect_problems(programme, bounds=BOUNDS) if p.file == "visits.csv"]
    assert [p.what for p in found if p.row is None] == [
        "has 2 submissions that nobody has decrypted"
    ]


def test_two_questions_about_a_place_are_told_apart_by_the_planner(programme_of) -> None:
    from outreach_map.errors import InputError

    header = "id,_here_latitude,_here_longitude,_there_latitude,_there_longitude,_uuid"
    text = f"{header}\nH1,53.55,13.25,53.56,13.26,a\n"
    with pytest.raises(InputError, match="more than one question about a place"):
        read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS)
    toml = '[columns.hotspots]\nthere = "geometry"\n'
    (hotspot,) = read_tables(
        programme_of({"hotspots.csv": text}, toml=toml), bounds=BOUNDS
    ).hotspots
    assert (hotspot.geometry.x, hotspot.geometry.y) == (13.26, 53.56)


def test_a_cell_that_is_no_place_is_named_and_not_shown(programme_of) -> None:
    from outreach_map.intake import collect_problems

    rows = [f"H{n},53.55 13.25 0 0,a{n}" for n in range(60)] + ["H60,by the lake,b"]
    text = "id,geometry,_uuid\n" + "\n".join(rows) + "\n"
    problems = collect_problems(programme_of({"hotspots.csv": text}), bounds=BOUNDS)
    (problem,) = [p for p in problems if p.severity is Severity.ERROR]
    assert (problem.row, problem.what) == (
        62, "has a place that is not written as forms write it",
    )  # fmt: skip


def test_the_definition_is_what_a_spreadsheet_would_hold() -> None:
    """What all flavours are made from is the plain table."""
    first = placed(SITES)[0]
    assert (first["id"], first["lon"], first["lat"]) == ("Hö 1", 13.25, 53.55)
    assert (first["communities"], first["last_visit"]) == ("fsw;pwid", date(2026, 11, 2))

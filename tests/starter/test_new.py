"""A new programme folder: what is in it, what it refuses, and that its words are the schema's."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from outreach_map.cli import main
from outreach_map.errors import InputError, ProgrammeError, Severity
from outreach_map.intake import collect_problems, read_tables
from outreach_map.intake.messages import WORDS, expected
from outreach_map.network import read_extract
from outreach_map.programme import load_programme
from outreach_map.settings import Settings
from outreach_map.starter import Begun, begin_programme
from outreach_map.starter.examples import nobodys_place
from outreach_map.starter.place import Whereabouts, whereabouts
from outreach_map.starter.schema import TABLES, Holds, columns
from outreach_map.starter.templates import note
from outreach_map.starter.words import MEANING
from outreach_map.tables import Mode
from outreach_map.upkeep import check_programme
from tests.starter.conftest import STREETS

FILES = {
    ".gitignore", "outreach.toml", "streets.osm.pbf", "hotspots.csv", "points.csv", "teams.csv",
    "templates/risks.csv", "templates/visits.csv", "templates/decisions.csv",
    "templates/population.csv", "templates/tables.xlsx", "forms/hotspots.xlsx",
    "forms/visits.xlsx",
}  # fmt: skip


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_folder_holds_what_a_programme_needs(begun: Begun) -> None:
    assert {path.relative_to(begun.folder).as_posix() for path in begun.files} == FILES
    assert (begun.folder / "streets.osm.pbf").read_bytes() == STREETS.read_bytes()
    programme = load_programme(begun.folder)
    assert (programme.name, programme.timezone) == ("norte", "Europe/Berlin")
    assert programme.languages == ("de", "pt-BR")
    assert not programme.invented


def test_only_its_owner_looks_into_it_and_no_repository_takes_it(begun: Begun) -> None:
    private = begun.folder / "private"
    for folder in (begun.folder, private):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert (folder / ".gitignore").read_text().splitlines()[-1] == "*"
    # The key is made by the first plan, with its ledger.
    assert [path.name for path in private.iterdir()] == [".gitignore"]


def test_nothing_is_planned_of_example_rows(begun: Begun) -> None:
    programme = load_programme(begun.folder)
    found = [p for p in check_programme(programme, cache=False) if p.severity is Severity.ERROR]
    assert {(p.file, p.row, p.column, p.what) for p in found} == {
        ("outreach.toml", None, "contacts.legal", "no legal contact is named, and a team in need "
         "would look for one"),
        *((f"{name}.csv", 2, "id", "is the example row of the template")
          for name in ("hotspots", "points", "teams")),
    }  # fmt: skip
    with pytest.raises(InputError):
        read_tables(programme)


@pytest.mark.parametrize("source", ["csv", "workbook"])
def test_the_example_is_all_that_is_wrong_with_a_template(source: str, begun: Begun, own) -> None:
    book = begun.folder / "templates" / "tables.xlsx"
    if source == "workbook":
        files = {"tables.xlsx": book.read_bytes()}
        names = {table: f"tables.xlsx#{table}" for table in TABLES}
    else:
        parts = [begun.folder, begun.folder / "templates"]
        found = [part / f"{table}.csv" for table in TABLES for part in parts]
        files = {path.name: path.read_bytes() for path in found if path.exists()}
        names = {table: f"{table}.csv" for table in TABLES}
    assert len(names) == 7
    folder = own(files)
    toml = folder / "outreach.toml"
    head, _, tail = toml.read_text(encoding="utf-8").partition("[files]")
    lines = "\n".join(f'{table} = "{name}"' for table, name in names.items())
    _, _, rest = tail.partition("# Names of your own")
    toml.write_text(f"{head}[files]\n{lines}\n# Names of your own{rest}", encoding="utf-8")
    if source == "csv":
        for name in ("hotspots", "points", "teams"):
            (folder / f"{name}.csv").write_bytes(files[f"{name}.csv"])
    problems = collect_problems(load_programme(folder))
    assert {(p.column, p.what) for p in problems} == {
        ("id", "is the example row of the template"),
        ("hotspot_id", "is the example row of the template"),
        ("h3", "is the example row of the template"),
        ("h3", "is not an H3 cell, nor lon and lat"),
    }
    assert {p.row for p in problems} == {2}


def test_the_example_lies_in_the_town_and_far_from_its_streets(begun: Begun) -> None:
    extract = read_extract(STREETS, cache=False)
    walk = extract.networks[Mode.WALK]
    lon, lat = nobodys_place(extract.bounds, walk)
    assert shapely.box(*extract.bounds).contains(shapely.Point(lon, lat))
    assert f"EXAMPLE-1,{lon},{lat}," in (begun.folder / "hotspots.csv").read_text("utf-8-sig")
    metres = (walk.lon_lat - (lon, lat)) * (66_000, 111_320)
    assert (metres**2).sum(axis=1).min() ** 0.5 > 300


def test_the_example_of_a_hamlet_lies_in_the_hamlet() -> None:
    walk = read_extract(STREETS, cache=False).networks[Mode.WALK]
    box = (13.26, 53.56, 13.2604, 53.5604)
    assert shapely.box(*box).contains(shapely.Point(*nobodys_place(box, walk)))


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_told_in_the_words_of_the_schema(table: str, begun: Begun) -> None:
    assert {*MEANING[table]} == {column.name for column in columns(table)}
    sheet = load_workbook(begun.folder / "templates" / "tables.xlsx")[table]
    header = [cell.value for cell in sheet[1]]
    assert header == [column.name for column in columns(table)]
    for cell, column in zip(sheet[1], columns(table), strict=True):
        assert cell.comment.text == note(table, column)
        said = expected(TABLES[table], column.name)
        assert said.lower() in cell.comment.text.lower()
        assert said or column.name in ("lon", "lat")
        assert ("Needed." in cell.comment.text) == column.required


def test_closed_sets_are_lists_to_choose_from(begun: Begun) -> None:
    book = load_workbook(begun.folder / "templates" / "tables.xlsx")
    offered: dict[tuple[str, str], str] = {}
    for sheet in book:
        for choice in sheet.data_validations.dataValidation:
            assert choice.type == "list"
            for area in choice.sqref.ranges:
                assert (area.min_row, area.max_row) == (2, 2000)
                offered[sheet.title, sheet.cell(1, area.min_col).value] = choice.formula1
    closed = {
        (table, column.name): f'"{",".join(column.words)}"'
        for table in TABLES
        for column in columns(table)
        if column.words
    }
    assert {key: offered[key] for key in closed} == closed
    scores = {"likelihood", "impact", "residual_likelihood", "residual_impact"}
    assert {name for _, name in closed} == {*WORDS, "public", "restock", *scores}
    assert offered["decisions", "kind"] == '"no_go,must_go,prefer_team,exclude_team"'
    assert offered["visits", "hotspot_id"] == "hotspots!$A$2:$A$2000"
    assert offered["teams", "start"] == "points!$A$2:$A$2000"


def test_cells_of_days_are_days(begun: Begun) -> None:
    book = load_workbook(begun.folder / "templates" / "tables.xlsx")
    for table in TABLES:
        for number, column in enumerate(columns(table), start=1):
            if column.holds is Holds.DAY:
                letter = get_column_letter(number)
                assert book[table].column_dimensions[letter].number_format == "yyyy-mm-dd"
                assert book[table].cell(2, number).number_format == "yyyy-mm-dd"


def test_every_setting_in_the_file_is_one(begun: Begun) -> None:
    text = (begun.folder / "outreach.toml").read_text(encoding="utf-8")
    set_now = tomllib.loads(text)
    Settings.model_validate(set_now)
    assert set_now["contacts"] == {}
    # All that stands behind a # is taken too.
    opened = re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.MULTILINE)
    opened = opened.replace('phone = "…"', 'phone = "112"')
    settings = Settings.model_validate(tomllib.loads(opened))
    usual = Settings.model_validate(set_now)
    assert settings.privacy.model_copy(update={"max_precision_m": None}) == usual.privacy
    assert (settings.coverage, settings.risk, settings.routing) == (
        usual.coverage,
        usual.risk,
        usual.routing,
    )
    assert settings.contacts.legal is not None
    assert settings.programme.study_area == pytest.approx(
        read_extract(STREETS, cache=False).bounds, abs=5e-4
    )
    left = {*Settings.model_fields} - {*tomllib.loads(opened)}
    assert left == set()


PLACES = {
    (13.26, 53.55): Whereabouts("Europe/Berlin", "DE", "Germany"),
    (9.52, 47.14): Whereabouts("Europe/Vaduz", "LI", "Liechtenstein"),
    (-51.2, -30.03): Whereabouts("America/Sao_Paulo", "BR", "Brazil"),
    (36.82, -1.29): Whereabouts("Africa/Nairobi", "KE", "Kenya"),
    (30.31, 59.94): Whereabouts("Europe/Moscow", "RU", "Russia"),
    (-30.0, 0.0): Whereabouts(),
}


@pytest.mark.parametrize("spot", PLACES)
def test_time_zone_and_country_of_a_town(spot: tuple[float, float]) -> None:
    assert whereabouts(*spot) == PLACES[spot]


def test_a_folder_that_is_not_empty_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    code, _, said = run("new", folder, "--streets", STREETS)
    assert code == 2
    assert "It exists and is not empty" in said
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_is_empty_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert begin_programme(tmp_path / "mine", STREETS).folder == tmp_path / "mine"
    assert (tmp_path / "mine" / "outreach.toml").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--timezone", "Mars/Base"], "--timezone: What was given is not a time zone"),
        (["--language", "German"], "--language: What was given is not a language tag"),
        (["--name", "two\nlines"], "--name: What was given has to be plain text on one line"),
    ],
)
def test_what_the_settings_would_refuse_is_refused(
    options: list[str], said: str, tmp_path: Path
) -> None:
    code, _, errors = run("new", tmp_path / "mine", "--streets", STREETS, *options)
    assert (code, [*tmp_path.iterdir()]) == (2, [])
    assert said in errors


def test_streets_that_cannot_be_read_leave_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(STREETS.read_bytes()[:4000])
    code, _, said = run("new", tmp_path / "mine", "--streets", broken)
    assert code == 2
    assert "broken.osm.pbf" in said
    assert [path.name for path in tmp_path.iterdir()] == ["broken.osm.pbf"]


def test_without_a_time_zone_one_has_to_be_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tzfpy.get_tz", lambda lon, lat: "Etc/GMT+2")
    with pytest.raises(ProgrammeError, match="No time zone is known"):
        begin_programme(tmp_path / "sea", STREETS)
    begun = begin_programme(tmp_path / "sea", STREETS, timezone="Atlantic/Azores")
    assert load_programme(begun.folder).timezone == "Atlantic/Azores"
    assert "found from" not in (begun.folder / "outreach.toml").read_text(encoding="utf-8")


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    name = '"]\\ =HYPERLINK("x") #'
    begun = begin_programme(tmp_path / "mine", STREETS, name=name)
    assert load_programme(begun.folder).name == name


def test_the_command_says_what_it_made(tmp_path: Path) -> None:
    code, said, rest = run("new", tmp_path / "mine", "--streets", STREETS, "--json")
    document = json.loads(said)
    assert (code, rest) == (0, "")
    assert {*document["files"]} == FILES
    assert (document["timezone"], document["country"]) == ("Europe/Berlin", "DE")
    code, said, rest = run("new", tmp_path / "other", "--streets", STREETS)
    assert str(tmp_path / "other" / "outreach.toml") in said.splitlines()
    assert "Time zone Europe/Berlin, found from where the streets are." in rest

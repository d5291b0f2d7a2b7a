"""`risks review` and `risks accept`: a sheet without places, and results that peers signed."""

from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from outreach_map import load_programme
from outreach_map.cli import main
from outreach_map.errors import InputError, ProgrammeError
from outreach_map.tables import RiskState
from outreach_map.upkeep import accept_risks, review_risks

TODAY = date(2026, 11, 25)
HEADER = "id,assessed_by,assessed_on,review_by,expires_on,likelihood,impact"
SIGNED = "R04,peer;coordinator,2026-11-24,2027-01-20,,4,4"


@pytest.fixture
def folder(town: Path, copy_of: Callable[[Path], Path]) -> Path:
    return copy_of(town)


def accept(folder: Path, *rows: str):
    results = folder / "results.csv"
    results.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return accept_risks(load_programme(folder), results, TODAY)


def register(folder: Path) -> dict[str, dict]:
    features = json.loads((folder / "risks.geojson").read_text(encoding="utf-8"))["features"]
    return {one["properties"]["id"]: one for one in features}


def test_the_sheet_lists_what_is_not_current_and_what_runs_out(folder: Path) -> None:
    """R04 is unsigned, R05 past its review and R06 expired in the demo."""
    sheet, (page, form, book) = review_risks(load_programme(folder), TODAY)
    states = {row.risk.id: row.state for row in sheet.due}
    assert states["R04"] is RiskState.UNSIGNED
    assert states["R05"] is RiskState.REVIEW_DUE
    assert states["R06"] is RiskState.EXPIRED
    assert all(
        state is not RiskState.CURRENT or "runs out" in row.why
        for row, state in zip(sheet.due, states.values(), strict=True)
    )
    assert (page.parent, form.parent) == (folder / "private", folder / "private")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text(encoding="utf-8")
    for risk in ("R04", "R05", "R06"):
        assert risk in text
    rows = list(csv.DictReader(form.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == [row.risk.id for row in sheet.due]
    assert stat.S_IMODE(book.stat().st_mode) == 0o600
    cells = list(load_workbook(book).active.iter_rows(values_only=True))
    assert [row[0] for row in cells[1:]] == [row.risk.id for row in sheet.due]
    assert list(cells[0]) == list(rows[0])
    assert "row" not in rows[0]


def test_a_workbook_that_was_filled_in_is_accepted_as_it_is(folder: Path) -> None:
    _, (_, _, path) = review_risks(load_programme(folder), TODAY)
    book = load_workbook(path)
    sheet = book.active
    at = {cell.value: cell.column for cell in sheet[1]}
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "R04")[0].row
    for name, value in {
        "assessed_by": "peer;coordinator",
        "assessed_on": date(2026, 11, 24),
        "review_by": date(2027, 1, 20),
    }.items():
        sheet.cell(row, at[name], value)
    book.save(path)
    (change,) = accept_risks(load_programme(folder), path, TODAY)
    assert (change.id, change.after) == ("R04", RiskState.CURRENT)
    assert register(folder)["R04"]["properties"]["review_by"] == "2027-01-20"


def test_the_sheet_shows_no_place_and_escapes_what_was_written(folder: Path) -> None:
    path = folder / "risks.geojson"
    text = path.read_text(encoding="utf-8")
    known = json.loads(text)["features"][3]["properties"]["description"]
    path.write_text(text.replace(known, "<b>loud</b> & clear"), encoding="utf-8")
    _, (page, _, _) = review_risks(load_programme(folder), TODAY)
    shown = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;loud&lt;/b&gt; &amp; clear" in shown
    assert not re.search(r"\d{1,3}\.\d{3,}", shown)


def test_the_sheet_goes_where_it_is_asked_to(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "meeting"
    run = CliRunner().invoke(
        main, ["risks", "review", str(folder), "--on", "2026-11-25", "--out", str(out), "--json"]
    )
    assert run.exit_code == 0, run.output
    about = json.loads(run.stdout)
    assert {Path(name).parent for name in about["files"]} == {out}
    assert {one["id"] for one in about["due"]} >= {"R04", "R05", "R06"}
    assert not (folder / "private" / "risks-review.html").exists()


def test_a_spell_of_confiscations_is_proposed_and_rates_nothing(folder: Path) -> None:
    rows = ["date,kind,hotspot_id,area"]
    rows += [f"2026-11-{day:02d},confiscation,H03," for day in (2, 9, 20)]
    rows += [f"2026-11-{day:02d},arrest,H04," for day in (2, 9, 20)]
    rows += ["2026-08-01,confiscation,H05,", "2026-10-01,confiscation,,B2"]
    (folder / "incidents.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    before = (folder / "risks.geojson").read_bytes()
    sheet, (page, _, _) = review_risks(load_programme(folder), TODAY)
    assert [(p.where, p.count, p.first, p.last) for p in sheet.proposals] == [
        ("H03", 3, date(2026, 11, 2), date(2026, 11, 20))
    ]
    assert "3 confiscations from 2026-11-02 to 2026-11-20" in page.read_text(encoding="utf-8")
    assert (folder / "risks.geojson").read_bytes() == before


def test_what_teams_noted_stands_on_the_sheet_and_rates_nothing(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700, exist_ok=True)
    rows = [
        "reported_on,team_id,hotspot_id,note",
        "2026-11-24,T2,H03,<b>Dogs</b> behind the gate",
        "2026-11-23,T1,,'=1+1",
    ]
    (private / "risks-proposed.csv").write_text("\n".join(rows) + "\n", encoding="utf-8-sig")
    before = (folder / "risks.geojson").read_bytes()
    sheet, (page, form, _) = review_risks(load_programme(folder), TODAY)
    assert [(n.reported_on, n.team, n.hotspot, n.note) for n in sheet.noted] == [
        ("2026-11-23", "T1", "", "=1+1"),
        ("2026-11-24", "T2", "H03", "<b>Dogs</b> behind the gate"),
    ]
    shown = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;Dogs&lt;/b&gt; behind the gate" in shown
    assert "<b>H03</b>, 2026-11-24, team T2" in shown
    assert "<b>elsewhere</b>, 2026-11-23, team T1" in shown
    # A note is no row of the register, so there is nothing to sign for it.
    assert "H03" not in form.read_text(encoding="utf-8-sig")
    assert (folder / "risks.geojson").read_bytes() == before
    run = CliRunner().invoke(main, ["risks", "review", str(folder), "--on", "2026-11-25"])
    assert "H03  noted by team T2, 2026-11-24: see the sheet" in run.output
    assert "Dogs" not in run.output + repr(sheet) + repr(sheet.noted)
    run = CliRunner().invoke(main, ["risks", "review", str(folder), "--on", "2026-11-25", "--json"])
    assert json.loads(run.stdout)["noted"] == [
        {"reported_on": "2026-11-23", "team": "T1", "hotspot": ""},
        {"reported_on": "2026-11-24", "team": "T2", "hotspot": "H03"},
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_noted_risks_that_a_spreadsheet_saved_is_read(
    folder: Path, separator: str
) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700, exist_ok=True)
    rows = [("reported_on", "team_id", "hotspot_id", "note"), ("2026-11-24", "T2", "H03", "Dogs")]
    text = "\n".join(separator.join(row) for row in rows) + "\n"
    (private / "risks-proposed.csv").write_text(text, encoding="utf-8")
    assert [one.note for one in review_risks(load_programme(folder), TODAY)[0].noted] == ["Dogs"]


@pytest.mark.parametrize("text", ["", "when,who,what\n1,2,3\n", 'reported_on,team_id\n"1'])
def test_a_table_of_noted_risks_without_its_columns_is_an_error(folder: Path, text: str) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700, exist_ok=True)
    (private / "risks-proposed.csv").write_text(text, encoding="utf-8")
    run = CliRunner().invoke(main, ["risks", "review", str(folder)])
    if not text:
        assert run.exit_code == 0
        return
    assert run.exit_code == 2
    assert "private/risks-proposed.csv" in run.output
    assert "reported_on, team_id, hotspot_id, note" in " ".join(run.output.split())


def test_accepted_results_are_written_into_the_register(folder: Path) -> None:
    before = register(folder)
    (change,) = accept(folder, SIGNED, "R05,,,,,,")
    assert (change.id, change.before, change.after) == (
        "R04", RiskState.UNSIGNED, RiskState.CURRENT,
    )  # fmt: skip
    after = register(folder)
    written = after["R04"]["properties"]
    assert (written["assessed_by"], written["assessed_on"], written["review_by"]) == (
        "coordinator;peer", "2026-11-24", "2027-01-20",
    )  # fmt: skip
    # Harassment without an end of its own stands for 56 days.
    assert written["expires_on"] == "2027-01-19"
    assert (written["likelihood"], written["impact"]) == (4, 4)
    for untouched in before.keys() - {"R04"}:
        assert after[untouched] == before[untouched]
    assert after["R04"]["geometry"] == before["R04"]["geometry"]
    assert "R04" not in {row.risk.id for row in review_risks(load_programme(folder), TODAY)[0].due}
    assert not list(folder.glob(".register-*"))


def test_a_register_of_a_spreadsheet_keeps_its_form(folder: Path) -> None:
    """Semicolons, a mark at the start, the programme's own name of a column, another column."""
    features = register(folder)
    lines = ["id;lon;lat;Kategorie;affects;likelihood;impact;assessed_by;own"]
    for name, one in features.items():
        lon, lat = one["geometry"]["coordinates"][0][0]
        lines.append(f"{name};{lon};{lat};policing;both;2;2;coordinator;kept {name}")
    (folder / "risks.csv").write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode())
    toml = folder / "outreach.toml"
    text = toml.read_text(encoding="utf-8").replace('"risks.geojson"', '"risks.csv"')
    toml.write_text(text + '\n[columns.risks]\nKategorie = "category"\n', encoding="utf-8")
    accept(folder, SIGNED)
    raw = (folder / "risks.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfid;lon;lat;Kategorie;")
    assert b"\r\n" in raw
    rows = {
        row["id"]: row
        for row in csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";")
    }
    assert rows["R04"]["assessed_by"] == "coordinator;peer"
    assert rows["R04"]["expires_on"] == "2026-12-22"
    assert rows["R04"]["own"] == "kept R04"
    assert rows["R01"]["assessed_by"] == "coordinator"
    assert not rows["R01"]["expires_on"]


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("R04,coordinator,2026-11-24,2027-01-20,,,", "assessed_by", "is not signed by: peer"),
        ("R04,,2026-11-24,2027-01-20,,,", "assessed_by", "is not signed by: peer"),
        ("R99,peer,2026-11-24,2027-01-20,,,", "id", "names no row of the register"),
        ("R04,peer,,2027-01-20,,,", "assessed_on", "is empty"),
        ("R04,peer,2026-11-24,,,,", "review_by", "is empty"),
        ("R04,peer,2026-11-26,2027-01-20,,,", "assessed_on", "lies in the future"),
        ("R01,peer,2026-01-01,2027-01-20,,,", "assessed_on", "lies before the assessment"),
        ("R04,peer,2026-11-24,2026-11-24,,,", "review_by", "does not lie after assessed_on"),
        ("R04,peer,2026-11-24,2027-01-20,2026-11-01,,", "expires_on", "does not lie after"),
        ("R04,peer,2026-11-24,2027-01-20,,6,", "likelihood", ""),
    ],
)
def test_what_is_not_signed_or_cannot_be_is_refused_whole(
    row: str, column: str, what: str, folder: Path
) -> None:
    before = (folder / "risks.geojson").read_bytes()
    with pytest.raises(InputError) as caught:
        accept(folder, "R05,peer,2026-11-24,2027-01-20,,,", row)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("results.csv", 3, column)
    assert what in problem.what
    assert (folder / "risks.geojson").read_bytes() == before


def test_every_role_that_the_programme_asks_for_has_to_sign(folder: Path) -> None:
    toml = folder / "outreach.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text + '\n[risk]\nsigned_by = ["peer", "legal"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="is not signed by: legal"):
        accept(folder, SIGNED)


def test_a_row_that_stands_twice_and_a_file_that_is_not_there_are_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="stands twice"):
        accept(folder, SIGNED, SIGNED)
    run = CliRunner().invoke(main, ["risks", "accept", str(folder), str(folder / "none.csv")])
    assert run.exit_code == 2
    assert "does not exist" in run.stderr


def test_a_register_that_cannot_be_written_says_what_to_do(folder: Path) -> None:
    from outreach_map.intake import rewrite_register

    with pytest.raises(ProgrammeError, match="can be read and not written"):
        rewrite_register(folder / "risks.gpkg", {}, {})


def test_the_command_says_what_changed(folder: Path) -> None:
    results = folder / "results.csv"
    results.write_text(f"{HEADER}\n{SIGNED.replace('2026-11-24', '2026-10-20')}\n", "utf-8")
    run = CliRunner().invoke(main, ["risks", "accept", str(folder), str(results)])
    assert run.exit_code == 0, run.output
    assert "R04  was not signed by a peer, is " in run.stdout
    assert "assessed 2026-10-20, review by 2027-01-20, expires 2026-12-15" in run.stdout

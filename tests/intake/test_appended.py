"""Rows added to the visit log: in its own form, and nothing else of it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from outreach_map import load_programme
from outreach_map.errors import ProgrammeError
from outreach_map.intake import Cells, append_visits, log_to_extend, read_tables
from outreach_map.intake.formats import read_source
from outreach_map.intake.sources import Table
from tests.test_spreadsheets import spreadsheet_cells

DAY = date(2026, 11, 24)
ROW: Cells = {"date": DAY, "hotspot_id": "H11", "team_id": "T2", "contacts": 4, "outcome": "done"}
OTHER: Cells = {"date": DAY, "hotspot_id": "H17", "team_id": "T2", "outcome": "no_time"}


def read(folder: Path, name: str) -> list[tuple[object, ...]]:
    """Rows of the log as the gate reads them."""
    settings = folder / "outreach.toml"
    text = settings.read_text()
    settings.write_text(text.replace('visits = "visits.csv"', f'visits = "{name}"'))
    rows = read_tables(load_programme(folder)).visits
    return [
        (row.date, row.hotspot_id, row.team_id, row.contacts, row.syringes_out, row.outcome)
        for row in rows
    ]


ADDED = [(DAY, "H11", "T2", 4, None, "done"), (DAY, "H17", "T2", None, None, "no_time")]


@pytest.mark.parametrize(
    ("head", "separator", "ending", "mark"),
    [
        ("date,hotspot_id,team_id,contacts,outcome", ",", "\n", ""),
        ("date;hotspot_id;team_id;contacts;outcome", ";", "\r\n", "\ufeff"),
        ("outcome\tTeam_ID\tdate\tcontacts\thotspot_id", "\t", "\n", ""),
    ],
)
def test_a_table_of_text_keeps_its_form(
    town: Path,
    copy_of: Callable[[Path], Path],
    head: str,
    separator: str,
    ending: str,
    mark: str,
) -> None:
    folder = copy_of(town)
    log = folder / "log.csv"
    values = {
        "date": "2026-11-03", "hotspot_id": "H11", "team_id": "T1", "contacts": "2",
        "outcome": "done",
    }  # fmt: skip
    first = separator.join(values[name] for name in head.lower().split(separator))
    before = f"{mark}{head}{ending}{first}"
    log.write_bytes(before.encode())
    log.chmod(0o640)
    append_visits(log, {}, [ROW, OTHER])
    after = log.read_bytes().decode()
    assert after.startswith(before + ending)
    assert after.count(ending) == 4
    assert log.stat().st_mode & 0o777 == 0o640
    assert read(folder, "log.csv")[1:] == ADDED


def test_a_column_that_is_lacking_is_added(town: Path, copy_of: Callable[[Path], Path]) -> None:
    folder = copy_of(town)
    log = folder / "log.csv"
    log.write_text('date,hotspot_id,team_id,remark\n2026-11-03,H11,T1,"a, b"\n')
    append_visits(log, {}, [{**ROW, "syringes_out": 9}])
    lines = log.read_text().splitlines()
    assert lines[0] == "date,hotspot_id,team_id,remark,contacts,syringes_out,outcome"
    assert lines[1].startswith('2026-11-03,H11,T1,"a, b"')
    assert read(folder, "log.csv")[-1] == (DAY, "H11", "T2", 4, 9, "done")


def test_own_names_of_columns_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "visits.csv"
    log.write_text("Fecha,Sitio,Equipo,contacts,outcome\n")
    renamed = {"Fecha": "date", "Sitio": "hotspot_id", "equipo": "team_id"}
    append_visits(log, renamed, [ROW])
    assert log.read_text().splitlines()[1] == "2026-11-24,H11,T2,4,done"


@pytest.mark.parametrize("dated", [True, False], ids=["dates", "text"])
def test_a_sheet_of_a_workbook_is_extended(
    town: Path, copy_of: Callable[[Path], Path], dated: bool
) -> None:
    folder = copy_of(town)
    book = Workbook()
    book.active.title = "Other"  # type: ignore[union-attr]
    page = book.create_sheet("Visits")
    page.append(["Visits of the month"])
    page.append(["date", "hotspot_id", "team_id", "contacts", "outcome"])
    first = date(2026, 11, 3) if dated else "2026-11-03"
    page.append([first, "H11", "T1", 2, "done"])
    page["A3"].number_format = "dd.mm.yyyy" if dated else "@"
    book.create_sheet("Sums")["A1"] = "=SUM(Visits!D3:D99)"
    book.save(folder / "log.xlsx")
    append_visits(folder / "log.xlsx#Visits", {}, [ROW, OTHER])
    again = load_workbook(folder / "log.xlsx")
    assert again.sheetnames == ["Other", "Visits", "Sums"]
    assert again["Sums"]["A1"].value == "=SUM(Visits!D3:D99)"
    assert again["Visits"]["A1"].value == "Visits of the month"
    if dated:
        assert again["Visits"]["A4"].number_format == "dd.mm.yyyy"
    assert read(folder, "log.xlsx#Visits")[1:] == ADDED


def test_a_first_log_is_made(town: Path, copy_of: Callable[[Path], Path]) -> None:
    folder = copy_of(town)
    (folder / "visits.csv").unlink()
    log = log_to_extend((), folder, {})
    assert log == folder / "visits.csv"
    append_visits(log, {}, [ROW, OTHER])
    assert log.stat().st_mode & 0o777 == 0o600
    assert read(folder, "visits.csv") == ADDED


def test_the_last_table_of_ones_own_takes_the_rows(tmp_path: Path) -> None:
    own, export = tmp_path / "own.csv", tmp_path / "kobo.csv"
    own.write_text("date,hotspot_id,team_id\n")
    export.write_text("date,hotspot_id,team_id,_uuid,_submission_time\n")
    assert log_to_extend((own, export), tmp_path, {}) == own
    with pytest.raises(ProgrammeError, match="the next export would replace"):
        log_to_extend((export,), tmp_path, {})


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\x00", b"", b'date,"hotspot_id'])
def test_what_is_no_log_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "visits.csv"
    log.write_bytes(content)
    with pytest.raises(ProgrammeError, match="as it was"):
        append_visits(log, {}, [ROW])
    assert log.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]


@given(ids=st.lists(st.text("=+-@;, aZ9", min_size=1, max_size=8), min_size=1, max_size=4))
def test_ids_come_back_as_they_were_and_no_cell_is_a_formula(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str]
) -> None:
    log = tmp_path_factory.mktemp("log") / "visits.csv"
    log.write_text("date,hotspot_id,team_id\n")
    append_visits(log, {}, [{"date": DAY, "hotspot_id": one, "team_id": "T1"} for one in ids])
    columns = frozenset(("date", "hotspot_id", "team_id"))
    rows = read_source(log, Table(columns)).rows
    assert [row.cells.get("hotspot_id", "") for row in rows] == [one.strip() for one in ids]
    for separator in ",;":
        cells = spreadsheet_cells(log.read_text(), separator)
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@")]

"""What is no table of any programme: one error that names the limit, within bounded memory."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest

from outreach_map import limits
from outreach_map.errors import ProgrammeError, Severity
from outreach_map.intake import collect_problems, read
from outreach_map.intake.formats import read_source
from outreach_map.intake.sources import Table
from outreach_map.limits import MAX_ROWS, MOST_ALIKE, MOST_ROWS
from outreach_map.programme import load_programme
from tests.intake.tables import BOUNDS
from tests.intake.written import workbook

VISITS = Table(frozenset(("date", "hotspot_id", "team_id", "contacts")))
HEADER = "date,hotspot_id,team_id,contacts\n"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(10))
    + "]>"
)
MB = 1_000_000


def errors(path: Path, table: Table = VISITS) -> list[str]:
    source = read_source(path, table)
    return [p.what for p in source.problems if p.severity is Severity.ERROR]


def many_rows(path: Path) -> None:
    with path.open("w", encoding="utf-8") as target:
        target.write(HEADER)
        for _ in range(40):
            target.write("2026-11-02,H1,T1,4\n" * (MAX_ROWS // 8))


def many_bytes(path: Path) -> None:
    with path.open("wb") as target:
        target.write(HEADER.encode())
        target.truncate(3_000 * MB)  # a hole, which takes no room on the disk


def many_columns(path: Path) -> None:
    names = ",".join(f"c{n}" for n in range(300_000))
    path.write_text(f"{names}\n" + "1," * 1000 + "\n")


def one_line(path: Path) -> None:
    path.write_bytes(HEADER.encode() + b"x" * (90 * MB))


def nuls(path: Path) -> None:
    path.write_bytes(b"\0" * (20 * MB))


def many_numbered_rows(path: Path) -> None:
    """A workbook that unpacks to ten million rows."""
    workbook(path, [{"date": "2026-11-02"}])
    spoilt = path.with_suffix(".tmp")
    row = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(spoilt, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.namelist():
            content = old.read(part)
            with new.open(part, "w", force_zip64=True) as target:
                if part != "xl/worksheets/sheet1.xml":
                    target.write(content)
                    continue
                head, tail = content.split(b"</sheetData>")
                target.write(head)
                for _ in range(100):
                    target.write(row * 100_000)
                target.write(b"</sheetData>" + tail)
    spoilt.replace(path)


def many_styles(path: Path) -> None:
    workbook(path, [{"date": "2026-11-02"}])
    pack(path, "xl/theme/theme9.xml", b" " * MB, 30, "a")


def many_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(12_000):
            packed.writestr(f"{number}.csv", b"")


def many_commas(path: Path) -> None:
    """Few letters, and a hundred million cells."""
    header = ",".join(f"c{n}" for n in range(1_500))
    path.write_text(f"{header},date\n" + ("1" + "," * 1_500 + "\n") * 66_000)


def many_brackets(path: Path) -> None:
    """Empty lists, each of which takes twenty times its two letters in memory."""
    path.write_text('{"type":"FeatureCollection","features":[' + "[]," * (30 * MB) + "[]]}")


def two_gigabytes(path: Path) -> None:
    with path.open("wb") as target:
        target.write(b'{"type":"FeatureCollection","features":[')
        target.truncate(2_000 * MB)


def nested_geometry(path: Path) -> None:
    shape = '{"type":"GeometryCollection","geometries":[' * 330
    shape += '{"type":"Point","coordinates":[13,53]}' + "]}" * 330
    feature = '{"type":"Feature","properties":{"id":"R1"},"geometry":' + shape + "}"
    path.write_text('{"type":"FeatureCollection","features":[' + feature * 1 + "]}")


def nested_folders(path: Path) -> None:
    path.write_text("<kml><Document>" + "<Folder>" * 1_000_000)


def other_file(path: Path) -> None:
    """What GDAL would take for an order to read another file."""
    (path.parent / "other.csv").write_text("id,lon,lat\nH1,13,53\n")
    text = (
        '<OGRVRTDataSource><OGRVRTLayer name="sites"><SrcDataSource>'
        f"{path.parent}/other.csv</SrcDataSource><SrcLayer>other</SrcLayer></OGRVRTLayer>"
        "</OGRVRTDataSource>"
    )
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("sites.shp", text)
    else:
        path.write_text(text)


def deep(path: Path) -> None:
    path.write_text('{"type":' + "[" * (4 * MB))


def many_features(path: Path) -> None:
    feature = '{"type":"Feature","properties":{},"geometry":null},'
    text = '{"type":"FeatureCollection","features":['
    path.write_text(text + feature * (MAX_ROWS + 1) + feature[:-1] + "]}")


def huge_number(path: Path) -> None:
    spot = '{"type":"Point","coordinates":[1' + "0" * 400 + ",53]}"
    feature = '{"type":"Feature","properties":{},"geometry":' + spot + "}"
    path.write_text('{"type":"FeatureCollection","features":[' + feature + "]}")


def pack(path: Path, name: str, block: bytes, times: int, mode: Literal["w", "a"]) -> None:
    """A zip file with one long and dull part."""
    with (
        zipfile.ZipFile(path, mode, zipfile.ZIP_DEFLATED) as packed,
        packed.open(name, "w", force_zip64=True) as target,
    ):
        for _ in range(times):
            target.write(block)


def bomb(path: Path) -> None:
    """A workbook of a few hundred kilobytes that unpacks to 600 MB."""
    workbook(path, [{"date": "2026-11-02"}])
    blank = b" " * MB
    pack(path, "xl/media/image1.png", blank, 600, "a")


def shared_bomb(path: Path) -> None:
    pack(path, "xl/sharedStrings.xml", b"<si><t>x</t></si>" * (MB // 17), 200, "w")


def with_entities(path: Path) -> None:
    workbook(path, [{"date": "2026-11-02", "hotspot_id": "H1"}])
    spoilt = path.with_suffix(".tmp")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(spoilt, "w") as new:
        for part in old.namelist():
            text = old.read(part).decode()
            if part == "xl/worksheets/sheet1.xml":
                text = LAUGHS + text.replace("H1", "&a10;").replace("<v>", "<v>&a10;")
            new.writestr(part, text)
    spoilt.replace(path)


def rows_without_end(path: Path) -> None:
    workbook(path, [{"date": "2026-11-02"}])
    spoilt = path.with_suffix(".tmp")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(spoilt, "w") as new:
        for part in old.namelist():
            text = old.read(part).decode()
            if part == "xl/worksheets/sheet1.xml":
                text = text.replace('<row r="2"', '<row r="999999999999"')
                text = text.replace('r="A2"', 'r="A999999999999"')
            new.writestr(part, text)
    spoilt.replace(path)


def laughing_kml(path: Path) -> None:
    path.write_text(f"{LAUGHS}<kml><Document><name>&a10;</name></Document></kml>")


def zip_of_much(path: Path) -> None:
    pack(path, "sites.shp", b"\0" * MB, 600, "w")


def csv_of_much(path: Path) -> None:
    pack(path, "visits.csv", b"2026-11-02,H1\n" * (MB // 14), 200, "w")


# fmt: off
ABSURD: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "five million rows": (".csv", many_rows, "has more than 1,000,000 rows"),
    "three gigabytes": (".csv", many_bytes, "is larger than 100 MB"),
    "columns by the thousand": (".csv", many_columns, "has more than 2,000 columns"),
    "one cell without end": (".csv", one_line, "has a cell of more than 131,072 letters"),
    "nothing but NUL": (".csv", nuls, "is not text in any encoding that is known"),
    "nested without end": (".geojson", deep, "is nested more deeply than any layer"),
    "a million features": (".geojson", many_features, "has more than 1,000,000 rows"),
    "a number without end": (".geojson", huge_number, "has no geometry that can be read"),
    "two gigabytes of map": (".geojson", two_gigabytes, "is larger than 100 MB"),
    "thirty million brackets": (
        ".geojson", many_brackets, "has more than 5,000,000 features, corners and brackets",
    ),
    "folders without end": (".kml", nested_folders, "is not a KML that can be read"),
    "a KML that names another file": (".kml", other_file, "is not a KML that can be read"),
    "a package that names another file": (
        ".gpkg", other_file, "is not a GeoPackage that can be read",
    ),
    "a shapefile that names another file": (
        ".zip", other_file, "is not a zipped shapefile that can be read",
    ),
    "a hundred million cells": (".csv", many_commas, "has more than 30,000,000 cells"),
    "ten million rows of a workbook": (
        ".xlsx", many_numbered_rows, "unpacks to more than 400 MB",
    ),
    "styles without end": (
        ".xlsx", many_styles, "unpacks to more than 20 MB of styles and the like",
    ),
    "a zip of many": (".zip", many_parts, "has more than 10,000 parts"),
    "a packed bomb": (".xlsx", bomb, "unpacks to more than 400 MB"),
    "a bomb of texts": (".xlsx", shared_bomb, "unpacks to more than 100 MB"),
    "entities in a workbook": (".xlsx", with_entities, "is not a workbook that can be read"),
    "rows without end": (".xlsx", rows_without_end, "has more than 1,000,000 rows"),
    "entities in a KML": (".kml", laughing_kml, "is not a KML that can be read"),
    "a zip of much": (".zip", zip_of_much, "unpacks to more than 400 MB"),
    "a zipped table of much": (".zip", csv_of_much, "unpacks to more than 100 MB"),
}
# fmt: on
READ = """
import resource, sys
from pathlib import Path
from outreach_map.intake.formats import read_source
from tests.intake.test_absurd_input import VISITS
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source = read_source(Path(sys.argv[1]), VISITS)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
for problem in source.problems:
    if problem.severity == "error":
        print(problem.what)
"""


@pytest.mark.parametrize("case", ABSURD)
def test_it_is_one_error_in_bounded_memory(case: str, tmp_path: Path) -> None:
    ending, write, expected = ABSURD[case]
    path = tmp_path / f"absurd{ending}"
    write(path)
    # In a process of its own, whose memory is its own.
    done = subprocess.run(
        [sys.executable, "-c", READ, path], capture_output=True, text=True, check=False
    )
    path.unlink()
    assert done.returncode == 0, done.stderr
    grown_mb, *told = done.stdout.splitlines()
    assert told == [expected]
    assert int(grown_mb) < 1500


ZONE = (
    '{"type":"Feature","properties":{"id":"R%d","category":"policing","affects":"both",'
    '"likelihood":2,"impact":2},"geometry":{"type":"Polygon","coordinates":'
    "[[[13,53],[13.01,53],[13.01,53.01],[13,53]]]}}"
)
TOO_MANY: dict[str, tuple[str, Callable[[int], str], str]] = {
    "risks": (
        "risks.geojson",
        lambda rows: '{"type":"FeatureCollection","features":['
        + ",".join(ZONE % number for number in range(rows)) + "]}",
        "Leave out those that are not needed.",
    ),
    "hotspots": (
        "hotspots.csv",
        lambda rows: "id,lon,lat\n" + "".join(f"H{n},13,53\n" for n in range(rows)),
        "Leave out those that are not needed.",
    ),
    "teams": (
        "teams.csv",
        lambda rows: "id,size,mode,start,end,shift\n"
        + "".join(f"T{n},2,walk,P1,P1,Mo 09:00-13:00\n" for n in range(rows)),
        "Leave out those that are not needed.",
    ),
    "population": (
        "population.csv",
        lambda rows: "lon,lat,population\n" + "13,53,4\n" * rows,
        "Leave out old rows.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("table", TOO_MANY)
def test_a_table_of_more_rows_than_a_city_has_is_refused_by_its_limit(
    table: str, programme_of, tmp_path: Path
) -> None:
    name, text, mend = TOO_MANY[table]
    most = MOST_ROWS.get(table, MAX_ROWS)
    # A hundred thousand zones, two million cells; of the others one more than may be.
    rows = {"risks": 100_000, "population": 2 * MAX_ROWS}.get(table, most + 1)
    programme = programme_of({name: text(rows)})
    told = [
        (p.file, p.what, p.mend)
        for p in collect_problems(programme, bounds=BOUNDS)
        if p.severity is Severity.ERROR and p.file == name and p.row is None
    ]
    assert (name, f"has more than {most:,} rows", mend) in told


def test_a_log_in_many_files_has_no_more_rows_than_one_file_may_have(
    programme_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MAX_ROWS", 1_000)
    rows = "2026-11-02,H1,T1,4\n" * 500
    folder = programme_of({}).folder
    log = folder / "visits"
    log.mkdir()
    for name in ("a", "b", "c", "d"):
        (log / f"{name}.csv").write_text(HEADER + (rows if name < "d" else "no,such,row\n"))
    try:
        problems = collect_problems(load_programme(folder), bounds=BOUNDS)
    finally:
        shutil.rmtree(log)
    told = {p.file: p.what for p in problems if p.severity is Severity.ERROR and p.row is None}
    assert told["c.csv"] == "and the files before it have more than 1,000 rows"
    assert "d.csv" not in {p.file for p in problems}


def test_every_limit_stands_in_the_document() -> None:
    text = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
    told = text.partition("## How much can be read")[2].partition("\n## ")[0]
    counts = [value for name, value in vars(limits).items() if re.fullmatch("[A-Z_]+", name)]
    assert len(counts) > 10
    for value in counts:
        for most in value.values() if isinstance(value, Mapping) else [value]:
            said = {f"{most:,}", f"{most // MB:,} MB" if most >= MB else ""} - {""}
            assert any(re.search(rf"(?<![\d,]){one}(?![\d,]\d)", told) for one in said), most


def test_problems_that_nobody_would_read_to_the_end_are_counted(programme_of) -> None:
    programme = programme_of({"visits.csv": HEADER + "2026-11-02,H999,T1,4\n" * 20_000})
    problems = collect_problems(programme, bounds=BOUNDS)
    told = [p.what for p in problems if p.file == "visits.csv" and p.column == "hotspot_id"]
    assert len(told) == MOST_ALIKE + 1
    assert "has problems in 19,000 more rows" in told


def test_settings_without_end_are_refused_before_they_are_read(tmp_path: Path) -> None:
    with (tmp_path / "outreach.toml").open("wb") as target:
        target.truncate(3_000 * MB)
    with pytest.raises(ProgrammeError, match="larger than 1 MB"):
        load_programme(tmp_path)


def test_a_folder_that_is_named_like_a_file_is_no_file(programme_of, tmp_path: Path) -> None:
    folder = programme_of({}).folder
    (folder / "hotspots.csv").unlink()
    (folder / "hotspots.csv").mkdir()
    with pytest.raises(ProgrammeError, match=r"hotspots\.csv"):
        load_programme(folder)
    assert errors(folder / "hotspots.csv") == ["is not a file"]
    (folder / "hotspots.csv").rmdir()


@pytest.mark.parametrize("kind", ["broken", "loop", "device", "pipe"])
def test_what_is_no_plain_file_is_never_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"broken": tmp_path / "gone", "loop": path, "device": "/dev/zero"}[kind])
    assert errors(path) == ["is not a file"]


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(HEADER + "2026-11-02,H1,T1,4\n")
    (tmp_path / "visits.csv").symlink_to(tmp_path / "log.csv")
    source = read_source(tmp_path / "visits.csv", VISITS)
    assert (source.problems, len(source.rows)) == ([], 1)


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder that everybody may enter; and no right to read what is closed, not even for root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield folder
    if root:
        os.seteuid(0)
    shutil.rmtree(folder)


def test_a_file_that_nobody_may_read_is_said(nobody: Path) -> None:
    path = nobody / "visits.csv"
    if os.getuid() == 0:
        os.seteuid(0)
    path.write_text(HEADER)
    path.chmod(0)
    if os.getuid() == 0:
        os.seteuid(65534)
    source = read_source(path, VISITS)
    assert [(p.what, p.mend) for p in source.problems] == [
        ("cannot be opened", "Close it elsewhere, and allow yourself to read it.")
    ]


def test_a_log_of_odd_files_is_told_file_by_file(programme_of) -> None:
    folder = programme_of({}).folder
    log = folder / "visits"
    log.mkdir()
    (log / "a.csv").write_text(HEADER + "2026-11-02,H1,T1,4\n")
    (log / "b.csv").mkdir()
    (log / "c.docx").write_bytes(b"PK")
    try:
        problems = collect_problems(load_programme(folder), bounds=BOUNDS)
    finally:
        shutil.rmtree(log)
    told = {p.file: p.what for p in problems if p.severity is Severity.ERROR}
    assert told == {"b.csv": "is not a file", "c.docx": "is not a format that can be read"}


def test_this_machine_says_how_much_memory_a_process_took() -> None:
    """The measure that the tests above rest on grows with what is held."""
    held = bytearray(os.urandom(1) * (64 * MB))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 >= len(held)

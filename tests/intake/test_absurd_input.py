"""What is no table of any programme: one error that names the limit, within bounded memory."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from outreach_map.errors import ProgrammeError, Severity
from outreach_map.intake import collect_problems
from outreach_map.intake.formats import read_source
from outreach_map.intake.sources import MAX_ROWS, Table
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


def deep(path: Path) -> None:
    path.write_text('{"type":' + "[" * (5 * MB))


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


ABSURD: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "five million rows": (".csv", many_rows, "has more than 1,000,000 rows"),
    "three gigabytes": (".csv", many_bytes, "is larger than 100 MB"),
    "columns by the thousand": (".csv", many_columns, "has more than 2,000 columns"),
    "one cell without end": (".csv", one_line, "has a cell of more than 131,072 letters"),
    "nothing but NUL": (".csv", nuls, "is not text in any encoding that is known"),
    "nested without end": (".geojson", deep, "is nested more deeply than any layer"),
    "a million features": (".geojson", many_features, "has more than 1,000,000 rows"),
    "a number without end": (".geojson", huge_number, "has no geometry that can be read"),
    "a packed bomb": (".xlsx", bomb, "unpacks to more than 400 MB"),
    "a bomb of texts": (".xlsx", shared_bomb, "unpacks to more than 100 MB"),
    "entities in a workbook": (".xlsx", with_entities, "is not a workbook that can be read"),
    "rows without end": (".xlsx", rows_without_end, "has more than 1,000,000 rows"),
    "entities in a KML": (".kml", laughing_kml, "is not a KML that can be read"),
    "a zip of much": (".zip", zip_of_much, "unpacks to more than 400 MB"),
    "a zipped table of much": (".zip", csv_of_much, "unpacks to more than 100 MB"),
}
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

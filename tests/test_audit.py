"""The audit finds what would give a place away, wherever it is packed."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import struct
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from geopandas.geodataframe import GeoDataFrame

from outreach_map import load_programme
from outreach_map.audit import audit_round
from outreach_map.audit.unpacked import unpacked
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.intake import read_tables
from outreach_map.privacy import raw_signs

LON, LAT = 13.123457, 53.987653
HIDDEN = {
    "plain text": f"<p>{LON}</p>".encode(),
    "seven decimals": f'{{"x": {LAT:.7f}}}'.encode(),
    "json escapes": json.dumps({"note": "by the büdchen at the gate"}).encode(),
    "entities": b"<p>by the b&uuml;dchen at the gate</p>",
    "doubles": struct.pack("<2d", LON, LAT),
    "big doubles": b"x" * 7 + struct.pack(">d", LAT),
    "floats": struct.pack("<2f", LON, LAT),
    "turned floats": struct.pack(">2f", LAT, LON),
    "an id": b'title="site-0042"',
}
KINDS = {"json escapes": "note", "entities": "note", "an id": "id"}


@pytest.fixture
def folder(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    """The rural programme with one hotspot that has a fine place, a note and a long id."""
    folder = copy_of(country)
    path = folder / "hotspots.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    columns = head.split(",")
    cells = first.split(",")
    old_id = cells[columns.index("id")]
    for name, value in {
        "id": "site-0042", "lon": str(LON), "lat": str(LAT), "note": "by the büdchen at the gate"
    }.items():  # fmt: skip
        cells[columns.index(name)] = value
    path.write_text("\n".join([head, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    for other in ("visits.csv", "decisions.csv"):
        text = (folder / other).read_text(encoding="utf-8")
        (folder / other).write_text(text.replace(f"{old_id},", "site-0042,"), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("how", "packing"),
    [
        (how, packing)
        for how in HIDDEN
        for packing in ("as it is", "base64", "deflate")
        # Escapes are of the page's own text.
        if packing == "as it is" or KINDS.get(how) != "note"
    ],
)
def test_raw_data_are_found_in_every_packing(how: str, packing: str, folder: Path) -> None:
    signs = raw_signs(load_programme(folder))
    content = HIDDEN[how] + bytes(300)
    name = "page.html"
    if packing == "base64":
        content = b'<script>"' + base64.b64encode(content) + b'"</script>'
    elif packing == "deflate":
        noise = bytes(number * 7 % 251 for number in range(900))
        squeezed = zlib.compress(content + noise, 9)
        content = b'<script>"' + base64.b64encode(squeezed) + b'"</script>'
    elif how in ("doubles", "big doubles", "floats", "turned floats"):
        name = "plan.gpkg"
    found = {kind for part in unpacked(name, content) for kind in signs.found_in(part)}
    assert found == {KINDS.get(how, "coordinate")}


def _gzip_in_base64_in_base64(content: bytes) -> bytes:
    return base64.b64encode(b'{"a":"' + base64.b64encode(gzip.compress(content)) + b'"}')


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "short base64": lambda c: b'"' + base64.b64encode(c[:16]) + b'"',
    "base64 of addresses": lambda c: b"?q=" + base64.urlsafe_b64encode(b"\xff\xfe\xfd" + c),
    "hexadecimal": lambda c: b"<i>" + c.hex().encode() + b"</i>",
    "gzip": lambda c: b"before" + gzip.compress(c),
    "zlib within": lambda c: b"before" + zlib.compress(c),
    "bare deflate": lambda c: zlib.compress(c, wbits=-15),
    "one within the other": _gzip_in_base64_in_base64,
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", ["page.html", "plan.gpkg", "gaps.csv"])
def test_every_packing_of_every_file_is_opened(packing: str, name: str, folder: Path) -> None:
    signs = raw_signs(load_programme(folder))
    content = PACKINGS[packing](struct.pack("<2d", LON, LAT) + bytes(32))
    assert not signs.found_in(content)
    found = {kind for part in unpacked(name, content) for kind in signs.found_in(part)}
    assert found == {"coordinate"}


@pytest.mark.parametrize(
    "content",
    [
        struct.pack("<2i", round(LON * 1e7), round(LAT * 1e7)),
        struct.pack(">2i", round(LAT * 1e6), round(LON * 1e6)),
        f"{LON}".replace(".", ",").encode(),
    ],
    ids=["steps of OpenStreetMap", "millionths", "decimal comma"],
)
def test_other_ways_to_write_a_place_are_known(content: bytes, folder: Path) -> None:
    assert raw_signs(load_programme(folder)).found_in(b"x" + content + b"x") == {"coordinate"}


def test_free_pages_and_extents_of_a_geopackage_are_read(folder: Path, tmp_path: Path) -> None:
    """A row that was deleted, and the extent that it left behind, are in the file still."""
    signs = raw_signs(load_programme(folder))
    path = tmp_path / "plan.gpkg"

    def found() -> set[str]:
        raw = path.read_bytes()
        return {kind for part in unpacked(path.name, raw) for kind in signs.found_in(part)}

    shapes = [shapely.Point(LON, LAT), shapely.Point(13.1, 53.5)]
    GeoDataFrame({"a": [1, 2]}, geometry=shapes, crs=4326).to_file(path, layer="x")
    assert found() == {"coordinate"}
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA secure_delete = OFF")
        for (trigger,) in file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            file.execute(f'DROP TRIGGER "{trigger}"')
        file.execute("DELETE FROM x WHERE a = 1")
        file.execute("DROP TABLE IF EXISTS rtree_x_geom")
        file.commit()
    assert found() == {"coordinate"}
    with closing(sqlite3.connect(path)) as file:
        file.execute("VACUUM")
    # Now nothing but the extent in the table of contents tells.
    assert found() == {"coordinate"}
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE gpkg_contents SET min_x = 0, max_x = 0, min_y = 0, max_y = 0")
        file.commit()
        file.execute("VACUUM")
    assert found() == set()


def test_four_decimals_are_no_sign_and_repr_says_nothing(folder: Path) -> None:
    signs = raw_signs(load_programme(folder))
    assert not signs.found_in(f"{LON:.4f} {LAT:.4f}".encode())
    assert not signs.found_in(struct.pack("<d", round(LON, 4)))
    shown = repr(signs) + str(signs)
    assert str(LON)[:6] not in shown
    assert "site" not in shown
    raw = read_tables(load_programme(folder))
    assert signs.unsigned < 3 * (len(raw.hotspots) + len(raw.risks) + len(raw.points)) * 10


def test_a_leak_in_a_page_fails_the_audit_and_is_not_quoted(
    country: Path, copy_of: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of(country)
    raw = read_tables(load_programme(folder))
    place = next(
        (row.geometry.x, row.geometry.y)
        for row in raw.hotspots
        if row.geometry.geom_type == "Point" and abs(row.geometry.x * 1e4 % 1 - 0.5) < 0.45
    )
    from outreach_map.audit import report

    publish = report.publish_round

    def leaky(plan: object, directory: Path) -> list[Path]:
        paths = publish(plan, directory)
        (manager,) = [path for path in paths if path.name == "manager.html"]
        page = manager.read_text(encoding="utf-8")
        manager.write_text(page + f"<!-- {place[0]:.6f} -->", encoding="utf-8")
        return paths

    monkeypatch.setattr(report, "publish_round", leaky)
    found = audit_round(folder, DEMO_ROUND, progress=lambda _: None)
    assert found.holding == (("manager.html", "coordinate"),)
    assert not found.clean
    done = CliRunner().invoke(main, ["audit", str(folder), "--round", "2026-11-23"])
    assert done.exit_code == 1
    assert "coordinate stands in manager.html" in done.output
    assert f"{place[0]:.5f}" not in done.output


def test_the_audit_of_the_demo_is_clean_and_says_what_it_looked_for(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    done = CliRunner().invoke(main, ["audit", str(copy_of(country)), "--round", "2026-11-23"])
    assert done.exit_code == 0, done.output
    assert "every published byte is the same" in done.output
    assert "No published file holds a raw coordinate" in done.output

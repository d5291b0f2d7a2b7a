"""Hostile texts from the files to the open pages: nothing runs, and nothing is too wide.

Columns that take no free text are tried in `test_hostile_columns`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from playwright.sync_api import Browser

from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from tests.browser import PHONE, launched
from tests.hostile import HOSTILE
from tests.test_spreadsheets import SIGNS, spreadsheet_cells

_TRAP = """
window.ran_all = [];
window.ran = number => ran_all.push(number);
document.addEventListener('securitypolicyviolation', e => ran_all.push(e.violatedDirective));
"""
# An id may have sixty letters; these are known by their end.
_END = " ~q"
_IDS = [f"{' '.join(text.split())}{_END}" for text in HOSTILE]
_IDS = [text for text in _IDS if len(text) <= 60]
# Who is named by an id, and where.
_NAMED = {
    "hotspots": {"hotspots": ("id",), "visits": ("hotspot_id",), "decisions": ("hotspot_id",)},
    "points": {"points": ("id",), "teams": ("start", "end")},
    "teams": {"teams": ("id",), "visits": ("team_id",), "decisions": ("team_id",)},
}
_WIDE = """() => [document.documentElement, ...document.querySelectorAll('#list, #help')]
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.id || one.localName)"""


def shared_out(count: int) -> list[str]:
    """All texts, in as many cells as a column has."""
    return [" ".join(HOSTILE[number::count]) for number in range(count)]


@pytest.fixture(scope="module")
def maps(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with hostile texts in each column that takes any text, published with all files."""
    folder = Path(shutil.copytree(town, tmp_path_factory.mktemp("hostile") / "town"))
    for file, column in (("points", "name"), ("hotspots", "note"), ("decisions", "reason")):
        rows = rows_of(folder / f"{file}.csv")
        for row, text in zip(rows, shared_out(len(rows)), strict=True):
            row[column] = text
        write(folder / f"{file}.csv", rows)
    left = iter(_IDS)
    for named, places in _NAMED.items():
        new = {
            row["id"]: text
            for row, text in zip(rows_of(folder / f"{named}.csv"), left, strict=False)
        }
        for file, columns in places.items():
            rows = rows_of(folder / f"{file}.csv")
            for row in rows:
                row |= {column: new.get(row[column], row[column]) for column in columns}
            write(folder / f"{file}.csv", rows)
    path = folder / "risks.geojson"
    risks = json.loads(path.read_text(encoding="utf-8"))
    for column in ("description", "mitigation"):
        texts = shared_out(len(risks["features"]))
        for feature, text in zip(risks["features"], texts, strict=True):
            feature["properties"][column] = text
    for feature, text in zip(risks["features"], left, strict=False):
        feature["properties"]["id"] = text
    path.write_text(json.dumps(risks), encoding="utf-8")
    path = folder / "outreach.toml"
    settings = path.read_text(encoding="utf-8")
    for number, name in enumerate(re.findall(r'name = "([^"]+)"', settings)):
        # A setting takes 200 letters, and no marks of direction or other controls.
        text = ""
        for one in HOSTILE[number * 7 :: 5]:
            text += f"{one} " if one.isprintable() and len(text + one) < 200 else ""
        settings = settings.replace(f'"{name}"', json.dumps(text.strip()))
    # A rights card takes 2,000 letters.
    card = ""
    for one in HOSTILE:
        card += f"{one}\n" if one.isprintable() and len(card + one) < 2000 else ""
    settings = settings.replace(
        "[maps]", f"[maps]\nrights = {json.dumps(card, ensure_ascii=False)}"
    )
    settings = re.sub("exports = .*", 'exports = ["xlsx","ics","gpx","kml","geojson"]', settings)
    path.write_text(settings, encoding="utf-8")
    out = folder.parent / "maps"
    rounds = ["--round", DEMO_ROUND.isoformat(), "--out", str(out), "--no-cache"]
    done = CliRunner().invoke(main, ["plan", str(folder), *rounds])
    assert done.exit_code == 0, done.output
    return out / DEMO_ROUND.isoformat()


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a file anew."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


def test_there_are_sixty_and_they_differ() -> None:
    assert len(set(HOSTILE)) == 60


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["team", "manager", "planner"])
def test_nothing_runs_and_nothing_is_too_wide(browser: Browser, maps: Path, kind: str) -> None:
    pages = sorted(maps.glob(f"{kind}*.html"))
    assert pages
    for path in pages:
        context = browser.new_context(viewport=PHONE, offline=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.clock.install(time=f"{DEMO_ROUND}T12:00:00")
        page.add_init_script(_TRAP)
        told: list[str] = []
        page.on("dialog", lambda dialog, told=told: (told.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error, told=told: told.append(str(error)))
        page.on("console", lambda message, told=told: told.append(message.text))
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-drawn]")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate(_WIDE) == [], path.name
        if kind == "team":
            # The rights card, with most of the texts.
            page.click("#show-help")
            assert page.locator(".rights li").count() > 40
            assert page.evaluate(_WIDE) == [], path.name
        page.click("#show-map")
        for sign in page.query_selector_all(".leaflet-interactive")[:25]:
            sign.dispatch_event("click")
        page.wait_for_timeout(200)
        assert page.evaluate(_WIDE) == [], path.name
        assert page.evaluate("ran_all") == []
        assert told == []
        assert asked == [path.as_uri()]
        # The texts are there, so that the above says something.
        assert "ran(" in page.evaluate("document.body.innerText + document.title")
        context.close()


def test_no_file_holds_an_id(maps: Path) -> None:
    """Ids stay with the planner: what is published says codes."""
    assert [path.name for path in maps.iterdir() if _END.encode() in path.read_bytes()] == []


def test_no_file_holds_a_formula_or_is_broken(maps: Path) -> None:
    kinds = {path.suffix for path in maps.iterdir()}
    assert {".csv", ".xlsx", ".ics", ".gpx", ".kml", ".geojson"} <= kinds
    for path in maps.iterdir():
        if path.suffix == ".csv":
            for separator in ",;\t":
                cells = spreadsheet_cells(path.read_text(encoding="utf-8-sig"), separator)
                assert not [cell for cell in cells if cell.lstrip()[:1] in tuple(SIGNS)], path.name
        elif path.suffix == ".xlsx":
            book = load_workbook(path)
            assert not [
                cell.coordinate
                for sheet in book
                for row in sheet
                for cell in row
                if cell.data_type == "f" or cell.hyperlink
            ], path.name
        elif path.suffix in (".gpx", ".kml"):
            tags = {one.tag.rsplit("}", 1)[-1] for one in ET.parse(path).iter()}
            assert not tags & {"script", "svg", "iframe", "img", "a"}, path.name
        elif path.suffix == ".geojson":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".ics":
            for line in path.read_bytes().decode().split("\r\n"):
                assert re.match(r"[A-Z-]+[;:]| |$", line), path.name

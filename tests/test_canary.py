"""Canaries: what is planted in the input is in no published file, log, error or repr."""

from __future__ import annotations

import csv
import dataclasses
import gc
import json
import logging
import re
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from shapely.geometry.base import BaseGeometry

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.attacks import read_round
from outreach_map.audit.guesses import attack_round
from outreach_map.audit.unpacked import unpacked
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import (
    ExtractError,
    InputError,
    KeyFileError,
    LedgerError,
    OutreachMapError,
    PrivacyError,
    ProgrammeError,
)
from outreach_map.history import Past
from outreach_map.intake import read_tables
from outreach_map.network import read_extract
from outreach_map.network.extract import Poi
from outreach_map.planning import plan_released, read_city
from outreach_map.privacy import inspect, raw_signs, release
from outreach_map.privacy.gate import open_gate
from outreach_map.privacy.locate import Locator
from outreach_map.publish.exports.records import LAYERS

COUNTS = (7919, 7927, 7933, 6271, 4517)
WORDS = ("CANARYNOTE", "CANARYREASON", "CANARYTEXT", "CANARYNAME")


@pytest.fixture
def planted(town: Path, copy_of: Callable[[Path], Path]) -> tuple[Path, list[tuple[float, float]]]:
    """The town with canaries in every confidential column, and its raw coordinates."""
    folder = copy_of(town)
    shutil.rmtree(folder / "private", ignore_errors=True)
    ids: dict[str, str] = {}

    def rewrite(name: str, change: Callable[[dict[str, str]], None]) -> None:
        path = folder / name
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            columns, rows = list(reader.fieldnames or []), list(reader)
        for row in rows:
            change(row)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    def hotspot(row: dict[str, str]) -> None:
        ids[row["id"]] = f"CANARYID{row['id']}"
        row |= {"id": ids[row["id"]], "note": "CANARYNOTE by the blue kiosk"}
        row |= {"est_min": "7919", "est_mid": "7927", "est_max": "7933"}

    def point(row: dict[str, str]) -> None:
        ids[row["id"]] = f"CANARYID{row['id']}"
        row |= {"id": ids[row["id"]], "stock_syringes": "4517"}
        if row["public"] == "no":
            row["name"] = "CANARYNAME depot"

    def team(row: dict[str, str]) -> None:
        ids[row["id"]] = f"CANARYID{row['id']}"
        row |= {"id": ids[row["id"]], "start": ids[row["start"]], "end": ids[row["end"]]}

    def visit(row: dict[str, str]) -> None:
        row |= {"hotspot_id": ids[row["hotspot_id"]], "team_id": ids[row["team_id"]]}
        row["contacts"] = "6271"

    def decision(row: dict[str, str]) -> None:
        row |= {"hotspot_id": ids[row["hotspot_id"]], "reason": "CANARYREASON"}
        row["team_id"] = ids.get(row["team_id"], "")

    rewrite("hotspots.csv", hotspot)
    rewrite("points.csv", point)
    rewrite("teams.csv", team)
    rewrite("visits.csv", visit)
    rewrite("decisions.csv", decision)
    path = folder / "risks.geojson"
    zones = json.loads(path.read_text())
    for feature in zones["features"]:
        feature["properties"] |= {
            "id": f"CANARYID{feature['properties']['id']}",
            "description": "CANARYTEXT",
            "mitigation": "CANARYTEXT",
        }
    path.write_text(json.dumps(zones))
    raw = read_tables(load_programme(folder))
    places = [(row.geometry.x, row.geometry.y) for row in raw.hotspots]
    places += [tuple(xy) for row in raw.risks for xy in shapely.get_coordinates(row.geometry)]
    places += [(row.geometry.x, row.geometry.y) for row in raw.points if not row.public]
    return folder, places


def signs(places: list[tuple[float, float]]) -> list[bytes]:
    """Byte forms of what was planted: words, coordinates as text and as doubles."""
    found = [word.encode() for word in (*WORDS, "CANARYID")]
    for number in {value for place in places for value in place}:
        text = f"{number:.6f}".rstrip("0")
        # Four decimals are what is published; a raw number that happens to have no more is no sign.
        if len(text.partition(".")[2]) > 4:
            found.append(text.encode())
            found += [struct.pack(form, number) for form in ("<d", ">d")]
    return found


def assert_clean(content: bytes, planted_signs: list[bytes], where: str) -> None:
    assert not [sign for sign in planted_signs if sign in content], where
    text = content.decode("utf-8", errors="ignore")
    for count in COUNTS:
        # As a number of its own: digests and base64 hold every run of four digits sooner or later.
        assert not re.search(rf"(?<![\w.]){count}(?!\w)", text), (where, count)


def test_no_published_file_holds_a_canary(planted, tmp_path: Path) -> None:
    folder, places = planted
    plan = plan_round(load_programme(folder), DEMO_ROUND)
    paths = publish_round(plan, tmp_path / "maps")
    every = signs(places)
    for path in paths:
        for content in unpacked(path.name, path.read_bytes()):
            assert_clean(content, every, path.name)
        assert "CANARY" not in path.name


def test_a_geopackage_holds_nothing_finer_than_four_decimals(planted, tmp_path: Path) -> None:
    folder, _ = planted
    publish_round(plan_round(load_programme(folder), DEMO_ROUND), tmp_path / "maps")
    path = tmp_path / "maps" / "plan.gpkg"
    layers = [name for name, _ in pyogrio.list_layers(path)]
    assert layers == [*LAYERS, "layer_styles"]
    for layer in LAYERS:
        coords = shapely.get_coordinates(gpd.read_file(path, layer=layer).geometry.to_numpy())
        np.testing.assert_allclose(coords, np.round(coords, 4), atol=1e-12)


def test_no_progress_line_log_or_repr_holds_a_canary(
    planted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, places = planted
    every = signs(places)
    with caplog.at_level(logging.DEBUG):
        result = CliRunner().invoke(
            main, ["plan", str(folder), "--round", "2026-11-23", "--out", str(tmp_path / "maps")]
        )
    assert result.exit_code == 0, result.output
    assert_clean(result.output.encode(), every, "output")
    assert_clean(caplog.text.encode(), every, "log")
    programme = load_programme(folder)
    raw = read_tables(programme)
    extract = read_extract(programme.streets)
    released = release(programme, DEMO_ROUND, extract)
    shown = [programme, raw, extract, released, released.areas, released.hotspots[0].place]
    shown += [*raw.hotspots, *raw.points, *raw.teams, *raw.visits[:20], *raw.decisions, *raw.risks]
    shown += [*released.hotspots, *released.points, *released.teams, *released.zones]
    for thing in shown:
        assert_clean(repr(thing).encode(), every, type(thing).__name__)
        assert_clean(str(thing).encode(), every, type(thing).__name__)


@pytest.mark.parametrize("method", ["area", "laplace"])
def test_no_type_shows_a_canary_in_its_repr(planted, method: str, tmp_path: Path) -> None:
    """Of every type of ours that a whole run leaves in memory, raw and released."""
    folder, places = planted
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text().replace("[privacy]", f'[privacy]\nmethod = "{method}"'))
    every = signs(places)
    programme = load_programme(folder)
    extract = read_extract(programme.streets)
    kept = [read_tables(programme), raw_signs(programme)]
    plan = plan_round(programme, DEMO_ROUND)
    paths = publish_round(plan, tmp_path / "maps")
    kept += [plan, inspect(programme, DEMO_ROUND, extract)]
    kept += [attack_round(programme, extract, DEMO_ROUND, paths), read_round(DEMO_ROUND, paths)]
    gate = open_gate(programme, extract, kept[0], lambda _: None)
    kept += [gate, gate.mover, Locator(gate.division)]
    seen: dict[type, list[object]] = {}
    for thing in gc.get_objects():
        if str(type(thing).__module__).startswith("outreach_map.") and not isinstance(thing, type):
            seen.setdefault(type(thing), []).append(thing)
    names = {kind.__name__ for kind in seen}
    raw = {"RawTables", "RawHotspot", "RawPoint", "RawTeam", "RawVisit", "RawRisk", "RawDecision"}
    inner = {"Signs", "Ledger", "Entry", "ProgrammeKey", "Gate", "Mover", "Partition", "Locator"}
    assert raw | inner | {"Release", "Hotspot", "Plan", "Place", "Errors"} <= names
    assert method == "area" or "Site" in names
    # Of the public map; an invented depot of the demo stands where it has one.
    seen.pop(Poi)
    for kind, things in seen.items():
        for thing in things[:50]:
            assert_clean(repr(thing).encode(), every, kind.__qualname__)
            assert_clean(f"{thing}".encode(), every, kind.__qualname__)
    secret = (folder / "private" / "key").read_text().strip()
    assert secret not in repr(gate) + repr(gate.key) + repr(gate.mover)


def _other_rules(folder: Path) -> None:
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text().replace("buildings = 50", "buildings = 60"))


FAULTS: dict[str, tuple[type[OutreachMapError], Callable[[Path], object]]] = {
    "rows": (
        InputError,
        lambda f: (f / "hotspots.csv").write_text((f / "hotspots.csv").read_text() + "x,y\n"),
    ),
    "settings": (
        ProgrammeError,
        lambda f: (f / "outreach.toml").write_text('[programme]\nname = 7919\nCANARY" = 3\n'),
    ),
    "extract": (ExtractError, lambda f: (f / "streets.osm.pbf").write_bytes(b"CANARYTEXT")),
    "rules": (PrivacyError, _other_rules),
    "key": (KeyFileError, lambda f: (f / "private" / "key").write_text("CANARYTEXT")),
    "ledger": (LedgerError, lambda f: (f / "private" / "ledger").write_bytes(b"CANARYTEXT")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_kind_of_error_shows_a_canary(planted, fault: str) -> None:
    folder, places = planted
    kind, spoil = FAULTS[fault]
    release(load_programme(folder), DEMO_ROUND)
    spoil(folder)
    with pytest.raises(kind) as caught:
        plan_round(load_programme(folder), DEMO_ROUND)
    assert type(caught.value) is kind
    shown = repr(caught.value) + str(caught.value) + "".join(map(str, caught.value.args))
    assert_clean(shown.encode(), signs(places), fault)
    # What led to it is not shown either: its message may quote the file.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_no_error_holds_a_canary(planted) -> None:
    folder, places = planted
    path = folder / "hotspots.csv"
    spoilt = path.read_text().replace("7927", "CANARYTEXT 7927").replace("Mo-Su", "CANARYTEXT")
    path.write_text(spoilt + spoilt.splitlines()[1] + "\n")
    for command in (["check", str(folder)], ["plan", str(folder), "--round", "2026-11-23"]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code in (1, 2)
        assert "hotspots.csv" in result.output
        assert_clean(result.output.encode(), signs(places), command[0])


def test_a_fault_of_the_program_does_not_quote_data(
    planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = planted

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("CANARYTEXT at 53.5561520")

    monkeypatch.setattr("outreach_map.planning.plan_round", broken)
    result = CliRunner().invoke(main, ["plan", str(folder), "--round", "2026-11-23"])
    assert result.exit_code == 2
    assert "fault of the program" in result.output
    assert "RuntimeError" in result.output
    assert "CANARY" not in result.output
    assert "53.55" not in result.output


def test_files_are_left_only_where_they_belong(planted, tmp_path: Path) -> None:
    folder, _ = planted
    before = {path.name for path in folder.iterdir()}
    publish_round(plan_round(load_programme(folder), DEMO_ROUND), tmp_path / "out" / "maps")
    left = {path.name for path in folder.iterdir()} - before
    assert left <= {"private", ".streets-cache"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["maps"]


def _parts(thing: object, seen: set[int]) -> Iterator[object]:
    """Everything that hangs on a thing: fields, items, arrays, shapes."""
    if id(thing) in seen or isinstance(thing, str | bytes | int | float | type(None)):
        return
    seen.add(id(thing))
    yield thing
    below: list[object] = []
    if isinstance(thing, Mapping):
        below = [*thing.keys(), *thing.values()]
    elif isinstance(thing, tuple | list | set | frozenset):
        below = list(thing)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        below = [getattr(thing, field.name) for field in dataclasses.fields(thing)]
    for part in below:
        yield from _parts(part, seen)


def test_nothing_right_of_the_gate_holds_an_array_or_shape_of_the_raw_side(planted) -> None:
    folder, places = planted
    programme = load_programme(folder)
    extract = read_city(programme)
    released = release(programme, DEMO_ROUND, extract)
    plan = plan_released(programme, released, extract, past=Past(), progress=lambda _: None)
    raw = read_tables(programme)
    secret = {
        value
        for place in places
        for value in place
        if len(f"{value:.6f}".rstrip("0").partition(".")[2]) > 4
    }
    assert len(secret) > 30
    public = {
        *extract.building_lon_lat.ravel().tolist(),
        *(v for walk in extract.networks.values() for v in walk.coords.ravel().tolist()),
    }
    shapes = {id(row.geometry) for row in (*raw.hotspots, *raw.risks)}
    looked = 0
    # The basemap is the public extract.
    for thing in _parts([released, replace(plan, basemap=None)], set()):
        assert id(thing) not in shapes
        if isinstance(thing, np.ndarray) and thing.dtype.kind == "f":
            found = set(thing.ravel().tolist())
        elif isinstance(thing, BaseGeometry):
            found = set(shapely.get_coordinates(thing).ravel().tolist())
        else:
            continue
        looked += 1
        assert not (found & secret) - public
        assert not type(thing).__module__.startswith("outreach_map.intake")
    assert looked > 60

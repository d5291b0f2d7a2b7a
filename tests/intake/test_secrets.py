"""No message, repr, traceback or log line repeats a cell: canaries in all columns, all formats."""

from __future__ import annotations

import io
import logging
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from outreach_map.errors import InputError, Severity
from outreach_map.intake import collect_problems, read_tables
from outreach_map.intake.columns import known_columns
from outreach_map.intake.formats import read_source
from outreach_map.intake.read import KINDS
from outreach_map.intake.sources import Table
from outreach_map.programme import Programme, load_programme
from tests.intake.tables import BOUNDS
from tests.intake.written import delimited, workbook

CANARY = "Zwiebelturm"
DIGITS = "4190293"
SECRETS = [CANARY, f"{CANARY} 51.{DIGITS}", f"-51.{DIGITS}", f"30.{DIGITS}", f"{CANARY};{CANARY}"]
COLUMNS = {
    name: [*sorted(known_columns(kind)), *(f"{prefix}condoms" for prefix in kind.prefixes)]
    for name, kind in KINDS.items()
}


def _csv(path: Path, rows: list[dict[str, object]]) -> None:
    path.with_suffix(".csv").write_text(delimited(rows), encoding="utf-8")


def _utf_16(path: Path, rows: list[dict[str, object]]) -> None:
    path.with_suffix(".csv").write_bytes(delimited(rows, "\t").encode("utf-16"))


def _xlsx(path: Path, rows: list[dict[str, object]]) -> None:
    workbook(path.with_suffix(".xlsx"), rows)


def _layer(ending: str, driver: str) -> Callable[[Path, list[dict[str, object]]], None]:
    def write(path: Path, rows: list[dict[str, object]]) -> None:
        kept = [{k: v for k, v in row.items() if k not in ("lon", "lat")} for row in rows]
        spots = [shapely.Point(float(f"51.{DIGITS}"), float(f"30.{DIGITS}"))] * len(rows)
        table = gpd.GeoDataFrame(kept, geometry=spots, crs=4326)
        table.to_file(path.with_suffix(ending), driver=driver)

    return write


FORMATS: dict[str, tuple[str, Callable[[Path, list[dict[str, object]]], None]]] = {
    "csv": (".csv", _csv),
    "utf-16": (".csv", _utf_16),
    "xlsx": (".xlsx", _xlsx),
    "geojson": (".geojson", _layer(".geojson", "GeoJSON")),
    "geopackage": (".gpkg", _layer(".gpkg", "GPKG")),
    "kml": (".kml", _layer(".kml", "LIBKML")),
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that any library logs, at its most talkative."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def spoilt(programme_of, name: str, form: str, rows: list[dict[str, object]]) -> Programme:
    ending, write = FORMATS[form]
    folder = programme_of({}).folder
    write(folder / "spoilt", rows)
    with (folder / "outreach.toml").open("a", encoding="utf-8") as target:
        target.write(f'[files]\n{name} = "spoilt{ending}"\n')
    return load_programme(folder)


def all_that_is_said(programme: Programme) -> Iterator[str]:
    problems = collect_problems(programme, bounds=BOUNDS)
    yield from (str(InputError(problems)), repr(problems), pretty_repr(problems), repr(programme))
    try:
        tables = read_tables(programme, bounds=BOUNDS)
    except InputError as error:
        yield from (str(error), repr(error))
        target = io.StringIO()
        shown = Traceback.from_exception(
            type(error), error, error.__traceback__, show_locals=True, locals_max_string=10_000,
            locals_max_length=1_000,
        )  # fmt: skip
        Console(file=target, width=400).print(shown)
        yield target.getvalue()
    else:
        yield from (repr(tables), str(tables), pretty_repr(tables.hotspots), repr(tables.warnings))


def hold_nothing(said: str) -> None:
    assert CANARY.lower() not in said.lower()
    assert DIGITS not in said


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", KINDS)
def test_a_secret_in_any_column_is_never_repeated(programme_of, log, name: str, form: str) -> None:
    rows: list[dict[str, object]] = [dict.fromkeys(COLUMNS[name], secret) for secret in SECRETS]
    programme = spoilt(programme_of, name, form, rows)
    problems = collect_problems(programme, bounds=BOUNDS)
    # One that a table lacks a column by its format stops the rows from being looked at.
    whole = [p for p in problems if p.severity is Severity.ERROR and p.row is None]
    assert whole or len({p.row for p in problems if p.row is not None}) == len(SECRETS)
    for said in all_that_is_said(programme):
        hold_nothing(said)
    hold_nothing(log.getvalue())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_secret_in_one_column_of_a_valid_row_is_never_repeated(programme_of, data) -> None:
    valid = {
        "hotspots": {"id": "H1", "lon": "13.25", "lat": "53.55"},
        "points": {"id": "P1", "name": "x", "lon": "13.25", "lat": "53.55", "type": "a",
                   "services": "b"},
        "risks": {"id": "R1", "lon": "13.25", "lat": "53.55", "category": "a", "affects": "both",
                  "likelihood": "1", "impact": "1"},
        "teams": {"id": "T1", "size": "2", "mode": "walk", "start": "P1", "end": "P1",
                  "shift": "24/7"},
        "visits": {"date": "2026-11-02", "hotspot_id": "H1", "team_id": "T1"},
        "decisions": {"kind": "no_go", "hotspot_id": "H1"},
        "population": {"h3": "891f1d48a27ffff", "population": "5"},
    }  # fmt: skip
    name = data.draw(st.sampled_from(sorted(valid)))
    column = data.draw(st.sampled_from(COLUMNS[name]))
    tail = data.draw(st.text(st.characters(categories=["L", "N", "P"]), max_size=8))
    secret = data.draw(st.sampled_from([*SECRETS, f"{CANARY}{tail}"]))
    programme = spoilt(programme_of, name, "csv", [{**valid[name], column: secret}])
    for said in all_that_is_said(programme):
        hold_nothing(said)


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_read_shows_nothing_of_itself(programme_of, form: str) -> None:
    ending, write = FORMATS[form]
    folder = programme_of({}).folder
    write(folder / "spoilt", [dict.fromkeys(COLUMNS["hotspots"], SECRETS[1])])
    source = read_source(folder / f"spoilt{ending}", Table(known_columns(KINDS["hotspots"])))
    assert len(source.rows) == 1
    for one in (source, source.rows, source.rows[0]):
        for said in (repr(one), str(one), f"{one}", pretty_repr(one)):
            hold_nothing(said)


def test_the_canary_would_be_seen(programme_of) -> None:
    """What these tests look for is in what was read, and would be found if it were said."""
    programme = spoilt(programme_of, "hotspots", "csv", [
        {"id": CANARY, "lon": f"13.2{DIGITS}", "lat": "53.55", "note": CANARY},
    ])  # fmt: skip
    tables = read_tables(programme, bounds=BOUNDS)
    assert CANARY.encode() in pickle.dumps(vars(tables.hotspots[0])["note"])
    with pytest.raises(AssertionError):
        hold_nothing(str(vars(tables.hotspots[0])))

"""The twin-world rule, from the planner's files to every published byte."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.audit import audit_round
from outreach_map.demo import DEMO_ROUND
from outreach_map.intake import RawVisit, read_tables
from outreach_map.network import read_extract, street_stops
from outreach_map.privacy.bands import people_band
from outreach_map.privacy.gate import open_gate, release
from outreach_map.privacy.keys import load_key
from outreach_map.privacy.ledger import read_ledger
from outreach_map.privacy.records import hotspots
from outreach_map.privacy.twin import _Twin
from outreach_map.programme import Programme
from outreach_map.tables import Mode, Place


def publish(folder: Path, directory: Path) -> dict[str, bytes]:
    plan = plan_round(load_programme(folder), DEMO_ROUND)
    return {path.name: path.read_bytes() for path in publish_round(plan, directory)}


def move_hotspots(programme: Programme, seed: int, *, within: bool) -> int:
    """Rewrite hotspots.csv: each one elsewhere in its area or in another, other note and count.

    And visits.csv: each on another day of its week, with other overdoses.
    """
    extract = read_extract(programme.streets)
    release(programme, DEMO_ROUND, extract)
    private = programme.folder / "private"
    division = read_ledger(private, load_key(private), programme.privacy.widest_m).partition
    assert division is not None
    stops = street_stops(extract.networks[Mode.WALK]).lon_lat
    area_of_stop = division.areas_of_points(stops)
    generator = np.random.default_rng(seed)
    path = programme.files.hotspots
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames, list(reader)
    moved = 0
    for row in rows:
        here = np.array([float(row["lon"]), float(row["lat"])])
        area = division.areas_near(here[None, :], 2000.0)[0]
        places = np.flatnonzero(
            (area_of_stop == area) if within else (area_of_stop != area) & (area_of_stop >= 0)
        )
        lon, lat = stops[generator.choice(places)]
        moved += (lon, lat) != tuple(here)
        row["lon"], row["lat"] = f"{lon:.7f}", f"{lat:.7f}"
        row["note"] = f"another note {generator.integers(1000)}"
        ends = [end for end in ("est_min", "est_mid", "est_max") if row[end]]
        bands = [people_band(float(row[end])) for end in ends]
        counts = [generator.integers(band.low, (band.high or 2 * band.low) + 1) for band in bands]
        row |= dict(zip(ends, map(str, sorted(counts)), strict=True))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns or [])
        writer.writeheader()
        writer.writerows(rows)
    retell_visits(programme, generator)
    return moved


def retell_visits(programme: Programme, generator: np.random.Generator) -> None:
    (path,) = programme.files.visits
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, rows = reader.fieldnames, list(reader)
    for row in rows:
        day = date.fromisoformat(row["date"])
        monday = day - timedelta(days=day.weekday())
        row["date"] = (monday + timedelta(days=int(generator.integers(7)))).isoformat()
        row["overdoses_reversed"] = str(generator.integers(3))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns or [])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("end", ["est_min", "est_max"])
def test_without_a_middle_an_end_says_no_more_than_its_band(
    end: str, country: Path, copy_of: Callable[[Path], Path]
) -> None:
    """9 and 5 people are both under 11, 13 and 24 both 11 to 25; so is what is made of them."""
    folder = copy_of(country)
    path = load_programme(folder).files.hotspots
    found = []
    for other in (False, True):
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns, rows = reader.fieldnames, list(reader)
        for row in rows:
            row |= {"est_min": "9", "est_mid": "", "est_max": "13"}
            row |= {end: {"est_min": "5", "est_max": "24"}[end]} if other else {}
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns or [])
            writer.writeheader()
            writer.writerows(rows)
        released = release(load_programme(folder), DEMO_ROUND)
        found.append([(h.people, h.syringes_month, h.people_range) for h in released.hotspots])
    assert found[0] == found[1]


@pytest.mark.parametrize("programme", ["town", "country"])
def test_moving_hotspots_within_their_areas_changes_no_published_byte(
    programme: str, request: pytest.FixtureRequest, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(request.getfixturevalue(programme))
    before = publish(folder, tmp_path / "before")
    assert move_hotspots(load_programme(folder), 7, within=True) >= 10
    after = publish(folder, tmp_path / "after")
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == []


def test_the_rule_would_notice_a_move_out_of_the_area(
    country: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(country)
    before = publish(folder, tmp_path / "before")
    move_hotspots(load_programme(folder), 7, within=False)
    after = publish(folder, tmp_path / "after")
    assert before["manager.html"] != after.get("manager.html")


def test_the_audit_command_finds_no_difference(country: Path) -> None:
    found = audit_round(country, DEMO_ROUND, worlds=2, progress=lambda _: None)
    assert (found.differing, found.holding, found.worlds) == ((), (), 3)
    assert found.clean


def test_twins_change_nobody_met_for_somebody_where_few_were(country: Path) -> None:
    """What a release does not say has to differ between the twins, or they prove nothing of it."""
    programme = load_programme(country)
    extract = read_extract(programme.streets)
    raw = read_tables(programme)
    row = raw.hotspots[0]
    visits = tuple(
        RawVisit(
            row=2, date=DEMO_ROUND - timedelta(days=12 * number + 3), hotspot_id=row.id,
            team_id="T1", contacts=int(number % 4 == 0),
        )
        for number in range(24)
    )  # fmt: skip
    gate = open_gate(programme, extract, raw, lambda _: None)
    stands = np.array([[9.5, 47.1]])
    worlds = [
        _Twin(gate, stands, DEMO_ROUND, np.random.default_rng(seed))
        .retold(replace(raw, visits=visits))
        .visits
        for seed in range(8)
    ]
    pairs = [
        (bool(visit.contacts), bool(twin.contacts))
        for twins in worlds
        for visit, twin in zip(visits, twins, strict=True)
    ]
    assert (True, False) in pairs
    assert (False, True) in pairs
    place = Place((0,), shapely.box(0, 0, 1, 1), (0.5, 0.5))
    logs = [
        hotspots([row], each, DEMO_ROUND, {row.id: "H-AAAA"}, {row.id: place})[0][0].log
        for each in (visits, *worlds)
    ]
    assert all(log == logs[0] for log in logs)

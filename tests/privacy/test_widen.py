"""A wider study area adds areas, and leaves all that was released as it was."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from outreach_map import load_programme
from outreach_map.errors import InputError
from outreach_map.network import StreetExtract, read_extract, street_stops
from outreach_map.privacy import inspect, load_key, release, release_twin
from outreach_map.privacy.areas import Ground, partition
from outreach_map.privacy.ledger import read_ledger, write_ledger
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.widen import covers, extended
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Mode, Release

NARROW, WIDE = (9.47, 47.13, 9.64, 47.28), (9.47, 47.04, 9.64, 47.28)
FIRST, LATER = date(2026, 11, 9), date(2026, 12, 7)
POLICY = PrivacyPolicy()


@pytest.fixture
def folder(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    copied = copy_of(country)
    shutil.rmtree(copied / "private")
    path = copied / "outreach.toml"
    text = re.sub(r"(?m)^study_area = .*$", f"study_area = {list(NARROW)}", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    only(copied, "hotspots.csv", lambda row: float(row["lat"]) > NARROW[1] + 0.03)
    for name in ("visits.csv", "decisions.csv"):
        only(copied, name, lambda _: False)
    register = json.loads((copied / "risks.geojson").read_text("utf-8"))
    register["features"] = [
        one
        for one in register["features"]
        if shapely.geometry.shape(one["geometry"]).bounds[1] > NARROW[1]
    ]
    (copied / "risks.geojson").write_text(json.dumps(register), "utf-8")
    return copied


@pytest.fixture(scope="module")
def extract(country: Path) -> StreetExtract:
    return read_extract(country / "streets.osm.pbf")


def only(folder: Path, name: str, keep: Callable[[dict[str, str]], bool]) -> None:
    with (folder / name).open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or []), [row for row in reader if keep(row)]
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def add(folder: Path, raw_id: str, lon: float, lat: float) -> None:
    path = folder / "hotspots.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or []), list(reader)
    rows.append(rows[0] | {"id": raw_id, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def widen(folder: Path) -> None:
    path = folder / "outreach.toml"
    path.write_text(path.read_text("utf-8").replace(str(list(NARROW)), str(list(WIDE))), "utf-8")


def made(folder: Path, start: date, extract: StreetExtract) -> tuple[Release, list[str]]:
    said: list[str] = []
    return release(load_programme(folder), start, extract, notice=said.append), said


def test_new_ground_gets_areas_that_keep_the_rules_and_old_ones_stay(
    extract: StreetExtract,
) -> None:
    walk, houses = extract.networks[Mode.WALK], extract.building_lon_lat
    before = partition(shapely.box(*NARROW), None, walk, houses, POLICY)
    assert covers(before, NARROW)
    assert not covers(before, WIDE)
    after = extended(before, shapely.box(*WIDE), None, walk, houses, POLICY)
    count = len(before.areas)
    assert covers(after, WIDE)
    assert [ground.areas for ground in after.grounds] == [count, len(after.areas)]
    assert after.first(count).cells == before.cells
    for one, other in zip(before.areas, after.areas[:count], strict=True):
        assert (one.geometry.wkb, one.anchor) == (other.geometry.wkb, other.anchor)
        assert one.last_mile_m == other.last_mile_m > 0
    # Every stop of the wider area lies in one, and areas of the new ground touch none of the old.
    stops = street_stops(walk).lon_lat
    stops = stops[shapely.contains_xy(shapely.box(*WIDE), stops)]
    assert (after.areas_of_points(stops) >= 0).all()
    assert len(after.areas) > count
    new = shapely.box(WIDE[0], WIDE[1], WIDE[2], NARROW[1])
    assert set(after.areas_of_points(stops[shapely.covers(new, shapely.points(stops))])) - set(
        range(count)
    ) == set(range(count, len(after.areas)))
    # Widening again changes nothing; neither does the order of buildings.
    shuffled = np.random.default_rng(0).permutation(houses)
    again = extended(before, shapely.box(*WIDE), None, walk, shuffled, POLICY)
    assert again.cells == after.cells


def test_a_planner_who_widens_is_told_and_reaches_the_new_ground(
    folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, FIRST, extract)
    add(folder, "H98", 9.5165, 47.0655)
    with pytest.raises(InputError, match="from any street of the study area"):
        made(folder, FIRST, extract)
    widen(folder)
    later, said = made(folder, LATER, extract)
    assert [line for line in said if "study area is wider than before: areas were added" in line]
    places = {hotspot.code: hotspot.place for hotspot in later.hotspots}
    for hotspot in first.hotspots:
        assert places[hotspot.code].geometry.wkb == hotspot.place.geometry.wkb
    (new,) = places.keys() - {hotspot.code for hotspot in first.hotspots}
    assert min(places[new].areas) >= len(first.areas)
    assert places[new].geometry.covers(shapely.Point(9.5165, 47.0655))
    # It is said once, and the audit finds every area in order.
    again, said = made(folder, LATER, extract)
    assert said == []
    assert repr(again.hotspots) == repr(later.hotspots)
    state = inspect(load_programme(folder), LATER, extract)
    assert (state.below, state.inputs_changed, state.faults) == (0, False, ())
    twin = release_twin(load_programme(folder), LATER, extract, seed=3)
    assert repr(twin.hotspots) == repr(later.hotspots)


def test_one_beyond_the_border_keeps_the_area_it_was_released_with(
    folder: Path, extract: StreetExtract
) -> None:
    """A nearer area afterwards would say that it lies between the two."""
    made(folder, FIRST, extract)
    division = read_ledger(
        folder / "private", load_key(folder / "private"), POLICY.widest_m
    ).partition
    assert division is not None
    walk, houses = extract.networks[Mode.WALK], extract.building_lon_lat
    wider = extended(division, shapely.box(*WIDE), None, walk, houses, POLICY)
    stops = street_stops(walk).lon_lat
    count = len(division.areas)
    beyond = stops[(stops[:, 1] < NARROW[1]) & (stops[:, 1] > NARROW[1] - 0.01)]
    homes = Locator(division).homes(list(shapely.points(beyond)))
    moved = wider.areas_near(beyond, 2000.0)
    chosen = int(np.flatnonzero((homes >= 0) & (moved >= count))[0])
    add(folder, "H97", *beyond[chosen])
    first, _ = made(folder, FIRST, extract)
    add(folder, "H96", *beyond[chosen])
    widen(folder)
    later, _ = made(folder, LATER, extract)
    was = {hotspot.code: hotspot.place.areas for hotspot in first.hotspots}
    now = {hotspot.code: hotspot.place.areas for hotspot in later.hotspots}
    assert was.items() <= now.items()
    # Who comes now to the same place is released with the area that it lies in.
    ((_, areas),) = now.items() - was.items()
    assert areas == (int(moved[chosen]),)


def test_ground_that_is_too_thin_is_left_out_and_said_so(
    folder: Path, extract: StreetExtract
) -> None:
    """900 m of road with nine houses: a notice and no error, also with a hotspot there."""
    before, _ = made(folder, FIRST, extract)
    strip = [NARROW[0], NARROW[1] - 0.008, *NARROW[2:]]
    stops = street_stops(extract.networks[Mode.WALK]).lon_lat
    division = read_ledger(
        folder / "private", load_key(folder / "private"), POLICY.widest_m
    ).partition
    assert division is not None
    outside = stops[shapely.contains_xy(shapely.box(*strip), stops)]
    outside = outside[division.areas_of_points(outside) < 0]
    assert len(outside) > 1000
    spot = outside[np.argmin(outside[:, 1])]
    add(folder, "H95", *spot)
    path = folder / "outreach.toml"
    path.write_text(path.read_text("utf-8").replace(str(list(NARROW)), str(strip)), "utf-8")
    later, said = made(folder, LATER, extract)
    (told,) = [line for line in said if "study area is wider" in line]
    assert "the new ground holds too few people for an area of its own" in told
    assert "released with the nearest area within 2 km" in told
    assert str(spot[0]) not in told
    assert len(later.areas) == len(before.areas)
    # The hotspot there is released with the nearest area of those that are there.
    codes = {hotspot.code for hotspot in before.hotspots}
    (new,) = [hotspot for hotspot in later.hotspots if hotspot.code not in codes]
    assert new.place.areas == (int(division.areas_near(spot[None, :], 2000.0)[0]),)
    # It is said once, and the audit finds every area in order.
    assert made(folder, LATER, extract)[1] == []
    state = inspect(load_programme(folder), LATER, extract)
    assert (state.below, state.faults) == (0, ())


def test_an_older_ledger_learns_its_last_miles_and_keeps_them_beside_newer_streets(
    folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, FIRST, extract)
    miles = [area.last_mile_m for area in first.areas]
    assert min(miles) > 0
    private = folder / "private"
    key = load_key(private)
    ledger = read_ledger(private, key, POLICY.widest_m)
    assert ledger.partition is not None
    forgotten = replace(ledger.partition, walked=False)
    write_ledger(private, key, replace(ledger, partition=forgotten))
    unknown = read_ledger(private, key, POLICY.widest_m).partition
    assert unknown is not None
    assert not unknown.walked
    again, _ = made(folder, FIRST, extract)
    assert [area.last_mile_m for area in again.areas] == miles
    assert [area.anchor for area in again.areas] == [area.anchor for area in first.areas]
    # Streets that are twice as long later on change nothing that was released.
    walk = extract.networks[Mode.WALK]
    longer = replace(walk, length_m=2 * walk.length_m)
    newer = replace(extract, networks={**extract.networks, Mode.WALK: longer})
    later, _ = made(folder, LATER, newer)
    assert [area.last_mile_m for area in later.areas] == miles
    assert {h.place.last_mile_m for h in later.hotspots} == {
        h.place.last_mile_m for h in first.hotspots
    }


def test_a_ledger_that_does_not_say_what_was_divided_learns_it_or_stays(
    folder: Path, extract: StreetExtract
) -> None:
    made(folder, FIRST, extract)
    private = folder / "private"
    key = load_key(private)

    def forget() -> None:
        ledger = read_ledger(private, key, POLICY.widest_m)
        assert ledger.partition is not None
        write_ledger(
            private, key, replace(ledger, partition=replace(ledger.partition, grounds=(), rules=1))
        )

    forget()
    made(folder, FIRST, extract)
    learned = read_ledger(private, key, POLICY.widest_m).partition
    assert learned is not None
    assert learned.grounds == (Ground(NARROW, len(learned.areas)),)
    # Made by the rules of its time, and held to those.
    assert learned.rules == 1
    forget()
    widen(folder)
    stays, said = made(folder, LATER, extract)
    assert len(stays.areas) == len(learned.areas)
    assert said == []
    add(folder, "H98", 9.5165, 47.0655)
    with pytest.raises(InputError, match="put study_area back, plan once, and widen it then"):
        made(folder, LATER, extract)

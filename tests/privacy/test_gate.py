"""The gate: what passes, what is frozen, and what fails closed."""

from __future__ import annotations

import csv
import random
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import osmium
import pytest
import shapely

from outreach_map import load_programme
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import InputError, LedgerError, PrivacyError
from outreach_map.intake import read_tables
from outreach_map.network import read_extract
from outreach_map.privacy import release
from outreach_map.privacy.twin import release_twin
from outreach_map.tables import Release, RiskState


@pytest.fixture
def folder(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    copied = copy_of(country)
    shutil.rmtree(copied / "private")
    return copied


def released(folder: Path, weeks: int = 0) -> Release:
    return release(load_programme(folder), DEMO_ROUND + timedelta(weeks=weeks))


def areas(release_: Release) -> dict[str, tuple[int, ...]]:
    return {hotspot.code: hotspot.place.areas for hotspot in release_.hotspots}


def test_every_hotspot_lies_in_its_released_area(folder: Path) -> None:
    made = released(folder)
    raw = read_tables(load_programme(folder))
    shapes = [hotspot.place.geometry for hotspot in made.hotspots]
    for row in raw.hotspots:
        # Off the street by up to 300 m here, and the drawn area is rounded to four decimals.
        assert min(shape.distance(row.geometry) for shape in shapes) < 0.005
    assert len(made.hotspots) == len(raw.hotspots)


def test_a_release_is_the_same_however_often_it_is_made(folder: Path) -> None:
    assert areas(released(folder)) == areas(released(folder)) == areas(released(folder, weeks=1))


def test_reordered_rows_change_nothing(folder: Path) -> None:
    before = released(folder)
    path = folder / "hotspots.csv"
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([header, *reversed(rows)]) + "\n")
    after = released(folder)
    assert repr(after.hotspots) == repr(before.hotspots)
    assert areas(after) == areas(before)


def test_a_newer_extract_does_not_divide_the_country_anew(folder: Path) -> None:
    before = released(folder)
    # The houses of the same streets, all gone: by them the areas would be other ones.
    thin = folder / "thin.osm.pbf"
    with osmium.SimpleWriter(str(thin)) as writer:
        for item in osmium.FileProcessor(str(folder / "streets.osm.pbf")):
            if "building" not in item.tags:
                writer.add(item)
    shutil.move(thin, folder / "streets.osm.pbf")
    after = released(folder)
    assert areas(after) == areas(before)
    assert [a.anchor for a in after.areas] == [a.anchor for a in before.areas]
    shutil.rmtree(folder / "private")
    with pytest.raises(PrivacyError, match="no buildings"):
        released(folder)


def test_other_rules_after_a_release_are_refused(folder: Path) -> None:
    released(folder)
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text().replace("buildings = 50", "buildings = 80"))
    with pytest.raises(PrivacyError, match="not those of the first release"):
        released(folder)


def test_a_damaged_ledger_releases_nothing(folder: Path) -> None:
    released(folder)
    (folder / "private" / "ledger").write_bytes(b"damaged")
    with pytest.raises(LedgerError, match="nothing was released"):
        released(folder)


def test_a_hotspot_far_from_streets_is_a_problem_without_its_place(folder: Path) -> None:
    path = folder / "hotspots.csv"
    header, first, *rows = path.read_text().splitlines()
    cells = first.split(",")
    cells[1:3] = ["9.4700", "47.2700"]
    path.write_text("\n".join([header, ",".join(cells), *rows]) + "\n")
    with pytest.raises(InputError) as caught:
        released(folder)
    assert [(p.file, p.row) for p in caught.value.problems] == [("hotspots.csv", 2)]
    assert "47.27" not in str(caught.value)


def test_a_zone_is_every_area_that_it_touches(folder: Path) -> None:
    made = released(folder)
    shapes = [row.geometry for row in read_tables(load_programme(folder)).risks]
    touched = {
        tuple(area.number for area in made.areas if area.geometry.intersects(shape))
        for shape in shapes
    }
    assert any(len(areas) > 1 for areas in touched)
    for zone in made.zones:
        # The drawn areas are rounded to four decimals, so one may just not touch.
        assert any(set(zone.place.areas) <= set(areas) for areas in touched)
        assert isinstance(zone.place.geometry, shapely.Polygon | shapely.MultiPolygon)


def test_points_that_are_not_public_lose_name_and_place(town: Path) -> None:
    made = release(load_programme(town), DEMO_ROUND)
    hidden = [point for point in made.points if not point.public]
    assert hidden
    for point in hidden:
        assert point.name == ""
        assert point.place.areas
        assert point.place.geometry.area > 0


def test_the_register_has_every_state_and_only_a_current_one_is_rated(town: Path) -> None:
    made = release(load_programme(town), DEMO_ROUND)
    assert {zone.state for zone in made.zones} == set(RiskState)
    later = release(load_programme(town), DEMO_ROUND + timedelta(weeks=520))
    assert {zone.state for zone in later.zones} <= {RiskState.EXPIRED, RiskState.UNSIGNED}
    assert {str(zone.rating) for zone in later.zones} == {"unknown"}


def test_dates_are_mondays(town: Path) -> None:
    made = release(load_programme(town), DEMO_ROUND)
    weeks = [h.review_week for h in made.hotspots] + [h.log.last_visit_week for h in made.hotspots]
    weeks += [z.review_week for z in made.zones] + [p.verified_week for p in made.points]
    assert {week.weekday() for week in weeks if week} == {0}


def test_a_warning_of_many_rows_is_told_once(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    hotspots = folder / "hotspots.csv"
    with hotspots.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with hotspots.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([row | {"last_visit": "2020-01-01"} for row in rows])
    told: list[str] = []
    release(load_programme(folder), DEMO_ROUND, notice=told.append)
    (line,) = [line for line in told if "last_visit" in line]
    assert "older than the latest visit in the log" in line
    assert re.search(r"The same in \d+ more; outreach-map check lists them", line)


def test_an_overdose_is_told_to_the_planner_alone(folder: Path) -> None:
    """Nothing of it is in the release; `plan` says that there was one, not where or how many."""
    path = folder / "visits.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    at = head.split(",").index("overdoses_reversed")

    def with_overdoses(count: str) -> tuple[list[str], list[object]]:
        cells = [row.split(",") for row in rows]
        for row in cells:
            row[at] = count
        text = "\n".join([head, *(",".join(row) for row in cells)]) + "\n"
        path.write_text(text, encoding="utf-8")
        told: list[str] = []
        made = release(load_programme(folder), DEMO_ROUND, notice=told.append)
        return told, [(h.code, h.log, h.people, h.services) for h in made.hotspots]

    (none, before), (some, after) = with_overdoses("0"), with_overdoses("2")
    assert before == after
    said = [line for line in some if "overdose" in line]
    assert len(said) == 1
    assert "must_go" in said[0]
    assert not [line for line in none if "overdose" in line]
    codes = [code for code, *_ in after]
    assert not any(str(code) in said[0] for code in codes)


def test_few_people_in_a_log_are_left_out_and_plan_says_so(folder: Path) -> None:
    """Nobody, or five or six: bands that change from round to round would tell when they came."""
    dice = random.Random(4)
    path = folder / "visits.csv"
    head = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    spots = [row.id for row in read_tables(load_programme(folder)).hotspots]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, head, restval="")
        writer.writeheader()
        for week in range(1, 120):
            day = DEMO_ROUND - timedelta(weeks=week) + timedelta(days=2)
            few = dice.choice([0, 0, 5, 6])
            writer.writerows(
                {
                    "date": day.isoformat(), "hotspot_id": spot, "team_id": "T1",
                    "contacts": few if spot == spots[3] else 20, "outcome": "done",
                }
                for spot in spots
            )  # fmt: skip
    told: list[str] = []
    made = release(load_programme(folder), DEMO_ROUND, notice=told.append)
    without = [h for h in made.hotspots if h.log.visits_28d and h.log.contacts_364d is None]
    (said,) = [line for line in told if "left out there" in line]
    assert "of 1 hotspot has" in said
    assert len(without) == 1
    assert all(h.log.contacts_28d is None and h.log.met_every_91d is None for h in without)


def rows_of(path: Path) -> tuple[str, list[str]]:
    header, *rows = path.read_text().splitlines()
    return header, rows


def test_a_place_that_was_given_up_leaves_the_log_as_it_is(folder: Path) -> None:
    header, rows = rows_of(folder / "visits.csv")
    gone = next(csv.DictReader([header, rows[-1]]))["hotspot_id"]
    first, spots = rows_of(folder / "hotspots.csv")
    kept = [row for row in spots if not row.startswith(f"{gone},")]
    assert len(kept) == len(spots) - 1
    (folder / "hotspots.csv").write_text("\n".join([first, *kept]) + "\n")
    first, decided = rows_of(folder / "decisions.csv")
    (folder / "decisions.csv").write_text(
        "\n".join([first, *(row for row in decided if gone not in row.split(","))]) + "\n"
    )
    said: list[str] = []
    programme = load_programme(folder)
    with_log = release(programme, DEMO_ROUND, notice=said.append)
    assert any("visits to places that are gone are not counted" in line for line in said)
    assert not any(gone in re.findall(r"\w+", line) for line in said)
    stay = [row for row in rows if gone not in row.split(",")]
    (folder / "visits.csv").write_text("\n".join([header, *stay]) + "\n")
    assert repr(release(programme, DEMO_ROUND).hotspots) == repr(with_log.hotspots)


def test_a_twin_knows_a_place_that_was_given_up_as_little(folder: Path) -> None:
    header, rows = rows_of(folder / "visits.csv")
    gone = next(csv.DictReader([header, rows[-1]]))["hotspot_id"]
    first, spots = rows_of(folder / "hotspots.csv")
    kept = [row for row in spots if not row.startswith(f"{gone},")]
    (folder / "hotspots.csv").write_text("\n".join([first, *kept]) + "\n")
    # Ids of a twin are numbers of their own: one that is gone must not come back as another's.
    log = [row.replace(f",{gone},", ",H1,") for row in rows]
    (folder / "visits.csv").write_text("\n".join([header, *log]) + "\n")
    first, decided = rows_of(folder / "decisions.csv")
    over = "no_go,H2,,2026-01-01,2026-01-31,"
    kept = [row for row in decided if gone not in row.split(",")]
    (folder / "decisions.csv").write_text("\n".join([first, *kept, over]) + "\n")
    programme = load_programme(folder)
    made = release(programme, DEMO_ROUND)
    twin = release_twin(programme, DEMO_ROUND, read_extract(programme.streets), seed=3)
    assert repr(twin.hotspots) == repr(made.hotspots)
    assert repr(twin.decisions) == repr(made.decisions)


def test_a_visit_of_a_day_to_come_counts_for_nothing(folder: Path) -> None:
    programme, today = load_programme(folder), DEMO_ROUND - timedelta(days=4)
    before = release(programme, DEMO_ROUND, today=today)
    header, rows = rows_of(folder / "visits.csv")
    cells = rows[0].split(",")
    cells[header.split(",").index("date")] = (today + timedelta(days=2)).isoformat()
    cells[header.split(",").index("contacts")] = "90"
    (folder / "visits.csv").write_text("\n".join([header, *rows, ",".join(cells)]) + "\n")
    said: list[str] = []
    after = release(programme, DEMO_ROUND, today=today, notice=said.append)
    assert repr(after.hotspots) == repr(before.hotspots)
    assert any("lies after today" in line for line in said)
    counted = release(programme, DEMO_ROUND)
    assert repr(counted.hotspots) != repr(before.hotspots)

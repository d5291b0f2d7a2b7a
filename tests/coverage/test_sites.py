"""`outreach-map site`: candidates pass the gate, and their names stay with the planner."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from outreach_map import load_programme
from outreach_map.asked import area_name, read_asked
from outreach_map.cli import main
from outreach_map.cli.gaps import MODELS, WEIGHTS
from outreach_map.coverage import Model, Weight
from outreach_map.errors import InputError
from outreach_map.network import read_extract, street_stops
from outreach_map.privacy import preview, release_candidates
from outreach_map.tables import Mode

ROUND = "2026-11-23"
BOUNDS = (13.19, 53.51, 13.33, 53.6)
# Ids and coordinates that would be noticed anywhere.
CANDIDATES = """id,lon,lat,capacity_per_month
Zebra-Library,13.2671234,53.5719876,40
Zebra-Market,13.2753456,53.5584321,30
Zebra-Station,13.2597777,53.5609999,30
"""


@pytest.fixture
def programme(town: Path, copy_of: Callable[[Path], Path]) -> Path:
    folder = copy_of(town)
    (folder / "candidates.csv").write_text(CANDIDATES)
    return folder


def site(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["site", str(folder), "--round", ROUND, *options])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_the_choices_of_the_command_are_those_of_the_models() -> None:
    assert list(MODELS) == [model.value for model in Model]
    assert list(WEIGHTS) == [weight.value for weight in Weight]


def test_candidates_are_named_for_the_planner_alone(programme: Path) -> None:
    ledger = (programme / "private" / "ledger").read_bytes()
    result = site(
        programme, "--service", "nsp", "--open", "2", "--from", str(programme / "candidates.csv")
    )
    assert result.exit_code == 0, result.output
    assert "Zebra" not in result.output
    assert "13.2" not in result.output
    assert "no choice is better" in result.output
    path = programme / "private" / "sites-nsp.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = table(path)
    assert {row["sites_opened"] for row in rows} == {"1", "2"}
    assert {row["site"] for row in rows} <= {"Zebra-Library", "Zebra-Market", "Zebra-Station"}
    assert {row["lon"] for row in rows} == {""}
    assert {row["proven"] for row in rows} == {"yes"}
    first, second = (
        max(int(r["of_all_mid"]) for r in rows if r["sites_opened"] == n) for n in "12"
    )
    assert 0 < first <= second
    # A question is no release: nothing of it is kept in the ledger.
    assert (programme / "private" / "ledger").read_bytes() == ledger


def test_places_along_the_streets_keep_away_from_schools(programme: Path) -> None:
    settings = programme / "outreach.toml"
    text = settings.read_text()
    found = []
    for metres in (0, 400):
        settings.write_text(
            text.replace("[coverage]", f"[coverage]\nfrom_schools_m = {metres}\nspacing_m = 500")
        )
        result = site(programme, "--service", "nsp", "--open", "1", "--json")
        assert result.exit_code == 0, result.output
        found.append(json.loads(result.stdout))
    free, kept = found
    assert free["excluded"] == 0
    assert kept["excluded"] > 20
    assert kept["candidates"] + kept["excluded"] == free["candidates"]
    best = [one["curve"][0]["people_gained"]["mid"] for one in found]
    assert best[1] <= best[0]
    assert all(row["lon"] for row in table(programme / "private" / "sites-nsp.csv"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--service", "haircuts"), "No hotspot of this round needs that service"),
        (("--service", "nsp", "--capacity"), "not written down for each of them"),
        (("--service", "nsp", "--from", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_cannot_be_asked_is_said(programme: Path, options: tuple[str, ...], told: str) -> None:
    result = site(programme, *options)
    assert result.exit_code == 2
    assert told in result.output


def test_problems_of_candidates_are_told_by_row_and_without_values(tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text("id,lon,lat\nZebra,13.26,53.56\nZebra,13.27,53.57\nOther,13.28,953.57\n")
    with pytest.raises(InputError) as caught:
        release_candidates(path, BOUNDS)
    assert {(p.row, p.column) for p in caught.value.problems} >= {(2, "id"), (3, "id")}
    assert (4, "lon, lat") in {(p.row, p.column) for p in caught.value.problems}
    assert "Zebra" not in str(caught.value)
    assert "953" not in str(caught.value)
    path.write_text("id,lon,lat\n")
    with pytest.raises(InputError, match="no rows"):
        release_candidates(path, BOUNDS)


def test_candidates_leave_the_gate_at_four_decimals(tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text(CANDIDATES)
    found = release_candidates(path, BOUNDS)
    assert found.ids == ("Zebra-Library", "Zebra-Market", "Zebra-Station")
    assert found.places[0].anchor == (13.2671, 53.572)
    assert found.capacity == (40, 30, 30)
    assert "Zebra" not in repr(found)
    path.write_text(CANDIDATES.replace(",40\n", ",\n"))
    assert release_candidates(path, BOUNDS).capacity is None


def test_a_candidate_elsewhere_in_its_area_changes_nothing_that_is_kept_for_the_map(
    programme: Path,
) -> None:
    """One candidate for a service, as an adversary would like it, at other stops of its area."""
    loaded = load_programme(programme)
    extract = read_extract(loaded.streets)
    released = preview(loaded, date.fromisoformat(ROUND), extract)
    stops = street_stops(extract.networks[Mode.WALK]).lon_lat
    area = released.areas[
        max(h.place.areas[0] for h in released.hotspots if "nsp" in h.services)
    ].geometry
    ground = area.intersection(released.study_area).buffer(-0.0003)
    inside = stops[shapely.contains_xy(ground, *stops.T)]
    assert len(inside) > 50
    record = programme / "private" / "siting"
    kept, exact = set(), set()
    for lon, lat in (inside[0], inside[len(inside) // 2], inside[-1]):
        (programme / "candidates.csv").write_text(f"id,lon,lat\nZebra,{lon:.4f},{lat:.4f}\n")
        result = site(
            programme, "--service", "nsp", "--open", "1", "--publish",
            "--from", str(programme / "candidates.csv"),
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        kept.add(record.read_bytes())
        exact.add((programme / "private" / "sites-nsp.csv").read_bytes())
    assert (len(kept), len(exact) > 1) == (1, True)
    (answer,) = read_asked(record.parent)
    assert answer.curve[0].areas == (area_name(area),)
    low, mid, high = answer.curve[0].gained
    assert 0 <= low <= mid
    assert high is None or 0 < mid <= high


def test_what_a_site_gains_lies_within_what_is_told_of_its_area(programme: Path) -> None:
    options = ("--service", "nsp", "--open", "2", "--json", "--publish")
    result = site(programme, *options, "--from", str(programme / "candidates.csv"))
    assert result.exit_code == 0, result.output
    (answer,) = read_asked(programme / "private")
    for found, told in zip(json.loads(result.stdout)["curve"], answer.curve, strict=True):
        low, _, high = told.gained
        assert low <= found["people_gained"]["low"]
        assert high is None or found["people_gained"]["high"] <= high

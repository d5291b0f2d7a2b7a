"""When new places come out, and what is done where the rules change."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from outreach_map import load_programme
from outreach_map.errors import PrivacyError, ProgrammeError
from outreach_map.network import StreetExtract, read_extract
from outreach_map.privacy import preview, release
from outreach_map.tables import Release

FIRST, SAME_MONTH, NEXT_MONTH = date(2026, 11, 9), date(2026, 11, 23), date(2026, 12, 7)


@pytest.fixture
def folder(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    copied = copy_of(country)
    shutil.rmtree(copied / "private")
    return copied


@pytest.fixture(scope="module")
def extract(country: Path) -> StreetExtract:
    return read_extract(country / "streets.osm.pbf")


def rewrite(folder: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    path = folder / "hotspots.csv"
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or []), list(reader)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(change(rows))


def add_one(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [*rows, rows[0] | {"id": "H99", "lon": rows[-1]["lon"], "lat": rows[-1]["lat"]}]


def move_first(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    far = {"lon": rows[-1]["lon"], "lat": rows[-1]["lat"]}
    return [rows[0] | far, *rows[1:]]


def settings(folder: Path, line: str) -> None:
    path = folder / "outreach.toml"
    text = re.sub(rf"(?m)^{line.split(' ')[0]} = .*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("[privacy]\n", f"[privacy]\n{line}\n"), encoding="utf-8")


def made(folder: Path, start: date, extract: StreetExtract) -> tuple[Release, list[str]]:
    said: list[str] = []
    return release(load_programme(folder), start, extract, notice=said.append), said


def codes(released: Release) -> dict[str, tuple[int, ...]]:
    return {hotspot.code: hotspot.place.areas for hotspot in released.hotspots}


def test_a_new_hotspot_waits_for_the_next_month_and_the_planner_is_told(
    folder: Path, extract: StreetExtract
) -> None:
    first, said = made(folder, FIRST, extract)
    assert any("first plan here" in line for line in said)
    rewrite(folder, add_one)
    later, said = made(folder, SAME_MONTH, extract)
    assert codes(later) == codes(first)
    (line,) = said
    assert line.startswith("hotspots.csv, row 16: new")
    assert "H99" not in line
    after, said = made(folder, NEXT_MONTH, extract)
    assert said == []
    assert len(after.hotspots) == len(first.hotspots) + 1
    assert codes(first).items() <= codes(after).items()


def test_an_earlier_month_lets_nothing_out_and_leaves_the_batch(
    folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, NEXT_MONTH, extract)
    rewrite(folder, add_one)
    earlier, said = made(folder, FIRST, extract)
    assert codes(earlier) == codes(first)
    assert f"since the round of {NEXT_MONTH}" in said[0]
    # The batch is still that of the later month: its own round takes the new one, others do not.
    assert codes(made(folder, date(2026, 12, 14), extract)[0]) == codes(first)
    assert len(made(folder, NEXT_MONTH, extract)[0].hotspots) == len(first.hotspots) + 1


def test_the_same_round_planned_again_takes_what_was_added(
    folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, FIRST, extract)
    rewrite(folder, add_one)
    again, said = made(folder, FIRST, extract)
    assert len(again.hotspots) == len(first.hotspots) + 1
    (line,) = said
    assert line.startswith("hotspots.csv, row 16: new")
    assert "an earlier map of the round" in line


def test_what_a_later_round_let_out_does_not_come_out_alone_in_an_earlier_one(
    folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, FIRST, extract)
    rewrite(folder, add_one)
    assert len(made(folder, NEXT_MONTH, extract)[0].hotspots) == len(first.hotspots) + 1
    again, said = made(folder, SAME_MONTH, extract)
    assert codes(again) == codes(first)
    assert said == []


def test_a_preview_of_a_coming_round_lets_nothing_out(folder: Path, extract: StreetExtract) -> None:
    first, _ = made(folder, FIRST, extract)
    rewrite(folder, add_one)
    coming = preview(load_programme(folder), NEXT_MONTH, extract)
    assert len(coming.hotspots) == len(first.hotspots) + 1
    assert codes(made(folder, SAME_MONTH, extract)[0]) == codes(first)


def test_one_that_moves_stays_where_it_was_and_then_gets_an_unlinked_code(
    folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, FIRST, extract)
    rewrite(folder, move_first)
    later, said = made(folder, SAME_MONTH, extract)
    assert codes(later) == codes(first)
    assert "row 2: new, or moved" in said[0]
    after, _ = made(folder, NEXT_MONTH, extract)
    gone, come = (
        codes(first).keys() - codes(after).keys(),
        codes(after).keys() - codes(first).keys(),
    )
    assert (len(gone), len(come)) == (1, 1)


def test_weekly_batches_let_everything_out_at_once(folder: Path, extract: StreetExtract) -> None:
    first, _ = made(folder, FIRST, extract)
    rewrite(folder, add_one)
    settings(folder, 'batch = "week"')
    later, said = made(folder, SAME_MONTH, extract)
    assert len(later.hotspots) == len(first.hotspots) + 1
    assert said == []


def test_one_that_is_taken_out_goes_at_once(folder: Path, extract: StreetExtract) -> None:
    first, _ = made(folder, FIRST, extract)
    for name in ("visits.csv", "decisions.csv"):
        text = (folder / name).read_text().splitlines()
        (folder / name).write_text("\n".join(line for line in text if ",H14," not in line) + "\n")
    rewrite(folder, lambda rows: [row for row in rows if row["id"] != "H14"])
    later, _ = made(folder, SAME_MONTH, extract)
    assert len(codes(first).keys() - codes(later).keys()) == 1
    assert codes(later).keys() < codes(first).keys()


@pytest.mark.parametrize("line", ['method = "laplace"', "buildings = 70"])
def test_other_rules_are_refused_until_that_change_is_accepted_by_its_name(
    line: str, folder: Path, extract: StreetExtract
) -> None:
    first, _ = made(folder, FIRST, extract)
    settings(folder, line)
    with pytest.raises(PrivacyError, match="Nothing was released") as caught:
        made(folder, FIRST, extract)
    (name,) = re.findall(r'accepted_change = "([0-9a-f]{8})"', str(caught.value))
    settings(folder, 'accepted_change = "00000000"')
    with pytest.raises(PrivacyError, match="Nothing was released"):
        made(folder, FIRST, extract)
    settings(folder, f'accepted_change = "{name}"')
    after, _ = made(folder, FIRST, extract)
    # Nothing links the new records to the old ones.
    assert not codes(first).keys() & codes(after).keys()
    assert codes(made(folder, SAME_MONTH, extract)[0]) == codes(after)
    # What was accepted is that change, not the way back.
    settings(folder, 'method = "area"' if "method" in line else "buildings = 50")
    with pytest.raises(PrivacyError, match="Nothing was released"):
        made(folder, SAME_MONTH, extract)


@pytest.mark.parametrize(
    "line",
    [
        "[privacy.manager]\nresidents = 1000",
        '[privacy.audience.teams]\nmethod = "laplace"',
        "[maps.privacy]\ncell_m = 500.0",
    ],
)
def test_another_blur_for_one_audience_cannot_be_asked_for(line: str, folder: Path) -> None:
    """It would intersect with what the others get; no such setting is known, none is ignored."""
    path = folder / "outreach.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(ProgrammeError, match="outreach"):
        load_programme(folder)

"""Bad input: one clear error that says where and what to do, exit code 2, earlier output intact."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach_map.cli import main

EARLIER = "an earlier page"


def run_plan(folder: Path, out: Path, *, start: str = "2026-11-23") -> Result:
    page = out / "2026-11-23" / "planner.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(EARLIER)
    result = CliRunner().invoke(main, ["plan", str(folder), "--round", start, "--out", str(out)])
    assert page.read_text() == EARLIER
    assert [path.name for path in out.rglob("*")] == ["2026-11-23", "planner.html"]
    return result


def edit(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")


def set_cell(path: Path, row: int, column: str, value: str) -> None:
    """Set a cell; rows as the spreadsheet numbers them, the header being row 1."""

    def change(lines: list[str]) -> list[str]:
        at = lines[0].split(",").index(column)
        # The demo's quoted cells come after the ones that are spoilt here.
        cells = re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", lines[row - 1])
        cells[at] = value
        lines[row - 1] = ",".join(cells)
        return lines

    edit(path, change)


def drop_column(path: Path, column: str) -> None:
    edit(path, lambda lines: [lines[0].replace(column, f"{column}_old"), *lines[1:]])


def swap_lon_lat(path: Path) -> None:
    edit(path, lambda lines: [lines[0].replace("lon,lat", "lat,lon"), *lines[1:]])


def truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


SPOILERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty file": (
        lambda folder: (folder / "hotspots.csv").write_text("") and None,
        r"hotspots\.csv[\s\S]*empty",
    ),
    "missing column": (
        lambda folder: drop_column(folder / "teams.csv", "shift"),
        r"teams\.csv[\s\S]*shift",
    ),
    "swapped lat and lon": (
        lambda folder: swap_lon_lat(folder / "hotspots.csv"),
        r"hotspots\.csv[\s\S]*swapped",
    ),
    "text in a number": (
        lambda folder: set_cell(folder / "hotspots.csv", 3, "est_mid", "about ten"),
        r"hotspots\.csv[\s\S]*3[\s\S]*est_mid[\s\S]*number",
    ),
    "duplicate id": (
        lambda folder: edit(folder / "hotspots.csv", lambda lines: [*lines, lines[1]]),
        r"hotspots\.csv[\s\S]*id[\s\S]*row 2",
    ),
    "unknown team start": (
        lambda folder: set_cell(folder / "teams.csv", 2, "start", "P99"),
        r"teams\.csv[\s\S]*2[\s\S]*start",
    ),
    "hotspot 40 km from any street": (
        lambda folder: set_cell(folder / "hotspots.csv", 4, "lat", "47.61"),
        r"hotspots\.csv[\s\S]*4[\s\S]*far",
    ),
    "zero hotspots": (
        lambda folder: edit(folder / "hotspots.csv", lambda lines: lines[:1]),
        r"hotspots\.csv[\s\S]*no ",
    ),
    "broken TOML": (
        lambda folder: edit(folder / "outreach.toml", lambda lines: [*lines, "name = "]),
        r"outreach\.toml[\s\S]*line \d+",
    ),
    "unknown setting": (
        lambda folder: edit(folder / "outreach.toml", lambda lines: [*lines, "iteratons = 5"]),
        r"iteratons[\s\S]*iterations",
    ),
    "truncated PBF": (lambda folder: truncate(folder / "streets.osm.pbf"), r"streets\.osm\.pbf"),
    "no legal contact": (
        lambda folder: edit(
            folder / "outreach.toml",
            lambda lines: [line for line in lines if not line.startswith("legal")],
        ),
        r"outreach\.toml[\s\S]*legal",
    ),
    "a date that does not exist": (
        lambda folder: set_cell(folder / "hotspots.csv", 2, "review_by", "2026-02-30"),
        r"hotspots\.csv[\s\S]*2[\s\S]*review_by[\s\S]*2026-02-30",
    ),
}


@pytest.mark.parametrize("case", SPOILERS)
def test_bad_input_is_one_clear_error(
    case: str, country: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(country)
    spoil, expected = SPOILERS[case]
    confidential = coordinates(folder)
    spoil(folder)
    result = run_plan(folder, tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert re.search(expected, result.output), result.output
    assert "Traceback" not in result.output
    shown = set(re.findall(r"\d+\.\d{3,}", result.output))
    assert not shown & (confidential | {"47.61"})


def coordinates(folder: Path) -> set[str]:
    return set(re.findall(r"\d+\.\d{3,}", (folder / "hotspots.csv").read_text()))


@pytest.mark.parametrize("start", ["2026-02-30", "23.11.2026", "2026-11-24"])
def test_a_round_that_is_no_monday_is_refused(start: str, country: Path, tmp_path: Path) -> None:
    result = run_plan(country, tmp_path / "out", start=start)
    assert result.exit_code == 2
    assert "Monday" in result.output


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    result = run_plan(tmp_path / "nowhere", tmp_path / "out")
    assert result.exit_code == 2
    assert "outreach.toml" in result.output


def test_check_lists_problems_of_all_files_at_once(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    for spoil in ("text in a number", "unknown team start", "duplicate id"):
        SPOILERS[spoil][0](folder)
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    assert "hotspots.csv" in result.output
    assert "teams.csv" in result.output
    assert re.search(r"[3-9] errors", result.output)


def test_check_tells_of_contacts_that_nobody_named(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    settings = folder / "outreach.toml"
    kept = re.sub(r"^(emergency|legal) = .*$", "", settings.read_text(), flags=re.MULTILINE)
    settings.write_text(kept)
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    told = " ".join(result.output.split())
    assert "contacts.legal error" in told
    assert "contacts.emergency warning" in told
    assert "psychosocial" not in told


def test_check_is_content_with_the_demo(country: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(country)])
    assert result.exit_code == 0, result.output
    assert "0 errors" in result.output

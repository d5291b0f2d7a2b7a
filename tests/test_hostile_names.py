"""Names that a spreadsheet would compute, through a whole plan: no published cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from click.testing import CliRunner

from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from tests.test_spreadsheets import HOSTILE, SIGNS, spreadsheet_cells


def test_no_published_cell_is_a_formula(
    town: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(town)
    for file, columns in (
        ("points.csv", ["name"]), ("hotspots.csv", ["note"]), ("decisions.csv", ["reason"]),
    ):  # fmt: skip
        spoil(folder / file, columns)
    rounds = ["--round", DEMO_ROUND.isoformat(), "--out", str(tmp_path / "maps"), "--no-cache"]
    done = CliRunner().invoke(main, ["plan", str(folder), *rounds])
    assert done.exit_code == 0, done.output
    saved = tmp_path / "problems.csv"
    CliRunner().invoke(main, ["check", str(folder), "--save", str(saved), "--no-cache"])
    tables = [*(tmp_path / "maps").rglob("*.csv"), saved]
    written = {"flags.csv", "gaps.csv", "kit-list.csv", "problems.csv"}
    assert {path.name for path in tables} == written
    for path in tables:
        for separator in ",;\t":
            cells = spreadsheet_cells(path.read_text(encoding="utf-8-sig"), separator)
            assert not [cell for cell in cells if cell.lstrip()[:1] in tuple(SIGNS)], path.name
    # The names are there, so that the above says something.
    page = next((tmp_path / "maps").rglob("planner.html")).read_text(encoding="utf-8")
    assert "HYPERLINK" in page


def spoil(path: Path, columns: list[str]) -> None:
    """Write hostile text into columns of a table."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    hostile = cycle(HOSTILE)
    for row in rows:
        row |= {column: next(hostile) for column in columns}
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")

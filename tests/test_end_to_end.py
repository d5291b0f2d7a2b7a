"""The whole way on whole programmes: files, bytes, the sample that is kept."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from tests.publish.test_team_alone import what_is_foreign
from tests.sample import SAMPLE, sample_pages


def test_the_demo_command_ends_with_the_paths_of_its_maps(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    paths = [Path(line) for line in result.stdout.splitlines()]
    names = [path.name for path in paths]
    assert names[0] == "planner.html"
    assert len([name for name in names if name.startswith("team-")]) == 4
    assert {"manager.html", "plan.gpkg", "gaps.csv", "kit-list.csv", "manifest.json"} <= set(names)
    assert all(path.is_file() and path.parent == tmp_path / "2026-11-23" for path in paths)
    manifest = json.loads(paths[-1].read_text())
    for path in paths[:-1]:
        assert manifest["files"][path.name]["sha256"] == sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("programme", ["town", "country"])
def test_two_runs_give_the_same_bytes(
    programme: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = request.getfixturevalue(programme)
    # Each in a process of its own, so that nothing is shared and hashes are seeded apart.
    for name in ("one", "two"):
        subprocess.run(
            [sys.executable, "-m", "outreach_map", "plan", str(folder), "--round", "2026-11-23",
             "--out", str(tmp_path / name)],
            check=True, capture_output=True,
        )  # fmt: skip
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "2026-11-23").iterdir()}
        for name in ("one", "two")
    )
    assert one == two


def test_the_sample_is_what_the_demo_makes(town_maps: Path) -> None:
    made = sample_pages(town_maps)
    assert {path.name for path in SAMPLE.iterdir()} == set(made)
    for name, text in made.items():
        kept = (SAMPLE / name).read_text(encoding="utf-8")
        assert kept == text, f"{name} is not what the demo makes: run `make sample`, and look at it"


def test_porto_alegre_is_planned_end_to_end(porto_alegre: Path, tmp_path: Path) -> None:
    plan = plan_round(load_programme(porto_alegre), DEMO_ROUND)
    assert len(plan.release.hotspots) == 120
    assert len(plan.release.zones) == 14
    assert len(plan.routes.itineraries) > 10
    paths = publish_round(plan, tmp_path / "maps")
    assert len([path for path in paths if path.name.startswith("team-")]) == 8
    for path in paths:
        assert b"secret-11" not in path.read_bytes()
    for team in plan.release.teams:
        html = (tmp_path / "maps" / f"team-{team.code.lower()}.html").read_text()
        assert what_is_foreign(plan, team, html) == []


def test_a_plan_is_replaced_whole_and_stale_pages_go(
    country_plan, town_plan, tmp_path: Path
) -> None:
    publish_round(town_plan, tmp_path / "maps")
    (tmp_path / "maps" / "my-notes.txt").write_text("kept")
    paths = publish_round(country_plan, tmp_path / "maps")
    left = {path.name for path in (tmp_path / "maps").iterdir()}
    assert left == {path.name for path in paths} | {"my-notes.txt"}

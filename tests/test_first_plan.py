"""The first plan goes as its document says, block by block, from an empty folder to a map."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach_map.cli import main
from tests.starter.field_server import Submission, kobo_csv

PROJECT = Path(__file__).parents[1]
TOWN = PROJECT / "data" / "neubrandenburg"
DOCUMENT = (PROJECT / "docs" / "first-plan.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
FOLDER = Path("my-programme")


def answers() -> list[Submission]:
    """What peers would have answered about the demo's hotspots."""
    with (TOWN / "hotspots.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = (
        "id", "typology", "est_min", "est_mid", "est_max", "est_date", "active_hours",
        "injections_per_day", "visits_per_month",
    )  # fmt: skip
    several = ("communities", "services_needed")
    return [
        {
            **{name: row[name] for name in plain},
            **{name: row[name].split(";") for name in several},
            "languages": ["de"],
            "location": (float(row["lat"]), float(row["lon"]), 0.0, 0.0),
        }
        for row in rows
    ]


def test_the_document_counts_its_commands() -> None:
    commands = [line for kind, _, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    names = [shlex.split(line)[:2] for line in commands]
    assert names == [
        ["outreach-map", name] for name in ("streets", "new", "points", "check", "plan")
    ]
    assert "**five commands**" in DOCUMENT


def test_every_block_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said: dict[str, str] = {}
    for kind, name, text in BLOCKS:
        if kind == "sh":
            arguments = shlex.split(text)[1:]
            said[arguments[0]] = perform(arguments)
        elif kind == "csv":
            (FOLDER / name).write_text(text, encoding="utf-8")
        elif kind == "toml":
            write_settings(text)
    assert said["check"].splitlines()[-1] == "0 errors, 3 warnings"
    assert [row["type"] for row in proposed()].count("pharmacy") == 21
    maps = Path("maps/2026-11-23")
    assert (maps / "planner.html").is_file()
    assert len([*maps.glob("team-*.html")]) == 2
    with (maps / "gaps.csv").open(encoding="utf-8", newline="") as file:
        hotspots = {row["hotspot"] for row in csv.DictReader(file)}
    assert len(hotspots) == len(answers())
    # And as the document goes on: the round gives nothing away.
    assert "every published byte is the same" in perform(
        ["audit", str(FOLDER), "--round", "2026-11-23"]
    )


def perform(arguments: list[str]) -> str:
    """Run a command of the document, and what its reader does behind it."""
    if arguments[0] == "streets":
        # The tests have no network; the town is at hand.
        shutil.copy(TOWN / "streets.osm.pbf", arguments[arguments.index("-o") + 1])
        return ""
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    if arguments[0] == "new":
        form = FOLDER / "forms" / "hotspots.xlsx"
        export = kobo_csv(form, answers(), groups=True, options="both")
        (FOLDER / "hotspots.csv").write_bytes(export)
    return done.stdout


def write_settings(text: str) -> None:
    """Write each line over the one that the file has for it, commented out."""
    path = FOLDER / "outreach.toml"
    settings = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        key = line.partition(" ")[0]
        settings, count = re.subn(rf"^# {key} = .*$", line, settings, flags=re.MULTILINE)
        assert count == 1
    path.write_text(settings, encoding="utf-8")


def proposed() -> list[dict[str, str]]:
    with (FOLDER / "points-proposed.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))

"""What all commands share: help, JSON, quiet, colours, exits, and nothing raw in a fault."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from outreach_map.cli import main
from outreach_map.cli.output import Output
from outreach_map.errors import Problem, Severity


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


COMMANDS = sorted(commands(main))


def run(*arguments: object, **env: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments], env=env)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_and_the_common_options(path: tuple[str, ...]) -> None:
    code, said, _ = run(*path, "--help")
    assert code == 0
    assert f"Example: outreach-map {' '.join(path)}" in " ".join(said.split())
    for option in ("--json", "--quiet", "--debug"):
        assert option in said


def test_the_help_names_the_exit_codes() -> None:
    assert "0 fine, 1 problems found, 2 cannot go on" in run("--help")[1]


def test_help_loads_no_library_that_takes_long() -> None:
    code = (
        "import sys; from outreach_map.cli import main; "
        "print({'geopandas', 'pyvrp', 'osmium', 'pydantic', 'scipy'} & {*sys.modules})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_plan_says_its_files_as_json_and_nothing_else(town: Path, tmp_path: Path) -> None:
    code, said, rest = run(
        "plan", town, "--round", "2026-11-23", "--out", tmp_path, "--json", "--no-cache"
    )
    document = json.loads(said)
    assert (code, rest) == (0, "")
    assert document["round"] == "2026-11-23"
    assert all(Path(file).is_file() for file in document["files"])
    assert [notice.split(",")[0] for notice in document["notices"]] == [
        "an overdose was reversed in the last four weeks"
    ]


def test_quiet_leaves_the_result(town: Path, tmp_path: Path) -> None:
    code, said, rest = run(
        "plan", town, "--round", "2026-11-23", "--out", tmp_path, "--quiet", "--no-cache"
    )
    assert code == 0
    # What the planner should know is told all the same.
    assert rest.startswith("an overdose was reversed")
    assert rest.count("\n") == 1
    assert "planner.html" in said


def test_elsewhere_than_on_a_terminal_progress_is_lines_without_escapes(
    town: Path, tmp_path: Path
) -> None:
    _, said, rest = run("plan", town, "--round", "2026-11-23", "--out", tmp_path, "--no-cache")
    assert "\x1b" not in said + rest
    assert re.search(r"^\d\d:\d\d:\d\d planning routes$", rest, flags=re.MULTILINE)


def test_no_color_switches_colours_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    with CliRunner().isolation() as (_, errors, _):
        Output().note("\N{WARNING SIGN} hello")
        with Output().stages() as say:
            say("working")
        said = errors.getvalue().decode()
    assert "hello" in said
    assert not re.search(r"\x1b\[(3|4|9|10)\d", said)


def test_check_saves_what_it_shows(
    country: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(country)
    teams = folder / "teams.csv"
    teams.write_text(teams.read_text().replace("walk", "fly").replace("drive", "fly"))
    code, said, _ = run("check", folder, "--json", "--save", tmp_path / "problems.csv")
    document = json.loads(said)
    assert code == 1
    assert document["errors"] == len(document["problems"]) > 0
    first = document["problems"][0]
    assert (first["file"], first["row"], first["column"]) == ("teams.csv", 2, "mode")
    assert first["expected"] == "one of: walk, bike, drive"
    assert run("check", folder, "--save", tmp_path / "problems.json")[0] == 1
    assert json.loads((tmp_path / "problems.json").read_text()) == document
    with (tmp_path / "problems.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["mend"] for row in rows] == [one["mend"] for one in document["problems"]]
    assert {path.name for path in tmp_path.iterdir()} == {
        folder.name, "problems.csv", "problems.json",
    }  # fmt: skip


def test_alike_problems_are_one_line_and_what_stops_comes_first() -> None:
    dates = [
        Problem("b.csv", row, "date", "is not a date", "Write it so.", found=f"{row}.5.2026")
        for row in (2, 3, 4, 9, 12, 14, 16, 18, 20)
    ]
    odd = Problem("b.csv", 2, "mode", "is not one of the known words", "Write walk.", found="fly")
    whole = Problem("b.csv", None, "", "is odd", "Look.", severity=Severity.WARNING)
    a_note = Problem("a.csv", 4, "x", "is late", "Look.", severity=Severity.WARNING)
    output = Output()
    output._results = Console(width=200, file=(said := StringIO()), highlight=False)
    output.problems([a_note, whole, *dates, odd])
    lines = [re.sub(r"\s{2,}", " | ", line.strip()) for line in said.getvalue().splitlines()]
    assert lines == [
        "b.csv",
        "rows | column | what is wrong | what to do",
        "2-4, 9, 12, 14, 16, 18, … (9) | date | error | is not a date (such as '2.5.2026') | "
        "Write it so.",
        "2 | mode | error | is not one of the known words (found 'fly') | Write walk.",
        "warning | is odd | Look.",
        "a.csv",
        "rows | column | what is wrong | what to do",
        "4 | x | warning | is late | Look.",
        "10 errors, 2 warnings",
    ]


def test_problems_that_cannot_be_saved_are_one_error(country: Path, tmp_path: Path) -> None:
    code, _, said = run("check", country, "--save", tmp_path / "nowhere" / "problems.csv")
    assert code == 2
    assert "problems.csv" in said
    code, _, said = run("check", country, "--save", tmp_path / "problems.doc")
    assert code == 2
    assert ".csv or .json" in said


def test_errors_are_json_for_machines(tmp_path: Path) -> None:
    code, said, _ = run("check", tmp_path / "nowhere", "--json")
    assert code == 2
    error = json.loads(said)["error"]
    assert error["kind"] == "ProgrammeError"
    assert error["mend"]


def broken(*_: object, **__: object) -> None:
    place = "53.5561520"
    try:
        raise KeyError(f"somewhere at {place}")
    except KeyError:
        raise RuntimeError(f"CANARYTEXT at {place}") from None


@pytest.mark.parametrize("flags", [(), ("--debug",), ("--json",), ("--debug", "--json")])
def test_a_fault_says_where_and_never_what(
    flags: tuple[str, ...], town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach_map.upkeep.check_programme", broken)
    code, said, rest = run("check", town, *flags)
    assert code == 2
    assert "RuntimeError" in said + rest
    assert "CANARY" not in said + rest
    assert "53.55" not in said + rest
    assert ("in broken" in rest) == ("--debug" in flags)
    assert ("KeyError" in rest) == ("--debug" in flags)


def test_who_says_no_is_not_asked_again(town: Path, copy_of: Callable[[Path], Path]) -> None:
    folder = copy_of(town)
    before = (folder / "private" / "key").read_bytes()
    result = CliRunner().invoke(main, ["key", "rotate", str(folder)], input="n\n")
    assert result.exit_code == 2
    assert (folder / "private" / "key").read_bytes() == before


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str) -> None:
    code, said, _ = run("completion", shell)
    assert code == 0
    assert "_OUTREACH_MAP_COMPLETE" in said


def test_names_of_commands_are_completed() -> None:
    words = {"COMP_WORDS": "outreach-map ch", "COMP_CWORD": "1"}
    said = subprocess.run(
        [sys.executable, "-m", "outreach_map"],
        env={"PATH": "/usr/bin:/bin", "_OUTREACH_MAP_COMPLETE": "bash_complete", **words},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout == "plain,check\n"


def test_what_is_shown_has_no_markup_of_the_data() -> None:
    problem = Problem("[red]file[/].csv", 2, "[bold]", "is [link=x]odd[/]", "Mend it.")
    with CliRunner().isolation() as (out, _, _):
        Output().problems([problem])
        said = out.getvalue().decode()
    assert "[red]file[/].csv" in said
    assert "is [link=x]odd[/]" in said

"""What the documents say is what the program does."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import click
import pytest

import outreach_map
from outreach_map.cli import main

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_public_names_are_pinned() -> None:
    assert sorted(outreach_map.__all__) == ["load_programme", "plan_round", "publish_round"]
    for name in outreach_map.__all__:
        assert callable(getattr(outreach_map, name))
    from outreach_map import coverage, network, privacy, routing

    for room, names in {
        network: ["read_streets", "travel_time_matrix", "StreetNetwork"],
        coverage: [
            "two_step_fca",
            "enhanced_two_step_fca",
            "three_step_fca",
            "lscp",
            "mclp",
            "p_median",
            "p_center",
            "Siting",
            "gini",
            "theil",
        ],
        routing: ["RoutingProblem", "solve", "check_solution", "Solution"],
        privacy: ["partition", "release"],
    }.items():
        assert set(names) <= set(room.__all__), room.__name__


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_and_an_example(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert f"Example: outreach-map {name}" in command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[0] in command.get_help(click.Context(command))


def test_the_readme_names_commands_that_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    named = set(re.findall(r"outreach-map ([a-z]+)", README))
    assert named
    assert named <= set(main.commands)


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "maps/README.md",
        "docs/coverage.md",
        "docs/dependencies.md",
        "docs/exports.md",
        "docs/first-plan.md",
        "docs/maps.md",
        "docs/network.md",
        "docs/privacy.md",
        "docs/scale.md",
        "SECURITY.md",
    ],
)
def test_links_lead_somewhere(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (PROJECT / document).parent.joinpath(target).exists(), target


def test_every_room_stands_in_the_architecture() -> None:
    text = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    package = PROJECT / "outreach_map"
    rooms = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    assert {
        room for room in rooms - {"__init__", "__main__", "outreach_map"} if f"`{room}`" not in text
    } == set()


def test_every_dependency_has_its_reason() -> None:
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = {re.split(r"[<>=; \[]", line)[0] for line in requires("outreach-map") or []}
    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", text)} == set()


def test_no_module_has_more_than_four_hundred_lines() -> None:
    long = {
        path.name: lines
        for path in (PROJECT / "outreach_map").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}

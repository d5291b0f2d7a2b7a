"""What the documents say is what the program does."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import click
import pytest

from outreach_map.cli import main

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


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


DOCUMENTS = sorted(
    str(path.relative_to(PROJECT))
    for path in (
        *PROJECT.glob("*.md"),
        *(PROJECT / "docs").rglob("*.md"),
        PROJECT / "data" / "README.md",
        PROJECT / "maps" / "README.md",
    )
)


@pytest.mark.parametrize("document", DOCUMENTS)
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
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = pyproject["dependency-groups"].values()
    asked = [*(requires("outreach-map") or []), *(line for group in groups for line in group)]
    names = {re.split(r"[<>=; \[]", line)[0] for line in asked}
    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", text)} == set()


def test_no_module_has_more_than_four_hundred_lines() -> None:
    long = {
        path.name: lines
        for path in (PROJECT / "outreach_map").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}

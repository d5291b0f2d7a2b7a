"""The library is what its documents say: names are pinned, and every example is run."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples import (
    LIBRARY,
    TUTORIAL,
    examples,
    follow_tutorial,
    renew,
    run_page,
    shared_names,
)
from tests.public_api import BETWEEN_ROOMS, front_door, listing, public
from website.reference import PUBLIC


def test_every_example_of_the_library_says_what_it_does() -> None:
    with shared_names() as names:
        for page in LIBRARY:
            assert run_page(page, names) == ""


def test_the_tutorial_leads_from_an_empty_folder_through_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert follow_tutorial(tmp_path) == ["new", "check", "plan"]
    assert (tmp_path / "maps" / "2026-11-23" / "planner.html").is_file()
    assert run_page(TUTORIAL, {}) == ""


def test_an_example_that_says_something_else_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Text\n\n```pycon\n>>> 1 + 1\n2\n>>> 2 + 2\n5\n```\n\n```sh\nls\n```\n")
    told = run_page(page, {})
    assert "line 6" in told
    assert "Expected:\n    5\nGot:\n    4\n" in told
    assert told.count("Expected") == 1
    renew(page, {})
    assert run_page(page, {}) == ""
    assert page.read_text().splitlines()[3:7] == [">>> 1 + 1", "2", ">>> 2 + 2", "4"]


def test_public_names_and_signatures_are_pinned() -> None:
    assert PUBLIC.read_text(encoding="utf-8").splitlines() == listing().splitlines(), (
        "if this is meant, run `python -m tests.public_api` and tell it in the changelog"
    )


def test_what_is_between_rooms_is_there() -> None:
    for package, names in BETWEEN_ROOMS.items():
        module = __import__(package, fromlist=["*"])
        assert names <= set(front_door(module)), package


def _classes(annotation: Any) -> Iterator[type]:
    if inspect.isclass(annotation):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _classes(part)


def _given_by(value: Any) -> Iterator[type]:
    """Classes of what a function returns, or of a record's fields and properties."""
    if inspect.isfunction(value):
        yield from _classes(_hint(value, "return"))
    elif inspect.isclass(value):
        yield value
        for base in value.__mro__:
            if not base.__module__.startswith("outreach_map"):
                continue
            for annotation in getattr(base, "__annotations__", {}):
                yield from _classes(_hint(base, annotation))
            for method in vars(base).values():
                if inspect.isfunction(method):
                    yield from _classes(_hint(method, "return"))


def _hint(value: Any, name: str) -> Any:
    try:
        return typing.get_type_hints(value).get(name)
    except NameError:  # imported for type checkers alone
        annotations = getattr(value, "__annotations__", {})
        found = [
            each
            for names in public().values()
            for key, each in names.items()
            if re.search(rf"\b{key}\b", str(annotations.get(name, "")))
        ]
        return tuple[*found] if found else None


def test_every_public_function_and_class_is_in_an_example() -> None:
    """A function is called in one; a class is made in one, or given by what is."""
    code = "".join(
        example.source
        for page in (*LIBRARY, TUTORIAL)
        for example in examples(page)
        if not example.source.startswith("from ")
    )
    missing = []
    for names in public().values():
        for name, value in names.items():
            written = inspect.getdoc(value) or ""
            if inspect.isfunction(value) and f"{name}(" not in code and ">>>" not in written:
                missing.append(name)
    assert missing == []
    shown: set[Any] = set()
    queue = [
        value
        for names in public().values()
        for name, value in names.items()
        if re.search(rf"\b{name}\b", code)
    ]
    while queue:
        for each in _given_by(queue.pop()):
            if each not in shown and each.__module__.startswith("outreach_map"):
                shown.add(each)
                queue.append(each)
    unseen = [
        f"{package}.{name}"
        for package, names in public().items()
        for name, value in names.items()
        if inspect.isclass(value)
        and value not in shown
        # A closed set explains itself, and an error is told by what raises it.
        and not issubclass(value, enum.Enum | Exception)
        and (dataclasses.is_dataclass(value) or not name.startswith("Raw"))
    ]
    assert unseen == []

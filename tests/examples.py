"""The examples of the documents: run as a reader would, and renewed by `python -m tests.examples`.

Look at what a renewal changes before you commit it: an example says what the program should do.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from outreach_map.cli import main
from outreach_map.privacy import ProgrammeKey, begin, open_private
from tests.test_first_plan import write_settings
from website.reference import PAGES

PROJECT = Path(__file__).parents[1]
TUTORIAL = PROJECT / "docs" / "tutorial.md"
# They share their names: each goes on where the one before it ended.
LIBRARY = tuple(PROJECT / "docs" / "library" / f"{page}.md" for page in ("README", *PAGES))
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def examples(path: Path) -> list[doctest.Example]:
    """Examples of a page, with the lines of the page that they stand on."""
    text = path.read_text(encoding="utf-8")
    found = []
    for block in BLOCK.finditer(text):
        if block[1] == "pycon":
            first = text.count("\n", 0, block.start(3))
            for example in doctest.DocTestParser().get_examples(block[3], path.name):
                example.lineno += first
                found.append(example)
    return found


def run_page(path: Path, names: dict[str, Any]) -> str:
    """Run a page's examples one after the other; what failed, or nothing."""
    test = doctest.DocTest(examples(path), {}, path.name, str(path), 0, None)
    assert test.examples
    test.globs = names  # not a copy: the next page goes on from here
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=told.append, clear_globs=False)
    return "".join(told)


def follow_tutorial(folder: Path) -> list[str]:
    """Do what stands before the tutorial's examples, in a folder; the commands that it gave."""
    (folder / "data").symlink_to(PROJECT / "data")
    given = []
    for kind, name, block in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if kind == "sh":
            arguments = shlex.split(block)[1:]
            done = CliRunner().invoke(main, arguments)
            if done.exit_code != 0:
                raise AssertionError(done.output)
            given.append(arguments[0])
            if arguments[0] == "new":
                # Codes are drawn with the key, and rows sorted by them: a fixed key, a fixed order.
                begin(open_private(Path("my-programme")), ProgrammeKey(bytes(range(32))))
        elif kind == "csv":
            Path("my-programme", name).write_text(block, encoding="utf-8")
        elif kind == "toml":
            write_settings(block)
    return given


def renew(path: Path, names: dict[str, Any]) -> None:
    """Write below each example of a page what it says now."""
    lines = path.read_text(encoding="utf-8").splitlines()
    replaced: list[tuple[int, int, list[str]]] = []
    for example in examples(path):
        said = io.StringIO()
        place = f"{path.name}, line {example.lineno + 1}"
        with contextlib.redirect_stdout(said):
            exec(compile(example.source, place, "single"), names)
        first = example.lineno + example.source.count("\n")
        last = first + example.want.count("\n")
        replaced.append((first, last, said.getvalue().splitlines()))
    for first, last, said_lines in reversed(replaced):
        lines[first:last] = said_lines
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@contextlib.contextmanager
def shared_names() -> Iterator[dict[str, Any]]:
    """Names that the pages of the library share; what they opened is closed."""
    names: dict[str, Any] = {}
    try:
        yield names
    finally:
        if "stack" in names:
            names["stack"].close()


if __name__ == "__main__":
    with shared_names() as shared:
        for page in LIBRARY:
            renew(page, shared)
    with tempfile.TemporaryDirectory() as temporary:
        os.chdir(temporary)
        follow_tutorial(Path(temporary))
        renew(TUTORIAL, {})
        os.chdir(PROJECT)
    sys.exit()

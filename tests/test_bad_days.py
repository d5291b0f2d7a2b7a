"""Days on which a plan is cut off: what was there stays whole, and the next plan goes on."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach_map import load_programme
from outreach_map.audit.unpacked import unpacked
from outreach_map.demo import DEMO_ROUND
from outreach_map.privacy import Signs, raw_signs

ROUND = DEMO_ROUND.isoformat()
# More for a long look: OUTREACH_MAP_KILLS=50 python -m pytest tests/test_bad_days.py
KILLS = int(os.environ.get("OUTREACH_MAP_KILLS", "4"))

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


@pytest.fixture
def programme(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    """The rural programme with a short search and no exports, for a quick plan."""
    folder = copy_of(country)
    settings = folder / "outreach.toml"
    text = re.sub(r"iterations = \d+", "iterations = 100", settings.read_text())
    settings.write_text(re.sub(r"exports = .*", "", text))
    return folder


def begun(folder: Path, maps: Path, temporary: Path, **more: object) -> subprocess.Popen[bytes]:
    """A plan in a process of its own, with temporary places of its own."""
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "outreach_map", "plan", str(folder), "--round", ROUND,
         "--out", str(maps)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "200"},
        **more,  # type: ignore[call-overload]
    )  # fmt: skip


def ended(run: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Exit code and all that was said, once it has ended."""
    said, _ = run.communicate()
    return run.returncode, said.decode()


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def whole(directory: Path) -> bool:
    """Whether every file that the manifest lists is there."""
    listed = json.loads((directory / "manifest.json").read_bytes())["files"]
    return {*listed, "manifest.json"} <= {path.name for path in directory.iterdir()}


def raw_left(signs: Signs, *places: Path) -> list[str]:
    """Files below some folders that hold raw data."""
    return [
        path.name
        for place in places
        for path in place.rglob("*")
        if path.is_file()
        and any(signs.found_in(content) for content in unpacked(path.name, path.read_bytes()))
    ]


def test_a_plan_that_is_killed_leaves_what_was_there(programme: Path, tmp_path: Path) -> None:
    maps, temporary = tmp_path / "maps", tmp_path / "temporary"
    began = time.monotonic()
    assert ended(begun(programme, maps, temporary))[0] == 0
    takes = time.monotonic() - began
    directory = maps / ROUND
    before = contents(directory)
    signs = raw_signs(load_programme(programme))
    draws = random.Random(1)
    for kill in range(KILLS):
        # Towards the end, where things are written, as often as before it.
        share = draws.uniform(0.1, 0.7) if kill % 2 else draws.uniform(0.7, 1.0)
        run = begun(programme, maps, temporary)
        time.sleep(share * takes)
        run.kill()
        run.communicate()
        # The same plan gives the same bytes: mixed from two runs or not, nothing may differ.
        assert contents(directory) == before
        assert raw_left(signs, maps, temporary) == []
        assert not list((programme / "private").glob("*.new*.new"))
    assert ended(begun(programme, maps, temporary))[0] == 0
    assert contents(directory) == before
    assert [path.name for path in maps.iterdir()] == [ROUND]


def test_a_first_plan_that_is_killed_leaves_nothing_half(programme: Path, tmp_path: Path) -> None:
    shutil.rmtree(programme / "private")
    maps, temporary = tmp_path / "maps", tmp_path / "temporary"
    signs = raw_signs(load_programme(programme))
    draws = random.Random(2)
    for _ in range(max(2, KILLS // 3)):
        run = begun(programme, maps, temporary)
        time.sleep(draws.uniform(1.0, 8.0))
        run.kill()
        run.communicate()
        assert not (maps / ROUND).exists() or whole(maps / ROUND)
        assert raw_left(signs, temporary, *([maps] if maps.exists() else [])) == []
    code, said = ended(begun(programme, maps, temporary))
    assert code == 0, said
    assert whole(maps / ROUND)


def test_an_interrupt_says_so_and_leaves_what_was_there(programme: Path, tmp_path: Path) -> None:
    maps, temporary = tmp_path / "maps", tmp_path / "temporary"
    assert ended(begun(programme, maps, temporary))[0] == 0
    before = contents(maps / ROUND)
    run = begun(programme, maps, temporary)
    assert run.stdout is not None
    for line in run.stdout:
        if b"planning routes" in line:
            run.send_signal(signal.SIGINT)
            break
    code, said = ended(run)
    assert code == 2
    assert "Stopped on your word. Nothing was half written." in said
    assert "Traceback" not in said
    assert contents(maps / ROUND) == before


def test_a_full_disk_says_so_and_leaves_what_was_there(programme: Path, tmp_path: Path) -> None:
    maps, temporary = tmp_path / "maps", tmp_path / "temporary"
    assert ended(begun(programme, maps, temporary))[0] == 0
    before = contents(maps / ROUND)
    smallest = min(len(content) for name, content in before.items() if name.endswith(".html"))

    def small() -> None:
        # No file may grow beyond this: to a program, a disk that is full.
        resource.setrlimit(resource.RLIMIT_FSIZE, (smallest // 2, smallest // 2))

    code, said = ended(begun(programme, maps, temporary, preexec_fn=small))
    assert code == 2
    assert "The maps could not be written (File too large)." in said
    assert "what was there is as it was" in said
    assert contents(maps / ROUND) == before
    assert [path.name for path in maps.iterdir()] == [ROUND]

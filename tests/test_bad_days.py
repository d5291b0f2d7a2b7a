"""Bad days: a plan is cut off, finds no room, or finds its records lost.

After each of them the last good output is intact, nothing is half written, no raw data lie in
temporary places, and there is one clear message.
"""

from __future__ import annotations

import ctypes
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
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from outreach_map import load_programme
from outreach_map.audit.unpacked import unpacked
from outreach_map.demo import DEMO_ROUND
from outreach_map.privacy import Signs, raw_signs, write_codes

ROUND = DEMO_ROUND.isoformat()
# More for a long look: OUTREACH_MAP_KILLS=50 python -m pytest tests/test_bad_days.py
KILLS = int(os.environ.get("OUTREACH_MAP_KILLS", "4"))

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


@dataclass(frozen=True)
class Day:
    """A programme that was planned on a good day, and where the next plan writes."""

    folder: Path
    maps: Path
    temporary: Path
    before: dict[str, bytes]
    signs: Signs

    @property
    def private(self) -> Path:
        return self.folder / "private"

    @property
    def round(self) -> Path:
        return self.maps / ROUND

    def begun(self, *more: str, start: str = ROUND, **how: Any) -> subprocess.Popen[bytes]:
        """A plan in a process of its own, with temporary places of its own."""
        return begun(self.folder, self.maps, self.temporary, *more, start=start, **how)

    def assert_as_it_was(self, said: str, message: str | None, rounds: Sequence[str] = ()) -> None:
        """Hold the last good output, no half file, no raw data in temporary places, one message."""
        # The same plan gives the same bytes: mixed from two runs or not, nothing may differ.
        assert contents(self.round) == self.before
        assert sorted(path.name for path in self.maps.iterdir()) == sorted([ROUND, *rounds])
        assert not [path.name for path in self.private.iterdir() if path.name.endswith(".new")]
        assert raw_left(self.signs, self.maps, self.temporary) == []
        assert "Traceback" not in said
        assert said.count("Stopped") == (message is not None), said
        if message is not None:
            assert message in " ".join(said.split()), said


@pytest.fixture(scope="module")
def good_day(country: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The rural programme with a short search and no exports, planned; its folder and its maps."""
    root = tmp_path_factory.mktemp("good")
    folder = Path(shutil.copytree(country, root / "programme"))
    settings = folder / "outreach.toml"
    text = re.sub(r"iterations = \d+", "iterations = 100", settings.read_text())
    settings.write_text(re.sub(r"exports = .*", "", text))
    code, said = ended(begun(folder, root / "maps", root / "temporary"))
    assert code == 0, said
    return folder, root / "maps"


@pytest.fixture
def day(good_day: tuple[Path, Path], tmp_path: Path) -> Day:
    folder = Path(shutil.copytree(good_day[0], tmp_path / "programme"))
    maps = Path(shutil.copytree(good_day[1], tmp_path / "maps"))
    signs = raw_signs(load_programme(folder))
    return Day(folder, maps, tmp_path / "temporary", contents(maps / ROUND), signs)


def _as_at_a_terminal() -> None:
    """What runs in the background of a shell is deaf to an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def begun(
    folder: Path, maps: Path, temporary: Path, *more: str, start: str = ROUND, **how: Any
) -> subprocess.Popen[bytes]:
    """A plan in a process of its own, with temporary places of its own."""
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "outreach_map", "plan", str(folder), "--round", start,
         "--out", str(maps), *more],
        env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "200"},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "preexec_fn": _as_at_a_terminal,
           **how},
    )  # fmt: skip


def ended(run: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Exit code and all that was said, once it has ended."""
    said, _ = run.communicate()
    return run.returncode, said.decode()


def at_work(run: subprocess.Popen[bytes], stage: bytes = b"planning routes") -> None:
    """Wait until a plan has come to a stage."""
    assert run.stdout is not None
    for line in run.stdout:
        if stage in line:
            return
    raise AssertionError("the plan ended before that stage")


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


# --- what ends a plan


def test_a_plan_that_is_killed_leaves_what_was_there(day: Day) -> None:
    began = time.monotonic()
    assert ended(day.begun())[0] == 0
    takes = time.monotonic() - began
    draws = random.Random(1)
    for kill in range(KILLS):
        # Towards the end, where things are written, as often as before it.
        share = draws.uniform(0.1, 0.7) if kill % 2 else draws.uniform(0.7, 1.0)
        run = day.begun()
        time.sleep(share * takes)
        run.kill()
        run.communicate()
        assert contents(day.round) == day.before
        assert raw_left(day.signs, day.maps, day.temporary) == []
    assert ended(day.begun())[0] == 0
    day.assert_as_it_was("", None)


def test_a_first_plan_that_is_killed_leaves_nothing_half(day: Day) -> None:
    shutil.rmtree(day.private)
    shutil.rmtree(day.maps)
    draws = random.Random(2)
    for _ in range(max(2, KILLS // 3)):
        run = day.begun()
        time.sleep(draws.uniform(1.0, 8.0))
        run.kill()
        run.communicate()
        assert not day.round.exists() or whole(day.round)
        assert raw_left(day.signs, day.temporary, *([day.maps] if day.maps.exists() else [])) == []
    code, said = ended(day.begun())
    assert code == 0, said
    assert whole(day.round)
    assert [path.name for path in day.maps.iterdir()] == [ROUND]


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP", "SIGTERM"])
def test_a_plan_that_is_told_to_stop_says_so(name: str, day: Day) -> None:
    run = day.begun()
    at_work(run)
    searching = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.Signals[name])
    code, said = ended(run)
    assert code == 2
    day.assert_as_it_was(said, "Stopped on your word. Nothing was half written.")
    assert list(day.temporary.iterdir()) == []
    # The search in its own process has ended with it.
    assert psutil.wait_procs(searching, timeout=10)[1] == []


def test_a_terminal_that_is_gone_takes_no_words_and_leaves_nothing(day: Day) -> None:
    ours, theirs = os.openpty()
    run = day.begun("--quiet", stdout=theirs, stderr=theirs)
    os.close(theirs)
    while not psutil.Process(run.pid).children():
        time.sleep(0.05)
    os.close(ours)
    run.send_signal(signal.SIGHUP)
    assert run.wait() == 2
    day.assert_as_it_was("", None)


def test_who_switched_the_end_of_the_terminal_off_is_obeyed(day: Day) -> None:
    def ignoring() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    run = day.begun(preexec_fn=ignoring)
    at_work(run)
    run.send_signal(signal.SIGHUP)
    code, said = ended(run)
    assert code == 0, said
    day.assert_as_it_was(said, None)


def test_a_pipe_that_nobody_reads_any_more_is_said(day: Day) -> None:
    ours, theirs = os.pipe()
    run = day.begun(stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    os.close(ours)
    _, said = run.communicate()
    assert run.returncode == 2
    day.assert_as_it_was(said.decode(), "What reads this command's output was closed.")
    assert "BrokenPipe" not in said.decode()


def test_of_two_plans_at_once_one_waits_for_another_day(day: Day) -> None:
    first = day.begun()
    at_work(first)
    # It holds still, or it might be done before the other has begun.
    first.send_signal(signal.SIGSTOP)
    try:
        code, said = ended(day.begun())
    finally:
        first.send_signal(signal.SIGCONT)
    assert code == 2
    assert "Another command is at work in this programme." in said
    assert contents(day.round) == day.before
    code, more = ended(first)
    assert code == 0, more
    day.assert_as_it_was(said, "Wait until it has ended, and run this again.")


# --- where nothing can be written


def small(limit: int) -> Callable[[], None]:
    """A limit that no file may grow beyond: to a program, a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_a_disk_that_is_full_before_the_maps_are_written_says_so(day: Day) -> None:
    smallest = min(len(page) for name, page in day.before.items() if name.endswith(".html"))
    code, said = ended(day.begun(preexec_fn=small(smallest // 2)))
    assert code == 2
    day.assert_as_it_was(said, "The maps could not be written (File too large).")
    assert "what was there is as it was" in said


def test_a_disk_that_is_full_before_the_ledger_is_written_says_so(day: Day) -> None:
    ledger = (day.private / "ledger").read_bytes()
    code, said = ended(day.begun(preexec_fn=small(len(ledger) // 2)))
    assert code == 2
    day.assert_as_it_was(said, "A file could not be written (File too large).")
    assert (day.private / "ledger").read_bytes() == ledger


@pytest.mark.parametrize("kilobytes", [64, 600])
def test_a_disk_without_room_says_so(kilobytes: int, day: Day, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = f"size={sum(map(len, day.before.values())) // 1024 + kilobytes}k"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk of memory takes the right to mount one")
    try:
        small_disk = replace(day, maps=Path(shutil.copytree(day.maps, disk / "maps")))
        code, said = ended(small_disk.begun())
        assert code == 2
        small_disk.assert_as_it_was(
            said, "The maps could not be written (No space left on device)."
        )
    finally:
        subprocess.run(["umount", disk], check=True)


def without_the_rights_of_root() -> None:
    """Let modes of files count for root as well (PR_CAPBSET_DROP of CAP_DAC_OVERRIDE)."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="rights of root are taken away as Linux does")
@pytest.mark.parametrize("what", ["maps", "private"])
def test_a_folder_that_takes_no_files_is_said(what: str, day: Day) -> None:
    place = day.maps if what == "maps" else day.private
    place.chmod(0o500)
    try:
        code, said = ended(day.begun(preexec_fn=without_the_rights_of_root))
    finally:
        place.chmod(0o700)
    assert code == 2
    message = "The maps could not be written" if what == "maps" else "A file could not be written"
    day.assert_as_it_was(said, f"{message} (Permission denied).")


# --- what is not as it was left


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def of_another_programme(path: Path) -> None:
    path.write_text(b64encode(bytes(range(32))).decode() + "\n")


PRIVATE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a damaged ledger": ("ledger", damaged, "The ledger is damaged, or was written with another"),
    "half a ledger": (
        "ledger",
        lambda path: path.write_bytes(path.read_bytes()[:100]),
        "The ledger is damaged, or was written with another key or version.",
    ),
    "a ledger that is lost": ("ledger", Path.unlink, "The key has no ledger beside it"),
    "a key that is lost": ("key", Path.unlink, "The key is missing"),
    "a wrong key": ("key", of_another_programme, "The ledger is damaged, or was written with ano"),
    "half a key": ("key", lambda path: path.write_bytes(path.read_bytes()[:9]), "The key is dama"),
    "a key for all to read": ("key", lambda path: path.chmod(0o644), "may read it. Run: chmod 600"),
    "a damaged record": (
        "plans",
        lambda path: path.write_bytes(path.read_bytes()[:100]),
        "The record of earlier plans is damaged",
    ),
    "a record of nonsense": ("plans", lambda path: path.write_text("[]"), "earlier plans is damag"),
}


@pytest.mark.parametrize("case", PRIVATE)
def test_what_is_lost_or_spoilt_in_private_stops_a_plan_and_says_what_to_do(
    case: str, day: Day
) -> None:
    name, spoil, message = PRIVATE[case]
    spoil(day.private / name)
    before = {path.name: path.read_bytes() for path in day.private.iterdir()}
    code, said = ended(day.begun())
    assert code == 2
    day.assert_as_it_was(said, message)
    assert re.search(r"backup|chmod|Delete it|delete it", said)
    # Nothing is made anew in the place of what may still be found.
    assert {path.name: path.read_bytes() for path in day.private.iterdir()} == before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("spoil", [damaged, cut, lambda path: path.write_bytes(b"")])
def test_a_damaged_cache_is_read_anew(spoil: Callable[[Path], None], day: Day) -> None:
    kept = sorted((day.folder / ".streets-cache").glob("*.npz"))
    assert kept
    for path in kept:
        spoil(path)
    code, said = ended(day.begun())
    assert code == 0, said
    day.assert_as_it_was(said, None)


def test_a_clock_that_was_put_back_changes_nothing(day: Day) -> None:
    # To a clock of last year, all that is there comes from the future.
    ahead = time.time() + 365 * 86_400
    for place in (day.folder, day.maps):
        for path in (place, *place.rglob("*")):
            os.utime(path, (ahead, ahead))
    code, said = ended(day.begun())
    assert code == 0, said
    day.assert_as_it_was(said, None)


def test_a_round_of_before_gives_no_new_codes_and_leaves_the_later_one(day: Day) -> None:
    earlier = (DEMO_ROUND - timedelta(weeks=5)).isoformat()
    assert write_codes(load_programme(day.folder)) > 0
    codes = (day.private / "codes.csv").read_bytes()
    code, said = ended(day.begun(start=earlier))
    assert code == 0, said
    day.assert_as_it_was(said, None, rounds=[earlier])
    assert whole(day.maps / earlier)
    write_codes(load_programme(day.folder))
    assert (day.private / "codes.csv").read_bytes() == codes

"""Time and memory of a whole plan, stage by stage.

    python -m benchmarks.end_to_end FOLDER --round 2026-11-23 [--json FILE]

The folder is copied first, so that its `private/` is as it was afterwards. Memory is the peak of
the process and its children together, sampled every 20 ms. The first plan is cold: no streets are
kept from before. `benchmarks/plain/week.py` is the same job as it is usually written.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

import psutil

from benchmarks.table import Row, show
from outreach_map import load_programme, plan_round, publish_round

COLD_S, SECOND_S = 25.0, 15.0
REACH_MB = 1000.0


class PeakMemory:
    """Peak of the resident memory of this process and its children."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(0.02):
            total = 0
            for member in (process, *process.children(recursive=True)):
                try:
                    total += member.memory_info().rss
                except psutil.Error:
                    continue
            self.megabytes = max(self.megabytes, total / 1e6)


def measure(folder: Path, start: date) -> list[Row]:
    """Seconds a stage, in all, and the peak of memory."""
    marks: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as temporary, PeakMemory() as memory:
        kept = shutil.ignore_patterns(".streets-cache")
        copy = Path(shutil.copytree(folder, Path(temporary) / "programme", ignore=kept))
        began = time.perf_counter()
        plan = plan_round(
            load_programme(copy),
            start,
            progress=lambda stage: marks.append((stage, time.perf_counter())),
            notice=lambda _: None,
        )
        marks.append(("writing maps", time.perf_counter()))
        publish_round(plan, Path(temporary) / "maps")
        ended = time.perf_counter()
        publish_round(plan_round(load_programme(copy), start), Path(temporary) / "maps")
        again = time.perf_counter() - ended
    total, peak = ended - began, memory.megabytes
    rows = [
        Row(stage, until - since, "s")
        for (stage, since), until in zip(
            marks, [mark for _, mark in marks[1:]] + [ended], strict=True
        )
    ]
    return [
        *rows,
        Row.at_most("in all", total, "s", COLD_S),
        Row.at_most("a second plan", again, "s", SECOND_S),
        Row.at_most("peak memory", peak, "MB", REACH_MB),
    ]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--round", dest="start", type=date.fromisoformat, default=date(2026, 11, 23)
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments.folder, arguments.start)
    show(f"One plan of {arguments.folder.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

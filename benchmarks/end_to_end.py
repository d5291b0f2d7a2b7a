"""Time and memory of a whole plan, stage by stage.

    python -m benchmarks.end_to_end FOLDER --round 2026-11-23 [--plain now] [--json FILE]

The folder is copied first, so that its `private/` is as it was afterwards. Memory is the peak of
the process and its children together, sampled every 20 ms. The first plan is cold: no streets are
kept from before. Beside the clock stands the processor's time of this process and of the search's
own: on a busy machine the clock says little.

`benchmarks/plain/week.py` is the same job as it is usually written. It takes minutes: `--plain now`
runs it after ours, `--plain FILE` takes its figure from the JSON of an earlier run, with that
run's day, and without the option it is left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
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
IN_ALL, PLAIN = "in all", "the plain script, on "
_SEARCH = ("planning routes", "asking why not")


def processor_s() -> float:
    """Seconds of the processor that this process and its ended children took."""
    return sum(
        use.ru_utime + use.ru_stime
        for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


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
        used = processor_s()
        began = time.perf_counter()
        plan = plan_round(
            load_programme(copy),
            start,
            progress=lambda stage: marks.append((stage, time.perf_counter())),
            notice=lambda _: None,
        )
        marks.append(("writing maps", time.perf_counter()))
        publish_round(plan, Path(temporary) / "maps")
        ended, used = time.perf_counter(), processor_s() - used
        again_used = processor_s()
        publish_round(plan_round(load_programme(copy), start), Path(temporary) / "maps")
        again, again_used = time.perf_counter() - ended, processor_s() - again_used
    total, peak = ended - began, memory.megabytes
    rows = [
        Row(stage, until - since, "s")
        for (stage, since), until in zip(
            marks, [mark for _, mark in marks[1:]] + [ended], strict=True
        )
    ]
    search = sum(row.value for row in rows if row.name in _SEARCH)
    return [
        *rows,
        Row.at_most(IN_ALL, total, "s", COLD_S),
        Row("of it search, and asking why not", search, "s"),
        Row("processor, in all", used, "s"),
        Row.at_most("a second plan", again, "s", SECOND_S),
        Row("processor, a second plan", again_used, "s"),
        Row.at_most("peak memory", peak, "MB", REACH_MB),
    ]


def plain(folder: Path, start: date, how: str) -> tuple[str, float]:
    """The day of a run of the plain script, and its seconds: run now, or from an earlier JSON."""
    if how != "now":
        rows = json.loads(Path(how).read_text("utf-8"))
        name, seconds = next((r["name"], r["value"]) for r in rows if r["name"].startswith(PLAIN))
        return str(name).removeprefix(PLAIN), float(seconds)
    with tempfile.TemporaryDirectory() as temporary:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.plain.week", folder, start.isoformat(), temporary],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    return date.today().isoformat(), float(json.loads(done.stdout.splitlines()[-1])["in all"])


def beside(rows: list[Row], day: str, seconds: float) -> list[Row]:
    """What a run of the plain script comes to beside ours."""
    ours = next(row.value for row in rows if row.name == IN_ALL)
    return [
        Row(f"{PLAIN}{day}", seconds, "s"),
        Row.at_least("the plain script takes, of our time", seconds / ours, "times", 1.0),
    ]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--round", dest="start", type=date.fromisoformat, default=date(2026, 11, 23)
    )
    parser.add_argument("--plain", help="now, or the JSON of an earlier run")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments.folder, arguments.start)
    if arguments.plain:
        rows += beside(rows, *plain(arguments.folder, arguments.start, arguments.plain))
    show(f"One plan of {arguments.folder.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

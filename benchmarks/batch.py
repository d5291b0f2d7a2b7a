"""Many programmes on the local cluster, beside planning them one after another.

    python -m benchmarks.batch FOLDER [--round 2026-11-23] [--copies 1 2 4 8] [--json FILE]

Each copy is a programme of its own, with its own key. "Plain" is one plan in a process of its own
times the number of copies. Speed-up is plain over batch; overhead is what a batch of one takes
beyond a plain plan.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from benchmarks.end_to_end import PeakMemory
from benchmarks.table import Row, show
from outreach_map.batch import CityTask, Limits, Outcome, plan_cities, plan_city


def measure(folder: Path, start: date, copies: list[int], workers: int) -> list[Row]:
    """Seconds by number of copies, and what the cluster costs and brings."""
    with tempfile.TemporaryDirectory() as temporary:
        plain = _plain(folder, start, Path(temporary) / "plain")
        rows = [Row("plain, one plan in a process", plain, "s")]
        for count in copies:
            root = Path(temporary) / f"batch-{count}"
            tasks = [_copy(folder, start, root, number) for number in range(count)]
            with PeakMemory() as memory:
                began = time.perf_counter()
                results = plan_cities(tasks, limits=Limits(workers=workers))
                taken = time.perf_counter() - began
            if any(result.outcome is not Outcome.PLANNED for result in results):
                raise SystemExit(f"a copy failed: {[result.error for result in results]}")
            began = time.perf_counter()
            plan_cities(tasks, limits=Limits(workers=workers))
            again = time.perf_counter() - began
            name = f"{count} on {workers} workers"
            rows += [
                Row(name, taken, "s"),
                Row(f"{name}, nothing changed", again, "s"),
                Row(f"{name}, speed-up over plain", count * plain / taken, "times"),
                Row(f"{name}, peak memory", memory.megabytes, "MB"),
            ]
            if count == 1:
                rows.append(Row("overhead of the cluster", taken - plain, "s"))
            shutil.rmtree(root)
    return rows


def _copy(folder: Path, start: date, root: Path, number: int) -> CityTask:
    ignored = shutil.ignore_patterns("private")
    copy = shutil.copytree(folder, root / f"copy-{number}", ignore=ignored)
    return CityTask(str(copy), str(root / "maps" / f"copy-{number}"), start)


def _plain(folder: Path, start: date, root: Path) -> float:
    """Seconds of one plan in a fresh process, imports included."""
    task = _copy(folder, start, root, 0)
    began = time.perf_counter()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = pool.submit(plan_city, task).result()
    if result.outcome is not Outcome.PLANNED:
        raise SystemExit(f"the plain plan failed: {result.error}")
    return time.perf_counter() - began


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--round", dest="start", type=date.fromisoformat, default=date(2026, 11, 23)
    )
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = measure(arguments.folder, arguments.start, arguments.copies, arguments.workers)
    show(f"Many plans of {arguments.folder.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

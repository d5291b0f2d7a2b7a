"""How long a long visit log takes to check, beside what else could check it.

    python -m benchmarks.intake [--rows 200000] [--json FILE]

The log is invented here; all of them answer the same question (which rows are wrong) and are asked
about the same three wrong rows. Every measure is taken in a process of its own, so that memory is
its own. Rivals that are not installed are left out: `pip install pandera`.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

from benchmarks.table import Row, show

SECONDS, MEGABYTES = 5.0, 500.0
LIMIT_S = 120
WRONG = (10, 1_000, 100_000)
COLUMNS = (
    "date", "hotspot_id", "team_id", "contacts", "new_contacts", "syringes_out", "syringes_in",
    "naloxone_out", "condoms_out", "referrals", "overdoses_reversed", "outcome",
)  # fmt: skip
HOTSPOTS, TEAMS = 120, 8
SETTINGS = '[programme]\nname = "T"\ntimezone = "Europe/Berlin"\n'


@dataclass(frozen=True)
class Measured:
    """Seconds of the checking by the clock and of the processor, megabytes at the peak of the
    process, and the rows found wrong."""

    seconds: float
    processor_s: float
    megabytes: float
    wrong: tuple[int, ...]


def write_programme(folder: Path, rows: int) -> None:
    """A programme whose log has so many rows, three of them wrong."""
    draw = random.Random(0)
    (folder / "outreach.toml").write_text(SETTINGS)
    (folder / "streets.osm.pbf").touch()
    places = "".join(f"H{n},13.{200 + n},53.5{n % 10}\n" for n in range(HOTSPOTS))
    (folder / "hotspots.csv").write_text(f"id,lon,lat\n{places}")
    point = "id,name,lon,lat,type,services,public\nP1,Point,13.25,53.55,clinic,nsp,yes\n"
    (folder / "points.csv").write_text(point)
    teams = "".join(f"T{n},2,walk,P1,P1,Mo-Fr 09:00-13:00\n" for n in range(TEAMS))
    (folder / "teams.csv").write_text(f"id,size,mode,start,end,shift\n{teams}")
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as target:
        table = csv.writer(target)
        table.writerow(COLUMNS)
        for number in range(2, rows + 2):
            day = date(2024, 1, 1) + timedelta(days=draw.randrange(1000))
            counts = [draw.randrange(n) for n in (40, 9, 300, 300, 6, 200, 5, 2)]
            if number in WRONG:
                counts[0] = -1
            at, by = f"H{draw.randrange(HOTSPOTS)}", f"T{draw.randrange(TEAMS)}"
            table.writerow([day, at, by, *counts, draw.choice(["done", "nobody_there"])])


def write_workbook(folder: Path) -> None:
    """The same log as a workbook, with its dates and numbers as such."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Log")
    with (folder / "visits.csv").open(encoding="utf-8", newline="") as source:
        for number, cells in enumerate(csv.reader(source)):
            day = cells[0] if number == 0 else date.fromisoformat(cells[0])
            page.append([day, *(int(c) if c.lstrip("-").isdigit() else c for c in cells[1:])])
    book.save(folder / "visits.xlsx")


def ours(folder: Path) -> tuple[int, ...]:
    """The whole of intake: every file, every check."""
    from outreach_map.intake import collect_problems
    from outreach_map.programme import load_programme

    problems = collect_problems(load_programme(folder), bounds=(13.1, 53.4, 13.5, 53.7))
    return tuple(p.row or 0 for p in problems if p.severity == "error")


def ours_workbook(folder: Path) -> tuple[int, ...]:
    """The same, with the log as a workbook."""
    settings = folder / "outreach.toml"
    settings.write_text(SETTINGS + '[files]\nvisits = "visits.xlsx"\n')
    return ours(folder)


def each_row(folder: Path) -> tuple[int, ...]:
    """The same schema, a row at a time, as pydantic is mostly used; the log alone."""
    from pydantic import ValidationError

    from outreach_map.intake.rows import RawVisit

    wrong, rows = [], []
    with (folder / "visits.csv").open(encoding="utf-8", newline="") as source:
        for number, cells in enumerate(csv.DictReader(source), start=2):
            try:
                rows.append(RawVisit.model_validate({"row": number, **cells}))
            except ValidationError:
                wrong.append(number)
    return tuple(wrong)


def by_pandera(folder: Path) -> tuple[int, ...]:
    """pandas reads, pandera checks columns as a whole; the log alone."""
    import pandas as pd
    import pandera.pandas as pa

    count = pa.Column(float, pa.Check.ge(0), coerce=True, nullable=True, required=False)
    schema = pa.DataFrameSchema(
        {
            "date": pa.Column("datetime64[ns]", coerce=True),
            "hotspot_id": pa.Column(str, pa.Check.str_length(1, 60)),
            "team_id": pa.Column(str, pa.Check.str_length(1, 60)),
            **dict.fromkeys(COLUMNS[3:11], count),
            "outcome": pa.Column(
                str, pa.Check.str_matches(r"[a-z0-9][a-z0-9_]{0,39}"), nullable=True
            ),
        }
    )
    try:
        schema.validate(pd.read_csv(folder / "visits.csv"), lazy=True)
    except pa.errors.SchemaErrors as errors:
        return tuple(sorted(int(n) + 2 for n in errors.failure_cases["index"].dropna()))
    return ()


def read_only(folder: Path) -> tuple[int, ...]:
    """No check at all: what reading costs."""
    import pandas as pd

    pd.read_csv(folder / "visits.csv")
    return WRONG


CONTENDERS: dict[str, Callable[[Path], tuple[int, ...]]] = {
    "ours, CSV, the whole programme": ours,
    "ours, XLSX, the whole programme": ours_workbook,
    "pydantic, a row at a time": each_row,
    "pandas and pandera": by_pandera,
    "pandas, no check": read_only,
}


def _work(name: str, folder: Path, answers: multiprocessing.Queue[Measured]) -> None:
    CONTENDERS[name](folder_of_few(folder))  # imports, and what is made once
    began, worked = time.perf_counter(), time.process_time()
    wrong = CONTENDERS[name](folder)
    seconds, processor_s = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put(Measured(seconds, processor_s, peak, wrong))


def folder_of_few(folder: Path) -> Path:
    return folder.parent / "few"


def measure(name: str, folder: Path, times: int) -> Measured:
    """The best of several runs, each in a process of its own."""
    found = []
    context = multiprocessing.get_context("spawn")
    for _ in range(times):
        answers: multiprocessing.Queue[Measured] = context.Queue()
        child = context.Process(target=_work, args=(name, folder, answers))
        child.start()
        found.append(answers.get(timeout=LIMIT_S))
        child.join()
    return min(found, key=lambda one: one.seconds)


def main() -> None:
    """Measure all, and show them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder, few = Path(temporary) / "many", Path(temporary) / "few"
        for one, size in ((folder, options.rows), (few, 20)):
            one.mkdir()
            write_programme(one, size)
            write_workbook(one)
        found = {}
        for name in CONTENDERS:
            if name == "pandas and pandera" and find_spec("pandera") is None:
                continue
            found[name] = measure(name, folder, options.times)
    expected = tuple(number for number in WRONG if number < options.rows + 2)
    first = found["ours, CSV, the whole programme"]
    for name, one in found.items():
        reach = one is first
        seconds = (f"{name}: time", one.seconds, "s")
        peak = (f"{name}: peak", one.megabytes, "MB")
        rows.append(Row.at_most(*seconds, SECONDS) if reach else Row(*seconds))
        rows.append(Row(f"{name}: processor", one.processor_s, "s"))
        rows.append(Row.at_most(*peak, MEGABYTES) if reach else Row(*peak))
        if one.wrong != expected:
            rows.append(Row(f"{name}: finds other rows wrong", float(len(one.wrong)), "rows"))
    rows += [
        Row(f"{name} / ours, CSV: processor", one.processor_s / first.processor_s, "times")
        for name, one in found.items()
        if one is not first
    ]
    show(f"A visit log of {options.rows:,} rows", rows, options.json)


if __name__ == "__main__":
    main()

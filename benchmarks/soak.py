"""A year of weekly rounds of one programme in one process: what grows, and what stays.

    python -m benchmarks.soak FOLDER [--rounds 52] [--iterations 150] [--json FILE]

After each round its visits are logged as teams might have made them. Now and then there is a new
hotspot, one is given up (with its rows in the log), and a risk is added to the register. All that
is drawn from one seed. The folder is copied first. Time is that of the processor, of the search's
own process too: on a busy machine the clock says little, and is shown beside it.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import mean, median

import numpy as np
import psutil

from benchmarks.end_to_end import processor_s
from benchmarks.table import Row, show
from outreach_map import load_programme
from outreach_map.audit import audit_round
from outreach_map.planning import make_maps
from outreach_map.publish import Plan
from outreach_map.upkeep import list_codes

# Rounds between two that are alike in what happens before them.
NEW_EVERY, GIVEN_UP_EVERY, RISK_EVERY = 6, 6, 8
# The first rounds load libraries and fill caches; memory is compared from here on.
SETTLED = 5
LONGER, MORE_MEMORY, KEPT = 1.10, 1.05, 0.5
# Rounds of maps that are kept: as many as the audit joins.
_KEPT_ROUNDS = 14
_COUNTS = ("contacts", "new_contacts", "syringes_out", "syringes_in", "naloxone_out",
           "condoms_out", "referrals")  # fmt: skip

Codes = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Lived:
    """One round of the year.

    Attributes
    ----------
    start
        Its Monday.
    wall_s, processor_s
        Seconds by the clock, and of the processor with the search's process.
    megabytes, open_files
        What this process holds after the round.
    hotspots, visits, logged
        Hotspots released, visits planned, and rows of the log before the round.
    met_again
        Hotspots that had been planned in the four rounds before.
    same_team, same_both
        How many of those kept one of their teams, and a team on its weekday.
    recoded
        Rows of any table whose code is another than before, and codes that went to another row.
    """

    start: date
    wall_s: float
    processor_s: float
    megabytes: float
    open_files: int
    hotspots: int
    visits: int
    logged: int
    met_again: int
    same_team: int
    same_both: int
    recoded: int


@dataclass
class Year:
    """A programme that is lived in, round by round."""

    folder: Path
    maps: Path
    seed: int = 0
    codes: Codes = field(default_factory=dict)
    earlier: list[dict[str, set[tuple[str, int]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._new = 0

    def live(self, start: date, number: int) -> Lived:
        """Change the world a little, plan the round, publish it, and log what came of it."""
        self._happen(start, number)
        logged = len(self._rows("visits.csv")[1])
        began, used = time.perf_counter(), processor_s()
        plan, _ = make_maps(load_programme(self.folder), start, self.maps / start.isoformat())
        wall, used = time.perf_counter() - began, processor_s() - used
        kept = self._kept(plan)
        list_codes(load_programme(self.folder))
        recoded = self._recoded()
        self._log(plan)
        hotspots = len(plan.release.hotspots)
        visits = sum(len(tour.visits) for tour in plan.routes.itineraries)
        del plan
        gc.collect()
        for old in sorted(self.maps.iterdir())[:-_KEPT_ROUNDS]:
            shutil.rmtree(old)
        own = psutil.Process()
        return Lived(
            start, wall, used, own.memory_info().rss / 1e6, own.num_fds(), hotspots, visits,
            logged, *kept, recoded,
        )  # fmt: skip

    def _rows(self, name: str) -> tuple[list[str], list[dict[str, str]]]:
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as source:
            table = csv.DictReader(source)
            rows = list(table)
            return list(table.fieldnames or ()), rows

    def _write(self, name: str, header: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as target:
            table = csv.DictWriter(target, header, lineterminator="\n")
            table.writeheader()
            table.writerows(rows)

    def _happen(self, start: date, number: int) -> None:
        """What changes in the planner's files before a round."""
        if number % NEW_EVERY == 2:
            header, rows = self._rows("hotspots.csv")
            near = dict(self._draw.choice(rows))
            self._new += 1
            near["id"] = f"N{self._new:03d}"
            for axis in ("lon", "lat"):
                near[axis] = f"{float(near[axis]) + self._draw.uniform(-3e-3, 3e-3):.6f}"
            near |= {"note": f"told by a peer in week {number}", "last_visit": ""}
            self._write("hotspots.csv", header, [*rows, near])
        if number % GIVEN_UP_EVERY == 5:
            header, rows = self._rows("hotspots.csv")
            decided = {row["hotspot_id"] for row in self._rows("decisions.csv")[1]}
            gone = self._draw.choice([row["id"] for row in rows if row["id"] not in decided])
            self._write("hotspots.csv", header, [row for row in rows if row["id"] != gone])
            header, log = self._rows("visits.csv")
            self._write("visits.csv", header, [row for row in log if row["hotspot_id"] != gone])
        if number % RISK_EVERY == 4:
            path = self.folder / "risks.geojson"
            register = json.loads(path.read_text(encoding="utf-8"))
            told = json.loads(json.dumps(self._draw.choice(register["features"])))
            told["properties"] |= {
                "id": f"W{number:02d}",
                "assessed_by": "peer",
                "assessed_on": start.isoformat(),
                "review_by": (start + timedelta(days=90)).isoformat(),
                "expires_on": (start + timedelta(days=120)).isoformat(),
            }
            register["features"].append(told)
            path.write_text(json.dumps(register), encoding="utf-8")

    def _log(self, plan: Plan) -> None:
        """Visits as teams might write them down: most as planned, some with nobody there."""
        row_of = {code: row for (_, row), code in self.codes.items()}
        header, rows = self._rows("visits.csv")
        for tour in plan.routes.itineraries:
            for stop in tour.visits:
                met = self._draw.random() < 0.85
                counts = {name: str(self._draw.randrange(30) if met else 0) for name in _COUNTS}
                rows.append(
                    dict.fromkeys(header, "")
                    | counts
                    | {
                        "date": stop.begin.date().isoformat(),
                        "hotspot_id": row_of[stop.code or ""],
                        "team_id": row_of[tour.team],
                        "overdoses_reversed": str(int(met and self._draw.random() < 0.01)),
                        "outcome": "done" if met else "nobody_there",
                    }
                )
        self._write("visits.csv", header, [{k: row[k] for k in header} for row in rows])

    def _kept(self, plan: Plan) -> tuple[int, int, int]:
        """Hotspots met again, those by a team that knows them, and on its weekday."""
        now: dict[str, set[tuple[str, int]]] = {}
        for tour in plan.routes.itineraries:
            for stop in tour.visits:
                slot = (tour.team, stop.begin.weekday())
                now.setdefault(stop.code or "", set()).add(slot)
        before: dict[str, set[tuple[str, int]]] = {}
        for week in self.earlier[-4:]:
            before |= week
        again = now.keys() & before.keys()
        team = sum(
            {t for t, _ in now[code]} & {t for t, _ in before[code]} != set() for code in again
        )
        both = sum(not now[code].isdisjoint(before[code]) for code in again)
        self.earlier.append(now)
        return len(again), team, both

    def _recoded(self) -> int:
        """Codes that changed since the last round, or that two rows ever had."""
        with (self.folder / "private" / "codes.csv").open(encoding="utf-8-sig") as source:
            now = {(row["file"], row["id"]): row["code"] for row in csv.DictReader(source)}
        now = {row: code for row, code in now.items() if code}
        changed = sum(self.codes.get(row, code) != code for row, code in now.items())
        self.codes |= now
        return changed + len(self.codes) - len(set(self.codes.values()))


def copied(folder: Path, root: Path, iterations: int) -> Path:
    """A copy of a programme with a shorter search, a key of its own and no export."""
    kept = shutil.ignore_patterns("private", ".streets-cache")
    copy = Path(shutil.copytree(folder, root / "programme", ignore=kept))
    for path in (copy, *copy.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    settings = copy / "outreach.toml"
    text = re.sub(r"iterations = \d+", f"iterations = {iterations}", settings.read_text("utf-8"))
    settings.write_text(re.sub(r"(?m)^exports = .*$", "", text), encoding="utf-8")
    return copy


def lived(folder: Path, maps: Path, start: date, rounds: int, *, seed: int = 0) -> list[Lived]:
    """So many rounds, one after another; each is told on standard error."""
    year = Year(folder, maps, seed)
    found = []
    for number in range(rounds):
        one = year.live(start + timedelta(weeks=number), number)
        found.append(one)
        print(
            f"{datetime.now():%H:%M:%S} {number + 1:2d} {one.start} {one.processor_s:.1f} s "
            f"({one.wall_s:.1f} s), {one.megabytes:.0f} MB, {one.open_files} files, "
            f"{one.hotspots} hotspots, {one.visits} visits, {one.logged} rows, again "
            f"{one.met_again}: team {one.same_team}, weekday too {one.same_both}",
            file=sys.stderr, flush=True,
        )  # fmt: skip
    return found


def rows_of(found: Sequence[Lived], *, clean: bool) -> list[Row]:
    """What the year comes to."""
    settled = list(found[min(SETTLED, len(found)) - 1 :])
    quarter = max(len(settled) // 4, 1)
    first, last = settled[:quarter], settled[-quarter:]
    memory = [one.megabytes for one in settled]
    slope = float(np.polyfit(range(len(memory)), memory, 1)[0]) if len(memory) > 1 else 0.0
    again = max(sum(one.met_again for one in settled), 1)
    longer = [
        median(getattr(one, name) for one in last) / median(getattr(one, name) for one in first)
        for name in ("processor_s", "wall_s")
    ]
    return [
        Row("rounds", len(found), ""),
        Row("processor a round, median", median(one.processor_s for one in settled), "s"),
        Row("clock a round, median", median(one.wall_s for one in settled), "s"),
        Row.at_most("processor a round, last quarter to first", longer[0], "times", LONGER),
        Row("clock a round, last quarter to first", longer[1], "times"),
        Row("rows of the log at the end", found[-1].logged, ""),
        Row(f"memory after round {found.index(settled[0]) + 1}", memory[0], "MB"),
        Row(f"memory after round {len(found)}", memory[-1], "MB"),
        Row.at_most("memory, last quarter to first",
                    mean(one.megabytes for one in last) / mean(one.megabytes for one in first),
                    "times", MORE_MEMORY),
        Row("memory, slope", slope, "MB a round"),
        Row.at_most("open files, more at the end",
                    last[-1].open_files - first[0].open_files, "", 0),
        Row.at_least("hotspots that keep a team",
                     sum(one.same_team for one in settled) / again, "share", KEPT),
        Row("hotspots that keep a team on its weekday",
            sum(one.same_both for one in settled) / again, "share"),
        Row.at_most("codes that changed", sum(one.recoded for one in found), "", 0),
        Row.at_least("audit of the last round passes", float(clean), "", 1),
    ]  # fmt: skip


def main() -> None:
    """Parse, live, audit, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=52)
    parser.add_argument("--iterations", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--round", dest="start", type=date.fromisoformat, default=date(2026, 11, 23)
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = copied(arguments.folder, Path(temporary), arguments.iterations)
        maps = Path(temporary) / "maps"
        found = lived(folder, maps, arguments.start, arguments.rounds, seed=arguments.seed)
        audit = audit_round(folder, found[-1].start, progress=lambda _: None)
        for failure in audit.failures:
            print(failure, file=sys.stderr)
    rows = rows_of(found, clean=audit.clean)
    show(f"{len(found)} rounds of {arguments.folder.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

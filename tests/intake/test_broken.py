"""Broken files, one defect each and named by it: the exact problem that a planner reads.

`broken/` holds them as somebody would have made them; `tests.intake.broken_binaries` makes those
that are no text. `broken.csv` says what is expected, a row a problem. A name is the table, the
defect, and for one file the sheet that was asked for.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from outreach_map.errors import Problem, Severity
from outreach_map.intake import collect_problems
from outreach_map.programme import load_programme
from tests.intake.tables import BOUNDS

FOLDER = Path(__file__).parent / "broken"
CONTEXT = {
    "points.csv": "id,name,lon,lat,type,services,public\nP1,Point,13.25,53.55,clinic,nsp,yes\n",
    "risks.geojson": '{"type":"FeatureCollection","features":[]}',
    "visits.csv": "date,hotspot_id,team_id\n2026-11-02,H1,T1\n",
    "decisions.csv": "kind,hotspot_id\nmust_go,H1\n",
}


def expectations() -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = defaultdict(list)
    with FOLDER.with_suffix(".csv").open(encoding="utf-8", newline="") as table:
        for line in csv.DictReader(table):
            name, row, severity = line.pop("name"), line.pop("row"), line.pop("severity")
            file, _, _ = name.partition("#")
            number = int(row) if row else None
            problem = Problem(file=file, row=number, severity=Severity(severity), **line)
            found[name].append(problem)
    return found


EXPECTED = expectations()


@pytest.mark.parametrize("name", EXPECTED)
def test_one_defect_is_one_problem_said_exactly(name: str, programme_of) -> None:
    table, _, _ = name.partition("--")
    # What refers to hotspots would be told of as well, where those are gone.
    refers = ("visits.csv", "decisions.csv") if table == "hotspots" else ()
    context = {one: text for one, text in CONTEXT.items() if one not in refers}
    file, _, _ = name.partition("#")
    folder = programme_of(context).folder
    shutil.copy(FOLDER / file, folder)
    with (folder / "outreach.toml").open("a", encoding="utf-8") as target:
        target.write(f'[files]\n{table} = "{name}"\n')
    found = collect_problems(load_programme(folder), bounds=BOUNDS, today=date(2026, 11, 23))
    # What is said of files that are not there is no matter of this one.
    told = [p for p in found if p.file == file or p.severity is Severity.ERROR]
    assert told == EXPECTED[name]


def test_every_broken_file_is_told_of() -> None:
    files = {path.name for path in FOLDER.iterdir()}
    assert files == {name.partition("#")[0] for name in EXPECTED}
    assert len(files) >= 50
    assert {name.partition("--")[0] for name in EXPECTED} == {
        "hotspots", "points", "teams", "risks", "visits", "decisions", "population",
    }  # fmt: skip
    assert all(p.what and p.mend for told in EXPECTED.values() for p in told)

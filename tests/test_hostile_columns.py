"""Hostile texts where no free text belongs: each cell is refused, told of, and not quoted."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest
from pydantic import ValidationError

from outreach_map import load_programme
from outreach_map.errors import Severity
from outreach_map.intake import collect_problems
from outreach_map.settings import Contact, MapSettings
from tests.hostile import HOSTILE

_COUNTS = ("contacts", "new_contacts", "syringes_out", "syringes_in", "naloxone_out",
           "condoms_out", "referrals", "overdoses_reversed")  # fmt: skip
CLOSED = {
    "hotspots": ("lon", "precision_m", "typology", "communities", "languages", "est_mid",
                 "est_date", "active_hours", "services_needed", "visits_per_month"),
    "points": ("type", "services", "opening_hours", "stock_syringes", "languages", "restock",
               "status", "verified_on", "public"),
    "teams": ("size", "mode", "start", "shift", "carry_naloxone", "languages", "communities",
              "no_go", "page_language"),
    "visits": ("date", "hotspot_id", "team_id", *_COUNTS, "outcome"),
    "decisions": ("kind", "hotspot_id", "team_id", "from_date", "until_date"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "column"), [(file, column) for file in CLOSED for column in CLOSED[file]]
)
def test_a_hostile_cell_is_refused_and_not_quoted(
    town: Path, copy_of: Callable[[Path], Path], file: str, column: str
) -> None:
    folder = copy_of(town)
    path = folder / f"{file}.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    rows = [dict(row) for row in islice(cycle(rows), len(HOSTILE))]
    for number, (row, text) in enumerate(zip(rows, HOSTILE, strict=True)):
        # Each row is one of its own, so that nothing else is wrong with it.
        row |= {"id": f"N{number}"} if "id" in row else {}
        # One that is over may name what is gone.
        row |= {"until_date": ""} if "until_date" in row else {}
        row[column] = text
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found = {
        problem.row: problem
        for problem in collect_problems(load_programme(folder))
        if (problem.file, problem.column, problem.severity) == (path.name, column, Severity.ERROR)
    }
    assert found.keys() == set(range(2, len(HOSTILE) + 2))
    for row, text in enumerate(HOSTILE, start=2):
        told = str(found[row])
        assert told.isprintable()
        assert text not in told
        assert found[row].mend


@pytest.mark.parametrize("text", HOSTILE)
def test_settings_take_no_hostile_number_or_language(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a telephone number"):
        Contact(name="Legal aid", phone=text)
    with pytest.raises(ValidationError, match=r"language"):
        MapSettings(language=text)
    # A rights card is plain sentences: what turns or hides letters is none.
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if all(line.isprintable() for line in lines):
        assert MapSettings(rights=text).rights.splitlines() == lines
    else:
        with pytest.raises(ValidationError, match="plain text"):
            MapSettings(rights=text)

"""Candidates for new points pass the gate: public places, and ids that stay with the planner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from outreach_map.intake.candidates import read_candidates
from outreach_map.privacy.keys import open_private
from outreach_map.privacy.locate import public_place
from outreach_map.private_files import write_private
from outreach_map.spreadsheets import Value, csv_text
from outreach_map.tables import Place


@dataclass(frozen=True, eq=False, repr=False)
class SiteCandidates:
    """Possible places for new points, in the order of the planner's file.

    `ids` are for the planner's own eyes; `capacity` is None unless every row has one.
    """

    ids: tuple[str, ...]
    places: tuple[Place, ...]
    capacity: tuple[float, ...] | None


def release_candidates(path: Path, bounds: tuple[float, float, float, float]) -> SiteCandidates:
    """Read candidates and round their places to four decimals, as those of public points are.

    `bounds` are west, south, east and north of the study area.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    rows = read_candidates(path, bounds)
    limits = [float(row.capacity_per_month) for row in rows if row.capacity_per_month is not None]
    return SiteCandidates(
        ids=tuple(row.id for row in rows),
        places=tuple(public_place(row.geometry) for row in rows),
        capacity=tuple(limits) if len(limits) == len(rows) else None,
    )


def write_for_planner(
    folder: Path, name: str, header: Sequence[str], rows: Sequence[Sequence[Value]]
) -> Path:
    """Write a table into `private/` of a programme, where it stays; its path."""
    private = open_private(folder)
    write_private(private, name, csv_text(header, rows).encode("utf-8-sig"))
    return private / name

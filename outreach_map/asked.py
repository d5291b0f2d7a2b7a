"""Answers of `outreach-map site` that were asked for a map: numbers and areas, kept in `private/`.

The manager's page tells them with the next plan. No candidate's name and no coordinate is in the
record: a site is the area of the partition that it lies in, named by a digest of its shape, so that
the areas of another partition are never taken for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map.kept import read_record, write_record

NAME = "siting"
# The first format told what the sites themselves gain, which gave their place away.
_FORMAT = 2

# A least, a middle and a most; None without an upper end.
Ends = tuple[float, float, float | None]


@dataclass(frozen=True)
class AskedPoint:
    """The best choice of so many sites: people gained by its areas, whether proven, and the areas.

    `areas` has a name for each site (see `area_name`), empty where it lies in no area.
    """

    gained: Ends
    proven: bool
    areas: tuple[str, ...]


@dataclass(frozen=True)
class AskedSites:
    """The answer for one service, asked in one round by one model (`mclp`, `lscp`, ...)."""

    service: str
    round: date
    model: str
    needing: Ends
    now: Ends
    curve: tuple[AskedPoint, ...]


def area_name(geometry: BaseGeometry) -> str:
    """Sixteen letters that name an area by its shape."""
    return hashlib.sha256(shapely.to_wkb(shapely.normalize(geometry))).hexdigest()[:16]


def with_answer(answers: Iterable[AskedSites], answer: AskedSites) -> tuple[AskedSites, ...]:
    """The answers with one more; it replaces an earlier one for its service."""
    kept = [one for one in answers if one.service != answer.service]
    return tuple(sorted([*kept, answer], key=lambda one: one.service))


def read_asked(private: Path) -> tuple[AskedSites, ...]:
    """The record in a programme's `private/`; empty where nothing was asked for a map.

    Raises
    ------
    PlanRecordError
        When it is damaged.
    """
    found = read_record(
        private,
        NAME,
        lambda state: tuple(_answer(row) for row in state["answers"]),
        version=_FORMAT,
        what="The record of sites for the map",
        mend="Delete it, and ask again with outreach-map site --publish.",
    )
    return () if found is None else found


def _answer(row: dict) -> AskedSites:  # type: ignore[type-arg]
    return AskedSites(
        service=str(row["service"]),
        round=date.fromisoformat(row["round"]),
        model=str(row["model"]),
        needing=_ends(row["needing"]),
        now=_ends(row["now"]),
        curve=tuple(
            AskedPoint(_ends(gained), bool(proven), tuple(str(area) for area in areas))
            for gained, proven, areas in row["curve"]
        ),
    )


def _ends(row: list) -> Ends:  # type: ignore[type-arg]
    low, mid, high = row
    return float(low), float(mid), None if high is None else float(high)


def write_asked(private: Path, answers: Iterable[AskedSites]) -> None:
    """Replace the record in one step, mode 0600; without answers it is removed."""
    rows = [
        {
            "service": one.service,
            "round": one.round.isoformat(),
            "model": one.model,
            "needing": one.needing,
            "now": one.now,
            "curve": [[point.gained, point.proven, point.areas] for point in one.curve],
        }
        for one in answers
    ]
    if not rows:
        (private / NAME).unlink(missing_ok=True)
        return
    write_record(private, NAME, {"answers": rows}, version=_FORMAT)

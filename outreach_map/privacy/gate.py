"""The gate: the one way from raw tables to released records.

`release` takes the programme (paths), so nothing but the gate ever holds a raw table. The adversary
in mind has every published file of every audience for a year, the streets, this code and a good
prior, but not the key. What the default method gives them of a site is its area and the attributes
in `outreach_map.tables`, and no more however often it is released, even when the key is stolen:
the area is a function of public data and of which area the site lies in
(`outreach_map.privacy.areas`), and everything right of the gate is post-processing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.errors import InputError, PrivacyError, Problem
from outreach_map.intake import (
    RawHotspot,
    RawTables,
    RawVisit,
    base,
    collect_problems,
    read_tables,
)
from outreach_map.network import StreetExtract, read_extract, street_stops
from outreach_map.privacy import records
from outreach_map.privacy.areas import Partition, Residents, partition
from outreach_map.privacy.bands import people_band
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private
from outreach_map.privacy.ledger import Ledger, read_ledger, write_ledger
from outreach_map.privacy.locate import REACH_M, Locator, public_place
from outreach_map.programme import Programme
from outreach_map.tables import Mode, Place, Release

Bounds = tuple[float, float, float, float]


def release(programme: Programme, start: date, extract: StreetExtract | None = None) -> Release:
    """Pass a programme through the gate for one round.

    Parameters
    ----------
    programme
        From `load_programme`.
    start
        First day of the round.
    extract
        The programme's street extract when it was read already.

    Returns
    -------
    Release
        Released records only, sorted by code.

    Raises
    ------
    InputError
        Every problem of every file at once; no message shows a coordinate, note or count.
    PrivacyError
        When the rules cannot be kept, the key or the ledger is damaged: nothing is released.
    """
    extract = extract or read_extract(programme.streets)
    raw = read_tables(programme, bounds=_bounds(programme, extract))
    private = open_private(programme.folder)
    key = load_key(private)
    ledger = read_ledger(private, key, programme.privacy.widest_m)
    ledger = _with_partition(ledger, programme, extract, raw)
    locator = Locator(_frozen(ledger), extract.networks[Mode.WALK])
    released, ledger = _pass(raw, programme, start, extract, key, ledger, locator)
    write_ledger(private, key, ledger)
    return released


def release_twin(
    programme: Programme, start: date, extract: StreetExtract, *, seed: int
) -> Release:
    """Pass a twin of the programme through the gate, for the audit; nothing is written.

    In the twin every hotspot given as a point stands at a random stop of its released area, has
    another note, and another number of people within the same band; referrals and what else the
    gate does not copy from the visit log are other numbers. Its release must be the same.
    """
    raw = read_tables(programme, bounds=_bounds(programme, extract))
    private = open_private(programme.folder)
    key = load_key(private)
    ledger = read_ledger(private, key, programme.privacy.widest_m)
    ledger = _with_partition(ledger, programme, extract, raw)
    division = _frozen(ledger)
    streets = extract.networks[Mode.WALK]
    locator = Locator(division, streets)
    stops = street_stops(streets).lon_lat
    area_of_stop = division.areas_of_points(stops)
    generator = np.random.default_rng(seed)
    found = _areas(raw.hotspots, locator)
    moved = tuple(
        _moved(row, areas, stops, area_of_stop, generator)
        for row, areas in zip(raw.hotspots, found, strict=True)
    )
    shuffled = tuple(moved[int(index)] for index in generator.permutation(len(moved)))
    visits = tuple(_retold(visit, generator) for visit in raw.visits)
    twin = replace(raw, hotspots=shuffled, visits=visits)
    return _pass(twin, programme, start, extract, key, ledger, locator)[0]


def find_problems(programme: Programme, extract: StreetExtract) -> tuple[Problem, ...]:
    """Every problem of the programme's files, warnings included, in reading order."""
    problems = collect_problems(programme, bounds=_bounds(programme, extract))
    return tuple(problems)


@dataclass(frozen=True)
class _Site:
    """A raw row with a location, for the ledger."""

    raw_id: str
    areas: tuple[int, ...]
    place: Place


def _pass(
    raw: RawTables,
    programme: Programme,
    start: date,
    extract: StreetExtract,
    key: ProgrammeKey,
    ledger: Ledger,
    locator: Locator,
) -> tuple[Release, Ledger]:
    """Locate, code and copy the allowed fields; raises before anything is returned."""
    problems: list[Problem] = []
    files = programme.files
    hotspots = _sites(raw.hotspots, files.hotspots, locator, problems)
    zones = _sites(raw.risks, files.risks, locator, problems)
    hidden = _sites([row for row in raw.points if not row.public], files.points, locator, problems)
    points = hidden | {
        row.id: _Site(row.id, (), public_place(row.geometry)) for row in raw.points if row.public
    }
    bases = {}
    for row in raw.teams:
        for end, where in (("start", row.start), ("end", row.end)):
            if where in points:
                bases[row.id, end] = points[where].place
            elif (spot := base(where)) is not None and (areas := locator.areas([spot])[0]):
                bases[row.id, end] = locator.place(areas)
            else:
                problems.append(_far(files.teams.name, row.row, end))
    if problems:
        raise InputError(problems)

    codes = {}
    tables: dict[str, Iterable[tuple[str, tuple[int, ...]]]] = {
        "H": [(site.raw_id, site.areas) for site in hotspots.values()],
        "P": [(site.raw_id, site.areas) for site in points.values()],
        "R": [(site.raw_id, site.areas) for site in zones.values()],
        "T": [(row.id, ()) for row in raw.teams],
    }
    for kind, sites in tables.items():
        ledger, codes[kind] = ledger.assign(key, programme.name, kind, sites)
    released = Release(
        start=start,
        study_area=_study_area(programme, extract),
        areas=_frozen(ledger).areas,
        hotspots=records.hotspots(raw.hotspots, raw.visits, start, codes["H"], _places(hotspots)),
        points=records.points(raw.points, codes["P"], _places(points)),
        teams=records.teams(raw.teams, codes["T"], bases),
        zones=records.zones(raw.risks, start, programme.risk, codes["R"], _places(zones)),
        decisions=records.decisions(raw.decisions, start, codes["H"], codes["T"]),
        log_days=records.log_days(raw.visits, start),
        items=tuple(sorted({item for row in raw.teams for item in row.carry})),
    )
    return released, ledger


def _places(sites: dict[str, _Site]) -> dict[str, Place]:
    return {raw_id: site.place for raw_id, site in sites.items()}


def _sites(
    rows: Sequence[records.Located], path: Path | None, locator: Locator, problems: list[Problem]
) -> dict[str, _Site]:
    """Locate rows; one that is too far from any street becomes a problem."""
    sites = {}
    for row, areas in zip(rows, _areas(rows, locator), strict=True):
        if not areas:
            problems.append(_far(path.name if path else "", row.row, "lon, lat"))
            continue
        sites[row.id] = _Site(row.id, areas, locator.place(areas))
    return sites


def _areas(rows: Sequence[records.Located], locator: Locator) -> list[tuple[int, ...]]:
    """Areas of rows; only hotspots say how exactly their place is known."""
    known = [row.precision_m if isinstance(row, RawHotspot) else None for row in rows]
    return locator.areas([row.geometry for row in rows], known)


def _far(file: str, row: int, column: str) -> Problem:
    return Problem(
        file=file,
        row=row,
        column=column,
        what=f"lies more than {REACH_M / 1000:.0f} km from any street of the study area",
        mend="Check the coordinates, or take an extract and a study area that reach there.",
    )


def _moved(
    row: RawHotspot,
    areas: tuple[int, ...],
    stops: NDArray[np.float64],
    area_of_stop: NDArray[np.int64],
    generator: np.random.Generator,
) -> RawHotspot:
    changes: dict[str, object] = {"note": f"twin {generator.integers(10**6)}"}
    if len(areas) == 1 and row.geometry.geom_type == "Point":
        stop = stops[generator.choice(np.flatnonzero(area_of_stop == areas[0]))]
        changes["geometry"] = shapely.Point(stop)
    band = people_band(row.est_mid)
    if band is not None:
        count = float(generator.integers(band.low, (band.high or 3 * band.low) + 1))
        changes |= {"est_min": count, "est_mid": count, "est_max": count}
    return row.model_copy(update=changes)


def _retold(visit: RawVisit, generator: np.random.Generator) -> RawVisit:
    """A visit with other numbers where no released record depends on them."""
    number = int(generator.integers(100))
    return visit.model_copy(
        update={"referrals": number, "new_contacts": number, "syringes_in": number}
    )


def _with_partition(
    ledger: Ledger, programme: Programme, extract: StreetExtract, raw: RawTables
) -> Ledger:
    """Freeze a partition on the first release; keep the frozen one ever after.

    Other rules would make other areas, and two areas of one site intersect to a smaller one.
    """
    policy = programme.privacy.model_dump_json()
    if ledger.partition is not None:
        if ledger.policy != policy:
            raise PrivacyError(
                "The privacy settings are not those of the first release, and areas made by other "
                "rules would give more away beside the earlier ones. Nothing was released.",
                where="outreach.toml, [privacy]",
                mend="Put the settings back. To begin anew with other rules, and accept that old "
                "and new maps can be compared, move private/ledger away.",
            )
        return ledger
    residents = (
        None if raw.residents is None else Residents(raw.residents.lon_lat, raw.residents.people)
    )
    study_area = _study_area(programme, extract)
    division = partition(
        study_area,
        residents,
        extract.networks[Mode.WALK],
        extract.building_lon_lat,
        programme.privacy,
    )
    inputs = sha256(extract.sha256.encode())
    inputs.update(study_area.wkb)
    if residents is not None:
        inputs.update(residents.lon_lat.tobytes() + residents.people.tobytes())
    return replace(ledger, partition=division, inputs_sha256=inputs.hexdigest(), policy=policy)


def _frozen(ledger: Ledger) -> Partition:
    if ledger.partition is None:
        raise ValueError("the partition is frozen before anything is located")
    return ledger.partition


def _study_area(programme: Programme, extract: StreetExtract) -> shapely.Polygon:
    return shapely.box(*_bounds(programme, extract))


def _bounds(programme: Programme, extract: StreetExtract) -> Bounds:
    """Bounds of the study area: the planner's, else those of the extract's streets."""
    return programme.study_area or extract.bounds

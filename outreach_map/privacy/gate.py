"""The gate: the one way from raw tables to released records.

`release` takes the programme (paths), so nothing but the gate ever holds a raw table. The adversary
in mind has every published file of every audience for a year, the streets, this code and a good
prior, but not the key. What the default method gives them of a site is its area and the attributes
in `outreach_map.tables`, and no more however often it is released, even when the key is stolen:
the area is a function of public data and of which area the site lies in
(`outreach_map.privacy.areas`), and everything right of the gate is post-processing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from outreach_map.errors import InputError, Problem
from outreach_map.intake import RawHotspot, RawTables, base, examine_tables, read_tables
from outreach_map.network import StreetExtract, read_extract
from outreach_map.privacy import notices, records
from outreach_map.privacy.areas import Partition
from outreach_map.privacy.freeze import frozen, study_area, study_bounds
from outreach_map.privacy.hidden import known_facilities, without_telling
from outreach_map.privacy.incidents import MOST_KINDS, release_incidents
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private
from outreach_map.privacy.ledger import Ledger, begin, read_ledger, write_ledger
from outreach_map.privacy.locate import REACH_M, Locator, public_place
from outreach_map.privacy.offstreet import off_streets
from outreach_map.privacy.rare import suppress_rare
from outreach_map.privacy.sites import Mover
from outreach_map.privacy.visit_log import YEAR_DAYS, log_days
from outreach_map.programme import Programme
from outreach_map.settings import Batch, Method
from outreach_map.tables import Mode, Place, Point, Release

Notice = Callable[[str], None]

_FOLLOWED = timedelta(weeks=4)


def release(
    programme: Programme,
    start: date,
    extract: StreetExtract | None = None,
    *,
    notice: Notice | None = None,
    today: date | None = None,
) -> Release:
    """Pass a programme through the gate for one round.

    Parameters
    ----------
    programme
        From `load_programme`.
    start
        First day of the round.
    extract
        The programme's street extract when it was read already.
    notice
        Told what the planner should know of this release: what waits, what is shown to all.
    today
        Visits after that day are not counted; without it all before the round are.

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
    say = notice or (lambda _: None)
    extract = extract or read_extract(programme.streets)
    bounds = study_bounds(programme, extract)
    raw = read_tables(programme, bounds=bounds, today=today, since=start)
    for line in notices.told(raw.warnings):
        say(f"warning: {line}")
    gate = open_gate(programme, extract, raw, say)
    released, ledger = pass_through(gate, raw, start, say)
    write_ledger(gate.private, gate.key, ledger)
    return released


def preview(
    programme: Programme, start: date, extract: StreetExtract, *, today: date | None = None
) -> Release:
    """The same release for a question between rounds: nothing of it is kept in the ledger.

    Arguments and errors as in `release`.
    """
    bounds = study_bounds(programme, extract)
    raw = read_tables(programme, bounds=bounds, today=today, since=start)
    return pass_through(open_gate(programme, extract, raw, lambda _: None), raw, start, _unsaid)[0]


def _unsaid(_: str) -> None:
    """What a release would tell was told, or will be, by the plan itself."""


def find_problems(
    programme: Programme, extract: StreetExtract, *, today: date | None = None
) -> tuple[Problem, ...]:
    """Every problem of the programme's files, warnings included, in reading order."""
    raw, problems = examine_tables(programme, bounds=study_bounds(programme, extract), today=today)
    # One that lies far outside of the study area is told of already.
    known = {(one.file, one.row) for one in problems if one.column == "lon, lat"}
    off = [one for one in off_streets(programme, extract, raw) if (one.file, one.row) not in known]
    return InputError([*problems, *off]).problems


@dataclass(frozen=True, eq=False, repr=False)
class Gate:
    """What a programme's rows pass through: its key, its ledger, and its frozen partition."""

    programme: Programme
    extract: StreetExtract
    private: Path
    key: ProgrammeKey
    ledger: Ledger
    division: Partition

    @property
    def mover(self) -> Mover:
        """For the methods that move points by noise."""
        walk = self.extract.networks[Mode.WALK]
        return Mover(self.key, self.programme.name, self.programme.privacy, self.division, walk)


def open_gate(programme: Programme, extract: StreetExtract, raw: RawTables, say: Notice) -> Gate:
    """Read key and ledger of a programme, or begin them; freeze the partition on the first plan."""
    private = open_private(programme.folder)
    begun = begin(private)
    key = load_key(private)
    ledger = read_ledger(private, key, programme.privacy.widest_m)
    before = ledger.partition
    ledger, division = frozen(ledger, programme, extract, raw)
    if begun:
        say(notices.FIRST)
    elif before is not None and 0 < len(before.grounds) < len(division.grounds):
        say(notices.WIDER if len(division.areas) > len(before.areas) else notices.THIN)
    return Gate(programme, extract, private, key, ledger, division)


@dataclass(frozen=True, repr=False)
class _Site:
    """A raw row with a location: where it is released, for the ledger, and as what place."""

    raw_id: str
    where: tuple[int, ...]
    place: Place


def pass_through(gate: Gate, raw: RawTables, start: date, say: Notice) -> tuple[Release, Ledger]:
    """Locate, code and copy the allowed fields; raises before anything is returned."""
    problems: list[Problem] = []
    files, ledger = gate.programme.files, gate.ledger
    locator = Locator(gate.division)
    zones = _zones(raw, files.risks, locator, problems)
    ledger, hotspots = _sites(gate, ledger, "H", raw.hotspots, files.hotspots, locator, problems)
    private = [row for row in raw.points if not row.public]
    ledger, hidden = _sites(gate, ledger, "P", private, files.points, locator, problems)
    points = hidden | {
        row.id: _Site(row.id, (), public_place(row.geometry)) for row in raw.points if row.public
    }
    bases = {}
    for row in raw.teams:
        for end, named in (("start", row.start), ("end", row.end)):
            if named in points:
                bases[row.id, end] = points[named].place
            elif (spot := base(named)) is not None and (areas := locator.areas([spot])[0]):
                bases[row.id, end] = locator.place(areas)
            else:
                problems.append(_far(files.teams.name, row.row, end, gate.division))
    if problems:
        raise InputError(problems)

    ledger, hotspots = _let_out(gate, ledger, raw, hotspots, start, locator, say)
    out = [row for row in raw.hotspots if row.id in hotspots]
    codes = {}
    tables: dict[str, Iterable[tuple[str, tuple[int, ...]]]] = {
        "H": [(site.raw_id, site.where) for site in hotspots.values()],
        "P": [(site.raw_id, site.where) for site in points.values()],
        "R": [(site.raw_id, site.where) for site in zones.values()],
        "T": [(row.id, ()) for row in raw.teams],
    }
    # Those of the first round of all come out together, whichever rounds are planned after it.
    since = None if gate.ledger.batch is None else start
    for kind, sites in tables.items():
        ledger, codes[kind] = ledger.assign(gate.key, gate.programme.name, kind, sites, since)
    spots, left_out = records.hotspots(out, raw.visits, start, codes["H"], _places(hotspots))
    if left_out:
        say(notices.left_out(left_out))
    if any(v.overdoses_reversed and start - _FOLLOWED <= v.date < start for v in raw.visits):
        say(notices.OVERDOSE)
    reported = release_incidents(raw.incidents, start, gate.division, _places(hotspots))
    kinds = {row.kind for row in raw.incidents or ()}
    if reported is not None and len(kinds) > MOST_KINDS and not reported.by_kind:
        say(notices.KINDS)
    released = Release(
        start=start,
        study_area=study_area(gate.programme, gate.extract),
        areas=gate.division.areas,
        hotspots=suppress_rare(spots, gate.programme.privacy.rare),
        points=_points(gate, records.points(raw.points, codes["P"], _places(points))),
        teams=records.teams(raw.teams, codes["T"], bases),
        zones=records.zones(raw.risks, start, gate.programme.risk, codes["R"], _places(zones)),
        decisions=records.decisions(
            # One that is over may name a team or a place that is gone.
            [
                row
                for row in raw.decisions
                if row.hotspot_id in hotspots and (row.team_id or "") in {"", *codes["T"]}
            ],
            start,
            codes["H"],
            codes["T"],
        ),
        log_days=log_days(raw.visits, start),
        log_days_year=log_days(raw.visits, start, YEAR_DAYS),
        items=tuple(sorted({item for row in raw.teams for item in row.carry})),
        incidents=reported,
    )
    return released, ledger


def _points(gate: Gate, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Points as they are told; what everybody can look up is read only where one is hidden."""
    if all(point.public or not (point.type or point.hours.known) for point in points):
        return points
    known = known_facilities(gate.programme.streets, gate.extract.sha256)
    return without_telling(points, known)


def _places(sites: Mapping[str, _Site]) -> dict[str, Place]:
    return {raw_id: site.place for raw_id, site in sites.items()}


def _sites(
    gate: Gate,
    ledger: Ledger,
    kind: str,
    rows: Sequence[records.Located],
    path: Path | None,
    locator: Locator,
    problems: list[Problem],
) -> tuple[Ledger, dict[str, _Site]]:
    """Locate rows by the programme's method; one far from any street becomes a problem."""
    # Only hotspots say how exactly their place is known.
    known = [row.precision_m if isinstance(row, RawHotspot) else None for row in rows]
    found = locator.areas([row.geometry for row in rows], known)
    near = [(row, areas) for row, areas in zip(rows, found, strict=True) if areas]
    problems += [
        _far(path.name if path else "", row.row, "lon, lat", gate.division)
        for row, areas in zip(rows, found, strict=True)
        if not areas
    ]
    before = ledger.released_at(gate.key, kind, [row.id for row, _ in near])
    if gate.programme.privacy.method is Method.AREA:
        own = dict(zip((row.id for row in rows), known, strict=True))
        sites = {}
        for row, areas in near:
            was = before.get(row.id, areas)
            if was != areas and locator.stays(row.geometry, own[row.id], was):
                areas = was
            sites[row.id] = _Site(row.id, areas, locator.place(areas))
        return ledger, sites
    middles = [(row.id, (row.geometry.centroid.x, row.geometry.centroid.y)) for row, _ in near]
    mover = gate.mover
    settled, numbers = mover.settle(
        ledger.sites, middles, {raw_id: where[0] for raw_id, where in before.items() if where}
    )
    places = {number: mover.place(settled[number]) for number in sorted(set(numbers.values()))}
    return replace(ledger, sites=settled), {
        raw_id: _Site(raw_id, (number,), places[number]) for raw_id, number in numbers.items()
    }


def _zones(
    raw: RawTables, path: Path | None, locator: Locator, problems: list[Problem]
) -> dict[str, _Site]:
    """Zones of risk, each as every area that it touches."""
    sites = {}
    touched = locator.areas_touched([row.geometry for row in raw.risks])
    for row, areas in zip(raw.risks, touched, strict=True):
        if areas:
            sites[row.id] = _Site(row.id, areas, locator.place(areas))
        else:
            problems.append(_far(path.name if path else "", row.row, "geometry", locator.division))
    return sites


def _let_out(
    gate: Gate,
    ledger: Ledger,
    raw: RawTables,
    sites: Mapping[str, _Site],
    start: date,
    locator: Locator,
    say: Notice,
) -> tuple[Ledger, dict[str, _Site]]:
    """Hold back what is new or has moved until the first plan of a month, all of it together.

    One that has moved stays where it was released until then; a new one is not in the plan. Who
    compares two rounds would otherwise see each one come by itself. A round of an earlier month
    than the last batch lets nothing out, and leaves the batch as it is; one before the round that
    let a hotspot out is planned without it.
    """
    before = ledger.released_at(gate.key, "H", sites)
    fresh = {raw_id for raw_id, site in sites.items() if before.get(raw_id) != site.where}
    file = gate.programme.files.hotspots.name
    if (
        ledger.batch is None
        or start == ledger.batch
        or gate.programme.privacy.batch is Batch.WEEK
        or (start.year, start.month) > (ledger.batch.year, ledger.batch.month)
    ):
        if start == ledger.batch and fresh:
            say(notices.beside(raw, fresh, file))
        return replace(ledger, batch=max(start, ledger.batch or start)), dict(sites)
    later = ledger.came_after(gate.key, "H", sites, start)
    kept = {raw_id: site for raw_id, site in sites.items() if raw_id not in later}
    for raw_id in fresh - later:
        where = before.get(raw_id)
        if where is None:
            del kept[raw_id]
        elif gate.programme.privacy.method is Method.AREA:
            kept[raw_id] = _Site(raw_id, where, locator.place(where))
        else:
            kept[raw_id] = _Site(raw_id, where, gate.mover.place(ledger.sites[where[0]]))
    if fresh - later:
        say(notices.waiting(raw, fresh - later, file, ledger.batch))
    return ledger, kept


def _far(file: str, row: int, column: str, division: Partition) -> Problem:
    mend = "Check the coordinates, or take an extract and a study area that reach there."
    if not division.grounds:
        mend += (
            " If the study area was widened since the first release, the ledger is too old to know "
            "by how much: put study_area back, plan once, and widen it then."
        )
    return Problem(
        file=file,
        row=row,
        column=column,
        what=f"lies more than {REACH_M / 1000:.0f} km from any street of the study area",
        mend=mend,
    )

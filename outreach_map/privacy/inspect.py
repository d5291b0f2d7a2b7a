"""What the audit may ask of the gate: numbers about areas and errors, never a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.intake import RawTables, read_tables
from outreach_map.network import StreetExtract
from outreach_map.privacy.areas import plausible_stops, stop_weights
from outreach_map.privacy.freeze import inputs_sha256, residents, study_area, study_bounds
from outreach_map.privacy.gate import Gate, open_gate, pass_through
from outreach_map.privacy.hidden import known_facilities, told_apart
from outreach_map.privacy.merge import nearest_place, plausibility
from outreach_map.privacy.rules import disc_rules, held_by
from outreach_map.programme import Programme
from outreach_map.tables import Mode, Release

Metric = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class AreaHolding:
    """What one area of the frozen partition holds by today's data.

    `held` residents or buildings, `extent_m` the longer side of its bounds, `hotspots` how many
    are released in it, and whether no disc holds more than its share of the plausible places: of
    the stops, and by the rules of today of the street corners too.
    """

    held: float
    extent_m: float
    hotspots: int
    disc_rule: bool


@dataclass(frozen=True)
class Inspection:
    """State of a programme's partition and ledger.

    Attributes
    ----------
    areas
        In the order of their numbers.
    floor
        What each should hold: residents where `census`, else buildings.
    census
        Whether residents are known.
    inputs_changed
        Whether streets, buildings or residents are others than those that the areas were made
        from; an area may then hold less than the floor, and is kept all the same.
    faults
        What is wrong with the ledger, in words.
    told_apart
        Points that are not public, and whose released kind or hours too few places of the extract
        in their area share.
    """

    areas: tuple[AreaHolding, ...]
    floor: int
    census: bool
    inputs_changed: bool
    faults: tuple[str, ...]
    told_apart: int = 0

    @property
    def below(self) -> int:
        """How many areas break a rule by today's data."""
        return sum(area.held < self.floor or not area.disc_rule for area in self.areas)


def inspect(programme: Programme, start: date, extract: StreetExtract) -> Inspection:
    """Check the frozen partition and the ledger of a programme that has been released."""
    raw, gate = _opened(programme, extract)
    released, _ = pass_through(gate, raw, start, lambda _: None)
    division = gate.division
    stops = _stops(programme, extract)
    points = division.metric(stops)
    weights = stop_weights(points, residents(raw), extract.building_lon_lat, division.metric)
    policy = programme.privacy
    census = raw.residents is not None
    nodes = division.metric(extract.networks[Mode.WALK].lon_lat)
    kept = disc_rules(division, points, weights, nodes, policy)
    held = held_by(division, points, weights)
    inside = [n for hotspot in released.hotspots for n in hotspot.place.areas]
    return Inspection(
        areas=tuple(
            AreaHolding(
                held=float(held[one.number]),
                extent_m=one.extent_m,
                hotspots=inside.count(one.number),
                disc_rule=keeps,
            )
            for one, keeps in zip(division.areas, kept, strict=True)
        ),
        floor=policy.residents if census else policy.buildings,
        census=census,
        inputs_changed=gate.ledger.inputs_sha256 != inputs_sha256(programme, extract, raw),
        faults=tuple(_faults(gate, released)),
        told_apart=told_apart(released.points, known_facilities(programme.streets, extract.sha256)),
    )


def _faults(gate: Gate, released: Release) -> Iterable[str]:
    entries = [entry for _, entry in gate.ledger.entries]
    if len({entry.code for entry in entries}) != len(entries):
        yield "two records of the ledger have one code"
    areas = len(gate.division.areas)
    if not gate.ledger.sites and any(n >= areas for entry in entries for n in entry.where):
        yield "a record of the ledger names an area that does not exist"
    if gate.ledger.batch is None or released.start > gate.ledger.batch:
        return  # not planned yet: what is new in it is in no ledger
    known = {entry.code for entry in entries}
    tables = (released.hotspots, released.points, released.teams, released.zones)
    if unknown := sum(record.code not in known for table in tables for record in table):
        yield f"{unknown} released codes are not in the ledger: plan the round first"


def releases(
    programme: Programme, starts: Sequence[date], extract: StreetExtract
) -> dict[date, Release]:
    """The releases of some rounds as they would be today; nothing is written."""
    raw, gate = _opened(programme, extract)
    return {start: pass_through(gate, raw, start, lambda _: None)[0] for start in starts}


@dataclass(frozen=True)
class Errors:
    """How far guesses about a programme's own hotspots are from the truth.

    `metres` ascending; `in_disc` the share of hotspots in the disc guessed for them; `closer`
    ascending, how many buildings are nearer to the guess than the hotspot is (k as estimated by
    Cassa et al. 2006, doi:10.1197/jamia.M1892); `same_building` the share of hotspots that have
    the same nearest building as their guess.
    """

    metres: tuple[float, ...]
    in_disc: float
    closer: tuple[int, ...]
    same_building: float = 0.0


def errors_of(
    programme: Programme,
    start: date,
    extract: StreetExtract,
    guesses: Mapping[str, tuple[float, float]],
    discs: Mapping[str, tuple[float, float]],
    disc_m: float,
) -> Errors:
    """Score guesses by code (lon, lat) against where hotspots really are."""
    raw, gate = _opened(programme, extract)
    _, ledger = pass_through(gate, raw, start, lambda _: None)
    known = dict(ledger.entries)
    codes = {row.id: known.get(gate.key.digest("H", row.id)) for row in raw.hotspots}
    rows = [
        (entry.code, (row.geometry.centroid.x, row.geometry.centroid.y))
        for row in raw.hotspots
        if (entry := codes[row.id]) is not None and entry.code in guesses
    ]
    if not rows:
        return Errors((), 0.0, ())
    buildings = gate.division.metric(extract.building_lon_lat)
    truth = gate.division.metric(np.array([place for _, place in rows]))
    guess = gate.division.metric(np.array([guesses[code] for code, _ in rows]))
    disc = gate.division.metric(np.array([discs[code] for code, _ in rows]))
    metres = np.linalg.norm(truth - guess, axis=1)
    return Errors(
        tuple(np.sort(metres).tolist()),
        float((np.linalg.norm(truth - disc, axis=1) <= disc_m).mean()),
        _closer(buildings, guess, metres),
        _same_nearest(buildings, guess, truth),
    )


def _closer(
    buildings: NDArray[np.float64], guess: NDArray[np.float64], metres: NDArray[np.float64]
) -> tuple[int, ...]:
    if not len(buildings):
        return (0,) * len(guess)
    found = cKDTree(buildings).query_ball_point(guess, metres, return_length=True)
    return tuple(sorted(int(count) for count in found))


def _same_nearest(
    buildings: NDArray[np.float64], guess: NDArray[np.float64], truth: NDArray[np.float64]
) -> float:
    if not len(buildings):
        return 0.0
    return float((nearest_place(buildings, guess)[1] == nearest_place(buildings, truth)[1]).mean())


def _stops(programme: Programme, extract: StreetExtract) -> NDArray[np.float64]:
    """Stops of the study area: those that the partition is made of."""
    return plausible_stops(study_area(programme, extract), extract.networks[Mode.WALK])


def _opened(programme: Programme, extract: StreetExtract) -> tuple[RawTables, Gate]:
    raw = read_tables(programme, bounds=study_bounds(programme, extract))
    return raw, open_gate(programme, extract, raw, lambda _: None)


def plausible_places(
    programme: Programme, extract: StreetExtract
) -> tuple[NDArray[np.float64], NDArray[np.float64], Metric]:
    """Places by streets (n, 2) in degrees, and how plausible each is by the partition's own prior.

    What an adversary who knows streets, buildings and residents would weigh places by; and the
    function that turns degrees into metres.
    """
    raw, gate = _opened(programme, extract)
    stops = _stops(programme, extract)
    points = gate.division.metric(stops)
    inside = gate.division.areas_of_points(stops) >= 0
    weights = stop_weights(points, residents(raw), extract.building_lon_lat, gate.division.metric)
    return stops, np.where(inside, plausibility(weights), 0.0), gate.division.metric

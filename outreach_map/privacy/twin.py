"""Twin worlds: the same programme to who reads its maps, and another one to who knows the places.

In a twin every site stands elsewhere in its released area (or, where points are moved by noise,
elsewhere at its site), raw ids are others, rows are shuffled, and notes, reasons and numbers that
the gate bands or does not copy are other ones. Its release must be the same, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from outreach_map.intake import (
    RawHotspot,
    RawPoint,
    RawTables,
    RawTeam,
    RawVisit,
    base,
    read_tables,
)
from outreach_map.network import StreetExtract, street_stops
from outreach_map.privacy.bands import items_band, people_band, week
from outreach_map.privacy.derivable import ROUNDS
from outreach_map.privacy.freeze import study_bounds
from outreach_map.privacy.gate import Gate, open_gate, pass_through
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.visit_log import LOG_DAYS, PERIOD_DAYS, YEAR_DAYS
from outreach_map.programme import Programme
from outreach_map.settings import Method
from outreach_map.tables import Mode, Release

T = TypeVar("T")

# Well within the reach of a site, measured in degrees of latitude.
_STEP_M = 100.0
_M_PER_DEGREE = 111_320.0


def release_twin(
    programme: Programme,
    start: date,
    extract: StreetExtract,
    *,
    seed: int,
    stands: NDArray[np.float64] | None = None,
) -> Release:
    """Pass a twin of the programme through the gate, for the audit; nothing is written.

    Parameters
    ----------
    programme, start, extract
        As for `release`.
    seed
        Of the moves.
    stands
        (n, 2) degrees where sites may stand; all stops of the streets by default. A site in whose
        area there is none stays where it is.
    """
    raw = read_tables(programme, bounds=study_bounds(programme, extract))
    gate = open_gate(programme, extract, raw, lambda _: None)
    # What the real release of this round makes of the ledger, so that both begin alike.
    _, ledger = pass_through(gate, raw, start, lambda _: None)
    if stands is None:
        stands = street_stops(extract.networks[Mode.WALK]).lon_lat
    world = _Twin(replace(gate, ledger=ledger), stands, start, np.random.default_rng(seed))
    names = world.names(raw)
    twin = world.renamed(world.retold(world.moved(raw)), names)
    for kind in names:
        ledger = ledger.renamed(gate.key, kind, names[kind])
    return pass_through(replace(gate, ledger=ledger), twin, start, lambda _: None)[0]


class _Twin:
    """Draws one twin."""

    def __init__(
        self,
        gate: Gate,
        stands: NDArray[np.float64],
        start: date,
        generator: np.random.Generator,
    ) -> None:
        self.gate = gate
        self.locator = Locator(gate.division)
        self.stands = stands
        self.area_of_stand = gate.division.areas_of_points(stands)
        self.start = start
        self.generator = generator

    def moved(self, raw: RawTables) -> RawTables:
        """Every site elsewhere, with another note."""
        return replace(
            raw,
            hotspots=tuple(
                row.model_copy(update={"geometry": spot, "note": self._word()})
                for row, spot in zip(raw.hotspots, self._elsewhere("H", raw.hotspots), strict=True)
            ),
            points=tuple(
                row
                if row.public
                else row.model_copy(update={"geometry": spot, "name": self._word()})
                for row, spot in zip(raw.points, self._elsewhere("P", raw.points), strict=True)
            ),
            teams=tuple(self._other_base(row) for row in raw.teams),
            risks=tuple(
                row.model_copy(
                    update={
                        "geometry": self._other_zone(row.geometry),
                        "description": self._word(),
                        "mitigation": self._word(),
                    }
                )
                for row in raw.risks
            ),
            decisions=tuple(
                row.model_copy(update={"reason": self._word()}) for row in raw.decisions
            ),
        )

    def _elsewhere(
        self, kind: str, rows: tuple[RawHotspot, ...] | tuple[RawPoint, ...]
    ) -> list[BaseGeometry]:
        geometries = [row.geometry for row in rows]
        if self.gate.programme.privacy.method is not Method.AREA:
            where = self.gate.ledger.released_at(self.gate.key, kind, [row.id for row in rows])
            return [self._at_site(row.geometry, where.get(row.id, ())) for row in rows]
        homes = self.locator.homes(geometries)
        return [
            self._in_area(geometry, int(home))
            for geometry, home in zip(geometries, homes, strict=True)
        ]

    def _at_site(self, geometry: BaseGeometry, where: tuple[int, ...]) -> BaseGeometry:
        """Elsewhere within the reach of its site."""
        if not where:
            return geometry
        lon, lat = self.gate.ledger.sites[where[0]].founded
        angle, step = 2 * np.pi * self.generator.random(), _STEP_M * self.generator.random()
        middle = geometry.centroid
        east = step * np.cos(angle) / (_M_PER_DEGREE * np.cos(np.radians(lat)))
        north = step * np.sin(angle) / _M_PER_DEGREE
        return translate(geometry, lon + east - middle.x, lat + north - middle.y)

    def _in_area(self, geometry: BaseGeometry, home: int) -> BaseGeometry:
        """Elsewhere in its area."""
        open_to = np.flatnonzero(self.area_of_stand == home)
        if not len(open_to):
            return geometry
        lon, lat = self.stands[self.generator.choice(open_to)]
        middle = geometry.centroid
        return translate(geometry, lon - middle.x, lat - middle.y)

    def _other_zone(self, geometry: BaseGeometry) -> BaseGeometry:
        """Another zone that touches the same areas: a spot in each, wherever a street stands."""
        touched = self.gate.division.areas_touched(geometry)
        open_to = [np.flatnonzero(self.area_of_stand == area) for area in touched]
        if not touched or not all(len(own) for own in open_to):
            return geometry
        return shapely.MultiPoint([self.stands[self.generator.choice(own)] for own in open_to])

    def _other_base(self, team: RawTeam) -> RawTeam:
        changes: dict[str, object] = {"size": int(self.generator.integers(2, 6))}
        for end, named in (("start", team.start), ("end", team.end)):
            if (spot := base(named)) is None:
                continue
            open_to = np.flatnonzero(self.area_of_stand == self.locator.homes([spot])[0])
            if len(open_to):
                lon, lat = self.stands[self.generator.choice(open_to)]
                changes[end] = f"{lon:.7f} {lat:.7f}"
        return team.model_copy(update=changes)

    def retold(self, raw: RawTables) -> RawTables:
        """Other numbers and days, within the bands and weeks that are released."""
        return replace(
            raw,
            hotspots=tuple(self._recounted(row) for row in raw.hotspots),
            points=tuple(
                row.model_copy(
                    update={
                        "verified_on": self._same_week(row.verified_on),
                        "stock": {
                            item: count and int(self.generator.integers(1, 5000))
                            for item, count in row.stock.items()
                        },
                        "capacity_per_month": self._within(items_band, row.capacity_per_month),
                    }
                )
                for row in raw.points
            ),
            visits=self._revisited(raw.visits),
        )

    def _recounted(self, row: RawHotspot) -> RawHotspot:
        changes: dict[str, object] = {
            "review_by": self._same_week(row.review_by),
            "last_visit": self._same_week(row.last_visit),
        }
        ends = ("est_min", "est_mid", "est_max")
        known = [name for name in ends if getattr(row, name) is not None]
        # Sorted, they stay within their bands: those of one band may change places.
        counts = sorted(self._within(people_band, getattr(row, name)) or 0.0 for name in known)
        changes |= dict(zip(known, counts, strict=True))
        if row.est_date is not None:
            changes["est_date"] = row.est_date.replace(day=int(self.generator.integers(1, 29)))
        return row.model_copy(update=changes)

    def _within(self, bands: object, count: float | None) -> float | None:
        """Another count of the same band."""
        band = bands(count) if callable(bands) else None
        if band is None:
            return count
        return float(self.generator.integers(band.low, (band.high or 3 * band.low) + 1))

    def _same_week(self, day: date | None) -> date | None:
        monday = week(day)
        return monday and monday + timedelta(days=int(self.generator.integers(7)))

    def _revisited(self, visits: tuple[RawVisit, ...]) -> tuple[RawVisit, ...]:
        """Other days within their weeks and other numbers, as long as no band of sums changes."""
        bands = {
            "contacts": people_band, "syringes_out": items_band, "syringes_in": items_band,
            "naloxone_out": people_band,
        }  # fmt: skip
        sums = {name: self._sums(visits, name) for name in bands}
        told = []
        for visit in visits:
            number = int(self.generator.integers(100))
            changes: dict[str, object] = {
                "date": self._same_week(visit.date),
                "overdoses_reversed": number,
                "referrals": number, "new_contacts": number, "condoms_out": number,
            }  # fmt: skip
            for name, band in bands.items():
                count = getattr(visit, name)
                if count is None:
                    continue
                by = int(self.generator.integers(-3, 4))
                keys = self._windows(visit)
                same = count + by >= 0 and (
                    (count > 0) == (count + by > 0)
                    # Whether kits were left is released, and of 11 people and more whether there
                    # were some in every period; that nobody was met among few is not.
                    or (name == "contacts" and all(_few(sums[name][key]) for key in keys))
                )
                fits = same and all(
                    band(sums[name][key]) == band(sums[name][key] + by) for key in keys
                )
                if fits:
                    changes[name] = count + by
                    for key in keys:
                        sums[name][key] += by
            told.append(visit.model_copy(update=changes))
        return tuple(told)

    def _sums(self, visits: tuple[RawVisit, ...], name: str) -> Counter[tuple[str, int]]:
        sums: Counter[tuple[str, int]] = Counter()
        for visit in visits:
            for key in self._windows(visit):
                sums[key] += getattr(visit, name) or 0
        return sums

    def _windows(self, visit: RawVisit) -> list[tuple[str, int]]:
        ago = (self.start - visit.date).days
        counted = visit.outcome in ("", "done") and ago > 0
        # Bands of a year of rounds decide what is left out of this one.
        return [
            (visit.hotspot_id, 1000 * back + days)
            for back in range(ROUNDS)
            for days in (PERIOD_DAYS, LOG_DAYS, YEAR_DAYS)
            if counted and 0 < ago - 7 * back <= days
        ]

    def names(self, raw: RawTables) -> dict[str, dict[str, str]]:
        """Kind -> raw id -> another one."""
        tables: dict[str, list[str]] = {
            "H": [row.id for row in raw.hotspots],
            "P": [row.id for row in raw.points],
            "R": [row.id for row in raw.risks],
            "T": [row.id for row in raw.teams],
        }
        others = {
            kind: self._shuffled(tuple(f"{kind}{number}" for number in range(len(ids))))
            for kind, ids in tables.items()
        }
        return {kind: dict(zip(ids, others[kind], strict=True)) for kind, ids in tables.items()}

    def renamed(self, raw: RawTables, names: dict[str, dict[str, str]]) -> RawTables:
        """The same rows in another order, with other ids."""
        spots, teams, points = names["H"], names["T"], names["P"]
        return replace(
            raw,
            hotspots=self._shuffled(
                tuple(r.model_copy(update={"id": spots[r.id]}) for r in raw.hotspots)
            ),
            points=self._shuffled(
                tuple(r.model_copy(update={"id": points[r.id]}) for r in raw.points)
            ),
            risks=self._shuffled(
                tuple(r.model_copy(update={"id": names["R"][r.id]}) for r in raw.risks)
            ),
            teams=self._shuffled(
                tuple(
                    r.model_copy(
                        update={
                            "id": teams[r.id],
                            "start": points.get(r.start, r.start),
                            "end": points.get(r.end, r.end),
                        }
                    )
                    for r in raw.teams
                )
            ),
            visits=self._shuffled(
                tuple(
                    r.model_copy(
                        update={
                            # A place or a team that is gone has no row; nor has "".
                            "hotspot_id": spots.get(r.hotspot_id, ""),
                            "team_id": teams.get(r.team_id, ""),
                        }
                    )
                    for r in raw.visits
                )
            ),
            incidents=raw.incidents
            and self._shuffled(
                tuple(
                    r.model_copy(
                        update={
                            "hotspot_id": spots.get(r.hotspot_id or "", r.hotspot_id),
                            "date": r.date.replace(day=int(self.generator.integers(1, 29))),
                            "against": "twin",
                            "reported_to": "twin",
                        }
                    )
                    for r in raw.incidents
                )
            ),
            decisions=self._shuffled(
                tuple(
                    r.model_copy(
                        update={
                            "hotspot_id": spots.get(r.hotspot_id, ""),
                            "team_id": teams.get(r.team_id or "", r.team_id),
                        }
                    )
                    for r in raw.decisions
                )
            ),
        )

    def _shuffled(self, rows: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(rows[int(index)] for index in self.generator.permutation(len(rows)))

    def _word(self) -> str:
        return f"twin {self.generator.integers(10**6)}"


def _few(count: int) -> bool:
    """Whether a count of people is in the lowest band, nought included."""
    band = people_band(count)
    return band is not None and band.low == 0

"""Sites of points that are moved by noise: what is within 150 m is one site, moved once.

Several rows at one place, or a row that is corrected by a few metres, would otherwise average out
(each with an offset of its own) or show their exact move (all with the same one). A site's offset
comes from the key and the number of the site, never from where it is, and is kept in the ledger.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from outreach_map.network import StreetNetwork
from outreach_map.privacy.anchors import DECIMALS
from outreach_map.privacy.areas import Partition
from outreach_map.privacy.keys import ProgrammeKey
from outreach_map.privacy.ledger import Site
from outreach_map.privacy.merge import nearest_place
from outreach_map.privacy.noise import (
    Noise,
    NoisePolicy,
    mean_m,
    noise_policy,
    offsets_m,
    radius_m,
)
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Place

SAME_SITE_M = 150.0
# Share of places that lie inside the disc that is drawn for them.
CONTAINED = 0.95
_ROUNDING_M = 12.0


@dataclass(frozen=True, eq=False, repr=False)
class Mover:
    """Moves points by noise; knows the law, the streets and the key."""

    key: ProgrammeKey
    programme: str
    policy: PrivacyPolicy
    division: Partition
    walk: StreetNetwork

    @property
    def _noise(self) -> Noise:
        return Noise(self.policy.method)

    @property
    def _law(self) -> NoisePolicy:
        return noise_policy(self.policy)

    def settle(
        self,
        sites: tuple[Site, ...],
        rows: Sequence[tuple[str, tuple[float, float]]],
        before: Mapping[str, int],
    ) -> tuple[tuple[Site, ...], dict[str, int]]:
        """Leave each row at its site, else give it the nearest one within 150 m, or found one.

        Parameters
        ----------
        sites
            Those that the ledger knows.
        rows
            Raw id and (lon, lat), in any order.
        before
            Raw id -> number of the site at which it was released; it stays there while it is
            within 150 m, even when a nearer one is founded.

        Returns
        -------
        All sites, and raw id -> number of its site.
        """
        ordered = sorted(rows)
        if not ordered:
            return sites, {}
        places = self.division.metric(np.array([place for _, place in ordered]))
        near = _Near(self.division.metric(np.array([s.founded for s in sites]).reshape(-1, 2)))
        numbers: dict[str, int] = {}
        founders = []
        for row, ((raw_id, _), here) in enumerate(zip(ordered, places, strict=True)):
            number = before.get(raw_id)
            if number is None or not near.holds(number, here):
                number = near.nearest(here)
            if number is None:
                number = near.add(here)
                founders.append(row)
            numbers[raw_id] = number
        fresh = self._founded(len(sites), [ordered[row][1] for row in founders])
        return (*sites, *fresh), numbers

    def _founded(self, first: int, places: Sequence[tuple[float, float]]) -> tuple[Site, ...]:
        """New sites at places, numbered from `first` on."""
        if not places:
            return ()
        names = [f"site {first + step}" for step in range(len(places))]
        offsets = offsets_m(self.key, self._noise, self._law, self.programme, names)
        moved = self.division.metric(np.array(places)) + offsets
        main = np.flatnonzero(self.walk.component == 0)
        _, near = nearest_place(self.division.metric(self.walk.lon_lat[main]), moved)
        anchors = np.round(self.walk.lon_lat[main[near]], DECIMALS)
        return tuple(
            Site(place, _pair(centre), _pair(anchor))
            for place, centre, anchor in zip(places, self._degrees(moved), anchors, strict=True)
        )

    def place(self, site: Site) -> Place:
        """The disc that holds the truth: always for the donut, with 95 in 100 for Laplace."""
        share = 1.0 if self._noise is Noise.DONUT else CONTAINED
        reach_m = float(radius_m(self._noise, self._law, np.array([share]))[0])
        reach_m += SAME_SITE_M + _ROUNDING_M
        centre = self.division.metric(np.array([site.centre]))[0]
        disc = shapely.transform(shapely.Point(centre).buffer(reach_m, quad_segs=12), self._rounded)
        return Place(
            self.division.areas_touched(disc),
            disc,
            site.anchor,
            mapped=2 * reach_m <= self.policy.widest_m,
            last_mile_m=round(mean_m(self._noise, self._law), -1),
        )

    @cached_property
    def _to_degrees(self) -> Transformer:
        return Transformer.from_crs(self.division.epsg, 4326, always_xy=True)

    def _degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self._to_degrees.transform(xy[:, 0], xy[:, 1]))

    def _rounded(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(self._degrees(xy), DECIMALS)


class _Near:
    """Founders of sites by squares of their reach, so that a nearest one is found at once."""

    def __init__(self, founders: NDArray[np.float64]) -> None:
        self.founders: list[NDArray[np.float64]] = []
        self.squares: dict[tuple[int, int], list[int]] = {}
        for here in founders:
            self.add(here)

    def add(self, here: NDArray[np.float64]) -> int:
        """Number of a new founder."""
        number = len(self.founders)
        self.founders.append(here)
        self.squares.setdefault(self._square(here), []).append(number)
        return number

    def holds(self, number: int, here: NDArray[np.float64]) -> bool:
        """Whether a place is within reach of a founder that there is."""
        return number < len(self.founders) and self._apart(number, here) <= SAME_SITE_M

    def nearest(self, here: NDArray[np.float64]) -> int | None:
        """The nearest founder in reach; of equally near ones the first."""
        column, row = self._square(here)
        around = [
            number
            for i in (column - 1, column, column + 1)
            for j in (row - 1, row, row + 1)
            for number in self.squares.get((i, j), ())
        ]
        best = min(((self._apart(n, here), n) for n in around), default=(np.inf, -1))
        return best[1] if best[0] <= SAME_SITE_M else None

    def _apart(self, number: int, here: NDArray[np.float64]) -> float:
        return math.dist(self.founders[number], here)

    @staticmethod
    def _square(here: NDArray[np.float64]) -> tuple[int, int]:
        return int(here[0] // SAME_SITE_M), int(here[1] // SAME_SITE_M)


def _pair(place: NDArray[np.float64]) -> tuple[float, float]:
    return float(place[0]), float(place[1])

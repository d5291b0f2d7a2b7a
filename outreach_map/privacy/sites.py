"""Sites of points that are moved by noise: what is within 150 m is one site, moved once.

Several rows at one place, or a row that is corrected by a few metres, would otherwise average out
(each with an offset of its own) or show their exact move (all with the same one). A site's offset
comes from the key and the number of the site, never from where it is, and is kept in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from outreach_map.network import StreetNetwork
from outreach_map.privacy.areas import DECIMALS, Partition
from outreach_map.privacy.keys import ProgrammeKey
from outreach_map.privacy.ledger import Site
from outreach_map.privacy.merge import nearest_place
from outreach_map.privacy.noise import Noise, NoisePolicy, noise_policy, offsets_m, radius_m
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
        found = list(sites)
        numbers: dict[str, int] = {}
        for raw_id, place in sorted(rows):
            kept = before.get(raw_id, len(found))
            near = None
            if kept < len(found) and self._nearest(found[kept : kept + 1], place) is not None:
                near = kept
            if near is None:
                near = self._nearest(found, place)
            if near is None:
                near = len(found)
                found.append(self._founded(near, place))
            numbers[raw_id] = near
        return tuple(found), numbers

    def _nearest(self, sites: Sequence[Site], place: tuple[float, float]) -> int | None:
        if not sites:
            return None
        here = self.division.metric(np.array([place]))
        founded = self.division.metric(np.array([site.founded for site in sites]))
        distance, number = nearest_place(founded, here)
        return int(number[0]) if distance[0] <= SAME_SITE_M else None

    def _founded(self, number: int, place: tuple[float, float]) -> Site:
        offset = offsets_m(self.key, self._noise, self._law, self.programme, [f"site {number}"])
        moved = self.division.metric(np.array([place])) + offset
        main = np.flatnonzero(self.walk.component == 0)
        _, near = nearest_place(self.division.metric(self.walk.lon_lat[main]), moved)
        anchor = np.round(self.walk.lon_lat[main[near[0]]], DECIMALS)
        centre = self._degrees(moved)[0]
        return Site(place, _pair(centre), _pair(anchor))

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
        )

    def _degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        back = Transformer.from_crs(self.division.epsg, 4326, always_xy=True)
        return np.column_stack(back.transform(xy[:, 0], xy[:, 1]))

    def _rounded(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(self._degrees(xy), DECIMALS)


def _pair(place: NDArray[np.float64]) -> tuple[float, float]:
    return float(place[0]), float(place[1])

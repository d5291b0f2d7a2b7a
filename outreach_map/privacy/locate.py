"""From raw geometry to released places: the area of the square that it lies in, or the nearest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from outreach_map.privacy.anchors import DECIMALS
from outreach_map.privacy.areas import Partition
from outreach_map.tables import Place

REACH_M = 2000.0
# Sizes of outlines count in steps, so that a slip of the pen does not tell two of them apart.
_SIZE_STEP_M = 50.0


class Locator:
    """Finds areas of raw geometries; holds the frozen partition, and nothing raw.

    By its squares alone: a newer extract moves nobody to another area.
    """

    def __init__(self, division: Partition) -> None:
        self.division = division
        self._places: dict[tuple[int, ...], Place] = {}

    def homes(self, geometries: Sequence[BaseGeometry]) -> NDArray[np.int64]:
        """Area of the middle of each geometry, (n,); -1 where no square is within `REACH_M`."""
        if not len(geometries):
            return np.empty(0, np.int64)
        middles = shapely.get_coordinates(shapely.centroid(np.array(geometries, dtype=object)))
        return self.division.areas_near(middles, REACH_M)

    def areas(
        self,
        geometries: Sequence[BaseGeometry],
        precision_m: Sequence[float | None] | None = None,
    ) -> list[tuple[int, ...]]:
        """Areas of each site; an empty tuple where no street is within `REACH_M`.

        A site has the area that its middle lies in. One that is known less exactly than that area
        is wide, or is an outline wider than it, has every area within that distance of its area:
        by the area and not by the site, so that two sites of one area and one size are released
        alike. An outline drawn around a corner where areas meet would otherwise be given away by
        the set of areas that it touches.
        """
        known = precision_m or [None] * len(geometries)
        result: list[tuple[int, ...]] = []
        for area, size_m, precision in zip(
            self.homes(geometries).tolist(), self._sizes_m(geometries), known, strict=True
        ):
            result.append(() if area < 0 else self._around(area, max(size_m, precision or 0.0)))
        return result

    def stays(
        self, geometry: BaseGeometry, precision_m: float | None, where: tuple[int, ...]
    ) -> bool:
        """Whether a place had these areas before the study area was widened.

        It keeps them then: a new area that is now nearer would say that it lies between the two.
        """
        return any(
            Locator(self.division.first(ground.areas)).areas([geometry], [precision_m]) == [where]
            for ground in self.division.grounds[:-1]
        )

    def areas_touched(self, geometries: Sequence[BaseGeometry]) -> list[tuple[int, ...]]:
        """Every area that each zone touches; of one that touches none, that of its middle.

        For zones of risk, where a street too few is worse than an area too many. Which areas a
        zone touches says a little of where in them it lies.
        """
        return [
            self.division.areas_touched(geometry) or ((area,) if area >= 0 else ())
            for geometry, area in zip(geometries, self.homes(geometries).tolist(), strict=True)
        ]

    def _sizes_m(self, geometries: Sequence[BaseGeometry]) -> list[float]:
        """Longer side of each geometry's bounds in metres, in steps; 0 of a point."""
        sizes = []
        for geometry in geometries:
            if geometry.geom_type == "Point":
                sizes.append(0.0)
                continue
            west, south, east, north = shapely.transform(geometry, self.division.metric).bounds
            longer = max(east - west, north - south)
            sizes.append(float(np.ceil(longer / _SIZE_STEP_M) * _SIZE_STEP_M))
        return sizes

    def _around(self, area: int, distance_m: float) -> tuple[int, ...]:
        if distance_m <= self.division.areas[area].extent_m:
            return (area,)
        return self.division.areas_within(area, distance_m)

    def place(self, areas: tuple[int, ...]) -> Place:
        """The place that all sites of these areas share."""
        if areas not in self._places:
            self._places[areas] = self._build(areas)
        return self._places[areas]

    def _build(self, areas: tuple[int, ...]) -> Place:
        own = [self.division.areas[number] for number in areas]
        if len(own) == 1:
            one = own[0]
            return Place(areas, one.geometry, one.anchor, one.mapped, one.last_mile_m)
        # Of several areas the anchor nearest their common middle stands for all.
        anchors = np.array([area.anchor for area in own])
        flat: NDArray[np.float64] = self.division.metric(anchors)
        middle = int(np.argmin(((flat - flat.mean(axis=0)) ** 2).sum(axis=1)))
        # To the anchor of each, and on from there; all areas count alike.
        ways = np.linalg.norm(flat - flat[middle], axis=1) + [area.last_mile_m for area in own]
        return Place(
            areas,
            self.division.geometry(areas),
            own[middle].anchor,
            all(area.mapped for area in own),
            float(np.round(ways.mean(), -1)),
        )


def public_place(point: BaseGeometry) -> Place:
    """Place of a public distribution point: the point itself at four decimals."""
    centre = point.centroid
    lon, lat = round(centre.x, DECIMALS), round(centre.y, DECIMALS)
    return Place((), shapely.Point(lon, lat), (lon, lat))

"""From raw geometry to released places: the nearest street first, then its area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from outreach_map.network import StreetNetwork, street_stops
from outreach_map.privacy.areas import DECIMALS, Partition
from outreach_map.tables import Place

REACH_M = 2000.0


class Locator:
    """Finds areas of raw geometries; holds the partition and its stops, and nothing raw."""

    def __init__(self, division: Partition, streets: StreetNetwork) -> None:
        stops = street_stops(streets).lon_lat
        area = division.areas_of_points(stops)
        # A street that a newer extract added where the frozen partition has no square is left out.
        self._area = area[area >= 0]
        self._tree = cKDTree(division.metric(stops[area >= 0]))
        self._division = division
        self._places: dict[tuple[int, ...], Place] = {}

    def areas(
        self,
        geometries: Sequence[BaseGeometry],
        precision_m: Sequence[float | None] | None = None,
    ) -> list[tuple[int, ...]]:
        """Areas of each geometry; an empty tuple where no street is within `REACH_M`.

        A point is moved to its nearest stop and gets that stop's area. Any other geometry gets
        every area that it touches. A point that is known less exactly than its area is wide gets
        every area within its precision of its area: by the area and not by the point, so that
        two points of one area are released alike.
        """
        if not geometries:
            return []
        centres = shapely.get_coordinates(shapely.centroid(np.array(geometries, dtype=object)))
        found_m, found = self._tree.query(self._division.metric(centres))
        distance, nearest = np.atleast_1d(found_m), np.atleast_1d(found)
        known = precision_m or [None] * len(geometries)
        result: list[tuple[int, ...]] = []
        for geometry, metres, stop, precision in zip(
            geometries, distance, nearest, known, strict=True
        ):
            touched: tuple[int, ...] = ()
            if geometry.geom_type != "Point":
                touched = self._division.areas_touched(geometry)
            if not touched and metres <= REACH_M:
                touched = self._around(int(self._area[stop]), precision or 0.0)
            result.append(touched)
        return result

    def _around(self, area: int, precision_m: float) -> tuple[int, ...]:
        if precision_m <= self._division.areas[area].extent_m:
            return (area,)
        return self._division.areas_within(area, precision_m)

    def place(self, areas: tuple[int, ...]) -> Place:
        """The place that all sites of these areas share."""
        if areas not in self._places:
            self._places[areas] = self._build(areas)
        return self._places[areas]

    def _build(self, areas: tuple[int, ...]) -> Place:
        own = [self._division.areas[number] for number in areas]
        if len(own) == 1:
            return Place(areas, own[0].geometry, own[0].anchor, own[0].mapped)
        # Of several areas the anchor nearest their common middle stands for all.
        anchors = np.array([area.anchor for area in own])
        flat: NDArray[np.float64] = self._division.metric(anchors)
        middle = int(np.argmin(((flat - flat.mean(axis=0)) ** 2).sum(axis=1)))
        return Place(
            areas,
            self._division.geometry(areas),
            own[middle].anchor,
            all(area.mapped for area in own),
        )


def public_place(point: BaseGeometry) -> Place:
    """Place of a public distribution point: the point itself at four decimals."""
    centre = point.centroid
    lon, lat = round(centre.x, DECIMALS), round(centre.y, DECIMALS)
    return Place((), shapely.Point(lon, lat), (lon, lat))

"""Greedy merging of squares until every area passes; see `outreach_map.privacy.areas`."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.errors import PrivacyError
from outreach_map.settings import PrivacyPolicy

Cell = tuple[int, int]

_GRID_M = 12.5


def nearest_place(
    places: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to, and index of, the place nearest to each point."""
    distance, index = cKDTree(places).query(points)
    return np.asarray(distance, np.float64), np.asarray(index, np.int64)


def plausibility(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mass of each stop: half shared equally, half by what stands at the stops, (n,)."""
    total = weights.sum()
    return 1.0 + weights * (len(weights) / total) if total > 0 else np.ones(len(weights))


class Merger:
    """Greedy merging of squares; the state of one run.

    Parameters
    ----------
    points, weights
        (s, 2) stops in metres, (s,) residents or buildings at each.
    corners
        (c, 2) metres, (c,) masses, and (c, 2) squares of the street corners.
    floor
        What an area must hold.
    policy
        The rules.
    mass
        (s,) how plausible each stop is; by the weights when it is not given.
    """

    def __init__(
        self,
        points: NDArray[np.float64],
        weights: NDArray[np.float64],
        corners: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
        floor: float,
        policy: PrivacyPolicy,
        mass: NDArray[np.float64] | None = None,
    ) -> None:
        self.points = points
        self.mass = plausibility(weights) if mass is None else mass
        self.corner_xy, self.corner_mass, squares = corners
        self.floor = floor
        self.policy = policy
        keys = np.floor(points / policy.cell_m).astype(np.int64)
        cells, inverse = np.unique(keys, axis=0, return_inverse=True)
        groups = _grouped(inverse.ravel(), len(cells))
        at = {(int(i), int(j)): number for number, (i, j) in enumerate(cells)}
        cornered = np.array([at.get((int(i), int(j)), -1) for i, j in squares], dtype=np.int64)
        corner_groups = _grouped(cornered, len(cells))
        # Masses and their middles, from a corner of the town so that sums keep their digits.
        low = points.min(axis=0)
        self.members: dict[int, list[Cell]] = {}
        self.stops: dict[int, NDArray[np.int64]] = {}
        self.corners: dict[int, NDArray[np.int64]] = {}
        self.weight: dict[int, float] = {}
        self.moment: dict[int, tuple[float, float, float]] = {}
        for cell, number in at.items():
            stops = groups[number]
            self.members[number] = [cell]
            self.stops[number] = stops
            self.corners[number] = corner_groups[number]
            self.weight[number] = float(weights[stops].sum())
            held = self.mass[stops]
            east, north = held @ (points[stops] - low)
            self.moment[number] = (float(held.sum()), float(east), float(north))
        self.owner = {cell: number for number, (cell,) in self.members.items()}
        self.failing: set[int] = set()

    def run(self) -> list[list[Cell]]:
        """Merge until every area passes; squares of each area, in the order of the first one."""
        if self.merge():
            raise PrivacyError(
                "The whole study area holds too few residents or buildings to hide a place.",
                where="outreach.toml, study_area",
                mend="Take a larger study area, or a residents file that covers it.",
            )
        return self.areas()

    def areas(self) -> list[list[Cell]]:
        """Squares of each area, in the order of the first one."""
        return sorted(sorted(cells) for cells in self.members.values())

    def merge(self) -> bool:
        """Merge until every area passes, or one is left; whether that one fails."""
        self.failing = {number for number in self.members if not self._passes(number)}
        queue = [self._entry(number) for number in self.failing]
        heapq.heapify(queue)
        while queue:
            entry = heapq.heappop(queue)
            number = entry[-1]
            if number not in self.members or entry != self._entry(number):
                continue
            if len(self.members) == 1:
                return True
            joined = self._join(number, self._best_neighbour(number))
            if self._passes(joined):
                self.failing.discard(joined)
            else:
                self.failing.add(joined)
                heapq.heappush(queue, self._entry(joined))
        return False

    def _entry(self, number: int) -> tuple[float, int, Cell, int]:
        cells = self.members[number]
        return (self.weight[number], len(cells), min(cells), number)

    def _join(self, first: int, second: int) -> int:
        """Merge into the number with more squares (fewer to relabel)."""
        if len(self.members[first]) < len(self.members[second]):
            first, second = second, first
        moved = self.members.pop(second)
        self.failing.discard(second)
        for cell in moved:
            self.owner[cell] = first
        self.members[first] = self.members[first] + moved
        self.stops[first] = np.concatenate([self.stops[first], self.stops.pop(second)])
        self.corners[first] = np.concatenate([self.corners[first], self.corners.pop(second)])
        self.weight[first] += self.weight.pop(second)
        one, other = self.moment[first], self.moment.pop(second)
        self.moment[first] = (one[0] + other[0], one[1] + other[1], one[2] + other[2])
        return first

    def _best_neighbour(self, number: int) -> int:
        cells = self.members[number]
        touching = {
            self.owner[near]
            for i, j in cells
            for near in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1))
            if near in self.owner and self.owner[near] != number
        }
        if not touching:
            return self._nearest(number)
        return min(
            touching,
            key=lambda other: (
                other not in self.failing,
                self._growth(number, other),
                min(self.members[other]),
            ),
        )

    def _growth(self, one: int, other: int) -> float:
        """By how much the spread (mass times squared metres from the middle) grows: Ward's."""
        (mass, east, north), (mass_2, east_2, north_2) = self.moment[one], self.moment[other]
        apart = (east / mass - east_2 / mass_2) ** 2 + (north / mass - north_2 / mass_2) ** 2
        return mass * mass_2 / (mass + mass_2) * apart

    def _nearest(self, number: int) -> int:
        """Nearest other area by the distance of squares; ties by the fixed order of squares."""
        own = np.array(self.members[number], dtype=np.float64)
        others = [cell for cell, owner in self.owner.items() if owner != number]
        distance, _ = nearest_place(own, np.array(others, dtype=np.float64))
        return self.owner[min(zip(distance.tolist(), others, strict=True))[1]]

    def _passes(self, number: int) -> bool:
        if self.weight[number] < self.floor:
            return False
        stops, corners = self.stops[number], self.corners[number]
        rule = (self.policy.disc_m, self.policy.disc_share)
        return disc_rule_holds(self.points[stops], self.mass[stops], *rule) and disc_rule_holds(
            self.corner_xy[corners], self.corner_mass[corners], *rule
        )


def _grouped(label: NDArray[np.int64], groups: int) -> list[NDArray[np.int64]]:
    """Indices of each label from 0 on, in their order; a label of -1 is in no group."""
    kept = np.flatnonzero(label >= 0)
    order = kept[np.argsort(label[kept], kind="stable")]
    return np.split(order, np.cumsum(np.bincount(label[kept], minlength=groups))[:-1])


def disc_rule_holds(
    points: NDArray[np.float64], mass: NDArray[np.float64], disc_m: float, share: float
) -> bool:
    """Whether no disc holds more than a share of the mass of some points.

    Parameters
    ----------
    points
        (n, 2) in metres.
    mass
        (n,) how plausible each point is; positive.
    disc_m
        Radius in metres.
    share
        Largest share allowed.

    Returns
    -------
    False whenever some disc breaks the rule, and where there is no point at all; also in a few
    cases where one comes close to it.
    """
    if not len(points):
        return False
    radius_m = disc_m + _GRID_M / math.sqrt(2)
    reach = math.ceil(radius_m / _GRID_M)
    steps = np.arange(-reach, reach + 1)
    nearest = np.rint(points / _GRID_M).astype(np.int64)
    # Every grid point whose disc holds a stop gets that stop's mass. Columns and rows of the grid
    # are apart until the last moment: this runs thousands of times.
    column, row = nearest[:, :1] + steps, nearest[:, 1:] + steps
    east = (column * _GRID_M - points[:, :1]) ** 2
    north = (row * _GRID_M - points[:, 1:]) ** 2
    inside = east[:, None, :] + north[:, :, None] <= radius_m**2
    low = nearest.min(axis=0) - reach
    width = int(nearest[:, 1].max() - nearest[:, 1].min()) + 2 * reach + 1
    key = ((column - low[0]) * width)[:, None, :] + (row - low[1])[:, :, None]
    held = np.bincount(key[inside], weights=np.repeat(mass, inside.sum(axis=(1, 2))))
    return bool(held.max() <= share * mass.sum())


def extent(cells: Sequence[Cell]) -> int:
    """Longer side of the bounding box, in squares."""
    columns = [i for i, _ in cells]
    rows = [j for _, j in cells]
    return max(max(columns) - min(columns), max(rows) - min(rows)) + 1

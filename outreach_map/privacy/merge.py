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
    """Greedy merging of squares; the state of one run."""

    def __init__(
        self,
        points: NDArray[np.float64],
        weights: NDArray[np.float64],
        floor: float,
        policy: PrivacyPolicy,
    ) -> None:
        self.points = points
        self.mass = plausibility(weights)
        self.floor = floor
        self.policy = policy
        keys = np.floor(points / policy.cell_m).astype(np.int64)
        cells, inverse = np.unique(keys, axis=0, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        groups = np.split(order, np.cumsum(np.bincount(inverse.ravel()))[:-1])
        self.members: dict[int, list[Cell]] = {}
        self.stops: dict[int, NDArray[np.int64]] = {}
        self.weight: dict[int, float] = {}
        for number, (cell, stops) in enumerate(zip(cells, groups, strict=True)):
            self.members[number] = [(int(cell[0]), int(cell[1]))]
            self.stops[number] = stops
            self.weight[number] = float(weights[stops].sum())
        self.owner = {cell: number for number, (cell,) in self.members.items()}
        self.failing: set[int] = set()

    def run(self) -> list[list[Cell]]:
        """Merge until every area passes; squares of each area, in the order of the first one."""
        self.failing = {number for number in self.members if not self._passes(number)}
        queue = [self._entry(number) for number in self.failing]
        heapq.heapify(queue)
        while queue:
            entry = heapq.heappop(queue)
            number = entry[-1]
            if number not in self.members or entry != self._entry(number):
                continue
            if len(self.members) == 1:
                raise PrivacyError(
                    "The whole study area holds too few residents or buildings to hide a place.",
                    where="outreach.toml, study_area",
                    mend="Take a larger study area, or a residents file that covers it.",
                )
            joined = self._join(number, self._best_neighbour(number))
            if self._passes(joined):
                self.failing.discard(joined)
            else:
                self.failing.add(joined)
                heapq.heappush(queue, self._entry(joined))
        return sorted(sorted(cells) for cells in self.members.values())

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
        self.weight[first] += self.weight.pop(second)
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
                extent(cells + self.members[other]),
                len(self.members[other]),
                self.weight[other],
                min(self.members[other]),
            ),
        )

    def _nearest(self, number: int) -> int:
        """Nearest other area by the distance of squares; ties by the fixed order of squares."""
        own = np.array(self.members[number], dtype=np.float64)
        others = [cell for cell, owner in self.owner.items() if owner != number]
        distance, _ = nearest_place(own, np.array(others, dtype=np.float64))
        return self.owner[min(zip(distance.tolist(), others, strict=True))[1]]

    def _passes(self, number: int) -> bool:
        if self.weight[number] < self.floor:
            return False
        stops = self.stops[number]
        return disc_rule_holds(
            self.points[stops], self.mass[stops], self.policy.disc_m, self.policy.disc_share
        )


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
    False whenever some disc breaks the rule; also in a few cases where one comes close to it.
    """
    radius_m = disc_m + _GRID_M / math.sqrt(2)
    reach = math.ceil(radius_m / _GRID_M)
    steps = np.arange(-reach, reach + 1)
    offset = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    nearest = np.rint(points / _GRID_M).astype(np.int64)
    # Every grid point whose disc holds a stop gets that stop's mass.
    centres = nearest[:, None, :] + offset[None, :, :]
    inside = ((centres * _GRID_M - points[:, None, :]) ** 2).sum(axis=2) <= radius_m**2
    low = nearest.min(axis=0) - reach
    width = int(nearest[:, 1].max() - nearest[:, 1].min()) + 2 * reach + 1
    key = (centres[..., 0] - low[0]) * width + (centres[..., 1] - low[1])
    held = np.bincount(key[inside], weights=np.repeat(mass, inside.sum(axis=1)))
    return bool(held.max() <= share * mass.sum())


def extent(cells: Sequence[Cell]) -> int:
    """Longer side of the bounding box, in squares."""
    columns = [i for i, _ in cells]
    rows = [j for _, j in cells]
    return max(max(columns) - min(columns), max(rows) - min(rows)) + 1

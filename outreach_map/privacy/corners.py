"""Street corners as candidates: an adversary may know that people meet at crossings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_map.privacy.merge import nearest_place


@dataclass(frozen=True, eq=False, repr=False)
class Corners:
    """Crossings and dead ends, in an order of their own (by place, not by the file).

    Attributes
    ----------
    node
        (c,) index into the network's nodes.
    xy
        (c, 2) metres.
    mass
        (c,) how plausible each is: the mass of the stops that are nearest to it; above 0.
    square
        (c, 2) the square that a corner belongs to: its own, else that of the nearest stop.
    """

    node: NDArray[np.int64]
    xy: NDArray[np.float64]
    mass: NDArray[np.float64]
    square: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of corners."""
        return len(self.node)


def street_corners(
    nodes: NDArray[np.float64],
    points: NDArray[np.float64],
    mass: NDArray[np.float64],
    cell_m: float,
) -> Corners:
    """Corners of the streets on which some stops lie.

    Parameters
    ----------
    nodes
        (n, 2) all nodes of the walking network in metres.
    points, mass
        (s, 2) stops in metres, (s,) how plausible each is.
    cell_m
        Side of a square in metres.
    """
    order = np.lexsort((nodes[:, 1], nodes[:, 0]))
    nearest = nearest_place(nodes[order], points)[1]
    gathered = np.bincount(nearest, weights=mass, minlength=len(order)).astype(np.float64)
    held = np.flatnonzero(gathered > 0)
    xy = nodes[order[held]]
    square = np.floor(xy / cell_m).astype(np.int64)
    squares_of_stops = np.floor(points / cell_m).astype(np.int64)
    known = {(int(i), int(j)) for i, j in np.unique(squares_of_stops, axis=0)}
    lost = np.array([(int(i), int(j)) not in known for i, j in square], dtype=bool)
    if lost.any():
        square[lost] = squares_of_stops[nearest_place(points, xy[lost])[1]]
    return Corners(order[held], xy, gathered[held], square)

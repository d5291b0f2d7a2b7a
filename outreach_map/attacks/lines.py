"""Routes: what the lines that serve a site tell of where it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.attacks.beliefs import Prior

LINE_M = 20.0
# Of a fitted circle: places within so many metres of its middle are believed in.
_FIT_M = 50.0
_STEP_M = 10.0
_TURN = np.cos(np.radians(150.0))


def on_every_route(
    prior: Prior, routes: Sequence[NDArray[np.int64]], turns: Sequence[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Belief from the lines that serve a site: nodes on all of them, most of all where they turn.

    Hoh et al. (2007), doi:10.1145/1315245.1315266, find homes by where traces end.
    """
    on_all = np.zeros(len(prior.mass), dtype=np.int64)
    turned = np.zeros(len(prior.mass), dtype=np.int64)
    for line, ends in zip(routes, turns, strict=True):
        on_all[np.unique(line)] += 1
        turned[np.unique(ends)] += 1
    chosen = on_all == len(routes)
    if not chosen.any():
        chosen = on_all == on_all.max()
    weight = np.where(chosen, prior.mass, 0.0)
    # Where the line turns round in most weeks, somebody was visited.
    weight = weight * np.where(turned >= 0.5 * len(routes), 1e6, 1.0)
    return weight if weight.any() else prior.mass


def near_every_line(
    prior: Prior, lines: Sequence[NDArray[np.float64]], within_m: float = LINE_M
) -> NDArray[np.float64]:
    """Belief in what lies within some metres of every line that serves a site; may be all zero.

    Each line (p, 2) in metres. Who is served is near the line that serves: Hoh et al. (2007),
    doi:10.1145/1315245.1315266.
    """
    near = np.ones(len(prior.mass), bool)
    for line in lines:
        distance, _ = cKDTree(_dense(line)).query(prior.xy)
        near &= distance <= within_m
    return np.where(near, prior.mass, 0.0)


def at_ends(prior: Prior, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Belief in the candidate nearest to where most legs to and from a site end.

    `ends` (q, 2) metres. Krumm (2007), doi:10.1007/978-3-540-72037-9_8, finds homes by the last
    place of a trip.
    """
    places, count = np.unique(np.round(ends), axis=0, return_counts=True)
    belief = np.zeros(len(prior.mass))
    belief[np.argmin(((prior.xy - places[np.argmax(count)]) ** 2).sum(axis=1))] = 1.0
    return belief


def turns_back(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """(q, 2) places of a line (p, 2) at which it turns round by more than 150 degrees.

    A dead end that is driven into and out of was driven into for somebody: Hoh et al. (2007).
    """
    step = np.diff(line, axis=0)
    length = np.linalg.norm(step, axis=1)
    step, kept = step[length > 0], line[1:][length > 0]
    if len(step) < 2:
        return np.empty((0, 2))
    way = step / np.linalg.norm(step, axis=1)[:, None]
    cosine = (way[:-1] * way[1:]).sum(axis=1)
    return np.asarray(kept[:-1][cosine < _TURN])


def middle_of_trimmed_ends(prior: Prior, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Belief around the middle of the circle that trimmed lines end on; may be all zero.

    Lines whose last stretch was cut off end on a circle around what was hidden: its middle by
    least squares (Kasa 1976, doi:10.1109/TIM.1976.6312298). Hassan, Hussain & Bates (2018), USENIX
    Security, find homes in fitness tracks so. `ends` (q, 2) metres; fewer than three distinct ones
    fit no circle, and are believed in by their mean.
    """
    places = np.unique(np.round(ends), axis=0)
    middle = places.mean(axis=0)
    if len(places) >= 3:
        shifted = places - middle
        terms = np.column_stack([2 * shifted, np.ones(len(places))])
        fitted, _, rank, _ = np.linalg.lstsq(terms, (shifted**2).sum(axis=1), rcond=None)
        if rank == 3:
            middle = middle + fitted[:2]
    near = np.linalg.norm(prior.xy - middle, axis=1) <= _FIT_M
    return np.where(near, prior.mass, 0.0)


def _dense(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line in metres with a point at least every ten."""
    if len(line) < 2:
        return line
    length = np.linalg.norm(np.diff(line, axis=0), axis=1)
    steps = np.maximum(np.ceil(length / _STEP_M).astype(int), 1)
    return np.concatenate(
        [
            np.linspace(one, other, count, endpoint=False)
            for one, other, count in zip(line, line[1:], steps, strict=False)
        ]
        + [line[-1:]]
    )

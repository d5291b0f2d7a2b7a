"""Averaging and intersection: what many releases of one site tell together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from outreach_map.attacks.beliefs import Prior
from outreach_map.privacy.noise import Noise, NoisePolicy, log_density

# No law in use leads a place farther than this, but once in ten thousand millions.
_FAR_M = 6000.0
_AT_ONCE = 8


def inside_area(prior: Prior, in_area: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Belief from an area, however often it is released: the prior inside it.

    Routes, gaps and flags are made from the areas, so they say nothing more.
    """
    return np.where(in_area, prior.mass, 0.0)


def likeliest_by_noise(
    prior: Prior, seen: NDArray[np.float64], noise: Noise, policy: NoisePolicy
) -> NDArray[np.float64]:
    """Belief from points that were moved by a known law, all of them of one site.

    Bayes' rule over the candidates (Shokri et al. 2011, doi:10.1109/SP.2011.18); of fresh noise
    each week more is left every week.
    """
    near = np.flatnonzero(np.linalg.norm(prior.xy - seen.mean(axis=0), axis=1) <= _FAR_M)
    with np.errstate(divide="ignore"):
        weight = np.log(prior.mass[near])
    # A few releases at a time: all distances of a city and a year would fill the memory.
    for first in range(0, len(seen), _AT_ONCE):
        distance = cdist(prior.xy[near], seen[first : first + _AT_ONCE])
        weight = weight + log_density(noise, policy, distance).sum(axis=1)
    if not np.isfinite(weight).any():
        return mean_place(prior, seen)
    belief = np.zeros(len(prior.mass))
    belief[near] = np.exp(weight - weight.max())
    return belief


def mean_place(prior: Prior, seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Belief in the node nearest the mean of all points: averaging, with no law known.

    Cassa et al. (2008), doi:10.1186/1476-072X-7-45.
    """
    belief = np.zeros(len(prior.mass))
    belief[np.argmin(((prior.xy - seen.mean(axis=0)) ** 2).sum(axis=1))] = 1.0
    return belief


def rounded(
    prior: Prior, seen: NDArray[np.float64], step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Belief from rounded coordinates: the prior inside the cell that rounds to what is seen."""
    inside = (np.abs(prior.xy - seen) <= step / 2).all(axis=1)
    return np.where(inside, prior.mass, 0.0)


def intersected(prior: Prior, inside: Iterable[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Belief from every shape that was ever drawn for a site: the prior where all of them overlap.

    Over rounds, files, audiences and methods: two divisions of one town give a smaller area.
    Ganta, Kasiviswanathan & Smith (2008), doi:10.1145/1401890.1401926.

    Parameters
    ----------
    inside
        (n,) for each shape, whether a candidate lies in it.
    """
    belief = prior.mass.copy()
    for one in inside:
        belief = np.where(one, belief, 0.0)
    return belief

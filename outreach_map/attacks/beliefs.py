"""Beliefs about where a site is, and the guesses that are best under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

DISC_M = 100.0
NEAR_M = 50.0
# A belief in more places than these is weighed by the pairs of all candidates, found once.
_MANY = 2000
# Less than this share of the greatest belief in a place is none.
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Prior:
    """Candidate places `xy` (n, 2) in metres, and how likely each is, `mass` (n,)."""

    xy: NDArray[np.float64]
    mass: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Reject masses that are none (ValueError)."""
        if self.xy.shape != (len(self.mass), 2) or not (self.mass >= 0).all():
            raise ValueError("one mass, at least 0, for each place")

    @cached_property
    def _pairs(self) -> dict[float, csr_array]:
        return {}

    def pairs_within(self, radius_m: float) -> csr_array:
        """(n, n), 1 where two candidates are within a radius (each of itself too); kept."""
        if radius_m not in self._pairs:
            count = len(self.mass)
            one, other = cKDTree(self.xy).query_pairs(radius_m, output_type="ndarray").T
            rows = np.concatenate([one, other, np.arange(count)])
            columns = np.concatenate([other, one, np.arange(count)])
            self._pairs[radius_m] = csr_array(
                (np.ones(len(rows)), (rows, columns)), shape=(count, count)
            )
        return self._pairs[radius_m]


@dataclass(frozen=True)
class Score:
    """How well one method stood one attack.

    Median and 5th percentile of the error of the likeliest place, share of sites within 50 m of
    it, and share of sites in the best disc of 100 m radius.
    """

    median_m: float
    low_m: float
    within_50_m: float
    in_best_disc: float


def score(prior: Prior, beliefs: Iterable[NDArray[np.float64]], truth: NDArray[np.int64]) -> Score:
    """Score beliefs about sites against the nodes where they are; one belief is held at a time.

    The guess is the node with most of the belief within 50 m of it: the best there is for an
    adversary who wants to come so near. The best disc is the same with 100 m.
    """
    guesses = [
        (_best(prior, belief, NEAR_M)[0], _best(prior, belief, DISC_M)[0]) for belief in beliefs
    ]
    near, wide = np.array(guesses, dtype=np.int64).T
    here = prior.xy[truth]
    found = np.linalg.norm(prior.xy[near] - here, axis=1)
    discs = np.linalg.norm(prior.xy[wide] - here, axis=1) <= DISC_M
    return Score(
        median_m=float(np.median(found)),
        low_m=float(np.quantile(found, 0.05)),
        within_50_m=float((found <= NEAR_M).mean()),
        in_best_disc=float(np.mean(discs)),
    )


def best_places(prior: Prior, beliefs: Iterable[NDArray[np.float64]], radius_m: float) -> list[int]:
    """Number of the candidate around which a disc holds most of each belief.

    Best guess of an adversary who knows the exact prior: Shokri et al. (2011),
    doi:10.1109/SP.2011.18.
    """
    return [_best(prior, belief, radius_m)[0] for belief in beliefs]


def best_disc_share(prior: Prior, belief: NDArray[np.float64], radius_m: float) -> float:
    """Share of a belief that the best disc around a candidate holds."""
    return _best(prior, belief, radius_m)[1]


def likeliest(belief: NDArray[np.float64]) -> int:
    """Number of the single likeliest candidate."""
    return int(np.argmax(belief))


def entropy_bits(belief: NDArray[np.float64]) -> float:
    """Uncertainty of a belief in bits: 0 when one candidate is sure, log2 n when n are alike.

    Serjantov & Danezis (2002), doi:10.1007/3-540-36467-6_4.
    """
    share = belief[belief > 0] / belief.sum()
    return float(-(share * np.log2(share)).sum())


def _best(prior: Prior, belief: NDArray[np.float64], radius_m: float) -> tuple[int, float]:
    """Centre of the disc that holds most of a belief, and the share that it holds."""
    xy = prior.xy
    held_by = np.flatnonzero(belief > _NOTHING * belief.max())
    low, high = xy[held_by].min(axis=0) - radius_m, xy[held_by].max(axis=0) + radius_m
    centres = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
    if len(held_by) > _MANY:
        believed = np.zeros(len(belief))
        believed[held_by] = belief[held_by]
        held = (prior.pairs_within(radius_m) @ believed)[centres]
    else:
        pairs = cKDTree(xy[centres]).sparse_distance_matrix(
            cKDTree(xy[held_by]), radius_m, output_type="ndarray"
        )
        held = np.bincount(pairs["i"], weights=belief[held_by][pairs["j"]], minlength=len(centres))
    share = np.round(held / belief.sum(), 12)
    # Of discs that hold the same, the one whose centre is likeliest.
    best = int(np.lexsort((-belief[centres], -share))[0])
    return int(centres[best]), float(share[best])

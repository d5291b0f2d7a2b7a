"""What an adversary makes of published locations: each attack a function, its source named.

The adversary has every published file of a year, the streets, the exact prior (how likely people
are to meet at each street node) and this code, but not the key. All places are metres in one
projection. An attack gives a belief: a weight for each candidate node; `guess` makes of it the
answers that are scored.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.privacy.noise import Noise, NoisePolicy, log_density

DISC_M = 100.0
NEAR_M = 50.0


@dataclass(frozen=True, eq=False, repr=False)
class Prior:
    """Candidate places `xy` (n, 2) in metres, and how likely each is, `mass` (n,)."""

    xy: NDArray[np.float64]
    mass: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Reject masses that are none (ValueError)."""
        if self.xy.shape != (len(self.mass), 2) or not (self.mass >= 0).all():
            raise ValueError("one mass, at least 0, for each place")


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
    distance = np.linalg.norm(prior.xy[:, None, :] - seen[None, :, :], axis=2)
    with np.errstate(divide="ignore"):
        weight = log_density(noise, policy, distance).sum(axis=1) + np.log(prior.mass)
    if not np.isfinite(weight).any():
        return mean_place(prior, seen)
    belief: NDArray[np.float64] = np.exp(weight - weight.max())
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


def score(prior: Prior, beliefs: Sequence[NDArray[np.float64]], truth: NDArray[np.int64]) -> Score:
    """Score beliefs about sites against the nodes where they are.

    The guess is the node with most of the belief within 50 m of it: the best there is for an
    adversary who wants to come so near. The best disc is the same with 100 m.
    """
    near, wide = _Discs(prior.xy, NEAR_M), _Discs(prior.xy, DISC_M)
    errors, discs = [], []
    for belief, place in zip(beliefs, truth, strict=True):
        here = prior.xy[place]
        errors.append(float(np.linalg.norm(prior.xy[near.best(belief)] - here)))
        discs.append(bool(np.linalg.norm(prior.xy[wide.best(belief)] - here) <= DISC_M))
    found = np.array(errors)
    return Score(
        median_m=float(np.median(found)),
        low_m=float(np.quantile(found, 0.05)),
        within_50_m=float((found <= NEAR_M).mean()),
        in_best_disc=float(np.mean(discs)),
    )


def best_places(prior: Prior, beliefs: Sequence[NDArray[np.float64]], radius_m: float) -> list[int]:
    """Number of the node around which a disc holds most of each belief."""
    discs = _Discs(prior.xy, radius_m)
    return [discs.best(belief) for belief in beliefs]


def gone_and_come(
    before: Mapping[str, Hashable], after: Mapping[str, Hashable]
) -> tuple[set[str], set[str]]:
    """Differencing two rounds: codes that went or came, or of which something else is said.

    Of a site that was added, moved or removed this gives its area and no more: the belief is that
    of `inside_area`. Dinur & Nissim (2003), doi:10.1145/773153.773173, for counts.
    """
    gone = {code for code, said in before.items() if after.get(code) != said}
    return gone, {code for code, said in after.items() if before.get(code) != said}


def linked_codes(
    before: Mapping[str, Hashable], after: Mapping[str, Hashable]
) -> dict[str, set[str]]:
    """Joining rounds on attributes: which new codes could be each one that went.

    `before`, `after`: code -> what is published of it other than its area. A single candidate is a
    link across a retired code. Sweeney (2002), doi:10.1142/S0218488502001648.
    """
    come = {code: said for code, said in after.items() if code not in before}
    return {
        code: {other for other, theirs in come.items() if theirs == said}
        for code, said in before.items()
        if code not in after
    }


class _Discs:
    """Discs of one radius around all candidates."""

    def __init__(self, xy: NDArray[np.float64], radius_m: float) -> None:
        near = cKDTree(xy).sparse_distance_matrix(cKDTree(xy), radius_m, output_type="ndarray")
        self._of, self._members = near["i"], near["j"]
        self._size = len(xy)

    def best(self, belief: NDArray[np.float64]) -> int:
        """Centre of the disc that holds most of a belief."""
        held = np.bincount(self._of, weights=belief[self._members], minlength=self._size)
        # Of discs that hold the same, the one whose centre is likeliest.
        return int(np.lexsort((-belief, -np.round(held / belief.sum(), 12)))[0])

"""Points moved by noise: for programmes that must publish points, and to compare the areas with.

- **laplace**: the planar Laplace mechanism of epsilon-geo-indistinguishability (Andrés, Bordenabe,
  Chatzikokolakis & Palamidessi 2013, doi:10.1145/2508859.2516735), by default ln 4 at 300 m: two
  places 300 m apart give any point with probabilities that differ by a factor of four at most.
- **donut**: a uniform place in a ring (Hampton et al. 2010, doi:10.1093/aje/kwq248).

The offset comes from HMAC-SHA256 of the key and the site, separated by method, programme and
version. It is never drawn afresh, since a year of fresh noise averages out, and never depends on
the coordinates. What these do not give, and the areas do: a site that moves shows its exact move
(the offset stays), several ids at one place average out, and a stolen key gives every place away.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

from outreach_map.privacy.keys import ProgrammeKey
from outreach_map.settings import PrivacyPolicy

_BITS = 53


class Noise(StrEnum):
    """Laws of noise."""

    LAPLACE = "laplace"
    DONUT = "donut"


@dataclass(frozen=True)
class NoisePolicy:
    """How far points are moved.

    `ratio` at `at_m`: two places so far apart differ by that factor in what they give (laplace).
    `inner_m`, `outer_m`: the ring of the donut.
    """

    ratio: float = 4.0
    at_m: float = 300.0
    inner_m: float = 100.0
    outer_m: float = 500.0

    def __post_init__(self) -> None:
        """Reject a law that hides nothing (ValueError)."""
        if not (self.ratio > 1 and self.at_m > 0 and 0 <= self.inner_m < self.outer_m):
            raise ValueError("noise needs a ratio above 1, a distance, and a ring with a width")

    @property
    def epsilon_per_m(self) -> float:
        """Epsilon of the Laplace law for each metre."""
        return float(np.log(self.ratio) / self.at_m)


def noise_policy(policy: PrivacyPolicy) -> NoisePolicy:
    """The law that a programme's settings ask for."""
    return NoisePolicy(
        policy.laplace_ratio, policy.laplace_at_m, policy.donut_inner_m, policy.donut_outer_m
    )


def uniforms(
    key: ProgrammeKey, noise: Noise, programme: str, version: int, site: str
) -> tuple[float, float]:
    """Two numbers in (0, 1) with 53 bits each, from the key and the site."""
    secret = key.derive(f"noise {noise} {version}")
    digest = hmac.digest(secret, "\0".join((programme, site)).encode(), "sha256")
    one, other = (
        (int.from_bytes(digest[start : start + 8], "big") >> (64 - _BITS)) for start in (0, 8)
    )
    return (one + 0.5) / 2**_BITS, (other + 0.5) / 2**_BITS


def offsets_m(
    key: ProgrammeKey,
    noise: Noise,
    policy: NoisePolicy,
    programme: str,
    sites: Sequence[str],
    *,
    version: int = 1,
) -> NDArray[np.float64]:
    """(q, 2) metres east and north by which the points of sites are moved.

    Parameters
    ----------
    key, programme, version
        Whose noise; another version moves everything afresh.
    noise, policy
        The law.
    sites
        Raw ids.
    """
    drawn = np.array([uniforms(key, noise, programme, version, site) for site in sites])
    return turned(radius_m(noise, policy, drawn[:, 0]), drawn[:, 1])


def radius_m(noise: Noise, policy: NoisePolicy, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Radius within which a share of the moves stay: the inverse of the radial law.

    Examples
    --------
    >>> policy = NoisePolicy()
    >>> [round(float(r)) for r in radius_m(Noise.LAPLACE, policy, np.array([0.5, 0.95]))]
    [363, 1027]
    >>> [round(float(r)) for r in radius_m(Noise.DONUT, policy, np.array([0.0, 1.0]))]
    [100, 500]
    """
    if noise is Noise.DONUT:
        inner, outer = policy.inner_m**2, policy.outer_m**2
        ring: NDArray[np.float64] = np.sqrt(inner + share * (outer - inner))
        return ring
    lower = lambertw((share - 1.0) / np.e, k=-1).real
    radius: NDArray[np.float64] = -(lower + 1.0) / policy.epsilon_per_m
    return radius


def mean_m(noise: Noise, policy: NoisePolicy) -> float:
    """Mean length of a move.

    >>> round(mean_m(Noise.LAPLACE, NoisePolicy())), round(mean_m(Noise.DONUT, NoisePolicy()))
    (433, 344)
    """
    if noise is Noise.LAPLACE:
        return 2.0 / policy.epsilon_per_m
    inner, outer = policy.inner_m, policy.outer_m
    return 2 / 3 * (outer**3 - inner**3) / (outer**2 - inner**2)


def turned(radius: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(q, 2) east and north of radii at shares of a full turn."""
    angle = 2 * np.pi * share
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def log_density(
    noise: Noise, policy: NoisePolicy, distance_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logarithm of the density of a move, up to a constant; what an adversary weighs places by."""
    if noise is Noise.LAPLACE:
        weighed: NDArray[np.float64] = -policy.epsilon_per_m * distance_m
        return weighed
    inside = (distance_m >= policy.inner_m) & (distance_m <= policy.outer_m)
    return np.where(inside, 0.0, -np.inf)

"""Noise by a key: uniform, steady, and as far as the law says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from outreach_map.privacy import ProgrammeKey
from outreach_map.privacy.noise import Noise, NoisePolicy, offsets_m, radius_m, uniforms

KEYS = [ProgrammeKey(bytes([number] * 32)) for number in range(20)]
POLICY = NoisePolicy()
SITES = [f"H{number}" for number in range(200)]


@pytest.mark.parametrize("noise", list(Noise))
def test_uniforms_are_uniform(noise: Noise) -> None:
    """Kolmogorov-Smirnov at 1 % over a fixed set of keys."""
    drawn = np.array([uniforms(key, noise, "town", 1, site) for key in KEYS for site in SITES])
    for column in drawn.T:
        assert kstest(column, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.04
    assert (drawn > 0).all()
    assert (drawn < 1).all()


def test_radii_follow_their_laws() -> None:
    share = (np.arange(4000) + 0.5) / 4000
    radii = radius_m(Noise.LAPLACE, POLICY, share)
    rate = POLICY.epsilon_per_m
    # Of the planar Laplace law: 1 - (1 + eps r) exp(-eps r), with mean 2 / eps.
    assert 1 - (1 + rate * radii) * np.exp(-rate * radii) == pytest.approx(share)
    assert radii.mean() == pytest.approx(2 / rate, rel=5e-3)
    ring = radius_m(Noise.DONUT, POLICY, share)
    assert (ring**2 - 100**2) / (500**2 - 100**2) == pytest.approx(share)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(list(Noise)))
def test_the_same_key_moves_the_same_site_the_same(site: str, programme: str, noise: Noise) -> None:
    one = offsets_m(KEYS[0], noise, POLICY, programme, [site])
    assert (one == offsets_m(KEYS[0], noise, POLICY, programme, [site])).all()
    for other in (
        offsets_m(KEYS[1], noise, POLICY, programme, [site]),
        offsets_m(KEYS[0], noise, POLICY, programme + "x", [site]),
        offsets_m(KEYS[0], noise, POLICY, programme, [site + "x"]),
        offsets_m(KEYS[0], noise, POLICY, programme, [site], version=2),
    ):
        assert (one != other).any()


def test_laws_and_orders_are_apart() -> None:
    laplace, donut = (offsets_m(KEYS[0], noise, POLICY, "town", SITES) for noise in Noise)
    turn = np.arctan2(*laplace.T) - np.arctan2(*donut.T)
    assert np.unique(np.round(turn, 6)).size == len(SITES)
    back = offsets_m(KEYS[0], Noise.LAPLACE, POLICY, "town", SITES[::-1])[::-1]
    assert (back == laplace).all()


@pytest.mark.parametrize("wrong", [{"ratio": 1.0}, {"at_m": 0.0}, {"inner_m": 500.0}])
def test_a_law_that_hides_nothing_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="noise"):
        NoisePolicy(**wrong)

"""The scale of gaps: sequential in lightness, for eyes that tell no red from green too."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

STYLE = Path(__file__).parents[2] / "outreach_map" / "publish" / "static" / "report.css"

# Machado, Oliveira and Fernandes (2009), severity 1.0, doi:10.1109/TVCG.2009.113.
SEEN_AS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip


def scales() -> tuple[list[str], list[str]]:
    style = STYLE.read_text(encoding="utf-8")
    light, dark = re.findall(r"--gap-0: [^}]*?--gap-3: #\w+", style)
    return re.findall(r"#\w{6}", light), re.findall(r"#\w{6}", dark)


def linear(colour: str) -> NDArray[np.float64]:
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lightness(colour: str, seen: NDArray[np.float64]) -> float:
    luminance = float(np.clip(seen @ linear(colour), 0, 1) @ (0.2126, 0.7152, 0.0722))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


@pytest.mark.parametrize("kind", SEEN_AS)
def test_the_scale_goes_one_way_in_lightness(kind: str) -> None:
    light, dark = ([lightness(colour, SEEN_AS[kind]) for colour in scale] for scale in scales())
    assert len(light) == len(dark) == 4
    # More is darker on a light ground, brighter on a dark one, by ten of L* at least.
    assert all(one - other >= 10 for one, other in pairwise(light))
    assert all(other - one >= 10 for one, other in pairwise(dark))

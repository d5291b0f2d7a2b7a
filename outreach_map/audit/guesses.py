"""The attacks on a programme's own round: what its published files tell who knows the town best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.attacks import (
    DISC_M,
    NEAR_M,
    Prior,
    PublishedRound,
    at_ends,
    best_disc_share,
    best_places,
    entropy_bits,
    gone_and_come,
    intersected,
    likeliest,
    likeliest_by_noise,
    linked_codes,
    middle_of_trimmed_ends,
    near_every_line,
    read_round,
    turns_back,
)
from outreach_map.network import StreetExtract
from outreach_map.privacy import Errors, Metric, errors_of, plausible_places
from outreach_map.privacy.noise import Noise, noise_policy
from outreach_map.programme import Programme
from outreach_map.settings import Method
from outreach_map.tables import Hotspot, Release

Belief = NDArray[np.float64]
BEST_GUESS = "best guess from the drawn areas"


@dataclass(frozen=True)
class Attack:
    """An attack and what came of it.

    `bits` is the median uncertainty that is left to who believes it, and `most` the greatest share
    of a belief that a disc of 100 m holds.
    """

    name: str
    errors: Errors
    bits: float = 0.0
    most: float = 0.0

    @property
    def median_m(self) -> float:
        """Median error of the guesses."""
        return float(np.median(self.errors.metres)) if self.errors.metres else np.nan

    @property
    def low_m(self) -> float:
        """5th percentile of the error."""
        return float(np.quantile(self.errors.metres, 0.05)) if self.errors.metres else np.nan

    @property
    def within_50_m(self) -> float:
        """Share of hotspots found within 50 m."""
        return float((np.array(self.errors.metres) <= NEAR_M).mean()) if self.errors.metres else 0.0


@dataclass(frozen=True)
class Compared:
    """What comparing rounds in turn tells: codes that went, that came, and that are linked.

    A code that stays while something else is said of it counts as gone and come. `linked` counts
    codes that went of which a single new one has the same attributes.
    """

    went: int = 0
    came: int = 0
    linked: int = 0


def attack_round(
    programme: Programme, extract: StreetExtract, start: date, paths: Sequence[Path]
) -> tuple[Attack, ...]:
    """Guess every hotspot from the published files, and let the gate say how far off guesses are.

    Parameters
    ----------
    programme, extract
        The programme and its streets, both of which the adversary may as well have.
    start
        First day of the round.
    paths
        Its published files.
    """
    lon_lat, mass, metric = plausible_places(programme, extract)
    prior = Prior(metric(lon_lat), mass)
    said = read_round(start, paths)
    beliefs: dict[str, dict[str, Belief]] = {}
    for code in said.codes:
        for name, belief in _beliefs(programme, prior, lon_lat, said, code, metric).items():
            beliefs.setdefault(name, {})[code] = belief
    found = []
    for name, each in beliefs.items():
        guess = best_places(prior, list(each.values()), NEAR_M)
        disc = best_places(prior, list(each.values()), DISC_M)
        at = {code: _pair(lon_lat[place]) for code, place in zip(each, guess, strict=True)}
        around = {code: _pair(lon_lat[place]) for code, place in zip(each, disc, strict=True)}
        errors = errors_of(programme, start, extract, at, around, DISC_M)
        bits = float(np.median([entropy_bits(belief) for belief in each.values()]))
        most = max(best_disc_share(prior, belief, DISC_M) for belief in each.values())
        found.append(Attack(name, errors, bits, most))
    return tuple(found)


def _beliefs(
    programme: Programme,
    prior: Prior,
    lon_lat: NDArray[np.float64],
    said: PublishedRound,
    code: str,
    metric: Metric,
) -> Mapping[str, Belief]:
    """Every attack on one hotspot; what one cannot tell is left at the best guess."""
    shapes = said.shapes.get(code, ())
    area = intersected(prior, [shapely.contains_xy(shape, lon_lat) for shape in shapes])
    if not area.any():
        area = prior.mass
    if programme.privacy.method is not Method.AREA and shapes:
        seen = metric(shapely.get_coordinates([shape.centroid for shape in shapes]))
        noise, law = Noise(programme.privacy.method), noise_policy(programme.privacy)
        area = likeliest_by_noise(prior, seen, noise, law)
    single = np.zeros(len(area))
    single[likeliest(area)] = 1.0
    into, out = said.serving.get(code, ((), ()))
    ways = [metric(leg.lon_lat) for leg in (*into, *out)]
    lines = np.where(near_every_line(prior, ways) > 0, area, 0.0)
    ends = np.array([w[-1] for w in ways[: len(into)]] + [w[0] for w in ways[len(into) :]])
    turns = [
        turns_back(np.concatenate([metric(one.lon_lat), metric(other.lon_lat)]))
        for one, other in zip(into, out, strict=False)
    ]
    turned = np.concatenate([*turns, np.empty((0, 2))])
    fitted = middle_of_trimmed_ends(prior, ends) if len(ends) else area
    return {
        BEST_GUESS: area,
        "likeliest place": single,
        "near every line that serves it": lines if lines.any() else area,
        "where the lines end": at_ends(prior, ends) if len(ends) else area,
        "where the lines turn back": at_ends(prior, turned) if len(turned) else area,
        "middle of the ends of lines": fitted if fitted.any() else area,
    }


def compare_rounds(rounds: Mapping[date, Release]) -> Compared:
    """Difference each two rounds that follow each other, and link old codes to new ones."""
    went = came = linked = 0
    for before, after in pairwise(rounds[start].hotspots for start in sorted(rounds)):
        gone, come = gone_and_come(_with_places(before), _with_places(after))
        words = ({one.code: _said(one) for one in each} for each in (before, after))
        went, came = went + len(gone), came + len(come)
        linked += sum(len(to) == 1 for to in linked_codes(*words).values())
    return Compared(went, came, linked)


def _with_places(hotspots: Sequence[Hotspot]) -> dict[str, tuple[object, ...]]:
    return {one.code: (one.place.areas, _said(one)) for one in hotspots}


def _said(hotspot: Hotspot) -> tuple[object, ...]:
    """What is published of a hotspot other than its place and its log."""
    return (
        hotspot.typology,
        hotspot.communities,
        hotspot.languages,
        hotspot.services,
        hotspot.hours.text,
        hotspot.people,
    )


def _pair(place: NDArray[np.float64]) -> tuple[float, float]:
    return float(place[0]), float(place[1])

"""The attacks on a programme's own round: what its maps tell who knows the town best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.attacks import (
    DISC_M,
    NEAR_M,
    Prior,
    best_places,
    inside_area,
    likeliest_by_noise,
)
from outreach_map.network import StreetExtract, nodes_within
from outreach_map.privacy import Errors, errors_of, plausible_nodes
from outreach_map.privacy.noise import Noise, noise_policy
from outreach_map.programme import Programme
from outreach_map.publish import Plan
from outreach_map.settings import Method
from outreach_map.tables import Mode

# Hoh et al. (2007), doi:10.1145/1315245.1315266: who is served is near the line that serves.
_LINE_M = 20.0


@dataclass(frozen=True)
class Attack:
    """An attack and what came of it."""

    name: str
    errors: Errors

    @property
    def median_m(self) -> float:
        """Median error of the guesses."""
        return float(np.median(self.errors.metres)) if self.errors.metres else np.nan

    @property
    def within_50_m(self) -> float:
        """Share of hotspots found within 50 m."""
        return float((np.array(self.errors.metres) <= NEAR_M).mean()) if self.errors.metres else 0.0


def attack_round(programme: Programme, extract: StreetExtract, plan: Plan) -> tuple[Attack, ...]:
    """Guess every hotspot of a plan, and let the gate say how far off the guesses are."""
    walk = extract.networks[Mode.WALK]
    nodes, mass, metric = plausible_nodes(programme, extract)
    prior = Prior(nodes, mass)
    areas = {}
    by_area = programme.privacy.method is Method.AREA
    for hotspot in plan.release.hotspots:
        inside = np.zeros(len(nodes), bool)
        inside[nodes_within(walk, hotspot.place.geometry)] = True
        belief = inside_area(prior, inside)
        if not by_area:
            seen = metric(shapely.get_coordinates(hotspot.place.geometry.centroid))
            noise, law = Noise(programme.privacy.method), noise_policy(programme.privacy)
            belief = likeliest_by_noise(prior, seen, noise, law)
        areas[hotspot.code] = belief if belief.any() else prior.mass
    beliefs = {
        "best guess in the area" if by_area else "best guess by the law of the noise": areas,
        "near every line that serves it": _by_lines(plan, walk.lon_lat, areas),
    }
    found = []
    for name, each in beliefs.items():
        guess = best_places(prior, list(each.values()), NEAR_M)
        disc = best_places(prior, list(each.values()), DISC_M)
        at = {code: _pair(walk.lon_lat[node]) for code, node in zip(each, guess, strict=True)}
        around = {code: _pair(walk.lon_lat[node]) for code, node in zip(each, disc, strict=True)}
        errors = errors_of(programme, plan.start, extract, at, around, DISC_M)
        found.append(Attack(name, errors))
    return tuple(found)


def _by_lines(
    plan: Plan, lon_lat: NDArray[np.float64], areas: dict[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Of each area what lies within 20 m of every leg that leads to its hotspot or from it."""
    legs: dict[str, list[NDArray[np.float64]]] = {}
    for tour in plan.routes.itineraries:
        for leg, before, after in zip(tour.legs, tour.stops, tour.stops[1:], strict=False):
            for stop in (before, after):
                if stop.code in areas and len(leg.lon_lat):
                    legs.setdefault(stop.code, []).append(leg.lon_lat)
    scale = 111_320.0 * np.array([np.cos(np.radians(lon_lat[:, 1].mean())), 1.0])
    beliefs = dict(areas)
    for code, lines in legs.items():
        near = np.ones(len(lon_lat), bool)
        for line in lines:
            distance, _ = cKDTree(_dense(line * scale)).query(lon_lat * scale)
            near &= distance <= _LINE_M
        belief = np.where(near, areas[code], 0.0)
        if belief.any():
            beliefs[code] = belief
    return beliefs


def _dense(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line in metres with a point at least every ten."""
    if len(line) < 2:
        return line
    steps = np.maximum(np.ceil(np.linalg.norm(np.diff(line, axis=0), axis=1) / 10).astype(int), 1)
    return np.concatenate(
        [
            np.linspace(one, other, count, endpoint=False)
            for one, other, count in zip(line, line[1:], steps, strict=False)
        ]
        + [line[-1:]]
    )


def _pair(place: NDArray[np.float64]) -> tuple[float, float]:
    return float(place[0]), float(place[1])

"""Problems with published results: time windows, several trips, prizes, a tour."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.instances import BEST_KNOWN, REFERENCE, read
from outreach_map.routing import Client, RoutingProblem, Solution, Vehicle, Window, check_solution
from outreach_map.routing.search import Job, search

# TSPLIB, Reinelt 1991: degrees and minutes (16.47 is 16° 47').
BURMA14 = [
    (16.47, 96.10), (16.47, 94.44), (20.09, 92.54), (22.39, 93.37), (25.23, 97.24), (22.00, 96.05),
    (20.47, 97.02), (17.20, 96.29), (16.30, 97.38), (14.05, 98.12), (16.53, 97.38), (21.52, 95.59),
    (19.41, 97.13), (20.09, 94.55),
]  # fmt: skip
ALWAYS = (0, 10**7)


def solved(problem: RoutingProblem, iterations: int, seed: int = 0) -> Solution:
    solution = search(Job(problem, seed, iterations))
    assert check_solution(problem, solution) == ()
    return solution


@pytest.mark.parametrize(
    ("name", "iterations", "gap"),
    [("C104.txt", 300, 0.03), ("R201R0.5.vrp", 1500, 0.15), ("R1_10_1.vrp", 3000, 0.06)],
)
def test_an_instance_is_solved_close_to_the_best_known(
    name: str, iterations: int, gap: float
) -> None:
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip("the reference instances are not beside the project")
    cost = solved(read(path).problem(), iterations).cost
    assert BEST_KNOWN[name] <= cost <= BEST_KNOWN[name] * (1 + gap)


def test_the_published_solution_of_several_trips_costs_what_is_published() -> None:
    path = REFERENCE / "R201R0.5.vrp"
    if not path.is_file():
        pytest.skip("the reference instances are not beside the project")
    instance = read(path)
    lines = Path(path.with_suffix(".sol")).read_text(encoding="ascii").splitlines()
    tours = [line.split(":")[1].split() for line in lines if line.startswith("Route")]
    # A 0 stands for the depot, at which a vehicle fills up again.
    stops = [[0, *(int(stop) for stop in tour), 0] for tour in tours]
    way = sum(instance.apart[a, b] for tour in stops for a, b in pairwise(tour))
    assert way == BEST_KNOWN["R201R0.5.vrp"]


def test_the_tour_of_burma14_has_the_published_length() -> None:
    degrees = np.array(BURMA14)
    whole = np.trunc(degrees)
    latitude, longitude = (3.141592 * (whole + 5 * (degrees - whole) / 3) / 180).T
    q1 = np.cos(longitude[:, None] - longitude)
    q2 = np.cos(latitude[:, None] - latitude)
    q3 = np.cos(latitude[:, None] + latitude)
    cosine = np.clip(0.5 * ((1 + q1) * q2 - (1 - q1) * q3), -1, 1)
    apart = np.trunc(6378.388 * np.arccos(cosine) + 1).astype(np.int64)
    np.fill_diagonal(apart, 0)
    clients = tuple(
        Client(f"C{place}", place, (Window(*ALWAYS, frozenset({0})),), 0, (), 0, required=True)
        for place in range(1, 14)
    )
    vehicle = Vehicle("V0", 0, 0, 0, ALWAYS, ())
    problem = RoutingProblem(clients, (vehicle,), (apart,), (apart,))
    assert solved(problem, 500).cost == 3323

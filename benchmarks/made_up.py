"""Made-up problems of outreach: a week that grows, and an evening with every kind of rule."""

from __future__ import annotations

import numpy as np

from outreach_map.routing.problem import Break, Client, Reload, RoutingProblem, Vehicle, Window

HOUR = 3600


def week(visits: int, seed: int = 0) -> RoutingProblem:
    """A week of two visits a hotspot: teams of ten visits a shift, five shifts each."""
    rng = np.random.default_rng(seed)
    hotspots = visits // 2
    teams = max(visits // 40, 2)
    xy = rng.uniform(0, 12_000, (hotspots + teams, 2))
    metres = np.linalg.norm(xy[:, None] - xy[None, :], axis=2).astype(np.int64)
    day = 86_400
    vehicles = [
        Vehicle(
            f"T-{team}", 0, hotspots + team, hotspots + team,
            (d * day + 17 * 3600, d * day + 22 * 3600), (40,), max_distance_m=60_000,
        )
        for team in range(teams) for d in range(5)
    ]  # fmt: skip
    clients = []
    for hotspot in range(hotspots):
        may = rng.choice(teams, max(teams // 2, 1), replace=False)
        begin = int(rng.integers(17, 20)) * 3600
        for days in ((0, 1), (2, 3, 4)):
            windows = tuple(
                Window(
                    d * day + begin, d * day + begin + 7200,
                    frozenset(int(team) * 5 + d for team in may),
                )
                for d in days
            )  # fmt: skip
            prize = int(rng.integers(5000, 9000))
            clients.append(Client(f"H-{hotspot}", hotspot, windows, 1200, (4,), prize))
    return RoutingProblem(tuple(clients), tuple(vehicles), (metres // 4,), (metres,), ("kit",))


def evening(seed: int) -> RoutingProblem:
    """More visits than an evening holds: 60 hotspots, 6 teams on foot, by bike and by van.

    Skills, two items, restocking, breaks, zones with a limit on exposure, two windows here and
    there. Places 0 to 59 are hotspots, 60 to 62 bases, 63 and 64 points that restock.
    """
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 9_000, (65, 2))
    metres = np.linalg.norm(xy[:, None] - xy[None, :], axis=2).astype(np.int64)
    zones = rng.uniform(0, 9_000, (4, 2))
    risky = (np.linalg.norm(xy[:, None] - zones[None, :], axis=2) < 1_500).any(axis=1)
    weights = np.where(risky, 100, 0).astype(np.int64)
    speeds = (1.4, 4.0, 7.0)
    durations = tuple(np.ceil(metres / speed).astype(np.int64) for speed in speeds)
    share = (risky[:, None].astype(float) + risky[None, :]) / 2
    exposures = tuple(np.ceil(seconds * share).astype(np.int64) for seconds in durations)
    begin, end = 17 * HOUR, 22 * HOUR
    vehicles = []
    for team in range(6):
        base, mode = 60 + team % 3, team // 2
        vehicles.append(
            Vehicle(
                f"T-{team}", mode, base, base, (begin, end), ((60, 20), (90, 30), (120, 40))[mode],
                pause=Break((base, 63, 64), (begin + 5400, begin + 11_400), 1200),
                reloads=tuple(Reload(place, (begin, end - 2400), 600) for place in (63, 64)),
                max_exposure=3600,
            )
        )  # fmt: skip
    clients = []
    for place in range(60):
        who = frozenset(int(v) for v in rng.choice(6, int(rng.integers(2, 5)), replace=False))
        opens = begin + int(rng.integers(0, 5)) * 1800
        windows = [Window(opens, opens + int(rng.integers(2, 5)) * 1800, who)]
        if rng.random() < 0.3 and windows[0].late_s < end - 5400:
            windows.append(Window(windows[0].late_s + 3600, end - 1800, who, 300))
        met = int(rng.integers(2, 20))
        clients.append(
            Client(
                f"H-{place}", place, tuple(windows), 600 + 60 * met, (met, int(rng.integers(0, 6))),
                int(rng.integers(3000, 9000)),
            )
        )  # fmt: skip
    return RoutingProblem(
        tuple(clients), tuple(vehicles), durations, (metres,) * 3, ("syringes", "naloxone"),
        exposures=exposures, stop_weights=(weights,) * 3,
    )  # fmt: skip

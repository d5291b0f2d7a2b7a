"""Coverage against its reaches, and against the libraries that a planner would otherwise call.

    python -m benchmarks.coverage [STREETS.osm.pbf] [--json FILE] [--candidates N]

One cascade of 1,000 hotspots, 200 points and 8 services with hours, walking times included; one
MCLP of 1,000 places and 500 candidates to a proof, beside plain spopt (HiGHS, and CBC that comes
with PuLP); and catchments beside PySAL's access. All answers are compared. allagash 0.4.3, another
usual choice, does not run with the pandas of today.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import pandas as pd
import pulp
import shapely
from access import fca
from spopt.locate import MCLP

from benchmarks.privacy import DEMO
from benchmarks.table import Row, show
from outreach_map.coverage import (
    Standards,
    assess_coverage,
    enhanced_two_step_fca,
    mclp,
    three_step_fca,
)
from outreach_map.hours import Hours
from outreach_map.network import StreetNetwork, read_streets, travel_time_matrix
from outreach_map.tables import (
    Area,
    Band,
    Hotspot,
    Mode,
    Place,
    Point,
    PointStatus,
    Release,
    Stock,
    VisitLog,
)

T = TypeVar("T")

HOTSPOTS, POINTS, PLACES, CANDIDATES, SITES = 1_000, 200, 1_000, 500, 20
SERVICES = (
    "nsp", "naloxone", "condoms", "lubricant", "hiv_test", "hcv_test", "oat_referral", "legal",
)  # fmt: skip
STANDARD_S = 600.0
STEPS = {600.0: 1.0, 1200.0: 0.68, 1800.0: 0.22}
WITHIN_S = 10.0
SIDE_M, M_PER_DEGREE = 250.0, 111_195.0
LANGUAGES = ("pt", "es", "en", "ht", "ar", "fr")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = work()
    return time.perf_counter() - start, found


def town(walk: StreetNetwork, seed: int = 7) -> Release:
    """Hotspots in squares round random crossings, points at others, all with hours and words."""
    rng = np.random.default_rng(seed)
    main = np.flatnonzero(walk.component == 0)
    spots = walk.lon_lat[rng.choice(main, HOTSPOTS)]
    points = walk.lon_lat[rng.choice(main, POINTS)]
    stock = MappingProxyType(dict.fromkeys(("syringes", "naloxone", "condoms"), Stock.IN_STOCK))
    hotspots = tuple(
        Hotspot(
            code=code,
            place=square(number, *spot),
            languages=tuple(rng.choice(LANGUAGES, 2, replace=False)),
            people=Band(11, 25),
            hours=hours(rng, late=True),
            services=SERVICES,
            log=VisitLog(visits_28d=Band(1, 2), contacts_28d=Band(11, 25)),
        )
        for number, (code, spot) in enumerate(zip(codes("H", HOTSPOTS), spots, strict=True))
    )
    offered = tuple(
        Point(
            code=code,
            place=Place((), shapely.Point(spot), (float(spot[0]), float(spot[1]))),
            public=True,
            services=tuple(rng.choice(SERVICES, 5, replace=False)),
            hours=hours(rng, late=False),
            capacity_per_month=Band(100, 299),
            stock=stock,
            languages=tuple(rng.choice(LANGUAGES, 3, replace=False)),
            status=PointStatus.OPEN,
        )
        for code, spot in zip(codes("P", POINTS), points, strict=True)
    )
    whole = shapely.box(*walk.lon_lat.min(axis=0), *walk.lon_lat.max(axis=0))
    return Release(
        start=date(2026, 11, 23),
        study_area=whole,
        areas=(Area(0, whole, (0.0, 0.0), 1.0, True),),
        hotspots=hotspots,
        points=offered,
        teams=(),
        zones=(),
        decisions=(),
        log_days=91,
        items=(),
    )


def square(number: int, lon: float, lat: float) -> Place:
    north = SIDE_M / 2 / M_PER_DEGREE
    east = north / np.cos(np.radians(lat))
    return Place(
        (number,), shapely.box(lon - east, lat - north, lon + east, lat + north), (lon, lat)
    )


def hours(rng: np.random.Generator, *, late: bool) -> Hours:
    """To the half hour, as they are released; hundreds of different texts."""
    first = int(rng.integers(32, 42) if late else rng.integers(14, 30))
    last = min(first + int(rng.integers(4, 12) if late else rng.integers(10, 20)), 48)
    days = rng.choice(["Mo-Fr", "Mo-Su", "Th-Sa", "Mo,We,Fr", "Tu-Su"])
    return Hours(
        f"{days} {first // 2:02d}:{first % 2 * 30:02d}-{last // 2:02d}:{last % 2 * 30:02d}"
    )


def codes(kind: str, count: int) -> list[str]:
    letters = product("ABCDEFGHIJKLMNOPQRSTUVWXYZ", repeat=4)
    return [f"{kind}-{''.join(next(letters))}" for _ in range(count)]


def cascade(walk: StreetNetwork) -> list[Row]:
    released = town(walk)
    assess_coverage(town(walk, 8), walk, Standards())  # orders of the network, as every plan has
    seconds, found = timed(lambda: assess_coverage(released, walk, Standards()))
    assert len(found.services) == HOTSPOTS * len(SERVICES)
    assert len({row.reach for row in found.services}) >= 3
    name = f"cascade of {HOTSPOTS} hotspots, {POINTS} points, {len(SERVICES)} services"
    return [Row.at_most(name, seconds, "s", WITHIN_S)]


def siting(walk: StreetNetwork, candidates: int) -> list[Row]:
    rng = np.random.default_rng(11)
    main = np.flatnonzero(walk.component == 0)
    cost = travel_time_matrix(
        walk, rng.choice(main, PLACES), rng.choice(main, candidates, replace=False)
    )
    people = rng.integers(1, 60, PLACES).astype(float)
    own_s, own = timed(lambda: mclp(cost, people, STANDARD_S, SITES))
    name = f"MCLP, {PLACES} places x {candidates} candidates, p = {SITES}"
    rows = [
        Row.at_least(f"{name}: proven", float(own.proven), "", 1.0),
        Row(f"{name}: people reached", own.objective, ""),
        Row(name, own_s, "s"),
    ]
    rivals: dict[str, Callable[[], float]] = {
        "spopt, HiGHS": lambda: plain(cost, people, pulp.HiGHS(msg=False, gapRel=0.0)),
        "spopt, CBC": lambda: plain(cost, people, pulp.PULP_CBC_CMD(msg=False)),
    }
    for rival, work in rivals.items():
        seconds, objective = timed(work)
        if abs(objective - own.objective) > 1e-6:
            print(f"{rival} answers otherwise: {objective:.0f} people")
        rows.append(Row(f"{rival}, against ours", seconds / own_s, "x"))
    return rows


def plain(cost: np.ndarray, people: np.ndarray, solver: pulp.LpSolver) -> float:
    model = MCLP.from_cost_matrix(cost, people, STANDARD_S, p_facilities=SITES)
    return float(model.solve(solver).problem.objective.value())


def catchments(walk: StreetNetwork) -> list[Row]:
    rng = np.random.default_rng(5)
    main = np.flatnonzero(walk.component == 0)
    cost = travel_time_matrix(walk, rng.choice(main, PLACES), rng.choice(main, CANDIDATES))
    people = rng.integers(1, 60, PLACES).astype(float)
    supply = rng.integers(50, 500, CANDIDATES).astype(float)
    demand = pd.DataFrame({"demand": people}, index=pd.Index(range(PLACES), name="geoid"))
    points = pd.DataFrame(
        {"supply": supply}, index=pd.Index(range(PLACES, PLACES + CANDIDATES), name="geoid")
    )
    row, column = np.nonzero(np.isfinite(cost))
    costs = pd.DataFrame({"origin": row, "dest": column + PLACES, "cost": cost[row, column]})

    def step(seconds: float) -> float:
        return next((w for bound, w in sorted(STEPS.items()) if seconds <= bound), 0.0)

    result = []
    for name, ours, theirs in (
        (
            "E2SFCA",
            lambda: enhanced_two_step_fca(people, supply, cost, STEPS),
            lambda: fca.two_stage_fca(demand, points, costs.copy(), 1800.0, weight_fn=step),
        ),
        (
            "3SFCA",
            lambda: three_step_fca(people, supply, cost, STEPS),
            lambda: fca.three_stage_fca(demand, points, costs.copy(), 1800.0, weight_fn=step),
        ),
    ):
        own_s, own = timed(ours)
        seconds, other = timed(theirs)
        gap = np.abs(own - other.reindex(range(PLACES)).fillna(0.0).to_numpy()).max()
        title = f"{name}, {PLACES} x {CANDIDATES}"
        result += [
            Row(title, own_s, "s"),
            Row(f"{title}: access, against ours", seconds / own_s, "x"),
            Row.at_most(f"{title}: off access by", float(gap / own.max()), "", 1e-9),
        ]
    return result


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("streets", type=Path, nargs="?", default=DEMO)
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    walk = read_streets(arguments.streets, Mode.WALK)
    rows = [*cascade(walk), *siting(walk, arguments.candidates), *catchments(walk)]
    show(f"Coverage, {arguments.streets.parent.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

"""What areas cost those who plan with them, by how many people each has to hold.

    python -m benchmarks.cost_of_privacy [STREETS.osm.pbf] [--population CELLS.csv] [--json FILE]
        [--picture FILE.svg]

Sites and services are drawn at random; tours, last miles and verdicts by released areas are set
beside those by the places themselves. Without a file of residents the floor is in buildings. At the
usual floor, plans for other draws of sites tell whether the last mile that plans count is right.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyvrp
import shapely
from pyvrp.stop import MaxIterations

from benchmarks.privacy import DEMO, World, make_world, read_residents
from benchmarks.table import Row, show
from outreach_map.coverage.walking import measure_walks
from outreach_map.network import nearest_facility, travel_matrices
from outreach_map.privacy import Residents
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.merge import nearest_place
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Place

PEOPLE = (100, 250, 1000)
BUILDINGS = (20, 50, 200)
SERVICES = 15
WALK_S = 600.0
VISITS = 8
ITERATIONS = 400
# Draws that nothing was chosen by.
HELD_OUT = range(100, 110)


@dataclass(frozen=True)
class Cost:
    """At one floor: areas, tours, metres of the last mile, verdicts.

    `planned` is the length of tours to anchors against tours planned on the raw places, `counted`
    the same with the released last mile of each area once a visit, as plans count it, `walked` that
    of the same order by the raw places themselves.
    The last mile is that of every place, as likely as the prior has it. `held_out` has `counted`
    and `planned` against `walked` for each of other draws.
    """

    floor: int
    areas: int
    planned: float
    counted: float
    walked: float
    mile_m: float
    far_mile_m: float
    wrong: float
    partly: float
    held_out: tuple[tuple[float, float], ...] = ()


def measure(streets: Path, sites: int, residents: Residents | None) -> list[Cost]:
    costs = []
    for people, buildings in zip(PEOPLE, BUILDINGS, strict=True):
        policy = PrivacyPolicy(residents=people, buildings=buildings)
        world = make_world(streets, sites, policy, residents)
        mile, share = last_miles(world)
        planned, counted, walked = tours(world)
        wrong, partly = verdicts(world)
        costs.append(
            Cost(
                people if residents is not None else buildings,
                len(world.division.areas),
                planned,
                counted,
                walked,
                weighted_quantile(mile, share, 0.5),
                weighted_quantile(mile, share, 0.9),
                wrong,
                partly,
                held_out(world) if policy == PrivacyPolicy() else (),
            )
        )
    return costs


def last_miles(world: World) -> tuple[np.ndarray, np.ndarray]:
    """(m,) metres on foot from the anchor to each crossing of an area, and masses, of all areas."""
    walk = world.walk
    node = crossing_of_place(world)
    metres, masses = [], []
    for number, anchor in enumerate(anchor_of_area(world)):
        own = world.area == number
        places = np.unique(node[own])
        mass = np.bincount(node[own], world.prior.mass[own], len(walk))[places]
        way = np.asarray(travel_matrices(walk, [anchor], places).length_m)[0]
        metres.append(way)
        masses.append(mass)
    return np.concatenate(metres), np.concatenate(masses)


def crossing_of_place(world: World) -> np.ndarray:
    """Nearest crossing of each place along the streets, (n,)."""
    main = np.flatnonzero(world.walk.component == 0)
    return main[nearest_place(world.crossings.xy[main], world.prior.xy)[1]]


def anchor_of_area(world: World) -> np.ndarray:
    """Crossing that is the anchor of each area, (a,)."""
    return world.walk.snap(np.array([area.anchor for area in world.division.areas]), 1e6).node


def weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    order = np.argsort(values)
    run = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(run, share)])


def tours(world: World) -> tuple[float, float, float]:
    """Lengths of tours to anchors, with last miles, and by raw places, against raw planning."""
    base = int(np.argmax(world.crossings.mass))
    raw, anchored = (
        np.asarray(travel_matrices(world.walk, [base, *nodes], [base, *nodes]).length_m)
        for nodes in (world.nodes, world.anchors)
    )
    best, order = planned(raw), planned(anchored)
    shortest = length_m(best, raw)
    to_anchors = length_m(order, anchored)
    inside = sum(world.division.areas[area].last_mile_m for area in world.area[world.sites])
    by_raw = length_m(order, raw)
    return to_anchors / shortest, (to_anchors + inside) / shortest, by_raw / shortest


def held_out(world: World) -> tuple[tuple[float, float], ...]:
    """Plans to anchors, with last miles and without, against what is walked, for other sites."""
    base = int(np.argmax(world.crossings.mass))
    node, anchor = crossing_of_place(world), anchor_of_area(world)
    miles = np.array([area.last_mile_m for area in world.division.areas])
    found = []
    for seed in HELD_OUT:
        share = world.prior.mass / world.prior.mass.sum()
        sites = np.random.default_rng(seed).choice(
            len(share), len(world.sites), replace=False, p=share
        )
        area = world.area[sites]
        raw, anchored = (
            np.asarray(travel_matrices(world.walk, [base, *at], [base, *at]).length_m)
            for at in (node[sites], anchor[area])
        )
        order = planned(anchored)
        to_anchors, walked = length_m(order, anchored), length_m(order, raw)
        found.append(((to_anchors + miles[area].sum()) / walked, to_anchors / walked))
    return tuple(found)


def planned(metres: np.ndarray) -> list[list[int]]:
    """Tours of at most `VISITS` from the first place by all others, by PyVRP."""
    count = len(metres)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(count)],
        clients=[pyvrp.Client(place, delivery=[1]) for place in range(1, count)],
        depots=[pyvrp.Depot(0)],
        vehicle_types=[pyvrp.VehicleType(-(-count // VISITS) + 5, capacity=[VISITS])],
        distance_matrices=[np.rint(metres).astype(np.int64)],
        duration_matrices=[np.zeros((count, count), np.int64)],
    )
    found = pyvrp.solve(data, MaxIterations(ITERATIONS), seed=1, display=False)
    return [[stop.idx + 1 for stop in route if stop.is_client()] for route in found.best.routes()]


def length_m(routes: list[list[int]], metres: np.ndarray) -> float:
    return float(
        sum(metres[one, other] for route in routes for one, other in pairwise([0, *route, 0]))
    )


def verdicts(world: World, seed: int = 5) -> tuple[float, float]:
    """Shares of sites whose released verdict is wrong, and "partly", over random services."""
    rng = np.random.default_rng(seed)
    walk = world.walk
    locator = Locator(world.division)
    main = np.flatnonzero(walk.component == 0)
    wrong = partly = total = 0
    for _ in range(5):
        open_at = rng.choice(main, SERVICES, replace=False)
        services = [_at(walk.lon_lat[node]) for node in open_at]
        truth = nearest_facility(walk, open_at).travel_time_s[world.nodes]
        places = [locator.place((int(world.area[site]),)) for site in world.sites]
        walks = measure_walks(walk, places, services)
        nearest = walks.nearest_s(np.ones((len(places), len(services)), dtype=bool))
        for seconds, best, worst in zip(
            truth, walks.least(nearest), walks.most(nearest), strict=True
        ):
            total += 1
            if worst <= WALK_S:
                wrong += seconds > WALK_S
            elif best > WALK_S:
                wrong += seconds <= WALK_S
            else:
                partly += 1
    return wrong / total, partly / total


def _at(lon_lat: np.ndarray) -> Place:
    lon, lat = (round(float(value), 4) for value in lon_lat)
    return Place((), shapely.Point(lon, lat), (lon, lat))


def rows(costs: list[Cost], unit: str) -> list[Row]:
    result = []
    for cost in costs:
        of = f"at {cost.floor} {unit}"
        result += [
            Row(f"{of}: areas", cost.areas, ""),
            Row(f"{of}: tours to anchors against raw places", cost.planned, "x", 1.25,
                0.85 <= cost.planned <= 1.25),
            Row(f"{of}: with the walk inside each area", cost.counted, "x", 1.25,
                0.85 <= cost.counted <= 1.25),
            Row(f"{of}: the same order by the raw places", cost.walked, "x", 1.25,
                0.85 <= cost.walked <= 1.25),
            Row.at_most(f"{of}: last mile, median", cost.mile_m, "m", 350.0),
            Row(f"{of}: last mile, 90th percentile", cost.far_mile_m, "m"),
            Row.at_most(f"{of}: verdicts that are wrong", 100 * cost.wrong, "%", 5.0),
            Row(f"{of}: verdicts that say partly", 100 * cost.partly, "%"),
        ]  # fmt: skip
        if cost.held_out:
            counted, bare = np.array(cost.held_out).T
            result += [
                Row(f"{of}: plan against walked, {len(counted)} other draws", counted.mean(), "x"),
                Row(f"{of}: least of them", counted.min(), "x"),
                Row(f"{of}: most of them", counted.max(), "x"),
                Row(f"{of}: the same without last miles", bare.mean(), "x"),
            ]
    return result


def picture(costs: list[Cost], unit: str, path: Path) -> None:
    """Last mile, tours and verdicts at each floor, as an SVG."""
    panels = (
        ("last mile, median", [cost.mile_m for cost in costs], "{:.0f} m"),
        ("tours, with the walk inside", [cost.counted for cost in costs], "{:.2f} x"),
        ("verdicts that say partly", [100 * cost.partly for cost in costs], "{:.0f} %"),
        ("verdicts that are wrong", [100 * cost.wrong for cost in costs], "{:.1f} %"),
    )
    left, step, wide = 250, 22, 300
    parts, top = [], 40
    for title, values, form in panels:
        parts.append(f'<text x="12" y="{top + 14}" font-weight="bold">{title}</text>')
        most = max(max(values), 1e-9)
        for number, (cost, value) in enumerate(zip(costs, values, strict=True)):
            y = top + number * step
            long = max(value / most * wide, 1)
            parts.append(
                f'<text x="{left - 8}" y="{y + 14}" text-anchor="end" fill="#555">{cost.floor}'
                f'</text><rect x="{left}" y="{y + 2}" width="{long:.1f}" height="15" '
                f'fill="{"#2f6f8f" if number == 1 else "#9db7c9"}"/>'
                f'<text x="{left + long + 6:.1f}" y="{y + 14}">{form.format(value)}</text>'
            )
        top += len(costs) * step + 20
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {top}" '
        'font-family="sans-serif" font-size="14" role="img">',
        "<title>What areas cost in use, by what each has to hold</title>",
        f'<rect width="640" height="{top}" fill="#ffffff"/>',
        f'<text x="12" y="24">What areas cost, by the {unit} that each has to hold</text>',
    ]
    path.write_text("\n".join([*svg, *parts, "</svg>"]) + "\n", "utf-8")


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("streets", type=Path, nargs="?", default=DEMO)
    parser.add_argument("--population", type=Path, help="h3 or lon and lat, population")
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="an SVG of the costs")
    arguments = parser.parse_args()
    residents = None if arguments.population is None else read_residents(arguments.population)
    unit = "buildings" if residents is None else "residents"
    costs = measure(arguments.streets, arguments.sites, residents)
    show(f"Cost of areas, {arguments.streets.parent.name}", rows(costs, unit), arguments.json)
    if arguments.picture:
        picture(costs, unit, arguments.picture)


if __name__ == "__main__":
    main()

"""The privacy gate against what is usual, under attacks with a year of published files.

    python -m benchmarks.privacy [STREETS.osm.pbf] [--sites 200] [--weeks 52] [--json FILE]
        [--picture FILE.svg] [--maskmypy PYTHON]

Sites are drawn from the prior that the adversary knows exactly. Every method publishes them each
week; the attacks of `outreach_map.attacks` are scored beside guessing from a single release.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from benchmarks.rivals import maskmypy_donut
from benchmarks.table import Row, show
from outreach_map.attacks import (
    Prior,
    Score,
    inside_area,
    likeliest_by_noise,
    mean_place,
    on_every_route,
    rounded,
    score,
)
from outreach_map.network import (
    EngineKind,
    StreetNetwork,
    read_extract,
    shortest_paths,
    street_stops,
    travel_matrices,
)
from outreach_map.network.hierarchy import AVAILABLE
from outreach_map.privacy import Partition, Residents, partition
from outreach_map.privacy.areas import stop_weights
from outreach_map.privacy.keys import ProgrammeKey
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.merge import nearest_place, plausibility
from outreach_map.privacy.noise import Noise, NoisePolicy, offsets_m, radius_m, turned
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Mode

DEMO = Path(__file__).parents[1] / "data" / "liechtenstein" / "streets.osm.pbf"
VISITS = 5


@dataclass(frozen=True, eq=False)
class World:
    """Streets with their prior, the partition, and sites as nodes."""

    walk: StreetNetwork
    division: Partition
    prior: Prior
    area_of_node: np.ndarray
    sites: np.ndarray
    anchors: np.ndarray
    seconds_for_10_000: float


def make_world(
    path: Path,
    sites: int,
    policy: PrivacyPolicy,
    residents: Residents | None = None,
    seed: int = 0,
) -> World:
    extract = read_extract(path, cache=False)
    walk = extract.networks[Mode.WALK]
    houses = extract.building_lon_lat
    division = partition(shapely.box(*extract.bounds), residents, walk, houses, policy)
    stops = street_stops(walk)
    area = division.areas_of_points(stops.lon_lat)
    stop_xy, node_xy = division.metric(stops.lon_lat), division.metric(walk.lon_lat)
    # The partition's own prior: half of it shared by all stops, half by who or what is near them.
    mass = plausibility(stop_weights(stop_xy, residents, houses, division.metric))
    main = np.flatnonzero(walk.component == 0)
    _, node_of_stop = nearest_place(node_xy[main], stop_xy)
    node_of_stop = main[node_of_stop]
    node_mass = np.bincount(
        node_of_stop, weights=np.where(area >= 0, mass, 0.0), minlength=len(walk)
    )
    area_of_node = division.areas_of_points(walk.lon_lat)
    node_mass[area_of_node < 0] = 0.0
    rng = np.random.default_rng(seed)
    share = node_mass / node_mass.sum()
    chosen = rng.choice(len(walk), sites, replace=False, p=share)
    anchors = np.array([area.anchor for area in division.areas])
    anchor_nodes = walk.snap(anchors, 1e6).node
    locator = Locator(division)
    many = shapely.points(
        walk.lon_lat[rng.choice(len(walk), 10_000, p=node_mass / node_mass.sum())]
    )
    began = time.perf_counter()
    found = locator.areas(list(many))
    seconds = time.perf_counter() - began
    assert all(found)
    return World(
        walk, division, Prior(node_xy, node_mass), area_of_node, chosen,
        anchor_nodes[area_of_node[chosen]], seconds,
    )  # fmt: skip


def noisy(world: World, weeks: int, *, seed: int) -> dict[str, tuple[list, list]]:
    """Beliefs from points moved by noise: one release, and all of them."""
    prior, policy = world.prior, NoisePolicy()
    rng = np.random.default_rng(seed)
    truth = prior.xy[world.sites]
    key = ProgrammeKey(bytes(range(32)))
    names = [f"site {number}" for number in range(len(truth))]
    result: dict[str, tuple[list, list]] = {}
    for noise in Noise:
        fresh = np.stack(
            [
                truth
                + turned(radius_m(noise, policy, rng.random(len(truth))), rng.random(len(truth)))
                for _ in range(weeks)
            ],
            axis=1,
        )
        kept = truth + offsets_m(key, noise, policy, "benchmark", names)
        always = np.repeat(kept[:, None, :], weeks, axis=1)
        for name, seen in ((f"fresh {noise} each week", fresh), (f"{noise} kept by a key", always)):
            one = [likeliest_by_noise(prior, each[:1], noise, policy) for each in seen]
            # The same point again says nothing new.
            distinct = [np.unique(each, axis=0) for each in seen]
            year = [likeliest_by_noise(prior, each, noise, policy) for each in distinct]
            result[name] = (one, year)
        result[f"fresh {noise}, plain mean"] = (
            [mean_place(prior, each[:1]) for each in fresh],
            [mean_place(prior, each) for each in fresh],
        )
        # Who has the key and the ids takes the same offsets off again.
        back = kept - offsets_m(key, noise, policy, "benchmark", names)
        stolen = [mean_place(prior, each[None, :]) for each in back]
        result[f"{noise} kept by a key, key stolen"] = (stolen, stolen)
    return result


def rounding(world: World) -> tuple[list, list]:
    """Coordinates rounded to three decimals, as many lists are."""
    lon_lat = world.walk.lon_lat[world.sites]
    metric = world.division.metric
    seen = metric(np.round(lon_lat, 3))
    centre = lon_lat.mean(axis=0)[None, :]
    step = np.abs(metric(centre + 0.001) - metric(centre))[0]
    beliefs = [rounded(world.prior, each, step) for each in seen]
    beliefs = [each if each.any() else world.prior.mass for each in beliefs]
    return beliefs, beliefs


def tours(world: World, places: np.ndarray, weeks: int, seed: int) -> tuple[list, list, float]:
    """A year of tours by `places`: for each site the lines that serve it, where they turn, km."""
    rng = np.random.default_rng(seed)
    sites = len(places)
    base = int(np.argmax(world.prior.mass))
    lines: list[list[np.ndarray]] = [[] for _ in range(sites)]
    ends: list[list[np.ndarray]] = [[] for _ in range(sites)]
    metres = 0.0
    engine = EngineKind.HIERARCHY if AVAILABLE else EngineKind.DIJKSTRA
    for _ in range(weeks):
        order = rng.permutation(sites)
        for start in range(0, sites, VISITS):
            served = order[start : start + VISITS]
            stops = np.array([base, *places[served], base])
            found = shortest_paths(world.walk, stops[:-1], stops[1:], engine=engine)
            nodes = [stops[:1]]
            for path in found:
                if path is not None and len(path.arcs):
                    nodes.append(world.walk.head[path.arcs].astype(np.int64))
                    metres += path.length_m
            line = np.concatenate(nodes)
            back = line[1:-1][line[:-2] == line[2:]]
            for site in served:
                lines[site].append(line)
                ends[site].append(back)
    return lines, ends, metres / 1000


def masked(world: World, weeks: int, python: Path | None) -> dict[str, tuple[list, list]]:
    """Beliefs from MaskMyPy's donut drawn afresh each week; none, with the reason, without it."""
    if python is None:
        print("MaskMyPy is left out: name an interpreter that has it with --maskmypy")
        return {}
    truth, policy = world.prior.xy[world.sites], NoisePolicy()
    seen = maskmypy_donut(python, truth, world.division.epsg, policy.inner_m, policy.outer_m, weeks)
    if isinstance(seen, str):
        print(f"MaskMyPy is left out: {seen}")
        return {}
    one, year = (
        [likeliest_by_noise(world.prior, each[:some], Noise.DONUT, policy) for each in seen]
        for some in (1, weeks)
    )
    return {"MaskMyPy's donut each week": (one, year)}


def measure(
    path: Path, sites: int, weeks: int, python: Path | None = None
) -> tuple[list[Row], dict[str, tuple[Score, Score]]]:
    world = make_world(path, sites, PrivacyPolicy())
    prior, truth = world.prior, world.sites
    in_area = [world.area_of_node == world.area_of_node[site] for site in truth]
    area = [inside_area(prior, own) for own in in_area]
    beliefs: dict[str, tuple[list, list]] = {}
    raw_lines, raw_ends, raw_km = tours(world, truth, weeks, 1)
    area_lines, area_ends, area_km = tours(world, world.anchors, weeks, 1)
    blurred = [on_every_route(prior, *site) for site in zip(raw_lines, raw_ends, strict=True)]
    # Lines to anchors point at anchors: in the best case for the adversary, inside the area.
    anchored = [
        on_every_route(Prior(prior.xy, own), *site)
        for own, site in zip(area, zip(area_lines, area_ends, strict=True), strict=True)
    ]
    beliefs["area, as released here"] = (area, area)
    beliefs["area, and all routes of the year"] = (area, anchored)
    beliefs |= noisy(world, weeks, seed=2)
    beliefs |= masked(world, weeks, python)
    beliefs["rounding to 3 decimals"] = rounding(world)
    one = [on_every_route(prior, a[:1], b[:1]) for a, b in zip(raw_lines, raw_ends, strict=True)]
    beliefs["routes to raw places under blurred pins"] = (one, blurred)
    scores = {
        name: (score(prior, first, truth), score(prior, year, truth))
        for name, (first, year) in beliefs.items()
    }
    rows = [
        Row("areas", len(world.division.areas), ""),
        Row.at_most("the gate locates 10,000 sites", world.seconds_for_10_000, "s", 1.0),
    ]
    for name, (first, year) in scores.items():
        rows += [
            Row(f"{name}: median error", year.median_m, "m"),
            Row(f"{name}: 5th percentile", year.low_m, "m"),
            Row(f"{name}: within 50 m, one release", 100 * first.within_50_m, "%"),
            Row(f"{name}: within 50 m", 100 * year.within_50_m, "%"),
            Row(f"{name}: best disc of 100 m", 100 * year.in_best_disc, "%"),
        ]
    ours = scores["area, as released here"][1]
    routes = scores["area, and all routes of the year"][1]
    worse = 100 * (routes.within_50_m - ours.within_50_m)
    control = min(scores[f"fresh {noise} each week"][1].within_50_m for noise in Noise)
    rows += [
        Row.at_least("reach: median error of areas", ours.median_m, "m", 200.0),
        Row.at_most("reach: areas within 50 m", 100 * ours.within_50_m, "%", 10.0),
        Row.at_most("reach: areas, best disc", 100 * ours.in_best_disc, "%", 25.0),
        Row.at_most("reach: routes make it worse by", worse, "points", 1.0),
        Row.at_least("control: fresh noise is found out", 100 * control, "%", 80.0),
    ]
    return rows + use(world, raw_km, area_km), scores


def use(world: World, raw_km: float, area_km: float) -> list[Row]:
    """What the areas cost those who plan with them."""
    mile = [
        travel_matrices(world.walk, [anchor], [site]).length_m[0, 0]
        for anchor, site in zip(world.anchors, world.sites, strict=True)
    ]
    ratio = area_km / raw_km
    return [
        Row("tours by areas against raw places", ratio, "x", 1.25, 0.85 <= ratio <= 1.25),
        Row.at_most("last mile from anchor to site, median", float(np.median(mile)), "m", 350.0),
        Row("last mile, 90th percentile", float(np.quantile(mile, 0.9)), "m"),
    ]


def picture(scores: dict[str, tuple[Score, Score]], path: Path) -> None:
    """Share of sites found within 50 m, from one release and after a year, as an SVG."""
    left, width, step = 330, 360, 34
    height = 70 + step * len(scores)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 70} {height}" '
        'font-family="sans-serif" font-size="14" role="img">',
        "<title>Share of places that an adversary finds within 50 m</title>",
        f'<rect width="100%" height="{height}" fill="#ffffff"/>',
        '<text x="12" y="26" font-weight="bold">Places found within 50 m</text>',
        f'<rect x="{left}" y="14" width="12" height="12" fill="#9db7c9"/>'
        f'<text x="{left + 18}" y="25">from one release</text>',
        f'<rect x="{left + 150}" y="14" width="12" height="12" fill="#b2442e"/>'
        f'<text x="{left + 168}" y="25">after a year</text>',
    ]
    for number, (name, (first, year)) in enumerate(scores.items()):
        top = 48 + number * step
        bold = ' font-weight="bold"' if name.startswith("area") else ""
        parts.append(f'<text x="12" y="{top + 17}"{bold}>{name}</text>')
        for row, (share, colour) in enumerate(
            ((first.within_50_m, "#9db7c9"), (year.within_50_m, "#b2442e"))
        ):
            long = max(share * width, 1)
            parts.append(
                f'<rect x="{left}" y="{top + 11 * row}" width="{long:.1f}" height="10" '
                f'fill="{colour}"/>'
            )
        label = left + max(first.within_50_m, year.within_50_m) * width + 8
        parts.append(f'<text x="{label:.1f}" y="{top + 16}">{100 * year.within_50_m:.0f} %</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", "utf-8")


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("streets", type=Path, nargs="?", default=DEMO)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--maskmypy", type=Path, help="an interpreter that has MaskMyPy")
    parser.add_argument("--picture", type=Path, help="an SVG of what the attacks find")
    arguments = parser.parse_args()
    rows, scores = measure(arguments.streets, arguments.sites, arguments.weeks, arguments.maskmypy)
    show(f"Attacks on {arguments.streets.parent.name}", rows, arguments.json)
    if arguments.picture:
        picture(scores, arguments.picture)


if __name__ == "__main__":
    main()

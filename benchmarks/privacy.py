"""The privacy gate against what is usual, under attacks with a year of published files.

    python -m benchmarks.privacy [STREETS.osm.pbf] [--population CELLS.csv] [--sites 200]
        [--weeks 52] [--json FILE] [--picture FILE.svg] [--maskmypy PYTHON]

Sites are drawn from the prior that the adversary knows exactly. Every method publishes them each
week; the attacks of `outreach_map.attacks` are scored beside guessing from a single release.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from benchmarks.rivals import maskmypy_donut
from benchmarks.table import Row, show
from outreach_map.attacks import (
    DISC_M,
    NEAR_M,
    Prior,
    Score,
    best_disc_share,
    inside_area,
    likeliest_by_noise,
    mean_place,
    noise_taken_off,
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
)
from outreach_map.network.hierarchy import AVAILABLE
from outreach_map.privacy import Partition, Residents, partition
from outreach_map.privacy.areas import stop_weights
from outreach_map.privacy.corners import street_corners
from outreach_map.privacy.keys import ProgrammeKey
from outreach_map.privacy.locate import Locator
from outreach_map.privacy.merge import disc_rule_holds, nearest_place, plausibility
from outreach_map.privacy.noise import Noise, NoisePolicy, offsets_m, radius_m, turned
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Mode

DEMO = Path(__file__).parents[1] / "data" / "liechtenstein" / "streets.osm.pbf"
VISITS = 5
# Laws of noise: ours, and Laplace at a scale that is usual: between the levels low (e^2 at 200 m)
# and medium (at 500 m) of Location Guard, by the authors of Andrés et al. (2013).
USUAL = "laplace, ln 4 at 200 m"
OURS = "laplace, ln 4 at 300 m"
LAWS = {
    USUAL: (Noise.LAPLACE, NoisePolicy(at_m=200.0)),
    OURS: (Noise.LAPLACE, NoisePolicy()),
    "donut": (Noise.DONUT, NoisePolicy()),
}
# Audiences: whoever draws noise for each file has the planner's, the manager's and a team's.
FILES = 3


@dataclass(frozen=True, eq=False)
class World:
    """Streets with their prior, the partition, and sites.

    `prior` is of places along the streets, 25 m apart; `sites` are numbers of such places, `nodes`
    their nearest crossings, `crossings` the prior gathered at these, and `area` that of each place.
    """

    walk: StreetNetwork
    division: Partition
    prior: Prior
    area: np.ndarray
    sites: np.ndarray
    nodes: np.ndarray
    crossings: Prior
    area_of_node: np.ndarray
    anchors: np.ndarray
    seconds_for_10_000: float

    def in_area(self, site: int) -> np.ndarray:
        """The prior inside the area of a place."""
        return inside_area(self.prior, self.area == self.area[site])


def read_residents(path: Path) -> Residents:
    cells = pd.read_csv(path)
    if "h3" in cells:
        centres = np.array([h3.cell_to_latlng(cell)[::-1] for cell in cells["h3"]])
    else:
        centres = cells[["lon", "lat"]].to_numpy(float)
    return Residents(centres, cells["population"].to_numpy(float))


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
    places = street_stops(walk).lon_lat
    area = division.areas_of_points(places)
    xy, node_xy = division.metric(places), division.metric(walk.lon_lat)
    # The partition's own prior: half of it shared by all places, half by who or what is near them.
    mass = plausibility(stop_weights(xy, residents, houses, division.metric))
    mass = np.where(area >= 0, mass, 0.0)
    main = np.flatnonzero(walk.component == 0)
    node_of_place = main[nearest_place(node_xy[main], xy)[1]]
    gathered = np.bincount(node_of_place, weights=mass, minlength=len(walk))
    rng = np.random.default_rng(seed)
    share = mass / mass.sum()
    chosen = rng.choice(len(xy), sites, replace=False, p=share)
    anchors = walk.snap(np.array([area.anchor for area in division.areas]), 1e6).node
    many = list(shapely.points(places[rng.choice(len(xy), 10_000, p=share)]))
    began = time.perf_counter()
    found = Locator(division).areas(many)
    seconds = time.perf_counter() - began
    assert all(found)
    return World(
        walk, division, Prior(xy, mass), area, chosen, node_of_place[chosen],
        Prior(node_xy, gathered), division.areas_of_points(walk.lon_lat), anchors[area[chosen]],
        seconds,
    )  # fmt: skip


Beliefs = Iterable[np.ndarray]


def noisy(world: World, weeks: int, *, seed: int) -> Iterator[tuple[str, tuple[Beliefs, Beliefs]]]:
    """Beliefs from points moved by noise: one release, and all of them; one site at a time."""
    prior = world.prior
    rng = np.random.default_rng(seed)
    truth = prior.xy[world.sites]
    key = ProgrammeKey(bytes(range(32)))
    names = [f"site {number}" for number in range(len(truth))]

    def drawn(noise: Noise, policy: NoisePolicy) -> np.ndarray:
        moves = [
            turned(radius_m(noise, policy, rng.random(len(truth))), rng.random(len(truth)))
            for _ in range(weeks)
        ]
        return truth[:, None, :] + np.stack(moves, axis=1)

    for law, (noise, policy) in LAWS.items():
        fresh = drawn(noise, policy)
        kept = truth + offsets_m(key, noise, policy, "benchmark", names)
        always = np.repeat(kept[:, None, :], weeks, axis=1)
        audiences = np.concatenate(
            [fresh] + [drawn(noise, policy) for _ in range(FILES - 1)], axis=1
        )
        for name, seen in (
            (f"fresh {law}, each week", fresh),
            (f"fresh {law}, in each of {FILES} files a week", audiences),
            (f"{law}, kept by a key", always),
        ):
            # The same point again says nothing new.
            distinct = [np.unique(each, axis=0) for each in seen]
            first = [each[:1] for each in seen]
            yield name, (
                moved(prior, first, noise, policy), moved(prior, distinct, noise, policy)
            )  # fmt: skip
        yield (
            f"fresh {law}, plain mean",
            (
                (mean_place(prior, each[:1]) for each in fresh),
                (mean_place(prior, each) for each in fresh),
            ),
        )
        # Who has the key and the ids takes the same offsets off again.
        back = noise_taken_off(key, noise, policy, "benchmark", kept, names)
        stolen = [mean_place(prior, each[None, :]) for each in back]
        yield f"{law}, kept by a key, key stolen", (stolen, stolen)


def moved(
    prior: Prior, seen: Iterable[np.ndarray], noise: Noise, policy: NoisePolicy
) -> Iterator[np.ndarray]:
    """A belief for each site, made when it is asked for: those of a city fill the memory."""
    return (likeliest_by_noise(prior, each, noise, policy) for each in seen)


def rounding(world: World) -> tuple[list, list]:
    """Coordinates rounded to three decimals, as many lists are."""
    metric = world.division.metric
    back = Transformer.from_crs(world.division.epsg, 4326, always_xy=True)
    lon_lat = np.column_stack(back.transform(*world.prior.xy[world.sites].T))
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
    base = int(np.argmax(world.crossings.mass))
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


def masked(world: World, weeks: int, python: Path | None) -> dict[str, tuple[Beliefs, Beliefs]]:
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
        moved(world.prior, [each[:some] for each in seen], Noise.DONUT, policy)
        for some in (1, weeks)
    )
    return {"MaskMyPy's donut each week": (one, year)}


def measure(
    path: Path,
    sites: int,
    weeks: int,
    python: Path | None = None,
    residents: Residents | None = None,
) -> tuple[list[Row], dict[str, tuple[Score, Score]]]:
    world = make_world(path, sites, PrivacyPolicy(), residents)
    prior, truth = world.prior, world.sites
    area = [world.in_area(site) for site in truth]
    beliefs = chain(
        [("area, as released here", (area, area))],
        noisy(world, weeks, seed=2),
        masked(world, weeks, python).items(),
        [("rounding to 3 decimals", rounding(world))],
    )
    scores = {
        name: (score(prior, first, truth), score(prior, year, truth))
        for name, (first, year) in beliefs
    }
    scores |= routed(world, weeks)
    rows = [
        Row("areas", len(world.division.areas), ""),
        Row.at_most("the gate locates 10,000 sites", world.seconds_for_10_000, "s", 1.0),
        *kept_rules(world),
    ]
    for name, (first, year) in scores.items():
        rows += [
            Row(f"{name}: median error", year.median_m, "m"),
            Row(f"{name}: 5th percentile", year.low_m, "m"),
            Row(f"{name}: within 50 m, one release", 100 * first.within_50_m, "%"),
            Row(f"{name}: within 50 m", 100 * year.within_50_m, "%"),
            Row(f"{name}: best disc, one release", 100 * first.in_best_disc, "%"),
            Row(f"{name}: best disc of 100 m", 100 * year.in_best_disc, "%"),
        ]
    ours = scores["area, as released here"][1]
    before, after = scores["area, and all routes of the year"]
    worse = max(after.within_50_m - before.within_50_m, after.in_best_disc - before.in_best_disc)
    rows += [
        Row.at_least("reach: median error of areas", ours.median_m, "m", 200.0),
        Row.at_most("reach: areas within 50 m", 100 * ours.within_50_m, "%", 10.0),
        Row.at_most("reach: areas, best disc", 100 * ours.in_best_disc, "%", 25.0),
        Row.at_most("reach: routes make it worse by", 100 * worse, "points", 1.0),
    ]
    for law, (noise, policy) in LAWS.items():
        for often in ("each week", f"in each of {FILES} files a week"):
            name = f"control: fresh {law}, {often} is found out"
            found = 100 * scores[f"fresh {law}, {often}"][1].within_50_m
            # Ours is wider than usual on purpose: what is left is the law's, not the attack's.
            bare = law == OURS and often == "each week"
            rows.append(Row(name, found, "%") if bare else Row.at_least(name, found, "%", 80.0))
        if noise is Noise.LAPLACE:
            left = bound_m(policy, weeks)
            rows.append(Row(f"{law}: no attack is nearer each way than", left, "m"))
    return rows, scores


def bound_m(policy: NoisePolicy, weeks: int) -> float:
    """Standard deviation each way that the Cramér-Rao bound leaves after weeks of Laplace noise.

    The score of a move is epsilon times its direction, so a draw has the information epsilon
    squared over two each way.
    """
    return float(np.sqrt(2.0 / weeks) / policy.epsilon_per_m)


def routed(world: World, weeks: int) -> dict[str, tuple[Score, Score]]:
    """Routes of a year by areas and by raw places; here sites stand at their nearest crossing."""
    prior, truth = world.crossings, world.nodes
    raw_lines, raw_ends, _ = tours(world, truth, weeks, 1)
    area_lines, area_ends, _ = tours(world, world.anchors, weeks, 1)
    own = [world.area_of_node == world.area_of_node[node] for node in truth]
    area = [inside_area(prior, inside) for inside in own]
    # Lines to anchors point at anchors: in the best case for the adversary, inside the area.
    anchored = [
        on_every_route(Prior(prior.xy, belief), *site)
        for belief, site in zip(area, zip(area_lines, area_ends, strict=True), strict=True)
    ]
    raw = list(zip(raw_lines, raw_ends, strict=True))
    one = [on_every_route(prior, lines[:1], ends[:1]) for lines, ends in raw]
    year = [on_every_route(prior, lines, ends) for lines, ends in raw]
    return {
        "area, and all routes of the year": (
            score(prior, area, truth), score(prior, anchored, truth)
        ),
        "routes to raw places under blurred pins": (
            score(prior, one, truth), score(prior, year, truth)
        ),
    }  # fmt: skip


def kept_rules(world: World) -> list[Row]:
    """What the best guess finds in the mean of all draws, and how many areas break a rule.

    By either set of candidates: stops every 25 m along the streets, and street corners alone.
    """
    division = world.division
    known = world.area >= 0
    corners = street_corners(
        division.metric(world.walk.lon_lat), world.prior.xy[known], world.prior.mass[known],
        division.cell_m,
    )  # fmt: skip
    area = np.array([division.cells.get((int(i), int(j)), -1) for i, j in corners.square])
    return [
        *kept_by("by stops", world.prior, world.area, len(division.areas)),
        *kept_by("by corners", Prior(corners.xy, corners.mass), area, len(division.areas)),
    ]


def kept_by(name: str, prior: Prior, area: np.ndarray, areas: int) -> list[Row]:
    """The same by one set of candidates, with the area of each."""
    xy, mass, policy = prior.xy, prior.mass, PrivacyPolicy()
    near, wide, share, below = [], [], [], 0
    for number in range(areas):
        own = area == number
        belief = np.where(own, mass, 0.0)
        near.append(best_disc_share(prior, belief, NEAR_M))
        wide.append(best_disc_share(prior, belief, DISC_M))
        share.append(mass[own].sum() / mass.sum())
        below += not disc_rule_holds(xy[own], mass[own], policy.disc_m, policy.disc_share)
    return [
        Row.at_most(f"{name}: areas that break the rule of the disc", below, "", 0),
        Row.at_most(f"{name}: within 50 m, mean of all draws", 100 * np.dot(near, share), "%", 10),
        Row.at_most(f"{name}: best disc, mean of all draws", 100 * np.dot(wide, share), "%", 25),
        Row.at_most(f"{name}: best disc in any one area", 100 * max(wide), "%", 100 / 3),
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
    parser.add_argument("--population", type=Path, help="h3 or lon and lat, population")
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--maskmypy", type=Path, help="an interpreter that has MaskMyPy")
    parser.add_argument("--picture", type=Path, help="an SVG of what the attacks find")
    arguments = parser.parse_args()
    residents = None if arguments.population is None else read_residents(arguments.population)
    rows, scores = measure(
        arguments.streets, arguments.sites, arguments.weeks, arguments.maskmypy, residents
    )
    show(f"Attacks on {arguments.streets.parent.name}", rows, arguments.json)
    if arguments.picture:
        picture(scores, arguments.picture)


if __name__ == "__main__":
    main()

"""The attacks on real files: a year of published rounds of a programme with many hotspots.

    python -m benchmarks.published [PROGRAMME] [--sites 100] [--rounds 52] [--json FILE]
        [--keep FOLDER]

Hotspots are drawn from the prior that the adversary knows exactly, at places along the streets; one
in ten is added, moved or taken out over the year. Every round is planned and published as always,
and what the adversary reads is the files alone: pages of all audiences and the GeoPackage.
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.table import Row, show
from outreach_map import load_programme, plan_round, publish_round
from outreach_map.attacks import (
    DISC_M,
    NEAR_M,
    Prior,
    PublishedRound,
    Score,
    alone,
    at_ends,
    best_disc_share,
    best_places,
    entropy_bits,
    estimated_k,
    gone_and_come,
    intersected,
    likeliest,
    linked_codes,
    metadata,
    middle_of_trimmed_ends,
    near_every_line,
    nearest_building,
    opened_codes,
    read_round,
    score,
    turns_back,
)
from outreach_map.demo import DEMO_ROUND
from outreach_map.network import StreetExtract, read_extract, street_stops
from outreach_map.privacy import Partition, load_key, partition
from outreach_map.privacy.areas import stop_weights
from outreach_map.privacy.freeze import study_area
from outreach_map.privacy.ledger import read_ledger
from outreach_map.privacy.merge import plausibility
from outreach_map.tables import Mode

TOWN = Path(__file__).parents[1] / "data" / "neubrandenburg"
Belief = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Known:
    """What is public: candidate places with the prior, the division that anybody can make."""

    lon_lat: np.ndarray
    prior: Prior
    division: Partition
    area: np.ndarray
    buildings: np.ndarray

    def inside(self, shape: shapely.Geometry) -> np.ndarray:
        return np.asarray(shapely.contains_xy(shape, self.lon_lat))


def public_knowledge(folder: Path, extract: StreetExtract) -> Known:
    programme = load_programme(folder)
    walk, houses = extract.networks[Mode.WALK], extract.building_lon_lat
    division = partition(study_area(programme, extract), None, walk, houses, programme.privacy)
    stops = street_stops(walk).lon_lat
    area = division.areas_of_points(stops)
    xy = division.metric(stops)
    mass = np.where(area >= 0, plausibility(stop_weights(xy, None, houses, division.metric)), 0.0)
    return Known(stops, Prior(xy, mass), division, area, division.metric(houses))


def rewritten(path: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or []), list(reader)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(change(rows))


class Town:
    """A programme folder with drawn hotspots, and where they really are."""

    def __init__(self, source: Path, folder: Path, sites: int, rng: np.random.Generator) -> None:
        self.folder, self.rng = Path(shutil.copytree(source, folder)), rng
        toml = folder / "outreach.toml"
        text = re.sub(r"(?m)^iterations = .*$", "iterations = 200", toml.read_text("utf-8"))
        toml.write_text(text.replace("lock = true", "lock = false"), "utf-8")
        for name in ("visits.csv", "decisions.csv"):
            rewritten(folder / name, lambda _: [])
        self.extract = read_extract(folder / "streets.osm.pbf")
        self.known = public_knowledge(folder, self.extract)
        share = self.known.prior.mass / self.known.prior.mass.sum()
        self.drawn = iter(rng.choice(len(share), 2 * sites, replace=False, p=share).tolist())
        self.at = {f"H{n + 1}": next(self.drawn) for n in range(sites)}
        with (folder / "hotspots.csv").open(newline="", encoding="utf-8-sig") as file:
            self.like = list(csv.DictReader(file))
        self.write()

    def write(self) -> None:
        def rows(_: list[dict[str, str]]) -> list[dict[str, str]]:
            made = []
            for raw_id, place in self.at.items():
                lon, lat = self.known.lon_lat[place]
                like = self.like[int(raw_id[1:]) % len(self.like)]
                made.append(like | {"id": raw_id, "lon": f"{lon:.7f}", "lat": f"{lat:.7f}"})
            return made

        rewritten(self.folder / "hotspots.csv", rows)

    def change(self) -> None:
        """Add one, move one, or take one out."""
        ids = sorted(self.at)
        kind = self.rng.integers(3)
        if kind == 0:
            self.at[f"H{len(ids) + 500}"] = next(self.drawn)
        elif kind == 1:
            self.at[ids[int(self.rng.integers(len(ids)))]] = next(self.drawn)
        else:
            del self.at[ids[int(self.rng.integers(len(ids)))]]
        self.write()


def publish_year(town: Town, rounds: int, maps: Path) -> list[tuple[PublishedRound, list[str]]]:
    """Publish rounds and read them back; with what metadata tells."""
    found = []
    for week in range(rounds):
        if week % 5 == 4:
            town.change()
        start = DEMO_ROUND + timedelta(weeks=week)
        plan = plan_round(load_programme(town.folder), start)
        paths = publish_round(plan, maps / start.isoformat())
        found.append((read_round(start, paths), list(metadata(paths, start).tells)))
        print(f"round {week + 1} of {rounds}: {len(plan.release.hotspots)} hotspots", flush=True)
    return found


def truth_by_code(town: Town) -> dict[str, int]:
    """Code -> place, for the sites that stand where they were released."""
    programme = load_programme(town.folder)
    private = town.folder / "private"
    key = load_key(private)
    known = dict(read_ledger(private, key, programme.privacy.widest_m).entries)
    return {
        entry.code: place
        for raw_id, place in town.at.items()
        if (entry := known.get(key.digest("H", raw_id))) is not None
        and town.known.area[place] in entry.where
    }


def beliefs_of(
    known: Known, rounds: list[PublishedRound], codes: list[str]
) -> dict[str, list[Belief]]:
    """Every attack on places, by name: a belief for each code."""
    metric, prior = known.division.metric, known.prior
    anchors = metric(np.array([area.anchor for area in known.division.areas]))
    result: dict[str, list[Belief]] = {}

    def add(name: str, belief: Belief) -> None:
        result.setdefault(name, []).append(belief)

    for code in codes:
        shapes = {s.wkb: s for r in rounds for s in r.shapes.get(code, ())}
        legs = [r.serving[code] for r in rounds if code in r.serving]
        ways_in = [metric(leg.lon_lat) for into, _ in legs for leg in into]
        ways_out = [metric(leg.lon_lat) for _, out in legs for leg in out]
        ends = np.array([w[-1] for w in ways_in] + [w[0] for w in ways_out]).reshape(-1, 2)
        first = next((r for r in rounds if code in r.shapes), None)
        one = intersected(prior, [known.inside(s) for s in first.shapes[code]] if first else [])
        year = intersected(prior, [known.inside(shape) for shape in shapes.values()])
        if not shapes and len(ends):
            # Too wide to be drawn: the area whose anchor the lines end at.
            near = int(np.argmin(((anchors - ends[0]) ** 2).sum(axis=1)))
            one = year = np.where(known.area == near, prior.mass, 0.0)
        add("one release", one)
        add("2 intersection of a year", year)
        lines = [np.concatenate([into, out]) for into, out in zip(ways_in, ways_out, strict=False)]
        near_lines = np.minimum(near_every_line(prior, lines), year) if lines else year
        add("3 near every line", near_lines if near_lines.any() else year)
        add("3 ends of lines", at_ends(prior, ends) if len(ends) else year)
        turns = [turns_back(line) for line in lines]
        turned = np.concatenate([*turns, np.empty((0, 2))])
        add("3 where lines turn back", at_ends(prior, turned) if len(turned) else year)
        # As if the last 200 m were cut off every line.
        cut = np.array([c for w in ways_in if (c := trimmed(w, 200.0)) is not None]).reshape(-1, 2)
        fitted = middle_of_trimmed_ends(prior, cut) if len(cut) else year
        add("3 circle of trimmed ends", fitted if fitted.any() else year)
        single = np.zeros(len(year))
        single[likeliest(year)] = 1.0
        add("4 likeliest place", single)
    return result


def trimmed(line: np.ndarray, by_m: float) -> np.ndarray | None:
    """Where a line ends when its last metres are cut off; None when nothing is left."""
    length = shapely.LineString(line).length if len(line) > 1 else 0.0
    if length <= by_m:
        return None
    point = shapely.line_interpolate_point(shapely.LineString(line), length - by_m)
    return np.array([point.x, point.y])


def measure(source: Path, sites: int, rounds: int, keep: Path | None) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="outreach-map-attacks-") as temporary:
        town = Town(source, Path(temporary) / "town", sites, np.random.default_rng(7))
        began = time.perf_counter()
        found = publish_year(town, rounds, keep or Path(temporary) / "maps")
        rows = [Row("rounds published", rounds, ""), Row("took", time.perf_counter() - began, "s")]
        published = [one for one, _ in found]
        truth = truth_by_code(town)
        codes = sorted(set(truth) & set(published[-1].said))
        # What is drawn nowhere is in the list of the last round all the same.
        codes += sorted(set(truth) & set(published[-1].serving) - set(codes))
        known, at = town.known, np.array([truth[code] for code in codes])
        beliefs = beliefs_of(known, published, codes)
        rows += [Row("hotspots attacked", len(codes), "")]
        scores = {name: score(known.prior, each, at) for name, each in beliefs.items()}
        for name, got in scores.items():
            rows += [
                Row(f"{name}: median error", got.median_m, "m"),
                Row(f"{name}: 5th percentile", got.low_m, "m"),
                Row(f"{name}: within 50 m", 100 * got.within_50_m, "%"),
                Row(f"{name}: best disc of 100 m", 100 * got.in_best_disc, "%"),
            ]
        rows += reached(known.prior, beliefs, scores)
        guess = known.prior.xy[
            best_places(known.prior, beliefs["2 intersection of a year"], NEAR_M)
        ]
        here = known.prior.xy[at]
        closer = estimated_k(known.buildings, guess, here)
        hit = nearest_building(known.buildings, guess) == nearest_building(known.buildings, here)
        rows += [
            Row("5 nearest building is the right one", 100 * hit.mean(), "%"),
            Row("5 estimated k, median", float(np.median(closer)), ""),
        ]
        rows += compared(published)
        key = load_key(town.folder / "private")
        name = load_programme(town.folder).name
        tells = {tell for _, every in found for tell in every}
        opened = opened_codes(key, name, codes, [f"H{n}" for n in range(1, 1000)])
        rows += [
            Row.at_most("8 metadata that tell too much", len(tells), "", 0),
            Row("9 codes that a stolen key opens to ids", len(opened), ""),
        ]  # fmt: skip
        return rows


def reached(prior: Prior, beliefs: dict[str, list[Belief]], scores: dict[str, Score]) -> list[Row]:
    """The best attack beside one release; and what the best guess finds in the mean of all draws.

    Some hundred sites are one draw: 10 % of them are 10 or so, give or take three.
    """
    one, area = scores["one release"], beliefs["2 intersection of a year"]
    year = [got for name, got in scores.items() if name != "one release"]
    worst = max(got.within_50_m for got in year)
    disc = max(got.in_best_disc for got in year)
    near = [best_disc_share(prior, belief, NEAR_M) for belief in area]
    wide = [best_disc_share(prior, belief, DISC_M) for belief in area]
    entropy = float(np.median([entropy_bits(belief) for belief in area]))
    guessed = scores["2 intersection of a year"].median_m
    more = 100 * max(worst - one.within_50_m, disc - one.in_best_disc)
    return [
        Row.at_least("reach: median error of the best guess", guessed, "m", 200),
        Row.at_most("reach: most within 50 m of all attacks", 100 * worst, "%", 10.0),
        Row.at_most("reach: within 50 m, mean of all draws", 100 * float(np.mean(near)), "%", 10.0),
        Row.at_most("reach: best disc of all attacks", 100 * disc, "%", 25.0),
        Row.at_most("reach: best disc, mean of all draws", 100 * float(np.mean(wide)), "%", 25.0),
        Row.at_most("reach: best disc in any one area", 100 * max(wide), "%", 100 / 3),
        Row.at_most("reach: a year is worse than one release by", more, "points", 1.0),
        Row("4 entropy, median", entropy, "bits"),
    ]  # fmt: skip


def compared(rounds: list[PublishedRound]) -> list[Row]:
    """Rounds compared in turn: who came and went, which codes are linked, who is alone."""
    went = come = linked = 0
    for before, after in pairwise(rounds):
        gone, new = gone_and_come(before.said, after.said)
        went, come = went + len(gone), come + len(new)
        linked += sum(len(to) == 1 for to in linked_codes(before.said, after.said).values())
    return [
        Row("6 codes that went or changed", went, ""),
        Row("6 codes that came or changed", come, ""),
        Row("6 old codes with one likely successor", linked, ""),
        Row("7 hotspots alone with their attributes", len(alone(rounds[-1].said)), ""),
    ]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("programme", type=Path, nargs="?", default=TOWN)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=52)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder for the published rounds")
    arguments = parser.parse_args()
    rows = measure(arguments.programme, arguments.sites, arguments.rounds, arguments.keep)
    show(f"Attacks on the files of {arguments.programme.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

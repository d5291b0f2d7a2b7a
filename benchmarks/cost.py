"""What one city costs, by hotspots, teams and streets; a model fitted to it, and a country by that.

    python -m benchmarks.cost FOLDER [--keep FILE] [--from FILE] [--picture FILE] [--json FILE]

FOLDER is a programme (Porto Alegre). Its hotspots and teams are thinned out, or doubled with new
places and ids, and its extract is tiled side by side; the two demo programmes are two more towns.
Each plan is cold, in a process of its own, and what counts is the processor's time of that process
and of its search: the clock of a busy machine says little. The model is

    seconds = e^a * hotspots^b * teams^c * segments^d

by least squares of the logarithms, and the same for megabytes. Spread is what one plan is off in
the root mean square, as a factor.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import h3
import numpy as np
import osmium
from numpy.typing import NDArray

from benchmarks.end_to_end import PeakMemory, processor_s
from benchmarks.table import Row, show

DATA = Path(__file__).parents[1] / "data"
ROUND = date(2026, 11, 23)
# (town, tiles, hotspots, teams), those that tell most first.
GRID = (
    ("city", 1, 120, 8), ("city", 1, 30, 8), ("city", 1, 240, 8), ("city", 3, 120, 8),
    ("liechtenstein", 1, 60, 2), ("neubrandenburg", 1, 30, 4), ("city", 1, 120, 2),
    ("city", 1, 120, 16), ("city", 1, 60, 4), ("neubrandenburg", 1, 120, 8),
    ("liechtenstein", 1, 30, 4), ("city", 1, 240, 16),
)  # fmt: skip
# The country that is reckoned: as many programmes, each of the size of FOLDER.
CITIES, CORES = 500, 16
_ID_STEP = 10**11


@dataclass(frozen=True)
class Cost:
    """One plan: what it was of, and what it took."""

    town: str
    tiles: int
    hotspots: int
    teams: int
    segments: int
    visits: int
    processor_s: float
    megabytes: float


def tiled(source: Path, target: Path, times: int) -> float:
    """An extract so many times side by side from west to east, with ids of their own.

    Returns how many degrees one is from the next.
    """
    lons: list[float] = []
    for node in osmium.FileProcessor(str(source), osmium.osm.NODE):
        lons.append(node.lon)
    width = max(lons) - min(lons) + 0.002
    with osmium.SimpleWriter(str(target)) as writer:
        for kind in (osmium.osm.NODE, osmium.osm.WAY):
            for tile in range(times):
                for thing in osmium.FileProcessor(str(source), osmium.osm.NODE | kind):
                    own = thing.id + tile * _ID_STEP
                    if kind == osmium.osm.NODE and thing.is_node():
                        place = (thing.lon + tile * width, thing.lat)
                        writer.add_node(thing.replace(id=own, location=place))
                    elif kind == osmium.osm.WAY and thing.is_way():
                        refs = [node.ref + tile * _ID_STEP for node in thing.nodes]
                        writer.add_way(thing.replace(id=own, nodes=refs))
    return width


def residents(path: Path, times: int, width: float) -> None:
    """The residents of each tile, by points."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["lon", "lat", "population"])
        for row in rows:
            lat, lon = h3.cell_to_latlng(row["h3"])
            for tile in range(times):
                writer.writerow([f"{lon + tile * width:.6f}", f"{lat:.6f}", row["population"]])


def resized(path: Path, count: int, move: bool) -> None:
    """A table thinned out, or drawn out with new ids and, if asked for, places near the old."""
    draw = random.Random(0)
    with path.open(encoding="utf-8-sig", newline="") as source:
        table = csv.DictReader(source)
        rows, header = list(table), list(table.fieldnames or ())
    kept = rows[:count]
    for number in range(len(rows), count):
        again = dict(rows[number % len(rows)])
        again["id"] = f"{again['id']}x{number}"
        if move:
            for axis in ("lon", "lat"):
                again[axis] = f"{float(again[axis]) + draw.uniform(-4e-3, 4e-3):.6f}"
        kept.append(again)
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


def named(path: Path, column: str, known: set[str]) -> None:
    """A table without the rows that name what is not there any more."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        table = csv.DictReader(source)
        rows, header = list(table), list(table.fieldnames or ())
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row[column] in known or not row[column])


def ids_of(path: Path) -> set[str]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return {row["id"] for row in csv.DictReader(source)}


def programme(folder: Path, target: Path, tiles: int, hotspots: int, teams: int) -> Path:
    """A programme of that size."""
    ignored = shutil.ignore_patterns("private", ".streets-cache")
    made = Path(shutil.copytree(folder, target, ignore=ignored))
    for path in (made, *made.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    resized(made / "hotspots.csv", hotspots, move=True)
    resized(made / "teams.csv", teams, move=False)
    for name in ("visits.csv", "decisions.csv"):
        named(made / name, "hotspot_id", ids_of(made / "hotspots.csv"))
        named(made / name, "team_id", ids_of(made / "teams.csv"))
    settings = made / "outreach.toml"
    settings.write_text(re.sub(r"(?m)^exports = .*$", "", settings.read_text("utf-8")), "utf-8")
    if tiles > 1:
        streets = made / "streets.osm.pbf"
        width = tiled(folder / "streets.osm.pbf", made / "tiled.osm.pbf", tiles)
        if (made / "population.csv").exists():
            residents(made / "population.csv", tiles, width)
        (made / "tiled.osm.pbf").replace(streets)
    return made


def planned(folder: Path, maps: Path) -> tuple[int, int, float, float]:
    """Segments of the walking network, visits, seconds of the processor, megabytes at the peak."""
    from outreach_map import load_programme
    from outreach_map.planning import make_maps, read_city
    from outreach_map.tables import Mode

    with PeakMemory() as memory:
        used = processor_s()
        plan, _ = make_maps(load_programme(folder), ROUND, maps)
        used = processor_s() - used
    visits = sum(len(tour.visits) for tour in plan.routes.itineraries)
    segments = read_city(load_programme(folder)).networks[Mode.WALK].segments
    return segments, visits, used, memory.megabytes


def measured(city: Path, grid: Sequence[tuple[str, int, int, int]]) -> Iterator[Cost]:
    """Every plan of a grid, one after another."""
    folders = {"city": city, **{name: DATA / name for name in ("neubrandenburg", "liechtenstein")}}
    for town, tiles, hotspots, teams in grid:
        with tempfile.TemporaryDirectory() as temporary:
            made = programme(folders[town], Path(temporary) / "p", tiles, hotspots, teams)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found = pool.submit(planned, made, Path(temporary) / "maps").result()
        segments, visits, seconds, megabytes = found
        one = Cost(town, tiles, hotspots, teams, segments, visits, seconds, megabytes)
        print(one, flush=True)
        yield one


@dataclass(frozen=True)
class Model:
    """A power law: e^`constant` times hotspots, teams and segments to their powers."""

    constant: float
    powers: tuple[float, float, float]
    spread: float
    worst: float

    def of(self, hotspots: int, teams: int, segments: int) -> float:
        """What the model says of a city."""
        x = np.log([hotspots, teams, segments])
        return float(np.exp(self.constant + x @ np.array(self.powers)))


def fitted(costs: Sequence[Cost], name: str) -> Model:
    """Least squares of the logarithms of one measure."""
    x = np.array([[1.0, *np.log([c.hotspots, c.teams, c.segments])] for c in costs])
    y = np.log([getattr(cost, name) for cost in costs])
    found, *_ = np.linalg.lstsq(x, y, rcond=None)
    off: NDArray[np.float64] = y - x @ found
    free = max(len(y) - x.shape[1], 1)
    return Model(
        float(found[0]),
        (float(found[1]), float(found[2]), float(found[3])),
        float(np.exp(np.sqrt((off**2).sum() / free))),
        float(np.exp(np.abs(off).max())),
    )


def rows_of(costs: Sequence[Cost]) -> list[Row]:
    """Each plan, the models, and a country."""
    rows = []
    for one in costs:
        name = f"{one.town} x{one.tiles}, {one.hotspots} hotspots, {one.teams} teams"
        rows += [Row(name, one.processor_s, "core-s"), Row(f"{name}: memory", one.megabytes, "MB")]
    size = next(one for one in costs if (one.town, one.tiles, one.hotspots, one.teams) == _USUAL)
    for measure, unit in (("processor_s", "core-s"), ("megabytes", "MB")):
        model = fitted(costs, measure)
        for power, of in zip(model.powers, ("hotspots", "teams", "segments"), strict=True):
            rows.append(Row(f"{unit}: power of {of}", power, ""))
        rows.append(Row(f"{unit}: constant", model.constant, "ln"))
        rows.append(Row(f"{unit}: spread of one plan", model.spread, "times"))
        rows.append(Row(f"{unit}: worst residual", model.worst, "times"))
        one_city = model.of(size.hotspots, size.teams, size.segments)
        rows.append(Row(f"a city of {size.hotspots} hotspots by the model", one_city, unit))
        if unit == "MB":
            rows.append(Row(f"{CORES} workers at once", CORES * one_city / 1000, "GB"))
        else:
            rows.append(Row(f"{CITIES} of them", CITIES * one_city / 3600, "core-hours"))
            rows.append(Row(f"{CITIES} on {CORES} cores", CITIES * one_city / CORES / 60, "min"))
    return rows


_USUAL = ("city", 1, 120, 8)


def draw(costs: Sequence[Cost], path: Path) -> None:
    """Measured against modelled, for both measures."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "cost"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    marks = {"city": "o", "neubrandenburg": "s", "liechtenstein": "^"}
    for axis, measure, unit in zip(
        axes, ("processor_s", "megabytes"), ("seconds of a core", "MB at the peak"), strict=True
    ):
        model = fitted(costs, measure)
        ends = [0.8 * min(getattr(c, measure) for c in costs),
                1.25 * max(getattr(c, measure) for c in costs)]  # fmt: skip
        axis.plot(ends, ends, color="0.5", linewidth=1)
        for town, mark in marks.items():
            own = [cost for cost in costs if cost.town == town]
            axis.scatter(
                [model.of(c.hotspots, c.teams, c.segments) for c in own],
                [getattr(c, measure) for c in own],
                s=[12 + c.hotspots / 3 for c in own],
                marker=mark, alpha=0.75, label="Porto Alegre" if town == "city" else town.title(),
            )  # fmt: skip
        axis.set(xscale="log", yscale="log", xlabel=f"{unit}, by the model", ylabel="measured")
        axis.set_title(f"{unit}: spread {model.spread:.2f} times", fontsize=10)
    axes[0].legend(frameon=False, fontsize=9)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Parse, measure, fit, draw, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--from", dest="kept", type=Path, help="costs of an earlier run")
    parser.add_argument("--keep", type=Path, help="where to keep the costs of this run")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.kept:
        costs = [Cost(**row) for row in json.loads(arguments.kept.read_text("utf-8"))]
    else:
        costs = []
        for one in measured(arguments.folder, GRID):
            costs.append(one)
            if arguments.keep:
                arguments.keep.write_text(json.dumps([asdict(c) for c in costs]), "utf-8")
    if arguments.picture:
        draw(costs, arguments.picture)
    show("What a city costs", rows_of(costs), arguments.json)


if __name__ == "__main__":
    main()

"""The greedy merge of squares against spopt's max-p: number and size of areas, and time.

    python -m benchmarks.regions [STREETS.osm.pbf] [--population CELLS.csv] [--seconds 600]
        [--json FILE]

Max-p (Duque, Anselin & Rey 2012) knows a floor and no disc rule, so both are compared by the floor
alone; what the disc rule adds is shown beside it. spopt is no dependency of this: without it, the
row is left out with the reason.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import shapely

from benchmarks.privacy import DEMO, read_residents
from benchmarks.table import Row, show
from outreach_map.network import read_extract, street_stops
from outreach_map.privacy import Residents
from outreach_map.privacy.areas import _metric, _utm, stop_weights
from outreach_map.privacy.corners import street_corners
from outreach_map.privacy.merge import Cell, Merger, extent, plausibility
from outreach_map.settings import PrivacyPolicy
from outreach_map.tables import Mode


class FloorOnly(Merger):
    """The greedy merge with no rule of the disc."""

    def _passes(self, number: int) -> bool:
        return self.weight[number] >= self.floor


def stops_of(
    path: Path, residents: Residents | None, cell_m: float
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Stops in metres, the residents or buildings nearest to each, and the street corners."""
    from pyproj import Transformer

    extract = read_extract(path, cache=False)
    stops = street_stops(extract.networks[Mode.WALK]).lon_lat
    to_metric = Transformer.from_crs(4326, _utm(shapely.box(*extract.bounds)), always_xy=True)

    def metric(lon_lat: np.ndarray) -> np.ndarray:
        return _metric(to_metric, lon_lat)

    points = metric(stops)
    weights = stop_weights(points, residents, extract.building_lon_lat, metric)
    nodes = metric(extract.networks[Mode.WALK].lon_lat)
    corners = street_corners(nodes, points, plausibility(weights), cell_m)
    return points, weights, (corners.xy, corners.mass, corners.square)


def max_p(points: np.ndarray, weights: np.ndarray, floor: int, cell_m: float, send) -> None:
    """Max-p of the squares by their middles; islands are tied to their nearest square."""
    import geopandas as gpd
    import libpysal
    from spopt.region import MaxPHeuristic

    cells, inverse = np.unique(np.floor(points / cell_m).astype(int), axis=0, return_inverse=True)
    corner = cells * cell_m
    frame = gpd.GeoDataFrame(
        {
            "x": corner[:, 0],
            "y": corner[:, 1],
            "held": np.bincount(inverse.ravel(), weights=weights),
        },
        geometry=shapely.box(*corner.T, *(corner + cell_m).T),
    )
    touching = libpysal.weights.Rook.from_dataframe(frame, use_index=False, silence_warnings=True)
    nearest = libpysal.weights.KNN.from_dataframe(frame, k=1)
    touching = libpysal.weights.attach_islands(touching, nearest)
    # Pieces of streets that touch nothing else: the nearest two squares are made neighbours.
    neighbours = {i: set(n) for i, n in touching.neighbors.items()}
    while True:
        labels = libpysal.weights.W(
            {i: sorted(n) for i, n in neighbours.items()}, silence_warnings=True
        ).component_labels
        if labels.max() == 0:
            break
        small = np.flatnonzero(labels == np.argmin(np.bincount(labels)))
        rest = np.flatnonzero(labels != labels[small[0]])
        apart = ((corner[small, None] - corner[None, rest]) ** 2).sum(axis=2)
        one, other = np.unravel_index(apart.argmin(), apart.shape)
        neighbours[int(small[one])].add(int(rest[other]))
        neighbours[int(rest[other])].add(int(small[one]))
    joined = libpysal.weights.W({i: sorted(n) for i, n in neighbours.items()})
    began = time.perf_counter()
    np.random.seed(0)  # noqa: NPY002  # spopt's own generator
    model = MaxPHeuristic(
        frame, joined, ["x", "y"], "held", floor, top_n=2,
        max_iterations_construction=5, max_iterations_sa=1,
    )  # fmt: skip
    model.solve()
    seconds = time.perf_counter() - began
    groups = [cells[np.array(model.labels_) == label] for label in np.unique(model.labels_)]
    send.send(([[tuple(cell) for cell in group] for group in groups], seconds))


def described(name: str, merged: Sequence[Sequence[Cell]], seconds: float, cell_m: float):
    wide = np.array([extent(cells) for cells in merged]) * cell_m
    half, most = np.quantile(wide, [0.5, 0.9])
    return [
        Row(f"{name}: areas", len(merged), ""),
        Row(f"{name}: extent, median", half, "m"),
        Row(f"{name}: extent, 90th percentile", most, "m"),
        Row(f"{name}: extent, widest", wide.max(), "m"),
        Row(f"{name}: time", seconds, "s"),
    ]


def measure(path: Path, residents: Residents | None, limit_s: float) -> list[Row]:
    policy = PrivacyPolicy()
    floor = policy.buildings if residents is None else policy.residents
    points, weights, corners = stops_of(path, residents, policy.cell_m)
    rows = []
    for name, kind in (("greedy, both rules", Merger), ("greedy, floor alone", FloorOnly)):
        began = time.perf_counter()
        merged = kind(points, weights, corners, floor, policy).run()
        rows += described(name, merged, time.perf_counter() - began, policy.cell_m)
    missing = [name for name in ("spopt", "libpysal") if find_spec(name) is None]
    if missing:
        print(f"max-p is left out: {', '.join(missing)} not installed")
        return rows
    receive, send = get_context("fork").Pipe(duplex=False)
    asked = (points, weights, floor, policy.cell_m, send)
    child = get_context("fork").Process(target=max_p, args=asked)
    child.start()
    # So that a child that fails ends the wait.
    send.close()
    try:
        answer = receive.recv() if receive.poll(limit_s) else None
    except EOFError:
        print("max-p is left out: it failed")
        return rows
    if answer is not None:
        merged, seconds = answer
        rows += described("max-p, floor alone", merged, seconds, policy.cell_m)
        child.join()
    else:
        child.kill()
        print(f"max-p is left out: it did not end within {limit_s:.0f} s")
    return rows


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("streets", type=Path, nargs="?", default=DEMO)
    parser.add_argument("--population", type=Path, help="h3 or lon and lat, population")
    parser.add_argument("--seconds", type=float, default=600.0, help="limit for max-p")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    residents = None if arguments.population is None else read_residents(arguments.population)
    rows = measure(arguments.streets, residents, arguments.seconds)
    show(f"Regions, {arguments.streets.parent.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

"""The street network against what a planner would otherwise use, side by side.

    python -m benchmarks.network STREETS.osm.pbf [--json FILE] [--growth MORE.osm.pbf ...]
        [--million] [--repeat N] [--without RIVAL ...]

Every measure is taken in a process of its own, so that memory is its own; all of them answer the
same question on the same walking network, and a rival that answers otherwise is reported as such.
On a machine that others use too, `--repeat` takes the quickest of several such processes, for ours
and for the rivals alike; processor time says what two free cores would share.
Rivals that are not installed are left out: `pip install igraph pandana pyroutingkit`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from benchmarks.table import Row, show
from outreach_map.hours import Hours
from outreach_map.network import (
    CostModel,
    EngineKind,
    StreetNetwork,
    ZoneCost,
    cost_profile,
    make_engine,
    nearest_facility,
    read_extract,
    read_streets,
    travel_time_matrix,
)
from outreach_map.network.streets import whole_ms
from outreach_map.tables import Mode

SIZE = 1_000
PROFILE = 500
LIMIT_S = 900
REPEAT = 1


@dataclass(frozen=True)
class Measured:
    """What a child process found: seconds, megabytes at its peak, and an answer to compare."""

    seconds: float
    megabytes: float
    answer: Any = None
    other: Any = None


def best(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Shortest of several runs, and what it gave."""
    seconds = []
    answer = None
    for _ in range(times):
        began = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - began)
    return min(seconds), answer


def pairs(network: StreetNetwork, size: int = SIZE) -> tuple[np.ndarray, np.ndarray]:
    main = np.flatnonzero(network.component == 0)
    rng = np.random.default_rng(0)
    size = min(size, len(main))
    return rng.choice(main, size, replace=False), rng.choice(main, size, replace=False)


def plain(path: Path) -> tuple[StreetNetwork, np.ndarray, np.ndarray, np.ndarray]:
    """The network, and its cheapest arcs in whole milliseconds, for those who build their own."""
    network = read_streets(path, Mode.WALK)
    return (network, network.graph.tail, network.graph.head,
            network.graph.pair_cost_ms(network.travel_time_s))  # fmt: skip


# Reading ------------------------------------------------------------------------------------


def read_ours(path: Path) -> Measured:
    seconds, network = best(lambda: read_streets(path, Mode.WALK, cache=False), 1)
    return Measured(seconds, peak_mb(), (len(network), len(network.tail)))


def read_whole(path: Path) -> Measured:
    seconds, extract = best(lambda: read_extract(path, cache=False), 1)
    return Measured(seconds, peak_mb(), len(extract.basemap.buildings))


def read_cached(path: Path) -> Measured:
    read_extract(path)
    seconds, _ = best(lambda: read_streets(path, Mode.WALK))
    return Measured(seconds, peak_mb())


def read_decode(path: Path) -> Measured:
    """The floor: every street is decoded, with its places, and none is looked at."""

    def decode() -> int:
        ways = osmium.FileProcessor(str(path)).with_locations()
        return sum(1 for _ in ways.with_filter(osmium.filter.KeyFilter("highway")))

    seconds, count = best(decode)
    return Measured(seconds, peak_mb(), count)


def read_osmnx(path: Path) -> Measured:
    import osmnx

    # osmnx reads XML alone; writing it is not counted.
    with tempfile.TemporaryDirectory() as temporary:
        xml = Path(temporary) / "streets.osm"
        with osmium.SimpleWriter(str(xml)) as writer:
            for item in osmium.FileProcessor(str(path)):
                writer.add(item)
        seconds, graph = best(lambda: osmnx.graph_from_xml(xml, simplify=True), 1)
    return Measured(seconds, peak_mb(), (graph.number_of_nodes(), graph.number_of_edges()))


# Matrices -----------------------------------------------------------------------------------


def matrix_hierarchy(path: Path) -> Measured:
    network = read_streets(path, Mode.WALK)
    origins, destinations = pairs(network)
    order_s, _ = best(lambda: network.hierarchy.order, 1)
    index_s, _ = best(lambda: network.hierarchy.index, 1)
    began = time.process_time()
    seconds, found = best(
        lambda: travel_time_matrix(network, origins, destinations, engine=EngineKind.HIERARCHY)
    )
    busy_s = (time.process_time() - began) / 3
    return Measured(seconds, peak_mb(), found, (order_s, index_s, busy_s))


def matrix_dijkstra(path: Path) -> Measured:
    network = read_streets(path, Mode.WALK)
    origins, destinations = pairs(network)
    seconds, found = best(
        lambda: travel_time_matrix(network, origins, destinations, engine=EngineKind.DIJKSTRA), 1
    )
    return Measured(seconds, peak_mb(), found)


def matrix_scipy(path: Path) -> Measured:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    network, tail, head, ms = plain(path)
    origins, destinations = pairs(network)
    matrix = csr_array((ms.astype(float), (tail, head)), shape=(len(network),) * 2)
    seconds, found = best(lambda: dijkstra(matrix, indices=origins)[:, destinations], 1)
    return Measured(seconds, peak_mb(), found / 1000)


def matrix_igraph(path: Path) -> Measured:
    import igraph

    network, tail, head, ms = plain(path)
    origins, destinations = pairs(network)
    graph = igraph.Graph(len(network), np.column_stack([tail, head]).tolist(), directed=True)
    seconds, found = best(
        lambda: graph.distances(origins.tolist(), destinations.tolist(), weights=ms.tolist()), 1
    )
    return Measured(seconds, peak_mb(), np.array(found) / 1000)


def matrix_pandana(path: Path) -> Measured:
    import pandana
    import pandas as pd

    network, tail, head, ms = plain(path)
    origins, destinations = pairs(network)
    weights = pd.DataFrame({"s": ms / 1000})
    net = pandana.Network(
        *(pd.Series(column) for column in network.lon_lat.T),
        pd.Series(tail.astype(np.int64)), pd.Series(head.astype(np.int64)), weights, twoway=False,
    )  # fmt: skip
    ends = np.repeat(origins, len(destinations)), np.tile(destinations, len(origins))
    seconds, found = best(lambda: net.shortest_path_lengths(*ends), 1)
    return Measured(seconds, peak_mb(), np.array(found).reshape(len(origins), -1))


def matrix_pyroutingkit(path: Path) -> Measured:
    import pyroutingkit

    network, tail, head, ms = plain(path)
    origins, destinations = (ends.astype(np.uint32) for ends in pairs(network))
    # Contiguous: of anything else the binding would read other numbers, and order by those.
    lon, lat = np.ascontiguousarray(network.lon_lat.T, dtype=np.float32)
    index = pyroutingkit.CCH()
    build_s, _ = best(
        lambda: index.build_topology(
            tail.astype(np.uint32), head.astype(np.uint32), lat, lon, len(network)
        ),
        1,
    )
    costs_s, _ = best(lambda: index.customize_weights(ms.astype(np.uint32)))
    seconds, found = best(lambda: index.distances_many_to_many(origins, destinations))
    return Measured(seconds, peak_mb(), found / 1000, (build_s, costs_s))


def matrix_networkx(path: Path) -> Measured:
    """One search in twenty-five, and the time of all: all of them take minutes."""
    import networkx

    network, tail, head, ms = plain(path)
    origins, destinations = pairs(network)
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from(zip(tail.tolist(), head.tolist(), ms.tolist(), strict=True))
    some = origins[::25]
    began = time.perf_counter()
    found = []
    for origin in some.tolist():
        lengths = networkx.single_source_dijkstra_path_length(graph, origin)
        found.append([lengths.get(end, np.inf) for end in destinations.tolist()])
    seconds = (time.perf_counter() - began) * len(origins) / len(some)
    return Measured(seconds, peak_mb(), np.array(found) / 1000)


# Costs --------------------------------------------------------------------------------------


def costs_ours(path: Path) -> Measured:
    """New costs of the city: zones to arcs to a customised hierarchy, hour by hour."""
    network = read_streets(path, Mode.WALK)
    origins, destinations = pairs(network, PROFILE)
    hours = [Hours(f"{hour:02d}:00-{hour + 6:02d}:00") for hour in range(24)]
    zones = [
        ZoneCost(shapely.Point(network.lon_lat[node]).buffer(0.004), 1.0, hours=hours[turn % 24])
        for turn, node in enumerate(origins[:40])
    ]
    model = CostModel(network, zones)
    engine = make_engine(network, kind=EngineKind.HIERARCHY)
    taken = []
    for hour in range(24):
        began = time.perf_counter()
        engine.update(model.at(datetime(2026, 11, 23, hour)).cost_s)
        taken.append(time.perf_counter() - began)
    everywhere = CostModel(
        network, [ZoneCost(shapely.box(-180, -90, 180, 90), 1.0, hours=hours[6])]
    )
    whole = []
    for hour in (6, 18, 7, 19, 8, 20):
        began = time.perf_counter()
        engine.update(everywhere.at(datetime(2026, 11, 23, hour)).cost_s)
        whole.append(time.perf_counter() - began)
    day = (model.at(datetime(2026, 11, 23, hour)) for hour in range(24))
    began, busy = time.perf_counter(), time.process_time()
    matrices = sum(1 for _ in cost_profile(network, origins, destinations, day))
    profile_s, busy_s = time.perf_counter() - began, time.process_time() - busy
    nearest_facility(network, origins[:5])
    nearest_s, _ = best(lambda: nearest_facility(network, pairs(network)[0]))
    return Measured(
        statistics.median(taken), peak_mb(), (profile_s, matrices, busy_s), (nearest_s, min(whole))
    )


def peak_mb() -> float:
    """Peak of this process. Not ru_maxrss, which it inherits from the one that starts it."""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def _child(name: str, path: Path, pipe: Any) -> None:
    try:
        pipe.send(globals()[name](path))
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")


def measure(name: str, path: Path) -> Measured | None:
    """The quickest of `REPEAT` runs of a measure, each in a process of its own."""
    runs = [run for _ in range(REPEAT) if (run := _measure(name, path)) is not None]
    return min(runs, key=lambda run: run.seconds) if runs else None


def _measure(name: str, path: Path) -> Measured | None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(name, path, theirs))
    child.start()
    theirs.close()
    try:
        found = ours.recv() if ours.poll(LIMIT_S) else f"no answer in {LIMIT_S} s"
    except EOFError:
        found = "the process died"
    child.kill()
    child.join()
    if isinstance(found, str):
        print(f"{name} failed: {found}")
        return None
    return found


RIVALS = {
    "scipy, used plainly": ("matrix_scipy", "scipy"),
    "igraph": ("matrix_igraph", "igraph"),
    "pandana": ("matrix_pandana", "pandana"),
    "pyroutingkit": ("matrix_pyroutingkit", "pyroutingkit"),
    "networkx": ("matrix_networkx", "networkx"),
}
RATIOS = {"scipy, used plainly": 20.0, "networkx": 300.0}


def compare(path: Path, without: set[str]) -> list[Row]:
    rows = reading(path, without)
    ours = measure("matrix_hierarchy", path)
    if ours is None:
        return rows
    order_s, index_s, busy_s = ours.other
    rows += [
        Row("contraction order, once a city", order_s, "s"),
        Row("hierarchy from a kept order", index_s, "s"),
        Row.at_most("1,000 x 1,000, hierarchy", ours.seconds, "s", 0.5),
        Row("… processor time, both threads", busy_s, "s"),
    ]
    if (reference := measure("matrix_dijkstra", path)) is not None:
        rows.append(Row("1,000 x 1,000, our Dijkstra", reference.seconds, "s"))
        same = bool((reference.answer == ours.answer).all())
        rows.append(Row("both engines give equal answers", float(same), "", 1.0, same))
    for rival, (name, package) in RIVALS.items():
        if rival in without or find_spec(package) is None:
            continue
        if (found := measure(name, path)) is None:
            continue
        rows.append(Row(f"1,000 x 1,000, {rival}", found.seconds, "s"))
        ratio = found.seconds / ours.seconds
        title = f"times quicker than {rival}"
        reach = RATIOS.get(rival)
        rows.append(
            Row(title, ratio, "x") if reach is None else Row.at_least(title, ratio, "x", reach)
        )
        expected = ours.answer[:: len(ours.answer) // len(found.answer)]
        # Some count in cut-off milliseconds or in single precision; a per cent is another way.
        differ = float((np.abs(found.answer - expected) > 0.01 * expected + 0.05).mean())
        if differ:
            rows.append(Row(f"answers of {rival} that differ", differ, "share"))
    if (costs := measure("costs_ours", path)) is not None:
        rows += [
            Row.at_most("new risk costs for the city", 1000 * costs.seconds, "ms", 15.0),
            Row.at_most("… where every street changes", 1000 * costs.other[1], "ms", 15.0),
            Row.at_most("24 hours of 500 x 500", costs.answer[0], "s", 3.0),
            Row("… processor time, both threads", costs.answer[2], "s"),
            Row.at_most("nearest of 1,000 for all nodes", 1000 * costs.other[0], "ms", 25.0),
        ]
    return rows


def reading(path: Path, without: set[str]) -> list[Row]:
    rows = []
    ours, whole = measure("read_ours", path), measure("read_whole", path)
    floor, cached = measure("read_decode", path), measure("read_cached", path)
    if ours is None or whole is None or floor is None or cached is None:
        return rows
    rows += [
        Row("nodes of the walking network", ours.answer[0], ""),
        Row("arcs of the walking network", ours.answer[1], ""),
        Row("decoding alone", floor.seconds, "s"),
        Row("walking network", ours.seconds, "s"),
        Row.at_most("walking network, peak memory", ours.megabytes, "MB", 150.0),
        Row("all modes and the basemap", whole.seconds, "s"),
        Row.at_most("walking network from the cache", cached.seconds, "s", 0.15),
    ]
    if "osmnx" not in without and (rival := measure("read_osmnx", path)) is not None:
        rows += [
            Row("walking network, osmnx", rival.seconds, "s"),
            Row("walking network, osmnx, peak memory", rival.megabytes, "MB"),
            Row.at_least("times quicker than osmnx", rival.seconds / ours.seconds, "x", 40.0),
        ]
    return rows


def growth(paths: list[Path]) -> list[Row]:
    """Time by size of the city."""
    rows = []
    for path in paths:
        read, matrix = measure("read_ours", path), measure("matrix_hierarchy", path)
        if read is None or matrix is None:
            continue
        place = f"{path.parent.name}, {read.answer[0]:,} nodes"
        rows += [
            Row(f"{place}: reading", read.seconds, "s"),
            Row(f"{place}: order", matrix.other[0], "s"),
            Row(f"{place}: 1,000 x 1,000", matrix.seconds, "s"),
        ]
    return rows


def tiled(network: StreetNetwork, times: int) -> StreetNetwork:
    """Copies of a network beside each other, each joined to the next by one street each way."""
    nodes, segments = len(network), network.segments
    shift = np.arange(times)
    width = np.ptp(network.lon_lat[:, 0]) + 0.001
    lon_lat = np.tile(network.lon_lat, (times, 1))
    lon_lat[:, 0] += np.repeat(shift, nodes) * width
    hub = int(np.flatnonzero(network.component == 0)[0])
    joined = shift[:-1] * nodes + hub
    tail = np.tile(network.tail, times) + np.repeat(shift * nodes, len(network.tail))
    head = np.tile(network.head, times) + np.repeat(shift * nodes, len(network.head))
    link = np.arange(times - 1)
    link_coords = np.stack([lon_lat[joined], lon_lat[joined + nodes]], axis=1).reshape(-1, 2)
    coords = np.tile(network.coords, (times, 1))
    offset = np.concatenate(
        [(network.coord_offset[None, :-1] + shift[:, None] * len(network.coords)).ravel(),
         times * len(network.coords) + 2 * np.arange(times)]
    )  # fmt: skip
    segment = np.tile(network.segment, times) + np.repeat(shift * segments, len(network.segment))
    ends = np.full(times - 1, 60.0)
    index = np.concatenate([np.tile(np.arange(segments), times), np.zeros(times - 1, np.int64)])
    return replace(
        network,
        lon_lat=lon_lat,
        tail=np.concatenate([tail, joined, joined + nodes]).astype(np.int32),
        head=np.concatenate([head, joined + nodes, joined]).astype(np.int32),
        length_m=np.concatenate([np.tile(network.length_m, times), ends, ends]),
        travel_time_s=whole_ms(np.concatenate([np.tile(network.travel_time_s, times), ends, ends])),
        segment=np.concatenate([segment, times * segments + link, times * segments + link]).astype(
            np.int32
        ),
        forward=np.concatenate([np.tile(network.forward, times), link >= 0, link < 0]),
        coords=np.concatenate([coords, link_coords]),
        coord_offset=offset,
        tags=network.tags.take(index),
        name_id=network.name_id[index],
        component=np.tile(network.component, times),
        order_store=None,
    )


def matrix_million(path: Path) -> Measured:
    network = read_streets(path, Mode.WALK)
    large = tiled(network, -(-1_000_000 // len(network)))
    origins, destinations = pairs(large)
    order_s, _ = best(lambda: large.hierarchy.order, 1)
    index_s, _ = best(lambda: large.hierarchy.index, 1)
    engine = make_engine(large, kind=EngineKind.HIERARCHY)
    seconds, _ = best(lambda: engine.costs_ms(origins, destinations), 1)
    nearest_s, _ = best(lambda: nearest_facility(large, origins), 1)
    return Measured(seconds, peak_mb(), (len(large), order_s, index_s), nearest_s)


def million(path: Path) -> list[Row]:
    found = measure("matrix_million", path)
    if found is None:
        return []
    nodes, order_s, index_s = found.answer
    return [
        Row("tiled: nodes", nodes, ""),
        Row("tiled: order", order_s, "s"),
        Row("tiled: hierarchy from a kept order", index_s, "s"),
        Row("tiled: 1,000 x 1,000", found.seconds, "s"),
        Row("tiled: nearest of 1,000 for all nodes", found.other, "s"),
        Row("tiled: peak memory", found.megabytes, "MB"),
    ]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("streets", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--growth", type=Path, nargs="*", default=[])
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[], choices=[*RIVALS, "osmnx"])
    arguments = parser.parse_args()
    global REPEAT
    REPEAT = max(arguments.repeat, 1)
    with tempfile.TemporaryDirectory() as temporary:
        # A copy, so that what is kept beside the extract goes with it.
        copies = []
        for number, path in enumerate([arguments.streets, *arguments.growth]):
            folder = Path(temporary) / str(number) / path.parent.name
            folder.mkdir(parents=True)
            copies.append(folder / path.name)
            copies[-1].write_bytes(path.read_bytes())
        rows = compare(copies[0], set(arguments.without)) + growth(copies[1:])
        if arguments.million:
            rows += million(copies[0])
    show(f"Street network of {arguments.streets.parent.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

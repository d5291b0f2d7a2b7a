"""Time of a round's flags, of bridges and cut nodes beside networkx, and the share of false flags.

    python -m benchmarks.risk FOLDER [--round 2026-11-23] [--json FILE]

The folder is copied first, so that its `private/` is as it was afterwards. A flag of the streets is
true where it holds at the street nearest to the hotspot's own place, near where it holds within
100 m of it, and else holds elsewhere in its released area only. That is measured with areas of
k = 100, 250 and 1000 residents. A missed flag would hold at the place and not be told; there must
be none.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import shapely

from benchmarks.table import Row, show
from outreach_map import load_programme
from outreach_map.handover import city_of, timetable
from outreach_map.intake import read_tables
from outreach_map.network import StreetExtract, StreetNetwork, blocks, read_extract
from outreach_map.privacy import release
from outreach_map.programme import Programme
from outreach_map.risk import FlagKind, flag_risks, street_facts
from outreach_map.routing import plan_routes
from outreach_map.settings import RiskSettings
from outreach_map.tables import Mode, Rating, Release

REACH_S = 3.0
KS = (100, 250, 1000)
NEAR_M = 100.0
# Facts of a street -> the flag of a place that tells of them.
TOLD = {
    "one_way": FlagKind.ONLY_WAY_IN,
    "gate": FlagKind.GATE_ON_WAY,
    "bridge_only": FlagKind.BRIDGE_ONLY,
    "one_crossing": FlagKind.ONE_CROSSING,
    "dead_end": FlagKind.DEAD_END,
    "stairs": FlagKind.STAIRS,
    "tunnel": FlagKind.TUNNEL,
    "level_crossing": FlagKind.LEVEL_CROSSING,
    "steep": FlagKind.STEEP,
    "water": FlagKind.WATER,
}


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The least of some runs."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def by_networkx(walk: StreetNetwork) -> tuple[set[tuple[int, int]], set[int]]:
    """Bridges and cut nodes as one would get them of networkx."""
    graph = nx.Graph()
    graph.add_edges_from(zip(walk.tail.tolist(), walk.head.tolist(), strict=True))
    return set(nx.bridges(graph)), set(nx.articulation_points(graph))


def structure(walk: StreetNetwork) -> list[Row]:
    """Time of both, and the ratio."""
    blocks(walk)
    ours, theirs = seconds(lambda: blocks(walk)), seconds(lambda: by_networkx(walk))
    return [
        Row("bridges and cut nodes", 1000 * ours, "ms"),
        Row("bridges and cut nodes by networkx", 1000 * theirs, "ms"),
        Row.at_most("ours to networkx", ours / theirs, "", 0.1),
    ]


def table(programme: Programme, released: Release, extract: StreetExtract) -> list[Row]:
    """Time of the whole table of flags for a planned round, everything about them included."""
    routes = plan_routes(released, extract, iterations=200, seed=0)
    legs, stops = timetable(routes)
    flags = []

    def work() -> None:
        # Made anew each time: what a city keeps for later questions counts.
        city = city_of(programme, released, extract)
        flags[:] = flag_risks(released, city, programme.risk, legs=legs, stops=stops)

    took = seconds(work)
    return [
        Row("hotspots", len(released.hotspots), ""),
        Row("stops of the plan", len(stops), ""),
        Row("flags", len(flags), ""),
        Row.at_most("full flag table", took, "s", REACH_S),
    ]


def false_flags(folder: Path, start: date, extract: StreetExtract, k: int) -> list[Row]:
    """Share of flags of the streets that do not hold at the hotspot's own place."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(shutil.copytree(folder, Path(temporary) / "programme"))
        programme = load_programme(copy)
        programme = replace(
            programme, privacy=programme.privacy.model_copy(update={"residents": k})
        )
        released = release(programme, start, extract)
        raw = read_tables(programme)
        truth = {one.id: one.geometry.centroid for one in raw.hotspots}
        places = _truths(copy, programme, released, truth)
    city = city_of(programme, released, extract)
    facts = street_facts(city.walk, city.undirected)
    finder = city.streets()
    flags = [
        flag
        for flag in flag_risks(released, city, RiskSettings())
        if flag.kind in TOLD.values() and flag.about in places
    ]
    told = {(flag.kind, flag.about) for flag in flags}
    at = dict(zip(places, finder.at(np.array(list(places.values()))).tolist(), strict=True))
    name_of = {kind: name for name, kind in TOLD.items()}
    true = [bool(getattr(facts, name_of[flag.kind])[at[flag.about]]) for flag in flags]
    near = [
        bool(getattr(facts, name_of[flag.kind])[finder.within(places[flag.about], NEAR_M)].any())
        for flag in flags
    ]
    grave = [flag.rating is not Rating.LOW for flag in flags]
    missed = sum(
        bool(getattr(facts, name)[street]) and (kind, code) not in told
        for code, street in at.items()
        for name, kind in TOLD.items()
    )
    wide = [np.sqrt(_square_m(one.place.geometry)) for one in released.hotspots]
    return [
        Row(f"k = {k}: side of an area, median", float(np.median(wide)), "m"),
        Row(f"k = {k}: flags of the streets", len(flags), ""),
        Row(f"k = {k}: false at the very street", 100 * (1 - np.mean(true)), "%"),
        Row(f"k = {k}: false within 100 m", 100 * (1 - np.mean(near)), "%"),
        Row(f"k = {k}: of these above low", sum(grave), ""),
        Row.at_most(f"k = {k}: missed flags", missed, "", 0),
    ]


def _truths(
    folder: Path,
    programme: Programme,
    released: Release,
    truth: dict[str, shapely.Point],
) -> dict[str, tuple[float, float]]:
    """Code -> the hotspot's own place, by the planner's table of codes."""
    from csv import DictReader

    from outreach_map.privacy import write_codes

    write_codes(programme)
    text = (folder / "private" / "codes.csv").read_text(encoding="utf-8-sig")
    code_of = {row["id"]: row["code"] for row in DictReader(text.splitlines())}
    known = {hotspot.code for hotspot in released.hotspots}
    return {
        code_of[raw_id]: (place.x, place.y)
        for raw_id, place in sorted(truth.items())
        if code_of.get(raw_id) in known
    }


def _square_m(geometry: shapely.Geometry) -> float:
    scale = 111_320.0**2 * np.cos(np.radians(geometry.centroid.y))
    return float(geometry.area * scale)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--round", dest="start", type=date.fromisoformat, default=date(2026, 11, 23)
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(arguments.folder, Path(temporary) / arguments.folder.name))
        folder.chmod(0o755)
        if not (folder / "outreach.toml").exists():
            example = Path(__file__).parents[1] / "tests" / "fixtures" / folder.name
            shutil.copy(example / "outreach.toml", folder)
        programme = load_programme(folder)
        extract = read_extract(programme.streets)
        rows = structure(extract.networks[Mode.WALK])
        plain = Path(shutil.copytree(folder, Path(temporary) / "plain"))
        rows += table(programme, release(programme, arguments.start, extract), extract)
        for k in KS:
            rows += false_flags(plain, arguments.start, extract, k)
    show(f"Flags of {arguments.folder.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

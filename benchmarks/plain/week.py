"""A week of outreach planned plainly with osmnx, networkx, OR-Tools and folium.

    python -m benchmarks.plain.week FOLDER MONDAY OUT [SECONDS]

What a developer writes in an afternoon: streets by osmnx, travel times by networkx, routes by
OR-Tools, coverage by walking distance, maps by folium. It has no privacy at all: it plans on raw
places and draws them. It knows no risk, no stock on the way, no breaks, no languages, no reasons.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import folium
import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pandas as pd
from opening_hours import OpeningHours
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

SPEED_KMH = {"walk": 4.5, "bike": 14.0, "drive": 25.0}
DROPPED_S, VISIT_S, DAY_S = 7200, 20 * 60, 24 * 3600
NO_WAY = {"motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed"}


def read_graph(extract: Path) -> nx.MultiDiGraph:
    """The streets of an extract: osmnx reads XML, so what is a street is written as XML first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streets.osm"
        nodes: set[int] = set()
        wanted: set[int] = set()
        for way in osmium.FileProcessor(str(extract), osmium.osm.WAY):
            if "highway" in way.tags and way.tags["highway"] not in NO_WAY:
                nodes.update(node.ref for node in way.nodes)
                wanted.add(way.id)
        with osmium.SimpleWriter(str(path)) as writer:
            for thing in osmium.FileProcessor(str(extract)):
                if thing.is_node() and thing.id in nodes:
                    writer.add_node(thing)
                elif thing.is_way() and thing.id in wanted:
                    writer.add_way(thing)
        return ox.graph_from_xml(path, bidirectional=True, retain_all=False)


def shifts_of(team: pd.Series, monday: date) -> list[tuple[date, int, int]]:
    """(day, begin, end) in seconds of the day for each shift of the week."""
    hours = OpeningHours(team["shift"])
    found = []
    for number in range(7):
        day = monday + timedelta(days=number)
        start = pd.Timestamp(day).to_pydatetime()
        for begin, end, state, _ in hours.intervals(start, start + timedelta(days=1)):
            if str(state) == "open" and begin.date() == day:
                last = (end - start).total_seconds() if end else DAY_S
                found.append((day, int((begin - start).total_seconds()), int(last)))
    return found


def travel_s(graph: nx.MultiDiGraph, nodes: list[int], mode: str) -> np.ndarray:
    """Seconds between nodes, all pairs."""
    metres_s = SPEED_KMH[mode] / 3.6
    matrix = np.full((len(nodes), len(nodes)), DAY_S, dtype=np.int64)
    for row, source in enumerate(nodes):
        length = nx.single_source_dijkstra_path_length(graph, source, weight="length")
        for column, target in enumerate(nodes):
            if target in length:
                matrix[row, column] = int(length[target] / metres_s)
    return matrix


def plan_day(
    matrix: np.ndarray, windows: list[tuple[int, int]], begin: int, end: int, seconds: float
) -> list[int]:
    """Order of visits of one shift (node 0 is the base); what does not fit is dropped."""
    manager = pywrapcp.RoutingIndexManager(len(matrix), 1, 0)
    model = pywrapcp.RoutingModel(manager)

    def took(a: int, b: int) -> int:
        i, j = manager.IndexToNode(a), manager.IndexToNode(b)
        return int(matrix[i, j]) + (VISIT_S if i else 0)

    transit = model.RegisterTransitCallback(took)
    model.SetArcCostEvaluatorOfAllVehicles(transit)
    model.AddDimension(transit, DAY_S, DAY_S, False, "time")
    clock = model.GetDimensionOrDie("time")
    for number, (opens, closes) in enumerate(windows, start=1):
        index = manager.NodeToIndex(number)
        model.AddDisjunction([index], DROPPED_S)
        low, high = max(opens, begin), min(closes, end)
        if low < high:
            clock.CumulVar(index).SetRange(low, high)
        else:
            model.VehicleVar(index).SetValues([-1])
    for index in (model.Start(0), model.End(0)):
        clock.CumulVar(index).SetRange(begin, end)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    search.time_limit.FromMilliseconds(int(seconds * 1000))
    solution = model.SolveWithParameters(search)
    order: list[int] = []
    index = model.Start(0) if solution else None
    while index is not None and not model.IsEnd(index):
        order.append(manager.IndexToNode(index))
        index = solution.Value(model.NextVar(index))
    return order[1:]


def window(hours: object, day: date) -> tuple[int, int]:
    """First opening to last closing on a day, in seconds; all day where nobody knows."""
    if not isinstance(hours, str) or not hours.strip():
        return 0, DAY_S
    start = pd.Timestamp(day).to_pydatetime()
    spans = [
        ((b - start).total_seconds(), (e - start).total_seconds() if e else DAY_S)
        for b, e, state, _ in OpeningHours(hours).intervals(start, start + timedelta(days=1))
        if str(state) == "open"
    ]
    return (int(min(b for b, _ in spans)), int(max(e for _, e in spans))) if spans else (0, 0)


def main(folder: Path, monday: date, out: Path, seconds: float) -> dict[str, float]:
    """Plan, draw, and give the seconds of each stage."""
    marks = {"start": time.perf_counter()}
    hotspots = pd.read_csv(folder / "hotspots.csv")
    points = pd.read_csv(folder / "points.csv").set_index("id")
    teams = pd.read_csv(folder / "teams.csv")
    visits = pd.read_csv(folder / "visits.csv", parse_dates=["date"])
    graph = read_graph(folder / "streets.osm.pbf")
    marks["reading streets"] = time.perf_counter()

    spot_node = ox.nearest_nodes(graph, hotspots["lon"], hotspots["lat"])
    found = ox.nearest_nodes(graph, points["lon"], points["lat"])
    point_node = dict(zip(points.index, found, strict=True))
    last = visits[visits["outcome"] == "done"].groupby("hotspot_id")["date"].max()
    overdue = (pd.Timestamp(monday) - hotspots["id"].map(last)).dt.days.fillna(999)
    due = list(hotspots.index[overdue >= 30 / hotspots["visits_per_month"].clip(lower=0.1)])
    shifts = [(team, *shift) for _, team in teams.iterrows() for shift in shifts_of(team, monday)]
    matrices = {
        (team["mode"], team["start"]): travel_s(
            graph, [point_node[team["start"]], *(spot_node[i] for i in due)], team["mode"]
        )
        for _, team in teams.drop_duplicates(["mode", "start"]).iterrows()
    }
    marks["travel times"] = time.perf_counter()

    tours = []
    left = list(range(len(due)))
    for team, day, begin, end in sorted(shifts, key=lambda s: (s[1], s[2], s[0]["id"])):
        rows = [0, *(i + 1 for i in left)]
        matrix = matrices[(team["mode"], team["start"])][np.ix_(rows, rows)]
        windows = [window(hotspots.loc[due[i], "active_hours"], day) for i in left]
        order = [left[i - 1] for i in plan_day(matrix, windows, begin, end, seconds / len(shifts))]
        left = [i for i in left if i not in order]
        tours.append((team, day, [due[i] for i in order]))
    marks["planning routes"] = time.perf_counter()

    walks = {
        name: nx.single_source_dijkstra_path_length(graph, node, weight="length", cutoff=750)
        for name, node in point_node.items()
    }
    gaps = [
        (row["id"], service)
        for i, row in hotspots.iterrows()
        for service in str(row["services_needed"]).split(";")
        if not any(
            service in str(points.loc[p, "services"]) and spot_node[i] in reached
            for p, reached in walks.items()
        )
    ]
    marks["measuring coverage"] = time.perf_counter()

    out.mkdir(parents=True, exist_ok=True)
    centre = [hotspots["lat"].mean(), hotspots["lon"].mean()]
    edges = ox.graph_to_gdfs(graph, nodes=False)[["geometry"]]
    for team_id in teams["id"]:
        page = folium.Map(centre, tiles=None)
        folium.GeoJson(edges, style_function=lambda _: {"weight": 1, "color": "#999"}).add_to(page)
        for team, day, order in tours:
            if team["id"] != team_id:
                continue
            stops = [point_node[team["start"]], *(spot_node[i] for i in order)]
            for a, b in zip(stops, [*stops[1:], stops[0]], strict=True):
                if nx.has_path(graph, a, b):
                    way = nx.shortest_path(graph, a, b, weight="length")
                    line = [(graph.nodes[n]["y"], graph.nodes[n]["x"]) for n in way]
                    folium.PolyLine(line, tooltip=f"{day}").add_to(page)
            for i in order:
                spot = hotspots.loc[i]
                folium.Marker([spot["lat"], spot["lon"]], popup=spot["id"]).add_to(page)
        page.save(out / f"{team_id}.html")
    manager = folium.Map(centre, tiles=None)
    folium.GeoJson(edges, style_function=lambda _: {"weight": 1, "color": "#999"}).add_to(manager)
    for spot_id, service in gaps:
        spot = hotspots[hotspots["id"] == spot_id].iloc[0]
        folium.CircleMarker([spot["lat"], spot["lon"]], popup=f"{spot_id} {service}").add_to(
            manager
        )
    manager.save(out / "manager.html")
    marks["writing maps"] = time.perf_counter()

    names = list(marks)
    stages = {b: marks[b] - marks[a] for a, b in pairwise(names)}
    return {
        **stages,
        "in all": marks[names[-1]] - marks["start"],
        "visits": float(sum(len(order) for _, _, order in tours)),
    }


if __name__ == "__main__":
    found = main(
        Path(sys.argv[1]),
        date.fromisoformat(sys.argv[2]),
        Path(sys.argv[3]),
        float(sys.argv[4]) if len(sys.argv) > 4 else 10.0,
    )
    print(json.dumps(found))

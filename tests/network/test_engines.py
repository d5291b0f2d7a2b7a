"""Both engines give equal costs, whatever the network, the costs and what is closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.hours import Hours
from outreach_map.network import (
    CostModel,
    EdgeCosts,
    EngineKind,
    StreetNetwork,
    ZoneCost,
    cost_matrix,
    cost_profile,
    make_engine,
    nearest_facility,
    read_streets,
    shortest_paths,
    travel_time_matrix,
)
from outreach_map.network.hierarchy import AVAILABLE
from outreach_map.tables import Mode
from tests.network.any_network import networks

DATA = Path(__file__).parents[2] / "data"
pytestmark = pytest.mark.skipif(not AVAILABLE, reason="routingkit-cch is not installed")
BOTH = (EngineKind.DIJKSTRA, EngineKind.HIERARCHY)


def drawn_costs(network: StreetNetwork, seed: int, closed: float) -> EdgeCosts:
    rng = np.random.default_rng(seed)
    cost_s = network.travel_time_s * rng.uniform(1, 9, len(network.tail))
    cost_s[rng.random(len(cost_s)) < closed] = np.inf
    return EdgeCosts(cost_s)


@settings(deadline=None, max_examples=150)
@given(networks(), st.integers(0, 2**16), st.sampled_from([0.0, 0.2, 0.9, 1.0]))
def test_engines_agree_on_every_pair(network: StreetNetwork, seed: int, closed: float) -> None:
    costs = drawn_costs(network, seed, closed)
    nodes = np.arange(len(network))
    one, other = (cost_matrix(network, nodes, nodes, costs=costs, engine=kind) for kind in BOTH)
    assert (one == other).all()
    assert (np.diag(one) == 0).all()
    # More rows than columns are searched the other way round.
    assert (
        cost_matrix(network, nodes, nodes[:1], costs=costs, engine=EngineKind.HIERARCHY)
        == one[:, :1]
    ).all()


@settings(deadline=None, max_examples=60)
@given(networks(), st.integers(0, 2**16))
def test_paths_of_both_engines_cost_what_the_matrix_says(network: StreetNetwork, seed: int) -> None:
    costs = drawn_costs(network, seed, 0.2)
    nodes = np.arange(len(network))
    least = cost_matrix(network, nodes, nodes, costs=costs).ravel()
    ends = np.repeat(nodes, len(nodes)), np.tile(nodes, len(nodes))
    for kind in BOTH:
        for cost, path in zip(
            least, shortest_paths(network, *ends, costs=costs, engine=kind), strict=True
        ):
            assert (path is None) == np.isinf(cost)
            if path is not None:
                # The matrix counts in whole milliseconds, half of one wrong an arc at most.
                assert path.cost_s == pytest.approx(cost, abs=5.1e-4 * max(len(path.arcs), 1))


@pytest.mark.parametrize("place", ["neubrandenburg", "liechtenstein"])
def test_engines_agree_on_real_streets(place: str) -> None:
    network = read_streets(DATA / place / "streets.osm.pbf", Mode.WALK, cache=False)
    rng = np.random.default_rng(3)
    origins, destinations = rng.integers(0, len(network), (2, 150))
    engines = [make_engine(network, kind=kind) for kind in BOTH]
    for seed, closed in ((0, 0.0), (1, 0.02), (2, 0.3)):
        costs = drawn_costs(network, seed, closed)
        for engine in engines:
            engine.update(costs.cost_s)
        one, other = (engine.costs_ms(origins, destinations) for engine in engines)
        assert (one == other).all()
        assert np.isinf(one).any() == bool(np.isinf(other).any())


def test_a_small_change_of_costs_is_followed_and_undone() -> None:
    network = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)
    nodes = np.flatnonzero(network.component == 0)[::40]
    centre = network.lon_lat[nodes[0]]
    here = ZoneCost(shapely.Point(centre).buffer(0.004), 2.0)
    model = CostModel(network, [here, ZoneCost(here.geometry, 0.0, closed=True)])
    engines = [make_engine(network, kind=kind) for kind in BOTH]
    before = engines[1].costs_ms(nodes, nodes)
    changed = model.at()
    assert 0 < (changed.cost_s != network.travel_time_s).mean() < 0.05
    for engine in engines:
        engine.update(changed.cost_s)
    one, other = (engine.costs_ms(nodes, nodes) for engine in engines)
    assert (one == other).all()
    assert (one != before).any()
    engines[1].update(network.travel_time_s)
    assert (engines[1].costs_ms(nodes, nodes) == before).all()


def test_the_profile_of_a_day_follows_the_hours() -> None:
    network = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)
    nodes = np.flatnonzero(network.component == 0)[::80]
    zone = ZoneCost(
        shapely.Point(network.lon_lat[nodes[3]]).buffer(0.01), 1.0, hours=Hours("20:00-24:00")
    )
    model = CostModel(network, [zone])
    day = [model.at(datetime(2026, 11, 23, hour)) for hour in range(24)]
    found = list(cost_profile(network, nodes, nodes, day, engine=EngineKind.HIERARCHY))
    plain = travel_time_matrix(network, nodes, nodes)
    for hour, costs in enumerate(found):
        assert ((costs == plain).all()) == (hour < 20), hour
        assert (costs >= plain).all()


@pytest.mark.parametrize("kind", BOTH)
def test_what_would_crash_the_binding_is_refused_before_it(kind: EngineKind) -> None:
    network = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)
    engine = make_engine(network, kind=kind)
    of_no_kind = ([0.5], [True], [np.nan], ["0"], [[0]])
    for nodes in map(np.array, ([len(network)], [-1], [2**40], *of_no_kind)):
        with pytest.raises(IndexError):
            engine.costs_ms(nodes, nodes)
        with pytest.raises(IndexError):
            engine.paths(nodes, nodes)
    for wrong in (network.travel_time_s[:-1], network.travel_time_s.astype(object)):
        with pytest.raises(ValueError, match="one cost"):
            engine.update(wrong)
    with pytest.raises(ValueError, match="above zero"):
        engine.update(network.travel_time_s * 0)
    with pytest.raises(ValueError, match="one destination"):
        engine.paths(np.array([0, 1]), np.array([0]))
    assert engine.costs_ms(np.array([0]), np.array([0])) == 0
    assert engine.costs_ms(np.zeros(0, np.int64), np.array([0])).shape == (0, 1)


def test_many_threads_may_ask_one_engine_while_its_costs_change() -> None:
    network = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)
    engine = make_engine(network, kind=EngineKind.HIERARCHY)
    nodes = np.arange(0, len(network), 20)
    plain = engine.costs_ms(nodes, nodes)
    double = 2 * network.travel_time_s
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(engine.costs_ms, nodes, nodes) for _ in range(20)]
        changed = [
            pool.submit(engine.update, double if turn % 2 else network.travel_time_s)
            for turn in range(10)
        ]
        for change in changed:
            change.result()
        for answer in asked:
            found = answer.result()
            assert (found == plain).all() or (found == 2 * plain).all()


def test_engines_of_one_network_are_made_and_asked_in_many_threads() -> None:
    network = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)
    nodes = np.arange(0, len(network), 30)
    # The same place twice is as good as once.
    ends = np.concatenate([nodes, nodes[::-1]])
    plain = make_engine(network, kind=EngineKind.DIJKSTRA).costs_ms(nodes, ends)

    def ask(factor: int) -> np.ndarray:
        engine = make_engine(network, kind=EngineKind.HIERARCHY)
        engine.update(factor * network.travel_time_s)
        return engine.costs_ms(nodes, ends)

    with ThreadPoolExecutor(4) as pool:
        for factor, found in enumerate(pool.map(ask, range(1, 9)), start=1):
            assert np.array_equal(found, factor * plain)


def test_a_bare_network_needs_no_hierarchy() -> None:
    network = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)
    loops = replace(network, head=network.tail)
    engine = make_engine(loops, kind=EngineKind.HIERARCHY)
    assert np.isinf(engine.costs_ms(np.array([0]), np.array([1]))).all()


@settings(deadline=None, max_examples=60)
@given(networks(), st.integers(0, 2**16), st.sets(st.integers(0, 7), min_size=1))
def test_the_nearest_facility_agrees_with_networkx(
    network: StreetNetwork, seed: int, places: set[int]
) -> None:
    costs = drawn_costs(network, seed, 0.1)
    facilities = sorted({place % len(network) for place in places})
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network)))
    for tail, head, cost in zip(network.tail, network.head, costs.cost_s, strict=True):
        if np.isfinite(cost):
            # Whole milliseconds, as the engines count.
            graph.add_edge(int(head), int(tail), cost=max(round(cost * 1000), 1))
    least = nx.multi_source_dijkstra_path_length(graph, facilities, weight="cost")
    found = nearest_facility(network, facilities, costs=costs)
    for node in range(len(network)):
        expected = least.get(node, np.inf) / 1000
        assert found.travel_time_s[node] == expected
        assert (found.facility[node] >= 0) == np.isfinite(expected)

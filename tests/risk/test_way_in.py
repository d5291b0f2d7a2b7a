"""One way in and out: by hand, and against networkx on random streets."""

from __future__ import annotations

import networkx as nx
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.risk import only_through, only_way_in
from tests.coverage.row_town import STEP_S, row, streets

# A ring of nodes 0 to 3 with a tail 3-4-5 of two minutes a street.
RING_AND_TAIL = [(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (0, 3, 60.0), (3, 4, 120.0), (4, 5, 120)]


def test_a_tail_is_behind_and_a_ring_is_not() -> None:
    ways = only_way_in(streets(6, RING_AND_TAIL))
    assert ways.behind.tolist() == [False] * 4 + [True] * 2
    assert ways.time_s.tolist() == [0, 0, 0, 0, 120, 240]


def test_a_second_street_to_the_end_makes_two_ways() -> None:
    ways = only_way_in(streets(6, [*RING_AND_TAIL, (5, 2, 300.0)]))
    assert not ways.behind.any()


def test_parallel_streets_are_two_ways_and_the_quicker_counts() -> None:
    """A doubled street is no bridge; beyond it, a tail whose street is slow."""
    ways = only_way_in(streets(3, [(0, 1, 90.0), (0, 1, 30.0), (1, 2, 200.0)]))
    assert ways.behind.tolist() == [False, False, True]
    assert ways.time_s.tolist() == [0, 0, 200]


def test_a_smaller_ring_behind_a_bridge_is_behind_all_of_it() -> None:
    ring = [(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (0, 3, 60.0)]
    small = [(4, 5, 60.0), (5, 6, 60.0), (4, 6, 60.0)]
    ways = only_way_in(streets(7, [*ring, (3, 4, 120.0), *small]))
    assert ways.behind.tolist() == [False] * 4 + [True] * 3
    assert ways.time_s.tolist() == [0, 0, 0, 0, 120, 180, 180]


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 9), st.data())
def test_the_same_as_networkx(nodes: int, data: st.DataObject) -> None:
    """On a random tree and random extra streets: all that is off the largest bridgeless part."""
    ways = [(node, data.draw(st.integers(0, node - 1)), 60.0) for node in range(1, nodes)]
    pair = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    extra = data.draw(st.lists(pair.filter(lambda ends: ends[0] != ends[1]), max_size=8))
    ways += [(one, other, 90.0) for one, other in extra]
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_weighted_edges_from(ways)
    simple = nx.Graph(graph)
    cut = {tuple(sorted(edge)) for edge in nx.bridges(simple)}
    graph.remove_edges_from(
        [edge for edge in cut if graph.number_of_edges(*edge) == 1]  # a doubled street is none
    )
    parts = sorted(nx.connected_components(graph), key=len, reverse=True)
    found = only_way_in(streets(nodes, ways))
    core = set(np.flatnonzero(~found.behind).tolist())
    assert core in parts
    assert len(core) == len(parts[0])
    whole = nx.Graph()
    for one, other, seconds in sorted(ways, key=lambda way: -way[2]):
        whole.add_edge(one, other, weight=seconds)  # the quicker of parallel streets comes last
    expected = nx.multi_source_dijkstra_path_length(whole, core)
    np.testing.assert_allclose(found.time_s, [expected[node] for node in range(nodes)])


def test_behind_a_zone_is_what_only_leads_through_it() -> None:
    """A zone over the streets 3-4 and 4-5 of a row of ten: nodes 0 to 4 are the smaller side."""
    zone = shapely.box(0.0035, -0.001, 0.0045, 0.001)
    shut_in = only_through(row(10), zone)
    assert np.flatnonzero(shut_in).tolist() == [0, 1, 2, 3, 4]


def test_a_way_round_a_zone_shuts_nobody_in() -> None:
    """With a street by the north from 0 to 9, only the node in the zone itself is cut off."""
    zone = shapely.box(0.0035, -0.001, 0.0045, 0.001)
    steps = [(node, node + 1, STEP_S) for node in range(9)]
    town = streets(11, [*steps, (0, 10, STEP_S), (10, 9, STEP_S)], north=[10])
    assert np.flatnonzero(only_through(town, zone)).tolist() == [4]

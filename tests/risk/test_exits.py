"""Exit times against removing each street of the way in turn, by networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map.risk import Undirected, exit_times
from tests.coverage.row_town import streets


def test_on_a_ring_the_second_way_is_the_other_one() -> None:
    """Nodes 0 to 3, a minute each; safe at 0. From 1 it is 1 minute, or 3 the other way."""
    town = Undirected(streets(4, [(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (3, 0, 60.0)]))
    found = exit_times(town, np.array([0]))
    assert found.best_s.tolist() == [0, 60, 120, 60]
    # From 2 the last street is the worst: a minute there, and then the long way round.
    assert found.blocked_s.tolist() == [0, 180, 60 + 180, 180]


def test_a_tail_has_no_second_way_unless_another_safe_place_is_near() -> None:
    row = [(node, node + 1, 60.0) for node in range(4)]
    assert exit_times(Undirected(streets(5, row)), np.array([0])).blocked_s[1:].min() == np.inf
    both = exit_times(Undirected(streets(5, row)), np.array([0, 4]))
    assert both.best_s.tolist() == [0, 60, 120, 60, 0]
    assert both.blocked_s[1] == 180
    assert both.blocked_s[3] == 180


def test_without_a_safe_place_there_is_no_way() -> None:
    found = exit_times(Undirected(streets(2, [(0, 1, 60.0)])), np.empty(0, np.int64))
    assert np.isinf(found.best_s).all()
    assert np.isinf(found.blocked_s).all()


@settings(deadline=None, max_examples=80)
@given(st.integers(2, 9), st.data())
def test_the_same_as_closing_every_street_of_the_way_in_turn(
    nodes: int, data: st.DataObject
) -> None:
    seconds = st.integers(10, 90)
    ends = [(n, data.draw(st.integers(0, n - 1))) for n in range(1, nodes)]
    ways = [(*pair, float(data.draw(seconds))) for pair in ends]
    pair = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1), seconds)
    extra = data.draw(st.lists(pair.filter(lambda ends: ends[0] != ends[1]), max_size=8))
    ways += [(one, other, float(time)) for one, other, time in extra]
    safe = data.draw(st.sets(st.integers(0, nodes - 1), min_size=1, max_size=2))
    town = Undirected(streets(nodes, ways))
    places = np.array(sorted(safe))
    found = exit_times(town, places)
    chosen = town.to_nearest(places)
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(nodes))
    for number, (one, other, time) in enumerate(ways):
        graph.add_edge(one, other, key=number, weight=time)
    for node in range(nodes):
        best = nx.multi_source_dijkstra_path_length(graph, safe)[node]
        assert found.best_s[node] == pytest.approx(best)
        worst, at = best, node
        while chosen.before[at] >= 0:
            less = graph.copy()
            less.remove_edge(at, int(chosen.before[at]), key=int(chosen.segment[at]))
            left = nx.multi_source_dijkstra_path_length(less, safe).get(at, np.inf)
            worst = max(worst, best - chosen.time_s[at] + left)
            at = int(chosen.before[at])
        assert found.blocked_s[node] == pytest.approx(worst)

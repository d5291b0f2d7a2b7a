"""Bridges and cut nodes against networkx, and what stands in the way by hand-drawn streets."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from outreach_map.network import Hazard, StreetNetwork, blocks, cut_nodes, read_streets
from outreach_map.tables import Mode
from tests.conftest import PORTO_ALEGRE
from tests.network.any_network import networks
from tests.network.hand_drawn import write_osm

DATA = Path(__file__).parents[2] / "data"
EXTRACTS = [DATA / "neubrandenburg", DATA / "liechtenstein", PORTO_ALEGRE]


def as_graph(network: StreetNetwork) -> nx.MultiGraph:
    whole = nx.MultiGraph()
    whole.add_nodes_from(range(len(network)))
    for tail, head, segment in zip(network.tail, network.head, network.segment, strict=True):
        whole.add_edge(int(tail), int(head), key=int(segment))
    return whole


@pytest.mark.parametrize("folder", EXTRACTS, ids=lambda folder: folder.name)
def test_bridges_and_cut_nodes_are_those_of_networkx(folder: Path) -> None:
    if not folder.is_dir():
        pytest.skip("the shared data of Porto Alegre are not beside the project")
    network = read_streets(folder / "streets.osm.pbf", Mode.WALK, cache=False)
    whole = as_graph(network)
    found = blocks(network)
    expected = {
        next(iter(whole[tail][head]))
        for tail, head in nx.bridges(nx.Graph(whole))
        if whole.number_of_edges(tail, head) == 1
    }
    assert set(np.flatnonzero(found.bridge).tolist()) == expected
    simple = nx.Graph(whole)
    assert set(np.flatnonzero(found.cut_node).tolist()) == set(nx.articulation_points(simple))
    parts = sorted(map(len, nx.biconnected_components(simple)), reverse=True)
    core = np.isin(network.segment, np.flatnonzero(found.block == 0))
    nodes = np.unique(np.concatenate([network.tail[core], network.head[core]]))
    assert len(nodes) == parts[0]


@settings(deadline=None, max_examples=80)
@given(networks())
def test_the_same_on_any_network(network: StreetNetwork) -> None:
    simple = nx.Graph(as_graph(network))
    simple.remove_edges_from(list(nx.selfloop_edges(simple)))
    found = blocks(network)
    assert set(np.flatnonzero(cut_nodes(network)).tolist()) == set(nx.articulation_points(simple))
    loops = np.zeros(network.segments, dtype=bool)
    loops[network.segment] = network.tail == network.head
    assert (found.block[loops] == -1).all()
    assert (found.block[~loops] >= 0).all()
    assert len(set(found.block[~loops].tolist())) == len(list(nx.biconnected_components(simple)))


ROW = {1: (9.000, 54.0), 2: (9.001, 54.0), 3: (9.002, 54.0), 4: (9.003, 54.0), 5: (9.003, 54.001)}


@pytest.mark.parametrize(
    ("tags", "hazard"),
    [
        ({"railway": "level_crossing"}, Hazard.LEVEL_CROSSING),
        ({"railway": "crossing"}, Hazard.LEVEL_CROSSING),
        ({"railway": "switch"}, Hazard.NONE),
        ({"ford": "yes"}, Hazard.FORD),
        ({"ford": "no"}, Hazard.NONE),
        ({"barrier": "gate"}, Hazard.GATE),
        ({"barrier": "kerb"}, Hazard.NONE),
        ({"barrier": "border_control"}, Hazard.BORDER),
    ],
)
def test_what_stands_on_a_node_is_known_of_its_street(
    tags: dict[str, str], hazard: Hazard, tmp_path: Path
) -> None:
    """Node 2 lies in the middle of the street 1-3; 3-4-5 is another one."""
    ways = [([1, 2, 3], {"highway": "residential"}), ([3, 4, 5], {"highway": "residential"})]
    path = write_osm(tmp_path / "a.osm.pbf", ROW, ways, {2: tags})
    network = read_streets(path, Mode.WALK)
    assert network.tags.hazard.tolist() == [hazard, Hazard.NONE]


@pytest.mark.parametrize(
    ("tags", "hazard"),
    [
        ({"ford": "yes"}, Hazard.FORD),
        ({"flood_prone": "yes"}, Hazard.FLOOD_PRONE),
        ({"flood_prone": "no"}, Hazard.NONE),
        ({}, Hazard.NONE),
    ],
)
def test_what_a_street_says_of_itself(tags: dict[str, str], hazard: Hazard, tmp_path: Path) -> None:
    ways = [([1, 2, 3], {"highway": "path", **tags}), ([3, 4], {"highway": "path"})]
    network = read_streets(write_osm(tmp_path / "a.osm.pbf", ROW, ways), Mode.WALK)
    assert network.tags.hazard.tolist() == [hazard, Hazard.NONE]

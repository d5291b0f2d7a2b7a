"""The street network: rules by hand-drawn files, methods against networkx on real streets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from outreach_map.errors import ExtractError
from outreach_map.network import (
    EdgeCosts,
    StreetNetwork,
    ZoneCost,
    bridges,
    edge_costs,
    nearest_facility,
    read_extract,
    read_streets,
    shortest_paths,
    street_stops,
    travel_matrices,
    travel_time_matrix,
)
from outreach_map.network.segments import ellipsoidal_m
from outreach_map.tables import Mode
from tests.network.any_network import networks
from tests.network.hand_drawn import write_osm

DATA = Path(__file__).parents[2] / "data"
# A row of nodes 0.001 degrees (some 65 m at this latitude) apart, and two beside it.
ROW = {1: (9.000, 54.0), 2: (9.001, 54.0), 3: (9.002, 54.0), 4: (9.003, 54.0), 5: (9.001, 54.001)}
LINK = ([1, 5], {"highway": "residential"})


@pytest.fixture(scope="module")
def country() -> StreetNetwork:
    return read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK)


@pytest.fixture(scope="module")
def graph(country: StreetNetwork) -> nx.DiGraph:
    """The same network as a graph of networkx, the quickest of parallel arcs."""
    made = nx.DiGraph()
    for tail, head, seconds in zip(country.tail, country.head, country.travel_time_s, strict=True):
        known = made.get_edge_data(int(tail), int(head), {"s": np.inf})["s"]
        made.add_edge(int(tail), int(head), s=min(known, seconds))
    return made


def times(path: Path, mode: Mode) -> dict[tuple[int, int], float]:
    """Travel times between the ends of the hand-drawn row, by node id."""
    network = read_streets(path, mode)
    where = {
        number: int(np.argmin(np.abs(network.lon_lat - place).sum(axis=1)))
        for number, place in ROW.items()
        if np.abs(network.lon_lat - place).sum(axis=1).min() < 1e-6
    }
    return {
        (a, b): float(travel_time_matrix(network, [where[a]], [where[b]])[0, 0])
        for a in where
        for b in where
    }


def drawn(tmp_path: Path, tags: dict[str, str]) -> Path:
    """A row 1-2-3-4 with tags, reached by an ordinary street 1-5."""
    return write_osm(tmp_path / "a.osm.pbf", ROW, [([1, 2, 3, 4], tags), LINK])


def test_a_length_is_that_of_the_ellipsoid(tmp_path: Path) -> None:
    network = read_streets(drawn(tmp_path, {"highway": "residential"}), Mode.WALK)
    _, _, expected = Geod(ellps="WGS84").inv(*ROW[1], *ROW[4])
    assert network.length_m.max() == pytest.approx(expected, rel=1e-6)
    assert network.travel_time_s.max() == pytest.approx(expected / (4.8 / 3.6), abs=5e-4)


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 360), st.floats(0.01, 5_000))
def test_lengths_are_within_a_millionth_of_the_geodesic(
    lon: float, lat: float, azimuth: float, metres: float
) -> None:
    east, north, _ = Geod(ellps="WGS84").fwd(lon, lat, azimuth, metres)
    found = ellipsoidal_m(np.array([[lon, lat]]), np.array([[east, north]]))
    # Degrees themselves are good to some nanometres.
    assert found == pytest.approx(metres, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("tags", "mode", "there", "back"),
    [
        ({"oneway": "yes"}, Mode.DRIVE, True, False),
        ({"oneway": "-1"}, Mode.DRIVE, False, True),
        ({"oneway": "yes"}, Mode.WALK, True, True),
        ({"oneway": "yes"}, Mode.BIKE, True, False),
        ({"oneway": "yes", "oneway:bicycle": "no"}, Mode.BIKE, True, True),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, Mode.BIKE, True, True),
        ({"junction": "roundabout"}, Mode.DRIVE, True, False),
        ({"oneway": "yes", "oneway:foot": "yes"}, Mode.WALK, True, False),
    ],
)
def test_directions(tags: dict, mode: Mode, there: bool, back: bool, tmp_path: Path) -> None:
    found = times(drawn(tmp_path, {"highway": "residential", **tags}), mode)
    assert np.isfinite(found[1, 4]) == there
    assert np.isfinite(found[4, 1]) == back


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"highway": "motorway", "oneway": "no"}, {Mode.DRIVE}),
        ({"highway": "trunk"}, set(Mode)),
        ({"highway": "trunk", "motorroad": "yes"}, {Mode.DRIVE}),
        ({"highway": "footway"}, {Mode.WALK}),
        ({"highway": "footway", "bicycle": "yes"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "residential", "access": "private"}, set()),
        ({"highway": "residential", "access": "private", "foot": "yes"}, {Mode.WALK}),
        ({"highway": "residential", "motor_vehicle": "no"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "residential", "foot": "no"}, {Mode.BIKE, Mode.DRIVE}),
        ({"highway": "residential", "foot": "use_sidepath"}, {Mode.BIKE, Mode.DRIVE}),
        ({"highway": "residential", "bicycle": "no"}, {Mode.WALK, Mode.DRIVE}),
        ({"highway": "residential", "vehicle": "no"}, {Mode.WALK}),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, {Mode.DRIVE}),
        ({"highway": "residential", "access": "customers"}, set(Mode)),
        ({"highway": "residential", "motorcar": "no"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "track"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "cycleway"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "pedestrian"}, {Mode.WALK}),
        ({"highway": "path"}, {Mode.WALK, Mode.BIKE}),
        ({"highway": "steps"}, {Mode.WALK}),
        ({"highway": "steps", "bicycle": "yes"}, {Mode.WALK}),
        ({"highway": "service"}, set(Mode)),
        ({"highway": "proposed"}, set()),
        ({"highway": "construction"}, set()),
    ],
)
def test_who_may_go_where(tags: dict, modes: set, tmp_path: Path) -> None:
    path = drawn(tmp_path, tags)
    for mode in Mode:
        assert (np.isfinite(times(path, mode).get((1, 4), np.inf))) == (mode in modes), mode


def test_steps_are_slower_than_a_street(tmp_path: Path) -> None:
    steps = times(drawn(tmp_path, {"highway": "steps"}), Mode.WALK)[1, 4]
    street = times(drawn(tmp_path, {"highway": "residential"}), Mode.WALK)[1, 4]
    # Weidmann (1993): 0.610 m/s up, and nobody says which way is up.
    assert steps == pytest.approx(street * (4.8 / 3.6) / 0.610, abs=2e-3)


def test_a_street_is_cut_where_the_extract_misses_a_node(tmp_path: Path) -> None:
    path = write_osm(
        tmp_path / "a.osm.pbf", ROW, [([1, 2, 99, 3, 4], {"highway": "residential"}), LINK]
    )
    found = times(path, Mode.WALK)
    assert np.isfinite(found[1, 2])
    assert np.isfinite(found[3, 4])
    assert np.isinf(found[2, 3])


def test_of_parallel_streets_the_quicker_counts(tmp_path: Path) -> None:
    path = write_osm(
        tmp_path / "a.osm.pbf",
        ROW,
        [([1, 5, 2], {"highway": "residential"}), ([1, 2], {"highway": "residential"})],
    )
    network = read_streets(path, Mode.WALK)
    direct = network.travel_time_s.min()
    ends = network.snap(np.array([ROW[1], ROW[2]]), 5.0).node
    assert travel_time_matrix(network, ends[:1], ends[1:])[0, 0] == pytest.approx(direct)
    assert not bridges(network).any()


@pytest.mark.parametrize("content", ["empty", "text", "truncated", "missing"])
def test_a_file_that_is_no_extract_is_one_clear_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "streets.osm.pbf"
    whole = (DATA / "liechtenstein" / "streets.osm.pbf").read_bytes()
    text = {"empty": b"", "text": b"id,lon,lat\n", "truncated": whole[: len(whole) // 2]}
    if content in text:
        path.write_bytes(text[content])
    with pytest.raises(ExtractError, match=r"^streets\.osm\.pbf: ") as caught:
        read_extract(path)
    assert str(tmp_path) not in str(caught.value)


def test_an_extract_without_streets_says_so(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm.pbf", ROW, [([1, 2], {"waterway": "river"})])
    with pytest.raises(ExtractError, match="no streets"):
        read_extract(path)


def test_two_reads_are_equal(country: StreetNetwork) -> None:
    again = read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK)
    for name in ("lon_lat", "tail", "head", "travel_time_s", "coords", "component", "name_id"):
        np.testing.assert_array_equal(getattr(again, name), getattr(country, name))


def test_times_agree_with_networkx(country: StreetNetwork, graph: nx.DiGraph) -> None:
    nodes = np.random.default_rng(1).choice(len(country), 12, replace=False)
    found = travel_time_matrix(country, nodes, nodes)
    for row, origin in enumerate(nodes):
        expected = nx.single_source_dijkstra_path_length(graph, int(origin), weight="s")
        for column, destination in enumerate(nodes):
            assert found[row, column] == pytest.approx(expected.get(int(destination), np.inf))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 4000), min_size=3, max_size=8, unique=True))
def test_times_keep_the_triangle_inequality(country: StreetNetwork, nodes: list[int]) -> None:
    found = travel_time_matrix(country, nodes, nodes)
    assert (np.diag(found) == 0).all()
    around = found[:, :, None] + found[None, :, :]
    assert (found[:, None, :] <= around + 1e-6).all()


def test_paths_add_up_to_the_matrix(country: StreetNetwork) -> None:
    main = np.flatnonzero(country.component == 0)
    nodes = np.random.default_rng(2).choice(main, 8, replace=False)
    matrices = travel_matrices(country, nodes[:4], nodes[4:])
    paths = shortest_paths(country, np.repeat(nodes[:4], 4), np.tile(nodes[4:], 4))
    for path, seconds, metres in zip(
        paths, matrices.travel_time_s.ravel(), matrices.length_m.ravel(), strict=True
    ):
        assert path is not None
        assert path.travel_time_s == pytest.approx(seconds)
        assert path.length_m == pytest.approx(metres)
        drawn_m = Geod(ellps="WGS84").line_length(*path.lon_lat.T)
        assert drawn_m == pytest.approx(metres, abs=0.01)


def test_a_closed_zone_is_never_entered_and_a_slow_one_costs(country: StreetNetwork) -> None:
    main = np.flatnonzero(country.component == 0)
    nodes = np.random.default_rng(3).choice(main, 6, replace=False)
    free = travel_time_matrix(country, nodes, nodes)
    path = shortest_paths(country, nodes[:1], nodes[1:2])[0]
    assert path is not None
    zone = shapely.Point(path.lon_lat[len(path.lon_lat) // 2]).buffer(0.001)
    closed = edge_costs(country, [ZoneCost(zone, 0.0, closed=True)])
    found = travel_time_matrix(country, nodes, nodes, costs=closed)
    assert (found >= free - 1e-6).all()
    round_it = shortest_paths(country, nodes[:1], nodes[1:2], costs=closed)[0]
    if round_it is not None:
        touched = country.line_tree.query(zone, predicate="intersects")
        assert not np.isin(country.segment[round_it.arcs], touched).any()
    slow = travel_time_matrix(
        country, nodes, nodes, costs=edge_costs(country, [ZoneCost(zone, 5.0)])
    )
    assert (slow >= free - 1e-6).all()
    with pytest.raises(ValueError, match="weight"):
        ZoneCost(zone, -0.1)


def test_true_seconds_are_answered_whatever_the_costs(country: StreetNetwork) -> None:
    main = np.flatnonzero(country.component == 0)[:5]
    everywhere = shapely.box(-180, -90, 180, 90)
    dear = edge_costs(country, [ZoneCost(everywhere, 3.0)])
    np.testing.assert_allclose(
        travel_time_matrix(country, main, main, costs=dear), travel_time_matrix(country, main, main)
    )


def test_the_nearest_facility_is_the_nearest(country: StreetNetwork) -> None:
    main = np.flatnonzero(country.component == 0)
    facilities = np.random.default_rng(4).choice(main, 5, replace=False)
    places = np.random.default_rng(5).choice(main, 20, replace=False)
    found = nearest_facility(country, facilities)
    matrix = travel_time_matrix(country, places, facilities)
    np.testing.assert_allclose(found.travel_time_s[places], matrix.min(axis=1))
    chosen = matrix[np.arange(len(places)), found.facility[places]]
    np.testing.assert_allclose(chosen, matrix.min(axis=1))
    assert np.isinf(nearest_facility(country, []).travel_time_s).all()


def test_a_cutoff_keeps_what_equals_it(country: StreetNetwork) -> None:
    main = np.flatnonzero(country.component == 0)[:6]
    free = travel_time_matrix(country, main, main)
    limit = float(np.median(free))
    cut = travel_time_matrix(country, main, main, cutoff_s=limit)
    np.testing.assert_array_equal(np.isfinite(cut), free <= limit)


def test_stops_lie_on_streets_at_most_25_m_apart(country: StreetNetwork) -> None:
    stops = street_stops(country)
    assert (np.diff(stops.segment) >= 0).all()
    assert set(stops.segment) == set(range(country.segments))
    sample = np.random.default_rng(6).choice(len(stops.lon_lat), 200, replace=False)
    points = shapely.points(stops.lon_lat[sample])
    off = shapely.distance(points, country.lines[stops.segment[sample]])
    assert off.max() < 1e-7
    same = stops.segment[:-1] == stops.segment[1:]
    _, _, apart = Geod(ellps="WGS84").inv(*stops.lon_lat[:-1][same].T, *stops.lon_lat[1:][same].T)
    assert max(apart) <= 25.1


def test_bridges_agree_with_networkx(country: StreetNetwork) -> None:
    whole = nx.MultiGraph()
    ends = {}
    for tail, head, segment in zip(country.tail, country.head, country.segment, strict=True):
        ends[int(segment)] = (int(tail), int(head))
    for segment, (tail, head) in ends.items():
        whole.add_edge(tail, head, segment=segment)
    parts = nx.number_connected_components(whole)
    flags = bridges(country)
    for segment in np.random.default_rng(7).choice(list(ends), 40, replace=False):
        tail, head = ends[int(segment)]
        key = next(k for k, d in whole[tail][head].items() if d["segment"] == segment)
        whole.remove_edge(tail, head, key)
        assert (nx.number_connected_components(whole) > parts) == flags[segment]
        whole.add_edge(tail, head, key, segment=segment)


def test_snapping_takes_the_main_component_within_its_limit(country: StreetNetwork) -> None:
    snapped = country.snap(np.array([[9.52, 47.14], [0.0, 0.0]]), 500.0)
    assert country.component[snapped.node[0]] == 0
    assert snapped.distance_m[0] <= 500
    assert snapped.node[1] == -1


def test_one_read_serves_all_modes_and_the_basemap() -> None:
    extract = read_extract(DATA / "neubrandenburg" / "streets.osm.pbf")
    assert set(extract.networks) == set(Mode)
    assert 9_500 < len(extract.building_lon_lat) < 10_500
    assert len([poi for poi in extract.basemap.pois if poi.kind == "pharmacy"]) == 21
    assert any(place.name == "Neubrandenburg" for place in extract.basemap.places)
    tollensesee = max(extract.basemap.water, key=shapely.area)
    assert tollensesee.contains(shapely.Point(13.21, 53.52))
    assert "9.5" not in repr(extract.networks[Mode.WALK])


def test_a_node_that_does_not_exist_is_refused(country: StreetNetwork) -> None:
    with pytest.raises(IndexError):
        travel_time_matrix(country, [0], [len(country)])


def test_the_grounds_of_a_hospital_are_found_like_its_building(tmp_path: Path) -> None:
    grounds = ([1, 2, 5, 1], {"amenity": "hospital", "name": "Klinikum"})
    basemap = read_extract(write_osm(tmp_path / "a.osm.pbf", ROW, [LINK, grounds])).basemap
    assert [(poi.kind, poi.name) for poi in basemap.pois] == [("hospital", "Klinikum")]
    assert len(basemap.buildings) == 0


def test_an_extract_of_footpaths_has_a_walking_network_only(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm.pbf", ROW, [([1, 2, 3], {"highway": "footway"})])
    assert len(read_streets(path, Mode.WALK)) == 2
    with pytest.raises(ExtractError, match="drive"):
        read_streets(path, Mode.DRIVE)


def test_what_is_no_node_cost_or_spacing_is_refused(country: StreetNetwork) -> None:
    with pytest.raises(IndexError, match="whole"):
        travel_time_matrix(country, [0.5], [1])
    with pytest.raises(ValueError, match="cost"):
        EdgeCosts(np.zeros(len(country.tail)))
    with pytest.raises(ValueError, match="spacing"):
        street_stops(country, 0.0)
    with pytest.raises(ValueError, match="length"):
        replace(country, head=country.head[:-1])
    with pytest.raises(ValueError, match="node"):
        replace(country, head=country.head + np.int32(len(country)))


@settings(deadline=None, max_examples=60)
@given(networks(), st.integers(0, 2**16))
def test_any_network_agrees_with_networkx(network: StreetNetwork, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost_s = network.travel_time_s * rng.uniform(1, 5, len(network.tail))
    cost_s[rng.random(len(cost_s)) < 0.15] = np.inf
    costs = EdgeCosts(cost_s)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network)))
    for tail, head, cost in zip(network.tail, network.head, cost_s, strict=True):
        if np.isfinite(cost):
            graph.add_edge(int(tail), int(head), cost=cost)
    nodes = np.arange(len(network))
    found = travel_matrices(network, nodes, nodes, costs=costs)
    origins, destinations = np.repeat(nodes, len(nodes)), np.tile(nodes, len(nodes))
    paths = shortest_paths(network, origins, destinations, costs=costs)
    for origin, destination, path in zip(origins, destinations, paths, strict=True):
        least = nx.single_source_dijkstra_path_length(graph, int(origin), weight="cost")
        seconds = found.travel_time_s[origin, destination]
        assert np.isfinite(seconds) == (int(destination) in least) == (path is not None)
        if path is not None:
            assert cost_s[path.arcs].sum() == pytest.approx(least[int(destination)])
            assert path.travel_time_s == pytest.approx(seconds)
            assert path.length_m == pytest.approx(found.length_m[origin, destination])
            assert (network.head[path.arcs[:-1]] == network.tail[path.arcs[1:]]).all()


@settings(deadline=None, max_examples=60)
@given(networks())
def test_bridges_of_any_network_cut_it(network: StreetNetwork) -> None:
    whole = nx.MultiGraph()
    for segment in range(network.segments):
        whole.add_edge(int(network.tail[segment]), int(network.head[segment]), key=segment)
    parts = nx.number_connected_components(whole)
    for segment, cuts in enumerate(bridges(network)):
        less = whole.copy()
        less.remove_edge(int(network.tail[segment]), int(network.head[segment]), key=segment)
        assert (nx.number_connected_components(less) > parts) == cuts


@settings(deadline=None, max_examples=60)
@given(networks())
def test_without_oneway_streets_there_and_back_take_the_same(network: StreetNetwork) -> None:
    # Every segment along and against its geometry, once each.
    arcs = np.flatnonzero(network.forward)
    both_ways = replace(
        network,
        tail=np.concatenate([network.tail[arcs], network.head[arcs]]),
        head=np.concatenate([network.head[arcs], network.tail[arcs]]),
        length_m=np.tile(network.length_m[arcs], 2),
        travel_time_s=np.tile(network.travel_time_s[arcs], 2),
        segment=np.tile(network.segment[arcs], 2),
        forward=np.repeat([True, False], len(arcs)),
    )
    nodes = np.arange(len(network))
    times_s = travel_time_matrix(both_ways, nodes, nodes)
    assert (times_s == times_s.T).all()
    assert (np.diag(times_s) == 0).all()


@pytest.mark.parametrize("place", ["liechtenstein", "neubrandenburg"])
def test_the_length_of_an_arc_is_that_of_its_geometry(place: str) -> None:
    geod = Geod(ellps="WGS84")
    network = read_streets(DATA / place / "streets.osm.pbf", Mode.BIKE, cache=False)
    for arc in range(0, len(network.tail), 17):
        line = network.lines[network.segment[arc]]
        assert network.length_m[arc] == pytest.approx(geod.geometry_length(line), abs=1e-3)
        ends = shapely.get_coordinates(line)[[0, -1]]
        ends = ends if network.forward[arc] else ends[::-1]
        assert np.array_equal(ends[0], network.lon_lat[network.tail[arc]])
        assert np.array_equal(ends[1], network.lon_lat[network.head[arc]])

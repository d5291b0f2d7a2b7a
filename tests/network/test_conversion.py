"""To networkx and back, from osmnx, service areas and slopes."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_bounds

from outreach_map.errors import ExtractError
from outreach_map.network import (
    CostModel,
    StreetNetwork,
    ZoneCost,
    add_slopes,
    bridges,
    read_extract,
    read_streets,
    service_area,
    shortest_paths,
    travel_time_matrix,
)
from outreach_map.network.convert import from_osmnx, to_networkx
from outreach_map.network.speeds import cycling_factors, walking_factors
from outreach_map.tables import Mode
from tests.conftest import SHARED
from tests.network.any_network import networks
from tests.network.hand_drawn import write_osm

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module", params=["liechtenstein", "neubrandenburg", "porto_alegre"])
def network(request: pytest.FixtureRequest) -> StreetNetwork:
    folder = (SHARED / "data" if request.param == "porto_alegre" else DATA) / request.param
    if not folder.is_dir():
        pytest.skip("the shared data of Porto Alegre are not beside the project")
    return read_streets(folder / "streets.osm.pbf", Mode.WALK, cache=False)


@pytest.fixture(scope="module")
def country() -> StreetNetwork:
    return read_streets(DATA / "liechtenstein" / "streets.osm.pbf", Mode.WALK, cache=False)


def sorted_arcs(network: StreetNetwork) -> list[tuple[float, ...]]:
    rows = np.column_stack([network.tail, network.head, network.length_m, network.travel_time_s])
    return sorted(map(tuple, rows.tolist()))


def test_a_round_trip_keeps_lengths_times_and_directions(network: StreetNetwork) -> None:
    again = from_osmnx(to_networkx(network), Mode.WALK)
    assert np.array_equal(again.lon_lat, network.lon_lat)
    assert sorted_arcs(again) == sorted_arcs(network)
    assert again.segments == network.segments
    assert bridges(again).sum() == bridges(network).sum()
    assert sorted(np.bincount(again.component)) == sorted(np.bincount(network.component))
    assert shapely.length(again.lines).sum() == pytest.approx(shapely.length(network.lines).sum())


@settings(deadline=None, max_examples=60)
@given(networks())
def test_any_network_survives_the_round_trip(network: StreetNetwork) -> None:
    again = from_osmnx(to_networkx(network), Mode.WALK)
    assert sorted_arcs(again) == sorted_arcs(network)


def test_random_pairs_agree_with_networkx_to_the_metre(network: StreetNetwork) -> None:
    graph = to_networkx(network)
    rng = np.random.default_rng(5)
    origins, destinations = rng.integers(0, len(network), (2, 40))
    found = shortest_paths(network, origins, destinations)
    for origin, destination, path in zip(origins, destinations, found, strict=True):
        try:
            seconds, nodes = nx.single_source_dijkstra(
                graph, int(origin), int(destination), weight="travel_time"
            )
        except nx.NetworkXNoPath:
            assert path is None
            continue
        assert path is not None
        assert path.travel_time_s == pytest.approx(seconds, abs=1e-6)
        metres = nx.path_weight(graph, nodes, "length")
        assert path.length_m == pytest.approx(metres, abs=1.0)


def test_a_graph_of_osmnx_is_read_with_its_speeds(tmp_path: Path) -> None:
    """osmnx's own reading of a hand-drawn file: lengths by its haversine, speeds by its rules."""
    nodes = {1: (9.0, 54.0), 2: (9.002, 54.0), 3: (9.004, 54.0), 4: (9.002, 54.002)}
    streets = [
        ([1, 2, 3], {"highway": "residential", "name": "High Street", "maxspeed": "30"}),
        ([2, 4], {"highway": "residential", "oneway": "yes"}),
    ]
    pbf = write_osm(tmp_path / "a.osm.pbf", nodes, streets)
    xml = tmp_path / "a.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for item in osmium.FileProcessor(str(pbf)):
            writer.add(item)
    graph = osmnx.graph_from_xml(xml, retain_all=True)
    plain = from_osmnx(graph, Mode.WALK)
    own = read_streets(pbf, Mode.DRIVE)
    assert len(plain) == len(own)
    assert plain.segments == own.segments == 3
    assert len(plain.tail) == len(own.tail) == 5
    # osmnx measures on a sphere, we on the ellipsoid: 0.5 % apart at the most.
    assert np.sort(plain.length_m) == pytest.approx(np.sort(own.length_m), rel=5e-3)
    assert plain.travel_time_s == pytest.approx(plain.length_m / (4.8 / 3.6), abs=1e-3)
    assert "High Street" in plain.names
    timed = osmnx.add_edge_travel_times(osmnx.add_edge_speeds(graph))
    driven = from_osmnx(timed, Mode.DRIVE)
    assert sorted(driven.travel_time_s) == pytest.approx(
        sorted(data["travel_time"] for *_, data in timed.edges(data=True)), abs=1e-3
    )


def test_what_is_no_graph_of_osmnx_is_refused() -> None:
    graph = nx.MultiDiGraph()
    with pytest.raises(ExtractError, match="no edges"):
        from_osmnx(graph, Mode.WALK)
    graph.add_edge(1, 2)
    with pytest.raises(ExtractError, match="lacks x or y"):
        from_osmnx(graph, Mode.WALK)
    graph.add_node(1, x=500_000.0, y=6_000_000.0)
    graph.add_node(2, x=500_100.0, y=6_000_000.0)
    with pytest.raises(ExtractError, match="not in degrees"):
        from_osmnx(graph, Mode.WALK)


def test_service_areas_grow_and_hold_what_is_reached(country: StreetNetwork) -> None:
    start = int(np.flatnonzero(country.component == 0)[100])
    small, large = service_area(country, [start], [5, 15])
    assert shapely.is_valid([small, large]).all()
    assert shapely.covers(large.buffer(1e-9), small)
    seconds = travel_time_matrix(country, [start], np.arange(len(country)))[0]
    for area, limit in ((small, 300.0), (large, 900.0)):
        inside = shapely.intersects_xy(area, country.lon_lat)
        assert inside[seconds <= limit].all()
    # Beside the streets that are reached, and no farther.
    origin = country.lon_lat[start]
    reach_m = 900 * 4.8 / 3.6 + 41
    corners = shapely.get_coordinates(large) - origin
    metres = np.hypot(corners[:, 0] * np.cos(np.radians(origin[1])), corners[:, 1]) * 111_320
    assert metres.max() <= reach_m * 1.005


def test_a_service_area_is_cut_to_the_metre_and_stops_at_a_closed_street(tmp_path: Path) -> None:
    nodes = {1: (9.0, 0.0), 2: (9.01, 0.0), 3: (8.99, 0.0)}
    street = {"highway": "residential"}
    path = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2], street), ([3, 1], street)])
    network = read_streets(path, Mode.WALK)
    start = network.snap(np.array([nodes[1]]), 5.0).node
    (area,) = service_area(network, start, [5.0])
    west, _, east, north = area.bounds
    metre = 1 / 111_195.1  # of a sphere of the earth's mean radius
    assert east - 9.0 == pytest.approx((400 + 40) * metre, rel=2e-3)
    assert 9.0 - west == pytest.approx((400 + 40) * metre, rel=2e-3)
    assert north == pytest.approx(40 * metre, rel=1e-2)
    closed = ZoneCost(shapely.Point(9.005, 0.0).buffer(0.0001), 0.0, closed=True)
    (rest,) = service_area(network, start, [5.0], costs=CostModel(network, [closed]).at())
    assert rest.bounds[2] - 9.0 == pytest.approx(40 * metre, rel=1e-2)
    assert rest.bounds[0] == pytest.approx(west)
    assert service_area(network, [], [5.0])[0].is_empty
    with pytest.raises(ValueError, match="above 0"):
        service_area(network, start, [0.0])


def raster(path: Path, heights: np.ndarray, bounds: tuple, **profile: object) -> Path:
    rows, columns = heights.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        transform=from_bounds(*bounds, columns, rows), **{"crs": "EPSG:4326", **profile},
    ) as file:  # fmt: skip
        file.write(heights.astype("float32"), 1)
    return path


def test_slopes_follow_the_published_functions(tmp_path: Path) -> None:
    """An even slope up to the east: known grades, so known times."""
    nodes = {1: (9.0, 0.0), 2: (9.004, 0.0), 3: (9.0, 0.004)}
    streets = [
        ([1, 2], {"highway": "residential"}),
        ([1, 3], {"highway": "residential"}),
        ([2, 3], {"highway": "steps"}),
    ]
    extract = read_extract(write_osm(tmp_path / "a.osm.pbf", nodes, streets), cache=False)
    columns = np.arange(300) / 300 * 0.02
    # 1 degree is 111,319.5 m along the equator: 5 m up for 100 m.
    heights = np.tile(columns * 111_319.5 * 0.05, (200, 1))
    path = raster(tmp_path / "dem.tif", heights, (8.99, -0.01, 9.01, 0.01))
    sloped = add_slopes(extract, path)
    for mode, factors in ((Mode.WALK, walking_factors), (Mode.BIKE, cycling_factors)):
        flat, hilly = extract.networks[mode], sloped.networks[mode]
        ratio = hilly.travel_time_s / flat.travel_time_s
        run = flat.lon_lat[flat.head] - flat.lon_lat[flat.tail]
        steps = flat.tags.highway[flat.segment] == 12
        east, west = (run[:, 0] > 0.001) & ~steps, (run[:, 0] < -0.001) & ~steps
        level = np.abs(run[:, 0]) < 1e-6
        assert ratio[east] == pytest.approx(1 / factors(0.05), rel=2e-3)
        assert ratio[west] == pytest.approx(1 / factors(-0.05), rel=2e-3)
        assert ratio[level] == pytest.approx(1.0, rel=1e-3)
        assert ratio[steps] == pytest.approx(1.0)
    drive = Mode.DRIVE
    assert sloped.networks[drive] is extract.networks[drive]


def test_a_raster_in_metres_gives_the_same_and_holes_are_level(tmp_path: Path) -> None:
    nodes = {1: (9.0, 54.0), 2: (9.004, 54.0)}
    drawn = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2], {"highway": "residential"})])
    extract = read_extract(drawn, cache=False)
    heights = np.tile(np.linspace(0, 60, 80), (80, 1))
    degrees = raster(tmp_path / "a.tif", heights, (8.995, 53.995, 9.009, 54.005))
    known = add_slopes(extract, degrees).networks[Mode.WALK]
    assert known.travel_time_s[0] != extract.networks[Mode.WALK].travel_time_s[0]
    with rasterio.open(degrees) as source:
        x, y = rasterio.warp.transform("EPSG:4326", "EPSG:32632", [8.995, 9.009], [53.995, 54.005])
        assert source.crs.to_epsg() == 4326
    metres = raster(tmp_path / "b.tif", heights, (x[0], y[0], x[1], y[1]), crs="EPSG:32632")
    moved = add_slopes(extract, metres).networks[Mode.WALK]
    assert moved.travel_time_s == pytest.approx(known.travel_time_s, rel=1e-2)
    heights[:] = -9999
    heights[0, 0] = 5.0
    hole = raster(tmp_path / "c.tif", heights, (8.999, 53.999, 9.005, 54.001), nodata=-9999)
    with pytest.raises(ExtractError, match="no value"):
        add_slopes(extract, hole)


@pytest.mark.parametrize("wrong", ["missing", "text", "elsewhere", "no system"])
def test_a_raster_that_does_not_fit_is_one_clear_error(wrong: str, tmp_path: Path) -> None:
    nodes = {1: (9.0, 54.0), 2: (9.004, 54.0)}
    drawn = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2], {"highway": "residential"})])
    extract = read_extract(drawn, cache=False)
    path = tmp_path / "dem.tif"
    if wrong == "text":
        path.write_text("no raster")
    elif wrong == "elsewhere":
        raster(path, np.ones((5, 5)), (1.0, 1.0, 2.0, 2.0))
    elif wrong == "no system":
        raster(path, np.ones((5, 5)), (8.9, 53.9, 9.1, 54.1), crs=None)
    with pytest.raises(ExtractError, match=r"dem\.tif") as caught:
        add_slopes(extract, path)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("tile", "said"), [(256, "more than 50,000,000 pixels"), (16_384, "tiles of more than 200 MB")]
)
def test_a_raster_without_end_is_refused_by_its_limit(tile: int, said: str, tmp_path: Path) -> None:
    nodes = {1: (9.0, 54.0), 2: (9.1, 54.1)}
    drawn = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2], {"highway": "residential"})])
    size, edges = 16_384, (9.0, 54.0, 9.1, 54.1) if tile == 256 else (8.0, 53.0, 20.0, 66.0)
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", height=size, width=size, count=1,
        dtype="float32", crs="EPSG:4326", sparse_ok=True, tiled=True, blockxsize=tile,
        blockysize=tile, transform=rasterio.transform.from_bounds(*edges, size, size),
    ):  # fmt: skip
        pass  # none of its pixels stands in the file
    with pytest.raises(ExtractError, match=said):
        add_slopes(read_extract(drawn, cache=False), tmp_path / "dem.tif")


@given(st.floats(-1, 1))
def test_nobody_is_faster_uphill_than_down(grade: float) -> None:
    for factors in (walking_factors, cycling_factors):
        up, down = factors(abs(grade)), factors(-abs(grade))
        assert 0 < up <= 1.0
        assert up <= down or factors is walking_factors

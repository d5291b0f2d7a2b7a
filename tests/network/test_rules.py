"""Barriers, ferries, slopes, surfaces: one hand-drawn file for each rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import pytest

from outreach_map.network import (
    Access,
    Highway,
    Lit,
    Service,
    StreetNetwork,
    Surface,
    components,
    read_extract,
    read_streets,
    street_stops,
    travel_time_matrix,
)
from outreach_map.network.tags import INCLINE_DOWN, INCLINE_UNKNOWN, INCLINE_UP
from outreach_map.tables import Mode
from tests.network.hand_drawn import write_osm

NODES = {number: (9.0 + number / 1000, 54.0) for number in range(1, 6)}
STREET = {"highway": "residential"}


def between(network: StreetNetwork, a: int, b: int) -> float:
    """Seconds from one drawn node to another, by whichever of its copies is quickest."""
    ends = [np.flatnonzero(np.abs(network.lon_lat - NODES[n]).sum(axis=1) < 1e-6) for n in (a, b)]
    return float(travel_time_matrix(network, *ends).min())


@pytest.mark.parametrize(
    ("barrier", "passes"),
    [
        ({"barrier": "bollard"}, {Mode.WALK, Mode.BIKE}),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, set(Mode)),
        ({"barrier": "gate"}, set(Mode)),
        ({"barrier": "gate", "access": "private"}, set()),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, {Mode.WALK}),
        ({"barrier": "stile"}, {Mode.WALK}),
        ({"barrier": "fence"}, set()),
        ({"barrier": "kerb"}, set(Mode)),
    ],
)
@pytest.mark.parametrize("node", [3, 2])
def test_a_barrier_lets_through_whom_it_says(
    barrier: dict, passes: set, node: int, tmp_path: Path
) -> None:
    # Node 2 is where two ways meet, node 3 stands within one.
    path = write_osm(
        tmp_path / "a.osm.pbf", NODES, [([1, 2], STREET), ([2, 3, 4], STREET)], {node: barrier}
    )
    for mode in Mode:
        network = read_streets(path, mode)
        assert np.isfinite(between(network, 1, 4)) == (mode in passes), mode
        if mode not in passes:
            # Up to it one comes, from either side.
            assert np.isfinite(between(network, 1, node))
            assert np.isfinite(between(network, 4, node))


def test_a_barrier_of_a_street_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm.pbf", NODES, [([1, 2], STREET)], {5: {"barrier": "wall"}})
    assert len(read_streets(path, Mode.WALK)) == 2


def test_ferries_are_taken_on_request_and_nobody_stands_on_them(tmp_path: Path) -> None:
    path = write_osm(
        tmp_path / "a.osm.pbf",
        NODES,
        [([1, 2], STREET), ([2, 3], {"route": "ferry"}), ([3, 4, 5], STREET)],
    )
    without = read_streets(path, Mode.WALK)
    assert np.isinf(between(without, 1, 3))
    assert [part.nodes for part in components(without)] == [2, 2]
    network = read_streets(path, Mode.WALK, ferries=True)
    assert np.isfinite(between(network, 1, 3))
    assert np.isinf(between(read_streets(path, Mode.DRIVE, ferries=True), 1, 3))
    on_water = network.tags.highway[street_stops(network).segment] == Highway.FERRY
    assert not on_water.any()
    assert Highway.FERRY in network.tags.highway


@pytest.mark.parametrize(
    ("tags", "there_mps", "back_mps"),
    [
        # Weidmann (1993): up 0.610 m/s, down 0.694 m/s.
        ({"highway": "steps", "incline": "up"}, 0.610, 0.694),
        ({"highway": "steps", "incline": "down"}, 0.694, 0.610),
        ({"highway": "steps"}, 0.610, 0.610),
        # Tobler (1993): 6 exp(-3.5 |slope + 0.05|) km/h, relative to its 5.036 km/h on the flat.
        ({"highway": "footway", "incline": "10%"}, 4.8 / 3.6 * 0.7046881, 4.8 / 3.6 * 1.0),
        ({"highway": "footway", "incline": "-5 %"}, 4.8 / 3.6 * 1.1912462, 4.8 / 3.6 * 0.8394570),
        ({"highway": "footway", "incline": "up"}, 4.8 / 3.6, 4.8 / 3.6),
    ],
)
def test_speeds_on_slopes_are_the_published_ones(
    tags: dict, there_mps: float, back_mps: float, tmp_path: Path
) -> None:
    network = read_streets(write_osm(tmp_path / "a.osm.pbf", NODES, [([1, 2], tags)]), Mode.WALK)
    metres = network.length_m[0]
    assert between(network, 1, 2) == pytest.approx(metres / there_mps, abs=1e-3)
    assert between(network, 2, 1) == pytest.approx(metres / back_mps, abs=1e-3)


@pytest.mark.parametrize(
    ("incline", "code"),
    [
        ("8%", 8),
        ("-12,5%", -12),
        ("45°", 100),
        ("up", INCLINE_UP),
        ("down", INCLINE_DOWN),
        ("steep", INCLINE_UNKNOWN),
        ("250%", INCLINE_UNKNOWN),
    ],
)
def test_attributes_become_codes(incline: str, code: int, tmp_path: Path) -> None:
    tags = {
        "highway": "service",
        "service": "alley",
        "surface": "cobblestone",
        "access": "destination",
        "lit": "24/7",
        "bridge": "viaduct",
        "tunnel": "no",
        "incline": incline,
    }
    network = read_streets(write_osm(tmp_path / "a.osm.pbf", NODES, [([1, 2], tags)]), Mode.WALK)
    found = network.tags
    assert found.incline_pct.tolist() == [code]
    assert found.service.tolist() == [Service.ALLEY]
    assert found.surface.tolist() == [Surface.ROUGH]
    assert found.access.tolist() == [Access.LIMITED]
    assert found.lit.tolist() == [Lit.YES]
    assert (found.bridge.tolist(), found.tunnel.tolist()) == ([True], [False])


@pytest.mark.parametrize(
    ("value", "code"), [("yes", Lit.YES), ("no", Lit.NO), ("disused", Lit.NO), ("", Lit.UNKNOWN)]
)
def test_light_that_nobody_tagged_is_unknown(value: str, code: Lit, tmp_path: Path) -> None:
    tags = STREET | ({"lit": value} if value else {})
    network = read_streets(write_osm(tmp_path / "a.osm.pbf", NODES, [([1, 2], tags)]), Mode.WALK)
    assert network.tags.lit.tolist() == [code]


def test_bad_ground_slows_a_bicycle(tmp_path: Path) -> None:
    times = {}
    for ground in ("asphalt", "gravel", "sand"):
        path = write_osm(
            tmp_path / f"{ground}.osm.pbf", NODES, [([1, 2], {**STREET, "surface": ground})]
        )
        times[ground] = between(read_streets(path, Mode.BIKE), 1, 2)
    assert times["asphalt"] < times["gravel"] < times["sand"]


def test_a_multipolygon_lake_with_an_island_is_assembled(tmp_path: Path) -> None:
    corners = {10: (9.0, 54.0), 11: (9.01, 54.0), 12: (9.01, 54.01), 13: (9.0, 54.01),
               20: (9.004, 54.004), 21: (9.006, 54.004), 22: (9.006, 54.006)}  # fmt: skip
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in sorted((NODES | corners).items()):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place, version=1))
        rings = {1: [10, 11, 12], 2: [12, 13, 10], 3: [20, 21, 22, 20]}
        for number, nodes in rings.items():
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, version=1))
        writer.add_way(osmium.osm.mutable.Way(id=4, nodes=[1, 2], tags=STREET, version=1))
        writer.add_relation(
            osmium.osm.mutable.Relation(
                id=1,
                members=[("w", 1, "outer"), ("w", 2, "outer"), ("w", 3, "inner")],
                tags={"type": "multipolygon", "natural": "water"},
                version=1,
            )
        )
    (lake,) = read_extract(path, cache=False).basemap.water
    assert lake.area == pytest.approx(0.01**2 - 0.002**2 / 2)


def test_components_are_reported_by_size(tmp_path: Path) -> None:
    path = write_osm(
        tmp_path / "a.osm.pbf", NODES, [([1, 2, 3], STREET), ([4, 5], STREET), ([2, 3], STREET)]
    )
    network = read_streets(path, Mode.WALK)
    main, rest = components(network)
    assert (main.nodes, rest.nodes) == (3, 2)
    assert main.length_km == pytest.approx(3 * rest.length_km, rel=1e-3)
    # A place on the small part is led to the large one within the limit, or to nowhere.
    place = np.array([NODES[4]])
    step_m = 1000 * rest.length_km
    assert network.snap(place, 2 * step_m).node[0] in np.flatnonzero(network.component == 0)
    assert network.snap(place, 0.5 * step_m).node[0] == -1

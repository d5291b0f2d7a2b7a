"""To and from networkx, with the attribute names that osmnx uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from outreach_map.errors import ExtractError
from outreach_map.network import access, speeds
from outreach_map.network.segments import strong_components
from outreach_map.network.streets import StreetNetwork, whole_ms
from outreach_map.network.tags import Highway
from outreach_map.tables import Mode

_GEOD = Geod(ellps="WGS84")
_NAMES: Mapping[Highway, str] = {code: name for name, code in reversed(access.CLASSES.items())} | {
    Highway.FERRY: "ferry"
}


def to_networkx(network: StreetNetwork) -> nx.MultiDiGraph[int]:
    """The network as a graph that networkx and osmnx work on.

    Nodes carry `x` and `y` (degrees); edges `length` (metres), `travel_time` (seconds), `highway`,
    `geometry`, `reversed`, and `name` where the street has one.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    for node, (x, y) in enumerate(network.lon_lat.tolist()):
        graph.add_node(node, x=x, y=y, street_count=0)
    ends = np.column_stack([network.tail, network.head])[network.forward]
    for node, count in zip(*np.unique(ends, return_counts=True), strict=True):
        graph.nodes[int(node)]["street_count"] = int(count)
    turned = shapely.reverse(network.lines)
    for arc, segment in enumerate(network.segment.tolist()):
        forward = bool(network.forward[arc])
        name_id = int(network.name_id[segment])
        graph.add_edge(
            int(network.tail[arc]),
            int(network.head[arc]),
            length=float(network.length_m[arc]),
            travel_time=float(network.travel_time_s[arc]),
            highway=_NAMES[Highway(network.tags.highway[segment])],
            geometry=network.lines[segment] if forward else turned[segment],
            reversed=not forward,
            **({"name": network.names[name_id]} if name_id >= 0 else {}),
        )
    return graph


def from_osmnx(graph: nx.MultiDiGraph[Any], mode: Mode | str) -> StreetNetwork:
    """A network from a graph of osmnx, simplified or not, in degrees.

    Parameters
    ----------
    graph
        Nodes with `x` and `y`; edges with `length` (metres) as osmnx makes them, and with
        `travel_time` (seconds) where speeds have been added. Without it, speeds are those of
        `mode` and of the edge's tags. The graph says who may use an edge, and which way it leads.
    mode
        What the graph is for.

    Raises
    ------
    ExtractError
        When the graph has no edges, is not in degrees, or lacks an attribute.
    """
    mode = Mode(mode)
    where = "osmnx graph"
    if not graph.number_of_edges():
        raise ExtractError("The graph has no edges.", where=where)
    try:
        lon_lat = np.array([(data["x"], data["y"]) for _, data in graph.nodes(data=True)], float)
    except KeyError:
        raise ExtractError("A node lacks x or y.", where=where) from None
    if np.abs(lon_lat[:, 0]).max() > 180 or np.abs(lon_lat[:, 1]).max() > 90:
        raise ExtractError(
            "The graph is not in degrees.", where=where, mend="Take it before it is projected."
        )
    number = {node: index for index, node in enumerate(graph.nodes)}
    edges = [(number[u], number[v], data) for u, v, data in graph.edges(data=True)]
    tail = np.array([edge[0] for edge in edges], dtype=np.int64)
    head = np.array([edge[1] for edge in edges], dtype=np.int64)
    lines = [data.get("geometry") or shapely.LineString(lon_lat[[u, v]]) for u, v, data in edges]
    length_m = np.array(
        [
            float(data["length"]) if "length" in data else abs(_GEOD.geometry_length(line))
            for line, (_, _, data) in zip(lines, edges, strict=True)
        ]
    )
    segment, forward, first = _pair_up(tail, head, lines)
    tags = [_tags(edges[arc][2]) for arc in first]
    classes = [access.CLASSES.get(each.get("highway", ""), Highway.RESIDENTIAL) for each in tags]
    names = {each["name"]: None for each in tags if "name" in each}
    name_number = {name: index for index, name in enumerate(names)}
    coords, index = shapely.get_coordinates([lines[arc] for arc in first], return_index=True)
    return StreetNetwork(
        mode=mode,
        lon_lat=lon_lat,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        length_m=length_m,
        travel_time_s=_times_s(mode, edges, length_m),
        segment=segment,
        forward=forward,
        coords=coords,
        coord_offset=np.searchsorted(index, np.arange(len(first) + 1)).astype(np.int64),
        tags=access.segment_tags(classes, tags),
        name_id=np.array([name_number.get(each.get("name", ""), -1) for each in tags], np.int32),
        names=tuple(names),
        component=strong_components(tail, head, len(lon_lat)),
    )


def _pair_up(
    tail: NDArray[np.int64], head: NDArray[np.int64], lines: list[shapely.LineString]
) -> tuple[NDArray[np.int32], NDArray[np.bool_], list[int]]:
    """Segment of each arc, whether it runs along it, and the arc that gives each its geometry.

    Two arcs are the directions of one segment when one's line is the other's turned round.
    """
    open_halves: dict[tuple[int, int, bytes], list[int]] = {}
    segment = np.empty(len(tail), dtype=np.int32)
    forward = np.ones(len(tail), dtype=bool)
    first: list[int] = []
    for arc, line in enumerate(lines):
        coords = shapely.get_coordinates(line)
        own = (int(tail[arc]), int(head[arc]), coords.tobytes())
        other = (own[1], own[0], coords[::-1].tobytes())
        if halves := open_halves.get(other):
            segment[arc], forward[arc] = halves.pop(), False
            continue
        segment[arc] = len(first)
        open_halves.setdefault(own, []).append(len(first))
        first.append(arc)
    return segment, forward, first


def _tags(data: Mapping[str, Any]) -> dict[str, str]:
    """Tags of an edge as text; of the several that a simplified edge may have, the first."""
    return {
        key: str(value[0] if isinstance(value, list) else value)
        for key, value in data.items()
        if isinstance(value, str | list) and value
    }


def _times_s(
    mode: Mode, edges: list[tuple[int, int, dict[str, Any]]], length_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    seconds = []
    for (_, _, data), metres in zip(edges, length_m.tolist(), strict=True):
        if "travel_time" in data:
            seconds.append(float(data["travel_time"]))
            continue
        # The graph has the edge, so it may be used; the tags only say how fast.
        tags = {key: value for key, value in _tags(data).items() if key in ("surface", "maxspeed")}
        street = access.CLASSES.get(_tags(data).get("highway", ""), Highway.RESIDENTIAL)
        kph = max(access.use(mode, street, tags).along_kph, speeds.WALK_KPH)
        if street is Highway.STEPS:
            kph = speeds.STAIRS_UP_KPH
        seconds.append(metres / (kph / 3.6))
    return whole_ms(np.array(seconds))

"""Tiny OpenStreetMap files drawn by hand."""

from __future__ import annotations

from pathlib import Path

import osmium

Street = tuple[list[int], dict[str, str]]


def write_osm(
    path: Path,
    nodes: dict[int, tuple[float, float]],
    streets: list[Street],
    node_tags: dict[int, dict[str, str]] | None = None,
) -> Path:
    """Write nodes (id to lon, lat) and ways (node ids, tags) as a PBF."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (lon, lat) in sorted(nodes.items()):
            tags = (node_tags or {}).get(number, {})
            writer.add_node(
                osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags, version=1)
            )
        for number, (refs, tags) in enumerate(streets, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags, version=1))
    return path

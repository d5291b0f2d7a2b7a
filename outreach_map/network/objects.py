"""The objects of an extract one at a time, filtered before Python sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import osmium

Item = (
    osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area | osmium.osm.Changeset
)
Filters = Sequence[osmium.filter.KeyFilter | osmium.filter.EmptyTagFilter]

_MOST_NODES_OF_A_WAY = 5_000


def items(path: Path, filters: Filters) -> Iterator[Item]:
    """Objects that pass the filters; ways with the places of their nodes."""
    processor = osmium.FileProcessor(str(path)).with_locations()
    for each in filters:
        processor.with_filter(each)
    yield from processor


def items_and_areas(path: Path, keys: Sequence[str], filters: Filters) -> Iterator[Item]:
    """The same, and areas: closed ways, and multipolygons that have one of the keys.

    As `osmium.FileProcessor` makes them, with an eye on what is handed to its assembler.

    Raises
    ------
    RuntimeError
        When the file is damaged, or has a way longer than OpenStreetMap itself would take.
    """
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    manager = osmium.area.AreaManager()
    with osmium.io.Reader(str(path), osmium.osm.RELATION) as reader:
        osmium.apply(reader, osmium.filter.KeyFilter(*keys), manager.first_pass_handler())
    assembled = osmium.BufferIterator(*filters)
    handlers = (_NoLongWays(), places, manager.second_pass_to_buffer(assembled))
    with osmium.io.Reader(str(path)) as reader:
        for item in osmium.OsmFileIterator(reader, *handlers, *filters):
            yield item
            yield from assembled
    yield from assembled


class _NoLongWays:
    """Ends the reading at a way that would keep the assembler of areas busy for hours.

    Its time grows with the square of the nodes; OpenStreetMap itself takes no more than 2,000.
    """

    def way(self, way: osmium.osm.Way) -> None:
        """Look at one way."""
        if len(way.nodes) > _MOST_NODES_OF_A_WAY:
            raise RuntimeError

"""Health and social facilities of an extract, as OpenStreetMap describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import osmium
import shapely

from outreach_map.errors import ExtractError
from outreach_map.network.container import HINT, check_unpacked_size, damaged
from outreach_map.network.objects import items_and_areas

# Keys that make a facility of something.
FACILITY_KEYS = ("amenity", "healthcare", "disease:hiv")
_AMENITIES = frozenset(
    (
        "pharmacy", "hospital", "clinic", "doctors", "health_post", "vending_machine",
        "social_facility",
    )
)  # fmt: skip
_NOT_FOR_ALL = frozenset(("private", "no"))
_TYPES: Mapping[tuple[str, str], str] = {
    ("amenity", "pharmacy"): "pharmacy",
    ("amenity", "hospital"): "hospital",
    ("healthcare", "hospital"): "hospital",
    ("amenity", "clinic"): "clinic",
    ("amenity", "health_post"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("healthcare", "centre"): "clinic",
    ("amenity", "doctors"): "doctors",
    ("healthcare", "doctor"): "doctors",
}
_KINDS = {"n": "node", "w": "way", "r": "relation"}


@dataclass(frozen=True)
class Facility:
    """A public facility: which object of OpenStreetMap it is, its tags, and where.

    `source` is its kind and number there, such as node/240109189; an outline is at its middle.
    """

    source: str
    tags: Mapping[str, str]
    lon: float = field(repr=False)
    lat: float = field(repr=False)


def read_facilities(path: Path | str) -> tuple[Facility, ...]:
    """Facilities of an extract, by their source.

    Raises
    ------
    ExtractError
        When the file is missing, damaged or not of OpenStreetMap.
    """
    path = Path(path)
    if not path.is_file():
        raise ExtractError("There is no such file.", where=path.name, mend=HINT)
    check_unpacked_size(path)
    try:
        return tuple(sorted(_facilities(path), key=lambda one: one.source))
    except (RuntimeError, UnicodeDecodeError, MemoryError):
        raise damaged(path) from None


def _facilities(path: Path) -> Iterator[Facility]:
    keys = (osmium.filter.KeyFilter(*FACILITY_KEYS),)
    writer = osmium.geom.WKBFactory()
    for item in items_and_areas(path, FACILITY_KEYS, keys):
        tags = dict(item.tags)
        if not (tags.get("amenity") in _AMENITIES or "healthcare" in tags or "disease:hiv" in tags):
            continue
        if isinstance(item, osmium.osm.Node):
            if item.location.valid():
                yield _facility("n", item.id, tags, item.location.lon, item.location.lat)
        elif isinstance(item, osmium.osm.Area):
            try:
                centre = shapely.from_wkb(writer.create_multipolygon(item)).centroid
            except (RuntimeError, osmium.InvalidLocationError):
                continue  # a ring that does not close is a fault of the map, not of the file
            kind = "w" if item.from_way() else "r"
            yield _facility(kind, item.orig_id(), tags, centre.x, centre.y)


def _facility(kind: str, number: int, tags: dict[str, str], lon: float, lat: float) -> Facility:
    return Facility(f"{_KINDS[kind]}/{number}", MappingProxyType(tags), lon, lat)


def point_type(tags: Mapping[str, str]) -> str | None:
    """Type of point that a facility is; None where it is none that matters here.

    >>> point_type({"amenity": "vending_machine", "vending": "condoms;syringes"})
    'vending_machine'
    >>> point_type({"amenity": "vending_machine", "vending": "parking_tickets"}) is None
    True
    """
    if tags.get("access") in _NOT_FOR_ALL:
        return None
    if tags.get("amenity") == "vending_machine":
        return "vending_machine" if "syringes" in tag_values(tags.get("vending")) else None
    if "drug_addicted" in tag_values(tags.get("social_facility:for")):
        return "drug_service"
    if "addiction" in tag_values(tags.get("healthcare:counselling")):
        return "drug_service"
    if tags.get("disease:hiv") == "yes":
        return "hiv_service"
    for key in ("amenity", "healthcare"):
        if (known := _TYPES.get((key, tags.get(key, "")))) is not None:
            return known
    return None


def tag_values(text: str | None) -> Sequence[str]:
    """Values of a tag that has several, with semicolons between."""
    return [part.strip() for part in (text or "").split(";")]

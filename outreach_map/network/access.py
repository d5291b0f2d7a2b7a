"""Who may use a street, in which direction, and how fast: rules of OpenStreetMap tags.

Sources: the OSM wiki's access restrictions, default speeds and barriers; `speeds` for those of
people. Ferries are read on request only: their timetables are not in the map, and a route that
hangs on a boat that does not sail at night is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_map.network import speeds
from outreach_map.network.hazards import hazard
from outreach_map.network.tags import (
    INCLINE_DOWN,
    INCLINE_UNKNOWN,
    INCLINE_UP,
    Access,
    Highway,
    Lit,
    SegmentTags,
    Service,
    Surface,
)
from outreach_map.tables import Mode

Tags = Mapping[str, str]

# Tags that the rules below read, the most common first; a street's name is kept apart.
STREET_KEYS = (
    "highway",
    "oneway",
    "surface",
    "service",
    "access",
    "maxspeed",
    "foot",
    "bicycle",
    "motor_vehicle",
    "bridge",
    "tunnel",
    "junction",
    "lit",
    "area",
    "vehicle",
    "motorcar",
    "incline",
    "motorroad",
    "oneway:foot",
    "oneway:bicycle",
    "cycleway",
    "cycleway:left",
    "cycleway:right",
    "cycleway:both",
    "route",
    "duration",
    "ford",
    "flood_prone",
)

CLASSES: dict[str, Highway] = {
    "motorway": Highway.MOTORWAY,
    "motorway_link": Highway.MOTORWAY,
    "trunk": Highway.TRUNK,
    "trunk_link": Highway.TRUNK,
    "primary": Highway.PRIMARY,
    "primary_link": Highway.PRIMARY,
    "secondary": Highway.SECONDARY,
    "secondary_link": Highway.SECONDARY,
    "tertiary": Highway.TERTIARY,
    "tertiary_link": Highway.TERTIARY,
    "unclassified": Highway.RESIDENTIAL,
    "residential": Highway.RESIDENTIAL,
    "living_street": Highway.RESIDENTIAL,
    "road": Highway.RESIDENTIAL,
    "service": Highway.SERVICE,
    "pedestrian": Highway.PEDESTRIAN,
    "track": Highway.TRACK,
    "cycleway": Highway.CYCLEWAY,
    "footway": Highway.FOOTWAY,
    "bridleway": Highway.PATH,
    "path": Highway.PATH,
    "steps": Highway.STEPS,
}

BIKE_KPH = 15.0
BIKE_ROUGH_KPH = 9.0
BIKE_LOOSE_KPH = 7.0
# A ferry without `duration`: sailing speed of small car ferries.
FERRY_KPH = 10.0
# Where no limit is tagged: common limits in built-up areas, and of main roads outside them.
DRIVE_KPH: dict[Highway, float] = {
    Highway.MOTORWAY: 110.0,
    Highway.TRUNK: 80.0,
    Highway.PRIMARY: 60.0,
    Highway.SECONDARY: 50.0,
    Highway.TERTIARY: 50.0,
    Highway.RESIDENTIAL: 30.0,
    Highway.SERVICE: 15.0,
    Highway.TRACK: 15.0,
}
# Junctions, lights and traffic: free-flow speed is not what a van does in a town.
_FLOW = 0.8

_YES = {"yes", "designated", "permissive", "destination", "official", "customers", "delivery"}
_NO = {
    "no",
    "private",
    "use_sidepath",
    "military",
    "agricultural",
    "forestry",
    "agricultural;forestry",
}
_PAVED = {
    "paved",
    "asphalt",
    "concrete",
    "concrete:plates",
    "concrete:lanes",
    "paving_stones",
    "chipseal",
    "metal",
    "tartan",
}
_ROUGH = {
    "unpaved",
    "gravel",
    "ground",
    "dirt",
    "earth",
    "compacted",
    "cobblestone",
    "unhewn_cobblestone",
    "sett",
    "pebblestone",
    "fine_gravel",
    "wood",
    "rock",
    "stone",
}
_LOOSE = {"grass", "sand", "mud", "snow", "woodchips"}
_SERVICES = {
    "alley": Service.ALLEY,
    "driveway": Service.DRIVEWAY,
    "parking_aisle": Service.PARKING_AISLE,
}
_ONEWAY = {"yes", "true", "1"}


@dataclass(frozen=True)
class Use:
    """Speeds along and against the way in km/h; 0 where it is not allowed."""

    along_kph: float
    against_kph: float


_NOTHING = Use(0.0, 0.0)


def street_class(tags: Tags) -> Highway | None:
    """Class of a way, or None where it is no street (planned, being built, an area)."""
    if tags.get("area") == "yes":
        return None
    if "highway" not in tags and tags.get("route") == "ferry":
        return Highway.FERRY
    return CLASSES.get(tags.get("highway", ""))


def require_class(tags: Tags) -> Highway:
    """Class of a way that is a street; ValueError where it is none."""
    street = street_class(tags)
    if street is None:
        raise ValueError("not a street")
    return street


def use(mode: Mode, street: Highway, tags: Tags) -> Use:
    """Who may go there, by mode."""
    if street is Highway.FERRY:
        return _ferry(mode, tags)
    if mode is Mode.WALK:
        return _walk(street, tags)
    return _bike(street, tags) if mode is Mode.BIKE else _drive(street, tags)


def lit(tags: Tags) -> Lit:
    """Street lighting, unknown where it is not tagged."""
    value = tags.get("lit")
    if value is None:
        return Lit.UNKNOWN
    return Lit.NO if value in ("no", "disused") else Lit.YES


def surface(tags: Tags) -> Surface:
    """Surface; values that nobody lists are unknown."""
    value = tags.get("surface")
    if value in _PAVED:
        return Surface.PAVED
    if value in _ROUGH:
        return Surface.ROUGH
    return Surface.LOOSE if value in _LOOSE else Surface.UNKNOWN


def service(tags: Tags) -> Service:
    """Kind of a service road."""
    if tags.get("highway") != "service":
        return Service.NONE
    return _SERVICES.get(tags.get("service", ""), Service.OTHER)


def general_access(tags: Tags) -> Access:
    """What `access` says, whatever the mode."""
    value = tags.get("access")
    if value is None:
        return Access.UNKNOWN
    if value in _NO:
        return Access.CLOSED
    return Access.OPEN if value in ("yes", "permissive", "designated") else Access.LIMITED


def incline_pct(tags: Tags) -> int:
    """Slope along the way in whole per cent, or one of the `INCLINE_…` codes."""
    text = tags.get("incline", "").strip()
    if text in ("up", "down"):
        return INCLINE_UP if text == "up" else INCLINE_DOWN
    match = re.fullmatch(r"([+-]?\d{1,3}(?:[.,]\d{1,3})?) ?([%°]?)", text)
    if not match:
        return INCLINE_UNKNOWN
    value = float(match[1].replace(",", "."))
    slope = 100.0 * speeds.grade_of_degrees(value) if match[2] == "°" else value
    # Steeper than one in one is a slip of the pen, or a ladder.
    return round(slope) if abs(slope) <= 100 else INCLINE_UNKNOWN


def segment_tags(classes: Sequence[Highway], tags: Sequence[Tags]) -> SegmentTags:
    """Codes of streets of known classes."""

    def codes(rule: Callable[[Tags], int]) -> NDArray[np.uint8]:
        return np.array([rule(each) for each in tags], dtype=np.uint8)

    return SegmentTags(
        highway=np.array(classes, dtype=np.uint8),
        lit=codes(lit),
        surface=codes(surface),
        service=codes(service),
        access=codes(general_access),
        bridge=codes(lambda each: each.get("bridge", "no") != "no") > 0,
        tunnel=codes(lambda each: each.get("tunnel", "no") != "no") > 0,
        incline_pct=np.array([incline_pct(each) for each in tags], dtype=np.int8),
        hazard=codes(hazard),
    )


def _allowed(tags: Tags, keys: tuple[str, ...], default: bool) -> bool:
    """The most special key that says yes or no decides."""
    for key in keys:
        value = tags.get(key)
        if value in _YES:
            return True
        if value in _NO:
            return False
    return default


def _directed(kph: float, oneway: str | None, back_kph: float | None = None) -> Use:
    back_kph = kph if back_kph is None else back_kph
    if oneway in _ONEWAY:
        return Use(kph, 0.0)
    return Use(0.0, back_kph) if oneway in ("-1", "reverse") else Use(kph, back_kph)


def _oneway(tags: Tags) -> str | None:
    """The tagged direction; roundabouts and motorways imply one."""
    if (tagged := tags.get("oneway")) is not None:
        return tagged
    implied = (
        tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    )
    return "yes" if implied else None


def _walk(street: Highway, tags: Tags) -> Use:
    # Trunk roads are main avenues in many cities; those without a pavement say foot=no.
    default = street is not Highway.MOTORWAY and tags.get("motorroad") != "yes"
    if not _allowed(tags, ("foot", "access"), default):
        return _NOTHING
    slope = incline_pct(tags)
    oneway = tags.get("oneway:foot")
    if street is Highway.STEPS:
        # Which way leads up is often not tagged; then both take the slower.
        up, down = speeds.STAIRS_UP_KPH, speeds.STAIRS_DOWN_KPH
        if slope == INCLINE_UNKNOWN or slope == 0:
            return _directed(up, oneway)
        return _directed(up, oneway, down) if slope > 0 else _directed(down, oneway, up)
    return _sloped(speeds.WALK_KPH, slope, speeds.walking_factor, oneway)


def _bike(street: Highway, tags: Tags) -> Use:
    default = street not in (
        Highway.MOTORWAY,
        Highway.STEPS,
        Highway.FOOTWAY,
        Highway.PEDESTRIAN,
    )
    default = default and tags.get("motorroad") != "yes"
    if street is Highway.STEPS or not _allowed(tags, ("bicycle", "vehicle", "access"), default):
        return _NOTHING
    ground = surface(tags)
    rough = street in (Highway.TRACK, Highway.PATH) and "surface" not in tags
    kph = BIKE_ROUGH_KPH if rough or ground is Surface.ROUGH else BIKE_KPH
    if ground is Surface.LOOSE:
        kph = BIKE_LOOSE_KPH
    contraflow = tags.get("oneway:bicycle") == "no" or any(
        tags.get(key, "").startswith("opposite")
        for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    )
    oneway = None if contraflow else tags.get("oneway:bicycle", _oneway(tags))
    return _sloped(kph, incline_pct(tags), speeds.cycling_factor, oneway)


def _sloped(
    kph: float, slope_pct: int, factor: Callable[[float], float], oneway: str | None
) -> Use:
    if slope_pct in (INCLINE_UNKNOWN, INCLINE_UP, INCLINE_DOWN):
        return _directed(kph, oneway)
    grade = slope_pct / 100
    return _directed(kph * factor(grade), oneway, kph * factor(-grade))


def _ferry(mode: Mode, tags: Tags) -> Use:
    key = {Mode.WALK: "foot", Mode.BIKE: "bicycle", Mode.DRIVE: "motor_vehicle"}[mode]
    default = mode is not Mode.DRIVE
    return _directed(FERRY_KPH, None) if _allowed(tags, (key, "access"), default) else _NOTHING


def _drive(street: Highway, tags: Tags) -> Use:
    default = street in DRIVE_KPH and street is not Highway.TRACK
    keys = ("motorcar", "motor_vehicle", "vehicle", "access")
    if street not in DRIVE_KPH or not _allowed(tags, keys, default):
        return _NOTHING
    kph = (_limit_kph(tags.get("maxspeed", "")) or DRIVE_KPH[street]) * _FLOW
    return _directed(kph, _oneway(tags))


def _limit_kph(text: str) -> float | None:
    """A tagged limit in km/h; None where it is not a number ('signals', 'DE:urban')."""
    match = re.fullmatch(r"(\d{1,3})(?: ?(mph|km/h|kmh|kph))?", text.strip())
    if not match or not int(match[1]):
        return 7.0 if text == "walk" else None
    return float(match[1]) * (1.609344 if match[2] == "mph" else 1.0)


# What a barrier lets through where its access tags are silent, as routers commonly read them.
_FOR_ALL = frozenset(Mode)
_NOT_BY_CAR = frozenset((Mode.WALK, Mode.BIKE))
_ON_FOOT = frozenset((Mode.WALK,))
_BARRIERS: Mapping[str, frozenset[Mode]] = {
    **dict.fromkeys(("bollard", "block", "cycle_barrier", "motorcycle_barrier"), _NOT_BY_CAR),
    **dict.fromkeys(("bus_trap", "sump_buster", "jersey_barrier", "planter", "log"), _NOT_BY_CAR),
    **dict.fromkeys(("kissing_gate", "stile", "turnstile", "full-height_turnstile"), _ON_FOOT),
    **dict.fromkeys(("fence", "wall", "city_wall", "hedge", "retaining_wall"), frozenset()),
}


def stopped_by(tags: Tags) -> frozenset[Mode]:
    """Modes that a barrier on a node stops; access tags decide before the kind of barrier."""
    kind = tags.get("barrier", "")
    passes = _BARRIERS.get(kind, _FOR_ALL)
    keys = {
        Mode.WALK: ("foot", "access"),
        Mode.BIKE: ("bicycle", "vehicle", "access"),
        Mode.DRIVE: ("motorcar", "motor_vehicle", "vehicle", "access"),
    }
    return frozenset(
        mode for mode, own in keys.items() if kind and not _allowed(tags, own, mode in passes)
    )

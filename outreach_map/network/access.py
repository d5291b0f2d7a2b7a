"""Who may use a street, in which direction, and how fast: rules of one OpenStreetMap way.

Sources: the OSM wiki's access restrictions and default speeds; walking 4.8 km/h (Bohannon 1997,
doi:10.1093/ageing/26.1.15, comfortable pace less stops); stairs 2.0 km/h along the way.
Ferries are left out: their timetables are not in the map.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from outreach_map.network.streets import Highway, Lit
from outreach_map.tables import Mode

Tags = Mapping[str, str]

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

WALK_KPH = 4.8
STEPS_KPH = 2.0
BIKE_KPH = 15.0
BIKE_ROUGH_KPH = 9.0
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
_ROUGH = {
    "unpaved",
    "gravel",
    "ground",
    "dirt",
    "earth",
    "grass",
    "sand",
    "mud",
    "cobblestone",
    "sett",
    "pebblestone",
    "fine_gravel",
    "wood",
    "rock",
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
    return CLASSES.get(tags.get("highway", ""))


def use(mode: Mode, street: Highway, tags: Tags) -> Use:
    """Who may go there, by mode."""
    if mode is Mode.WALK:
        return _walk(street, tags)
    return _bike(street, tags) if mode is Mode.BIKE else _drive(street, tags)


def lit(tags: Tags) -> Lit:
    """Street lighting, unknown where it is not tagged."""
    value = tags.get("lit")
    if value is None:
        return Lit.UNKNOWN
    return Lit.NO if value in ("no", "disused") else Lit.YES


def _allowed(tags: Tags, keys: tuple[str, ...], default: bool) -> bool:
    """The most special key that says yes or no decides."""
    for key in keys:
        value = tags.get(key)
        if value in _YES:
            return True
        if value in _NO:
            return False
    return default


def _directed(kph: float, oneway: str | None) -> Use:
    if oneway in _ONEWAY:
        return Use(kph, 0.0)
    return Use(0.0, kph) if oneway in ("-1", "reverse") else Use(kph, kph)


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
    kph = STEPS_KPH if street is Highway.STEPS else WALK_KPH
    return _directed(kph, tags.get("oneway:foot"))


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
    rough = street in (Highway.TRACK, Highway.PATH) and "surface" not in tags
    kph = BIKE_ROUGH_KPH if rough or tags.get("surface") in _ROUGH else BIKE_KPH
    contraflow = tags.get("oneway:bicycle") == "no" or any(
        tags.get(key, "").startswith("opposite")
        for key in ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    )
    return Use(kph, kph) if contraflow else _directed(kph, _oneway(tags))


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

"""Where in the world the streets are: time zone and country, found without a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from outreach_map.hours import country_of


@dataclass(frozen=True)
class Whereabouts:
    """What the location of a town says; each is empty where it says nothing.

    `country` is its code of ISO 3166 and `country_name` its name in English.
    """

    timezone: str = ""
    country: str = ""
    country_name: str = ""


def whereabouts(lon: float, lat: float) -> Whereabouts:
    """Time zone and country of a place.

    The zone's border may be some 100 m off, which is nothing beside a town; the country is the one
    that the zone stands for in the table of the IANA (zone.tab), where it stands for one alone.

    Parameters
    ----------
    lon, lat
        Degrees; the middle of a town.
    """
    import tzfpy

    zone = tzfpy.get_tz(lon, lat)
    # On the open sea there are zones by longitude alone; no town lies in one.
    if zone.startswith("Etc/") or zone not in available_timezones():
        return Whereabouts()
    country = country_of(zone)
    return Whereabouts(zone, country, _names().get(country, ""))


@cache
def _names() -> dict[str, str]:
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {line[0]: line[1] for line in lines if len(line) > 1}

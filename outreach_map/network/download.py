"""Download the streets of a place, where there is no extract yet.

Asks OpenStreetMap's services for a place by its name and for nothing finer, so that no request says
where the programme works within it. The offline way is an extract of the region, and a clip of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import osmium
import osmnx
import requests
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from outreach_map.errors import ExtractError
from outreach_map.network.clip import clip_extract

OFFLINE_WAY = (
    "Without a connection: take an extract of the region (from a colleague, or on another day from "
    "download.geofabrik.de) and cut the place out of it with "
    "outreach-map streets --from region.osm.pbf --clip boundary.geojson -o streets.osm.pbf"
)
# Larger places belong to the extracts that others have cut already.
_MOST_KM2 = 2_500.0
_TIMEOUT_S = 180
_OUTLINE_DEG = 0.0005
_ASKED = (
    'way["highway"]',
    'way["route"="ferry"]',
    'way["railway"]',
    'node["barrier"]',
    'node["place"]["name"]',
    # All machines and social facilities: to ask for those of people who use drugs would tell why.
    'nwr["amenity"~"^(hospital|clinic|pharmacy|police|doctors|health_post)$"]',
    'nwr["amenity"~"^(school|kindergarten)$"]',
    'nwr["amenity"~"^(vending_machine|social_facility)$"]',
    'nwr["healthcare"]',
    'nwr["building"]',
    'nwr["natural"~"^(water|wood|heath|scrub)$"]',
    'nwr["waterway"="riverbank"]',
    'nwr["landuse"~"^(forest|grass|recreation_ground|village_green|cemetery|meadow)$"]',
    'nwr["leisure"~"^(park|garden|nature_reserve|playground|common)$"]',
)


def services() -> tuple[str, str]:
    """Addresses that a download asks: for the outline of the place, and for its streets."""
    return osmnx.settings.nominatim_url, osmnx.settings.overpass_url


def download_streets(place: str, out: Path | str) -> None:
    """Download the streets of a place by its name and write them as an extract.

    Parameters
    ----------
    place
        Name of a town or district as OpenStreetMap knows it, with its country.
    out
        The file to write, `.osm.pbf`; it appears complete or not at all.

    Raises
    ------
    ExtractError
        Without a connection, when the place is not known or too large, or when a service refuses.
    """
    out = Path(out)
    boundary = _outline(place)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="part-") as temporary:
        answer = Path(temporary) / "answer.osm"
        _ask(_query(boundary), answer)
        ordered = Path(temporary) / "ordered.osm.pbf"
        try:
            reader = osmium.MergeInputReader()
            reader.add_file(str(answer))
            with osmium.SimpleWriter(str(ordered)) as writer:
                reader.apply(writer)
        except RuntimeError:
            raise ExtractError(
                "The answer is no OpenStreetMap data; the service may be busy.",
                where=services()[1],
                mend=f"Try again in some minutes. {OFFLINE_WAY}",
            ) from None
        clip_extract(ordered, boundary, out)


def _outline(place: str) -> BaseGeometry:
    with _quiet_osmnx():
        try:
            frame = osmnx.geocode_to_gdf(place)
        except requests.RequestException:
            raise _unreachable(services()[0]) from None
        except (ValueError, TypeError, KeyError):
            # osmnx has errors of its own for "nothing found"; all of them are ValueErrors.
            raise ExtractError(
                "OpenStreetMap knows no such place with an outline.",
                where=services()[0],
                mend="Write the town and its country, as in 'Neubrandenburg, Germany'.",
            ) from None
    outline: BaseGeometry = shapely.union_all(frame.geometry.to_numpy())
    square_km = abs(Geod(ellps="WGS84").geometry_area_perimeter(outline)[0]) / 1e6
    if square_km > _MOST_KM2:
        raise ExtractError(
            f"The place is too large to ask for ({square_km:,.0f} km²).",
            where=services()[1],
            mend=OFFLINE_WAY,
        )
    return outline


@contextmanager
def _quiet_osmnx() -> Iterator[None]:
    """osmnx without its cache, which would leave the question in a folder of its own."""
    before = osmnx.settings.use_cache
    osmnx.settings.use_cache = False
    try:
        yield
    finally:
        osmnx.settings.use_cache = before


def _query(boundary: BaseGeometry) -> str:
    """Overpass query for what the maps use within an outline, with all nodes of it."""
    outline = shapely.simplify(boundary, _OUTLINE_DEG).buffer(_OUTLINE_DEG)
    wanted = []
    for part in shapely.get_parts(outline):
        corners = " ".join(f"{lat:.4f} {lon:.4f}" for lon, lat in part.exterior.coords)
        wanted += [f'{asked}(poly:"{corners}");' for asked in _ASKED]
    return f"[out:xml][timeout:{_TIMEOUT_S}];({''.join(wanted)});(._;>;);out body;"


def _ask(query: str, answer: Path) -> None:
    service = services()[1]
    try:
        with requests.post(
            f"{service.rstrip('/')}/interpreter",
            data={"data": query},
            headers={"User-Agent": osmnx.settings.http_user_agent},
            timeout=_TIMEOUT_S + 20,
            stream=True,
        ) as response:
            if not response.ok:
                raise ExtractError(
                    f"The service refused (status {response.status_code}).",
                    where=service,
                    mend=f"Try again in some minutes. {OFFLINE_WAY}",
                )
            with answer.open("wb") as file:
                for block in response.iter_content(1 << 20):
                    file.write(block)
    except requests.RequestException:
        raise _unreachable(service) from None


def _unreachable(service: str) -> ExtractError:
    return ExtractError("The service cannot be reached.", where=service, mend=OFFLINE_WAY)

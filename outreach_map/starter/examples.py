"""The example row of each template: it shows how cells are written, and is nobody's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from outreach_map.intake.rows import EXAMPLE_ID
from outreach_map.network import StreetNetwork
from outreach_map.spreadsheets import Value
from outreach_map.starter.schema import columns

_NOTE = "Example row: write your own over it"
_DAY, _LATER, _END = date(2026, 11, 23), date(2027, 5, 23), date(2027, 11, 23)
# Of each side, how far from the edge of the streets the example lies.
_INSET = 0.02


def example_rows(
    spot: tuple[float, float], languages: Sequence[str]
) -> dict[str, dict[str, Value]]:
    """One row for each table, by column; all of them refer to each other.

    Parameters
    ----------
    spot
        Longitude and latitude of the example's place.
    languages
        Of the programme.
    """
    tongues = ";".join(languages)
    place: Mapping[str, Value] = {"lon": spot[0], "lat": spot[1]}
    rows: dict[str, dict[str, Value]] = {
        "hotspots": {
            "id": EXAMPLE_ID, **place, "precision_m": 100, "typology": "street",
            "communities": "pwid;fsw", "languages": tongues, "est_min": 10, "est_mid": 20,
            "est_max": 30, "est_date": _DAY, "active_hours": "Mo-Fr 18:00-23:00",
            "services_needed": "nsp;naloxone;condoms", "injections_per_day": 2,
            "visits_per_month": 4, "last_visit": None, "review_by": _LATER, "note": _NOTE,
        },
        "points": {
            "id": EXAMPLE_ID, "name": "Example point", **place, "type": "drop_in_centre",
            "services": "nsp;naloxone;condoms", "opening_hours": "Mo-Fr 09:00-17:00; PH off",
            "capacity_per_month": 100, "stock_syringes": 1000, "stock_naloxone": 50,
            "stock_condoms": 1000, "languages": tongues, "restock": "yes", "status": "open",
            "verified_on": _DAY, "public": "no",
        },
        "teams": {
            "id": EXAMPLE_ID, "size": 2, "mode": "walk", "start": EXAMPLE_ID, "end": EXAMPLE_ID,
            "shift": "Mo-Fr 18:00-22:00", "max_distance_km": 8, "break_min": 20,
            "carry_syringes": 300, "carry_naloxone": 10, "carry_condoms": 300,
            "languages": tongues, "communities": "pwid;fsw", "no_go": "violence",
            "page_language": None,
        },
        "risks": {
            "id": EXAMPLE_ID, **place, "category": "policing", "affects": "client",
            "likelihood": 3, "impact": 3, "applies_hours": "Mo-Fr 18:00-23:00", "action": "slow",
            "description": _NOTE, "mitigation": _NOTE,
            "residual_likelihood": 2, "residual_impact": 3, "assessed_by": "peer;coordinator",
            "assessed_on": _DAY, "review_by": _LATER, "expires_on": _END,
        },
        "visits": {
            "date": _DAY, "hotspot_id": EXAMPLE_ID, "team_id": EXAMPLE_ID, "contacts": 10,
            "new_contacts": 2, "syringes_out": 100, "syringes_in": 50, "naloxone_out": 2,
            "condoms_out": 100, "referrals": 1, "overdoses_reversed": 0, "outcome": "done",
        },
        "decisions": {
            "kind": "prefer_team", "hotspot_id": EXAMPLE_ID, "team_id": EXAMPLE_ID,
            "from_date": _DAY, "until_date": _LATER, "reason": _NOTE,
        },
        "population": {"h3": EXAMPLE_ID, "lon": None, "lat": None, "population": 100},
    }  # fmt: skip
    return {
        table: {column.name: row[column.name] for column in columns(table)}
        for table, row in rows.items()
    }


def nobodys_place(
    bounds: tuple[float, float, float, float], streets: StreetNetwork
) -> tuple[float, float]:
    """Of the corners of a town, a little inside, the one that is farthest from any street.

    An example in the middle of a town could be taken for a place where people are.

    Parameters
    ----------
    bounds
        West, south, east, north of the streets in degrees.
    streets
        The walking network.

    Returns
    -------
    tuple of float
        Longitude and latitude, at most three decimals where the town is large enough for them.
    """
    west, south, east, north = bounds
    across, along = (east - west) * _INSET, (north - south) * _INSET
    corners = [
        (lon, lat)
        for lon in (west + across, east - across)
        for lat in (south + along, north - along)
    ]
    shrink = np.array([np.cos(np.radians((south + north) / 2)), 1.0])
    away = [np.hypot(*((streets.lon_lat - corner) * shrink).T).min() for corner in corners]
    lon, lat = corners[int(np.argmax(away))]
    digits = 3 if min(across, along) > 5e-4 else 6
    return round(lon, digits), round(lat, digits)

"""What each column is for, in the planner's words: notes in templates and questions in forms."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_PLACE = {
    "lon": "Where it is, east-west (WGS 84)",
    "lat": "Where it is, north-south (WGS 84)",
}
_STOCK = "How many are in stock; 0 is out of stock, empty is unknown"
_CARRY = "How many one shift can carry"

MEANING: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "hotspots": {
            "id": "An id of your own for the place; no name of a person, a street or a bar",
            **_PLACE,
            "precision_m": "How many metres the place may be off",
            "typology": "What kind of place it is",
            "communities": "Who is met there",
            "languages": "Which languages people there speak",
            "est_min": "How many people at least",
            "est_mid": "How many people, your best estimate",
            "est_max": "How many people at most",
            "est_date": "When that was estimated",
            "active_hours": "When people are there",
            "services_needed": "What people there need",
            "injections_per_day": "How often a person injects in a day, on average",
            "visits_per_month": "How many visits a month are wanted",
            "last_visit": "When somebody was last there; leave it out where there is a visit log",
            "review_by": "When all this should be looked at again",
            "note": "For yourself; never published. No names",
        },
        "points": {
            "id": "An id of your own for the point",
            "name": "Its name, shown on maps where it is public",
            **_PLACE,
            "type": "What kind of point it is, such as pharmacy or drop_in_centre",
            "services": "What it gives out or does, as you have asked there",
            "opening_hours": "When it is open; empty is unknown, not closed",
            "capacity_per_month": "How many people it can serve a month",
            "stock_syringes": _STOCK,
            "stock_naloxone": _STOCK,
            "stock_condoms": _STOCK,
            "languages": "Which languages are spoken there",
            "restock": "Whether teams can fill up there",
            "status": "Whether it works at all",
            "verified_on": "When somebody last checked this",
            "public": "Whether its place and name may be shown; no for a depot or a hidden place",
        },
        "teams": {
            "id": "An id of your own for the team; no names",
            "size": "How many go out together, two or more",
            "mode": "How the team moves",
            "start": "The id of the point where it starts, or its lon and lat",
            "end": "The id of the point where it ends, or its lon and lat",
            "shift": "When it is out",
            "max_distance_km": "How far it goes in a shift, at most",
            "break_min": "Minutes of break in a shift",
            "carry_syringes": _CARRY,
            "carry_naloxone": _CARRY,
            "carry_condoms": _CARRY,
            "languages": "Which languages the team speaks",
            "communities": "Which communities it belongs to or is trusted by",
            "no_go": "Categories of risks that it does not go into",
            "page_language": "Language of its page; empty is that of outreach.toml",
        },
        "risks": {
            "id": "An id of your own for the risk",
            **_PLACE,
            "category": "What kind of risk it is, such as policing or violence",
            "affects": "Whom it affects",
            "likelihood": "How likely it is",
            "impact": "How bad it would be",
            "applies_hours": "When it applies; empty is always",
            "action": "What routes do: tell of it, take a costlier way, or stay out",
            "description": "What it is, for yourself; never published",
            "mitigation": "What helps, for yourself; never published",
            "residual_likelihood": "How likely with what was agreed against it, from 1 to 5",
            "residual_impact": "How bad with what was agreed against it, from 1 to 5",
            "assessed_by": "Roles that stand behind it; without peer it is unknown, never low",
            "assessed_on": "When it was assessed",
            "review_by": "When it has to be assessed again",
            "expires_on": "When it no longer counts",
        },
        "visits": {
            "date": "The day of the visit",
            "hotspot_id": "The id of the hotspot",
            "team_id": "The id of the team",
            "contacts": "How many people were met",
            "new_contacts": "How many of them for the first time",
            "syringes_out": "How many syringes were given out",
            "syringes_in": "How many used syringes were taken back",
            "naloxone_out": "How many naloxone kits were given out",
            "condoms_out": "How many condoms were given out",
            "referrals": "How many people were referred to a service",
            "overdoses_reversed": "How many overdoses were reversed since the last visit",
            "outcome": "How the visit went; done where it went as planned",
        },
        "decisions": {
            "kind": "What the peers decided",
            "hotspot_id": "The id of the hotspot",
            "team_id": "The id of the team that is preferred or excluded",
            "from_date": "The first day that it holds",
            "until_date": "The last day that it holds",
            "reason": "Why, for yourself; never published",
        },
        "population": {
            "h3": "The H3 cell, where you have no lon and lat",
            "lon": "The middle of the cell, east-west (WGS 84)",
            "lat": "The middle of the cell, north-south (WGS 84)",
            "population": "How many people live there",
        },
    }
)

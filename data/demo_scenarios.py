"""The invented part of the two demo programmes: quarters, teams, zones and texts.

Nothing here is a place. A scenario names quarters (OpenStreetMap `place` nodes); `make_demo.py`
then draws a random street in the quarter. Hotspots are spread evenly over the quarters so that
the demo says nothing about any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Spot:
    """A hotspot to invent; `hours` may be empty (nobody wrote them down)."""

    quarter: str
    typology: str
    communities: str
    languages: str
    hours: str
    people: int
    visits_per_month: int
    services: str
    injections_per_day: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Service:
    """A distribution point to invent; a stock of None was never counted."""

    name: str
    type: str
    quarter: str
    services: str
    hours: str
    capacity_per_month: int
    stock: tuple[int | None, int | None, int | None]
    languages: str
    restock: str = "no"
    status: str = "open"
    public: str = "yes"
    verified_on: str = "2026-10-05"


@dataclass(frozen=True)
class Crew:
    """A team to invent; `start` is the id of a point."""

    size: int
    mode: str
    start: str
    shift: str
    max_distance_km: int
    break_min: int
    carry: tuple[int, int, int]
    languages: str
    communities: str
    no_go: str = ""


@dataclass(frozen=True)
class Zone:
    """A row of the risk register to invent: `corners` is 24 for a circle, 4 to 6 for a block."""

    quarter: str
    radius_m: float
    category: str
    affects: str
    likelihood: int
    impact: int
    hours: str
    action: str
    description: str
    mitigation: str
    assessed_by: str = "peer;coordinator"
    assessed_on: str = "2026-10-12"
    review_by: str = "2027-01-12"
    expires_on: str = "2027-04-12"
    corners: int = 24


@dataclass(frozen=True)
class Scenario:
    """One demo programme; the extract lies beside its outreach.toml."""

    folder: str
    seed: int
    name: str
    timezone: str
    study_area: tuple[float, float, float, float]
    contacts: tuple[tuple[str, str, str], ...]
    spots: tuple[Spot, ...]
    services: tuple[Service, ...]
    crews: tuple[Crew, ...]
    zones: tuple[Zone, ...]
    decisions: tuple[tuple[str, str, str, str, str, str], ...]
    first_day: date
    exports: tuple[str, ...]
    last_day: date = date(2026, 11, 22)
    # West, south, east, north of the fields in which the spots of the quarter COUNTRY are drawn.
    country: tuple[float, float, float, float] | None = None
    spread_m: float = 450.0


COUNTRY = "(in the country)"

INJECT = "nsp;naloxone;condoms"
WORK = "condoms;lubricant;hiv_test"
ALL = "nsp;naloxone;condoms;lubricant;hiv_test;hcv_test;oat_referral;legal;overdose_training"
PHARMACY = "nsp;naloxone;condoms"
WEEKDAYS = "Mo-Fr 08:00-18:30; Sa 09:00-13:00"

# One row a hotspot, point, team or zone reads best as a table.
# fmt: off
NEUBRANDENBURG = Scenario(
    folder="neubrandenburg",
    seed=20261123,
    name="Neubrandenburg demo",
    timezone="Europe/Berlin",
    exports=("ics", "xlsx"),
    study_area=(13.19, 53.51, 13.33, 53.60),
    # 030 23125 xxx and 0171 39200 xx are set aside for film and fiction in Germany.
    contacts=(
        ("legal", "Demo legal aid line (invented)", "+49 30 23125 042"),
        ("emergency", "Emergency call", "112"),
        ("psychosocial", "Demo listening line (invented)", "+49 171 3920011"),
    ),
    first_day=date(2026, 8, 24),
    country=(13.300, 53.583, 13.328, 53.599),
    spots=(
        Spot("Innenstadt", "street", "pwid", "de", "Mo-Su 10:00-16:00", 14, 8, INJECT, 2.1),
        Spot("Innenstadt", "bus_station", "pwid;fsw", "de;pl", "Mo-Su 16:00-23:00", 18, 8,
             f"{INJECT};hcv_test", 2.4, "ask at the side door"),
        Spot("Innenstadt", "bar", "msm", "de;en", "Fr-Sa 22:00-04:00", 22, 4, WORK),
        Spot("Katharinenviertel", "park", "pwid", "de;ru", "Mo-Su 14:00-20:00", 12, 4, INJECT, 2.0),
        Spot("Katharinenviertel", "lodging", "fsw", "pl;de", "Mo-Sa 18:00-23:00", 8, 4,
             f"{WORK};legal"),
        Spot("Jahnviertel", "market", "pwid;prison", "de", "Mo-Sa 09:00-14:00", 9, 4,
             f"{INJECT};oat_referral", 1.8),
        Spot("Jahnviertel", "street", "fsw", "ru;de", "Mo-Sa 20:00-02:00", 7, 4, WORK),
        Spot("Vogelviertel", "park", "pwid", "de", "Mo-Su 11:00-18:00", 16, 6,
             f"{INJECT};overdose_training", 2.6),
        Spot("Vogelviertel", "lodging", "pwid;prison", "de;ru", "Mo-Fr 09:00-13:00", 11, 4,
             f"{INJECT};oat_referral;legal", 1.5, "the caretaker knows us, say hello first"),
        Spot("Reitbahnviertel", "street", "pwid", "de;ru", "Mo-Su 16:00-21:00", 20, 8,
             f"{INJECT};hcv_test", 2.8),
        Spot("Reitbahnviertel", "uninhabitable_building", "pwid", "de;pl", "Mo-Su 12:00-20:00", 10,
             4, f"{INJECT};overdose_training", 3.0, "call out before you come in"),
        Spot("Datzeberg", "under_bridge", "pwid", "de", "Mo-Su 17:00-22:00", 13, 6, INJECT, 2.5),
        Spot("Datzeberg", "street", "pwid;prison", "de;ru", "Mo-Fr 10:00-14:00", 9, 4, INJECT, 1.9),
        Spot("Oststadt", "market", "pwid", "de;ar", "Mo-Sa 10:00-18:00", 15, 4, INJECT, 2.0),
        # No team speaks Arabic: a gap that the plan has to name.
        Spot("Oststadt", "lodging", "pwid", "ar", "Mo-Su 10:00-20:00", 12, 4, f"{INJECT};hcv_test",
             2.2),
        Spot("Oststadt", "park", "msm;trans", "de;en", "Mo-Su 18:00-22:00", 14, 2, WORK),
        Spot("Südstadt", "street", "pwid", "de", "Mo-Su 15:00-21:00", 17, 6, INJECT, 2.3),
        Spot("Südstadt", "uninhabitable_building", "pwid", "pl;de", "", 8, 4, INJECT, 2.9),
        Spot("Südstadt", "bus_station", "fsw;trans", "de;ru", "Th-Sa 21:00-03:00", 9, 4, WORK),
        Spot("Ihlenfelder Vorstadt", "under_bridge", "pwid", "de", "Mo-Su 10:00-15:00", 11, 4,
             INJECT, 2.7),
        Spot("Ihlenfelder Vorstadt", "street", "fsw", "pl", "We-Su 20:00-02:00", 10, 4,
             f"{WORK};legal"),
        Spot("Fritscheshof", "park", "pwid;msm", "de;en", "Mo-Su 16:00-20:00", 10, 4, INJECT, 1.6),
        Spot("Broda", "park", "msm", "de;en", "Mo-Su 17:00-22:00", 16, 2, WORK),
        Spot("Am Oberbach", "under_bridge", "pwid", "de;ru", "Mo-Su 11:00-19:00", 12, 6,
             f"{INJECT};overdose_training", 2.4),
        Spot("Weitin", "bus_station", "pwid", "de", "Mo-Su 16:00-21:00", 6, 2, INJECT, 1.4),
        Spot("Monckeshof", "uninhabitable_building", "pwid", "de;pl", "Mo-Su 15:00-22:00", 8, 2,
             INJECT, 2.6),
        Spot("Carlshöhe", "lodging", "fsw;trans", "de;en", "Tu-Sa 17:00-23:00", 6, 2, WORK),
        Spot("Lindenberg", "lodging", "prison;pwid", "de", "Mo-Fr 10:00-13:00", 8, 4,
             f"{INJECT};oat_referral;legal", 1.3),
        Spot("Küssow", "street", "pwid", "de", "Mo-Su 18:00-22:00", 6, 2, INJECT, 1.7),
        Spot(COUNTRY, "camp", "pwid", "de;pl", "Mo-Su 18:00-23:00", 6, 2, INJECT, 2.0,
             "bring water and a torch"),
    ),
    services=(
        Service("Kompass drop-in centre", "drop_in_centre", "Innenstadt", ALL, "Mo-Fr 09:00-18:00",
                420, (2600, 60, 3000), "de;en;pl", restock="yes"),
        Service("Heron Pharmacy", "pharmacy", "Innenstadt", PHARMACY, WEEKDAYS, 300, (800, 12, 900),
                "de"),
        Service("Otter Pharmacy", "pharmacy", "Vogelviertel", PHARMACY, WEEKDAYS, 260,
                (450, 8, 700), "de;ru"),
        Service("Plover Pharmacy", "pharmacy", "Oststadt", PHARMACY, WEEKDAYS, 280, (620, 0, 800),
                "de"),
        Service("Wren Pharmacy", "pharmacy", "Südstadt", "nsp;condoms", "", 220, (None, None, 500),
                "de", verified_on="2026-03-16"),
        Service("Vending machine North", "vending_machine", "Reitbahnviertel", "nsp;condoms",
                "24/7", 380, (900, None, 400), ""),
        Service("Vending machine South", "vending_machine", "Lindenberg", "nsp;condoms", "24/7",
                200, (0, None, 0), "", status="closed", verified_on="2026-09-21"),
        Service("Lantern mobile unit", "mobile_unit", "Oststadt", f"{PHARMACY};hiv_test",
                "Tu,Th 16:00-20:00", 240, (700, 30, 1200), "de;ru;pl", restock="yes"),
        Service("Alder clinic", "clinic", "Katharinenviertel",
                "hiv_test;hcv_test;oat_referral;condoms", "Mo-Fr 08:00-16:00", 360, (0, 0, 1500),
                "de;en;ru"),
        Service("Birch checkpoint", "clinic", "Jahnviertel", "hiv_test;hcv_test;condoms;lubricant",
                "We 16:00-20:00; Fr 12:00-16:00", 90, (0, 0, 1100), "de;en"),
        Service("Depot", "depot", "Ihlenfelder Vorstadt", "nsp;naloxone;condoms;lubricant",
                "Mo-Su 08:00-02:00", 900, (9000, 180, 9000), "de", restock="yes", public="no"),
        Service("Hazel advice office", "legal_advice", "Am Oberbach", "legal;oat_referral",
                "Tu,Th 10:00-15:00", 80, (0, 0, 200), "de;en;ar"),
    ),
    crews=(
        Crew(2, "walk", "P01", "Mo-Fr 10:00-14:00", 9, 20, (300, 15, 400), "de;pl;en",
             "pwid;prison"),
        Crew(3, "walk", "P01", "Mo-Fr 17:00-22:00", 9, 20, (300, 15, 400), "de;ru",
             "pwid;fsw;trans"),
        Crew(2, "bike", "P10", "Tu-Sa 16:00-21:00", 25, 20, (600, 25, 800), "de;en",
             "pwid;msm;trans", "violence"),
        # This shift ends after midnight.
        Crew(2, "drive", "P11", "We-Su 20:00-01:00", 60, 20, (2500, 80, 3000), "de;ru;pl",
             "pwid;fsw;msm"),
    ),
    zones=(
        Zone("Innenstadt", 170, "policing", "client", 4, 3, "Mo-Sa 18:00-24:00", "slow",
             "Frequent identity checks in the evening", "Go in pairs; carry the rights card"),
        Zone("Am Oberbach", 160, "unlit", "peer", 3, 4, "Mo-Su 21:00-06:00", "avoid",
             "No lamps along the path at night", "Come before nightfall; head torches"),
        Zone("Monckeshof", 60, "collapse", "both", 4, 5, "24/7", "avoid", "A wall that may fall",
             "Meet people outside the fence", corners=4),
        # Only the coordinator signed this one: unknown until a peer has looked.
        Zone("Südstadt", 150, "harassment", "client", 2, 2, "Mo-Su 18:00-06:00", "warn",
             "Complaints from passers-by", "Keep voices low; leave together",
             assessed_by="coordinator"),
        Zone("Datzeberg", 180, "violence", "both", 3, 4, "Fr-Sa 20:00-04:00", "slow",
             "Fights after closing time", "Stay near the stop; agree a way out",
             assessed_on="2026-06-15", review_by="2026-09-15", corners=5),
        Zone("Lindenberg", 200, "conflict", "peer", 2, 3, "Mo-Su 16:00-22:00", "slow",
             "A dispute between two groups, since settled", "Ask the drop-in centre first",
             assessed_on="2026-07-20", review_by="2026-10-20", expires_on="2026-11-08"),
        Zone("Ihlenfelder Vorstadt", 220, "traffic", "both", 3, 3, "24/7", "warn",
             "Lorries and no pavement", "Wear reflective vests", corners=6),
        Zone("Broda", 190, "flood", "both", 2, 2, "24/7", "slow",
             "The shore path is under water after rain", "Take the upper street", corners=5),
    ),
    decisions=(
        ("no_go", "H11", "", "2026-11-16", "2026-12-13", "Peers ask to stay away until January"),
        ("must_go", "H08", "", "2026-11-20", "2026-12-06", "Overdose training was promised"),
        ("prefer_team", "H02", "T2", "2026-10-01", "2027-01-31", "People there trust this team"),
        ("exclude_team", "H17", "T3", "2026-11-01", "2027-01-31", "A peer knows someone there"),
        ("no_go", "H26", "", "2026-09-07", "2026-09-20", "The way in was blocked, since cleared"),
    ),
)

LIECHTENSTEIN = Scenario(
    folder="liechtenstein",
    seed=20261124,
    name="Liechtenstein demo",
    timezone="Europe/Vaduz",
    exports=("geojson", "gpx", "ics", "kml", "xlsx"),
    study_area=(9.47, 47.04, 9.64, 47.28),
    # No number of Liechtenstein begins with 0: these cannot ring anywhere.
    contacts=(
        ("legal", "Demo legal aid line (invented)", "+423 000 00 01"),
        ("emergency", "Emergency call", "112"),
        ("psychosocial", "Demo listening line (invented)", "+423 000 00 02"),
    ),
    first_day=date(2026, 9, 21),
    spread_m=600.0,
    spots=(
        Spot("Vaduz", "street", "pwid", "de;en", "Mo-Su 14:00-20:00", 9, 4, INJECT, 1.8),
        Spot("Vaduz", "bar", "msm", "de;en", "Fr-Sa 20:00-02:00", 14, 2, WORK),
        Spot("Schaan", "bus_station", "pwid;fsw", "de", "Mo-Su 16:00-22:00", 10, 4,
             f"{INJECT};hcv_test", 2.0, "wait by the clock"),
        Spot("Triesen", "park", "pwid", "de", "Mo-Su 15:00-20:00", 7, 4, INJECT, 1.6),
        Spot("Balzers", "lodging", "fsw", "de;pl", "Mo-Sa 18:00-23:00", 5, 2, f"{WORK};legal"),
        Spot("Triesenberg", "street", "pwid", "de", "Mo-Su 16:00-21:00", 4, 2, INJECT, 1.2),
        Spot("Eschen", "market", "pwid;prison", "de", "Mo-Sa 13:00-19:00", 6, 4,
             f"{INJECT};oat_referral", 1.5),
        Spot("Nendeln", "uninhabitable_building", "pwid", "de", "Mo-Su 15:00-21:00", 5, 2, INJECT,
             2.4, "call out before you come in"),
        Spot("Gamprin", "lodging", "fsw;trans", "de;en", "Tu-Sa 17:00-22:00", 4, 2, WORK),
        Spot("Ruggell", "under_bridge", "pwid", "de", "Mo-Su 16:00-22:00", 5, 2, INJECT, 1.9),
        Spot("Schellenberg", "park", "msm", "de", "Mo-Su 17:00-21:00", 6, 1, WORK),
        Spot("Schaanwald", "lodging", "pwid", "de;ru", "", 5, 2, INJECT, 1.7),
        Spot("Planken", "bus_station", "prison", "de", "Mo-Fr 15:00-19:00", 3, 1,
             "naloxone;oat_referral;legal"),
        Spot("Malbun", "lodging", "pwid", "ru", "Mo-Su 17:00-22:00", 4, 1, INJECT, 1.1),
    ),
    services=(
        Service("Talweg drop-in centre", "drop_in_centre", "Schaan", ALL, "Mo-Fr 09:00-18:00", 200,
                (1500, 40, 2000), "de;en", restock="yes"),
        Service("Ibex Pharmacy", "pharmacy", "Schaan", PHARMACY, WEEKDAYS, 140, (300, 8, 400),
                "de"),
        Service("Marmot Pharmacy", "pharmacy", "Vaduz", PHARMACY, WEEKDAYS, 150, (350, 10, 500),
                "de;en"),
        Service("Chamois Pharmacy", "pharmacy", "Triesen", PHARMACY, "", 110, (240, None, 300),
                "de", verified_on="2026-04-13"),
        Service("Vending machine Eschen", "vending_machine", "Eschen", "nsp;condoms", "24/7", 160,
                (400, None, 300), ""),
        Service("Larch clinic", "clinic", "Vaduz", "hiv_test;hcv_test;oat_referral;condoms",
                "Mo-Fr 08:00-17:00", 180, (0, 0, 600), "de;en"),
        Service("Vending machine Balzers", "vending_machine", "Balzers", "nsp;condoms", "24/7", 120,
                (0, None, 150), "", status="closed", verified_on="2026-10-19"),
        Service("Depot", "depot", "Vaduz", "nsp;naloxone;condoms;lubricant", "Mo-Su 08:00-24:00",
                500, (5000, 120, 5000), "de", restock="yes", public="no"),
    ),
    crews=(
        Crew(2, "drive", "P01", "Mo,We,Fr,Sa 16:00-22:00", 120, 25, (1800, 60, 2200), "de;pl;en",
             "pwid;fsw;msm;prison"),
        Crew(2, "bike", "P08", "Tu,Th,Sa 15:00-20:00", 40, 20, (500, 20, 700), "de;en",
             "pwid;msm;trans"),
    ),
    zones=(
        Zone("Nendeln", 200, "border", "client", 3, 4, "Mo-Su 16:00-23:00", "slow",
             "Checks near the crossing", "Carry the rights card"),
        Zone("Ruggell", 260, "flood", "both", 2, 4, "24/7", "slow",
             "The dam path is flooded at high water", "Meet people on the village side", corners=6),
        Zone("Triesenberg", 220, "unlit", "peer", 3, 3, "Mo-Su 18:00-07:00", "warn",
             "Steep lanes without lamps", "Head torches; park facing out",
             assessed_by="coordinator"),
        Zone("Malbun", 300, "isolation", "peer", 3, 4, "24/7", "slow",
             "Snow on the pass and no telephone signal", "Call in before and after",
             assessed_on="2026-05-11", review_by="2026-10-31", corners=5),
    ),
    decisions=(
        ("must_go", "H03", "", "2026-11-20", "2026-12-06", "Naloxone was promised"),
        ("exclude_team", "H01", "T2", "2026-11-01", "2027-01-31", "A peer knows someone there"),
        ("no_go", "H11", "", "2026-11-16", "2026-12-13", "Peers ask to stay away for a month"),
    ),
)

# fmt: on
SCENARIOS = (NEUBRANDENBURG, LIECHTENSTEIN)

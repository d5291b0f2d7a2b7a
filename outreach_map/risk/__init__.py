"""Access risks: the register's standing, what streets, services and a plan say, and what to do."""

from outreach_map.risk.area_streets import AreaStreets
from outreach_map.risk.city import City
from outreach_map.risk.exits import Exits, exit_times
from outreach_map.risk.facts import StreetFacts, street_facts
from outreach_map.risk.flag import Flag, FlagKind, TimedLeg, TimedStop
from outreach_map.risk.flags import flag_risks
from outreach_map.risk.mitigation import mitigation
from outreach_map.risk.naloxone import NaloxoneReach, naloxone_reach
from outreach_map.risk.plan_flags import RoundRecord
from outreach_map.risk.register import in_force, zones_to_review
from outreach_map.risk.service_flags import Refuge, RefugeKind
from outreach_map.risk.undirected import Undirected
from outreach_map.risk.way_in import WayIn, only_through, only_way_in
from outreach_map.risk.ways_out import WayOut, ways_out

__all__ = [
    "AreaStreets",
    "City",
    "Exits",
    "Flag",
    "FlagKind",
    "NaloxoneReach",
    "Refuge",
    "RefugeKind",
    "RoundRecord",
    "StreetFacts",
    "TimedLeg",
    "TimedStop",
    "Undirected",
    "WayIn",
    "WayOut",
    "exit_times",
    "flag_risks",
    "in_force",
    "mitigation",
    "naloxone_reach",
    "only_through",
    "only_way_in",
    "street_facts",
    "ways_out",
    "zones_to_review",
]

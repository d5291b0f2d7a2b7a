"""Access risks: the register's standing, what a plan touches, and where there is one way in."""

from outreach_map.risk.flags import (
    Flag,
    FlagKind,
    TimedLeg,
    TimedStop,
    flag_risks,
    in_force,
    zones_to_review,
)
from outreach_map.risk.mitigation import mitigation
from outreach_map.risk.way_in import WayIn, only_through, only_way_in

__all__ = [
    "Flag",
    "FlagKind",
    "TimedLeg",
    "TimedStop",
    "WayIn",
    "flag_risks",
    "in_force",
    "mitigation",
    "only_through",
    "only_way_in",
    "zones_to_review",
]

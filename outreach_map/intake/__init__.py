"""The raw side: the planner's files become validated rows, for the privacy gate alone."""

from outreach_map.intake.accepted import read_accepted, rewrite_register
from outreach_map.intake.appended import Cells, append_visits, log_to_extend
from outreach_map.intake.checks import base
from outreach_map.intake.read import (
    collect_problems,
    examine_tables,
    read_tables,
    readable_points,
)
from outreach_map.intake.rows import (
    RawAccepted,
    RawDecision,
    RawHotspot,
    RawIncident,
    RawPoint,
    RawResidents,
    RawRisk,
    RawTables,
    RawTeam,
    RawVisit,
)

__all__ = [
    "Cells",
    "RawAccepted",
    "RawDecision",
    "RawHotspot",
    "RawIncident",
    "RawPoint",
    "RawResidents",
    "RawRisk",
    "RawTables",
    "RawTeam",
    "RawVisit",
    "append_visits",
    "base",
    "collect_problems",
    "examine_tables",
    "log_to_extend",
    "read_accepted",
    "read_tables",
    "readable_points",
    "rewrite_register",
]

"""The planner's way in: a new programme folder, and points that the streets' extract knows of."""

from outreach_map.starter.begin import Begun, begin_programme
from outreach_map.starter.proposals import PROPOSED, Proposals, propose_points

__all__ = ["PROPOSED", "Begun", "Proposals", "begin_programme", "propose_points"]

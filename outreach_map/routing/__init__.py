"""Routes: a week of visits as a vehicle routing problem, solved by PyVRP, proven by a checker."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outreach_map.routing.checker import check_solution
    from outreach_map.routing.idle import IdleTeam, idle_teams
    from outreach_map.routing.itinerary import (
        DecisionEffect,
        Itinerary,
        LeftOut,
        Leg,
        RoutePlan,
        Stop,
        StopKind,
    )
    from outreach_map.routing.plan import plan_routes
    from outreach_map.routing.preferences import Preferences
    from outreach_map.routing.problem import (
        Break,
        Client,
        Reload,
        RoutingProblem,
        Vehicle,
        Window,
    )
    from outreach_map.routing.proof import check_plan
    from outreach_map.routing.record import tours_of
    from outreach_map.routing.replan import Replanned, replaced, replan_shift
    from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
    from outreach_map.routing.solver import solve

# Loaded on first use: the process of the search needs neither streets nor pages.
_HOMES = {
    "checker": ["check_solution"],
    "idle": ["IdleTeam", "idle_teams"],
    "itinerary": [
        "DecisionEffect",
        "Itinerary",
        "LeftOut",
        "Leg",
        "RoutePlan",
        "Stop",
        "StopKind",
    ],
    "plan": ["plan_routes"],
    "preferences": ["Preferences"],
    "problem": ["Break", "Client", "Reload", "RoutingProblem", "Vehicle", "Window"],
    "proof": ["check_plan"],
    "record": ["tours_of"],
    "replan": ["Replanned", "replaced", "replan_shift"],
    "solution": ["Activity", "ActivityKind", "Route", "Solution"],
    "solver": ["solve"],
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Activity",
    "ActivityKind",
    "Break",
    "Client",
    "DecisionEffect",
    "IdleTeam",
    "Itinerary",
    "LeftOut",
    "Leg",
    "Preferences",
    "Reload",
    "Replanned",
    "Route",
    "RoutePlan",
    "RoutingProblem",
    "Solution",
    "Stop",
    "StopKind",
    "Vehicle",
    "Window",
    "check_plan",
    "check_solution",
    "idle_teams",
    "plan_routes",
    "replaced",
    "replan_shift",
    "solve",
    "tours_of",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

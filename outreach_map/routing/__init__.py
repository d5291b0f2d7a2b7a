"""Routes: a week of visits as a vehicle routing problem, solved by PyVRP, proven by a checker."""

from outreach_map.routing.checker import check_solution
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
from outreach_map.routing.problem import Break, Client, Reload, RoutingProblem, Vehicle
from outreach_map.routing.solution import Activity, ActivityKind, Route, Solution
from outreach_map.routing.solver import solve

__all__ = [
    "Activity",
    "ActivityKind",
    "Break",
    "Client",
    "DecisionEffect",
    "Itinerary",
    "LeftOut",
    "Leg",
    "Reload",
    "Route",
    "RoutePlan",
    "RoutingProblem",
    "Solution",
    "Stop",
    "StopKind",
    "Vehicle",
    "check_solution",
    "plan_routes",
    "solve",
]

"""What routes cost by a problem's prices; the checker adds it up on its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.solution import Route, Solution


def solution_of(problem: RoutingProblem, routes: Sequence[Route]) -> Solution:
    """A solution of routes, with what they leave out and what they cost."""
    visited = {a.client for route in routes for a in route.activities if a.client is not None}
    left_out = tuple(i for i in range(len(problem.clients)) if i not in visited)
    lost = sum(problem.clients[index].prize for index in left_out)
    ordered = tuple(sorted(routes, key=lambda route: route.vehicle))
    return Solution(ordered, left_out, lost + sum(route_cost(problem, r) for r in ordered))


def route_exposure(problem: RoutingProblem, route: Route) -> int:
    """Exposure of a route, on the way and at its visits."""
    profile = problem.vehicles[route.vehicle].profile
    total = 0
    if problem.exposures:
        matrix = problem.exposures[profile]
        total += sum(int(matrix[a.place, b.place]) for a, b in pairwise(route.activities))
    if problem.stop_weights:
        weights = problem.stop_weights[profile]
        for activity in route.activities:
            if activity.client is not None:
                stay_s = problem.clients[activity.client].service_s
                total += -(-int(weights[activity.place]) * stay_s // 100)
    return total


def route_cost(problem: RoutingProblem, route: Route) -> int:
    """Cost of a route by the problem's prices, without prizes."""
    vehicle = problem.vehicles[route.vehicle]
    cost = problem.duration_price * route.out_s
    cost += problem.exposure_price * route_exposure(problem, route)
    if vehicle.fair_s is not None:
        cost += vehicle.overtime_price * max(route.out_s - vehicle.fair_s, 0)
    for activity in route.activities:
        if activity.client is not None:
            cost += min(
                (
                    window.penalty
                    for window in problem.clients[activity.client].windows
                    if route.vehicle in window.vehicles
                    and window.early_s <= activity.begin_s <= window.late_s
                ),
                default=0,
            )
    return cost

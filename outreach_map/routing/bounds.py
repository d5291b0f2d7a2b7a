"""What a visit that is left out would cost at least: the reason where no search gave one."""

from __future__ import annotations

from dataclasses import dataclass

from outreach_map.language import phrase, sentences
from outreach_map.routing.alone import Alone, alone
from outreach_map.routing.changes import told_minutes
from outreach_map.routing.problem import DAY_S, Client, RoutingProblem
from outreach_map.routing.solution import Solution


@dataclass(frozen=True, order=True)
class _Lone:
    """A tour of one visit: what it costs, the shift, seconds out, and what is over those."""

    cost: int
    vehicle: int
    out_s: int
    beside: int


def least_told(problem: RoutingProblem, solution: Solution, client: int) -> str:
    """Why a visit is left out that no search planned: what it would cost alone, at least, in words.

    Counted as the plan is: time out, and what risk, habits and fair shares weigh. A shift that does
    nothing else could make it at that, so either it costs more than it is worth, or a longer search
    would plan it; only shifts that are out already may have no room for it.

    Parameters
    ----------
    problem, solution
        What was solved, and the plan.
    client
        A visit that is left out, and that some shift could make if it made no other.
    """
    one = problem.clients[client]
    tours = []
    for vehicle in sorted(one.vehicles):
        found = alone(problem, vehicle, one)
        if found.hindrance is None:
            beside = _beside(problem, vehicle, one, found)
            cost = problem.duration_price * found.out_s + beside
            tours.append(_Lone(cost, vehicle, found.out_s, beside))
    free = [tour for tour in tours if _is_free(problem, solution, one, tour.vehicle)]
    if free and min(free).cost < one.prize:
        return phrase(
            "{team} could make it; a longer search ({setting}) would plan it.",
            team=problem.vehicles[min(free).vehicle].name,
            setting="routing.iterations",
        )
    least = min(tours)
    team, time = problem.vehicles[least.vehicle].name, told_minutes(least.out_s)
    worth = told_minutes(one.prize)
    if least.cost < one.prize:
        told = phrase(
            "No plan was found that makes it and keeps what the shifts that suit do already; a "
            "visit there is worth {worth} of a team's time.",
            worth=worth,
        )
    else:
        told = phrase(
            "No plan was found that makes it on the way; a visit there is worth {worth} of a "
            "team's time.",
            worth=worth,
        )
    if least.beside < 60:
        return sentences([told, phrase("Alone it would take {team} {time}.", team=team, time=time)])
    return sentences(
        [
            told,
            phrase(
                "Alone it would take {team} {time}, and {more} more for risk, habits and fair "
                "shares.",
                team=team,
                time=time,
                more=told_minutes(least.beside),
            ),
        ]
    )


def _beside(problem: RoutingProblem, vehicle: int, client: Client, found: Alone) -> int:
    """What a tour of one visit costs by the problem's prices beside the time out, at least."""
    shift = problem.vehicles[vehicle]
    cost = problem.exposure_price * found.exposure
    if shift.fair_s is not None:
        cost += shift.overtime_price * max(found.out_s - shift.fair_s, 0)
    return cost + min(w.penalty for w in client.windows if vehicle in w.vehicles)


def _is_free(problem: RoutingProblem, solution: Solution, client: Client, vehicle: int) -> bool:
    """Whether a shift stays at home, and nobody else visits the hotspot on its day."""
    days = {second // DAY_S for second in problem.vehicles[vehicle].window}
    visited = {
        activity.begin_s // DAY_S
        for route in solution.routes
        for activity in route.activities
        if activity.client is not None and problem.clients[activity.client].name == client.name
    }
    out = {route.vehicle for route in solution.routes}
    return vehicle not in out and days.isdisjoint(visited)

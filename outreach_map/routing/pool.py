"""Routes that the search came upon, and the best plan that can be put together of them.

A local search finds good routes one after the other and seldom all at once. Which of them make the
best plan is a set packing problem: every visit at most once, every vehicle at most one route. HiGHS
(Huangfu & Hall 2018, doi:10.1007/s12532-017-0130-5) solves it; that routes of many plans make a
better one is an idea of Rochat & Taillard 1995, doi:10.1007/BF02430370.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pyvrp

from outreach_map.routing.answer import break_kept, route_of, waits_where_closed
from outreach_map.routing.costs import route_cost, route_exposure, solution_of
from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.solution import Route, Solution
from outreach_map.routing.translate import Model

if TYPE_CHECKING:
    import highspy

# So many routes are chosen from, and remembered: those that were met last, for they are the best.
_CHOICE, _KEPT = 4_000, 12_000
# Of these the ones that look best beside the relaxed problem are chosen among in earnest. Without a
# limit by the clock they are fewer, for nothing else bounds what the choice takes.
_IN_EARNEST, _IN_EARNEST_BY_CLOCK = 300, 1_000
_MOST_NODES, _GAP = 20, 0.0002

# A type of vehicle, and the clients of a route.
_Key = tuple[int, frozenset[int]]


@dataclass(frozen=True)
class _Column:
    """A route, and what it costs less the prizes that it brings."""

    value: int
    route: Route


class Pool:
    """The cheapest route met for each type of vehicle and set of clients.

    Parameters
    ----------
    problem
        What is planned; routes are kept in its terms, whatever model they were found in.
    types
        The vehicles of each type.
    """

    def __init__(self, problem: RoutingProblem, types: Sequence[Sequence[int]]) -> None:
        self.problem = problem
        self.types = types
        self.kind = {vehicle: kind for kind, group in enumerate(types) for vehicle in group}
        self.columns: dict[_Key, _Column] = {}
        self.marks: dict[tuple[int, ...], _Key | None] = {}
        self.fresh = 0

    def add(self, model: Model, found: pyvrp.Solution) -> None:
        """Remember the routes of a solution that keep every rule by themselves."""
        if len(self.columns) > _KEPT:
            self._forget()
        for route in found.routes():
            mark = (
                route.vehicle_type(), route.distance(), route.duration(), route.prizes(),
                route.num_clients(), route.start_time(), route.end_time(),
            )  # fmt: skip
            if mark not in self.marks:
                self.marks[mark] = self._keep(model, route) if route.is_feasible() else None
            elif (key := self.marks[mark]) is not None and key in self.columns:
                self.columns[key] = self.columns.pop(key)

    def _keep(self, model: Model, found: pyvrp.Route) -> _Key | None:
        kind = found.vehicle_type()
        vehicle = self.types[kind][0]
        route = route_of(model, found, vehicle)
        clients = _clients(route)
        if not clients or not self._keeps_rules(route):
            return None
        worth = sum(self.problem.clients[client].prize for client in clients)
        value = route_cost(self.problem, route) - worth
        known = self.columns.get((kind, clients))
        if known is None or value < known.value:
            self.columns.pop((kind, clients), None)
            self.columns[kind, clients] = _Column(value, route)
            self.fresh += 1
        return kind, clients

    def _keeps_rules(self, route: Route) -> bool:
        """Whether a route keeps what the search sees of a whole plan only, or not at all."""
        if not break_kept(self.problem, route) or any(
            waits_where_closed(self.problem, activity) for activity in route.activities
        ):
            return False
        limit = self.problem.vehicles[route.vehicle].max_exposure
        return limit is None or route_exposure(self.problem, route) <= limit

    def _forget(self) -> None:
        """Keep what was met last."""
        drop = list(islice(self.columns, len(self.columns) - _CHOICE))
        for key in drop:
            del self.columns[key]
        self.marks.clear()

    def combine(self, best: Solution, seconds: float | None = None) -> Solution | None:
        """A cheaper plan than `best` of routes met and its own, None where none was found.

        Parameters
        ----------
        best
            The best plan so far.
        seconds
            How long to look at most; without it the answer depends on nothing but the routes.
        """
        if not self.fresh:
            return None
        self.fresh = 0
        own = self._own(best)
        choice = dict(islice(reversed(self.columns.items()), _CHOICE))
        # Routes of the best plan last: they are what HiGHS begins with.
        keys = [key for key in choice if key not in own]
        columns = [*(choice[key] for key in keys), *own.values()]
        keys += own
        taken = self._choose(keys, [c.value for c in columns], len(own), seconds)
        if sum(columns[n].value for n in taken) >= sum(column.value for column in own.values()):
            return None
        free = [list(members) for members in self.types]
        routes = [replace(columns[n].route, vehicle=free[keys[n][0]].pop(0)) for n in taken]
        return solution_of(self.problem, routes)

    def _own(self, best: Solution) -> dict[_Key, _Column]:
        """The routes of a plan as columns."""
        found: dict[_Key, _Column] = {}
        for route in best.routes:
            clients = _clients(route)
            worth = sum(self.problem.clients[client].prize for client in clients)
            column = _Column(route_cost(self.problem, route) - worth, route)
            found[self.kind[route.vehicle], clients] = column
        return found

    def _choose(
        self, keys: Sequence[_Key], values: Sequence[int], begun: int, seconds: float | None
    ) -> list[int]:
        """Columns of least value that are compatible; the last `begun` are, and are begun with."""
        # Loaded where a choice is made: that is the process of the search, not the program's.
        import highspy

        count = len(keys)
        own = list(range(count - begun, count))
        relaxed = _solver(seconds)
        relaxed.passModel(self._programme(keys, values))
        relaxed.run()
        if relaxed.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return own
        # What a column costs beyond what the relaxed plan pays for its visits and vehicle. Where
        # that is more than the best plan is above the bound, it is in no better plan.
        most = _IN_EARNEST if seconds is None else _IN_EARNEST_BY_CLOCK
        beyond = np.asarray(relaxed.getSolution().col_dual)
        gap = sum(values[n] for n in own) - relaxed.getInfo().objective_function_value
        order = np.argsort(beyond, kind="stable")[:most]
        chosen = [int(n) for n in order if beyond[n] <= gap and n < count - begun] + own
        whole = _solver(seconds)
        programme = self._programme([keys[n] for n in chosen], [values[n] for n in chosen])
        programme.integrality_ = [highspy.HighsVarType.kInteger] * len(chosen)
        whole.passModel(programme)
        first = highspy.HighsSolution()
        first.col_value = [0.0] * (len(chosen) - begun) + [1.0] * begun
        whole.setSolution(first)
        whole.run()
        found = whole.getSolution().col_value
        if len(found) < len(chosen):
            return own
        return [number for number, value in zip(chosen, found, strict=True) if value > 0.5]

    def _programme(self, keys: Sequence[_Key], values: Sequence[int]) -> highspy.HighsLp:
        """Columns with a row for each client and each type of vehicle."""
        import highspy

        rows, count = len(self.problem.clients), len(keys)
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = count, rows + len(self.types)
        programme.col_cost_ = np.array(values, dtype=np.float64)
        programme.col_lower_, programme.col_upper_ = np.zeros(count), np.ones(count)
        needed = [float(client.required) for client in self.problem.clients]
        programme.row_lower_ = np.array(needed + [0.0] * len(self.types))
        programme.row_upper_ = np.array([1.0] * rows + [float(len(group)) for group in self.types])
        entries = [[*sorted(clients), rows + kind] for kind, clients in keys]
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = np.cumsum([0, *map(len, entries)]).astype(np.int32)
        matrix.index_ = np.array([row for own in entries for row in own], dtype=np.int32)
        matrix.value_ = np.ones(len(matrix.index_))
        return programme


def _solver(seconds: float | None) -> highspy.Highs:
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_max_nodes", _MOST_NODES)
    solver.setOptionValue("mip_rel_gap", _GAP)
    if seconds is not None:
        solver.setOptionValue("time_limit", seconds)
    return solver


def _clients(route: Route) -> frozenset[int]:
    return frozenset(a.client for a in route.activities if a.client is not None)

"""Which plans the search goes on from: those that are better, and some that are worse."""

from __future__ import annotations

import math
from typing import Protocol

import pyvrp

# How much worse a plan may be at the end, in mean costs of a visit.
_COLD = 0.003


class Acceptance(Protocol):
    """Whether to go on from a plan that was found; it is asked once for each."""

    def accepts(
        self,
        found: pyvrp.Solution,
        current: pyvrp.Solution,
        evaluator: pyvrp.CostEvaluator,
        progress: float,
        /,
    ) -> bool:
        """Answer for a plan beside the one at hand, at a share of the search, 0 to 1."""


class Cooling:
    """Simulated annealing (Kirkpatrick et al. 1983, doi:10.1126/science.220.4598.671).

    It is cold when the search ends, however short that is. `unit` is the mean cost of a visit, and
    `heat` how many of them a plan may be worse at the beginning.
    """

    def __init__(self, unit: float, heat: float, random: pyvrp.RandomNumberGenerator) -> None:
        self.unit = unit
        self.heat = heat
        self.random = random

    def accepts(
        self,
        found: pyvrp.Solution,
        current: pyvrp.Solution,
        evaluator: pyvrp.CostEvaluator,
        progress: float,
        /,
    ) -> bool:
        """Accept what is better, and what is worse the less often the worse and the later it is."""
        temperature = self.unit * self.heat * (_COLD / self.heat) ** min(progress, 1.0)
        worse = evaluator.penalised_cost(found) - evaluator.penalised_cost(current)
        return bool(worse < -temperature * math.log(max(self.random.rand(), 1e-12)))


class LateAcceptance:
    """Late acceptance (Burke & Bykov 2017, doi:10.1016/j.ejor.2016.07.012), as in PyVRP.

    `length` is how far back a plan is compared; before that, with `first`.
    """

    def __init__(self, length: int, first: pyvrp.Solution) -> None:
        self.length = length
        self.first = first
        self.history: list[pyvrp.Solution] = []
        self.slot = 0

    def accepts(
        self,
        found: pyvrp.Solution,
        current: pyvrp.Solution,
        evaluator: pyvrp.CostEvaluator,
        _progress: float,
        /,
    ) -> bool:
        """Accept what is better than the plan at hand, or than the one that long ago."""
        cost, now = evaluator.penalised_cost(found), evaluator.penalised_cost(current)
        full = len(self.history) == self.length
        late = evaluator.penalised_cost(self.history[self.slot] if full else self.first)
        taken = cost < late or cost < now
        if not full:
            self.history.append(found if taken else current)
        elif (cost if taken else now) < late:
            self.history[self.slot] = found if taken else current
        self.slot = (self.slot + 1) % self.length
        return taken

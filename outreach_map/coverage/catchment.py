"""Floating catchment areas: supply shared out among the people who can reach it.

Sources: 2SFCA Luo & Wang (2003), doi:10.1068/b29120; E2SFCA Luo & Qi (2009),
doi:10.1016/j.healthplace.2009.06.002; 3SFCA Wan, Zou & Sternberg (2012),
doi:10.1080/13658816.2011.624987. Figures agree with the PySAL project `access`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

Decay = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Weights = Mapping[float, float] | Decay

# Upper bounds in seconds on foot. The published steps are those of clinics by car, 10, 20, 30 and
# 60 minutes; on foot the unit is ten minutes all the same (PySAL `access`).
ENHANCED_STEPS: Mapping[float, float] = MappingProxyType({600.0: 1.0, 1200.0: 0.68, 1800.0: 0.22})
THREE_STEPS: Mapping[float, float] = MappingProxyType(
    {600.0: 0.962, 1200.0: 0.704, 1800.0: 0.377, 3600.0: 0.042}
)


def two_step_fca(
    demand: ArrayLike, supply: ArrayLike, cost: ArrayLike, catchment: float
) -> NDArray[np.float64]:
    """Supply a head, shared equally within a catchment.

    Parameters
    ----------
    demand
        (places,) people.
    supply
        (points,) capacity.
    cost
        (places, points) from each place to each point; inf where there is no way.
    catchment
        Largest cost that counts, itself included.

    Returns
    -------
    (places,) accessibility. The sum of people x accessibility is the supply that anybody reaches.

    Raises
    ------
    ValueError
        When shapes do not fit, or demand or supply is negative.
    """
    return enhanced_two_step_fca(demand, supply, cost, {catchment: 1.0})


def enhanced_two_step_fca(
    demand: ArrayLike, supply: ArrayLike, cost: ArrayLike, weights: Weights
) -> NDArray[np.float64]:
    """Supply a head, where what lies farther counts less.

    `weights` maps upper bounds of cost (included) to weights, or is a function of an array of
    costs; other arguments, the sum rule and errors as in `two_step_fca`. The sum rule is checked on
    each call: ArithmeticError where rounding broke it.
    """
    people, capacity, weight = _checked(demand, supply, cost, weights)
    accessibility = _share(people, capacity, weight)
    shared, reached = people @ accessibility, capacity[people @ weight > 0].sum()
    if not np.isclose(shared, reached, rtol=1e-6, atol=0.0):
        raise ArithmeticError("people x accessibility does not add up to the supply reached")
    return accessibility


def gaussian_decay(catchment: float) -> Decay:
    """Weights that fall from 1 at no cost to 0 at the catchment, as a bell.

    Source: Dai (2010), doi:10.1016/j.healthplace.2010.06.012.

    Examples
    --------
    >>> gaussian_decay(600.0)(np.array([0.0, 300.0, 600.0, 601.0])).round(3).tolist()
    [1.0, 0.701, 0.0, 0.0]
    """
    if not catchment > 0:
        raise ValueError("a catchment is above 0")
    edge = np.exp(-0.5)

    def decay(cost: NDArray[np.float64]) -> NDArray[np.float64]:
        bell = (np.exp(-0.5 * (cost / catchment) ** 2) - edge) / (1.0 - edge)
        return np.where(cost <= catchment, np.maximum(bell, 0.0), 0.0)

    return decay


def three_step_fca(
    demand: ArrayLike,
    supply: ArrayLike,
    cost: ArrayLike,
    weights: Weights,
    *,
    choice: Weights | None = None,
) -> NDArray[np.float64]:
    """As `enhanced_two_step_fca`, with people choosing among the points.

    Each place's demand is shared out over the points first, so that points near each other do not
    each count the same people whole. `choice` gives the weights of that share where they differ
    from `weights`: a decay without a limit lets points beyond the catchment draw people off, as
    `access` has it; other arguments and errors as in `two_step_fca`.
    """
    people, capacity, weight = _checked(demand, supply, cost, weights)
    pull = weight if choice is None else _checked(demand, supply, cost, choice)[2]
    drawn = pull.sum(axis=1, keepdims=True)
    share = np.divide(pull, drawn, out=np.zeros_like(pull), where=drawn > 0)
    return _share(people, capacity, share * weight)


def _share(
    people: NDArray[np.float64], capacity: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Supply over weighted demand at each point, and the weighted sum of that at each place."""
    pressed = people @ weight
    a_head = np.divide(capacity, pressed, out=np.zeros_like(capacity), where=pressed > 0)
    accessibility: NDArray[np.float64] = weight @ a_head
    return accessibility


def _checked(
    demand: ArrayLike, supply: ArrayLike, cost: ArrayLike, weights: Weights
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    people = np.asarray(demand, dtype=np.float64)
    capacity = np.asarray(supply, dtype=np.float64)
    costs = np.asarray(cost, dtype=np.float64)
    if costs.shape != (len(people), len(capacity)):
        raise ValueError("cost has one row for each place and one column for each point")
    numbers = np.isfinite(people).all() and np.isfinite(capacity).all()
    if not numbers or (people < 0).any() or (capacity < 0).any() or np.isnan(costs).any():
        raise ValueError("demand and supply are numbers from 0, and costs are numbers")
    if callable(weights):
        # A function sees only costs of ways that exist.
        finite = np.isfinite(costs)
        weight = np.zeros_like(costs)
        weight[finite] = weights(costs[finite])
    else:
        weight = np.zeros_like(costs)
        for bound, value in sorted(weights.items(), reverse=True):
            weight[costs <= bound] = value
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("weights are numbers from 0")
    return people, capacity, weight

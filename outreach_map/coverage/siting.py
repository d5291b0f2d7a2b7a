"""Where new points would serve most: covering and median problems, solved to a proof.

Sources: LSCP Toregas et al. (1971), doi:10.1287/opre.19.6.1363; MCLP Church & ReVelle (1974),
doi:10.1007/BF01942293; p-median and p-center Hakimi (1964), doi:10.1287/opre.12.3.450. The models
are those of spopt, the solver is HiGHS; on one thread, so that the same input gives the same sites.
A place that no candidate reaches is never dropped in silence: it is listed, and an objective that
would have to count it is inf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Siting:
    """The answer to a siting problem.

    Attributes
    ----------
    sites
        Columns of the cost matrix at which to open, ascending; columns that were fixed are not
        among them.
    objective
        What was optimised, counted on the costs that were given; inf where it would have to count
        a place that nothing reaches.
    proven
        Whether the solver proved that no choice is better (to a gap of 0).
    unreached
        Rows that neither a site nor a fixed column reaches, ascending.
    """

    sites: tuple[int, ...]
    objective: float
    proven: bool
    unreached: tuple[int, ...] = ()


def lscp(
    cost: ArrayLike,
    standard: float,
    *,
    fixed: Sequence[int] = (),
    demand: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    seconds: float | None = None,
) -> Siting:
    """Fewest sites that bring every place within the standard (location set covering).

    Parameters
    ----------
    cost
        (places, candidates) from each place to each candidate; inf where there is no way.
    standard
        Largest cost that counts as reached, itself included.
    fixed
        Columns that are open already.
    demand, capacity
        (places,) people and (candidates,) how many each can serve; with both, each place's people
        are shared out over sites within the standard and no site serves more than it can.
    seconds
        Stop the search after so long; the best answer until then is not proven.

    Returns
    -------
    Siting
        `objective` is the number of sites to open; inf where a place is beyond the standard of
        every candidate, and the sites then cover all the others.

    Raises
    ------
    ValueError
        When arrays do not fit, are no numbers, or all capacity together is too little.
    """
    costs, _ = _checked(cost, None, standard)
    opened = _fixed(fixed, costs)
    near = np.asarray((costs <= standard).any(axis=1))
    limits = None if capacity is None else _numbers(capacity, costs.shape[1], "capacity")
    people = None if demand is None else _numbers(demand, len(costs), "demand")
    if (limits is None) != (people is None):
        raise ValueError("demand and capacity go together")
    sites, proven = opened, True
    if near.any():
        sites, proven = _cover_all(
            costs[near], standard, opened, None if people is None else people[near], limits, seconds
        )
    new = _new(sites, opened)
    objective = float(len(new)) if near.all() else np.inf
    return Siting(new, objective, proven, _beyond(costs, sites, standard))


def _cover_all(
    costs: NDArray[np.float64],
    standard: float,
    opened: tuple[int, ...],
    people: NDArray[np.float64] | None,
    limits: NDArray[np.float64] | None,
    seconds: float | None,
) -> tuple[tuple[int, ...], bool]:
    """Sites, the open ones among them, that cover places which all can be covered."""
    # Here and below, since spopt takes two seconds to load.
    from spopt.locate import LSCP

    model = LSCP.from_cost_matrix(
        costs,
        standard,
        predefined_facilities_arr=_predefined(opened, costs),
        demand_quantity_arr=people,
        facility_capacity_arr=limits,
    )
    return _solve(model, seconds)


def mclp(
    cost: ArrayLike,
    demand: ArrayLike,
    standard: float,
    p: int,
    *,
    fixed: Sequence[int] = (),
    capacity: ArrayLike | None = None,
    seconds: float | None = None,
) -> Siting:
    """Sites that bring most people within the standard (maximal covering location).

    Parameters
    ----------
    cost, standard, fixed, seconds
        As in `lscp`.
    demand
        (places,) people, or any other weight from 0.
    p
        How many to open, the fixed ones not counted; fewer where there are not so many candidates.
    capacity
        (candidates,) how many each can serve; a place then counts only if all its people are served
        by sites within the standard, and may be shared between them.

    Returns
    -------
    Siting
        `objective` is the demand that is reached, with that of the fixed columns.

    Raises
    ------
    ValueError
        When arrays do not fit or are no numbers, or `p` is below 0.
    """
    from spopt.locate import MCLP

    costs, people = _checked(cost, demand, standard)
    opened = _fixed(fixed, costs)
    total = _total(p, opened, costs)
    limits = None if capacity is None else _numbers(capacity, costs.shape[1], "capacity")
    if not len(costs) or not total:
        return Siting((), 0.0, True, tuple(range(len(costs))))
    # A place without people or candidates decides nothing.
    rows = np.flatnonzero((costs <= standard).any(axis=1) & (people > 0))
    if not len(rows):
        first = [column for column in range(costs.shape[1]) if column not in opened]
        sites = tuple(sorted((*opened, *first[: total - len(opened)])))
        return Siting(_new(sites, opened), 0.0, True, _beyond(costs, sites, standard))
    model = MCLP.from_cost_matrix(
        costs[rows],
        people[rows],
        standard,
        p_facilities=total,
        predefined_facilities_arr=_predefined(opened, costs),
    )
    if limits is not None:
        _limit(model, people[rows], limits)
    sites, proven = _solve(model, seconds)
    if limits is None:
        reached = (costs[:, sites] <= standard).any(axis=1)
    else:
        reached = np.zeros(len(costs), dtype=bool)
        reached[rows] = [variable.value() > 0.5 for variable in model.cli_vars]
    missed = tuple(np.flatnonzero(~reached).tolist())
    return Siting(_new(sites, opened), float(people[reached].sum()), proven, missed)


def _limit(model: Any, people: NDArray[np.float64], limits: NDArray[np.float64]) -> None:
    """Add capacities to spopt's MCLP: people of a place are shared out over sites within reach.

    The capacitated form of Current & Storbeck (1988), doi:10.1068/b150153.
    """
    import pulp

    shares: dict[int, list[Any]] = {}
    loads: dict[int, list[Any]] = {}
    for row, column in zip(*np.nonzero(model.aij), strict=True):
        share = pulp.LpVariable(f"s[{row}_{column}]", lowBound=0, upBound=1)
        model.problem += share <= model.fac_vars[column]
        shares.setdefault(int(row), []).append(share)
        loads.setdefault(int(column), []).append(float(people[row]) * share)
    for row, own in shares.items():
        model.problem += pulp.lpSum(own) >= model.cli_vars[row]
    for column, load in loads.items():
        model.problem += pulp.lpSum(load) <= float(limits[column]) * model.fac_vars[column]


def p_median(
    cost: ArrayLike,
    demand: ArrayLike,
    p: int,
    *,
    fixed: Sequence[int] = (),
    seconds: float | None = None,
) -> Siting:
    """Sites with the least total of people x cost to the nearest (p-median).

    Arguments and errors as in `mclp`. Where not everybody can be reached at all, the sites first
    reach as many as they can, and then at the least cost.

    Returns
    -------
    Siting
        `objective` is the total; inf where people are left whom nothing reaches.
    """
    from spopt.locate import PMedian

    costs, people = _checked(cost, demand, None)
    opened = _fixed(fixed, costs)
    total = _total(p, opened, costs)
    rows, first = _reachable(costs, people, total - len(opened), opened, seconds)
    sites, proven = first
    if len(rows) and total:
        finite = np.isfinite(costs[rows])
        model = PMedian.from_cost_matrix(
            np.where(finite, costs[rows], 0.0),
            people[rows],
            p_facilities=total,
            predefined_facilities_arr=_predefined(opened, costs),
        )
        for row, column in zip(*np.nonzero(~finite), strict=True):
            model.cli_assgn_vars[row, column].upBound = 0
        found, optimal = _solve(model, seconds)
        sites, proven = found, optimal and proven
    nearest = _nearest(costs, sites)
    counted = people > 0
    objective = float((people[counted] * nearest[counted]).sum())
    return Siting(_new(sites, opened), objective, proven, _beyond(costs, sites, None))


def p_center(
    cost: ArrayLike,
    p: int,
    *,
    fixed: Sequence[int] = (),
    seconds: float | None = None,
) -> Siting:
    """Sites with the least cost from the worst-served place (p-center).

    By the smallest standard that p sites can keep everywhere, searched for among the costs: Minieka
    (1970), doi:10.1137/1012016. Each standard is a set covering problem, which is much easier than
    the p-center model itself. Arguments and errors as in `mclp`.

    Returns
    -------
    Siting
        `objective` is the largest cost from a place to its nearest site; inf where a place is left
        that nothing reaches, and the sites then serve the others best.
    """
    costs, _ = _checked(cost, None, None)
    opened = _fixed(fixed, costs)
    new = _total(p, opened, costs) - len(opened)
    rows, (sites, proven) = _reachable(costs, np.ones(len(costs)), new, opened, seconds)
    if len(rows) and sites:
        own = costs[rows]
        # No standard below what the best site gives the worst-served place can be kept.
        least, most = own.min(axis=1).max(), _nearest(own, sites).max()
        standards = np.unique(own[(own >= least) & (own <= most)])
        low, high = 0, len(standards) - 1
        while low < high:
            middle = (low + high) // 2
            found = lscp(own, standards[middle], fixed=opened, seconds=seconds)
            proven = proven and found.proven
            if len(found.sites) <= new:
                high, sites = middle, tuple(sorted((*opened, *found.sites)))
            else:
                low = middle + 1
    sites = _filled(costs, sites, new + len(opened))
    nearest = _nearest(costs, sites)
    objective = float(nearest.max()) if len(costs) else 0.0
    return Siting(_new(sites, opened), objective, proven, _beyond(costs, sites, None))


def _filled(costs: NDArray[np.float64], sites: tuple[int, ...], total: int) -> tuple[int, ...]:
    """More sites, where the worst-served place needs fewer: each where it saves others most."""
    finite = np.where(np.isfinite(costs), costs, 2 * costs[np.isfinite(costs)].max(initial=0.0))
    while len(sites) < total:
        nearest = finite[:, list(sites)].min(axis=1, initial=np.inf)
        left = np.minimum(finite, nearest[:, None]).sum(axis=0)
        left[list(sites)] = np.inf
        sites = tuple(sorted((*sites, int(np.argmin(left)))))
    return sites


def _reachable(
    costs: NDArray[np.float64],
    people: NDArray[np.float64],
    new: int,
    opened: tuple[int, ...],
    seconds: float | None,
) -> tuple[NDArray[np.int64], tuple[tuple[int, ...], bool]]:
    """Rows to serve, and sites that reach them: all that any choice of so many sites can reach."""
    counted = (people > 0) & np.isfinite(costs).any(axis=1)
    rows = np.flatnonzero(counted)
    if not len(rows):
        rest = [column for column in range(costs.shape[1]) if column not in opened]
        return rows, (tuple(sorted((*opened, *rest[:new]))), True)
    farthest = float(costs[np.isfinite(costs)].max())
    first = mclp(costs, people, farthest, new, fixed=opened, seconds=seconds)
    sites = tuple(sorted((*opened, *first.sites)))
    reached = np.isfinite(_nearest(costs, sites))
    return np.flatnonzero(counted & reached), (sites, first.proven)


def _solve(model: Any, seconds: float | None) -> tuple[tuple[int, ...], bool]:
    """Columns that are open in the best solution, and whether it is proven."""
    import pulp

    solver = pulp.HiGHS(msg=False, gapRel=0.0, gapAbs=0.0, threads=1, timeLimit=seconds)
    model.problem.solve(solver)
    status = model.problem.sol_status
    if status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise ValueError("no choice of sites keeps these limits, or the time was too short")
    sites = tuple(
        column for column, variable in enumerate(model.fac_vars) if variable.value() > 0.5
    )
    return sites, status == pulp.LpSolutionOptimal


def _checked(
    cost: ArrayLike, demand: ArrayLike | None, standard: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    costs = np.asarray(cost, dtype=np.float64)
    if costs.ndim != 2 or np.isnan(costs).any() or (costs < 0).any():
        raise ValueError("cost is numbers from 0, a row for each place, a column a candidate")
    if standard is not None and not standard >= 0:
        raise ValueError("the standard is a cost from 0")
    people = np.ones(len(costs)) if demand is None else _numbers(demand, len(costs), "demand")
    return costs, people


def _numbers(values: ArrayLike, count: int, name: str) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (count,) or not np.isfinite(numbers).all() or (numbers < 0).any():
        raise ValueError(f"{name} is {count} numbers from 0")
    return numbers


def _fixed(fixed: Sequence[int], costs: NDArray[np.float64]) -> tuple[int, ...]:
    opened = tuple(sorted({int(column) for column in fixed}))
    if opened and not 0 <= opened[0] <= opened[-1] < costs.shape[1]:
        raise ValueError("fixed names columns of cost")
    return opened


def _total(p: int, opened: tuple[int, ...], costs: NDArray[np.float64]) -> int:
    """Sites in all, fixed ones and new ones; no more than there are."""
    if p < 0:
        raise ValueError("p is how many sites to open, from 0")
    return min(p + len(opened), int(costs.shape[1]))


def _predefined(opened: tuple[int, ...], costs: NDArray[np.float64]) -> NDArray[np.int64] | None:
    if not opened:
        return None
    marks = np.zeros(costs.shape[1], dtype=np.int64)
    marks[list(opened)] = 1
    return marks


def _new(sites: tuple[int, ...], opened: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(site for site in sites if site not in opened)


def _nearest(costs: NDArray[np.float64], sites: tuple[int, ...]) -> NDArray[np.float64]:
    nearest: NDArray[np.float64] = costs[:, list(sites)].min(axis=1, initial=np.inf)
    return nearest


def _beyond(
    costs: NDArray[np.float64], sites: tuple[int, ...], standard: float | None
) -> tuple[int, ...]:
    """Rows that no site reaches within the standard; without one, at all."""
    nearest = _nearest(costs, sites)
    reached = np.isfinite(nearest) if standard is None else nearest <= standard
    return tuple(np.flatnonzero(~reached).tolist())

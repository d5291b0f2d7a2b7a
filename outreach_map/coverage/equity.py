"""How unequal a measure is over places or groups; never over peers or teams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Gini coefficient: 0 when all are equal, towards 1 when one has everything.

    Parameters
    ----------
    values
        (n,) at least 0.
    weights
        (n,) people behind each value; one each without.

    Returns
    -------
    Half the relative mean absolute difference; 0 where the values sum to 0.

    Raises
    ------
    ValueError
        When there is no value, a value or weight is negative or not a number, or no weight is
        above 0.

    Examples
    --------
    >>> gini([1, 2, 3, 4]), gini([0, 0, 0, 1]), gini([5, 5])
    (0.25, 0.75, 0.0)
    """
    value, weight = _checked(values, weights)
    total = float((value * weight).sum())
    if total == 0:
        return 0.0
    # In ascending order, each value's differences to all smaller ones come from running sums.
    order = np.argsort(value, kind="stable")
    value, weight = value[order], weight[order]
    people, holdings = np.cumsum(weight) - weight, np.cumsum(weight * value) - weight * value
    differences = float((weight * (value * people - holdings)).sum())
    return max(differences, 0.0) / (float(weight.sum()) * total)


def theil(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Theil's T: 0 when all are equal, the logarithm of n when one has everything.

    Arguments and errors as in `gini`.

    Examples
    --------
    >>> round(theil([1, 2, 3, 4]), 6)
    0.10644
    """
    value, weight = _checked(values, weights)
    mean = float((value * weight).sum() / weight.sum())
    if mean == 0:
        return 0.0
    relative = value[value > 0] / mean
    return float((weight[value > 0] * relative * np.log(relative)).sum() / weight.sum())


def theil_parts(
    values: ArrayLike, groups: Sequence[str], weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Theil's T parted into what lies between groups and what lies within them.

    Source: Shorrocks (1980), doi:10.2307/1913126.

    Parameters
    ----------
    values, weights
        As in `gini`.
    groups
        (n,) name of the group of each value.

    Returns
    -------
    (between, within), which add up to `theil` of all.

    Examples
    --------
    >>> [round(part, 6) for part in theil_parts([1, 1, 3, 3], ["a", "a", "b", "b"])]
    [0.130812, 0.0]
    """
    value, weight = _checked(values, weights)
    if len(groups) != len(value):
        raise ValueError("one group for each value, and one weight")
    _, member = np.unique(np.asarray(groups), return_inverse=True)
    people = np.bincount(member, weight)
    holdings = np.bincount(member, weight * value)
    if not holdings.sum():
        return 0.0, 0.0
    some = people > 0
    means = np.divide(holdings, people, out=np.zeros_like(people), where=some)
    between = theil(means[some], people[some])
    parts = [
        holdings[group] / holdings.sum() * theil(value[member == group], weight[member == group])
        for group in np.flatnonzero(some)
    ]
    return between, float(sum(parts))


def _checked(
    values: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    value = np.asarray(values, dtype=np.float64)
    weight = np.ones_like(value) if weights is None else np.asarray(weights, dtype=np.float64)
    if value.ndim != 1 or value.shape != weight.shape or not len(value):
        raise ValueError("one weight for each value, and at least one value")
    numbers = np.isfinite(value).all() and np.isfinite(weight).all()
    if not numbers or (value < 0).any() or (weight < 0).any() or weight.sum() == 0:
        raise ValueError("values and weights are numbers from 0, and some weight is above it")
    return value, weight

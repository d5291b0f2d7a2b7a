"""How unequal a measure is over places or groups; never over peers or teams."""

from __future__ import annotations

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

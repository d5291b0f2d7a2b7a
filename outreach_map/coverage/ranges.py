"""Numbers that are known as a range: a least, a middle and a most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from outreach_map.tables import Band, Hotspot


@dataclass(frozen=True)
class Range:
    """A least, a middle and a most; `high` is inf where there is no upper end.

    Examples
    --------
    >>> Range(10, 18, 25) + Range(0, 5, 10)
    Range(low=10, mid=23, high=35)
    >>> Range(10, 20, 30).over(Range(40, 50, 60))
    Range(low=0.16666666666666666, mid=0.4, high=0.75)
    """

    low: float
    mid: float
    high: float

    def __post_init__(self) -> None:
        """Reject a range out of order or below 0 (ValueError)."""
        if not 0 <= self.low <= self.mid <= self.high:
            raise ValueError("a range runs from a low by a middle to a high number from 0")

    @classmethod
    def of(cls, band: Band, factor: float = 1.0) -> Range:
        """The numbers of a band, each times a factor."""
        high = np.inf if band.high is None else band.high * factor
        return cls(band.low * factor, band.mid * factor, high)

    def __add__(self, other: Range) -> Range:
        """Sum of two: least and least, most and most."""
        return Range(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def times(self, factor: float) -> Range:
        """Each end times a factor."""
        return Range(self.low * factor, self.mid * factor, self.high * factor)

    def over(self, whole: Range) -> Range:
        """A part over a whole, whatever both are; inf where the whole may be 0."""
        ends = (
            0.0 if np.isinf(whole.high) or not self.low else self.low / whole.high,
            _divided(self.high, whole.low),
        )
        return Range(ends[0], min(max(_divided(self.mid, whole.mid), ends[0]), ends[1]), ends[1])

    def capped(self, most: float = 1.0) -> Range:
        """No end above a number."""
        return Range(min(self.low, most), min(self.mid, most), min(self.high, most))


NOTHING = Range(0.0, 0.0, 0.0)
ANY_SHARE = Range(0.0, 0.5, 1.0)


def _divided(part: float, whole: float) -> float:
    if not part:
        return 0.0
    return part / whole if whole else np.inf


def total(ranges: Iterable[Range]) -> Range:
    """Sum of ranges.

    >>> total([Range(1, 2, 3), Range(1, 1, 1)])
    Range(low=2.0, mid=3.0, high=4.0)
    """
    whole = NOTHING
    for one in ranges:
        whole += one
    return whole


def people_of(hotspot: Hotspot) -> Range | None:
    """People at a hotspot: best estimate between the ends of its estimate; None where unknown.

    There is somebody, or it would be no hotspot.
    """
    whole = hotspot.people_range
    if hotspot.people is None or whole is None:
        return None
    mid = max(hotspot.people.mid, 1.0)
    return Range(max(whole.low, 1), mid, np.inf if whole.high is None else max(whole.high, mid))


def share_of(held: Sequence[tuple[Range, Range]]) -> Range:
    """Weighted mean of shares, (weight, share) each, as a range."""
    low, high = weighted_share(
        [weight.low for weight, _ in held],
        [weight.high for weight, _ in held],
        [share.low for _, share in held],
        [share.high for _, share in held],
    )
    mids = np.array([weight.mid for weight, _ in held])
    mid = float(mids @ [share.mid for _, share in held]) / float(mids.sum())
    return Range(low, min(max(mid, low), high), high)


def weighted_share(
    weights_low: ArrayLike,
    weights_high: ArrayLike,
    holds_low: ArrayLike,
    holds_high: ArrayLike,
) -> tuple[float, float]:
    """Least and greatest weighted mean of shares, whatever weights and shares are in their ranges.

    Parameters
    ----------
    weights_low, weights_high
        (n,) ends of each weight, above 0; the high one may be inf.
    holds_low, holds_high
        (n,) ends of each share, 0 to 1.

    Returns
    -------
    (low, high). A weighted mean is least with the large weights on the small shares: of n ways to
    part the shares in order, the best is taken.

    Examples
    --------
    >>> weighted_share([1, 1], [3, 3], [0, 1], [0, 1])
    (0.25, 0.75)
    """
    low = _least_mean(weights_low, weights_high, holds_low)
    high = 1.0 - _least_mean(weights_low, weights_high, 1.0 - np.asarray(holds_high, float))
    # Sums of the same numbers in another order may part by the last bit.
    return min(low, high, 1.0), high


def _least_mean(low: ArrayLike, high: ArrayLike, shares: ArrayLike) -> float:
    share = np.asarray(shares, dtype=np.float64)
    if not len(share):
        return 0.0
    order = np.argsort(share, kind="stable")
    share = share[order]
    few, many = np.asarray(low, float)[order], np.asarray(high, float)[order]
    if np.isinf(many).any():
        # The mean may come as near as it likes to the least share of an unbounded weight.
        open_ended = float(share[np.isinf(many)].min())
        finite = np.where(np.isinf(many), few, many)
        return min(open_ended, _least_mean(few, finite, share))
    heavy = np.concatenate([[0.0], np.cumsum(many)])
    light = few.sum() - np.concatenate([[0.0], np.cumsum(few)])
    heavy_sum = np.concatenate([[0.0], np.cumsum(many * share)])
    light_sum = (few * share).sum() - np.concatenate([[0.0], np.cumsum(few * share)])
    return float(((heavy_sum + light_sum) / (heavy + light)).min())

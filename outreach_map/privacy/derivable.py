"""Whether a suppressed count of people follows from what a year of rounds says together.

Each round releases bands of the people met, and of the kits handed out, in the last 4, 13 and 52
weeks. Windows of two rounds overlap, so all of these constrain each other: each is a least and a
greatest difference of two running totals. For such a system the least and the greatest value of
every stretch of weeks are shortest paths in a graph with a node for each end of a week (Cormen et
al. 2022, Introduction to Algorithms, 22.4), and they are whole numbers. A suppressed count is safe
while the two are far apart.

Where they are not, the round's counts are left out, as in secondary suppression (Hundepool et al.
2012, doi:10.1002/9781118348239, chapter 4). Which rounds told theirs before does not matter: all of
them are taken to be known, so what is left out stays out until the year has passed.

That nobody was met, or that no kit was left, is said on purpose: it speaks of nobody. Such a nought
is a constraint on the rest, and no suppressed count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import NegativeCycleError, csgraph_from_dense, floyd_warshall

from outreach_map.intake import RawVisit
from outreach_map.privacy.bands import people_band
from outreach_map.privacy.visit_log import LOG_DAYS, PERIOD_DAYS, YEAR_DAYS, counted
from outreach_map.tables import Band, VisitLog

# A suppressed count of 0 to 10 that is known to within fewer than this is as good as published.
SAFE_WIDTH = 5.0
# The windows of rounds further apart than this have no week in common.
ROUNDS = YEAR_DAYS // 7 + 1

_PERIOD, _LOG, _YEAR = PERIOD_DAYS // 7, LOG_DAYS // 7, YEAR_DAYS // 7
WINDOWS = (_PERIOD, _LOG, _YEAR)
_WEEKS = ROUNDS - 1 + _YEAR


@dataclass(frozen=True, repr=False)
class Stretch:
    """What is told of the count in some weeks.

    `first` and `last` are ends of weeks, counted back from one day that all stretches share;
    `first` < `last`. The count is `least` to `most`; it is `suppressed` where it is a band of few.
    """

    first: int
    last: int
    least: float
    most: float
    suppressed: bool = False


@dataclass(frozen=True, repr=False)
class Broken:
    """That in one at least of some stretches, (first, last) each, nobody was met."""

    stretches: tuple[tuple[int, int], ...]


Told = Stretch | Broken


def widths(told: Sequence[Told]) -> list[float]:
    """How far apart the least and the greatest value of each suppressed count are.

    Counts that are said to be nought are left out. What contradicts itself was not made from one
    log, and counts as no width at all: nothing may be taken as safe then.
    """
    stretches = [one for one in told if isinstance(one, Stretch)]
    suppressed = [one for one in stretches if one.suppressed]
    if not suppressed:
        return []
    ends = sorted({end for one in stretches for end in (one.first, one.last)})
    at = {end: number for number, end in enumerate(ends)}
    # most[a, b]: the greatest that the running total at b may be above the one at a.
    most = np.full((len(ends), len(ends)), inf)
    np.fill_diagonal(most, 0.0)
    later = np.arange(len(ends) - 1)
    most[later + 1, later] = 0.0
    for one in stretches:
        a, b = at[one.first], at[one.last]
        most[a, b] = min(most[a, b], one.most)
        most[b, a] = min(most[b, a], -one.least)
    broken = [
        [(at[a], at[b]) for a, b in one.stretches]
        for one in told
        if isinstance(one, Broken) and all(a in at and b in at for a, b in one.stretches)
    ]
    try:
        most = _closed(most)
    except NegativeCycleError:
        return [-inf] * len(suppressed)
    while (nought := _nobody(most, broken)) is not None:
        # One limit more: each path may go by it.
        a, b = nought
        most = np.minimum(most, most[:, a, None] + most[None, b, :])
    if (np.diagonal(most) < 0).any():
        return [-inf] * len(suppressed)
    pairs = [(at[one.first], at[one.last]) for one in suppressed]
    return [float(most[a, b] + most[b, a]) for a, b in pairs if most[a, b] > 0]


def _closed(most: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shortest paths; a nought is a limit here, and no missing one."""
    found: NDArray[np.float64] = floyd_warshall(csgraph_from_dense(most, null_value=inf))
    return found


def _nobody(
    most: NDArray[np.float64], broken: Iterable[list[tuple[int, int]]]
) -> tuple[int, int] | None:
    """The one stretch of some that can have had nobody, where that is not known yet."""
    for stretches in broken:
        open_to = [(a, b) for a, b in stretches if -most[b, a] < 1]
        if len(open_to) == 1 and most[open_to[0]] > 0:
            return open_to[0]
    return None


def people_told(ago: int, log: VisitLog, covered: int) -> Iterator[Told]:
    """What a round so many weeks ago told of the people met; the log covered so many days then."""
    bands = (log.contacts_28d, log.contacts_91d, log.contacts_364d)
    yield from _banded(ago, bands)
    for weeks, every in ((_LOG, log.met_every_91d), (_YEAR, log.met_every_364d)):
        if every is not None:
            yield from _periods(ago, min(covered // 7, weeks), every)


def kits_told(ago: int, log: VisitLog) -> Iterator[Told]:
    """What a round so many weeks ago told of the kits handed out."""
    yield from _banded(ago, (log.naloxone_out_28d, log.naloxone_out_91d, log.naloxone_out_364d))
    if log.naloxone_left_91d is not None:
        least, most = (1.0, inf) if log.naloxone_left_91d else (0.0, 0.0)
        yield Stretch(ago, ago + _LOG, least, most)


def _banded(ago: int, bands: Iterable[Band | None]) -> Iterator[Stretch]:
    for weeks, band in zip(WINDOWS, bands, strict=True):
        if band is not None:
            most = inf if band.high is None else float(band.high)
            yield Stretch(ago, ago + weeks, float(band.low), most, band.low == 0)


def _periods(ago: int, weeks: int, every: bool) -> Iterator[Told]:
    ends = range(ago, ago + weeks - _PERIOD + 1, _PERIOD)
    if every:
        yield from (Stretch(end, end + _PERIOD, 1.0, inf) for end in ends)
    elif ends:
        yield Broken(tuple((end, end + _PERIOD) for end in ends))


def without_derivable(
    log: VisitLog, visits: Sequence[RawVisit], start: date, whole: int
) -> VisitLog:
    """A log without its counts of people, or of kits, where one would follow from a year of rounds.

    Parameters
    ----------
    log
        What the round would tell of a hotspot.
    visits
        All of the hotspot's visits.
    start
        First day of the round.
    whole
        Days before the round that the log of the programme covers, however many.
    """
    if _narrow(_year_told(visits, start, whole, "contacts")):
        log = replace(
            log, contacts_28d=None, contacts_91d=None, contacts_364d=None,
            met_every_91d=None, met_every_364d=None,
        )  # fmt: skip
    if _narrow(_year_told(visits, start, whole, "naloxone_out")):
        log = replace(
            log, naloxone_out_28d=None, naloxone_out_91d=None, naloxone_out_364d=None,
            naloxone_left_91d=None,
        )  # fmt: skip
    return log


def _narrow(told: Sequence[Told]) -> bool:
    # Where nothing tells of anybody, and of no nought, every suppressed count may be 0 to 10.
    if not any(isinstance(one, Stretch) and (one.least > 0 or one.most == 0) for one in told):
        return False
    return min(widths(told), default=inf) < SAFE_WIDTH


def _year_told(visits: Sequence[RawVisit], start: date, whole: int, field: str) -> list[Told]:
    """What a year of rounds tells of one count, were nothing left out of any of them."""
    sums, seen = np.zeros(_WEEKS + 1), np.zeros(_WEEKS + 1, np.int64)
    for visit in counted(visits, start):
        week, count = (start - visit.date).days - 1, getattr(visit, field)
        if count is not None and week < 7 * _WEEKS:
            sums[week // 7 + 1] += count
            seen[week // 7 + 1] += 1
    if not seen.any():
        return []
    total, number = sums.cumsum(), seen.cumsum()
    told: list[Told] = []
    for ago in range(ROUNDS):
        bands = [
            people_band(total[ago + weeks] - total[ago])
            if number[ago + weeks] > number[ago]
            else None
            for weeks in WINDOWS
        ]
        told += _banded(ago, bands)
        covered = max(whole // 7 - ago, 0)
        if field == "contacts":
            for weeks, band in zip(WINDOWS[1:], bands[1:], strict=True):
                if band is not None and band.low:
                    own = min(covered, weeks) // _PERIOD * _PERIOD
                    met = np.diff(total[ago : ago + own + 1 : _PERIOD]) > 0
                    told += _periods(ago, own, bool(met.all()))
        elif bands[1] is not None:
            some = total[ago + _LOG] > total[ago]
            told.append(Stretch(ago, ago + _LOG, *((1.0, inf) if some else (0.0, 0.0))))
    return told

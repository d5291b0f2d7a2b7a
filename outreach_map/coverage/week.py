"""The hours of a week as arrays: when things are open, and how long two are open together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from outreach_map.hours import Hours

Span = tuple[datetime, datetime]


@dataclass(frozen=True, eq=False, repr=False)
class Week:
    """The seven days from a round's Monday, cut wherever something opens or closes.

    Attributes
    ----------
    start
        Monday, midnight.
    cuts_s
        (s + 1,) seconds from `start`, ascending; segment i lies between cut i and cut i + 1.
    """

    start: datetime
    cuts_s: NDArray[np.float64]

    @classmethod
    def cut(cls, first: date, hours: Iterable[Hours], spans: Iterable[Span] = ()) -> Week:
        """A week in which these hours and spans begin and end at cuts."""
        start = datetime.combine(first, time())
        end = start + timedelta(days=7)
        moments = {start, end}
        for one in set(hours):
            moments.update(moment for window in one.windows(start, end) for moment in window)
        moments.update(min(max(moment, start), end) for span in spans for moment in span)
        return cls(start, np.array([(one - start).total_seconds() for one in sorted(moments)]))

    @property
    def end(self) -> datetime:
        """Monday a week later."""
        return self.start + timedelta(days=7)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """(s,) length of each segment."""
        return np.diff(self.cuts_s)

    def spans(self, spans: Iterable[Span]) -> NDArray[np.bool_]:
        """(s,) segments that lie in some of the spans."""
        inside = np.zeros(len(self.cuts_s) - 1, dtype=bool)
        for begin, end in spans:
            first, last = np.searchsorted(
                self.cuts_s,
                [(begin - self.start).total_seconds(), (end - self.start).total_seconds()],
            )
            inside[first:last] = True
        return inside

    def surely_open(self, hours: Sequence[Hours]) -> NDArray[np.bool_]:
        """(n, s) segments in which each is open."""
        rows = {one: self.spans(one.windows(self.start, self.end)) for one in set(hours)}
        return self._stacked([rows[one] for one in hours])

    def perhaps_open(self, hours: Sequence[Hours]) -> NDArray[np.bool_]:
        """(n, s) segments in which each may be open: any, where nobody wrote the hours down."""
        unsure = np.array([doubtful(one) for one in hours], dtype=bool)
        return np.asarray(self.surely_open(hours) | unsure[:, None])

    def _stacked(self, rows: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        return np.array(rows, dtype=bool).reshape(len(rows), len(self.cuts_s) - 1)


def doubtful(hours: Hours) -> bool:
    """Whether hours are missing, or say themselves that they are not sure ("10:00-12:00 unknown").

    >>> doubtful(Hours("")), doubtful(Hours("Sa 10:00-12:00 unknown")), doubtful(Hours("24/7"))
    (True, True, False)
    """
    return not hours.known or "unknown" in hours.text.lower()

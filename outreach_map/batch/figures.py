"""What a country is told of one programme: figures of a plan that its own pages show already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import combinations
from typing import Any

from outreach_map.coverage import ServiceSummary, Step
from outreach_map.publish import Plan

# West, south, east, north.
Bounds = tuple[float, float, float, float]
# Fewer hotspots are not told of, nor all but fewer: they would be known one by one.
FEWEST = 3


def told(part: int, whole: int) -> bool:
    """Whether a part of a programme's hotspots may be told of: neither it nor the rest is few.

    >>> told(0, 9), told(2, 9), told(5, 9), told(8, 9), told(9, 9)
    (True, False, True, False, True)
    """
    return not (0 < part < FEWEST or 0 < whole - part < FEWEST)


@dataclass(frozen=True)
class ServiceFigures:
    """One service in one programme.

    Attributes
    ----------
    service
        What is needed.
    hotspots
        How many need it; at least `FEWEST`.
    reached
        How many of those are surely reached in all of their area; None where few are, or all but
        few.
    low, mid, high
        Share of the people there who can get it, every step up to "acceptable" held; None where
        nobody counted people.
    """

    service: str
    hotspots: int
    reached: int | None
    low: float | None
    mid: float | None
    high: float | None


@dataclass(frozen=True)
class Figures:
    """One programme in one round.

    `bounds` are west, south, east, north of its study area; `hidden` says how many services are
    needed at too few hotspots to be told of, or at all but too few. A programme of `few` hotspots
    is named, and nothing else is told of it. `rules` is a digest of those of its released areas.
    """

    programme: str
    invented: bool
    bounds: Bounds = field(repr=False)
    hotspots: int
    shifts: int
    visits: int
    left_out: int
    need_met: tuple[float, float, float]
    services: tuple[ServiceFigures, ...]
    hidden: int
    rules: str = ""
    few: bool = False

    @classmethod
    def of(cls, plan: Plan, rules: str) -> Figures:
        """The figures of a plan that was made by these rules of the released areas."""
        west, south, east, north = plan.release.study_area.bounds
        tours = plan.routes.itineraries
        hotspots = len(plan.release.hotspots)
        if few := hotspots < FEWEST:
            hotspots, rows, tours = 0, [], ()
        else:
            rows = [_service(plan, row) for row in plan.coverage.summary]
        return cls(
            programme=plan.programme_name,
            invented=plan.invented,
            bounds=(round(west, 4), round(south, 4), round(east, 4), round(north, 4)),
            hotspots=hotspots,
            shifts=len(tours),
            visits=sum(len(tour.visits) for tour in tours),
            left_out=0 if few else sum(item.visits for item in plan.routes.left_out),
            need_met=(0.0, 0.0, 0.0) if few else _rounded(plan.routes.need_met),
            services=tuple(row for row in rows if told(row.hotspots, hotspots)),
            hidden=sum(not told(row.hotspots, hotspots) for row in rows),
            rules=sha256(rules.encode()).hexdigest()[:8],
            few=few,
        )

    def as_document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Figures:
        """From what `as_document` gave (KeyError, TypeError, ValueError where it did not)."""
        west, south, east, north = map(float, document["bounds"])
        low, mid, high = map(float, document["need_met"])
        fields = {
            **document,
            "bounds": (west, south, east, north),
            "need_met": (low, mid, high),
            "services": tuple(ServiceFigures(**row) for row in document["services"]),
        }
        return cls(**fields)


def crossing(cities: Sequence[Figures]) -> list[tuple[str, str]]:
    """Pairs of programmes over one town with areas by unlike rules.

    Laid over each other, their areas have parts that are smaller than either's rules allow; of
    areas by the same rules none does, since all are put together from the same squares.
    """
    return [
        (one.programme, other.programme)
        for one, other in combinations(cities, 2)
        if one.rules != other.rules and _meet(one.bounds, other.bounds)
    ]


def _meet(one: Bounds, other: Bounds) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


def _service(plan: Plan, row: ServiceSummary) -> ServiceFigures:
    share = next(
        (
            one.share
            for one in plan.coverage.cascade
            if one.service == row.service and one.step is Step.ACCEPTABLE
        ),
        None,
    )
    hotspots = row.reached + row.partly + row.not_reached + row.unknown
    low, mid, high = (
        (None, None, None) if share is None else _rounded((share.low, share.mid, share.high))
    )
    return ServiceFigures(
        service=row.service,
        hotspots=hotspots,
        reached=row.reached if told(row.reached, hotspots) else None,
        low=low,
        mid=mid,
        high=high,
    )


def _rounded(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    """Shares in whole percents: more digits would tell of what they are made of."""
    low, mid, high = (round(share, 2) for share in shares)
    return low, mid, high

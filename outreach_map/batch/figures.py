"""What a country is told of one programme: figures of a plan that its own pages show already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from outreach_map.coverage import ServiceSummary, Step
from outreach_map.publish import Plan

# A service that fewer hotspots of a programme need is not told of: it would be one place's.
FEWEST = 3


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
        How many of those are surely reached in all of their area.
    low, mid, high
        Share of the people there who can get it, every step up to "acceptable" held; None where
        nobody counted people.
    """

    service: str
    hotspots: int
    reached: int
    low: float | None
    mid: float | None
    high: float | None


@dataclass(frozen=True)
class Figures:
    """One programme in one round.

    `bounds` are west, south, east, north of its study area; `hidden` says how many services are
    needed at too few hotspots to be told of.
    """

    programme: str
    invented: bool
    bounds: tuple[float, float, float, float] = field(repr=False)
    hotspots: int
    shifts: int
    visits: int
    left_out: int
    need_met: tuple[float, float, float]
    services: tuple[ServiceFigures, ...]
    hidden: int

    @classmethod
    def of(cls, plan: Plan) -> Figures:
        """The figures of a plan."""
        west, south, east, north = plan.release.study_area.bounds
        rows = [_service(plan, row) for row in plan.coverage.summary]
        tours = plan.routes.itineraries
        return cls(
            programme=plan.programme_name,
            invented=plan.invented,
            bounds=(round(west, 4), round(south, 4), round(east, 4), round(north, 4)),
            hotspots=len(plan.release.hotspots),
            shifts=len(tours),
            visits=sum(len(tour.visits) for tour in tours),
            left_out=sum(item.visits for item in plan.routes.left_out),
            need_met=plan.routes.need_met,
            services=tuple(row for row in rows if row.hotspots >= FEWEST),
            hidden=sum(row.hotspots < FEWEST for row in rows),
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


def _service(plan: Plan, row: ServiceSummary) -> ServiceFigures:
    share = next(
        (
            one.share
            for one in plan.coverage.cascade
            if one.service == row.service and one.step is Step.ACCEPTABLE
        ),
        None,
    )
    return ServiceFigures(
        service=row.service,
        hotspots=row.reached + row.partly + row.not_reached + row.unknown,
        reached=row.reached,
        low=None if share is None else round(share.low, 4),
        mid=None if share is None else round(share.mid, 4),
        high=None if share is None else round(share.high, 4),
    )

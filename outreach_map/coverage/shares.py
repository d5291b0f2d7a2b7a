"""The cascade in people: for how many each step holds, with the range of what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from outreach_map.coverage.ranges import people_of, share_of
from outreach_map.coverage.rows import ServiceCoverage, Step, StepShare
from outreach_map.tables import Hotspot


def measure_cascade(
    hotspots: Sequence[Hotspot], rows: Sequence[ServiceCoverage]
) -> tuple[StepShare, ...]:
    """Share of the people who need a service for whom each step, and all before it, hold.

    Hotspots without an estimate of people are in no share. The range is that of what is not known
    (where in the area, hours, stock, languages, contact) and of the estimates of people together.
    """
    return tuple(_steps(hotspots, rows))


def _steps(hotspots: Sequence[Hotspot], rows: Sequence[ServiceCoverage]) -> Iterable[StepShare]:
    people = {hotspot.code: people_of(hotspot) for hotspot in hotspots}
    for service in sorted({row.service for row in rows}):
        own = [
            (weight, row)
            for row in rows
            if row.service == service and (weight := people[row.hotspot]) is not None
        ]
        for number, step in enumerate(Step):
            held = [
                (weight, hold) for weight, row in own if (hold := row.holds[number]) is not None
            ]
            if held:
                yield StepShare(service, step, share_of(held))

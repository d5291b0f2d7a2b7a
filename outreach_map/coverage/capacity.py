"""Capacity of the points a month for each person, by floating catchments on our walking times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outreach_map.coverage.catchment import (
    ENHANCED_STEPS,
    THREE_STEPS,
    enhanced_two_step_fca,
    gaussian_decay,
    three_step_fca,
    two_step_fca,
)
from outreach_map.coverage.ranges import people_of
from outreach_map.coverage.stages import Scene
from outreach_map.coverage.verdicts import offers


@dataclass(frozen=True)
class Capacity:
    """How much capacity a month of points that surely offer a service there is for each person.

    By the middles of the bands, from the anchors of the areas, so it compares places and is no
    count. Hotspots without an estimate and points without a capacity are left out.

    Attributes
    ----------
    service
        What for.
    hotspots, people
        Codes, and the middle of the people at each.
    two_step, enhanced, gaussian, three_step
        Capacity a person and month by 2SFCA within the standard, E2SFCA in steps and with a
        Gaussian decay over three times the standard, and 3SFCA.
    without_capacity
        How many points that offer it have no capacity written down.
    """

    service: str
    hotspots: tuple[str, ...]
    people: tuple[float, ...]
    two_step: tuple[float, ...]
    enhanced: tuple[float, ...]
    gaussian: tuple[float, ...]
    three_step: tuple[float, ...]
    without_capacity: int


def measure_capacity(scene: Scene, service: str, walk_s: float) -> Capacity | None:
    """Share out the capacity for a service; None where no point has one, or nobody needs it."""
    offering = np.flatnonzero(offers(scene.points, service).surely)
    known = [at for at in offering if scene.points[at].capacity_per_month is not None]
    needing = [
        (at, there.mid)
        for at, hotspot in enumerate(scene.hotspots)
        if service in hotspot.services and (there := people_of(hotspot)) is not None
    ]
    if not known or not needing:
        return None
    rows = [at for at, _ in needing]
    people = [count for _, count in needing]
    supply = [band.mid for at in known if (band := scene.points[at].capacity_per_month) is not None]
    cost = scene.walks.from_anchor_s[np.ix_(np.array(rows), np.array(known))]
    return Capacity(
        service=service,
        hotspots=tuple(scene.hotspots[at].code for at in rows),
        people=tuple(people),
        two_step=tuple(two_step_fca(people, supply, cost, walk_s).tolist()),
        enhanced=tuple(enhanced_two_step_fca(people, supply, cost, ENHANCED_STEPS).tolist()),
        gaussian=tuple(
            enhanced_two_step_fca(people, supply, cost, gaussian_decay(3 * walk_s)).tolist()
        ),
        three_step=tuple(three_step_fca(people, supply, cost, THREE_STEPS).tolist()),
        without_capacity=len(offering) - len(known),
    )

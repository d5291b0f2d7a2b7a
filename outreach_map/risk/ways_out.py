"""The way out of each stop: towards which safe place, how long, and how long if it is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from outreach_map.network import nearest_facility
from outreach_map.risk.area_streets import SNAP_M
from outreach_map.risk.city import City
from outreach_map.risk.flag import TimedStop
from outreach_map.risk.moments import Moment, moments_of
from outreach_map.risk.service_flags import Refuge, Services
from outreach_map.settings import RiskSettings
from outreach_map.tables import Mode, Release


@dataclass(frozen=True)
class WayOut:
    """On foot from a stop's released area to safety, at the time of the stop.

    Attributes
    ----------
    team, hotspot, begin
        Which stop.
    refuge
        The safe place nearest to the middle of the area.
    best_s
        Least and most seconds from anywhere in the area to a safe place, by the quickest way.
    blocked_s
        The most seconds if that way is blocked where this costs most; inf where it is the only one
        from a part of the area.
    """

    team: str
    hotspot: str
    begin: datetime
    refuge: Refuge
    best_s: tuple[float, float]
    blocked_s: float


def ways_out(
    release: Release, city: City, rules: RiskSettings, stops: Sequence[TimedStop]
) -> tuple[WayOut, ...]:
    """Ways out of the stops of a plan, in their order; none of a stop without a known way.

    What is computed is for the whole released area, so it says nothing of where in it the stop is
    (Malik, Mittal & Gupta 1989, doi:10.1016/0167-6377(89)90065-5; see `exit_times`).

    Raises
    ------
    KeyError
        When a stop is at no hotspot of the release.
    """
    services = Services(release, city, rules)
    found = (_way_out(services, city, moment) for moment in moments_of(release, stops))
    return tuple(way for way in found if way is not None)


def _way_out(services: Services, city: City, moment: Moment) -> WayOut | None:
    place = services.places[moment.hotspot]
    nodes = city.streets().nodes(place)
    if moment.team is None or moment.begin is None or not len(nodes):
        return None
    refuges = services.refuges(moment)
    # A place far from any street is no way out.
    at = city.walk.snap(np.array([one.lon_lat for one in refuges]).reshape(-1, 2), SNAP_M).node
    kept = np.flatnonzero(at >= 0)
    middle = int(city.walk.snap(np.array([place.anchor]), SNAP_M).node[0])
    exits = city.exits(services.nodes(Mode.WALK, np.array([one.lon_lat for one in refuges])))
    # A street that hangs together with no other is none that anybody comes out of on foot.
    nodes = nodes[np.isfinite(exits.best_s[nodes])]
    best, blocked = exits.best_s[nodes], exits.blocked_s[nodes]
    nearest = nearest_facility(city.walk, at[kept]).facility[middle] if middle >= 0 else -1
    if nearest < 0 or not len(nodes):
        return None
    return WayOut(
        moment.team,
        moment.hotspot,
        moment.begin,
        refuges[int(kept[nearest])],
        (float(best.min()), float(best.max())),
        float(blocked.max()),
    )

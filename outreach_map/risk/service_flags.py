"""Flags from services: how far it is to a safe place and to emergency care, by whom and when.

Safe places are points of the programme's kinds that are surely open then, hospitals, and the team's
own base. A point of which nobody knows whether it is open makes no place safe, but it makes an
answer unknown that would be no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from outreach_map.hours import OpenState
from outreach_map.language import phrase, sentences
from outreach_map.network import nearest_facility
from outreach_map.risk.area_streets import SNAP_M
from outreach_map.risk.city import City
from outreach_map.risk.flag import BY_MODE, SERVICES, Flag, FlagKind, told_range
from outreach_map.risk.mitigation import for_kind
from outreach_map.risk.moments import Moment
from outreach_map.settings import RiskSettings
from outreach_map.tables import Affects, Mode, Point, PointStatus, Rating, Release


def service_flags(
    release: Release, city: City, rules: RiskSettings, moments: Sequence[Moment]
) -> Iterable[Flag]:
    """Flags for every time at which somebody is at a hotspot."""
    if not len(city.care):
        yield Flag(
            FlagKind.FAR_FROM_CARE,
            Rating.UNKNOWN,
            Affects.BOTH,
            "",
            phrase(
                "There is no hospital in the street extract, so the way to emergency care is not "
                "known."
            ),
            phrase(
                "Ask where the nearest emergency department is, and take an extract that reaches "
                "it."
            ),
            SERVICES,
        )
    services = Services(release, city, rules)
    for moment in moments:
        yield from services.flags(moment)


class RefugeKind(StrEnum):
    """What makes a place safe."""

    HOSPITAL = "hospital"
    BASE = "base"
    POINT = "point"


@dataclass(frozen=True)
class Refuge:
    """A safe place at some time; `code` where it is a released point."""

    kind: RefugeKind
    lon_lat: tuple[float, float] = field(repr=False)
    code: str | None = None


class Services:
    """Finds the safe places of each time, and the minutes to them; each set once."""

    def __init__(self, release: Release, city: City, rules: RiskSettings) -> None:
        self.city, self.rules = city, rules
        self.places = {hotspot.code: hotspot.place for hotspot in release.hotspots}
        self.bases = {team.code: team.end.anchor for team in release.teams}
        self.points = [point for point in release.points if _is_safe(point, rules)]
        self._times: dict[tuple[Mode, bytes], NDArray[np.float64]] = {}

    def flags(self, moment: Moment) -> Iterable[Flag]:
        """Flags of one time."""
        place = self.places[moment.hotspot]
        nodes = self.city.streets(moment.mode).nodes(place)
        if not len(nodes):
            return
        if len(self.city.care):
            yield from self._far(
                moment, nodes, FlagKind.FAR_FROM_CARE, self.rules.care_min,
                self.city.care, self.city.care,
            )  # fmt: skip
        sure, maybe = self._safe(moment)
        yield from self._far(
            moment, nodes, FlagKind.FAR_FROM_SAFE, self.rules.safe_min, sure, maybe
        )
        yield from self._second_way(moment, sure)

    def refuges(self, moment: Moment) -> list[Refuge]:
        """Places that are surely safe then: hospitals, the team's own base, open points."""
        hospitals = [Refuge(RefugeKind.HOSPITAL, (lon, lat)) for lon, lat in self.city.care]
        base = self.bases.get(moment.team or "")
        bases = [] if base is None else [Refuge(RefugeKind.BASE, base)]
        points = [
            Refuge(RefugeKind.POINT, point.place.anchor, point.code)
            for point in self.points
            if _open_then(point, moment)
        ]
        return [*hospitals, *bases, *points]

    def _safe(self, moment: Moment) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(q, 2) degrees of places that are surely, and that may be, safe then."""
        sure = [refuge.lon_lat for refuge in self.refuges(moment)]
        maybe = [p.place.anchor for p in self.points if _open_then(p, moment) is None]
        return np.array(sure).reshape(-1, 2), np.array([*sure, *maybe]).reshape(-1, 2)

    def _far(
        self,
        moment: Moment,
        nodes: NDArray[np.int64],
        kind: FlagKind,
        limit_min: float,
        sure: NDArray[np.float64],
        maybe: NDArray[np.float64],
    ) -> Iterable[Flag]:
        time_s = self._to(moment.mode, sure)[nodes]
        low, high = float(time_s.min()), float(time_s.max())
        if high <= 60 * limit_min:
            return
        rating = Rating.MEDIUM if low > 60 * limit_min else Rating.LOW
        doubt = []
        if float(self._to(moment.mode, maybe)[nodes].max()) <= 60 * limit_min:
            rating = Rating.UNKNOWN
            doubt = [phrase("One nearer by may be open; nobody wrote down whether it is.")]
        said = _said_far(kind, low, high, BY_MODE[moment.mode])
        yield _flag(kind, rating, moment, sentences([said, *doubt]), high)

    def _second_way(self, moment: Moment, sure: NDArray[np.float64]) -> Iterable[Flag]:
        nodes = self.city.streets().nodes(self.places[moment.hotspot])
        exits = self.city.exits(self.nodes(Mode.WALK, sure))
        best, blocked = exits.best_s[nodes], exits.blocked_s[nodes]
        reached = np.isfinite(best)
        if not reached.any():
            return  # told by the way to a safe place
        best, blocked = best[reached], blocked[reached]
        long_ = blocked - best > 60 * self.rules.detour_min
        if not long_.any():
            return
        none = np.isinf(blocked)
        usual = told_range(float(best.min()), float(best.max()))
        if none.all():
            said = phrase(
                "To a safe place it is {time} on foot, and from all of the area there is no other "
                "way if that one is blocked.",
                time=usual,
            )
        elif none.any():
            said = phrase(
                "To a safe place it is {time} on foot, and from part of the area there is no other "
                "way if that one is blocked.",
                time=usual,
            )
        else:
            worst = told_range(float(blocked.max()), float(blocked.max()))
            said = phrase(
                "To a safe place it is {time} on foot; if that way is blocked, up to {worst}.",
                time=usual,
                worst=worst,
            )
        rating = Rating.MEDIUM if none.all() else Rating.LOW
        yield _flag(FlagKind.NO_SECOND_WAY, rating, moment, said, float(blocked.max()))

    def _to(self, mode: Mode, lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) seconds from every node of a mode to the nearest of some places."""
        nodes = self.nodes(mode, lon_lat)
        key = (mode, nodes.tobytes())
        if key not in self._times:
            network = self.city.networks[mode]
            self._times[key] = nearest_facility(network, nodes).travel_time_s
        return self._times[key]

    def nodes(self, mode: Mode, lon_lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Street nodes of a mode nearest to some places, each once; without those far from any."""
        found = self.city.networks[mode].snap(lon_lat, SNAP_M).node
        return np.unique(found[found >= 0])


def _said_far(kind: FlagKind, low_s: float, high_s: float, by: str) -> str:
    """How far it is to emergency care, or to a safe place, and how one goes."""
    care = kind is FlagKind.FAR_FROM_CARE
    if np.isinf(low_s):
        if care:
            return phrase("There is no way to a hospital {by} that is known to be open.", by=by)
        return phrase("There is no way to a safe place {by} that is known to be open.", by=by)
    time = told_range(low_s, high_s)
    if care:
        return phrase("A hospital is {time} away {by}.", time=time, by=by)
    return phrase("A safe place is {time} away {by}.", time=time, by=by)


def _is_safe(point: Point, rules: RiskSettings) -> bool:
    kinds = set(rules.safe_places)
    safe = point.type in kinds or not kinds.isdisjoint(point.services)
    return safe and point.status is not PointStatus.CLOSED


def _open_then(point: Point, moment: Moment) -> bool | None:
    """Whether a point is open while somebody is there; None where nobody knows."""
    if moment.begin is None or moment.end is None:
        return None if point.hours.text != "24/7" or point.status is not PointStatus.OPEN else True
    states = {point.hours.state(when) for when in (moment.begin, moment.end)}
    if OpenState.CLOSED in states:
        return False
    return None if OpenState.UNKNOWN in states or point.status is not PointStatus.OPEN else True


def _flag(kind: FlagKind, rating: Rating, moment: Moment, evidence: str, seconds: float) -> Flag:
    return Flag(
        kind,
        rating,
        Affects.BOTH,
        moment.hotspot,
        evidence,
        for_kind(kind),
        SERVICES,
        team=moment.team,
        when=moment.begin if moment.team else None,
        minutes=None if np.isinf(seconds) else seconds / 60,
    )

"""A problem in PyVRP's terms.

What PyVRP has no word for is expressed in those it has:

- a visit with several windows, and a break at one of several places, is a group of copies of which
  one may (must) be made; what a window costs is taken off its copy's prize;
- to do without a break is to be at the base once more: last, before the time for it is over, or
  first, when it has begun. Who stays at home is back early;
- a vehicle that may not make a visit meets a duration of `UNREACHABLE` on the way there. One that
  is on the road on another day needs no such wall, so that the shifts of a team share a profile;
- PyVRP's *distance* is exposure, so that its limit caps it over a whole shift; a load would be
  forgotten at each reload. Where a vehicle has a limit on metres, distance is metres. Its exposure
  is then priced as time on the way and off the prize of a stop, and capped by `pull`
  (`outreach_map.routing.search`);
- vehicles that differ in nothing but their number are one type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray

from outreach_map.routing.problem import UNREACHABLE, Client, RoutingProblem, Vehicle, Window
from outreach_map.routing.solution import ActivityKind

_NO_LIMIT = int(np.iinfo(np.int64).max)
_OPEN_DAY = (0, int(np.iinfo(np.int32).max))


@dataclass(frozen=True)
class _Copy:
    """What a PyVRP client stands for: a window of a client, or a place of a vehicle's break."""

    kind: ActivityKind
    place: int
    window: tuple[int, int]
    service_s: int
    client: int | None = None
    vehicle: int | None = None
    vehicles: frozenset[int] = frozenset()
    without_break: bool = False


# What a location is where it is no visit.
_BASE, _RELOAD, _BREAK, _FIRST_BREAK, _BACK_EARLY, _OUT_LATE = -1, -2, -3, -4, -5, -6
# A row of the matrices: place, who may go there, and how long a visit takes (or one of the above).
_Location = tuple[int, frozenset[int], int]
# Place, window (two), service, and whether it is a base or for reloads.
_Depot = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class _Profile:
    """One set of matrices: streets, which locations are open, and whether metres are limited."""

    profile: int
    allowed: tuple[bool, ...]
    limited: bool
    pull: float


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """PyVRP's data, and what its clients, depots and vehicle types stand for.

    `types[t]` are the vehicles of type t; `copies[c]` and `depots[d]` (place, window, service)
    are what client c and depot d are. `pull` is what a unit of exposure counts in metres, by type.
    """

    problem: RoutingProblem
    data: pyvrp.ProblemData
    copies: tuple[_Copy, ...]
    depots: tuple[tuple[int, int, int, int], ...]
    types: tuple[tuple[int, ...], ...]
    pull: Mapping[int, float]


def translate(problem: RoutingProblem, pull: Mapping[int, float] | None = None) -> Model:
    """Express a problem for PyVRP.

    Parameters
    ----------
    problem
        What to plan.
    pull
        For some vehicle types with a limit on metres, how many of them a unit of exposure counts
        for; then metres and exposure share one limit, which whoever keeps both keeps.
    """
    return _Translation(problem, pull or {}).model()


class _Translation:
    def __init__(self, problem: RoutingProblem, pull: Mapping[int, float]) -> None:
        self.problem = problem
        self.pull = pull
        self.copies: list[_Copy] = []
        self.clients: list[pyvrp.Client] = []
        self.groups: list[pyvrp.ClientGroup] = []
        self.locations: dict[_Location, int] = {}
        self.everyone = frozenset(range(len(problem.vehicles)))

    def model(self) -> Model:
        problem = self.problem
        bases = {vehicle.start for vehicle in problem.vehicles} | {v.end for v in problem.vehicles}
        for place in sorted(bases):
            self._location(place, self.everyone, _BASE)
        fills = {reload.place for vehicle in problem.vehicles for reload in vehicle.reloads}
        for place in sorted(fills):
            self._location(place, self.everyone, _RELOAD)
        for index, client in enumerate(problem.clients):
            self._add_client(index, client)
        for index, vehicle in enumerate(problem.vehicles):
            self._add_break(index, vehicle)
        depots: dict[_Depot, int] = {}
        profiles: dict[_Profile, int] = {}
        types: dict[Any, list[int]] = {}
        allowed = {
            index: tuple(index in who for _, who, _ in self.locations) for index in self.everyone
        }
        for index, vehicle in enumerate(problem.vehicles):
            # A break is a vehicle's own, so it has a type of its own.
            alike = (index,) if vehicle.pause is not None else (*_rules(vehicle), allowed[index])
            types.setdefault(alike, []).append(index)
        found = [
            self._vehicle_type(number, members, allowed[members[0]], depots, profiles)
            for number, members in enumerate(types.values())
        ]
        data = pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0) for _ in self.locations],
            clients=self.clients,
            depots=[
                pyvrp.Depot(self.locations[place, self.everyone, kind], early, late, service)
                for place, early, late, service, kind in depots
            ],
            vehicle_types=found,
            distance_matrices=[self._distance(key) for key in profiles],
            duration_matrices=[self._duration(key) for key in profiles],
            groups=self.groups,
        )
        return Model(
            problem,
            data,
            tuple(self.copies),
            tuple(depot[:4] for depot in depots),
            tuple(tuple(members) for members in types.values()),
            dict(self.pull),
        )

    def _location(self, place: int, who: frozenset[int], service_s: int) -> int:
        return self.locations.setdefault((place, who, service_s), len(self.locations))

    def _add_client(self, index: int, client: Client) -> None:
        # A window that costs more than the visit is worth is never taken.
        windows = [
            window
            for whole in client.windows
            for window in self._by_stop_price(client, whole)
            if client.required or window.penalty <= client.prize
        ]
        if not windows:
            return
        worth = max(window.penalty for window in windows) if client.required else client.prize
        alone = len(windows) == 1
        group = None if alone else len(self.groups)
        first = len(self.copies)
        # Weights of stops depend on how long one stays; without any, places are shared more.
        service_s = client.service_s if self.problem.stop_weights else 0
        for window in windows:
            self.clients.append(
                pyvrp.Client(
                    self._location(client.place, self._who(client, window), service_s),
                    delivery=list(client.delivery),
                    service_duration=client.service_s,
                    tw_early=window.early_s,
                    tw_late=window.late_s,
                    release_time=client.release_s,
                    prize=0 if alone and client.required else worth - window.penalty,
                    required=alone and client.required,
                    group=group,
                )
            )
            self.copies.append(
                _Copy(
                    ActivityKind.VISIT,
                    client.place,
                    (window.early_s, window.late_s),
                    client.service_s,
                    client=index,
                    vehicles=window.vehicles,
                )
            )
        if not alone:
            members = list(range(first, len(self.copies)))
            self.groups.append(pyvrp.ClientGroup(members, required=client.required))

    def _by_stop_price(self, client: Client, window: Window) -> list[Window]:
        """A window for vehicles that are limited in metres apart: their stops cost by the prize."""
        problem = self.problem
        by_price: dict[int, set[int]] = {}
        for index in window.vehicles:
            vehicle = problem.vehicles[index]
            price = 0
            if problem.stop_weights and vehicle.max_distance_m is not None:
                weight = int(problem.stop_weights[vehicle.profile][client.place])
                price = problem.exposure_price * -(-weight * client.service_s // 100)
            by_price.setdefault(price, set()).add(index)
        return [
            Window(window.early_s, window.late_s, frozenset(who), window.penalty + price)
            for price, who in sorted(by_price.items())
        ]

    def _who(self, client: Client, window: Window) -> frozenset[int]:
        """Vehicles for which the place is open: those of the client that cannot err there."""
        everybody = client.vehicles
        others = everybody - window.vehicles
        if all(self._elsewhere(other, window.early_s, window.late_s) for other in others):
            return everybody
        return window.vehicles

    def _elsewhere(self, vehicle: int, early_s: int, late_s: int) -> bool:
        """Whether a vehicle is never on the road in a window."""
        begin, end = self.problem.vehicles[vehicle].window
        return end < early_s or begin > late_s

    def _add_break(self, index: int, vehicle: Vehicle) -> None:
        if vehicle.pause is None:
            return
        pause = vehicle.pause
        first = len(self.copies)
        team = {
            number
            for number, other in enumerate(self.problem.vehicles)
            if other.name == vehicle.name and self._elsewhere(number, *vehicle.window)
        }
        kind = _FIRST_BREAK if pause.under_way else _BREAK
        rests = [(place, kind, pause.window, pause.duration_s) for place in pause.places]
        begin, end = vehicle.window
        rests.append((vehicle.end, _BACK_EARLY, (begin, max(pause.over_s, begin)), 0))
        if not pause.under_way:
            rests.append((vehicle.start, _OUT_LATE, (pause.window[0], end), 0))
        for place, kind, window, stay_s in rests:
            self.clients.append(
                pyvrp.Client(
                    self._location(place, frozenset({index, *team}), kind),
                    delivery=[0] * len(self.problem.items),
                    service_duration=stay_s,
                    tw_early=window[0],
                    tw_late=window[1],
                    required=False,
                    group=len(self.groups),
                )
            )
            self.copies.append(
                _Copy(
                    ActivityKind.BREAK,
                    place,
                    window,
                    stay_s,
                    vehicle=index,
                    without_break=kind in (_BACK_EARLY, _OUT_LATE),
                )
            )
        members = list(range(first, len(self.copies)))
        self.groups.append(pyvrp.ClientGroup(members, required=True))

    def _vehicle_type(
        self,
        number: int,
        members: Sequence[int],
        allowed: tuple[bool, ...],
        depots: dict[_Depot, int],
        profiles: dict[_Profile, int],
    ) -> pyvrp.VehicleType:
        problem, vehicle = self.problem, self.problem.vehicles[members[0]]
        start, end = (
            depots.setdefault((place, *_OPEN_DAY, 0, _BASE), len(depots))
            for place in (vehicle.start, vehicle.end)
        )
        reloads = [
            depots.setdefault(
                (reload.place, *reload.window, reload.duration_s, _RELOAD), len(depots)
            )
            for reload in vehicle.reloads
        ]
        pull = self.pull.get(number, 0.0)
        limit = vehicle.max_exposure
        if vehicle.max_distance_m is not None:
            limit = vehicle.max_distance_m + int(pull * (vehicle.max_exposure or 0))
        key = _Profile(vehicle.profile, allowed, vehicle.max_distance_m is not None, pull)
        fair: dict[str, Any] = {}
        if vehicle.fair_s is not None and vehicle.overtime_price:
            fair = {
                "shift_duration": vehicle.fair_s,
                "max_overtime": _OPEN_DAY[1],
                "unit_overtime_cost": vehicle.overtime_price,
            }
        return pyvrp.VehicleType(
            len(members),
            capacity=list(vehicle.capacity),
            start_depot=start,
            end_depot=end,
            tw_early=vehicle.window[0],
            tw_late=vehicle.window[1],
            unit_distance_cost=0 if key.limited else problem.exposure_price,
            unit_duration_cost=problem.duration_price,
            profile=profiles.setdefault(key, len(profiles)),
            reload_depots=reloads,
            max_reloads=problem.max_reloads if reloads else 0,
            max_distance=_NO_LIMIT if limit is None else limit,
            **fair,
        )

    def _duration(self, key: _Profile) -> Any:
        """Seconds between locations; for a vehicle limited in metres exposure counts as time."""
        problem, places = self.problem, self._places()
        own = problem.durations_s[key.profile][np.ix_(places, places)]
        if key.limited and problem.exposures and problem.duration_price:
            price = problem.exposure_price // problem.duration_price
            own = own + price * problem.exposures[key.profile][np.ix_(places, places)]
        own = np.minimum(own, UNREACHABLE)
        closed = ~np.array(key.allowed, dtype=bool)
        own[closed, :] = UNREACHABLE
        own[:, closed] = UNREACHABLE
        is_base, is_reload, is_break, is_first, is_early, is_late = (
            np.array([kind == sought for _, _, kind in self.locations], dtype=bool)
            for sought in (_BASE, _RELOAD, _BREAK, _FIRST_BREAK, _BACK_EARLY, _OUT_LATE)
        )
        if is_early.any():
            # A break lies between visits, and nobody fills up before or after all of them.
            own[np.ix_(is_base | is_reload, is_break)] = UNREACHABLE
            own[np.ix_(is_break | is_first | is_reload, is_base)] = UNREACHABLE
            # Back early is last, and nothing to who stays at home; out late is first.
            own[is_early, :] = UNREACHABLE
            own[:, is_late] = UNREACHABLE
            for before, after in ((is_early, is_base), (is_base, is_early), (is_base, is_late)):
                own[np.ix_(before & ~closed, after & ~closed)] = 0
        np.fill_diagonal(own, 0)
        return own

    def _distance(self, key: _Profile) -> Any:
        """What the limit is on: exposure, or metres and some of it."""
        problem, places = self.problem, self._places()
        size = len(self.locations)
        found = np.zeros((size, size), dtype=np.int64)
        if key.limited:
            found += problem.distances_m[key.profile][np.ix_(places, places)]
        if not key.limited or key.pull:
            exposure = np.zeros((size, size), dtype=np.int64)
            if problem.exposures:
                exposure += problem.exposures[key.profile][np.ix_(places, places)]
            if problem.stop_weights:
                stay_s = np.array([service for _, _, service in self.locations]).clip(min=0)
                exposure += -(-problem.stop_weights[key.profile][places] * stay_s // 100)[None, :]
            found += np.ceil(exposure * key.pull).astype(np.int64) if key.limited else exposure
        found = np.minimum(found, UNREACHABLE)
        base, early = (
            np.array([kind == sought for _, _, kind in self.locations], dtype=bool)
            for sought in (_BASE, _BACK_EARLY)
        )
        found[np.ix_(base, early)] = 0
        np.fill_diagonal(found, 0)
        return found

    def _places(self) -> NDArray[np.int64]:
        return np.array([place for place, _, _ in self.locations], dtype=np.int64)


def _rules(vehicle: Vehicle) -> tuple[Any, ...]:
    """All that binds a vehicle, without its name."""
    return (
        vehicle.profile, vehicle.start, vehicle.end, vehicle.window, vehicle.capacity,
        vehicle.max_distance_m, vehicle.reloads, vehicle.max_exposure, vehicle.fair_s,
        vehicle.overtime_price,
    )  # fmt: skip

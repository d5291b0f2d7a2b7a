"""Shifts as vehicles: hours, base, load, break, reloads, limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from outreach_map.routing.problem import UNREACHABLE, Break, Reload, Vehicle
from outreach_map.routing.shifts import Shift, seconds_since
from outreach_map.tables import Point, PointStatus, Release, Stock, Team

RESTOCK_S = 600
_BREAK_PLACES = 4
_BREAK_EARLIEST, _BREAK_LATEST = 0.3, 0.7


def make_vehicle(
    shift: Shift,
    profile: int,
    seconds: NDArray[np.int64],
    stop_weights: NDArray[np.int64],
    release: Release,
    index: Mapping[str, int],
    origin: datetime,
    max_exposure_s: int,
) -> Vehicle:
    """The vehicle of a shift.

    Parameters
    ----------
    shift
        Whose.
    profile, seconds, stop_weights
        Its streets: number, seconds between places, weight of a stop at each.
    release
        For points of restocking and items.
    index
        Places by code; "CODE start" and "CODE end" of a team's base.
    origin
        The round's Monday, 00:00.
    max_exposure_s
        Limit of exposure on a shift.
    """
    team = shift.team
    start, end = index[f"{team.code} start"], index[f"{team.code} end"]
    begin_s, end_s = seconds_since(origin, shift.begin), seconds_since(origin, shift.end)
    pause = None
    length, rest_s = end_s - begin_s, int(team.break_s)
    # A shift that is not longer than the break has none.
    if 0 < rest_s < length:
        early = min(begin_s + int(_BREAK_EARLIEST * length), end_s - rest_s)
        late = max(early, begin_s + int(_BREAK_LATEST * length) - rest_s)
        places = _break_places(start, end, seconds, stop_weights, release, index, length)
        pause = Break(tuple(places), (early, late), rest_s)
    reloads = []
    for point in release.points:
        if restocks(point, team) and seconds[start, index[point.code]] < UNREACHABLE:
            reloads += [
                Reload(
                    index[point.code],
                    (seconds_since(origin, a), seconds_since(origin, b) - RESTOCK_S),
                    RESTOCK_S,
                )
                for a, b in restock_windows(point, shift.begin, shift.end)
                if b - a >= timedelta(seconds=RESTOCK_S)
            ]
    limit = team.max_distance_m
    return Vehicle(
        name=team.code,
        profile=profile,
        start=start,
        end=end,
        window=(begin_s, end_s),
        capacity=tuple(team.carry.get(item, 0) for item in release.items),
        max_distance_m=None if limit is None else int(limit),
        pause=pause,
        reloads=tuple(reloads),
        max_exposure=max_exposure_s,
    )


def restock_windows(
    point: Point, begin: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """When a point is open to a team in [begin, end).

    Of one that is not public the hours are seldom told; it is the programme's own, and counts as
    open while a team is out.
    """
    if not point.public and not point.hours.known:
        return ((begin, end),)
    return point.hours.windows(begin, end)


def restocks(point: Point, team: Team) -> bool:
    """Whether a team can fill up there: open, and nothing that it carries known to be out."""
    return (
        point.restock
        and point.status is not PointStatus.CLOSED
        and all(
            point.stock.get(item, Stock.UNKNOWN) is not Stock.OUT
            for item, amount in team.carry.items()
            if amount
        )
    )


def _break_places(
    start: int,
    end: int,
    seconds: NDArray[np.int64],
    stop_weights: NDArray[np.int64],
    release: Release,
    index: Mapping[str, int],
    shift_s: int,
) -> list[int]:
    """The base and a few points out of risk zones, spread over the reach of the shift."""
    chosen = [start]
    near = [
        place
        for place in sorted({index[point.code] for point in release.points if point.public})
        if seconds[start, place] + seconds[place, end] <= shift_s / 2
        and place != start
        and not stop_weights[place]
    ]
    while near and len(chosen) <= _BREAK_PLACES:
        apart = [min(int(seconds[place, other]) for other in chosen) for place in near]
        best = int(np.argmax(apart))
        if apart[best] == 0:
            break
        chosen.append(near.pop(best))
    return chosen

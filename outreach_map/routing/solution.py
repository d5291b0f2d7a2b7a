"""What the search answers: routes as timed activities, and the clients left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActivityKind(StrEnum):
    """What a vehicle does at a place."""

    START = "start"
    VISIT = "visit"
    BREAK = "break"
    RELOAD = "reload"
    END = "end"


@dataclass(frozen=True)
class Activity:
    """Something done at a place: arrive, wait, begin, leave; seconds as in the problem.

    `client` is the index of the client visited, None otherwise.
    """

    kind: ActivityKind
    place: int
    arrive_s: int
    begin_s: int
    leave_s: int
    client: int | None = None


@dataclass(frozen=True)
class Route:
    """What one vehicle does, from start to end."""

    vehicle: int
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Solution:
    """Routes by vehicle, and the indices of the clients that are left out.

    `cost` is seconds on the road and on site plus the prizes of the clients left out.
    """

    routes: tuple[Route, ...]
    left_out: tuple[int, ...]
    cost: int

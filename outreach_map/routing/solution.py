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

    @property
    def out_s(self) -> int:
        """Seconds from leaving the base to being back."""
        return self.activities[-1].leave_s - self.activities[0].arrive_s


@dataclass(frozen=True)
class Solution:
    """Routes by vehicle, and the indices of the clients that are left out.

    `cost` is what the routes take (seconds out, exposure, penalties, hours beyond the fair share,
    by the problem's prices) plus the prizes of the clients left out. `ended_early` says that the
    search had to be ended, and that this is the best it had found by then.
    """

    routes: tuple[Route, ...]
    left_out: tuple[int, ...]
    cost: int
    ended_early: bool = False

"""What a flag is: evidence, what to do, and how much it matters for the shift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from outreach_map.language import Told, phrase, plural
from outreach_map.tables import Affects, Mode, Rating

STREETS = phrase("OpenStreetMap")
SERVICES = phrase("points and OpenStreetMap")
PLAN = phrase("this plan")
BY_MODE = {
    Mode.WALK: phrase("on foot"),
    Mode.BIKE: phrase("by bike"),
    Mode.DRIVE: phrase("by van"),
}


class FlagKind(Told):
    """What a flag is about, in the order in which flags of one rating matter for a shift."""

    SHUT_IN = "every way out is shut at that hour"
    STOP_IN_ZONE = "stop in a risk zone in its hours"
    LEG_IN_ZONE = "way through a risk zone in its hours"
    NO_WAY_ROUND = "no way round a risk zone"
    ONLY_WAY_IN = "only one way in and out"
    GATE_ON_WAY = "a gate or border on the only way"
    BRIDGE_ONLY = "reached over bridges only"
    WATER = "ford or street that floods"
    UNLIT = "no light, or nobody knows"
    LONG_NIGHT_LEG = "long way alone in the dark"
    NO_SECOND_WAY = "long way out if the usual one is blocked"
    FAR_FROM_SAFE = "far from a safe place"
    FAR_FROM_CARE = "far from emergency care"
    NALOXONE_LATE = "naloxone comes late"
    TRAINING = "overdose training would do most here"
    HABIT = "same place, same hour, round after round"
    TWO_TEAMS = "two teams at once"
    ZONE_AT_HOTSPOT = "risk zone at the hotspot"
    TUNNEL = "tunnel or underpass"
    LEVEL_CROSSING = "level crossing"
    STEEP = "steep"
    STAIRS = "stairs"
    DEAD_END = "dead end"
    ONE_CROSSING = "every way out passes one crossing"
    REVIEW = "assessment to review"

    @property
    def code(self) -> str:
        """Short plain word for tables."""
        return self.name.lower()

    @property
    def of_place(self) -> bool:
        """Whether it is true of the place at any hour, so that whoever stops there is told."""
        return self in _OF_PLACE


_OF_PLACE = frozenset(
    (
        FlagKind.NO_WAY_ROUND, FlagKind.ONLY_WAY_IN, FlagKind.GATE_ON_WAY, FlagKind.BRIDGE_ONLY,
        FlagKind.WATER, FlagKind.NALOXONE_LATE, FlagKind.TUNNEL, FlagKind.LEVEL_CROSSING,
        FlagKind.STEEP, FlagKind.STAIRS, FlagKind.DEAD_END, FlagKind.ONE_CROSSING,
    )
)  # fmt: skip


@dataclass(frozen=True)
class Flag:
    """One flag; `rating` is unknown where no current assessment stands behind it.

    Attributes
    ----------
    kind, rating, affects
        What it is about, how grave, and for whom.
    about
        Code of a hotspot or zone, or of a team for a way of its own.
    evidence, mitigation
        In words and numbers, and what to do.
    source
        Where it comes from: the register's row by its code, the streets, services, or the plan.
    team, when, zone, minutes, review_week
        Whom and when it concerns, the zone behind it, the exposure or time, and when somebody has
        to look at it again.
    """

    kind: FlagKind
    rating: Rating
    affects: Affects
    about: str
    evidence: str
    mitigation: str
    source: str
    team: str | None = None
    when: datetime | None = None
    zone: str | None = None
    minutes: float | None = None
    review_week: date | None = None


_RANK = {Rating.HIGH: 0, Rating.UNKNOWN: 1, Rating.MEDIUM: 2, Rating.LOW: 4}
_NOT_WRITTEN_DOWN = 3
_ORDER = {kind: number for number, kind in enumerate(FlagKind)}


def by_weight(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Flags by what matters for the shift: the gravest first, then by kind.

    Unknown comes before medium where it is an assessment that does not stand, which may be of
    anything. What a street map or a table of services does not say comes after what is known.
    """
    return tuple(
        sorted(
            flags,
            key=lambda flag: (
                _rank(flag),
                _ORDER[flag.kind],
                flag.about,
                flag.team or "",
                flag.when or datetime.min,
                flag.zone or "",
            ),
        )
    )


def _rank(flag: Flag) -> int:
    if flag.rating is Rating.UNKNOWN and flag.source in (STREETS, SERVICES):
        return _NOT_WRITTEN_DOWN
    return _RANK[flag.rating]


@dataclass(frozen=True, eq=False)
class TimedLeg:
    """A leg of a plan: who, from when to when, how, and its line (p, 2) in degrees."""

    team: str
    leave: datetime
    arrive: datetime
    lon_lat: NDArray[np.float64] = field(repr=False)
    mode: Mode = Mode.WALK

    def __post_init__(self) -> None:
        """Reject a leg that arrives before it leaves, or a line of another shape (ValueError)."""
        if self.arrive < self.leave or self.lon_lat.ndim != 2 or self.lon_lat.shape[1] != 2:
            raise ValueError("a leg leaves before it arrives, along a line of (lon, lat)")

    @property
    def minutes(self) -> float:
        """How long it takes."""
        return (self.arrive - self.leave).total_seconds() / 60


@dataclass(frozen=True)
class TimedStop:
    """A visit of a plan: who, at which hotspot, from when to when."""

    team: str
    hotspot: str
    begin: datetime
    leave: datetime

    def __post_init__(self) -> None:
        """Reject a visit that ends before it begins (ValueError)."""
        if self.leave < self.begin:
            raise ValueError("a visit begins before it ends")


def told_minutes(minutes: float) -> str:
    """Whole minutes as words, at least one."""
    whole = max(round(minutes), 1)
    return plural("{count} minute", "{count} minutes", whole)


def told_range(low_s: float, high_s: float) -> str:
    """Seconds from the best to the worst place of an area as minutes, rounded up."""
    low, high = (np.ceil(max(seconds, 1.0) / 60) for seconds in (low_s, high_s))
    if np.isinf(high):
        if np.isinf(low):
            return phrase("no way")
        return plural("{count} minutes or more", "{count} minutes or more", int(low))
    if low == high:
        return plural("{count} minute", "{count} minutes", int(high))
    return plural("{low} to {count} minutes", "{low} to {count} minutes", int(high), low=int(low))


def share_of(part: NDArray[np.bool_]) -> str:
    """'all of' or 'part of' the released area, by its streets."""
    return phrase("all of the released area") if part.all() else phrase("part of the released area")

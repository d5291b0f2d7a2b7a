"""What an assessment of coverage is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from outreach_map.coverage.capacity import Capacity
from outreach_map.coverage.contact import Contact
from outreach_map.coverage.groups import Equity
from outreach_map.coverage.need import KitNeed, SyringeNeed
from outreach_map.coverage.openings import Opening
from outreach_map.coverage.ranges import Range
from outreach_map.language import Told


class Reach(Told):
    """Whether people of the released area get a service that is usable for them."""

    REACHED = "reached"
    PARTLY = "partly reached"
    NOT_REACHED = "not reached"
    UNKNOWN = "unknown"


class Step(Told):
    """Steps of the cascade, in order."""

    AVAILABLE = "available"
    REACHABLE = "reachable"
    OPEN = "open when people are there"
    ACCEPTABLE = "acceptable"
    CONTACTED = "contacted"
    ENOUGH = "enough"


class Supply(Told):
    """By what a service surely comes to people."""

    POINT = "point"
    TEAM = "team"
    BOTH = "point and team"
    NONE = "none"


@dataclass(frozen=True)
class Standards:
    """Walking standard in seconds, and syringes a person who injects needs in a year."""

    walk_s: float = 600.0
    syringes_per_person_year: float = 300.0

    def __post_init__(self) -> None:
        """Reject standards that are not above 0 (ValueError)."""
        if not (self.walk_s > 0 and self.syringes_per_person_year > 0):
            raise ValueError("standards are above 0")


@dataclass(frozen=True)
class Presence:
    """Share of the hours in which people are there with a usable service within the standard.

    `low` from the worst place of the area with what is sure, `high` from the best with what may be.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Reject what is no share, or out of order (ValueError)."""
        if not 0.0 <= self.low <= self.high <= 1.0 + 1e-9:
            raise ValueError("presence is a share from low to high")


@dataclass(frozen=True)
class ServiceCoverage:
    """One hotspot and one service that is needed there.

    Attributes
    ----------
    hotspot, service
        Code of the hotspot, and what is needed there.
    reach
        Whether a public, stocked, open and acceptable point is within the walking standard from
        every place of the area, from some, or from none; a team that comes when people are there,
        and suits them, reaches the whole area.
    first_broken
        First step that fails or is unknown; None where all hold.
    walk_s_low, walk_s_high
        Seconds on foot to the nearest point that passes, or may pass, every step up to the first
        broken one (where none may, the step before), from the best and the worst place of the
        area; inf without a way.
    nearest
        Code of that point as seen from the area's anchor; None without a way.
    why, mend
        What is missing, and what would close the gap; `mend` is empty where nothing is missing.
    by
        Whether points, teams or both surely bring it, to some of the area at least.
    presence
        How much of the time; None where nobody knows when people are there.
    holds
        For each `Step`, the share of the people for whom it and all before it hold; None where the
        step is not measured.
    """

    hotspot: str
    service: str
    reach: Reach
    first_broken: Step | None
    walk_s_low: float
    walk_s_high: float
    nearest: str | None
    why: str
    mend: str
    by: Supply = Supply.NONE
    presence: Presence | None = None
    holds: tuple[Range | None, ...] = ()


@dataclass(frozen=True)
class ServiceSummary:
    """How many hotspots that need a service are reached, partly, not, or unknown."""

    service: str
    reached: int
    partly: int
    not_reached: int
    unknown: int


@dataclass(frozen=True)
class StepShare:
    """Share of the people who need a service for whom a step, and all before it, hold."""

    service: str
    step: Step
    share: Range


@dataclass(frozen=True)
class Coverage:
    """All that was measured, sorted.

    Rows by hotspot and service; syringes and kits by hotspot; by service a summary and the steps of
    the cascade in people; contact and what was given; how unequal it is; which hours more at which
    point would gain most; and capacity by service.
    """

    services: tuple[ServiceCoverage, ...] = ()
    syringes: tuple[SyringeNeed, ...] = ()
    summary: tuple[ServiceSummary, ...] = ()
    kits: tuple[KitNeed, ...] = ()
    cascade: tuple[StepShare, ...] = ()
    contact: Contact = field(default_factory=Contact)
    equity: Equity = field(default_factory=Equity)
    openings: tuple[Opening, ...] = ()
    capacity: tuple[Capacity, ...] = ()

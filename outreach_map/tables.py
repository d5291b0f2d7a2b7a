"""The records that leave the privacy gate, and nothing but those.

Everything right of the gate (network, routing, coverage, risk, layers, publish) works on a
`Release`. Its records are an allow-list: a field that is not here is not published. Places are
areas, counts are bands, dates are weeks (the Monday of the week), ids are keyed codes, and free
text has no field to travel in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from shapely.geometry.base import BaseGeometry

from outreach_map.hours import Hours
from outreach_map.language import Told, number, phrase

_CODE = re.compile(r"[HPTR]-[A-Z2-7]{4,16}")


class Mode(StrEnum):
    """How a team moves."""

    WALK = "walk"
    BIKE = "bike"
    DRIVE = "drive"


class Affects(StrEnum):
    """Whom a risk affects."""

    PEER = "peer"
    CLIENT = "client"
    BOTH = "both"


class RiskAction(StrEnum):
    """What the planner asks of routes: tell, take a costlier way, or stay out."""

    WARN = "warn"
    SLOW = "slow"
    AVOID = "avoid"


class RiskState(Told):
    """Standing of an assessment; only a current one is a rating."""

    CURRENT = "current"
    REVIEW_DUE = "review due"
    UNSIGNED = "not signed by a peer"
    EXPIRED = "expired"


class Rating(Told):
    """Rating of a risk: likelihood x impact in classes; unknown is not low."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    UNKNOWN = "unknown"


class DecisionKind(StrEnum):
    """What peers decided; it binds the optimiser."""

    NO_GO = "no_go"
    MUST_GO = "must_go"
    PREFER_TEAM = "prefer_team"
    EXCLUDE_TEAM = "exclude_team"


class Stock(Told):
    """Whether an item is at a point; how many is nobody else's business."""

    IN_STOCK = "in stock"
    OUT = "out of stock"
    UNKNOWN = "unknown"


class PointStatus(Told):
    """Whether a distribution point works at all."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class Band:
    """A range of counts, both ends included; `high` is None where the band has no upper end."""

    low: int
    high: int | None

    def __post_init__(self) -> None:
        """Reject an empty band (ValueError)."""
        if self.low < 0 or (self.high is not None and self.high < self.low):
            raise ValueError("a band runs from a low to a high count")

    @property
    def mid(self) -> float:
        """The middle that planning works with; one and a half times `low` without an upper end."""
        return (self.low + self.high) / 2 if self.high is not None else self.low * 1.5

    @property
    def label(self) -> str:
        """Text for people: '26-50', 'under 11' or '251 or more'."""
        if self.high is None:
            return phrase("{low} or more", low=self.low)
        if self.low <= 1 and self.high > 1:
            return phrase("under {count}", count=self.high + 1)
        shown = phrase("{low}-{high}", low=self.low, high=self.high)
        return shown if self.low != self.high else number(self.low)


@dataclass(frozen=True, eq=False, repr=False)
class Place:
    """A released location: one or more areas of the partition, drawn as an area.

    `areas` are their numbers, ascending; empty for a public distribution point. `geometry` is their
    union in WGS 84, or the point. `anchor` is (lon, lat) of the street node that stands for the
    place in travel times, chosen without the truth and shared by every site of the same areas;
    `last_mile_m` metres by street are to be expected from there to where people are, by public data
    alone. Where `mapped` is False the place is too wide to be worth drawing: it is listed only.
    """

    areas: tuple[int, ...]
    geometry: BaseGeometry
    anchor: tuple[float, float]
    mapped: bool = True
    last_mile_m: float = 0.0

    def __repr__(self) -> str:
        """Areas only, so that no log carries a location."""
        return f"Place(areas={len(self.areas)}, mapped={self.mapped})"


def _require_code(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise ValueError("a released record is named by a keyed code")


@dataclass(frozen=True)
class VisitLog:
    """What the visit log says of one hotspot before the round, in bands.

    Windows are whole weeks, since the day within its week is not released. `None` means that
    nothing was logged in the window, which is not the same as nothing done, or that a count would
    follow from what other rounds say. `met_every_91d` and `met_every_364d` say whether somebody was
    met in each whole period of 28 days of the window; `None` where too few people were met to tell.
    """

    last_visit_week: date | None = None
    visits_28d: Band | None = None
    visits_91d: Band | None = None
    visits_364d: Band | None = None
    contacts_28d: Band | None = None
    contacts_91d: Band | None = None
    contacts_364d: Band | None = None
    syringes_out_28d: Band | None = None
    syringes_out_91d: Band | None = None
    syringes_out_364d: Band | None = None
    syringes_in_28d: Band | None = None
    syringes_in_91d: Band | None = None
    syringes_in_364d: Band | None = None
    naloxone_out_28d: Band | None = None
    naloxone_out_91d: Band | None = None
    naloxone_out_364d: Band | None = None
    met_every_91d: bool | None = None
    met_every_364d: bool | None = None
    naloxone_left_91d: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Hotspot:
    """A place where people are met, as released.

    `people` is the band of the best estimate, `people_min` and `people_max` those of its ends, and
    `est_month` the first day of the month in which it was made.
    """

    code: str
    place: Place
    typology: str = ""
    communities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    people: Band | None = None
    people_min: Band | None = None
    people_max: Band | None = None
    est_month: date | None = None
    hours: Hours = field(default_factory=Hours)
    services: tuple[str, ...] = ()
    syringes_month: Band | None = None
    visits_per_month: float = 0.0
    review_week: date | None = None
    log: VisitLog = field(default_factory=VisitLog)

    def __post_init__(self) -> None:
        """Reject an uncoded record (ValueError)."""
        _require_code(self.code)

    @property
    def people_range(self) -> Band | None:
        """From the least to the most that the estimate allows; None where nobody estimated."""
        if self.people is None:
            return None
        least, most = self.people_min or self.people, self.people_max or self.people
        low = min(least.low, self.people.low)
        if most.high is None or self.people.high is None:
            return Band(low, None)
        return Band(low, max(most.high, self.people.high))


@dataclass(frozen=True, kw_only=True)
class Point:
    """A distribution point or service, as released; `name` is empty unless it is public."""

    code: str
    place: Place
    public: bool
    name: str = ""
    type: str = ""
    services: tuple[str, ...] = ()
    hours: Hours = field(default_factory=Hours)
    capacity_per_month: Band | None = None
    stock: Mapping[str, Stock] = field(default_factory=lambda: MappingProxyType({}))
    languages: tuple[str, ...] = ()
    restock: bool = False
    status: PointStatus = PointStatus.UNKNOWN
    verified_week: date | None = None

    def __post_init__(self) -> None:
        """Reject an uncoded record and a name that should not be public (ValueError)."""
        _require_code(self.code)
        if self.name and not self.public:
            raise ValueError("a point that is not public has no name")


@dataclass(frozen=True, kw_only=True)
class Team:
    """A peer team, as released, with no sizes and people; its page may have an own language."""

    code: str
    mode: Mode
    start: Place
    end: Place
    shift: Hours
    max_distance_m: float | None = None
    break_s: float = 0.0
    carry: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    languages: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    no_go: tuple[str, ...] = ()
    page_language: str = ""

    def __post_init__(self) -> None:
        """Reject an uncoded record (ValueError)."""
        _require_code(self.code)


@dataclass(frozen=True, kw_only=True)
class RiskZone:
    """A row of the risk register, as released: the union of the areas that it touches.

    `residual` is what the peers expect to be left after the mitigation; it is shown beside the
    rating and replaces none.
    """

    code: str
    place: Place
    category: str
    affects: Affects
    rating: Rating
    state: RiskState
    action: RiskAction
    hours: Hours = field(default_factory=Hours)
    review_week: date | None = None
    residual: Rating = Rating.UNKNOWN

    def __post_init__(self) -> None:
        """Reject an uncoded record, and a rating that no peer stands behind (ValueError)."""
        _require_code(self.code)
        if (self.state is RiskState.CURRENT) == (self.rating is Rating.UNKNOWN):
            raise ValueError("only a current assessment is a rating; any other is unknown")
        if self.rating is Rating.UNKNOWN and self.residual is not Rating.UNKNOWN:
            raise ValueError("nothing is known of what is left of an unknown risk")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision of the peers in force in the round's week."""

    kind: DecisionKind
    hotspot: str
    team: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class District:
    """A large area for counts that are too few by places: whole areas, made of public data."""

    code: str
    geometry: BaseGeometry

    def __repr__(self) -> str:
        """Without geometry."""
        return f"District({self.code})"


class Withheld(Told):
    """Why a count is not shown."""

    FEW = "under 11"


@dataclass(frozen=True)
class IncidentCount:
    """Incidents of a month in one row of a table: 11 or more, or under 11."""

    row: str
    month: date
    count: Band | Withheld


@dataclass(frozen=True, eq=False)
class Incidents:
    """Human-rights incidents of whole months, by district and by kind; no totals.

    A count is under 11, nought included, or 11 or more; `by_kind` is empty with too many kinds.
    """

    months: tuple[date, ...]
    districts: tuple[District, ...]
    by_district: tuple[IncidentCount, ...]
    by_kind: tuple[IncidentCount, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Area:
    """One area of the partition: a union of touching squares that holds enough people.

    `anchor` is (lon, lat) of a street node, `last_mile_m` how far by street the plausible places of
    the area are from it in the mean; `extent_m` the longer side of the bounding box.
    """

    number: int
    geometry: BaseGeometry
    anchor: tuple[float, float]
    extent_m: float
    mapped: bool
    last_mile_m: float = 0.0

    def __repr__(self) -> str:
        """Without geometry."""
        return f"Area({self.number}, extent_m={self.extent_m:.0f})"


@dataclass(frozen=True, eq=False, repr=False)
class Release:
    """All that the rest of the program may know of a programme in one round.

    Records are sorted by code. `study_area` and `areas` are made from public data alone.
    `log_days` is how many days before the round the visit log covers (at most 91), `log_days_year`
    the same up to 364.
    """

    start: date
    study_area: BaseGeometry
    areas: tuple[Area, ...]
    hotspots: tuple[Hotspot, ...]
    points: tuple[Point, ...]
    teams: tuple[Team, ...]
    zones: tuple[RiskZone, ...]
    decisions: tuple[Decision, ...]
    log_days: int
    items: tuple[str, ...]
    log_days_year: int = 0
    incidents: Incidents | None = None

    def __post_init__(self) -> None:
        """Reject tables out of code order: row order must not speak of the planner's file."""
        for table in (self.hotspots, self.points, self.teams, self.zones):
            codes = [record.code for record in table]
            if codes != sorted(set(codes)):
                raise ValueError("released tables are sorted by code, each code once")

    def __repr__(self) -> str:
        """Counts only."""
        return (
            f"Release(start={self.start}, areas={len(self.areas)}, hotspots={len(self.hotspots)}, "
            f"points={len(self.points)}, teams={len(self.teams)}, zones={len(self.zones)})"
        )

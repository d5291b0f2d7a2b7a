"""Raw rows: one frozen record a row of the planner's files, masked in every repr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from outreach_map.errors import Problem
from outreach_map.hours import Hours
from outreach_map.intake.cells import (
    Amount,
    Count,
    Day,
    Degrees,
    Expected,
    Identifier,
    Languages,
    OpeningHours,
    PageLanguage,
    Spot,
    Text,
    Token,
    Tokens,
    YesNo,
    Zone,
)
from outreach_map.tables import Affects, DecisionKind, Mode, PointStatus, RiskAction

# The id of the example row in every template; `check` holds that none is left.
EXAMPLE_ID = "EXAMPLE-1"
_Score = Annotated[Count, Field(ge=1, le=5), Expected("a whole number from 1 to 5")]


class Row(BaseModel):
    """A raw row. `row` is its number in the spreadsheet, or of the feature.

    `located` says whether it has a geometry; `prefixes` are families of columns such as
    `stock_<item>`, collected under the family's name. The columns of `may_be_empty` have to be
    there, but an empty cell in one of them is unknown.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True
    )
    located: ClassVar[bool] = False
    prefixes: ClassVar[tuple[str, ...]] = ()
    may_be_empty: ClassVar[frozenset[str]] = frozenset()

    row: int

    @classmethod
    def of_valid(cls, values: dict[str, object], names: set[str]) -> Self:
        """A row of values that have been validated one by one, for tables without checks of a row.

        The same as `model_construct`, whose copies would be most of the time and half of the memory
        that a long log takes; `names` are those of the values, one set for all rows.
        """
        row = cls.__new__(cls)
        object.__setattr__(row, "__dict__", values)
        object.__setattr__(row, "__pydantic_fields_set__", names)
        object.__setattr__(row, "__pydantic_extra__", None)
        object.__setattr__(row, "__pydantic_private__", None)
        return row

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """Row number; never a value. repr, str and what rich or a debugger prints come from it."""
        yield "row", self.row

    def __str__(self) -> str:
        """The same as the repr."""
        return repr(self)


class RawLonLat(Row):
    """The two columns of a row's location, where the file has no geometry."""

    lon: Annotated[Degrees, Expected("degrees from -180 to 180")]
    lat: Annotated[Degrees, Expected("degrees from -90 to 90")]


class RawHotspot(Row):
    """A row of hotspots; people counts and coordinates are confidential."""

    located: ClassVar[bool] = True

    id: Identifier
    geometry: Spot
    precision_m: Amount | None = None
    typology: Token = ""
    communities: Tokens = ()
    languages: Languages = ()
    est_min: Amount | None = None
    est_mid: Amount | None = None
    est_max: Amount | None = None
    est_date: Day | None = None
    active_hours: OpeningHours = Hours()
    services_needed: Tokens = ()
    injections_per_day: Amount | None = None
    visits_per_month: Amount | None = None
    last_visit: Day | None = None
    review_by: Day | None = None
    note: Text = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        known = [x for x in (self.est_min, self.est_mid, self.est_max) if x is not None]
        if known != sorted(known):
            wrong = "est_mid does not lie between est_min and est_max"
            if self.est_mid is None:
                wrong = "est_max is below est_min"
            raise ValueError(f"{wrong} | Let est_min be the lowest and est_max the highest.")
        if self.est_date and self.review_by and self.review_by < self.est_date:
            raise ValueError("review_by lies before est_date | Correct one of the two dates.")
        return self


class RawPoint(Row):
    """A row of points."""

    located: ClassVar[bool] = True
    prefixes: ClassVar[tuple[str, ...]] = ("stock_",)
    may_be_empty: ClassVar[frozenset[str]] = frozenset(("services",))

    id: Identifier
    name: Text
    geometry: Spot
    type: Token
    services: Tokens = ()
    opening_hours: OpeningHours = Hours()
    capacity_per_month: Amount | None = None
    stock: dict[str, Count | None] = Field(default_factory=dict)
    languages: Languages = ()
    restock: YesNo = False
    status: PointStatus = PointStatus.UNKNOWN
    verified_on: Day | None = None
    public: YesNo = False


class RawRisk(Row):
    """A row of the risk register; descriptions and mitigations are free text and stay here."""

    located: ClassVar[bool] = True

    id: Identifier
    geometry: Zone
    category: Token
    affects: Affects
    likelihood: _Score
    impact: _Score
    applies_hours: OpeningHours = Hours()
    action: RiskAction = RiskAction.WARN
    description: Text = ""
    mitigation: Text = ""
    residual_likelihood: _Score | None = None
    residual_impact: _Score | None = None
    assessed_by: Tokens = ()
    assessed_on: Day | None = None
    review_by: Day | None = None
    expires_on: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.assessed_on and self.expires_on and self.expires_on < self.assessed_on:
            raise ValueError("expires_on lies before assessed_on | Correct one of the two dates.")
        if self.assessed_on and self.review_by and self.review_by < self.assessed_on:
            raise ValueError("review_by lies before assessed_on | Correct one of the two dates.")
        left = (self.residual_likelihood, self.residual_impact)
        if (left[0] is None) != (left[1] is None):
            raise ValueError(
                "residual_impact or residual_likelihood is empty | Fill both, or neither."
            )
        if left[0] and left[1] and left[0] * left[1] > self.likelihood * self.impact:
            raise ValueError(
                "residual_likelihood makes more of the risk than it is without the mitigation | "
                "Write what is left of it."
            )
        return self


class RawTeam(Row):
    """A row of teams; `start` and `end` are ids of points, or "lon lat"."""

    prefixes: ClassVar[tuple[str, ...]] = ("carry_",)

    id: Identifier
    size: Annotated[Count, Expected("a whole number from 2")]
    mode: Mode
    start: Text
    end: Text
    shift: OpeningHours
    max_distance_km: Amount | None = None
    break_min: Amount | None = None
    carry: dict[str, Count | None] = Field(default_factory=dict)
    languages: Languages = ()
    communities: Tokens = ()
    no_go: Tokens = ()
    page_language: PageLanguage | None = None

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.size < 2:
            raise ValueError(
                "size is below two, and nobody goes out alone | Let two or more people go together."
            )
        if not self.shift.known:
            raise ValueError("shift is empty | Write it as in Mo-Fr 09:00-13:00.")
        return self


class RawVisit(Row):
    """A row of the visit log; exact counts are confidential."""

    date: Day
    hotspot_id: Identifier
    team_id: Identifier
    contacts: Count | None = None
    new_contacts: Count | None = None
    syringes_out: Count | None = None
    syringes_in: Count | None = None
    naloxone_out: Count | None = None
    condoms_out: Count | None = None
    referrals: Count | None = None
    overdoses_reversed: Count | None = None
    outcome: Token = ""


class RawDecision(Row):
    """A row of the peers' decisions; the reason stays here."""

    kind: DecisionKind
    hotspot_id: Identifier
    team_id: Identifier | None = None
    from_date: Day | None = None
    until_date: Day | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind in (DecisionKind.PREFER_TEAM, DecisionKind.EXCLUDE_TEAM) and not self.team_id:
            raise ValueError("team_id is empty | Name the team that is preferred or excluded.")
        if self.from_date and self.until_date and self.until_date < self.from_date:
            raise ValueError("until_date lies before from_date | Correct one of the two dates.")
        return self


class RawIncident(Row):
    """A row of human-rights incidents: where, when and what; it has no column for a name.

    The place is a hotspot, or a district by its code as the manager's page shows it.
    """

    date: Day
    kind: Token
    hotspot_id: Identifier | None = None
    area: Text = ""
    against: Token = ""
    reported_to: Token = ""


class RawAccepted(Row):
    """A row of results of the peers' meeting: what becomes of one row of the register.

    One that nobody decided about has nothing but its id.
    """

    id: Identifier
    assessed_by: Tokens = ()
    assessed_on: Day | None = None
    review_by: Day | None = None
    expires_on: Day | None = None
    likelihood: _Score | None = None
    impact: _Score | None = None
    residual_likelihood: _Score | None = None
    residual_impact: _Score | None = None

    @property
    def decided(self) -> bool:
        """Whether anything was filled in."""
        return any(value not in (None, ()) for name, value in self if name not in ("row", "id"))


class RawCell(Row):
    """A row of the population file: an H3 cell or a point, and how many live there."""

    h3: Text | None = None
    lon: Degrees | None = None
    lat: Degrees | None = None
    population: Amount


@dataclass(frozen=True, eq=False, repr=False)
class RawResidents:
    """Residents at points: `lon_lat` (r, 2) degrees, `people` (r,)."""

    lon_lat: NDArray[np.float64]
    people: NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class RawTables:
    """Everything the planner wrote, for the gate alone; the repr shows counts only."""

    hotspots: tuple[RawHotspot, ...]
    points: tuple[RawPoint, ...]
    teams: tuple[RawTeam, ...]
    risks: tuple[RawRisk, ...] = ()
    visits: tuple[RawVisit, ...] = ()
    decisions: tuple[RawDecision, ...] = ()
    incidents: tuple[RawIncident, ...] | None = None
    residents: RawResidents | None = None
    warnings: tuple[Problem, ...] = field(default=())

    def __repr__(self) -> str:
        """Counts only."""
        return (
            f"RawTables(hotspots={len(self.hotspots)}, points={len(self.points)}, "
            f"teams={len(self.teams)}, risks={len(self.risks)}, visits={len(self.visits)})"
        )


def ids(rows: Iterable[RawHotspot | RawPoint | RawTeam | RawRisk]) -> dict[str, int]:
    """Row of each id; of the first one where an id stands twice."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.id, row.row)
    return first

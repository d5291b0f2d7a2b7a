"""The tables of `outreach.toml`: frozen models that validate themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from outreach_map.language import available_languages, language_of

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not a time zone; write it as in Europe/Berlin")
    return name


def _language(tag: str) -> str:
    if not LANGUAGE.fullmatch(tag):
        raise ValueError("is not a language tag; write it as in pt, sw or pt-BR")
    return tag


def _page_language(tag: str) -> str:
    try:
        language_of(_language(tag))
    except ValueError as error:
        known = ", ".join(available_languages())
        raise ValueError(f"is no language of the pages; they speak {known}") from error
    return tag


def _inside(name: str) -> str:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not name:
        raise ValueError("has to be a file inside the programme folder")
    return name


def split_sheet(name: str) -> tuple[str, str]:
    """File and sheet (or layer) of a name.

    >>> split_sheet("field data.xlsx#Sites"), split_sheet("visits.csv")
    (('field data.xlsx', 'Sites'), ('visits.csv', ''))
    """
    match = re.fullmatch(r"(.+\.(?:xlsx|gpkg|kml|zip))#(.+)", name, re.IGNORECASE)
    return (match[1], match[2]) if match else (name, "")


def _printable(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("has to be plain text on one line")
    return text.strip()


def _lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not all(line.isprintable() for line in lines):
        raise ValueError("has to be plain text, a sentence a line")
    return "\n".join(lines)


def _phone(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9][0-9 ()/-]{1,24}", text):
        raise ValueError("is not a telephone number; write it as in +49 30 123456")
    return text


def _word(token: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", token):
        raise ValueError("has to be a plain word in lower-case letters, digits and _")
    return token


_Word = Annotated[str, AfterValidator(_word)]
_Text = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
_FileName = Annotated[str, AfterValidator(_inside)]


class _Table(BaseModel):
    """A table of outreach.toml: frozen, no unknown keys, values never quoted in errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False
    )


class Contact(_Table):
    """Somebody to call; shown on every peer map."""

    name: _Text
    phone: Annotated[str, AfterValidator(_phone)]


class Contacts(_Table):
    """Legal support, emergency call and psychosocial support."""

    legal: Contact | None = None
    emergency: Contact | None = None
    psychosocial: Contact | None = None


class Method(StrEnum):
    """How places leave the gate: as areas, or as points moved by noise."""

    AREA = "area"
    LAPLACE = "laplace"
    DONUT = "donut"


class Batch(StrEnum):
    """When hotspots that are new, or that moved to another area, come out."""

    MONTH = "month"
    WEEK = "week"


_NOT_FROZEN = {"batch", "rare", "accepted_change", "max_precision_m", "all_points_public"}


class PrivacyPolicy(_Table):
    """The rules of the released areas.

    `residents` or, where those are unknown, `buildings` is what an area must hold (k). No disc of
    `disc_m` may hold more than `disc_share` of its plausible places. Squares have a side of
    `cell_m`; a place wider than `widest_m` is listed and not mapped. The rules can be made
    stricter at will, and looser down to a floor that keeps a slip of the pen from switching the
    gate off: 100 residents or 20 buildings, squares of 100 m, discs of 50 m, half of the places.

    `method` other than "area" moves points by noise instead: `laplace_ratio` at `laplace_at_m`, or
    a ring from `donut_inner_m` to `donut_outer_m` (`outreach_map.privacy.noise`).

    `batch` says when new hotspots come out, and `rare` how many hotspots must share a word about
    them before it is published. `accepted_change` names a change of the rules that the planner
    accepts. Hotspots that are written down more sharply than `max_precision_m` are made coarser at
    reading. `all_points_public` says of a table of points without the column `public` that anybody
    may know all of them; without that no point is shown, and nothing planned.
    """

    method: Annotated[Method, Field(strict=False)] = Method.AREA

    residents: Annotated[int, Field(ge=100)] = 250
    buildings: Annotated[int, Field(ge=20)] = 50
    cell_m: Annotated[float, Field(ge=100, le=2000)] = 250.0
    disc_m: Annotated[float, Field(ge=50, le=1000)] = 100.0
    disc_share: Annotated[float, Field(gt=0, le=0.5)] = 1 / 3
    widest_m: Annotated[float, Field(ge=500)] = 3000.0
    laplace_ratio: Annotated[float, Field(gt=1, le=10)] = 4.0
    laplace_at_m: Annotated[float, Field(ge=200)] = 300.0
    donut_inner_m: Annotated[float, Field(ge=50)] = 100.0
    donut_outer_m: Annotated[float, Field(ge=300)] = 500.0
    batch: Annotated[Batch, Field(strict=False)] = Batch.MONTH
    rare: Annotated[int, Field(ge=1)] = 2
    accepted_change: str = ""
    max_precision_m: Annotated[float, Field(ge=1, le=1000)] | None = None
    all_points_public: bool = False

    @property
    def rules(self) -> str:
        """The settings that decide where places are released, as text; frozen by the ledger."""
        return self.model_dump_json(exclude=_NOT_FROZEN)

    @model_validator(mode="after")
    def _ring(self) -> PrivacyPolicy:
        if self.donut_inner_m >= self.donut_outer_m:
            raise ValueError("donut_inner_m has to be below donut_outer_m")
        return self


class CoverageSettings(_Table):
    """Standards: minutes on foot to a service, syringes a person a year (WHO target for 2030).

    New points are proposed no nearer to schools and kindergartens, and to police stations, than so
    many metres (0: wherever), and on the streets about every `spacing_m`.
    """

    walk_min: Annotated[float, Field(gt=0, le=120)] = 10.0
    syringes_per_person_year: Annotated[float, Field(gt=0, le=5000)] = 300.0
    from_schools_m: Annotated[float, Field(ge=0, le=5000)] = 0.0
    from_police_m: Annotated[float, Field(ge=0, le=5000)] = 0.0
    spacing_m: Annotated[float, Field(ge=50, le=5000)] = 250.0


# Days for which an assessment without an own end stands, by category: what people do changes within
# weeks, what is built within years.
EXPIRY_DAYS: Mapping[str, int] = MappingProxyType(
    {
        "policing": 28,
        "conflict": 42,
        "violence": 56,
        "harassment": 56,
        "exclusion_zone": 90,
        "border": 90,
        "timing": 90,
        "isolation": 180,
        "unlit": 180,
        "flood": 365,
        "environment": 365,
    }
)
OTHER_EXPIRY_DAYS = 90


class RiskSettings(_Table):
    """What counts as a risk, who signs it, how long it stands, and what a team is shown first.

    `medium` and `high` are the scores (likelihood x impact) from which a risk is one. An assessment
    counts when every role of `signed_by` signed it, a peer among them, until it expires: on its own
    date or, without one, after the days of its category in `expiry_days`. Minutes are those above
    which a flag is raised; `rounds_running` is in how many rounds in a row the same place at the
    same hour is a habit, `spell` how many confiscations within 30 days at one place ask for an
    entry in the register, `shown` how many flags stand open on a team's page.
    """

    medium: Annotated[int, Field(ge=2, le=25)] = 6
    high: Annotated[int, Field(ge=3, le=25)] = 15
    signed_by: list[_Word] = Field(default_factory=lambda: ["peer"], min_length=1)
    expiry_days: dict[_Word, Annotated[int, Field(ge=1, le=3650)]] = Field(default_factory=dict)
    safe_places: list[_Word] = Field(
        default_factory=lambda: ["drop_in_centre", "safe_house", "shelter", "safe_place"]
    )
    safe_min: Annotated[float, Field(gt=0, le=180)] = 15.0
    care_min: Annotated[float, Field(gt=0, le=180)] = 30.0
    naloxone_min: Annotated[float, Field(gt=0, le=60)] = 5.0
    detour_min: Annotated[float, Field(gt=0, le=120)] = 10.0
    long_leg_min: Annotated[float, Field(gt=0, le=240)] = 20.0
    steep_pct: Annotated[float, Field(ge=3, le=60)] = 10.0
    rounds_running: Annotated[int, Field(ge=2, le=5)] = 3
    spell: Annotated[int, Field(ge=2, le=100)] = 3
    shown: Annotated[int, Field(ge=1, le=20)] = 3

    @model_validator(mode="after")
    def _ordered(self) -> RiskSettings:
        if self.medium >= self.high:
            raise ValueError("medium has to be below high")
        if "peer" not in self.signed_by:
            raise ValueError("signed_by has to name peer: no assessment counts without a peer's")
        return self

    def stands_days(self, category: str) -> int:
        """Days for which an assessment of a category stands when it has no end of its own."""
        return self.expiry_days.get(category, EXPIRY_DAYS.get(category, OTHER_EXPIRY_DAYS))


class RoutingSettings(_Table):
    """How long the route search runs, what weighs how much in it, and whether it takes ferries.

    `iterations`, so that the same input gives the same plan. Timetables of ferries are not known.
    Weights are minutes on the road that a plan may spend to avoid something: a team that is new to
    a place (`continuity_min`), another weekday than usual (`rhythm_min`), a minute in a risk zone
    of weight 1 (`exposure_price`; high is 2, medium and unknown 1, low a half), a minute beyond a
    team's fair share of hours (`fair_hours_price`), a risky stop beyond its fair share of those
    (`fair_risk_min`). 0 switches each off. `max_exposure_min` is a hard limit on the weighted
    minutes in risk zones on one shift.
    """

    iterations: Annotated[int, Field(ge=1, le=1_000_000)] = 3000
    ferries: bool = False
    continuity_min: Annotated[float, Field(ge=0, le=60)] = 10.0
    rhythm_min: Annotated[float, Field(ge=0, le=60)] = 10.0
    exposure_price: Annotated[int, Field(ge=0, le=10)] = 1
    max_exposure_min: Annotated[float, Field(ge=0, le=1440)] = 120.0
    fair_hours_price: Annotated[int, Field(ge=0, le=10)] = 1
    fair_risk_min: Annotated[float, Field(ge=0, le=60)] = 10.0


class Export(StrEnum):
    """Files for other tools that a round may have."""

    GEOJSON = "geojson"
    GPX = "gpx"
    ICS = "ics"
    KML = "kml"
    XLSX = "xlsx"


class Passphrase(StrEnum):
    """What opens a team's page: English words, or digits for whoever writes no Latin letters."""

    WORDS = "words"
    DIGITS = "digits"


class MapSettings(_Table):
    """What a round's folder has beside its pages, what guards them, and their language.

    Team pages open with a passphrase alone, unless `lock` is switched off; without a `passphrase`
    it is digits where the team's page is not in Latin letters, and words elsewhere. A team's page
    may have a language of its own, by the column `page_language` of the teams. `rights` is their
    rights card, a sentence a line, which the legal contact has read; without it the card says what
    is true everywhere. `exports` are files for other tools; none of them can be locked, so none is
    written unasked.
    """

    lock: bool = True
    passphrase: Annotated[Passphrase | None, Field(strict=False)] = None
    rights: Annotated[str, Field(max_length=2000), AfterValidator(_lines)] = ""
    language: Annotated[str, AfterValidator(_page_language)] = "en"
    exports: list[Annotated[Export, Field(strict=False)]] = Field(default_factory=list)


class Head(_Table):
    """The table [programme]."""

    name: _Text
    timezone: Annotated[str, AfterValidator(_time_zone)]
    languages: list[Annotated[str, AfterValidator(_language)]] = Field(
        default_factory=lambda: ["en"], min_length=1
    )
    invented: bool = False
    streets: _FileName = "streets.osm.pbf"
    elevation: _FileName | None = None
    study_area: list[float] | None = Field(default=None, min_length=4, max_length=4, repr=False)

    @model_validator(mode="after")
    def _box(self) -> Head:
        if self.study_area is not None:
            west, south, east, north = self.study_area
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError("study_area has to be west, south, east, north in degrees")
        return self


class FileNames(_Table):
    """The table [files]; "data.xlsx#Sites" is the sheet Sites of data.xlsx.

    The visit log may be one file, several, or a folder of them.
    """

    hotspots: _FileName = "hotspots.csv"
    points: _FileName = "points.csv"
    teams: _FileName = "teams.csv"
    risks: _FileName | None = None
    visits: _FileName | list[_FileName] | None = None
    decisions: _FileName | None = None
    incidents: _FileName | None = None
    population: _FileName | None = None


_Names = dict[Annotated[str, AfterValidator(_printable)], str]


class ColumnNames(_Table):
    """The table [columns]: a programme's own names of columns -> ours, for each file."""

    hotspots: _Names = Field(default_factory=dict)
    points: _Names = Field(default_factory=dict)
    teams: _Names = Field(default_factory=dict)
    risks: _Names = Field(default_factory=dict)
    visits: _Names = Field(default_factory=dict)
    decisions: _Names = Field(default_factory=dict)
    incidents: _Names = Field(default_factory=dict)
    population: _Names = Field(default_factory=dict)


class Settings(_Table):
    """All tables."""

    programme: Head
    contacts: Contacts = Contacts()
    files: FileNames = FileNames()
    columns: ColumnNames = ColumnNames()
    privacy: PrivacyPolicy = PrivacyPolicy()
    coverage: CoverageSettings = CoverageSettings()
    risk: RiskSettings = RiskSettings()
    routing: RoutingSettings = RoutingSettings()
    maps: MapSettings = MapSettings()

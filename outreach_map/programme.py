"""`outreach.toml` becomes a frozen Programme that validates itself."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, get_args
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from outreach_map.errors import ProgrammeError

_FILE = "outreach.toml"
# A file by its usual name belongs to the programme without being named.
USUAL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "risks": "risks.geojson",
        "visits": "visits.csv",
        "decisions": "decisions.csv",
        "population": "population.csv",
    }
)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not a time zone; write it as in Europe/Berlin")
    return name


def _language(tag: str) -> str:
    if not LANGUAGE.fullmatch(tag):
        raise ValueError("is not a language tag; write it as in pt, sw or pt-BR")
    return tag


def _inside(name: str) -> str:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not name:
        raise ValueError("has to be a file inside the programme folder")
    return name


def _printable(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("has to be plain text on one line")
    return text.strip()


def _phone(text: str) -> str:
    if not re.fullmatch(r"\+?[0-9][0-9 ()/-]{1,24}", text):
        raise ValueError("is not a telephone number; write it as in +49 30 123456")
    return text


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


class PrivacyPolicy(_Table):
    """The rules of the released areas.

    `residents` or, where those are unknown, `buildings` is what an area must hold (k). No disc of
    `disc_m` may hold more than `disc_share` of its plausible places. Squares have a side of
    `cell_m`; a place wider than `widest_m` is listed and not mapped. The rules can be made
    stricter at will, and looser down to a floor that keeps a slip of the pen from switching the
    gate off: 100 residents or 20 buildings, squares of 100 m, discs of 50 m, half of the places.
    """

    residents: Annotated[int, Field(ge=100)] = 250
    buildings: Annotated[int, Field(ge=20)] = 50
    cell_m: Annotated[float, Field(ge=100, le=2000)] = 250.0
    disc_m: Annotated[float, Field(ge=50, le=1000)] = 100.0
    disc_share: Annotated[float, Field(gt=0, le=0.5)] = 1 / 3
    widest_m: Annotated[float, Field(ge=500)] = 3000.0


class CoverageSettings(_Table):
    """Standards: minutes on foot to a service, syringes a person a year (WHO target for 2030)."""

    walk_min: Annotated[float, Field(gt=0, le=120)] = 10.0
    syringes_per_person_year: Annotated[float, Field(gt=0, le=5000)] = 300.0


class RiskCuts(_Table):
    """Likelihood x impact from which a risk is medium or high."""

    medium: Annotated[int, Field(ge=2, le=25)] = 6
    high: Annotated[int, Field(ge=3, le=25)] = 15

    @model_validator(mode="after")
    def _ordered(self) -> RiskCuts:
        if self.medium >= self.high:
            raise ValueError("medium has to be below high")
        return self


class RoutingSettings(_Table):
    """How long the route search runs, and whether it may take ferries.

    Iterations, so that the same input gives the same plan. Timetables of ferries are not known.
    """

    iterations: Annotated[int, Field(ge=1, le=1_000_000)] = 1500
    ferries: bool = False


class _Head(_Table):
    name: _Text
    timezone: Annotated[str, AfterValidator(_time_zone)]
    languages: list[Annotated[str, AfterValidator(_language)]] = Field(
        default_factory=lambda: ["en"], min_length=1
    )
    invented: bool = False
    streets: _FileName = "streets.osm.pbf"
    elevation: _FileName | None = None
    study_area: list[float] | None = Field(default=None, min_length=4, max_length=4)

    @model_validator(mode="after")
    def _box(self) -> _Head:
        if self.study_area is not None:
            west, south, east, north = self.study_area
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError("study_area has to be west, south, east, north in degrees")
        return self


class _Names(_Table):
    hotspots: _FileName = "hotspots.csv"
    points: _FileName = "points.csv"
    teams: _FileName = "teams.csv"
    risks: _FileName | None = None
    visits: _FileName | None = None
    decisions: _FileName | None = None
    population: _FileName | None = None


class _Settings(_Table):
    programme: _Head
    contacts: Contacts = Contacts()
    files: _Names = _Names()
    privacy: PrivacyPolicy = PrivacyPolicy()
    coverage: CoverageSettings = CoverageSettings()
    risk: RiskCuts = RiskCuts()
    routing: RoutingSettings = RoutingSettings()


@dataclass(frozen=True)
class Files:
    """The planner's files; those that are None are not part of the programme."""

    hotspots: Path
    points: Path
    teams: Path
    risks: Path | None = None
    visits: Path | None = None
    decisions: Path | None = None
    population: Path | None = None


@dataclass(frozen=True)
class Programme:
    """A programme folder: settings and paths, and nothing raw."""

    folder: Path = field(repr=False)
    name: str
    timezone: str
    languages: tuple[str, ...]
    invented: bool
    streets: Path = field(repr=False)
    elevation: Path | None = field(repr=False)
    study_area: tuple[float, float, float, float] | None
    contacts: Contacts = field(repr=False)
    files: Files = field(repr=False)
    privacy: PrivacyPolicy
    coverage: CoverageSettings
    risk: RiskCuts
    routing: RoutingSettings

    def missing_contacts(self) -> tuple[str, ...]:
        """Roles that every peer map should name somebody for, and that nobody is named for."""
        return tuple(role for role, contact in self.contacts if contact is None)

    def require_legal(self) -> None:
        """Reject a programme whose maps would carry no legal support (ProgrammeError)."""
        if self.contacts.legal is None:
            raise ProgrammeError(
                "There is no legal contact, and no peer map is made without one.",
                where=f"{_FILE}, [contacts]",
                mend='Add: legal = { name = "…", phone = "…" }',
            )


def load_programme(folder: Path | str) -> Programme:
    """Read `outreach.toml` of a programme folder.

    Parameters
    ----------
    folder
        Holds `outreach.toml` and the files that it names.

    Returns
    -------
    Programme
        Settings and paths; the planner's files are not opened.

    Raises
    ------
    ProgrammeError
        For a missing file, broken TOML, an unknown key (with the nearest known one) or a value
        out of its range; every problem of the file at once.
    """
    folder = Path(folder)
    path = folder / _FILE
    try:
        settings = _Settings.model_validate(_parsed(path.read_text(encoding="utf-8-sig")))
    except (FileNotFoundError, NotADirectoryError):
        raise ProgrammeError(
            f"The folder has no {_FILE}.",
            where=str(folder.name or folder),
            mend="Name a programme folder; data/neubrandenburg of the project is an example.",
        ) from None
    except (OSError, UnicodeDecodeError):
        raise ProgrammeError(
            "The file cannot be read as UTF-8 text.", where=_FILE, mend="Save it as UTF-8."
        ) from None
    except ValidationError as error:
        raise ProgrammeError(_explain(error), where=_FILE, mend="") from None
    _require_files(folder, settings)
    return Programme(
        folder=folder,
        name=settings.programme.name,
        timezone=settings.programme.timezone,
        languages=tuple(settings.programme.languages),
        invented=settings.programme.invented,
        streets=folder / settings.programme.streets,
        elevation=_optional(folder, settings.programme.elevation),
        study_area=_bounds(settings.programme.study_area),
        contacts=settings.contacts,
        files=_files(folder, settings.files),
        privacy=settings.privacy,
        coverage=settings.coverage,
        risk=settings.risk,
        routing=settings.routing,
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Numbers and nestings beyond all bounds end in other errors than the parser's own.
        raise ProgrammeError(
            f"The file is not valid TOML: {_place(str(error))}",
            where=_FILE,
            mend="Compare the line with data/neubrandenburg/outreach.toml.",
        ) from None


def _optional(folder: Path, name: str | None) -> Path | None:
    return None if name is None else folder / name


def _bounds(box: list[float] | None) -> tuple[float, float, float, float] | None:
    return None if box is None else (box[0], box[1], box[2], box[3])


def _files(folder: Path, names: _Names) -> Files:
    def optional(key: str, name: str | None) -> Path | None:
        path = folder / (name or USUAL_NAMES[key])
        # One that is not named and not there is no fault.
        return path if path.is_file() else None

    return Files(
        hotspots=folder / names.hotspots,
        points=folder / names.points,
        teams=folder / names.teams,
        risks=optional("risks", names.risks),
        visits=optional("visits", names.visits),
        decisions=optional("decisions", names.decisions),
        population=optional("population", names.population),
    )


def _require_files(folder: Path, settings: _Settings) -> None:
    """Reject names of files that do not exist (ProgrammeError), all of them at once."""
    named = {"streets": settings.programme.streets}
    if settings.programme.elevation is not None:
        named["elevation"] = settings.programme.elevation
    named |= {f"files.{key}": name for key, name in settings.files if name is not None}
    missing = {key: name for key, name in named.items() if not (folder / name).is_file()}
    if missing:
        one = len(missing) == 1
        raise ProgrammeError(
            f"The file {', '.join(missing.values())} does not exist."
            if one
            else f"The files {', '.join(missing.values())} do not exist.",
            where=f"{_FILE}, {', '.join(missing)}",
            mend=f"Put {'it' if one else 'them'} into the folder, or correct the name.",
        )


def _place(message: str) -> str:
    """The parser's message without what it quotes: 'at line 7, column 3'."""
    match = re.search(r"at (line \d+, column \d+|end of document)", message)
    return f"see {match[1]}." if match else "see the quotes and brackets."


# pydantic's own words, where a planner would stumble over them.
_PLAINLY = {
    "missing": "is missing",
    "model_type": "has to be a table, as in the example programme",
    "string_type": "has to be text in quotes",
    "int_type": "has to be a whole number",
    "float_type": "has to be a number",
    "finite_number": "has to be a number",
    "bool_type": "has to be true or false",
    "list_type": "has to be a list in square brackets",
}


def _explain(error: ValidationError) -> str:
    sentences = []
    for item in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            known = _known_keys(item["loc"][:-1])
            near = difflib.get_close_matches(str(item["loc"][-1]), known, n=1, cutoff=0.4)
            hint = (
                f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}."
            )
            sentences.append(f"{key} is not a known setting; {hint}")
        else:
            message = item["msg"].removeprefix("Value error, ")
            message = _PLAINLY.get(item["type"], message.replace("Input should be", "has to be"))
            sentences.append(f"{key}: {message[:1].lower()}{message[1:]}.")
    return " ".join(sentences)


def _known_keys(where: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = _Settings
    for key in where:
        fields: Mapping[str, Any] = model.model_fields
        annotation = fields[str(key)].annotation
        options = [annotation, *get_args(annotation)]
        model = next(o for o in options if isinstance(o, type) and issubclass(o, BaseModel))
    return list(model.model_fields)

"""`outreach.toml` becomes a frozen Programme that validates itself."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from outreach_map.errors import ProgrammeError
from outreach_map.limits import MAX_SETTINGS, megabytes
from outreach_map.settings import (
    ColumnNames,
    Contacts,
    CoverageSettings,
    FileNames,
    MapSettings,
    PrivacyPolicy,
    RiskSettings,
    RoutingSettings,
    Settings,
    split_sheet,
)

_FILE = "outreach.toml"
# A file by its usual name belongs to the programme without being named.
USUAL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "risks": "risks.geojson",
        "visits": "visits.csv",
        "decisions": "decisions.csv",
        "incidents": "incidents.csv",
        "population": "population.csv",
    }
)


@dataclass(frozen=True)
class Files:
    """The planner's files; those that are None are not part of the programme.

    A path may end in "#Sheet". The visit log may have come in several parts.
    """

    hotspots: Path
    points: Path
    teams: Path
    risks: Path | None = None
    visits: tuple[Path, ...] = ()
    decisions: Path | None = None
    incidents: Path | None = None
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
    study_area: tuple[float, float, float, float] | None = field(repr=False)
    contacts: Contacts = field(repr=False)
    files: Files = field(repr=False)
    columns: ColumnNames = field(repr=False)
    privacy: PrivacyPolicy
    coverage: CoverageSettings
    risk: RiskSettings
    routing: RoutingSettings
    maps: MapSettings

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
        if path.stat().st_size > MAX_SETTINGS:
            raise ProgrammeError(
                f"The file is larger than {megabytes(MAX_SETTINGS)}.",
                where=_FILE,
                mend="Name the programme's files in it; they do not stand in it.",
            )
        settings = Settings.model_validate(_parsed(path.read_text(encoding="utf-8-sig")))
    except (FileNotFoundError, NotADirectoryError):
        raise ProgrammeError(
            f"The folder has no {_FILE}.",
            where=str(folder.name or folder),
            mend="Name a programme folder, or make one: outreach-map new FOLDER --streets FILE.",
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
        columns=settings.columns,
        privacy=settings.privacy,
        coverage=settings.coverage,
        risk=settings.risk,
        routing=settings.routing,
        maps=settings.maps,
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


def _files(folder: Path, names: FileNames) -> Files:
    def optional(key: str, name: str | None) -> Path | None:
        # One that is not named and not there is no fault.
        if name is None and not (folder / USUAL_NAMES[key]).is_file():
            return None
        return folder / (name or USUAL_NAMES[key])

    return Files(
        hotspots=folder / names.hotspots,
        points=folder / names.points,
        teams=folder / names.teams,
        risks=optional("risks", names.risks),
        visits=_parts(folder, names.visits),
        decisions=optional("decisions", names.decisions),
        incidents=optional("incidents", names.incidents),
        population=optional("population", names.population),
    )


def _parts(folder: Path, names: str | list[str] | None) -> tuple[Path, ...]:
    """Files of the visit log; a folder stands for what lies in it."""
    if names is None:
        usual = [name for name in (USUAL_NAMES["visits"], "visits") if (folder / name).exists()]
        names = usual[:1]
    paths: list[Path] = []
    for path in [folder / name for name in ([names] if isinstance(names, str) else names)]:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        # Spreadsheets leave lock files beside what is open, and Windows its own in every folder.
        paths += [
            one
            for one in inside
            if not one.name.startswith((".", "~$")) and one.name.lower() not in _OF_WINDOWS
        ]
    return tuple(dict.fromkeys(paths))


def _require_files(folder: Path, settings: Settings) -> None:
    """Reject names of files that do not exist (ProgrammeError), all of them at once."""
    named = {"streets": settings.programme.streets}
    if settings.programme.elevation is not None:
        named["elevation"] = settings.programme.elevation
    for key, names in settings.files:
        for count, name in enumerate([names] if isinstance(names, str) else names or []):
            named[f"files.{key}" if isinstance(names, str) else f"files.{key}[{count}]"] = name
    missing = {
        key: name
        for key, name in named.items()
        if not (folder / split_sheet(name)[0]).is_file()
        and not (key.startswith("files.visits") and (folder / name).is_dir())
    }
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


_OF_WINDOWS = frozenset(("desktop.ini", "thumbs.db"))

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
    model: type[BaseModel] = Settings
    for key in where:
        fields: Mapping[str, Any] = model.model_fields
        annotation = fields[str(key)].annotation
        options = [annotation, *get_args(annotation)]
        model = next(o for o in options if isinstance(o, type) and issubclass(o, BaseModel))
    return list(model.model_fields)

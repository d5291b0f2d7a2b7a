"""A new programme folder, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from outreach_map.errors import ProgrammeError
from outreach_map.network import read_extract
from outreach_map.privacy import open_private
from outreach_map.programme import load_programme
from outreach_map.settings import Head
from outreach_map.starter.examples import example_rows, nobodys_place
from outreach_map.starter.forms import FORMS, write_form
from outreach_map.starter.place import Whereabouts, whereabouts
from outreach_map.starter.settings_file import settings_text
from outreach_map.starter.templates import write_csv, write_workbook
from outreach_map.tables import Mode

# What every programme has stands in the folder itself; what it may have, among the templates.
LIVE = ("hotspots", "points", "teams")
_IGNORED = "# Raw files of a programme never enter a repository by a slip.\n*\n"


@dataclass(frozen=True)
class Begun:
    """A folder that was made: its files, and what was found of its place."""

    folder: Path
    files: tuple[Path, ...]
    where: Whereabouts


def begin_programme(
    folder: Path,
    streets: Path,
    *,
    name: str = "",
    timezone: str = "",
    languages: Sequence[str] = ("en",),
    progress: Callable[[str], None] | None = None,
) -> Begun:
    """Make a folder with settings, templates, field forms, a copy of the streets, and `private/`.

    Only its owner can look into the folder; the key is made by the first plan.

    Parameters
    ----------
    folder
        Does not exist yet, or is empty.
    streets
        An OpenStreetMap extract of the place.
    name
        Of the programme; the folder's where it is empty.
    timezone
        Found from the streets where it is empty.
    languages
        Language tags of the programme.
    progress
        Called with the name of each stage as it starts.

    Returns
    -------
    Begun
        Its files, those of `private/` left out.

    Raises
    ------
    ProgrammeError
        When the folder holds anything, when a name, time zone or language is none, when no time
        zone is known there, or when the folder cannot be written.
    ExtractError
        When the streets cannot be read.
    """
    say = progress or (lambda _: None)
    folder = folder.absolute()
    _require_empty(folder)
    name = name or folder.name
    say("reading streets")
    extract = read_extract(streets, cache=False)
    west, south, east, north = extract.bounds
    where = whereabouts((west + east) / 2, (south + north) / 2)
    found = not timezone
    if timezone:
        where = replace(where, timezone=timezone)
    _require_settings(name, where.timezone, languages)
    spot = nobodys_place(extract.bounds, extract.networks[Mode.WALK])
    rows = example_rows(spot, languages)
    kept = f"streets{''.join(streets.suffixes[-2:])}"
    text = settings_text(name, where, languages, kept, extract.bounds, found=found)
    say("writing the folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as temporary:
            fresh = Path(temporary) / "programme"
            fresh.mkdir(mode=0o700)
            shutil.copyfile(streets, fresh / kept)
            (fresh / "outreach.toml").write_text(text, encoding="utf-8")
            (fresh / ".gitignore").write_text(_IGNORED, encoding="utf-8")
            for part in ("templates", "forms"):
                (fresh / part).mkdir()
            for table, row in rows.items():
                directory = fresh if table in LIVE else fresh / "templates"
                write_csv(row, directory / f"{table}.csv")
            write_workbook(rows, fresh / "templates" / "tables.xlsx")
            for form in FORMS:
                write_form(form, languages, fresh / "forms" / f"{form.table}.xlsx")
            open_private(fresh)
            load_programme(fresh)
            if folder.is_dir():
                folder.rmdir()
            fresh.rename(folder)
    except OSError as error:
        raise ProgrammeError(
            f"The folder could not be written ({error.strerror or type(error).__name__}).",
            where=folder.name,
            mend="Check that its place is there, is yours and has space.",
        ) from None
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.parent.name != "private"
    )
    return Begun(folder, tuple(files), where)


def _require_empty(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ProgrammeError(
            "It exists and is not empty; nothing of it was touched.",
            where=folder.name,
            mend="Name a folder that does not exist yet.",
        )


def _require_settings(name: str, timezone: str, languages: Sequence[str]) -> None:
    """Reject what `outreach.toml` would reject, in the words of the command (ProgrammeError)."""
    if not timezone:
        raise ProgrammeError(
            "No time zone is known where the streets are.",
            where="--timezone",
            mend="Name it, as in --timezone Europe/Berlin.",
        )
    for option, given in (
        ("--name", {"name": name}),
        ("--timezone", {"timezone": timezone}),
        ("--language", {"languages": list(languages)}),
    ):
        try:
            Head.model_validate({"name": "a", "timezone": "UTC", **given})
        except ValidationError as error:
            why = error.errors(include_input=False)[0]["msg"].removeprefix("Value error, ")
            raise ProgrammeError(
                f"What was given {why}.", where=option, mend="Nothing was written."
            ) from None

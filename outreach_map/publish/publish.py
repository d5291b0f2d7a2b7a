"""Write a round's files: all of them or none, and never half a file."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from outreach_map.errors import PublishError
from outreach_map.language import phrase
from outreach_map.publish.exports import (
    chosen_writers,
    gaps_csv,
    kit_csv,
    write_geopackage,
)
from outreach_map.publish.pages import PageMaker
from outreach_map.publish.plan import Plan
from outreach_map.publish.risks import flags_csv
from outreach_map.publish.shell import locked_page
from outreach_map.routing import check_plan
from outreach_map.tables import Team

MANIFEST = "manifest.json"
_FORMAT = 1


def publish_round(plan: Plan, directory: Path | str) -> list[Path]:
    """Write the pages and tables of a plan.

    Parameters
    ----------
    plan
        From `plan_round`.
    directory
        Folder of the round. Files that an earlier run of the round wrote there and this one does
        not make are removed; anything else in it is left alone.

    Returns
    -------
    Paths of the files, pages first. The same plan gives the same bytes, but for the pages that it
    locks: those are sealed afresh.

    Raises
    ------
    PublishError
        Without a legal contact, when the plan breaks a rule of the programme, or when the folder
        cannot be written. What was there stays.
    """
    if plan.contacts.legal is None:
        raise PublishError(
            "There is no legal contact, and no peer map is made without one.",
            where="outreach.toml, [contacts]",
            mend='Add: legal = { name = "…", phone = "…" }',
        )
    if faults := check_plan(plan.release, plan.routes):
        raise PublishError(
            f"The plan breaks {len(faults)} of the programme's rules ({faults[0]}).",
            mend="Please report it; nothing was published.",
        )
    directory = Path(directory)
    writers = _writers(plan)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        # By its digest: the name of one city may begin that of another.
        prefix = f".new-{hashlib.sha256(directory.name.encode()).hexdigest()[:12]}-"
        # What a run that was cut off has left behind.
        for stale in directory.parent.glob(f"{prefix}*"):
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=directory.parent) as temporary:
            fresh = Path(temporary)
            for name, write in writers.items():
                write(fresh / name)
            _write_manifest(plan, fresh, list(writers))
            _replace(fresh, directory, [*writers, MANIFEST])
    except OSError as error:
        raise PublishError(
            f"The maps could not be written ({error.strerror or type(error).__name__}).",
            where=directory.name,
            mend="Check that the folder is yours and has space; what was there is as it was.",
        ) from None
    return [directory / name for name in (*writers, MANIFEST)]


def _writers(plan: Plan) -> Mapping[str, Callable[[Path], None]]:
    """How each file is written, by name, in the order in which they are listed."""
    pages = PageMaker(plan)

    def text(make: Callable[[], str]) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            path.write_bytes(make().encode())

        return write

    return {
        "planner.html": text(pages.planner),
        **{
            f"team-{team.code.lower()}.html": text(partial(_team_page, plan, pages, team))
            for team in plan.release.teams
        },
        "manager.html": text(pages.manager),
        "plan.gpkg": lambda path: write_geopackage(plan, path),
        "gaps.csv": text(lambda: gaps_csv(plan)),
        "kit-list.csv": text(lambda: kit_csv(plan)),
        "flags.csv": text(lambda: flags_csv(plan)),
        **chosen_writers(plan),
    }


def _team_page(plan: Plan, pages: PageMaker, team: Team) -> str:
    """A team's page; with a passphrase only that opens it, and it is sealed afresh each time.

    What asks for the passphrase speaks the programme's language: a team's own would tell whoever
    finds the file which community it visits.
    """
    page = pages.team(team)
    passphrase = plan.passphrases.get(team.code)
    if passphrase is None:
        return page
    name = plan.language.say(phrase("Team {team}", team=team.code))
    return locked_page(page, passphrase, name, plan.language)


def _write_manifest(plan: Plan, folder: Path, names: list[str]) -> None:
    contents = {name: (folder / name).read_bytes() for name in names}
    manifest = {
        "format": _FORMAT,
        "round": plan.start.isoformat(),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in contents.items()
        },
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_bytes(text.encode())
    for name in (*names, MANIFEST):
        # Other users of the machine have no business in them; who gives one on, copies it.
        (folder / name).chmod(0o600)


def _replace(fresh: Path, directory: Path, names: list[str]) -> None:
    """Move the fresh files into place; the earlier ones come back when that fails."""
    stale = set(_listed(directory)) - set(names)
    directory.mkdir(exist_ok=True)
    kept = fresh / "earlier"
    kept.mkdir()
    moved: list[str] = []
    try:
        for name in names:
            if (directory / name).exists():
                shutil.copy2(directory / name, kept / name)
            (fresh / name).replace(directory / name)
            moved.append(name)
    except OSError:
        for name in moved:
            if (kept / name).exists():
                (kept / name).replace(directory / name)
            else:
                (directory / name).unlink()
        raise
    for name in stale:
        (directory / name).unlink(missing_ok=True)


def _listed(directory: Path) -> list[str]:
    """Plain file names that an earlier manifest lists; none where there is no readable one."""
    try:
        files = json.loads((directory / MANIFEST).read_bytes())["files"]
        return [name for name in files if Path(name).name == name and name not in ("", "..")]
    except (OSError, ValueError, KeyError, TypeError):
        return []

"""Commands for what comes back from the field."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach_map.cli.group import FILE, FOLDER, main
from outreach_map.cli.output import FINE, PROBLEMS, Output, saying

if TYPE_CHECKING:
    from outreach_map.returns import ReturnedVisit


@main.command()
@click.argument("folder", type=FOLDER)
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--ask", is_flag=True, help="Ask for the words of files from pages without a lock.")
@click.option("--dry-run", is_flag=True, help="Show what would be added, and change nothing.")
@saying
def returns(
    output: Output, *, folder: Path, files: tuple[Path, ...], ask: bool, dry_run: bool
) -> None:
    """Take marks that teams saved on their pages (FILES) into the visit log of FOLDER.

    A file opens with the words of the team's page. Visits that the log has already are not added
    again, nor those of a day to come, and a file with a fault adds nothing. New risks go to
    private/risks-proposed.csv, for the peers' meeting. Exit code 1 where something was left for you
    to settle.

    Example: outreach-map returns my-programme note.txt
    """
    from outreach_map.programme import load_programme
    from outreach_map.returns import read_returns

    programme = load_programme(folder)
    words = click.prompt("Words of the file", hide_input=True, err=True) if ask else ""
    found = read_returns(programme, files, words=words, write=not dry_run, today=date.today())
    taken = found.taken
    document: dict[str, object] = {
        "files": [
            {
                "file": one.file,
                "team": one.team,
                "round": one.round.isoformat(),
                "marks": one.marks,
                "notes": one.notes,
            }
            for one in found.files
        ],
        "written": not dry_run,
        "log": taken.log,
        "added": [_document(visit) for visit in taken.added],
        "there": taken.there,
        "differing": [_document(visit) for visit in taken.differing],
        "unknown": [
            {"date": one.date.isoformat(), "hotspot": one.hotspot, "team": one.team}
            for one in taken.unknown
        ],
        "ahead": [_document(visit) for visit in taken.ahead],
        "risks_noted": taken.noted,
    }
    verb = "would be added" if dry_run else "added"
    count = len(taken.added)
    lines = [f"{one.file}: {one.team}, round of {one.round}" for one in found.files]
    lines += [f"  {_line(visit)}" for visit in taken.added]
    lines.append(f"{count} visit{'s' * (count != 1)} {verb} to {taken.log}")
    if taken.there:
        lines.append(f"{taken.there} in the log already")
    if taken.noted:
        risks = f"{taken.noted} new risk{'s' * (taken.noted != 1)}"
        lines.append(f"{risks} {verb} to private/risks-proposed.csv, for the peers' meeting")
    lines += [
        f"  {visit.date} {visit.hotspot} by {visit.team}: the log says otherwise; correct it there"
        for visit in taken.differing
    ]
    lines += [
        f"  {one.date} {one.hotspot} by {one.team}: nobody has that code any more; enter it by hand"
        for one in taken.unknown
    ]
    lines += [
        f"  {visit.date} {visit.hotspot} by {visit.team}: that day is still to come; enter it by "
        "hand if it was another"
        for visit in taken.ahead
    ]
    output.result(document, lines)
    left = taken.differing or taken.unknown or taken.ahead
    sys.exit(PROBLEMS if left else FINE)


def _document(visit: ReturnedVisit) -> dict[str, object]:
    return {
        "date": visit.date.isoformat(),
        "hotspot": visit.hotspot,
        "team": visit.team,
        "outcome": visit.outcome,
        **visit.counts,
    }


def _line(visit: ReturnedVisit) -> str:
    counted = "".join(f", {name.replace('_', ' ')} {count}" for name, count in visit.counts.items())
    outcome = visit.outcome.replace("_", " ")
    return f"{visit.date} {visit.hotspot} by {visit.team}: {outcome}{counted}"

"""Commands for the planner's files."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from outreach_map.cli.group import FILE, FOLDER, main, no_cache
from outreach_map.cli.output import FINE, PROBLEMS, Output, saying


@main.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--save", "saved", type=FILE, help="Write the problems to this file too, .csv or .json."
)
@no_cache
@saying
def check(output: Output, *, folder: Path, saved: Path | None, cache: bool) -> None:
    """List every problem in the files of the programme in FOLDER; exit code 1 with errors.

    A hotspot's coordinates, and notes, are never shown.

    Example: outreach-map check my-programme --save problems.csv
    """
    from outreach_map.cli.problems import save_problems
    from outreach_map.errors import Severity
    from outreach_map.programme import load_programme
    from outreach_map.upkeep import check_programme

    if saved is not None and saved.suffix.lower() not in (".csv", ".json"):
        raise click.BadParameter("end the name in .csv or .json.", param_hint="--save")
    problems = check_programme(load_programme(folder), cache=cache, today=date.today())
    if saved is not None:
        save_problems(problems, saved)
    output.problems(problems)
    found = any(problem.severity is Severity.ERROR for problem in problems)
    sys.exit(PROBLEMS if found else FINE)

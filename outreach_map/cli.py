"""The command line: the only place that prints, prompts or exits."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
from rich.console import Console
from rich.table import Table

from outreach_map.audit import twin_worlds
from outreach_map.demo import DEMO_ROUND, demo_programme
from outreach_map.errors import InputError, OutreachMapError, Problem, Severity
from outreach_map.planning import check_programme, plan_round
from outreach_map.programme import load_programme
from outreach_map.publish import publish_round

P = ParamSpec("P")

_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_out = Console(highlight=False, soft_wrap=True)

FOLDER = click.Path(exists=False, file_okay=False, path_type=Path)


def _exits(command: Callable[P, None]) -> Callable[P, None]:
    """Turn errors into exits: 2 for what a user can mend, 3 for a fault of the program.

    A fault shows where in the program it happened and of what type it is, never its message:
    messages of other people's code may quote the data.
    """

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InputError as error:
            _show_problems(error.problems, _errors)
            sys.exit(2)
        except OutreachMapError as error:
            _errors.print(f"[bold]Stopped.[/] {_plain(str(error))}")
            sys.exit(2)
        except click.ClickException:
            raise
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            own = [frame for frame in frames if "outreach_map" in frame.filename]
            place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "unknown place"
            _errors.print(
                f"[bold]Stopped by a fault of the program[/] ({type(error).__name__} at {place}). "
                "Nothing was published. Please report this line; it holds none of your data."
            )
            sys.exit(3)

    return wrapped


def _plain(text: str) -> str:
    """Text with rich's markup switched off."""
    return text.replace("[", "\\[")


def _monday(_: click.Context, __: click.Parameter, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a date. Write the Monday of the round as YYYY-MM-DD, "
            "for example 2026-11-23."
        ) from None


def _show_problems(problems: tuple[Problem, ...], console: Console) -> None:
    for file in sorted({problem.file for problem in problems}):
        table = Table(
            title=file, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0)
        )
        for heading in ("row", "column", "", "what is wrong", "what to do"):
            table.add_column(heading, overflow="fold")
        for problem in (problem for problem in problems if problem.file == file):
            found = f" (found {problem.found!r})" if problem.found else ""
            table.add_row(
                "" if problem.row is None else str(problem.row),
                _plain(problem.column),
                problem.severity.value,
                _plain(problem.what + found),
                _plain(problem.mend),
            )
        console.print(table)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    console.print(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}")


def _say(stage: str) -> None:
    _errors.print(f"[dim]{datetime.now():%H:%M:%S}[/] {stage}")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="outreach-map")
def main() -> None:
    """Plan peer outreach and write offline maps that give no place away.

    Example: outreach-map demo
    """


@main.command()
@click.option("--rural", is_flag=True, help="Plan the rural programme (Liechtenstein) instead.")
@click.option("--out", type=FOLDER, default=Path("maps"), show_default=True, help="Where maps go.")
@_exits
def demo(*, rural: bool, out: Path) -> None:
    """Plan the embedded demo programme; every person and place of contact in it is invented.

    Example: outreach-map demo --rural --out maps
    """
    with demo_programme(rural=rural) as folder:
        _plan(folder, DEMO_ROUND, out / DEMO_ROUND.isoformat() / ("rural" if rural else ""), 0)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--round", "start", required=True, callback=_monday, help="The round's Monday.")
@click.option("--out", type=FOLDER, default=Path("maps"), show_default=True, help="Where maps go.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the route search.")
@_exits
def plan(*, folder: Path, start: date, out: Path, seed: int) -> None:
    """Plan one week for the programme in FOLDER and write its maps.

    Example: outreach-map plan my-programme --round 2026-11-23 --out maps
    """
    _plan(folder, start, out / start.isoformat(), seed)


def _plan(folder: Path, start: date, directory: Path, seed: int) -> None:
    result = plan_round(load_programme(folder), start, seed=seed, progress=_say)
    _say("writing maps")
    for path in publish_round(result, directory):
        click.echo(path)


@main.command()
@click.argument("folder", type=FOLDER)
@_exits
def check(*, folder: Path) -> None:
    """List every problem in the files of the programme in FOLDER; exit code 1 with errors.

    Example: outreach-map check my-programme
    """
    problems = check_programme(load_programme(folder))
    _show_problems(problems, _out)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--round", "start", required=True, callback=_monday, help="The round's Monday.")
@click.option("--worlds", type=click.IntRange(1, 100), default=1, show_default=True)
@_exits
def audit(*, folder: Path, start: date, worlds: int) -> None:
    """Check that the maps of FOLDER say nothing but the released areas.

    Plans the round once as it is and once in each twin world: every hotspot moved at random within
    its released area, notes and in-band counts changed. Every published byte must stay the same.

    Example: outreach-map audit my-programme --round 2026-11-23 --worlds 2
    """
    differing = twin_worlds(folder, start, worlds=worlds, progress=_say)
    if differing:
        _errors.print("[bold]The twin worlds differ[/] in: " + ", ".join(differing))
        sys.exit(1)
    _out.print(f"{worlds} twin world{'s' * (worlds != 1)}: every published byte is the same.")

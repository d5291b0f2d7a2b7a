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

from outreach_map.audit import audit_round, write_report
from outreach_map.demo import DEMO_ROUND, demo_programme
from outreach_map.errors import InputError, OutreachMapError, Problem, Severity
from outreach_map.network import components, read_extract
from outreach_map.planning import check_programme, plan_round
from outreach_map.planning import rotate as planning_rotate
from outreach_map.programme import load_programme
from outreach_map.publish import publish_round

P = ParamSpec("P")

_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_out = Console(highlight=False, soft_wrap=True)

FOLDER = click.Path(exists=False, file_okay=False, path_type=Path)
FILE = click.Path(exists=False, dir_okay=False, path_type=Path)

no_cache = click.option(
    "--no-cache",
    "cache",
    flag_value=False,
    default=True,
    help="Read the streets anew, and keep nothing of them beside the extract.",
)


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
        except (click.ClickException, click.Abort):
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
        _plan(
            folder,
            DEMO_ROUND,
            out / DEMO_ROUND.isoformat() / ("rural" if rural else ""),
            0,
            cache=False,
        )


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--round", "start", required=True, callback=_monday, help="The round's Monday.")
@click.option("--out", type=FOLDER, default=Path("maps"), show_default=True, help="Where maps go.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the route search.")
@no_cache
@_exits
def plan(*, folder: Path, start: date, out: Path, seed: int, cache: bool) -> None:
    """Plan one week for the programme in FOLDER and write its maps.

    Example: outreach-map plan my-programme --round 2026-11-23 --out maps
    """
    _plan(folder, start, out / start.isoformat(), seed, cache=cache)


def _plan(folder: Path, start: date, directory: Path, seed: int, *, cache: bool) -> None:
    result = plan_round(load_programme(folder), start, seed=seed, progress=_say, cache=cache)
    _say("writing maps")
    for path in publish_round(result, directory):
        click.echo(path)


@main.command()
@click.argument("folder", type=FOLDER)
@no_cache
@_exits
def check(*, folder: Path, cache: bool) -> None:
    """List every problem in the files of the programme in FOLDER; exit code 1 with errors.

    Example: outreach-map check my-programme
    """
    problems = check_programme(load_programme(folder), cache=cache)
    _show_problems(problems, _out)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--round", "start", required=True, callback=_monday, help="The round's Monday.")
@click.option("--worlds", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 52), default=4, show_default=True)
@no_cache
@_exits
def audit(*, folder: Path, start: date, worlds: int, rounds: int, cache: bool) -> None:
    """Check that the maps of FOLDER say nothing but the released areas.

    Plans the round as it is and in twin worlds, where every hotspot stands elsewhere in its
    released area (in one of them off the streets), with other ids, notes and in-band counts: every
    published byte must stay the same. No published file may hold a raw coordinate, note or id; no
    suppressed count may follow from the last ROUNDS rounds; and the ledger must be in order. Then
    it attacks the round. Nothing is published; private/privacy-report.html has what was found.

    Example: outreach-map audit my-programme --round 2026-11-23 --worlds 2
    """
    found = audit_round(folder, start, worlds=worlds, rounds=rounds, progress=_say, cache=cache)
    path = write_report(found, folder / "private")
    for failure in found.failures:
        _errors.print(f"[bold]{_plain(failure)}[/]")
    if not found.clean:
        _errors.print(f"Do not publish this round. See {_plain(str(path))}.")
        sys.exit(1)
    _out.print(f"{found.worlds} twin worlds: every published byte is the same.")
    _out.print("No published file holds a raw coordinate, note or id of your files.")
    _out.print(f"{found.derived.checked} suppressed counts: none follows from {rounds} rounds.")
    if found.unsigned:
        _out.print(
            f"{found.unsigned} coordinates and ids are too plain to look for (four decimals or "
            "less, short words); the twin worlds speak for them."
        )
    for attack in found.attacks:
        _out.print(
            f"Attack, {attack.name}: {attack.median_m:.0f} m off in the median, "
            f"{attack.within_50_m:.0%} within 50 m."
        )
    if found.inspection.inputs_changed and found.inspection.below:
        _out.print(
            f"{found.inspection.below} areas hold fewer than they should by today's data; they "
            "were made from earlier ones, and are kept."
        )
    _out.print(_plain(str(path)))


@main.group()
def key() -> None:
    """Look after the key of a programme, from which its codes are made.

    Example: outreach-map key rotate my-programme
    """


@key.command()
@click.argument("folder", type=FOLDER)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_exits
def rotate(*, folder: Path, yes: bool) -> None:
    """Make a new key for the programme in FOLDER, after a theft or when somebody leaves.

    Codes in later maps link to nothing in earlier ones; the areas stay.

    Example: outreach-map key rotate my-programme
    """
    programme = load_programme(folder)
    if not yes:
        click.confirm("Replace the key? Earlier codes cannot be made again.", abort=True, err=True)
    _out.print(_plain(planning_rotate(programme)))


@main.command()
@click.argument("place", required=False)
@click.option(
    "--from", "source", type=FILE, help="Larger extract to cut the place out of, offline."
)
@click.option("--clip", type=FILE, help="Outline of the place (GeoJSON), with --from.")
@click.option("-o", "--out", type=FILE, default=Path("streets.osm.pbf"), show_default=True)
@click.option("--yes", is_flag=True, help="Do not ask before the download.")
@_exits
def streets(
    *, place: str | None, source: Path | None, clip: Path | None, out: Path, yes: bool
) -> None:
    """Get the streets of PLACE: by download, or offline out of a larger extract.

    A download asks OpenStreetMap's public services for the place by its name, and so tells them
    that somebody at this address works there. It never asks for anything finer. Offline,
    name an extract of the region and the outline of the place instead.

    Example: outreach-map streets --from region.osm.pbf --clip boundary.geojson -o streets.osm.pbf
    """
    # Here, since the libraries behind them take a second to load.
    from outreach_map.network.clip import clip_extract, read_boundary
    from outreach_map.network.download import download_streets, services

    if (source is None) != (clip is None) or (source is None) == (place is None):
        raise click.UsageError("Name a PLACE to download, or both --from and --clip.")
    if place is not None:
        for service in services():
            _errors.print(f"asks {service} for: {_plain(place)}")
        if not yes:
            click.confirm("Ask them?", abort=True, err=True)
        _say("downloading")
        download_streets(place, out)
    elif source is not None and clip is not None:
        _say("cutting the place out")
        clip_extract(source, read_boundary(clip), out)
    _report_streets(out)
    click.echo(out)


def _report_streets(path: Path) -> None:
    """Say what an extract holds, and how much of it hangs together."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("by", "crossings", "street km", "in one piece", "pieces left aside"):
        table.add_column(heading, justify="left" if heading == "by" else "right")
    for mode, network in read_extract(path, cache=False).networks.items():
        parts = components(network)
        km = sum(part.length_km for part in parts)
        share = parts[0].length_km / km if km else 0.0
        table.add_row(mode, f"{len(network)}", f"{km:.0f}", f"{share:.1%}", f"{len(parts) - 1}")
    _errors.print(table)

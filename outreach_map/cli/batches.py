"""The command that plans many programmes at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach_map.cli.group import FOLDER, main, maps_option, no_cache, round_option
from outreach_map.cli.output import PROBLEMS, Output, saying

if TYPE_CHECKING:
    from outreach_map.batch import CityResult


@main.command()
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@round_option
@maps_option
@click.option("--scheduler", help="Address of a Dask scheduler whose workers see the same folders.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; as many as cores without.")
@click.option(
    "--memory",
    type=click.FloatRange(min=0.25),
    help="GB a process may take; an even part of the machine's without.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the route searches.")
@click.option("--language", "tag", default="en", show_default=True, help="Of the national page.")
@no_cache
@saying
def batch(
    output: Output,
    *,
    folders: tuple[Path, ...],
    start: date,
    maps: Path,
    scheduler: str | None,
    workers: int | None,
    memory: float | None,
    seed: int,
    tag: str,
    cache: bool,
) -> None:
    """Plan many programmes side by side, and write a national picture of coverage.

    Each programme of FOLDERS gets a folder of its own below the round's. One that fails does not
    stop the others. Run again, those whose files have not changed are not planned again.

    Example: outreach-map batch cities/* --round 2026-11-23 --out maps
    """
    from outreach_map.batch import (
        LIMITS,
        CityTask,
        Outcome,
        crossing,
        plan_cities,
        publish_national,
    )
    from outreach_map.language import available_languages, language_of

    try:
        language = language_of(tag)
    except ValueError:
        known = ", ".join(available_languages())
        raise click.BadParameter(
            f"there are no pages in {tag!r}. Take one of: {known}.", param_hint="--language"
        ) from None

    directory = (maps / start.isoformat()).resolve()
    tasks = [
        CityTask(str(folder.resolve()), str(directory / folder.resolve().name), start, seed, cache)
        for folder in folders
    ]
    limits = replace(LIMITS, workers=workers, memory=None if memory is None else int(memory * 1e9))
    done: list[CityResult] = []

    def say(result: CityResult) -> None:
        done.append(result)
        output.note(f"{len(done)} of {len(tasks)}  {_line(result)}")
        for notice in result.notices:
            output.note(f"    {notice}")

    results = plan_cities(tasks, scheduler=scheduler, limits=limits, progress=say)
    paths = [str(path) for path in publish_national(results, start, directory, language=language)]
    output.result(
        {
            "round": start.isoformat(),
            "programmes": [
                {
                    "name": result.name,
                    "outcome": result.outcome.value,
                    "seconds": round(result.seconds, 1),
                    "error": result.error,
                    "notices": result.notices,
                }
                for result in results
            ],
            "files": paths,
        },
        paths,
    )
    crossed = crossing([result.figures for result in results if result.figures is not None])
    for one, other in crossed:
        output.note(
            f"{one} and {other} lie over one town, and their areas follow unlike rules: laid over "
            "each other they give places away. Give both the same [privacy], and plan them again "
            "before any of these maps is given on."
        )
    if crossed or any(result.outcome is Outcome.FAILED for result in results):
        sys.exit(PROBLEMS)


def _line(result: CityResult) -> str:
    if result.error:
        return f"{result.name}: {result.outcome.value}. {result.error}"
    return f"{result.name}: {result.outcome.value} ({result.seconds:.0f} s)"

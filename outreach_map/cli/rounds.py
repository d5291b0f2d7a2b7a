"""Commands that plan a round and write its maps."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from outreach_map.cli.group import FOLDER, main, maps_option, no_cache, round_option
from outreach_map.cli.output import Output, saying


@main.command()
@click.option("--rural", is_flag=True, help="Plan the rural programme (Liechtenstein) instead.")
@maps_option
@saying
def demo(output: Output, *, rural: bool, maps: Path) -> None:
    """Plan the embedded demo programme; every person and place of contact in it is invented.

    Example: outreach-map demo --rural --out maps
    """
    from outreach_map.demo import DEMO_ROUND, demo_programme

    with demo_programme(rural=rural) as folder:
        directory = maps / DEMO_ROUND.isoformat() / ("rural" if rural else "")
        # Its week is where it is, whatever the clock says.
        _plan(output, folder, DEMO_ROUND, directory, 0, cache=False, today=None)


@main.command()
@click.argument("folder", type=FOLDER)
@round_option
@maps_option
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the route search.")
@no_cache
@saying
def plan(output: Output, *, folder: Path, start: date, maps: Path, seed: int, cache: bool) -> None:
    """Plan one week for the programme in FOLDER and write its maps.

    Example: outreach-map plan my-programme --round 2026-11-23 --out maps
    """
    directory = maps / start.isoformat()
    _plan(output, folder, start, directory, seed, cache=cache, today=date.today())


def _plan(
    output: Output,
    folder: Path,
    start: date,
    directory: Path,
    seed: int,
    *,
    cache: bool,
    today: date | None,
) -> None:
    from outreach_map.planning import make_maps
    from outreach_map.programme import load_programme

    notices: list[str] = []

    def notice(text: str) -> None:
        notices.append(text)
        output.note(text)

    with output.stages() as say:
        _, paths = make_maps(
            load_programme(folder),
            start,
            directory,
            seed=seed,
            progress=say,
            notice=notice,
            cache=cache,
            today=today,
        )
    files = [str(path) for path in paths]
    output.result({"round": start.isoformat(), "files": files, "notices": notices}, files)

"""Commands that begin a programme: a new folder, and points to review."""

from __future__ import annotations

from pathlib import Path

import click

from outreach_map.cli.group import FILE, FOLDER, main
from outreach_map.cli.output import Output, saying


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--streets", type=FILE, required=True, help="OpenStreetMap extract of the place.")
@click.option("--name", default="", help="Name of the programme.  [default: the folder's]")
@click.option("--timezone", default="", help="Time zone.  [default: found from the streets]")
@click.option(
    "--language",
    "languages",
    multiple=True,
    default=("en",),
    show_default=True,
    help="Language tag of the programme, such as pt-BR; can be given more than once.",
)
@saying
def new(
    output: Output,
    *,
    folder: Path,
    streets: Path,
    name: str,
    timezone: str,
    languages: tuple[str, ...],
) -> None:
    """Make FOLDER a programme: settings, templates, field forms, streets, and private/.

    Every table has one example row, which `check` asks to replace. The forms are for KoboToolbox
    and ODK; what they export is read as it is. Nothing is written to a folder that is not empty.

    Example: outreach-map new my-programme --streets streets.osm.pbf --language pt-BR
    """
    from outreach_map.starter import begin_programme

    with output.stages() as say:
        begun = begin_programme(
            folder, streets, name=name, timezone=timezone, languages=languages, progress=say
        )
    where = begun.where
    found = "" if timezone else ", found from where the streets are"
    output.note(f"Time zone {where.timezone}{found}.")
    output.note("Next: name the legal contact in outreach.toml, and write over the example rows.")
    output.result(
        {
            "folder": str(folder),
            "files": [path.relative_to(begun.folder).as_posix() for path in begun.files],
            "timezone": where.timezone,
            "country": where.country,
        },
        [folder / path.relative_to(begun.folder) for path in begun.files],
    )


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--doctors", is_flag=True, help="Propose doctors' practices too.")
@click.option("--replace", is_flag=True, help="Write over an earlier points-proposed.csv.")
@saying
def points(output: Output, *, folder: Path, doctors: bool, replace: bool) -> None:
    """Propose points for the programme in FOLDER from the OpenStreetMap extract it has.

    Writes points-proposed.csv for you to review: pharmacies, clinics, hospitals, syringe vending
    machines, and services for people who use drugs or live with HIV. What is among your points
    already is left out, and points.csv is not touched. What they give out is empty where
    OpenStreetMap does not say it: ask there before you copy a row.

    Example: outreach-map points my-programme
    """
    from outreach_map.programme import load_programme
    from outreach_map.starter import propose_points

    with output.stages() as say:
        found = propose_points(
            load_programme(folder), doctors=doctors, replace=replace, progress=say
        )
    for kind, count in found.by_type.items():
        output.note(f"{count:5d}  {kind}")
    output.note(
        f"{len(found.proposed)} proposed; {found.listed} more are among your points already. "
        f"Of {found.without_services} OpenStreetMap does not say what they give out, and of "
        f"{found.without_hours} not when they are open"
        + (
            f" ({found.unclear_hours} have hours that cannot be read)."
            if found.unclear_hours
            else "."
        )
    )
    if found.path is None:
        output.note("Nothing was written.")
    output.result(
        {
            "file": None if found.path is None else str(found.path),
            "proposed": found.by_type,
            "listed": found.listed,
            "without_services": found.without_services,
            "without_hours": found.without_hours,
            "unclear_hours": found.unclear_hours,
        },
        [] if found.path is None else [found.path],
    )

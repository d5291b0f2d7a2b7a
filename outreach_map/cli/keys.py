"""Commands for the key of a programme."""

from __future__ import annotations

from pathlib import Path

import click

from outreach_map.cli.group import FOLDER, main
from outreach_map.cli.output import Output, saying


@main.group()
def key() -> None:
    """Look after the key of a programme, from which its codes are made.

    Example: outreach-map key rotate my-programme
    """


@key.command()
@click.argument("folder", type=FOLDER)
@click.option("--yes", is_flag=True, help="Do not ask.")
@saying
def rotate(output: Output, *, folder: Path, yes: bool) -> None:
    """Make a new key for the programme in FOLDER, after a theft or when somebody leaves.

    Codes in later maps link to nothing in earlier ones; the areas stay.

    Example: outreach-map key rotate my-programme
    """
    from outreach_map import planning
    from outreach_map.programme import load_programme

    programme = load_programme(folder)
    if not yes:
        click.confirm("Replace the key? Earlier codes cannot be made again.", abort=True, err=True)
    account = planning.rotate(programme)
    output.result({"account": account}, [account])

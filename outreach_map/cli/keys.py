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
    from outreach_map import upkeep
    from outreach_map.programme import load_programme

    programme = load_programme(folder)
    if not yes:
        click.confirm("Replace the key? Earlier codes cannot be made again.", abort=True, err=True)
    account = upkeep.rotate(programme)
    output.result({"account": account}, [account])


@key.command()
@click.argument("folder", type=FOLDER)
@saying
def codes(output: Output, *, folder: Path) -> None:
    """Write which code is which row of your files to private/codes.csv.

    That table undoes the codes: it stays in private/, and is never sent with the maps.

    Example: outreach-map key codes my-programme
    """
    from outreach_map import upkeep
    from outreach_map.programme import load_programme

    count = upkeep.list_codes(load_programme(folder))
    path = folder / "private" / "codes.csv"
    output.result({"codes": count, "file": str(path)}, [path])


@key.command()
@click.argument("folder", type=FOLDER)
@click.argument("team")
@click.option("--new", "renew", is_flag=True, help="Make another, for the pages from now on.")
@saying
def passphrase(output: Output, *, folder: Path, team: str, renew: bool) -> None:
    """Show the passphrase that opens the pages of TEAM, by its code.

    Tell it by word of mouth, and never send it with the file. After a phone was lost, --new.

    Example: outreach-map key passphrase my-programme T-AB2CDE --new
    """
    from outreach_map import upkeep
    from outreach_map.programme import load_programme

    words = upkeep.passphrase(load_programme(folder), team.upper(), renew=renew)
    output.result({"team": team.upper(), "passphrase": words}, [words])

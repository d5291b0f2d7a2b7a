"""The group that all commands belong to, and what their arguments have in common.

Libraries are loaded when a command runs, not when it is defined: completion in a shell asks the
program at each press of the tab key, and the libraries take more than a second.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from outreach_map.cli.output import Output, saying

FOLDER = click.Path(exists=False, file_okay=False, path_type=Path)
FILE = click.Path(exists=False, dir_okay=False, path_type=Path)

no_cache = click.option(
    "--no-cache",
    "cache",
    flag_value=False,
    default=True,
    help="Read the streets anew, and keep nothing of them beside the extract.",
)


def _monday(_: click.Context, __: click.Parameter, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a date. Write the Monday of the round as YYYY-MM-DD, "
            "for example 2026-11-23."
        ) from None


round_option = click.option(
    "--round", "start", required=True, callback=_monday, help="The round's Monday."
)
maps_option = click.option(
    "--out",
    "maps",
    type=FOLDER,
    default=Path("maps"),
    show_default=True,
    help="Where maps go.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="outreach-map")
def main() -> None:
    """Plan peer outreach and write offline maps that give no place away.

    Exit codes: 0 fine, 1 problems found, 2 cannot go on. Every command takes --json for machines,
    --quiet, and --debug; NO_COLOR=1 switches colours off.

    Example: outreach-map demo
    """


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@saying
def completion(output: Output, *, shell: str) -> None:
    """Print what makes SHELL complete commands, options and file names at the tab key.

    Example: outreach-map completion bash >> ~/.bashrc
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    script = kind(main, {}, "outreach-map", "_OUTREACH_MAP_COMPLETE").source()
    output.result({"shell": shell, "script": script}, [script])

"""A hook of MkDocs: the reference of the commands, generated from the command line itself."""

from __future__ import annotations

import html
import inspect
from collections.abc import Iterator

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from outreach_map.cli import main

PAGE = "docs/commands.md"
EXAMPLE = "Example:"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    files.append(File.generated(config, PAGE, content=reference()))
    return files


def reference() -> str:
    """The page: every command with what it does, what it takes, and an example."""
    return "\n".join(
        [
            "# Commands",
            "",
            "Generated from the program: what `outreach-map COMMAND --help` says.",
            "",
            *_command(main, "outreach-map", None, 2),
        ]
    )


def commands(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    """A command and all below it, with their full names."""
    context = click.Context(command, info_name=name.split()[-1], parent=parent)
    yield name, command, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from commands(command.commands[below], f"{name} {below}", context)


def _command(
    command: click.Command, name: str, parent: click.Context | None, level: int
) -> Iterator[str]:
    for full_name, each, context in commands(command, name, parent):
        depth = level + max(0, len(full_name.split()) - 2)
        yield from (f"{'#' * depth} {full_name}", "")
        for paragraph in inspect.cleandoc(each.help or "").split("\n\n"):
            if paragraph.startswith(EXAMPLE):
                example = " ".join(paragraph.removeprefix(EXAMPLE).split())
                yield from ("```sh", example, "```", "")
            else:
                yield from (html.escape(" ".join(paragraph.split()), quote=False), "")
        usage = " ".join(each.collect_usage_pieces(context))
        yield from ("```text", f"{full_name} {usage}", "```", "")
        options = [one for one in each.get_params(context) if isinstance(one, click.Option)]
        if options:
            yield from ("| option | what it does |", "|---|---|")
            for option in options:
                record = option.get_help_record(context)
                if record is not None:
                    yield f"| {_code(record[0])} | {_cell(record[1])} |"
            yield ""


def _code(text: str) -> str:
    """An option in a cell of a table."""
    return "`" + text.replace("|", "\\|") + "`"


def _cell(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|").replace("*", "\\*")

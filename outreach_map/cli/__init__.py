"""The command line: the only place that prints, prompts or exits."""

# Importing a module of commands adds them to the group.
from outreach_map.cli import (
    audits,
    batches,
    field,
    gaps,
    keys,
    places,
    programmes,
    replans,
    risks,
    rounds,
    starters,
)
from outreach_map.cli.group import main

__all__ = [
    "audits",
    "batches",
    "field",
    "gaps",
    "keys",
    "main",
    "places",
    "programmes",
    "replans",
    "risks",
    "rounds",
    "starters",
]

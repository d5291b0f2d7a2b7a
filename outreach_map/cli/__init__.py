"""The command line: the only place that prints, prompts or exits."""

# Importing a module of commands adds them to the group.
from outreach_map.cli import audits, keys, places, programmes, rounds, starters
from outreach_map.cli.group import main

__all__ = ["audits", "keys", "main", "places", "programmes", "rounds", "starters"]

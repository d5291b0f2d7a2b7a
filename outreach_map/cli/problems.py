"""Problems of a programme's files as a file of their own, for a spreadsheet or a machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from outreach_map.cli.output import problem_document
from outreach_map.errors import Problem
from outreach_map.spreadsheets import csv_text
from outreach_map.whole import save_whole


def save_problems(problems: Sequence[Problem], path: Path) -> None:
    """Write problems as CSV or JSON, by the ending of the file's name; whole or not at all.

    Raises
    ------
    PublishError
        When the file cannot be written; an earlier one stays.
    """
    text = _csv(problems) if path.suffix.lower() == ".csv" else _json(problems)
    save_whole(path, text.encode(), "The problems")


def _json(problems: Sequence[Problem]) -> str:
    return json.dumps(problem_document(problems), ensure_ascii=False, indent=1) + "\n"


def _csv(problems: Sequence[Problem]) -> str:
    return csv_text(
        [field.name for field in fields(Problem)],
        (list(asdict(problem).values()) for problem in problems),
    )

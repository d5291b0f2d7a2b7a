"""Problems of a programme's files as a file of their own, for a spreadsheet or a machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from outreach_map.cli.output import problem_document
from outreach_map.errors import Problem, PublishError
from outreach_map.spreadsheets import csv_text


def save_problems(problems: Sequence[Problem], path: Path) -> None:
    """Write problems as CSV or JSON, by the ending of the file's name; whole or not at all.

    Raises
    ------
    PublishError
        When the file cannot be written; an earlier one stays.
    """
    text = _csv(problems) if path.suffix.lower() == ".csv" else _json(problems)
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline="")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise PublishError(
            f"The problems could not be written ({error.strerror or type(error).__name__}).",
            where=path.name,
            mend="Check that the folder is there, is yours and has space.",
        ) from None


def _json(problems: Sequence[Problem]) -> str:
    return json.dumps(problem_document(problems), ensure_ascii=False, indent=1) + "\n"


def _csv(problems: Sequence[Problem]) -> str:
    return csv_text(
        [field.name for field in fields(Problem)],
        (list(asdict(problem).values()) for problem in problems),
    )

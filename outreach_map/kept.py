"""Records of earlier runs in `private/`: JSON with a number of its format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from outreach_map.errors import PlanRecordError
from outreach_map.private_files import write_private

T = TypeVar("T")


def read_record(
    private: Path,
    name: str,
    parse: Callable[[Mapping[str, Any]], T],
    *,
    version: int,
    what: str,
    mend: str,
) -> T | None:
    """What `parse` makes of a record; None where there is none yet.

    Parameters
    ----------
    private
        The programme's `private/`.
    name
        Of the record's file in it.
    parse
        May end in ValueError, KeyError or TypeError: the record is damaged then.
    version
        Of the format; another one is as good as damaged.
    what, mend
        The record in words, and what to do when it is damaged.

    Raises
    ------
    PlanRecordError
        When it is damaged.
    """
    path = private / name
    if not path.exists():
        return None
    try:
        state = json.loads(path.read_bytes())
        if state["format"] != version:
            raise KeyError("format")
        return parse(state)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PlanRecordError(
            f"{what} is damaged, or from another version.", where=f"private/{name}", mend=mend
        ) from None


def write_record(private: Path, name: str, state: Mapping[str, object], *, version: int) -> None:
    """Replace a record in one step, mode 0600."""
    text = json.dumps({"format": version, **state}, separators=(",", ":"))
    write_private(private, name, text.encode())

"""What is public: `python -m tests.public_api` renews the pinned list.

The front door of a package (`__all__`) is open to other packages of the program too. What stands in
`BETWEEN_ROOMS` is for them alone and may change; all else is public, and pinned by signature.
"""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from website.reference import PAGES, PUBLIC

BETWEEN_ROOMS: dict[str, frozenset[str]] = {
    "outreach_map.intake": frozenset(
        (
            "Cells",
            "RawAccepted",
            "append_visits",
            "base",
            "examine_tables",
            "log_to_extend",
            "read_accepted",
            "readable_points",
            "rewrite_register",
        )
    ),
    "outreach_map.privacy": frozenset(
        (
            "ACCOUNT",
            "Candidate",
            "Change",
            "Confidential",
            "Errors",
            "Metric",
            "ReturnedNote",
            "ReturnedVisit",
            "Sheet",
            "Signs",
            "SiteCandidates",
            "TakenIn",
            "accept_results",
            "already_listed",
            "errors_of",
            "kept_passphrases",
            "passphrase_of",
            "plausible_places",
            "raw_signs",
            "release_candidates",
            "review_register",
            "rotate_key",
            "shared_by",
            "take_in",
            "team_passphrases",
            "working_alone",
            "write_codes",
            "write_for_planner",
            "write_review",
        )
    ),
    "outreach_map.coverage": frozenset(["gained_by_areas"]),
    "outreach_map.routing": frozenset(["IdleTeam", "idle_teams", "replaced"]),
    "outreach_map.risk": frozenset(["AreaStreets"]),
    "outreach_map.publish.exports": frozenset(["clock_of"]),
}


def front_door(module: ModuleType) -> Iterator[str]:
    """Names of `__all__`, or of the classes and functions that a module defines itself."""
    for name in getattr(module, "__all__", None) or sorted(vars(module)):
        value = getattr(module, name)
        if hasattr(module, "__all__") or (
            not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        ):
            yield name


def public() -> dict[str, dict[str, Any]]:
    """Public things by package and name."""
    found = {}
    for package in (package for packages in PAGES.values() for package in packages):
        module = import_module(package)
        found[package] = {
            name: getattr(module, name)
            for name in sorted(front_door(module))
            if name not in BETWEEN_ROOMS.get(package, ())
        }
    return found


def signature(value: Any) -> str:
    """How a thing is called or made; members of an enum, fields of a row of the planner's files."""
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return f" {{{', '.join(f'{member.name}={member.value}' for member in value)}}}"
    if inspect.isclass(value) and issubclass(value, BaseModel):
        return f" [{', '.join(value.model_fields)}]"
    if not callable(value):
        return f" = {value!r}"
    try:
        written = str(inspect.signature(value))
    except ValueError:
        return f" = {value!r}"
    # As it stands in the code, whether annotations are strings there or not.
    written = re.sub(r"'([^']+)'", r"\1", written).replace("<factory>", "...")
    return re.sub(r"<(\w+\.\w+): [^>]+>", r"\1", written)


def listing() -> str:
    """The pinned list as it should be."""
    return "".join(
        f"{package}.{name}{signature(value)}\n"
        for package, names in public().items()
        for name, value in names.items()
    )


if __name__ == "__main__":
    PUBLIC.write_text(listing(), encoding="utf-8")

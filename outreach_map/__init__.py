"""Plan peer outreach for harm reduction, and publish maps that give no place away."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outreach_map.planning import plan_round
    from outreach_map.programme import load_programme
    from outreach_map.publish import publish_round

__all__ = ["load_programme", "plan_round", "publish_round"]

# Loaded on first use: the route search runs in a process that needs none of the others.
_HOMES = {
    "load_programme": "outreach_map.programme",
    "plan_round": "outreach_map.planning",
    "publish_round": "outreach_map.publish",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

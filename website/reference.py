"""A hook of MkDocs: the pages of the library end with the reference of what is public there."""

from __future__ import annotations

import enum
import inspect
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

from mkdocs.structure.pages import Page

PROJECT = Path(__file__).parents[1]
PUBLIC = PROJECT / "docs" / "library" / "public-api.txt"
# Which packages a page of docs/library/ is about.
PAGES = {
    "planning": ("outreach_map", "outreach_map.planning"),
    "intake": ("outreach_map.intake",),
    "privacy": ("outreach_map.privacy",),
    "network": ("outreach_map.network",),
    "routing": ("outreach_map.routing",),
    "coverage": ("outreach_map.coverage",),
    "risk": ("outreach_map.risk",),
    "layers": ("outreach_map.layers",),
    "publish": ("outreach_map.publish", "outreach_map.publish.exports"),
    "records": ("outreach_map.tables", "outreach_map.errors"),
}


def public_names() -> dict[str, list[str]]:
    """Public names by package, as they are pinned."""
    names: dict[str, list[str]] = defaultdict(list)
    for line in PUBLIC.read_text(encoding="utf-8").splitlines():
        package, _, name = line.partition("(")[0].partition(" ")[0].rpartition(".")
        names[package].append(name)
    return names


def _members(value: Any) -> str:
    """Members of a closed set, which have no text of their own in the code."""
    if not (inspect.isclass(value) and issubclass(value, enum.Enum)):
        return ""
    return "\n" + ", ".join(f"`{member.name}`" for member in value) + "\n"


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Add the reference to a page of the library: functions first, then what they take and give."""
    path = Path(page.file.src_uri)
    if path.parent != Path("docs/library") or path.stem not in PAGES:
        return markdown
    names = public_names()
    parts = [markdown, "\n## Reference\n"]
    for package in PAGES[path.stem]:
        found: dict[str, Any] = {
            name: getattr(import_module(package), name) for name in names[package]
        }
        for is_class in (False, True):
            for name, value in sorted(found.items()):
                if inspect.isclass(value) == is_class and callable(value):
                    parts.append(f"\n::: {package}.{name}\n{_members(value)}")
    return "".join(parts)

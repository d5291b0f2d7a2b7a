"""Benchmark results: a table on screen, and a list of records in a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measure; `reach` is what it should come to, `met` whether it does."""

    name: str
    value: float
    unit: str
    reach: float | None = None
    met: bool | None = None

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, reach: float) -> Row:
        """A measure that should not be above its reach."""
        return cls(name, float(value), unit, reach, bool(value <= reach))

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, reach: float) -> Row:
        """A measure that should not be below its reach."""
        return cls(name, float(value), unit, reach, bool(value >= reach))


def show(title: str, rows: Sequence[Row], path: Path | None) -> None:
    """Print rows, and write them where a file is named."""
    # Here, so that what is measured in a process of its own does not carry them.
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    for heading in ("measure", "value", "unit", "reach", "met"):
        table.add_column(heading, justify="right" if heading in ("value", "reach") else "left")
    for row in rows:
        table.add_row(
            row.name,
            f"{row.value:.4g}",
            row.unit,
            "" if row.reach is None else f"{row.reach:g}",
            "" if row.met is None else ("yes" if row.met else "no"),
        )
    Console().print(table)
    if path is not None:
        path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")

"""Commands that check what maps give away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach_map.cli.group import FOLDER, main, no_cache, round_option
from outreach_map.cli.output import PROBLEMS, Output, saying

if TYPE_CHECKING:
    from outreach_map.audit import Report


@main.command()
@click.argument("folder", type=FOLDER)
@round_option
@click.option("--worlds", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 157), default=53, show_default=True)
@no_cache
@saying
def audit(
    output: Output, *, folder: Path, start: date, worlds: int, rounds: int, cache: bool
) -> None:
    """Check that the maps of FOLDER say nothing but the released areas.

    Plans the round as it is and in twin worlds, where every hotspot stands elsewhere in its
    released area (in one of them off the streets), with other ids, notes and in-band counts: every
    published byte must stay the same. No published file may hold a raw coordinate, note or id; no
    suppressed count may follow from the last ROUNDS rounds; and the ledger must be in order. Then
    it attacks the round. Nothing is published; private/privacy-report.html has what was found.

    Example: outreach-map audit my-programme --round 2026-11-23 --worlds 2
    """
    from outreach_map.audit import audit_round, write_report

    with output.stages() as say:
        found = audit_round(folder, start, worlds=worlds, rounds=rounds, progress=say, cache=cache)
        path = write_report(found, folder / "private")
    about = {
        "round": start.isoformat(),
        "clean": found.clean,
        "failures": list(found.failures),
        "worlds": found.worlds,
        "attacks": [asdict(attack) for attack in found.attacks],
        "report": str(path),
    }
    output.result(about, [*_said(found, rounds), path] if found.clean else [])
    if not found.clean:
        for failure in found.failures:
            output.note(failure)
        output.note(f"Do not publish this round. See {path}.")
        sys.exit(PROBLEMS)


def _said(found: Report, rounds: int) -> Iterator[str]:
    """What a clean audit has looked at, in sentences."""
    yield f"{found.worlds} twin worlds: every published byte is the same."
    yield "No published file holds a raw coordinate, note or id of your files."
    yield f"{found.derived.checked} suppressed counts: none follows from {rounds} rounds."
    if found.unsigned:
        yield (
            f"{found.unsigned} coordinates and ids are too plain to look for (four decimals or "
            "less, short words); the twin worlds speak for them."
        )
    for attack in found.attacks:
        yield (
            f"Attack, {attack.name}: {attack.median_m:.0f} m off in the median, "
            f"{attack.within_50_m:.0%} within 50 m."
        )
    if found.inspection.inputs_changed and found.inspection.below:
        yield (
            f"{found.inspection.below} areas hold fewer than they should by today's data; they "
            "were made from earlier ones, and are kept."
        )

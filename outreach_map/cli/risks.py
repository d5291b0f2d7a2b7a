"""Commands for the register of risks and the peers' meeting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from outreach_map.cli.group import FILE, FOLDER, main
from outreach_map.cli.output import Output, saying


def _day(_: click.Context, __: click.Parameter, text: str | None) -> date:
    try:
        return date.today() if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date. Write it as YYYY-MM-DD.") from None


@main.group()
def risks() -> None:
    """Keep the register of risks signed and in time.

    Example: outreach-map risks review my-programme
    """


@risks.command()
@click.argument("folder", type=FOLDER)
@click.option("--on", callback=_day, help="Day of the meeting, YYYY-MM-DD; today without.")
@click.option("--out", type=FOLDER, help="Where the sheet goes; private/ of FOLDER without.")
@saying
def review(output: Output, *, folder: Path, on: date, out: Path | None) -> None:
    """List what needs the peers' meeting, and write a sheet to print for it.

    Also what is new: spells of confiscations, and risks that teams noted on their pages. The sheet
    holds your own descriptions and no coordinates; it is never published.

    Example: outreach-map risks review my-programme --on 2026-12-01
    """
    from outreach_map import upkeep
    from outreach_map.programme import load_programme

    sheet, paths = upkeep.review_risks(load_programme(folder), on, out)
    about = {
        "on": on.isoformat(),
        "due": [
            {"id": row.risk.id, "category": row.risk.category, "state": row.state, "why": row.why}
            for row in sheet.due
        ],
        "proposals": [
            {
                "where": one.where,
                "confiscations": one.count,
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
            }
            for one in sheet.proposals
        ],
        "noted": [
            {"reported_on": one.reported_on, "team": one.team, "hotspot": one.hotspot}
            for one in sheet.noted
        ],
        "files": [str(path) for path in paths],
    }
    lines = [f"{row.risk.id}  {row.risk.category}: {row.why}" for row in sheet.due]
    lines += [
        f"{one.where}  proposed: {one.count} confiscations, {one.first} to {one.last}"
        for one in sheet.proposals
    ]
    # Its words stand on the sheet alone.
    lines += [
        f"{one.hotspot or 'elsewhere'}  noted by team {one.team}, {one.reported_on}: see the sheet"
        for one in sheet.noted
    ]
    if not lines:
        lines = ["Every assessment is signed and in time; none runs out within four weeks."]
    output.result(about, [*lines, *paths])


@risks.command()
@click.argument("folder", type=FOLDER)
@click.argument("results", type=FILE)
@saying
def accept(output: Output, *, folder: Path, results: Path) -> None:
    """Write what the peers' meeting decided (RESULTS) into the register of FOLDER.

    RESULTS is the form that `risks review` wrote beside the sheet, filled in, as a workbook or as
    CSV. All of it is taken, or nothing: what not every role signed is refused.

    Example: outreach-map risks accept my-programme my-programme/private/risks-review.xlsx
    """
    from outreach_map import upkeep
    from outreach_map.programme import load_programme

    changes = upkeep.accept_risks(load_programme(folder), results, date.today())
    about = {
        "changed": [
            {
                "id": one.id,
                "before": one.before,
                "after": one.after,
                "assessed_on": one.assessed_on.isoformat(),
                "review_by": one.review_by.isoformat(),
                "expires_on": one.expires_on.isoformat(),
            }
            for one in changes
        ]
    }
    lines = [
        f"{one.id}  was {one.before}, is {one.after}: assessed {one.assessed_on}, review by "
        f"{one.review_by}, expires {one.expires_on}"
        for one in changes
    ]
    output.result(about, lines or ["Nothing was decided: the register is as it was."])

"""Commands about gaps in coverage: what would close them, and what became of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from outreach_map.cli.group import FILE, FOLDER, main, no_cache, round_option
from outreach_map.cli.output import Output, saying

# The names of `outreach_map.coverage.Model` and `Weight`, which takes long to load.
MODELS = ("mclp", "lscp", "p-median", "p-center")
WEIGHTS = ("people", "need")


@main.command()
@click.argument("folder", type=FOLDER, default=Path())
@round_option
@click.option("--service", required=True, help="What new points would offer, for example nsp.")
@click.option(
    "--open", "most", type=click.IntRange(1, 50), default=3, show_default=True, help="Most sites."
)
@click.option("--from", "candidates", type=FILE, help="Candidates: id, lon, lat. Else the streets.")
@click.option("--model", type=click.Choice(MODELS), default=MODELS[0], show_default=True)
@click.option("--weight", type=click.Choice(WEIGHTS), default=WEIGHTS[0], show_default=True)
@click.option(
    "--publish", is_flag=True, help="Let the next plan tell it on manager.html: numbers and areas."
)
@click.option("--capacity", is_flag=True, help="Count capacity_per_month of the candidates.")
@no_cache
@saying
def site(
    output: Output,
    *,
    folder: Path,
    start: date,
    service: str,
    most: int,
    candidates: Path | None,
    model: str,
    weight: str,
    capacity: bool,
    publish: bool,
    cache: bool,
) -> None:
    """Find where new points would serve most people of the programme in FOLDER, with proof.

    Says how many people each more site gains, and which hours more at the points that there are.
    The sites themselves are named in private/ only. With --publish the next plan's manager.html
    tells people gained and the areas of the sites; delete private/siting to take that back.
    mclp reaches most people, lscp reaches all with the fewest sites, p-median walks least, p-center
    has the shortest longest way. [coverage] in outreach.toml keeps sites off schools and police.

    Example: outreach-map site my-programme --round 2026-11-23 --service nsp --open 2
    """
    from outreach_map.coverage import Model, Weight
    from outreach_map.programme import load_programme
    from outreach_map.sites import Question, find_sites, in_words

    question = Question(service, most, candidates, Model(model), Weight(weight), capacity, publish)
    with output.stages() as say:
        answer = find_sites(
            load_programme(folder), start, question, progress=say, cache=cache, today=date.today()
        )
    curve = [
        {
            "sites": len(point.sites),
            "people_gained": _ends(point.gained),
            "objective": _end(point.objective),
            "proven": point.proven,
        }
        for point in answer.proposal.curve
    ]
    files = [str(path) for path in answer.files]
    document = {
        "service": service,
        "model": model,
        "candidates": answer.candidates,
        "excluded": answer.excluded,
        "people_needing": _ends(answer.proposal.needing),
        "people_reached_now": _ends(answer.proposal.now),
        "curve": curve,
        "published": publish,
        "files": files,
    }
    lines = [*in_words(answer), *files]
    if publish:
        lines.append("The next plan tells this on manager.html: people gained, and areas of sites.")
    output.result(document, lines)


@main.command()
@click.argument("first", metavar="ROUND_A", type=FOLDER)
@click.argument("second", metavar="ROUND_B", type=FOLDER)
@saying
def compare(output: Output, *, first: Path, second: Path) -> None:
    """Say how many gaps closed, opened or moved from ROUND_A to ROUND_B, two published rounds.

    Reads what is published and nothing else. Names no hotspot, and hides numbers so small that
    they would.

    Example: outreach-map compare maps/2026-11-16 maps/2026-11-23
    """
    from outreach_map.publish import compare_rounds
    from outreach_map.publish.compare import FEWEST

    rows = compare_rounds(first, second)
    document = {
        "hidden_below": FEWEST,
        "changes": [
            {"change": row.change.value, "service": row.service or None, "needs": row.count}
            for row in rows
        ],
    }
    lines = [
        f"{row.change.value}{f', {row.service}' if row.service else ''}: "
        f"{'too few to say' if row.count is None else row.count}"
        for row in rows
    ]
    output.result(document, lines)


def _end(value: float) -> float | None:
    """A number, None where there is no upper end."""
    return None if value == float("inf") else value


def _ends(people: object) -> dict[str, float | None]:
    return {name: _end(float(getattr(people, name))) for name in ("low", "mid", "high")}

"""Commands that get the streets of a place."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from outreach_map.cli.group import FILE, main
from outreach_map.cli.output import Output, saying


@main.command()
@click.argument("place", required=False)
@click.option(
    "--from", "source", type=FILE, help="Larger extract to cut the place out of, offline."
)
@click.option("--clip", type=FILE, help="Outline of the place (GeoJSON), with --from.")
@click.option(
    "-o", "--out", "target", type=FILE, default=Path("streets.osm.pbf"), show_default=True
)
@click.option("--yes", is_flag=True, help="Do not ask before the download.")
@saying
def streets(
    output: Output,
    *,
    place: str | None,
    source: Path | None,
    clip: Path | None,
    target: Path,
    yes: bool,
) -> None:
    """Get the streets of PLACE: by download, or offline out of a larger extract.

    A download asks OpenStreetMap's public services for the place by its name, and so tells them
    that somebody at this address works there. It never asks for anything finer. Offline,
    name an extract of the region and the outline of the place instead.

    Example: outreach-map streets --from region.osm.pbf --clip boundary.geojson -o streets.osm.pbf
    """
    from outreach_map.network.clip import clip_extract, read_boundary
    from outreach_map.network.download import download_streets, services

    if (source is None) != (clip is None) or (source is None) == (place is None):
        raise click.UsageError("Name a PLACE to download, or both --from and --clip.")
    if place is not None:
        for service in services():
            output.note(f"asks {service} for: {place}")
        if not yes:
            click.confirm("Ask them?", abort=True, err=True)
    with output.stages() as say:
        if place is not None:
            say("downloading")
            download_streets(place, target)
        elif source is not None and clip is not None:
            say("cutting the place out")
            clip_extract(source, read_boundary(clip), target)
    modes = _in_one_piece(target)
    output.table(_table(modes))
    output.result({"file": str(target), "modes": modes}, [target])


def _in_one_piece(path: Path) -> dict[str, dict[str, float]]:
    """What an extract holds for each mode, and how much of it hangs together."""
    from outreach_map.network import components, read_extract

    modes: dict[str, dict[str, float]] = {}
    for mode, network in read_extract(path, cache=False).networks.items():
        parts = components(network)
        km = sum(part.length_km for part in parts)
        modes[mode] = {
            "crossings": len(network),
            "street_km": round(km, 1),
            "in_one_piece": round(parts[0].length_km / km if km else 0.0, 4),
            "pieces_left_aside": len(parts) - 1,
        }
    return modes


def _table(modes: dict[str, dict[str, float]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("by", "crossings", "street km", "in one piece", "pieces left aside"):
        table.add_column(heading, justify="left" if heading == "by" else "right")
    for mode, about in modes.items():
        table.add_row(
            mode,
            f"{about['crossings']:.0f}",
            f"{about['street_km']:.0f}",
            f"{about['in_one_piece']:.1%}",
            f"{about['pieces_left_aside']:.0f}",
        )
    return table

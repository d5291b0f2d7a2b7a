"""One audit of one round: twin worlds, and a scan of every published file.

- **Twin worlds**: move every hotspot at random within its released area, change its notes, and
  change its counts within their released band; every published byte stays the same.
- **Scan**: no published file, with everything packed in it unpacked, holds a raw coordinate, a
  note or an id of the planner's.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from outreach_map.audit.unpacked import unpacked
from outreach_map.planning import Progress, plan_released, read_city, require_monday
from outreach_map.privacy import raw_signs, release, release_twin
from outreach_map.programme import load_programme
from outreach_map.publish import publish_round


@dataclass(frozen=True)
class Report:
    """What an audit found.

    Attributes
    ----------
    worlds
        Twin worlds that were compared.
    differing
        Names of published files that differ in some twin, sorted.
    holding
        (file, kind) of raw data that a published file holds, sorted.
    unsigned
        Raw values too plain to be looked for: coordinates of four decimals, short ids.
    """

    worlds: int
    differing: tuple[str, ...]
    holding: tuple[tuple[str, str], ...]
    unsigned: int

    @property
    def clean(self) -> bool:
        """Whether no check failed."""
        return not self.differing and not self.holding


def audit_round(
    folder: Path,
    start: date,
    *,
    worlds: int = 1,
    seed: int = 0,
    progress: Progress,
    cache: bool = True,
) -> Report:
    """Publish the round of a programme and of its twins; compare every byte, and scan each.

    Parameters
    ----------
    folder
        The programme.
    start
        The round's Monday.
    worlds
        How many twins.
    seed
        Seed of the moves; world i uses `seed + i`.
    progress
        Called with the name of each stage.
    cache
        Whether the streets may be taken from, and kept in, the cache beside the extract.

    Returns
    -------
    Report
        What failed, in names and kinds; it quotes nothing. Only published files are written to the
        temporary folder, never a twin's raw rows.
    """
    require_monday(start)
    programme = load_programme(folder)
    programme.require_legal()
    progress("reading streets")
    extract = read_city(programme, cache=cache)
    differing: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="outreach-map-audit-") as temporary:
        released = release(programme, start, extract)
        plan = plan_released(programme, released, extract, progress=progress)
        truth = _contents(publish_round(plan, Path(temporary) / "world"))
        for world in range(worlds):
            progress(f"twin world {world + 1} of {worlds}")
            released = release_twin(programme, start, extract, seed=seed + world)
            plan = plan_released(programme, released, extract, progress=progress)
            twin = _contents(publish_round(plan, Path(temporary) / f"twin-{world}"))
            names = truth.keys() | twin.keys()
            differing |= {name for name in names if truth.get(name) != twin.get(name)}
    progress("scanning what was published")
    signs = raw_signs(programme)
    holding = {
        (name, kind)
        for name, raw in truth.items()
        for content in (name.encode(), *unpacked(name, raw))
        for kind in signs.found_in(content)
    }
    return Report(worlds, tuple(sorted(differing)), tuple(sorted(holding)), signs.unsigned)


def _contents(paths: list[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths}

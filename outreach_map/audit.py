"""The twin-world audit: what is published must not depend on what is hidden.

The twin-world rule: move every hotspot at random within its released area, change its notes, and
change its counts within their released band; every published byte stays the same.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from outreach_map.planning import Progress, plan_released, read_city, require_monday
from outreach_map.privacy import release, release_twin
from outreach_map.programme import load_programme
from outreach_map.publish import publish_round


def twin_worlds(
    folder: Path,
    start: date,
    *,
    worlds: int = 1,
    seed: int = 0,
    progress: Progress,
    cache: bool = True,
) -> tuple[str, ...]:
    """Publish the round of a programme and of its twins, and compare every byte.

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
    Names of the published files that differ or are missing in some twin, sorted; empty when the
    rule holds. Only published files are written to the temporary folder, never a twin's raw rows.
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
    return tuple(sorted(differing))


def _contents(paths: list[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths}

"""One audit of one round: hard checks that fail it, and measures of what is left to guess.

- **Twin worlds**: every site elsewhere in its released area, other ids, notes and in-band counts,
  rows shuffled; every published byte stays the same.
- **Canaries**: in one more twin every site stands off the streets, where nothing public lies; no
  published coordinate comes within 25 m of such a place.
- **Scan**: no published file, with everything packed in it unpacked, holds a raw coordinate, a
  note or an id of the planner's.
- **Derivation**: no suppressed count follows from the bands of this and earlier rounds.
- **Ledger**: the partition keeps its rules, and what is released is what the ledger says.
- **Hidden points**: their kind and hours are those of several places that can be looked up.
- **Metadata**: names, order, digits and clocks of the files say nothing of their own.
- **Attacks**: how far the best guesses from the published files are from the truth, what comparing
  rounds tells, and what a stolen key would open.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from outreach_map.attacks import metadata, opened_codes
from outreach_map.audit.canaries import off_street, published_places, touched
from outreach_map.audit.derive import Derived, derived_counts
from outreach_map.audit.guesses import Attack, Compared, attack_round, compare_rounds
from outreach_map.audit.unpacked import unpacked
from outreach_map.history import read_past
from outreach_map.network import StreetExtract
from outreach_map.planning import Progress, plan_released, read_city, require_monday
from outreach_map.privacy import (
    Inspection,
    inspect,
    load_key,
    open_private,
    preview,
    raw_signs,
    release_twin,
    releases,
    shared_by,
)
from outreach_map.privacy.derivable import ROUNDS
from outreach_map.programme import Programme, load_programme
from outreach_map.publish import publish_round
from outreach_map.tables import Mode, Release

# Ids that a thief of the key would try.
_GUESSED = 500


@dataclass(frozen=True)
class Report:
    """What an audit found.

    Attributes
    ----------
    programme, start
        Whose round.
    worlds
        Twin worlds that were compared, the one of the canaries included.
    differing
        Names of published files that differ in some twin, sorted.
    canaries, touched
        Off-street places that were watched, and how many of them something published came near.
    holding
        (file, kind) of raw data that a published file holds, sorted.
    unsigned
        Raw values too plain to be looked for: coordinates of four decimals, short ids.
    rounds, derived
        Rounds whose bands were joined, and what follows from them.
    inspection
        The partition and the ledger.
    tells
        What names, order, digits or clocks of the files tell too much, in words.
    attacks
        How far the best guesses are off.
    compared
        What comparing the rounds tells.
    opened
        Codes that who steals the key opens to ids, where ids are counted as H1, H2 and so on.
    alone
        Hotspots that share all their published attributes with no other.
    hotspots
        Hotspots in the round.
    """

    programme: str
    start: date
    worlds: int
    differing: tuple[str, ...]
    canaries: int
    touched: int
    holding: tuple[tuple[str, str], ...]
    unsigned: int
    rounds: int
    derived: Derived
    inspection: Inspection
    tells: tuple[str, ...]
    attacks: tuple[Attack, ...]
    compared: Compared
    opened: int
    alone: int
    hotspots: int

    @property
    def failures(self) -> tuple[str, ...]:
        """Hard checks that failed, in words; empty when the round may be published."""
        said = []
        if self.differing:
            said.append("The twin worlds differ in: " + ", ".join(self.differing) + ".")
        if self.touched:
            said.append(f"Something published comes near {self.touched} off-street canaries.")
        said += [f"A raw {kind} stands in {file}." for file, kind in self.holding]
        said += [f"Metadata: {tell}." for tell in self.tells]
        if self.derived.narrow:
            said.append(
                f"{self.derived.narrow} suppressed counts follow from the bands of the rounds."
            )
        said += [f"The ledger is not right: {fault}." for fault in self.inspection.faults]
        if self.inspection.told_apart:
            said.append(
                f"{self.inspection.told_apart} points that are not public can be looked up by "
                "their kind or hours."
            )
        if self.inspection.below and not self.inspection.inputs_changed:
            said.append(f"{self.inspection.below} areas break the rules of the partition.")
        return tuple(said)

    @property
    def clean(self) -> bool:
        """Whether no check failed."""
        return not self.failures


def audit_round(
    folder: Path,
    start: date,
    *,
    worlds: int = 1,
    rounds: int = ROUNDS,
    seed: int = 0,
    progress: Progress,
    cache: bool = True,
) -> Report:
    """Publish the round of a programme and of its twins to a temporary folder, and check them.

    Parameters
    ----------
    folder
        The programme.
    start
        The round's Monday.
    worlds
        How many twins, beside the one with the canaries.
    rounds
        How many rounds up to this one are joined to derive counts. The windows of 364 days of two
        rounds have days in common when they are less than a year apart.
    seed
        Seed of the moves; world i uses `seed + i`.
    progress
        Called with the name of each stage.
    cache
        Whether the streets may be taken from, and kept in, the cache beside the extract.

    Returns
    -------
    Report
        What failed, in names, kinds and numbers; it quotes nothing. Only published files are
        written to the temporary folder, never a twin's raw rows.
    """
    require_monday(start)
    programme = load_programme(folder)
    programme.require_legal()
    progress("reading streets")
    extract = read_city(programme, cache=cache)
    with tempfile.TemporaryDirectory(prefix="outreach-map-audit-") as temporary:
        own = _World(programme, extract, Path(temporary), progress)
        # What the round would release: an audit lets nothing out.
        released = preview(programme, start, extract)
        truth = own.published(released, "world")
        canaries = off_street(extract.networks[Mode.WALK], published_places(truth), seed=seed)
        differing: set[str] = set()
        near = 0
        for world in range(worlds + 1):
            off = world == worlds
            progress("a twin world off the streets" if off else f"twin world {world + 1}")
            twin = release_twin(
                programme, start, extract, seed=seed + world, stands=canaries if off else None
            )
            paths = own.published(twin, f"twin-{world}")
            differing |= _differing(truth, paths)
            if off:
                near = touched(canaries, published_places(paths))
        progress("scanning what was published")
        holding, unsigned = _scan(programme, truth)
        tells = metadata(truth, start).tells
        progress("attacking the round")
        attacks = attack_round(programme, extract, start, truth)
    progress("deriving counts")
    starts = [start - timedelta(weeks=ago) for ago in range(rounds)]
    earlier = releases(programme, starts, extract)
    codes = [hotspot.code for hotspot in released.hotspots]
    key = load_key(open_private(folder))
    opened = opened_codes(key, programme.name, codes, [f"H{n}" for n in range(1, _GUESSED + 1)])
    return Report(
        programme=programme.name,
        start=start,
        worlds=worlds + 1,
        differing=tuple(sorted(differing)),
        canaries=len(canaries),
        touched=near,
        holding=holding,
        unsigned=unsigned,
        rounds=rounds,
        derived=derived_counts(earlier),
        inspection=inspect(programme, start, extract),
        tells=tells,
        attacks=attacks,
        compared=compare_rounds(earlier),
        opened=len(opened),
        alone=sum(count == 1 for count in shared_by(released.hotspots).values()),
        hotspots=len(released.hotspots),
    )


@dataclass(frozen=True, eq=False, repr=False)
class _World:
    """Plans and publishes one world."""

    programme: Programme
    extract: StreetExtract
    directory: Path
    progress: Progress

    def published(self, released: Release, name: str) -> list[Path]:
        past = read_past(self.programme.folder / "private")
        plan = plan_released(
            self.programme, released, self.extract, past=past, progress=self.progress
        )
        return publish_round(plan, self.directory / name)


def _differing(paths: list[Path], others: list[Path]) -> set[str]:
    one, other = ({path.name: path.read_bytes() for path in each} for each in (paths, others))
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _scan(programme: Programme, paths: list[Path]) -> tuple[tuple[tuple[str, str], ...], int]:
    signs = raw_signs(programme)
    holding = {
        (path.name, kind)
        for path in paths
        for content in (path.name.encode(), *unpacked(path.name, path.read_bytes()))
        for kind in signs.found_in(content)
    }
    return tuple(sorted(holding)), signs.unsigned

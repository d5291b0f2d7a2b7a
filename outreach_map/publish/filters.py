"""What the filters of the manager's page choose from, and every figure that they can show.

All figures are worked out here, for each service and each group, from the bands of the hotspots in
it: the page only looks them up. It adds and subtracts nothing, and two figures that somebody
subtracts give the bands of the hotspots by which they differ, which stand in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outreach_map.coverage import Coverage, Range, Reach, ServiceCoverage, Step
from outreach_map.coverage.groups import FEWEST_HOTSPOTS
from outreach_map.coverage.ranges import people_of, share_of, total
from outreach_map.coverage.shares import measure_cascade
from outreach_map.language import language_name, percent, phrase
from outreach_map.layers.words import words
from outreach_map.publish.numbers import percents, told_people
from outreach_map.tables import Hotspot, Release

REACHES = (Reach.REACHED, Reach.PARTLY, Reach.NOT_REACHED, Reach.UNKNOWN)


@dataclass(frozen=True)
class Group:
    """People who share a community or a language, and the codes of the hotspots where they are."""

    name: str
    kind: str
    codes: frozenset[str]


@dataclass(frozen=True)
class Filters:
    """Services and groups to choose from; the first group is everybody."""

    services: tuple[str, ...]
    groups: tuple[Group, ...]

    def groups_of(self, code: str) -> list[int]:
        """Numbers of the groups that a hotspot is in."""
        return [number for number, group in enumerate(self.groups) if code in group.codes]


def filters_of(release: Release, coverage: Coverage) -> Filters:
    """What there is to choose: as in equity, a group of a single hotspot is not named."""
    needing = {row.hotspot for row in coverage.services}
    hotspots = [hotspot for hotspot in release.hotspots if hotspot.code in needing]
    everybody = Group("", "", frozenset(needing))
    kinds: Sequence[tuple[str, Callable[[Hotspot], tuple[str, ...]], Callable[[str], str]]] = (
        ("community", lambda hotspot: hotspot.communities, words),
        ("language", lambda hotspot: hotspot.languages, language_name),
    )
    groups = [everybody]
    for kind, of, name in kinds:
        for token in sorted({token for hotspot in hotspots for token in of(hotspot)}):
            codes = frozenset(h.code for h in hotspots if token in of(h))
            if len(codes) >= FEWEST_HOTSPOTS and codes != everybody.codes:
                groups.append(Group(name(token), kind, codes))
    return Filters(tuple(row.service for row in coverage.summary), tuple(groups))


@dataclass(frozen=True)
class Cell:
    """A share of people: its middle and range, as text and in whole percents."""

    mid: str
    range: str
    at: tuple[int, int, int]


@dataclass(frozen=True)
class View:
    """One service for one group.

    Attributes
    ----------
    hotspots
        How many hotspots of the group need it.
    people
        Who needs it, in words.
    reach
        Hotspots by `REACHES`.
    steps
        For each `Step`, and then for the hours in which people are there, the share of people; None
        where it is not measured.
    worst
        Number of the step with the greatest loss; None where nothing is lost.
    """

    hotspots: int
    people: str
    reach: tuple[int, ...]
    steps: tuple[Cell | None, ...]
    worst: int | None


def view(
    hotspots: Sequence[Hotspot], rows: Sequence[ServiceCoverage], service: str, group: Group
) -> View | None:
    """Figures of a service for a group; None where fewer than two hotspots are behind them."""
    own = [row for row in rows if row.service == service and row.hotspot in group.codes]
    if len(own) < (FEWEST_HOTSPOTS if group.name else 1):
        return None
    people = {h.code: people_of(h) for h in hotspots if h.code in group.codes}
    shares = {row.step: row.share for row in measure_cascade(hotspots, own)}
    known = [one for row in own if (one := people[row.hotspot]) is not None]
    held = [
        (weight, Range(p.low, (p.low + p.high) / 2, p.high))
        for row in own
        if (weight := people[row.hotspot]) is not None and (p := row.presence) is not None
    ]
    cells = [_cell(shares[step]) if step in shares else None for step in Step]
    return View(
        hotspots=len(own),
        people=told_people(total(known)) if known else phrase("nobody counted"),
        reach=tuple(sum(row.reach is reach for row in own) for reach in REACHES),
        steps=(*cells, _cell(share_of(held)) if held else None),
        worst=_worst(shares),
    )


def _cell(share: Range) -> Cell:
    at = (round(100 * share.low), round(100 * share.mid), round(100 * share.high))
    return Cell(percent(share.mid), percents(share), at)


def _worst(shares: dict[Step, Range]) -> int | None:
    """The step at which most are lost, of those that follow on a measured one."""
    lost = {
        step: (shares[before].mid if before else 1.0) - shares[step].mid
        for before, step in zip((None, *Step), Step, strict=False)
        if step in shares and (before is None or before in shares)
    }
    worst = max(lost, key=lambda step: lost[step], default=None)
    return None if worst is None or lost[worst] <= 0 else list(Step).index(worst)


def packed(filters: Filters, hotspots: Sequence[Hotspot], coverage: Coverage) -> list[object]:
    """Every view for the script: by service, then by group; null where there is none."""
    return [
        [_packed(view(hotspots, coverage.services, service, group)) for group in filters.groups]
        for service in filters.services
    ]


def _packed(one: View | None) -> object:
    if one is None:
        return None
    cells = [None if cell is None else [cell.mid, cell.range, *cell.at] for cell in one.steps]
    return {"people": one.people, "reach": one.reach, "steps": cells, "worst": one.worst}

"""How equal coverage is over areas, communities and languages, and who is least covered.

Measured is the share of what people need that comes to them. Groups of people, never peers or
teams; a group of a single hotspot is not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from outreach_map.coverage.equity import gini, theil, theil_parts
from outreach_map.coverage.ranges import Range, people_of, share_of, total
from outreach_map.language import Told
from outreach_map.tables import Hotspot

# As in the suppression of rare words: what one hotspot alone has names it.
FEWEST_HOTSPOTS = 2


class Grouping(Told):
    """What people are grouped by."""

    AREA = "area"
    COMMUNITY = "community"
    LANGUAGE = "language"


@dataclass(frozen=True)
class GroupCoverage:
    """Share of the needs of a group that are met; an area is named by the codes in it."""

    grouping: Grouping
    name: str
    hotspots: int
    people: Range
    share: Range


@dataclass(frozen=True)
class Inequality:
    """How unequal the share is over groups; `between` and `within` them add up to `theil`.

    Communities and languages overlap: people of two count half in each.
    """

    grouping: Grouping
    groups: int
    gini: float
    theil: float
    between: float
    within: float


@dataclass(frozen=True)
class Equity:
    """Groups, the least covered of each kind first, and how unequal coverage is over each kind."""

    groups: tuple[GroupCoverage, ...] = ()
    inequality: tuple[Inequality, ...] = ()


@dataclass(frozen=True)
class Met:
    """Share of the needs of one hotspot that are met, and its people."""

    hotspot: Hotspot
    people: Range
    share: Range


def measure_equity(hotspots: Sequence[Hotspot], shares: Mapping[str, Sequence[Range]]) -> Equity:
    """Compare groups.

    Parameters
    ----------
    hotspots
        Of the release.
    shares
        Code -> for each service needed there, the share of the people to whom it comes.
    """
    met = [
        Met(hotspot, people, _mean(shares[hotspot.code]))
        for hotspot in hotspots
        if shares.get(hotspot.code) and (people := people_of(hotspot)) is not None
    ]
    groups: list[GroupCoverage] = []
    inequality: list[Inequality] = []
    for grouping in Grouping:
        members = _members(met, grouping)
        named = {
            name: own
            for name, own in members.items()
            if grouping is Grouping.AREA or len(own) >= FEWEST_HOTSPOTS
        }
        found = [_group(grouping, name, own) for name, own in named.items()]
        groups += sorted(found, key=lambda group: (group.share.mid, group.name))
        if len(members) > 1:
            inequality.append(_inequality(grouping, members))
    return Equity(tuple(groups), tuple(inequality))


def _mean(shares: Sequence[Range]) -> Range:
    return total(shares).times(1 / len(shares)).capped()


def _members(met: Iterable[Met], grouping: Grouping) -> dict[str, list[tuple[Met, float]]]:
    """Name of each group -> its hotspots, and how much of each counts in it."""
    members: dict[str, list[tuple[Met, float]]] = {}
    areas: dict[tuple[int, ...], list[Met]] = {}
    for one in met:
        names = {
            Grouping.AREA: (),
            Grouping.COMMUNITY: one.hotspot.communities,
            Grouping.LANGUAGE: one.hotspot.languages,
        }[grouping]
        for name in names:
            members.setdefault(name, []).append((one, 1 / len(names)))
        if grouping is Grouping.AREA:
            areas.setdefault(one.hotspot.place.areas, []).append(one)
    for own in areas.values():
        members[", ".join(one.hotspot.code for one in own)] = [(one, 1.0) for one in own]
    return members


def _group(grouping: Grouping, name: str, members: Sequence[tuple[Met, float]]) -> GroupCoverage:
    own = [one for one, _ in members]
    people = total(one.people for one in own)
    share = share_of([(one.people, one.share) for one in own])
    return GroupCoverage(grouping, name, len(own), people, share)


def _inequality(
    grouping: Grouping, members: Mapping[str, Sequence[tuple[Met, float]]]
) -> Inequality:
    rows = [(name, one, part) for name, own in members.items() for one, part in own]
    values = [one.share.mid for _, one, _ in rows]
    weights = [one.people.mid * part for _, one, part in rows]
    between, within = theil_parts(values, [name for name, _, _ in rows], weights)
    return Inequality(
        grouping, len(members), gini(values, weights), theil(values, weights), between, within
    )

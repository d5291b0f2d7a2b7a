"""A hand-drawn street for each flag of the streets: one with it, one without."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from outreach_map.hours import Hours
from outreach_map.network import Hazard, Highway, Lit, StreetNetwork
from outreach_map.network.tags import INCLINE_UP
from outreach_map.risk import FlagKind, TimedStop
from outreach_map.settings import RiskSettings
from outreach_map.tables import Affects, Rating
from tests.coverage.row_town import box, hotspot, released, row, streets
from tests.risk.derived_town import EVENING, NOON, city, derived, ring, tagged

AT_2 = hotspot(place=box(2, 3))
RING_AND_TAIL = [(0, 1, 60.0), (1, 2, 60.0), (2, 3, 60.0), (0, 3, 60.0), (3, 4, 120.0), (4, 5, 120)]
TAIL = streets(6, RING_AND_TAIL)
AT_TAIL = hotspot(place=box(5, 5))


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        (FlagKind.STAIRS, {"highway": {2: Highway.STEPS}}),
        (FlagKind.TUNNEL, {"tunnel": {2: True}}),
        (FlagKind.LEVEL_CROSSING, {"hazard": {2: Hazard.LEVEL_CROSSING}}),
        (FlagKind.WATER, {"hazard": {2: Hazard.FORD}}),
        (FlagKind.WATER, {"hazard": {2: Hazard.FLOOD_PRONE}}),
        (FlagKind.STEEP, {"incline_pct": {2: -10}}),
    ],
)
def test_what_the_ground_is_like(kind: FlagKind, tags: dict[str, dict[int, int]]) -> None:
    """The street 2-3 has it, and so the area of 2 and 3; far off or untagged there is no flag."""
    (flag,) = derived(tagged(ring(), tags), kind, hotspots=[AT_2])
    assert (flag.about, flag.affects, flag.source) == ("H-AAAA", Affects.BOTH, "OpenStreetMap")
    assert "1 of" in flag.evidence
    assert flag.mitigation
    elsewhere = {name: {8: codes[2]} for name, codes in tags.items()}
    assert derived(tagged(ring(), elsewhere), kind, hotspots=[AT_2]) == []
    assert derived(ring(), kind, hotspots=[AT_2]) == []


def test_below_the_cut_or_by_a_word_alone_nothing_is_steep() -> None:
    for code in (9, INCLINE_UP):
        assert derived(tagged(ring(), {"incline_pct": {2: code}}), FlagKind.STEEP) == []
    rules = RiskSettings(steep_pct=9)
    nine = tagged(ring(), {"incline_pct": {2: 9}})
    assert len(derived(nine, FlagKind.STEEP, hotspots=[AT_2], rules=rules)) == 1


def test_a_dead_end() -> None:
    """Node 5 ends a street of 160 m; on the ring none ends, and a short stub is none."""
    (flag,) = derived(TAIL, FlagKind.DEAD_END, hotspots=[AT_TAIL])
    assert flag.rating is Rating.LOW
    assert derived(ring(), FlagKind.DEAD_END, hotspots=[AT_2]) == []
    stub = streets(4, [(0, 1, 60.0), (1, 2, 60.0), (0, 2, 60.0), (2, 3, 30.0)])
    assert derived(stub, FlagKind.DEAD_END, hotspots=[hotspot(place=box(3, 3))]) == []


@pytest.mark.parametrize("hazard", [Hazard.GATE, Hazard.BORDER])
def test_a_gate_on_the_only_way(hazard: Hazard) -> None:
    """A gate on the tail shuts node 5 in; one on the ring leaves the other way."""
    shut = tagged(TAIL, {"hazard": {4: hazard}})
    (flag,) = derived(shut, FlagKind.GATE_ON_WAY, hotspots=[AT_TAIL])
    assert flag.rating is Rating.MEDIUM
    on_ring = tagged(TAIL, {"hazard": {1: hazard}})
    assert derived(on_ring, FlagKind.GATE_ON_WAY, hotspots=[AT_TAIL]) == []


def island(bridges: tuple[int, ...]) -> StreetNetwork:
    """Forty nodes on a ring; 40, 41 and 42 hang on it by two streets, 40 and 44."""
    ways = [(node, (node + 1) % 40, 60.0) for node in range(40)]
    ways += [(0, 40, 200.0), (40, 41, 60.0), (41, 42, 60.0), (42, 40, 60.0), (42, 10, 200.0)]
    far = streets(43, ways, north=range(40))
    return tagged(far, {"bridge": dict.fromkeys(bridges, 1)})


def test_an_island_is_reached_over_bridges_only() -> None:
    spot = hotspot(place=box(41, 41))
    (flag,) = derived(island((40, 44)), FlagKind.BRIDGE_ONLY, hotspots=[spot])
    assert flag.rating is Rating.MEDIUM
    assert derived(island((40, 44)), FlagKind.ONLY_WAY_IN, hotspots=[spot]) == []
    assert derived(island((40,)), FlagKind.BRIDGE_ONLY, hotspots=[spot]) == []


def test_every_way_out_passes_one_crossing() -> None:
    """Two rings that share node 3: the smaller hangs on it and on no bridge."""
    ways = [(0, 1, 90.0), (1, 2, 90.0), (2, 3, 90.0), (3, 7, 90.0), (7, 0, 90.0)]
    ways += [(3, 4, 90.0), (4, 5, 90.0), (5, 6, 90.0), (6, 3, 90.0)]
    spot = hotspot(place=box(5, 5))
    town = streets(8, ways)
    (flag,) = derived(town, FlagKind.ONE_CROSSING, hotspots=[spot])
    assert flag.rating is Rating.LOW
    assert derived(streets(8, [*ways, (5, 1, 90.0)]), FlagKind.ONE_CROSSING, hotspots=[spot]) == []


LIGHT = {segment: int(Lit.YES) for segment in range(12)}


@pytest.mark.parametrize(
    ("lit", "rating"),
    [(Lit.NO, Rating.MEDIUM), (Lit.UNKNOWN, Rating.UNKNOWN), (Lit.YES, None)],
)
def test_light_at_the_hour_of_a_visit(lit: Lit, rating: Rating | None) -> None:
    """At eight in November it is dark in Neubrandenburg; at noon it is not."""
    walk = tagged(ring(), {"lit": LIGHT | {2: int(lit)}})

    def at(begin: datetime) -> list:
        stops = [TimedStop("T-AAAA", "H-AAAA", begin, begin + timedelta(minutes=20))]
        return derived(walk, FlagKind.UNLIT, hotspots=[AT_2], stops=stops)

    found = at(EVENING)
    assert [flag.rating for flag in found] == ([] if rating is None else [rating])
    assert at(NOON) == []
    if found:
        assert (found[0].team, found[0].when) == ("T-AAAA", EVENING)
        assert "from 16:" in found[0].evidence


def test_without_a_plan_the_hours_of_the_people_count_and_unknown_ones_may_be_dark() -> None:
    walk = tagged(ring(), {"lit": LIGHT | {2: int(Lit.NO)}})
    for text, count in (("Mo-Fr 10:00-12:00", 0), ("Mo-Fr 10:00-12:00,18:00-22:00", 1), ("", 1)):
        spot = hotspot(place=box(2, 3), hours=Hours(text))
        found = derived(walk, FlagKind.UNLIT, hotspots=[spot])
        assert len(found) == count
    assert len(derived(walk, FlagKind.UNLIT, hotspots=[AT_2], where=None)) == 1


def test_an_area_far_from_any_street_has_no_flag_of_the_streets() -> None:
    assert len(city(row()).streets().of(box(3, 4))) > 0
    far = released([hotspot(place=box(900, 901))]).hotspots[0]
    assert len(city(row()).streets().of(far.place)) == 0
    assert np.array_equal(city(row()).streets().nodes(far.place), [])

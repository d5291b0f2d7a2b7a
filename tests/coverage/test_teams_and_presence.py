"""Teams as supply in the hours and places of the plan; how much of the time anybody is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import (
    Coverage,
    Presence,
    Reach,
    ServiceCoverage,
    Standards,
    Step,
    Supply,
    TeamVisit,
    assess_coverage,
)
from outreach_map.hours import Hours
from outreach_map.tables import Hotspot, Mode, Point, Team
from tests.coverage.row_town import MONDAY, box, hotspot, point, released, row

EVENING = "Mo-Su 18:00-22:00"


def team(**fields: object) -> Team:
    base = box(0, 0)
    known: dict[str, object] = {
        "carry": MappingProxyType({"condoms": 50}),
        "languages": ("pt",),
    }
    return Team(
        code="T-AAAA", mode=Mode.WALK, start=base, end=base, shift=Hours("24/7"),
        **(known | fields),  # type: ignore[arg-type]
    )  # fmt: skip


def visit(day: int = 1, begin: float = 19.0, hours: float = 1.0) -> TeamVisit:
    start = datetime.combine(MONDAY, datetime.min.time()) + timedelta(days=day, hours=begin)
    return TeamVisit("T-AAAA", "H-AAAA", start, start + timedelta(hours=hours))


def assess(
    spot: Hotspot, *points: Point, of: Team | None = None, visits: tuple[TeamVisit, ...] = ()
) -> ServiceCoverage:
    found = assess_coverage(
        released([spot], points, teams=[of or team()]), row(), Standards(), visits
    )
    return found.services[0]


def test_a_team_that_comes_reaches_the_whole_area() -> None:
    found = assess(hotspot(place=box(0, 9)), visits=(visit(),))
    assert (found.reach, found.by, found.first_broken) == (
        Reach.REACHED, Supply.TEAM, Step.CONTACTED,
    )  # fmt: skip
    assert found.presence == Presence(1 / 28, 1 / 28)


def test_a_team_and_a_point_together() -> None:
    late = point("P-AAAA", 1, hours=Hours("Tu 19:30-23:00"))
    found = assess(hotspot(), late, visits=(visit(),))
    # Together from 19:00 to 22:00 on one of seven evenings of four hours.
    assert (found.by, found.presence) == (Supply.BOTH, Presence(3 / 28, 3 / 28))


@pytest.mark.parametrize(
    ("change", "when", "reach", "step"),
    [
        ({"carry": MappingProxyType({})}, 19.0, Reach.NOT_REACHED, Step.AVAILABLE),
        ({}, 10.0, Reach.NOT_REACHED, Step.OPEN),
        ({"languages": ("de",)}, 19.0, Reach.NOT_REACHED, Step.ACCEPTABLE),
        ({"languages": ()}, 19.0, Reach.UNKNOWN, Step.ACCEPTABLE),
        ({"communities": ("msm",)}, 19.0, Reach.NOT_REACHED, Step.ACCEPTABLE),
        ({"communities": ("fsw", "msm")}, 19.0, Reach.REACHED, Step.CONTACTED),
    ],
)
def test_a_team_that_does_not_suit(
    change: dict[str, object], when: float, reach: Reach, step: Step
) -> None:
    spot = hotspot(communities=("fsw",))
    found = assess(spot, of=team(**change), visits=(visit(begin=when),))
    assert (found.reach, found.first_broken) == (reach, step)


def test_a_visit_of_another_hotspot_is_no_supply_here() -> None:
    elsewhere = replace(visit(), hotspot="H-BBBB")
    found = assess(hotspot(), visits=(elsewhere,))
    assert (found.reach, found.first_broken) == (Reach.NOT_REACHED, Step.REACHABLE)


CARRY = "Let the team that visits carry it."


@pytest.mark.parametrize(
    ("service", "change", "when", "mend"),
    [
        ("lubricant", {}, 19.0, CARRY),
        ("nsp", {}, 19.0, CARRY),
        # Who comes when nobody is there, or speaks another language, closes nothing.
        ("lubricant", {}, 10.0, "Offer it at a point nearby, or let a team carry it."),
        ("lubricant", {"languages": ("de",)}, 19.0, "Offer it at a point nearby, or let a team "
         "carry it."),
        # What nobody can hand out.
        ("legal", {}, 19.0, "Offer it at a point nearby, or let a team carry it."),
    ],
)  # fmt: skip
def test_what_a_team_that_visits_does_not_carry_it_might(
    service: str, change: dict[str, object], when: float, mend: str
) -> None:
    spot = hotspot(services=(service,))
    found = assess(spot, of=team(**change), visits=(visit(begin=when),))
    assert (found.first_broken, found.mend) == (Step.AVAILABLE, mend)


def test_a_point_too_far_off_is_less_than_the_team_that_comes() -> None:
    spot = hotspot(services=("nsp",))
    far = point("P-AAAA", 11)
    found = assess(spot, far, visits=(visit(),))
    assert (found.first_broken, found.mend) == (Step.REACHABLE, CARRY)
    found = assess(spot, far)
    assert found.mend == "A point or a team's stop nearer by would close it."


def test_a_team_carries_a_service_under_its_own_name() -> None:
    spot = hotspot(services=("lubricant",))
    kit = MappingProxyType({"lubricant": 20})
    found = assess(spot, of=team(carry=kit), visits=(visit(),))
    assert (found.reach, found.by) == (Reach.REACHED, Supply.TEAM)


def test_presence_by_hand() -> None:
    """Open two of the four hours on Mondays, from node 1 to 5: node 0 is six away."""
    spot = hotspot(place=box(0, 1))
    monday = point("P-AAAA", 6, hours=Hours("Mo 18:00-20:00"))
    assert assess(spot, monday).presence == Presence(0, 2 / 28)
    assert assess(spot, replace(monday, hours=Hours())).presence == Presence(0, 1)
    assert assess(replace(spot, hours=Hours()), monday).presence is None
    near = point("P-BBBB", 3, hours=Hours("Mo 19:00-21:00"))
    # From the one end only the second, from the other both: 18 to 21.
    assert assess(spot, monday, near).presence == Presence(2 / 28, 3 / 28)


def test_a_visit_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="ends"):
        visit(hours=-1)


POINTS = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.sampled_from(["Mo-Fr 09:00-17:00", "Mo-Fr 16:00-19:00", "Sa 20:00-22:00", "24/7", ""]),
        st.sampled_from([("pt",), ("de",), ()]),
    ),
    max_size=4,
)


def town(facts: list[tuple[int, str, tuple[str, ...]]]) -> list[Point]:
    return [
        point(f"P-AAA{'ABCDE'[number]}", node, hours=Hours(hours), languages=languages)
        for number, (node, hours, languages) in enumerate(facts)
    ]


def measured(spot: Hotspot, points: list[Point], visits: list[TeamVisit]) -> Coverage:
    return assess_coverage(released([spot], points, teams=[team()]), row(), Standards(), visits)


def least(found: Coverage) -> list[float]:
    """All that should only ever rise: what surely holds, and for how long."""
    (only,) = found.services
    held = [share.low for share in only.holds if share is not None]
    held += [share.high for share in only.holds if share is not None]
    return [*held, *([only.presence.low, only.presence.high] if only.presence else [])]


@given(POINTS, st.integers(0, 8), st.booleans(), st.data())
def test_another_point_never_lowers_coverage(
    facts: list, first: int, visited: bool, data: st.DataObject
) -> None:
    more = data.draw(POINTS.filter(bool))[:1]
    spot = hotspot(place=box(first, first + 3))
    visits = [visit()] if visited else []
    before = least(measured(spot, town(facts), visits))
    after = least(measured(spot, town([*facts, *more]), visits))
    assert all(b <= a + 1e-12 for b, a in zip(before, after, strict=True))


@given(POINTS.filter(bool), st.integers(0, 8))
def test_longer_hours_never_lower_coverage(facts: list, first: int) -> None:
    spot = hotspot(place=box(first, first + 3))
    wider = [
        (node, f"{hours}; Th-Su 17:00-21:00" if hours and hours != "24/7" else hours, languages)
        for node, hours, languages in facts
    ]
    wider = [(n, h.replace("; Th-Su", ", Th-Su"), words) for n, h, words in wider]
    before, after = (least(measured(spot, town(some), [])) for some in (facts, wider))
    assert all(b <= a + 1e-12 for b, a in zip(before, after, strict=True))


@given(POINTS, st.integers(0, 8), st.integers(0, 3))
def test_the_range_holds_wherever_people_are(facts: list, first: int, step: int) -> None:
    """Its area shrunk to one crossing: where people are, as a test may know and maps do not."""
    spot = hotspot(place=box(first, first + 3))
    whole = measured(spot, town(facts), []).services[0]
    here = measured(replace(spot, place=box(first + step, first + step)), town(facts), [])
    true = here.services[0]
    for held, truth in zip(whole.holds, true.holds, strict=True):
        if held is not None and truth is not None:
            assert held.low <= truth.low
            assert truth.high <= held.high
    assert whole.presence is not None
    assert true.presence is not None
    assert whole.presence.low <= true.presence.low <= true.presence.high <= whole.presence.high
    assert whole.walk_s_low <= true.walk_s_high

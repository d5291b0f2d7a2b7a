"""Proposals: which sites, what each gains, which hours more; and where none may stand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import Standards, assess_coverage
from outreach_map.coverage.candidates import outside_zones, public_places, street_candidates
from outreach_map.coverage.proposals import Model, Weight, gained_by_areas, propose
from outreach_map.coverage.ranges import Range
from outreach_map.hours import Hours
from outreach_map.network import Poi
from outreach_map.tables import Area, Band, Hotspot, Place, PointStatus, VisitLog
from tests.coverage.row_town import box, hotspot, point, released, row


def at(*nodes: int) -> tuple[Place, ...]:
    return public_places(np.array([(node / 1000, 0.0) for node in nodes]))


def needing(code: str, first: int, people: Band | None, **fields: object) -> Hotspot:
    return hotspot(code, place=box(first, first + 1), people=people, services=("nsp",), **fields)


TOWN = [
    needing("H-AAAA", 0, Band(10, 20)),
    needing("H-AAAB", 10, Band(30, 40)),
    needing("H-AAAC", 20, Band(50, 60)),
    needing("H-AAAD", 30, None),
]


def test_each_site_more_gains_the_most_people_there_are_left() -> None:
    found = propose(released(TOWN), row(32), Standards(), at(1, 11, 21, 31), service="nsp", most=3)
    assert [one.sites for one in found.curve] == [(2,), (1, 2), (0, 1, 2)]
    assert [one.gained for one in found.curve] == [
        Range(50, 55, 60), Range(80, 90, 100), Range(90, 105, 120),
    ]  # fmt: skip
    assert all(one.proven for one in found.curve)
    assert (found.needing, found.now) == (Range(90, 105, 120), Range(0, 0, 0))
    assert found.without_estimate == 1
    changes = {one.candidate: (one.hotspots, one.people.mid) for one in found.curve[1].changes}
    assert changes == {1: (("H-AAAB",), 35.0), 2: (("H-AAAC",), 55.0)}


def test_points_that_there_are_stay_and_what_they_reach_is_not_gained_again() -> None:
    there = point("P-AAAA", 21)
    found = propose(
        released(TOWN, [there]), row(32), Standards(), at(1, 11, 21), service="nsp", most=1
    )
    assert (found.now, found.curve[0].sites) == (Range(50, 55, 60), (1,))
    assert found.curve[0].gained == Range(30, 35, 40)
    closed = point("P-AAAA", 21, status=PointStatus.CLOSED)
    again = propose(
        released(TOWN, [closed]), row(32), Standards(), at(1, 11, 21), service="nsp", most=1
    )
    assert (again.now, again.curve[0].sites) == (Range(0, 0, 0), (2,))


def test_a_site_near_part_of_an_area_may_gain_and_does_not_surely() -> None:
    """Node 5 is ten minutes from node 0 and twelve from node -1: here 10 to 11, site at 5 and 6."""
    spot = needing("H-AAAA", 10, Band(10, 20))
    found = propose(released([spot]), row(32), Standards(), at(5), service="nsp", most=1)
    assert found.curve[0].gained == Range(0, 0, 20)
    near = propose(released([spot]), row(32), Standards(), at(6), service="nsp", most=1)
    assert near.curve[0].gained == Range(10, 15, 20)


@pytest.mark.parametrize(
    ("model", "sites", "objective"),
    [
        (Model.COVER_ALL, {0, 1, 2}, 3.0),
        # The farther end of each area is one node away: 15, 35 and 55 people, two minutes each.
        (Model.LEAST_WALK, {0, 1, 2}, 120.0 * (15 + 35 + 55)),
        (Model.SHORTEST_WORST, {0, 1, 2}, 120.0),
    ],
)
def test_other_models(model: Model, sites: set[int], objective: float) -> None:
    found = propose(
        released(TOWN), row(32), Standards(), at(1, 11, 21), service="nsp", most=3, model=model
    )
    assert (set(found.curve[-1].sites), found.curve[-1].objective) == (sites, objective)


def test_need_counts_the_syringes_that_are_missing() -> None:
    """Few people with nothing against many who have enough."""
    spots = [
        needing("H-AAAA", 0, Band(11, 25)),
        needing("H-AAAB", 10, Band(26, 50), log=VisitLog(syringes_out_91d=Band(10_000, None))),
    ]
    for weight, site in ((Weight.PEOPLE, 1), (Weight.NEED, 0)):
        found = propose(
            released(spots), row(32), Standards(), at(1, 11), service="nsp", most=1, weight=weight
        )
        assert found.curve[0].sites == (site,), weight


def test_a_site_too_small_for_a_hotspot_does_not_serve_it() -> None:
    found = propose(
        released(TOWN), row(32), Standards(), at(1, 11, 21), service="nsp", most=1,
        capacity=[50.0, 50.0, 50.0],
    )  # fmt: skip
    assert found.curve[0].sites == (1,)


def test_nobody_needs_it_or_nobody_knows_how_many() -> None:
    found = propose(released(TOWN), row(32), Standards(), at(1), service="legal", most=1)
    assert (found.curve, found.needing) == ((), Range(0, 0, 0))
    found = propose(released(TOWN[3:]), row(32), Standards(), at(1), service="nsp", most=1)
    assert (found.curve, found.without_estimate) == ((), 1)
    with pytest.raises(ValueError, match="at least one"):
        propose(released(TOWN), row(32), Standards(), at(1), service="nsp", most=0)


def test_hours_more_go_where_most_people_are_without() -> None:
    """Both come in the evening of a day; the pharmacy is open by day."""
    tuesday = needing("H-AAAA", 0, Band(40, 40), hours=Hours("Tu 20:00-23:00"))
    friday = needing("H-AAAB", 2, Band(21, 21), hours=Hours("Fr 20:00-22:00"))
    late = needing("H-AAAC", 2, Band(21, 21), hours=Hours("Tu 21:00-24:00"))
    far = needing("H-AAAD", 20, Band(99, 99), hours=Hours("Tu 20:00-23:00"))
    pharmacy = point("P-AAAA", 1, hours=Hours("Mo-Fr 09:00-18:00"))
    found = assess_coverage(
        released([tuesday, friday, late, far], [pharmacy]), row(32), Standards()
    ).openings
    assert len(found) == 1
    best = found[0]
    assert (best.point, best.service, best.people) == ("P-AAAA", "nsp", Range(61, 61, 61))
    assert best.hotspots == ("H-AAAA", "H-AAAC")
    assert f"{best.begin:%a %H:%M}-{best.end:%H:%M}" == "Tue 20:00-23:00"


@pytest.mark.parametrize(
    "change",
    [
        {"hours": Hours()},
        {"hours": Hours("24/7")},
        {"status": PointStatus.CLOSED},
        {"languages": ("de",)},
        {"services": ("condoms",)},
    ],
)
def test_hours_more_are_not_asked_of_points_that_would_not_help(change: dict[str, object]) -> None:
    spot = needing("H-AAAA", 0, Band(40, 40), hours=Hours("Tu 20:00-23:00"))
    shop = point("P-AAAA", 1, **({"hours": Hours("Mo 09:00-10:00")} | change))
    assert assess_coverage(released([spot], [shop]), row(32), Standards()).openings == ()


def test_candidates_on_the_streets_stand_one_in_each_square() -> None:
    found = street_candidates(row(12), (-0.001, -0.001, 0.02, 0.001), 250.0)
    lon = [place.anchor[0] for place in found]
    # Eleven streets of 160 m of way drawn 111 m long: 1,223 m are five squares, the first cut.
    assert lon == sorted(lon)
    assert 5 <= len(found) <= 6
    assert all(place.geometry.equals(shapely.Point(place.anchor)) for place in found)
    assert street_candidates(row(12), (5, 5, 6, 6), 250.0) == ()
    with pytest.raises(ValueError, match="spacing"):
        street_candidates(row(12), (-1, -1, 1, 1), 0.0)


M_PER_DEGREE = 111_195.08


@given(st.integers(-60, 60), st.floats(1, 400), st.floats(0, 50), st.floats(0, 300))
def test_a_zone_keeps_off_what_is_nearer_than_its_grounds_and_the_distance(
    latitude: int, apart_m: float, reach_m: float, keep_m: float
) -> None:
    lon = apart_m / M_PER_DEGREE / np.cos(np.radians(latitude))
    place = Place((), shapely.Point(lon, latitude), (lon, float(latitude)))
    school = Poi("school", "", 0.0, float(latitude), reach_m)
    bank = Poi("clinic", "", lon, float(latitude), 0.0)
    (allowed,) = outside_zones([place], [school, bank], {"school": keep_m, "police": 500.0})
    if abs(apart_m - keep_m - reach_m) > 0.1:
        assert allowed == (keep_m == 0 or apart_m >= keep_m + reach_m)


def test_what_an_area_gains_is_counted_over_all_of_its_stops() -> None:
    """Ten minutes are five nodes: from 6 and 7 all of 10 to 11 or its near end, from 2 neither."""
    spot = needing("H-AAAA", 10, Band(10, 20))

    def area(number: int, first: int, last: int) -> Area:
        ground = box(first, last)
        return Area(number, ground.geometry, ground.anchor, 100.0, mapped=True)

    choices = [
        [area(0, 6, 7)],
        [area(1, 2, 7)],
        [area(2, 1, 2)],
        [area(1, 2, 7), area(2, 1, 2)],
        [],
    ]
    near, part, far, both, none = gained_by_areas(
        released([spot]), row(32), Standards(), choices, service="nsp"
    )
    assert (near, far, none) == (Range(10, 15, 20), Range(0, 0, 0), Range(0, 0, 0))
    assert (part.low, part.high) == (0, 20)
    assert 0 < part.mid < 15
    assert both == part

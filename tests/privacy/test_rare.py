"""What few share is not said of them."""

from __future__ import annotations

from collections import Counter

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.hours import Hours
from outreach_map.privacy.bands import half_hours
from outreach_map.privacy.rare import shared_by, suppress_rare
from outreach_map.tables import Hotspot, Place

HERE = Place((1,), shapely.box(0, 0, 1, 1), (0.5, 0.5))

words = st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(lambda x: tuple(sorted(x)))
hotspots = st.lists(
    st.tuples(st.sampled_from(["", "street", "bar"]), words, words), max_size=14
).map(
    lambda rows: [
        Hotspot(
            code=f"H-{chr(65 + number)}AAA", place=HERE, typology=typology,
            communities=communities, languages=languages,
        )
        for number, (typology, communities, languages) in enumerate(rows)
    ]
)  # fmt: skip


@given(hotspots, st.integers(1, 4))
def test_nothing_that_is_left_is_rare_and_nothing_is_added(rows: list[Hotspot], few: int) -> None:
    left = suppress_rare(rows, few)
    assert [row.code for row in left] == [row.code for row in rows]
    for before, after in zip(rows, left, strict=True):
        assert set(after.communities) <= set(before.communities)
        assert set(after.languages) <= set(before.languages)
        assert after.typology in ("", before.typology)
    for said in ("communities", "languages"):
        held = Counter(word for row in left for word in getattr(row, said))
        assert all(count >= few for count in held.values())
    # Who is left without a typology may be few; who has one shares it with enough others.
    together = Counter((row.typology, row.communities) for row in left if row.typology)
    assert all(count >= few for count in together.values())
    if few == 1:
        assert list(left) == rows


def test_how_many_share_all_that_is_published() -> None:
    rows = [
        Hotspot(code=code, place=HERE, typology=kind)
        for code, kind in (("H-AAAA", "bar"), ("H-BAAA", "bar"), ("H-CAAA", "street"))
    ]
    assert shared_by(rows) == {"H-AAAA": 2, "H-BAAA": 2, "H-CAAA": 1}


@pytest.mark.parametrize(
    ("written", "released"),
    [
        ("Mo-Fr 21:10-23:50", "Mo-Fr 21:00-24:00"),
        ("Fr-Sa 22:14-03:46", "Fr-Sa 22:00-04:00"),
        ("Sa 10:05-10:10", "Sa 10:00-10:30"),
        ("Mo 09:00-17:30", "Mo 09:00-17:30"),
        ("24/7", "24/7"),
        ("", ""),
        ("Fr 22:00-26:20", "Fr 22:00-26:30"),
    ],
)
def test_hours_are_told_to_the_half_hour(written: str, released: str) -> None:
    assert half_hours(Hours(written)).text == released


times = st.integers(0, 1439).map(lambda m: f"{m // 60:02d}:{m % 60:02d}")


@given(times, times)
def test_told_hours_are_hours_and_telling_them_again_changes_nothing(one: str, other: str) -> None:
    told = half_hours(Hours(f"We {one}-{other}"))
    assert half_hours(told) == told
    assert all(minute in ("00", "30") for minute in told.text.replace("-", ":").split(":")[1::2])


def at(code: str, km_east: float, languages: tuple[str, ...]) -> Hotspot:
    lon = 9.5 + km_east / (111.195 * 0.6807)
    place = Place((1,), shapely.box(9, 47, 10, 48), (round(lon, 4), 47.1))
    return Hotspot(code=code, place=place, languages=languages)


def test_what_is_shared_across_the_country_only_is_rare_in_its_district() -> None:
    rows = [at("H-AAAA", 0.0, ("ro",)), at("H-BAAA", 9.5, ("ro",)), at("H-CAAA", 25.0, ("ro",))]
    assert [row.languages for row in suppress_rare(rows, 2)] == [("ro",), ("ro",), ()]
    assert [row.languages for row in suppress_rare(rows, 1)] == [("ro",)] * 3
    # Three are needed: the first has two others in none of its districts, and so nobody has.
    assert [row.languages for row in suppress_rare(rows, 3)] == [()] * 3


def test_what_is_left_out_of_one_may_leave_others_alone() -> None:
    rows = [at(f"H-{chr(65 + n)}AAA", 9.0 * n, ("ro",)) for n in range(4)]
    # Only the two in the middle have two others within 10 km, and lose them with the outer ones.
    assert [row.languages for row in suppress_rare(rows, 3)] == [()] * 4
    assert [row.languages for row in suppress_rare(rows, 2)] == [("ro",)] * 4

"""A point that is not public is not told apart by what everybody can look up."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map import load_programme
from outreach_map.demo import DEMO_ROUND
from outreach_map.hours import Hours
from outreach_map.network import read_extract
from outreach_map.privacy import inspect, release
from outreach_map.privacy.hidden import FEWEST, Known, known_facilities, told_apart, without_telling
from outreach_map.starter.proposals import propose_points
from outreach_map.tables import Place, Point

AREA = Place((3,), shapely.box(0, 0, 1, 1), (0.5, 0.5))
KINDS = st.sampled_from(["pharmacy", "clinic", "depot", ""])
HOURS = st.sampled_from(["", "24/7", "Mo-Fr 08:00-18:00"])
SPOTS = st.tuples(st.integers(0, 14), st.integers(0, 9)).map(lambda at: (at[0] / 10, at[1] / 10))
KNOWN = st.builds(Known, st.sampled_from(["pharmacy", "clinic"]), HOURS, SPOTS)


def hidden(code: str, kind: str, hours: str = "") -> Point:
    return Point(code=code, place=AREA, public=False, type=kind, hours=Hours(hours))


def shop(kind: str, hours: str, lon: float) -> Known:
    return Known(kind, hours, (lon, 0.5))


def test_kind_and_hours_are_told_where_three_places_share_them() -> None:
    day = "Mo-Fr 08:00-18:00"
    own = [hidden("P-AAAA", "pharmacy", day)]
    known = [shop("pharmacy", day, at / 10) for at in range(3)]
    (told,) = without_telling(own, known)
    assert (told.type, told.hours.text) == ("pharmacy", day)
    (told,) = without_telling(own, [*known[:2], shop("pharmacy", "24/7", 0.9)])
    assert (told.type, told.hours.text) == ("pharmacy", "")
    (told,) = without_telling(own, [*known[:2], shop("clinic", day, 0.9), shop("pharmacy", day, 2)])
    assert (told.type, told.hours.text) == ("", "")


def test_a_public_point_is_no_other_place_and_hidden_ones_share_what_there_is() -> None:
    known = [shop("pharmacy", "", at / 10) for at in range(5)]
    one = hidden("P-AAAA", "pharmacy")
    public = [
        Point(
            code=f"P-BBB{letter}", place=Place((), shapely.Point(at / 10, 0.5), (at / 10, 0.5)),
            public=True, type="pharmacy",
        )
        for at, letter in enumerate("ABC")
    ]  # fmt: skip
    assert without_telling([one, *public[:2]], known)[0].type == "pharmacy"
    assert without_telling([one, *public], known)[0].type == ""
    both = without_telling([one, hidden("P-AAAB", "pharmacy")], known)
    assert [point.type for point in both] == ["", ""]


@given(st.lists(st.tuples(KINDS, HOURS), max_size=4), st.lists(KNOWN, max_size=20))
def test_whoever_looks_up_what_is_told_finds_three_at_least(
    points: list[tuple[str, str]], known: list[Known]
) -> None:
    own = [hidden(f"P-AAA{'ABCD'[n]}", *one) for n, one in enumerate(points)]
    told = without_telling(own, known)
    for point in told:
        if point.type or point.hours.known:
            hits = [
                one for one in known
                if one.kind == point.type and AREA.geometry.covers(shapely.Point(one.lon_lat))
                and point.hours.text in ("", one.hours)
            ]  # fmt: skip
            alike = [p for p in told if (p.type, p.hours) == (point.type, point.hours)]
            assert len(hits) >= FEWEST * len(alike)
    assert told_apart(told, known) == 0


def test_the_check_of_the_audit_finds_one_that_is_told_apart() -> None:
    known = [shop("pharmacy", "24/7", at / 10) for at in range(3)]
    assert told_apart([hidden("P-AAAA", "pharmacy", "24/7")], known) == 0
    assert told_apart([hidden("P-AAAA", "", "Mo-Fr 08:00-18:00")], known) == 1
    assert told_apart([hidden("P-AAAA", "depot")], known) == 1
    assert told_apart([hidden("P-AAAA", "")], known) == 0


@pytest.mark.parametrize("programme", ["town", "country"])
def test_a_pharmacy_of_the_public_map_that_is_hidden_is_not_looked_up(
    programme: str, request: pytest.FixtureRequest, copy_of: Callable[[Path], Path]
) -> None:
    """The planner copies rows of `points-proposed.csv` and hides them, each in its turn."""
    folder = copy_of(request.getfixturevalue(programme))
    loaded = load_programme(folder)
    extract = read_extract(loaded.streets)
    proposed = propose_points(loaded)
    assert proposed.path is not None
    with proposed.path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    path = loaded.files.points
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns, points = list(reader.fieldnames or []), list(reader)
    known = known_facilities(loaded.streets, extract.sha256)
    for row in rows[:4]:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore", restval="")
            writer.writeheader()
            writer.writerows([*points, row | {"public": "no", "services": "nsp"}])
        released = release(load_programme(folder), DEMO_ROUND, extract)
        secret = [point for point in released.points if not point.public]
        assert len(secret) >= 1
        assert told_apart(secret, known) == 0
        assert {point.name for point in secret} == {""}
        assert row["opening_hours"] not in {point.hours.text for point in secret} - {""}
    assert inspect(load_programme(folder), DEMO_ROUND, extract).told_apart == 0

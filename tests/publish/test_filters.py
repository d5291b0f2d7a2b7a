"""Every figure that a filter can show: right, of bands alone, no small number of people."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.coverage import Range, Reach
from outreach_map.coverage.ranges import people_of, total
from outreach_map.language import language_of
from outreach_map.layers.gaps import gap_layer, gap_style
from outreach_map.publish import Plan
from outreach_map.publish.filters import REACHES, filters_of, packed, view
from outreach_map.publish.gap_list import gap_rows, unmet
from outreach_map.publish.numbers import FEWEST_PEOPLE, about, told_people
from outreach_map.tables import Band

PEOPLE = (Band(0, 10), Band(11, 25), Band(26, 50), Band(51, 100), Band(101, 250), Band(251, None))


@st.composite
def sums_of_bands(draw: st.DrawFn) -> Range:
    bands = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=6))
    share = draw(st.sampled_from([1.0, 0.5, 0.25]))
    whole = total(Range(max(b.low, 1), max(b.mid, 1), b.high or 1e9) for b in bands)
    return Range(whole.low * share, whole.mid * share, whole.high)


@given(sums_of_bands())
def test_an_amount_is_told_in_two_digits_that_hold_the_range(amount: Range) -> None:
    told = about(amount)
    assert told.low <= amount.low
    assert amount.high <= told.high
    assert told.low <= told.mid <= told.high
    assert told.low > 0.9 * amount.low - 1
    assert told.high == amount.high or told.high < 1.1 * amount.high + 1
    for one in (told.low, told.mid, told.high):
        assert one == float("inf") or len(str(int(one)).rstrip("0")) <= 2


@given(sums_of_bands())
def test_no_number_of_people_under_11_is_written(people: Range) -> None:
    told = told_people(people)
    assert all(int(number) >= FEWEST_PEOPLE for number in re.findall(r"\d+", told))


def test_every_view_is_measured_over_its_own_hotspots(town_plan: Plan) -> None:
    release, coverage = town_plan.release, town_plan.coverage
    filters = filters_of(release, coverage)
    people = {h.code: people_of(h) for h in release.hotspots}
    shown = 0
    for service in filters.services:
        for group in filters.groups:
            own = [
                r for r in coverage.services if r.service == service and r.hotspot in group.codes
            ]
            one = view(release.hotspots, coverage.services, service, group)
            if len(own) < 2 and group.name:
                assert one is None
                continue
            assert one is not None
            shown += 1
            assert one.reach == tuple(sum(r.reach is reach for r in own) for reach in REACHES)
            assert one.hotspots == len(own) == sum(one.reach)
            known = [p for r in own if (p := people[r.hotspot]) is not None]
            assert one.people == told_people(total(known))
            low, mid, high = next(cell.at for cell in one.steps if cell)
            assert 0 <= low <= mid <= high <= 100
    assert shown > len(filters.services)


def test_the_view_of_everybody_is_the_cascade_of_the_plan(town_plan: Plan) -> None:
    release, coverage = town_plan.release, town_plan.coverage
    filters = filters_of(release, coverage)
    for service in filters.services:
        one = view(release.hotspots, coverage.services, service, filters.groups[0])
        assert one is not None
        for number, step in enumerate(dict.fromkeys(row.step for row in coverage.cascade)):
            share = [r.share for r in coverage.cascade if (r.service, r.step) == (service, step)]
            cell = one.steps[number]
            assert (cell is None) == (not share)
            if cell is not None:
                assert cell.at[1] == round(100 * share[0].mid)


def test_a_group_of_one_hotspot_is_not_to_be_chosen(town_plan: Plan) -> None:
    release = town_plan.release
    lone = replace(release.hotspots[0], communities=("seafarers",))
    found = filters_of(replace(release, hotspots=(lone, *release.hotspots[1:])), town_plan.coverage)
    assert "seafarers" not in {group.name for group in found.groups}
    assert all(len(group.codes) >= 2 for group in found.groups)


def test_languages_are_named_and_in_the_language_of_the_page(town_plan: Plan) -> None:
    found = filters_of(town_plan.release, town_plan.coverage)
    names = [group.name for group in found.groups if group.kind == "language"]
    assert "Arabic" in names
    assert "Polish" in names
    assert language_of("pt").say(names[names.index("Arabic")]) == "árabe"


@given(st.data())
def test_no_filter_tells_more_than_the_bands(town_plan: Plan, data: st.DataObject) -> None:
    """What two choices differ by is the bands of the hotspots between them, and no count."""
    release, coverage = town_plan.release, town_plan.coverage
    filters = filters_of(release, coverage)
    service = data.draw(st.sampled_from(filters.services))
    needing = {row.hotspot for row in coverage.services if row.service == service}
    one, other = (data.draw(st.sampled_from(filters.groups)).codes & needing for _ in range(2))
    people = {h.code: people_of(h) for h in release.hotspots}
    bands = {h.code: h.people_range for h in release.hotspots}

    def ends(codes: frozenset[str] | set[str]) -> tuple[float, float]:
        whole = total(p for code in codes if (p := people[code]) is not None)
        return whole.low, whole.high

    (low, high), (less, more) = ends(one), ends(one & other)
    between = [band for code in one - other if (band := bands[code]) is not None]
    # Subtracting what is shown gives sums of ends of released bands: at least ten apart each.
    assert low - less == sum(max(band.low, 1) for band in between)
    if high < float("inf"):
        assert high - more == sum(band.high or 0 for band in between)
        assert (high - more) - (low - less) >= 9 * len(between)


def test_nothing_that_filters_read_holds_a_small_number_of_people(town_plan: Plan) -> None:
    filters = filters_of(town_plan.release, town_plan.coverage)
    views = json.loads(json.dumps(packed(filters, town_plan.release.hotspots, town_plan.coverage)))
    told = [one["people"] for groups in views for one in groups if one]
    rows = gap_rows(town_plan, filters)
    told += [row.need.text for row in rows] + [row.people.text for row in rows]
    assert len(told) > 100
    small = [t for t in told for n in re.findall(r"\d+", t) if int(n) < FEWEST_PEOPLE]
    assert small == []


def test_the_list_has_every_gap_those_of_most_people_first(town_plan: Plan) -> None:
    coverage, hotspots = town_plan.coverage, {h.code: h for h in town_plan.release.hotspots}
    filters = filters_of(town_plan.release, coverage)
    rows = gap_rows(town_plan, filters)
    broken = {(r.hotspot, r.service): r for r in coverage.services if r.first_broken is not None}
    assert {(r.hotspot, filters.services[r.service - 1]) for r in rows} == set(broken)
    needs = [
        unmet(
            broken[row.hotspot, filters.services[row.service - 1]],
            people_of(hotspots[row.hotspot]),
        )
        for row in rows
    ]
    mids = [-1.0 if need is None else need.mid for need in needs]
    assert mids == sorted(mids, reverse=True)
    for row in rows:
        assert row.groups.split() == [str(n) for n in filters.groups_of(row.hotspot)]


def test_areas_know_their_class_for_every_choice(town_plan: Plan) -> None:
    release, coverage = town_plan.release, town_plan.coverage
    filters = filters_of(release, coverage)
    groups = [group.codes for group in filters.groups]
    layer = gap_layer(release.hotspots, coverage, services=filters.services, groups=groups)
    places: dict[object, set[str]] = {}
    for hotspot in release.hotspots:
        if hotspot.place.mapped:
            key = (hotspot.place.areas, hotspot.place.anchor)
            places.setdefault(key, set()).add(hotspot.code)
    assert len(layer.features) == len(places)
    for feature, codes in zip(layer.features, places.values(), strict=True):
        signs = feature["by"]
        assert isinstance(signs, list)
        for number, service in enumerate(("", *filters.services)):
            for group, own in enumerate(groups):
                rows = [
                    row
                    for row in coverage.services
                    if row.hotspot in codes & own and service in ("", row.service)
                ]
                assert signs[number][group] == (gap_style(rows)[0] if rows else "-")


@pytest.mark.parametrize(
    ("reach", "style"),
    [
        ([Reach.UNKNOWN, Reach.UNKNOWN, Reach.REACHED], "unknown"),
        ([Reach.UNKNOWN, Reach.REACHED], "1"),
        ([Reach.NOT_REACHED, Reach.UNKNOWN], "3"),
        ([Reach.REACHED], "0"),
    ],
)
def test_an_area_of_which_little_is_known_is_drawn_as_unknown(
    town_plan: Plan, reach: list[Reach], style: str
) -> None:
    row = town_plan.coverage.services[0]
    assert gap_style([replace(row, reach=one) for one in reach]) == style

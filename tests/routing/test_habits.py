"""What earlier rounds say: who went, on which days, and which hours are worn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from outreach_map.errors import PlanRecordError
from outreach_map.history import Past, PastStop, PastTour, read_past, write_past
from outreach_map.hours import Hours
from outreach_map.routing.demand import demand
from outreach_map.routing.preferences import Preferences
from outreach_map.routing.shifts import find_shifts
from outreach_map.routing.visits import Habit, Slot, habits, make_clients, share_days
from outreach_map.tables import Hotspot, Mode, Place, Release, Team

START = date(2026, 11, 23)
ORIGIN = datetime(2026, 11, 23)


def tour(weeks_ago: int, team: str, when: str, code: str = "H-AAAA") -> PastTour:
    begin = datetime.fromisoformat(f"2026-11-{when}") - timedelta(weeks=weeks_ago)
    stop = PastStop("visit", code, begin, begin + timedelta(minutes=20), risky=True)
    base = PastStop("start", None, begin, begin)
    end = PastStop("end", None, stop.leave, stop.leave)
    monday = START - timedelta(weeks=weeks_ago)
    around = timedelta(hours=1)
    return PastTour(monday, team, begin - around, begin + around, (base, stop, end))


THREE_RUNNING = Past(tuple(tour(ago, "T-AAAA", "25T20:10") for ago in (1, 2, 3)))


def release(hours: str = "Mo-Fr 18:00-23:00", teams: int = 2) -> Release:
    import shapely

    place = Place((1,), shapely.box(0, 0, 1, 1), (0.5, 0.5))
    hotspot = Hotspot(code="H-AAAA", place=place, hours=Hours(hours), visits_per_month=4.0)
    crew = tuple(
        Team(code=f"T-{letter * 4}", mode=Mode.WALK, start=place, end=place,
             shift=Hours("Mo-Fr 17:00-23:00"))
        for letter in "ABC"[:teams]
    )  # fmt: skip
    return Release(START, place.geometry, (), (hotspot,), (), crew, (), (), 90, ())


def clients(past: Past, hours: str = "Mo-Fr 18:00-23:00"):
    released = release(hours)
    hotspot = released.hotspots[0]
    needed = demand(hotspot, START, {}, must=False)
    habit = habits(past, START).get("H-AAAA", Habit())
    shifts = find_shifts(released, ORIGIN)
    return make_clients(hotspot, needed, released, shifts, 0, ORIGIN, habit, Preferences())


def test_habits_are_of_the_latest_round_and_worn_hours_of_three_running() -> None:
    found = habits(THREE_RUNNING, START)["H-AAAA"]
    assert found == Habit("T-AAAA", (2,), (Slot(2, 20),))
    two = Past(THREE_RUNNING.tours[:2])
    assert habits(two, START)["H-AAAA"].worn == ()
    later = Past((*THREE_RUNNING.tours[:2], tour(3, "T-AAAA", "25T21:10")))
    assert habits(later, START)["H-AAAA"].worn == ()


def test_what_is_known_costs_nothing_and_what_is_new_has_its_price() -> None:
    (client,) = clients(Past((tour(1, "T-BBBB", "25T20:10"),)))
    prices = {(w.early_s // 86_400, w.vehicles): w.penalty for w in client.windows}
    # Vehicles 0-4 are the shifts of T-AAAA, Monday to Friday, and 5-9 those of T-BBBB.
    own, other = frozenset(range(5, 10)), frozenset(range(5))
    assert {prices[day, own] for day in (0, 1, 3, 4)} == {600}
    assert prices[2, own] == 0
    assert prices[2, other] == 600
    assert prices[0, other] == 1200


def test_a_worn_hour_is_kept_out_where_another_time_is_left() -> None:
    (client,) = clients(THREE_RUNNING)
    first, last = Slot(2, 20).span_s
    assert not any(w.early_s <= last and first <= w.late_s for w in client.windows)
    assert any(w.early_s // 86_400 == 2 for w in client.windows)
    # Where people are there at that hour alone, it stays.
    (client,) = clients(THREE_RUNNING, "We 20:00-21:00")
    assert {w.early_s // 86_400 for w in client.windows} == {2}


@pytest.mark.parametrize(
    ("visits", "usual", "shares"),
    [(2, (), [[0, 1], [2, 3, 4]]), (2, (0, 1), [[0], [1, 2, 3, 4]]), (1, (3,), [[0, 1, 2, 3, 4]]),
     (3, (), [[0], [1, 2], [3, 4]]), (0, (), [])],
)  # fmt: skip
def test_days_are_shared_out_between_visits(visits: int, usual: tuple, shares: list) -> None:
    assert share_days([0, 1, 2, 3, 4], visits, usual) == shares


def test_two_visits_have_no_day_in_common() -> None:
    released = release()
    hotspot = replace(released.hotspots[0], visits_per_month=8.0)
    released = replace(released, hotspots=(hotspot,))
    shifts = find_shifts(released, ORIGIN)
    needed = demand(hotspot, START, {}, must=False)
    found = make_clients(hotspot, needed, released, shifts, 0, ORIGIN, Habit(), Preferences())
    days = [{w.early_s // 86_400 for w in client.windows} for client in found]
    assert len(days) == 2
    assert not days[0] & days[1]


def test_the_last_mile_is_part_of_a_visit_and_may_be_gone_before_people_are_there() -> None:
    """In an area 30 minutes wide, an hour with people is enough for a visit."""
    released = release("We 20:00-20:20")
    near = released.hotspots[0]
    far = replace(near, place=replace(near.place, last_mile_m=2400.0))
    needed, walked = (demand(one, START, {}, must=False) for one in (near, far))
    assert (needed.last_mile_s, walked.last_mile_s) == (0, 1800)
    assert walked.service_s == needed.service_s + 1800
    # By the slowest team of the round.
    assert demand(far, START, {}, must=False, modes=[Mode.BIKE, Mode.DRIVE]).last_mile_s == 600
    shifts = find_shifts(released, ORIGIN)
    (client,) = make_clients(far, walked, released, shifts, 0, ORIGIN, Habit(), Preferences())
    assert client.service_s == walked.service_s
    evening = 2 * 86_400 + 20 * 3600
    (window,) = client.windows
    # Half an hour before they come; away when they go.
    assert window.early_s == evening - 1800
    assert window.late_s + client.service_s == evening + 20 * 60
    # No team begins before its shift.
    early = replace(far, hours=Hours("We 17:10-19:00"))
    (client,) = make_clients(early, walked, released, shifts, 0, ORIGIN, Habit(), Preferences())
    assert client.windows[0].early_s == 2 * 86_400 + 17 * 3600


def test_the_record_is_read_as_it_was_written_by_its_owner_alone(tmp_path: Path) -> None:
    write_past(tmp_path, THREE_RUNNING)
    assert read_past(tmp_path) == THREE_RUNNING
    assert (tmp_path / "plans").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["plans"]
    visit = THREE_RUNNING.visits[0]
    assert (visit.team, visit.hotspot) == ("T-AAAA", "H-AAAA")
    assert (visit.weekday, visit.half_hour, visit.risky) == (2, 40, True)


def test_the_record_keeps_four_rounds_before_the_one_that_is_planned() -> None:
    past = Past()
    for ago in range(8, 0, -1):
        past = past.with_round(START - timedelta(weeks=ago), [tour(ago, "T-AAAA", "25T20:10")])
    again = past.with_round(START, [tour(0, "T-AAAA", "25T20:10")])
    assert [t.round for t in again.tours] == [
        START - timedelta(weeks=ago) for ago in range(4, -1, -1)
    ]
    # Planning a round again replaces it.
    assert again.with_round(START, []).of(START).tours == ()
    assert again.before(START).of(START).tours == ()


def test_a_damaged_record_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    assert read_past(tmp_path) == Past()
    (tmp_path / "plans").write_text(json.dumps({"format": 1, "tours": [["x"]]}), encoding="utf-8")
    with pytest.raises(PlanRecordError, match="delete it"):
        read_past(tmp_path)

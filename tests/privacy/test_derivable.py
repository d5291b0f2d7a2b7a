"""No count of few people follows from a year of rounds, whatever the log."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from outreach_map.intake import RawVisit
from outreach_map.privacy.derivable import (
    ROUNDS,
    SAFE_WIDTH,
    Stretch,
    Told,
    kits_told,
    people_told,
    widths,
    without_derivable,
)
from outreach_map.privacy.visit_log import log_days, visit_log
from outreach_map.tables import VisitLog

MONDAY = date(2026, 11, 23)


def visit(day: date, contacts: int | None, kits: int | None = None) -> RawVisit:
    return RawVisit.model_validate(
        {
            "row": 2, "date": day.isoformat(), "hotspot_id": "H1", "team_id": "T1",
            "contacts": contacts, "naloxone_out": kits, "outcome": "done",
        }
    )  # fmt: skip


def year_of_rounds(visits: Sequence[RawVisit], *, safe: bool = True) -> list[list[Told]]:
    """What 53 rounds tell of people and of kits; without what would be left out where `safe`."""
    people: list[Told] = []
    kits: list[Told] = []
    for ago in range(ROUNDS):
        start = MONDAY - timedelta(weeks=ago)
        whole = log_days(visits, start, None)
        log = visit_log(visits, None, start, whole)
        if safe:
            log = without_derivable(log, visits, start, whole)
        people += people_told(ago, log, whole)
        kits += kits_told(ago, log)
    return [people, kits]


def narrow(told: Sequence[list[Told]]) -> int:
    return sum(width < SAFE_WIDTH for own in told for width in widths(own))


def log_like(
    steps: Sequence[int], count: Callable[[random.Random], int], seed: int
) -> list[RawVisit]:
    dice = random.Random(seed)
    day, visits = MONDAY - timedelta(days=900 + dice.randrange(28)), []
    while day < MONDAY:
        visits.append(visit(day, count(dice), dice.choice([0, 0, 0, 1])))
        day += timedelta(days=dice.choice(steps))
    return visits


@pytest.mark.parametrize(
    ("steps", "counts"),
    [
        ((26, 28, 33), (0, 1, 1, 2)),  # a visit a month in the country
        ((14, 21), (0, 0, 1, 2)),
        ((7,), (0, 1, 2, 3, 4)),
        ((7,), (0, 0, 1, 1, 2, 12)),
        ((20, 60, 90), (0, 1, 4, 9)),
    ],
)
def test_sparse_logs_tell_no_small_count_in_a_year_of_rounds(
    steps: Sequence[int], counts: Sequence[int]
) -> None:
    for seed in range(2):
        told = year_of_rounds(log_like(steps, lambda dice: dice.choice(counts), seed))
        assert sum(len(widths(own)) for own in told) > 50
        assert narrow(told) == 0


def test_without_leaving_out_some_would_follow() -> None:
    """One to four people a week: bands that change from round to round tell when each came."""
    logs = [log_like((7,), lambda dice: dice.choice((0, 1, 2, 3, 4)), seed) for seed in range(6)]
    bare = next(log for log in logs if narrow(year_of_rounds(log, safe=False)))
    assert narrow(year_of_rounds(bare)) == 0


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 700), st.integers(0, 30), st.one_of(st.none(), st.integers(0, 3))),
        max_size=40,
    )
)
def test_no_log_gives_a_small_count_away(visits: list[tuple[int, int, int | None]]) -> None:
    own = [visit(MONDAY - timedelta(days=ago), met, kits) for ago, met, kits in visits]
    assert narrow(year_of_rounds(own)) == 0


STRETCHES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 4), st.integers(0, 12)), min_size=1, max_size=8
)


@settings(deadline=None)
@given(STRETCHES, st.lists(st.integers(0, 6), min_size=12, max_size=12))
def test_paths_give_what_a_linear_programme_gives(
    drawn: list[tuple[int, int, int]], weeks: list[int]
) -> None:
    told = [
        Stretch(
            first, first + long, max(0.0, sum(weeks[first : first + long]) - slack // 2),
            sum(weeks[first : first + long]) + slack, suppressed=True,
        )
        for first, long, slack in drawn
    ]  # fmt: skip
    within = np.array([[one.first <= week < one.last for week in range(12)] for one in told], float)
    above = np.vstack([-within, within])
    limit = np.array([-one.least for one in told] + [one.most for one in told])
    found = []
    for row in within:
        ends = [
            way * linprog(way * row, A_ub=above, b_ub=limit, method="highs").fun for way in (1, -1)
        ]
        if ends[1] > 0:
            found.append(ends[1] - ends[0])
    assert widths(told) == pytest.approx(found)


def test_what_contradicts_itself_is_not_safe() -> None:
    assert widths([Stretch(0, 4, 0, 3, suppressed=True), Stretch(1, 3, 5, 9)]) == [-np.inf]


def test_whether_somebody_was_met_in_each_period_is_not_told_of_few() -> None:
    """Ten people in ten of thirteen periods: by the periods each would be known."""
    few = [visit(MONDAY - timedelta(weeks=4 * number + 1), 1) for number in range(10)]
    many = [visit(MONDAY - timedelta(weeks=4 * number + 1), 4) for number in range(13)]
    logs = [visit_log(own, None, MONDAY, 364) for own in (few, many)]
    assert [log.met_every_91d for log in logs] == [None, True]
    assert [log.met_every_364d for log in logs] == [None, True]
    gap = visit_log([*many[:5], *many[6:]], None, MONDAY, 364)
    assert (gap.met_every_91d, gap.met_every_364d) == (True, False)
    assert visit_log([], None, MONDAY, 0) == VisitLog()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 6), st.integers(0, 20)), max_size=15))
def test_the_day_within_its_week_says_nothing(visits: list[tuple[int, int, int]]) -> None:
    def made(*, moved: bool) -> list[RawVisit]:
        days = [MONDAY - timedelta(days=ago) for ago, _, _ in visits]
        mondays = [day - timedelta(days=day.weekday()) for day in days]
        return [
            visit(monday + timedelta(days=other if moved else day.weekday()), met, met % 2)
            for day, monday, (_, other, met) in zip(days, mondays, visits, strict=True)
        ]

    logs = []
    for own in (made(moved=False), made(moved=True)):
        whole = log_days(own, MONDAY, None)
        log = visit_log(own, None, MONDAY, whole)
        logs.append((whole, without_derivable(log, own, MONDAY, whole)))
    assert logs[0] == logs[1]

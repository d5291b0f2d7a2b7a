"""What became of gaps since the last round, and sites that were asked for the manager's page."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach_map.asked import AskedPoint, AskedSites, area_name, read_asked, with_answer
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import PlanRecordError
from outreach_map.handover import gap_steps
from outreach_map.history import ROUNDS, Past, PastGaps, read_past, write_past
from outreach_map.planning import plan_round
from outreach_map.programme import load_programme
from outreach_map.publish import Change, Plan
from outreach_map.publish.pages import PageMaker
from outreach_map.publish.standing import AskedAreas, changes

LAST = DEMO_ROUND - timedelta(weeks=1)


def with_last(plan: Plan, steps: list[tuple[str, str, str]]) -> Plan:
    return replace(plan, before=PastGaps(LAST, tuple(sorted(steps))))


def table(plan: Plan) -> dict[str, dict[str, str]]:
    found = changes(plan)
    names, rows = found["names"], found["rows"]
    assert isinstance(rows, list)
    assert isinstance(names, list)
    return {row["name"]: dict(zip(names, row["cells"], strict=True)) for row in rows}


def test_without_an_earlier_round_the_page_says_so(town_plan: Plan) -> None:
    assert town_plan.before is None
    assert "No earlier round is kept" in unescape(PageMaker(town_plan).manager())


def test_changes_are_counted_and_small_ones_are_not_told(town_plan: Plan) -> None:
    steps = gap_steps(town_plan.coverage)
    open_now = [n for n, (_, _, step) in enumerate(steps) if not step]
    # Five gaps of the last round are closed now; of those, by service, there may be fewer.
    before = [(*s[:2], "reachable" if n in open_now[:5] else s[2]) for n, s in enumerate(steps)]
    told = table(with_last(town_plan, before))
    assert told["all services"]["closed"] == "5"
    assert told["all services"]["opened"] == "0"
    counts = [cell for row in told.values() for cell in row.values()]
    assert not {"1", "2"} & set(counts)
    two = [(*s[:2], "reachable" if n in open_now[:2] else s[2]) for n, s in enumerate(steps)]
    assert table(with_last(town_plan, two))["all services"]["closed"] == "too few to say"
    assert "all services" in PageMaker(with_last(town_plan, before)).manager()


def test_rounds_without_a_common_code_are_not_compared(town_plan: Plan) -> None:
    found = changes(with_last(town_plan, [("H-ZZZZZZ", "nsp", "")]))
    assert found["rows"] == ()
    assert "no code in common" in str(found["said"])


def test_the_record_keeps_gaps_of_the_rounds_around(tmp_path: Path) -> None:
    past = Past()
    for week in range(ROUNDS + 3):
        past = past.with_gaps(DEMO_ROUND + timedelta(weeks=week), [("H-AAAA", "nsp", "open")])
    assert len(past.gaps) == ROUNDS + 1
    last = past.gaps[-1].round
    again = past.with_gaps(last, [("H-AAAA", "nsp", "")])
    assert again.gaps_before(last + timedelta(days=1)) == PastGaps(last, (("H-AAAA", "nsp", ""),))
    assert again.gaps_before(past.gaps[0].round) is None
    write_past(tmp_path, again)
    assert read_past(tmp_path) == again


def test_a_planned_round_is_compared_with_the_one_before(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    programme = load_programme(folder)
    first = plan_round(programme, DEMO_ROUND)
    second = plan_round(programme, DEMO_ROUND + timedelta(weeks=1))
    assert second.before == PastGaps(DEMO_ROUND, tuple(sorted(gap_steps(first.coverage))))
    again = plan_round(programme, DEMO_ROUND)
    assert again.before == first.before


# Ids that would be noticed anywhere.
CANDIDATES = """id,lon,lat
Zebra-Library,13.2671234,53.5719876
Zebra-Market,13.2753456,53.5584321
"""


def test_sites_come_to_the_page_only_when_asked_and_as_areas(
    town: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(town)
    (folder / "candidates.csv").write_text(CANDIDATES)
    asked = [
        "site", str(folder), "--round", DEMO_ROUND.isoformat(), "--service", "nsp", "--open", "2",
        "--from", str(folder / "candidates.csv"),
    ]  # fmt: skip
    record = folder / "private" / "siting"
    assert CliRunner().invoke(main, asked).exit_code == 0
    assert not record.exists()
    result = CliRunner().invoke(main, [*asked, "--publish", "--json"])
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    text = record.read_text()
    assert "Zebra" not in text
    assert not re.search(r"13\.2|53\.5", text)
    plan = plan_round(load_programme(folder), DEMO_ROUND)
    (answer,) = plan.asked
    gained = json.loads(result.stdout)["curve"][1]["people_gained"]
    low, mid, high = answer.curve[1].gained
    assert high is not None
    assert low <= gained["low"] <= gained["high"] <= high
    assert low < mid < high
    page = unescape(PageMaker(plan).manager())
    assert "New points that were asked for" in page
    assert "Zebra" not in page
    areas = AskedAreas(plan)
    names = {area_name(area.geometry): area for area in plan.release.areas}
    assert areas.areas
    assert {name: areas.areas[name] for name in areas.areas} == {
        name: names[name] for point in answer.curve for name in point.areas
    }
    drawn = areas.layer().features
    assert [feature["kind"] for feature in drawn] == ["area"] * len(drawn)
    # What was asked for this round is not told by the map of an earlier one.
    assert plan_round(load_programme(folder), LAST).asked == ()


def answer(service: str, area: str = "") -> AskedSites:
    point = AskedPoint((20.0, 30.0, None), False, (area,))
    return AskedSites(service, DEMO_ROUND, "mclp", (50.0, 60.0, 70.0), (5.0, 8.0, 10.0), (point,))


def test_a_page_without_asked_sites_does_not_speak_of_them(town_plan: Plan) -> None:
    page = PageMaker(town_plan).manager()
    assert "New points that were asked for" not in page
    assert "site-area" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_an_area_of_another_partition_is_not_taken_for_one_of_this(town_plan: Plan) -> None:
    areas = AskedAreas(replace(town_plan, asked=(answer("nsp", "0" * 16),)))
    assert areas.layer().features == []
    (row,) = areas.rows()
    assert row["points"] == [
        {
            "sites": "1",
            "people": "about 30 people (20 or more)",
            "proven": "not proven",
            "areas": "outside the areas of this map",
        }
    ]
    assert "under 11 people" in str(row["said"])


def test_an_answer_replaces_the_one_before_for_its_service() -> None:
    first, second = answer("nsp"), answer("legal")
    both = with_answer(with_answer((), first), second)
    assert both == (second, first)
    newer = replace(first, round=date(2026, 12, 7))
    assert with_answer(both, newer) == (second, newer)


@pytest.mark.parametrize("content", ["{", '{"format": 2}', '{"format": 1, "answers": [{}]}'])
def test_a_damaged_record_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "siting").write_text(content)
    with pytest.raises(PlanRecordError, match="private/siting"):
        read_asked(tmp_path)


def test_the_changes_have_words_for_all() -> None:
    from outreach_map.publish.standing import _CHANGES

    assert set(_CHANGES) == set(Change)

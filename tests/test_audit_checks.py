"""Each hard check of the audit fails where it should, and the report holds no place."""

from __future__ import annotations

import re
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_map import load_programme, publish_round
from outreach_map.attacks import gone_and_come, linked_codes
from outreach_map.audit import audit_round, report_page
from outreach_map.audit.canaries import CLEAR_M, off_street, published_places, touched
from outreach_map.audit.derive import Derived, derived_counts
from outreach_map.audit.report import Report
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.intake import RawHotspot, RawVisit, read_tables
from outreach_map.network import read_extract, street_stops
from outreach_map.privacy import inspect, release
from outreach_map.privacy.incidents import told as of_count
from outreach_map.privacy.keys import load_key
from outreach_map.privacy.ledger import read_ledger, write_ledger
from outreach_map.privacy.records import hotspots
from outreach_map.privacy.visit_log import log_days
from outreach_map.publish import Plan
from outreach_map.tables import (
    Band,
    Hotspot,
    IncidentCount,
    Incidents,
    Mode,
    Place,
    Release,
    VisitLog,
    Withheld,
)

MONDAY = date(2026, 11, 23)
HERE = Place((0,), shapely.box(0, 0, 1, 1), (0.5, 0.5))


def rounds(*logs: VisitLog, days: int = 90) -> dict[date, Release]:
    """Rounds a week apart that release one hotspot with these logs."""
    return {
        MONDAY + timedelta(weeks=week): Release(
            start=MONDAY, study_area=shapely.box(0, 0, 1, 1), areas=(),
            hotspots=(Hotspot(code="H-AAAA", place=HERE, log=log),),
            points=(), teams=(), zones=(), decisions=(), log_days=91, items=(), log_days_year=364,
        )
        for week, log in enumerate(logs)
    }  # fmt: skip


def test_a_count_that_follows_from_two_bands_is_found() -> None:
    few = Band(0, 10)
    assert derived_counts(rounds(VisitLog(contacts_28d=few))).narrow == 0
    # A band of one count for 91 days leaves nothing open for the 28 days within them.
    told = derived_counts(rounds(VisitLog(contacts_28d=few, contacts_91d=Band(3, 3))))
    assert (told.checked, told.narrow) == (1, 1)
    # Two rounds a week apart: what is in the later window and not in the earlier one is small, so
    # bands of many people do not narrow it; exact ones would.
    apart = rounds(VisitLog(contacts_28d=Band(11, 25)), VisitLog(contacts_28d=few))
    assert derived_counts(apart).narrow == 0


def test_kits_are_derived_as_people_are() -> None:
    few = Band(0, 10)
    assert derived_counts(rounds(VisitLog(naloxone_out_28d=few))).narrow == 0
    told = rounds(VisitLog(naloxone_out_28d=few, naloxone_out_91d=Band(2, 4)))
    assert (derived_counts(told).checked, derived_counts(told).narrow) == (1, 1)
    # That none was left says that none was: it is no suppressed count, and narrows no other.
    none = VisitLog(naloxone_out_28d=few, naloxone_out_364d=few, naloxone_left_91d=False)
    assert derived_counts(rounds(none)) == Derived(checked=1, narrow=0)
    # Some kit was left in 91 days and there were four at most in the year: one to four.
    some = VisitLog(naloxone_out_91d=few, naloxone_out_364d=Band(0, 4), naloxone_left_91d=True)
    assert derived_counts(rounds(some)) == Derived(checked=2, narrow=2)


def test_periods_in_which_somebody_was_met_narrow_a_count() -> None:
    few = Band(0, 10)
    # Somebody in each of twelve other periods leaves at most 13 of 25 for this one, and 2 of 14.
    wide = VisitLog(contacts_28d=few, contacts_364d=Band(11, 25), met_every_364d=True)
    assert derived_counts(rounds(wide)) == Derived(checked=1, narrow=0)
    tight = VisitLog(contacts_28d=few, contacts_364d=Band(11, 14), met_every_364d=True)
    assert derived_counts(rounds(tight)) == Derived(checked=1, narrow=1)
    without = VisitLog(contacts_28d=few, contacts_364d=Band(11, 14))
    assert derived_counts(rounds(without)).narrow == 0


def test_the_period_without_anybody_is_found() -> None:
    """Three periods with somebody, and four weeks later not: it is the latest that had nobody."""
    then = VisitLog(contacts_91d=Band(11, 25), met_every_91d=True)
    now = VisitLog(contacts_28d=Band(0, 10), contacts_91d=Band(11, 25), met_every_91d=False)
    told = dict(zip((MONDAY, MONDAY + timedelta(weeks=4)), rounds(then, now).values(), strict=True))
    assert derived_counts(told) == Derived(checked=0, narrow=0)
    assert derived_counts(rounds(now)) == Derived(checked=1, narrow=0)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 385), st.integers(0, 12), st.none() | st.integers(0, 12)),
        max_size=40,
    ),
    st.sampled_from([1, 2, 7, 30]),
)
def test_what_the_gate_says_of_a_true_log_never_gives_a_small_count_away(
    logged: list[tuple[int, int, int | None]], often: int
) -> None:
    """Whatever was logged, noughts too: four rounds of it as the gate releases them."""
    last = MONDAY + timedelta(weeks=4)
    visits = [
        RawVisit(
            row=2, date=last - timedelta(days=ago), hotspot_id="H1", team_id="T1",
            contacts=contacts, naloxone_out=kits,
        )
        for ago, contacts, kits in logged
    ]  # fmt: skip
    # And one person now and then, so that periods have somebody in them.
    visits += [
        RawVisit(row=2, date=last - timedelta(days=ago), hotspot_id="H1", team_id="T1", contacts=1)
        for ago in range(3, 385, 31 * often)
    ]
    row = RawHotspot(row=2, id="H1", geometry=shapely.Point(0.5, 0.5))
    told = {}
    for start in (MONDAY + timedelta(weeks=week) for week in range(4)):
        spots, _ = hotspots([row], visits, start, {"H1": "H-AAAA"}, {"H1": HERE})
        (one,) = rounds(VisitLog()).values()
        covered = {
            "log_days": log_days(visits, start),
            "log_days_year": log_days(visits, start, 364),
        }
        told[start] = replace(one, start=start, hotspots=spots, **covered)
    assert derived_counts(told).narrow == 0


def test_of_few_people_it_is_not_said_whether_every_period_had_one() -> None:
    """Ten periods with one person each: a nought, or a one, would be as good as published."""

    def log(*counts: int) -> VisitLog:
        visits = [
            RawVisit(
                row=2, date=MONDAY - timedelta(days=28 * period + 5), hotspot_id="H1",
                team_id="T1", contacts=count,
            )
            for period, count in enumerate(counts)
        ]  # fmt: skip
        row = RawHotspot(row=2, id="H1", geometry=shapely.Point(0.5, 0.5))
        ((one,), _) = hotspots([row], visits, MONDAY, {"H1": "H-AAAA"}, {"H1": HERE})
        return one.log

    ones, none = log(*(1,) * 10), log(*(0,) * 10)
    # Somebody or nobody, the release is the same.
    assert ones == none
    assert (ones.met_every_91d, ones.met_every_364d) == (None, None)
    assert ones.contacts_364d == Band(0, 10)
    assert log(*(4,) * 10).met_every_364d is True
    assert log(*(4,) * 5, 0, *(4,) * 4).met_every_364d is False
    assert log(*(4,) * 5, 0, *(4,) * 4).met_every_91d is True


MONTH = date(2026, 10, 1)


def told(by_district: dict[str, object], by_kind: dict[str, object]) -> Incidents:
    """The tables of one month."""
    tables = (
        tuple(IncidentCount(row, MONTH, count) for row, count in cells.items())
        for cells in (by_district, by_kind)
    )
    return Incidents((MONTH,), (), *tables)


def incidents(*each: Incidents) -> dict[date, Release]:
    return {
        day: replace(released, hotspots=(), incidents=one)
        for one, (day, released) in zip(
            each, rounds(*(VisitLog() for _ in each)).items(), strict=True
        )
    }


def test_incidents_are_derived_from_their_two_tables_and_from_two_rounds() -> None:
    few, many = Withheld.FEW, Band(11, None)
    # 26 to 50 in one district leave nothing for the other, when all of one kind are 26 or 27.
    bare = told({"A1": Band(26, 50), "B1": few}, {"arrest": Band(26, 27)})
    assert derived_counts(incidents(bare)) == Derived(checked=1, narrow=1)
    safe = told({"A1": many, "B1": few}, {"arrest": Band(26, 27)})
    assert derived_counts(incidents(safe)) == Derived(checked=1, narrow=0)
    # What one round leaves open and the next one shows is told all the same.
    assert derived_counts(incidents(safe, bare)) == Derived(checked=1, narrow=1)
    # A month that was corrected: each table for itself.
    more = told({"A1": few, "B1": few}, {"arrest": few})
    assert derived_counts(incidents(bare, more)).narrow == 1
    assert derived_counts(incidents(more)) == Derived(checked=3, narrow=0)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["arrest", "theft"])), max_size=60)
)
def test_the_tables_of_true_incidents_never_give_a_small_count_away(
    seen: list[tuple[str, str]],
) -> None:
    """Two rounds, one of which knows a kind of incident that the month has none of."""
    made = []
    for kinds in (("arrest", "theft"), ("arrest", "theft", "eviction")):
        counts = [[sum(a == area for a, _ in seen) for area in "ABC"],
                  [sum(k == kind for _, k in seen) for kind in kinds]]  # fmt: skip
        one, other = ([of_count(count) for count in row] for row in counts)
        made.append(told(dict(zip("ABC", one, strict=True)), dict(zip(kinds, other, strict=True))))
    for rounds_of in (made[:1], made[1:], made):
        assert derived_counts(incidents(*rounds_of)).narrow == 0


def test_a_canary_that_something_published_comes_near_is_counted() -> None:
    canaries = np.array([[13.26, 53.55], [13.27, 53.56]])
    near = canaries[:1] + np.array([0.0, CLEAR_M * 0.9 / 111_320])
    assert touched(canaries, near) == 1
    apart = canaries[:1] + np.array([0.0, CLEAR_M * 1.1 / 111_320])
    assert touched(canaries, apart) == 0
    assert touched(canaries, np.empty((0, 2))) == 0


def test_coordinates_are_found_in_pages_and_in_the_geopackage(
    town_plan: Plan, tmp_path: Path
) -> None:
    paths = publish_round(town_plan, tmp_path / "maps")
    drawn = [h.place.geometry for h in town_plan.release.hotspots if h.place.mapped]
    corners = shapely.get_coordinates(np.array(drawn, dtype=object))
    legs = np.concatenate([leg.lon_lat for t in town_plan.routes.itineraries for leg in t.legs])
    for suffix in (".html", ".gpkg"):
        found = published_places([path for path in paths if path.suffix == suffix])
        assert touched(legs[::50], found) == len(legs[::50]), suffix
        assert touched(corners, found) == len(corners), suffix


def test_canaries_are_off_the_streets_and_away_from_what_is_published(town: Path) -> None:
    walk = read_extract(load_programme(town).streets).networks[Mode.WALK]
    published = street_stops(walk).lon_lat[:50] + 0.001
    canaries = off_street(walk, published, seed=1)
    assert len(canaries) > 1000
    assert touched(canaries, published) == 0
    assert touched(canaries, street_stops(walk).lon_lat) == 0


@pytest.fixture(scope="module")
def report(country: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = Path(shutil.copytree(country, tmp_path_factory.mktemp("audited") / "country"))
    return audit_round(folder, DEMO_ROUND, progress=lambda _: None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"differing": ("plan.gpkg",)}, "differ in: plan.gpkg"),
        ({"touched": 2}, "2 off-street canaries"),
        ({"holding": (("gaps.csv", "id"),)}, "A raw id stands in gaps.csv"),
        ({"tells": ("gaps.csv keeps an order of its own",)}, "Metadata: gaps.csv keeps an order"),
        ({"derived": None}, "1 suppressed counts follow"),
        ({"inspection": None}, "The ledger is not right"),
    ],
)
def test_each_check_can_fail_the_audit(report: Report, change: dict, said: str) -> None:
    assert report.clean
    if "derived" in change:
        change = {"derived": replace(report.derived, narrow=1)}
    if "inspection" in change:
        change = {"inspection": replace(report.inspection, faults=("it is torn",))}
    spoilt = replace(report, **change)
    assert not spoilt.clean
    assert said in spoilt.failures[0]
    assert "Do not publish this round." in report_page(spoilt)


def test_every_area_keeps_the_rules_and_attacks_find_little(report: Report) -> None:
    state = report.inspection
    assert state.below == 0
    assert all(area.held >= state.floor and area.disc_rule for area in state.areas)
    assert sum(area.hotspots for area in state.areas) >= report.hotspots
    for attack in report.attacks:
        assert len(attack.errors.metres) == report.hotspots
        assert attack.median_m >= 200
        assert list(attack.errors.metres) == sorted(attack.errors.metres)


def test_the_report_is_for_the_planner_alone_and_holds_no_place(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    done = CliRunner().invoke(main, ["audit", str(folder), "--round", "2026-11-23"])
    assert done.exit_code == 0, done.output
    path = folder / "private" / "privacy-report.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = path.read_text(encoding="utf-8")
    raw = read_tables(load_programme(folder))
    for row in raw.hotspots:
        for value in (row.geometry.x, row.geometry.y):
            assert f"{value:.3f}"[:-1] not in page
    assert not re.search(r"[HPTR]-[A-Z2-7]{6}", page)
    assert "http" not in page.replace("http-equiv", "")


def test_a_ledger_that_names_what_is_not_there_is_a_fault(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    programme = load_programme(folder)
    extract = read_extract(programme.streets)
    release(programme, DEMO_ROUND, extract)
    private = folder / "private"
    key = load_key(private)
    ledger = read_ledger(private, key, programme.privacy.widest_m)
    assert inspect(programme, DEMO_ROUND, extract).faults == ()
    (digest, entry), *rest = ledger.entries
    torn = ((digest, replace(entry, where=(9999,))), *rest)
    write_ledger(private, key, replace(ledger, entries=torn))
    assert any("does not exist" in f for f in inspect(programme, DEMO_ROUND, extract).faults)
    write_ledger(private, key, replace(ledger, entries=ledger.entries[:3]))
    assert any("not in the ledger" in f for f in inspect(programme, DEMO_ROUND, extract).faults)


def test_differencing_and_joining_two_rounds() -> None:
    before = {"H-AAAA": (3, "bar"), "H-BAAA": (4, "street")}
    assert gone_and_come(before, before) == (set(), set())
    # One moved across a border: its code went, another came, and both are known by their areas.
    after = {"H-AAAA": (3, "bar"), "H-CAAA": (5, "street")}
    assert gone_and_come(before, after) == ({"H-BAAA"}, {"H-CAAA"})
    said = [{code: kind for code, (_, kind) in one.items()} for one in (before, after)]
    assert linked_codes(*said) == {"H-BAAA": {"H-CAAA"}}
    # Another that came with the same words hides it.
    assert linked_codes(said[0], said[1] | {"H-DAAA": "street"}) == {"H-BAAA": {"H-CAAA", "H-DAAA"}}

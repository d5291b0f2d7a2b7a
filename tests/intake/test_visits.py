"""The visit log out of many exports: each visit once, and corrections win."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.errors import Severity
from outreach_map.intake import collect_problems, read_tables
from outreach_map.intake.rows import RawHotspot, RawVisit
from outreach_map.intake.sources import Source
from outreach_map.intake.visits import LogPart, merged, stale_last_visits
from outreach_map.programme import load_programme
from tests.intake import field_forms
from tests.intake.tables import BOUNDS, visits
from tests.intake.written import delimited

HEADER = "date,hotspot_id,team_id,contacts\n"
PLACES = "id,lon,lat,last_visit\nH1,13.25,53.55,2026-10-01\nH2,13.26,53.55,\n"


def log_of(
    programme_of, files: dict[str, str | bytes], *, toml: str = "", today: date | None = None
):
    """The merged log of a folder of files."""
    folder = programme_of({"hotspots.csv": PLACES}).folder
    (folder / "visits").mkdir()
    try:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / "visits" / name).write_bytes(data)
        if toml:
            with (folder / "outreach.toml").open("a") as target:
                target.write(toml)
        programme = load_programme(folder)
        tables = read_tables(programme, bounds=BOUNDS, today=today)
    finally:
        for path in (folder / "visits").iterdir():
            path.unlink()
        (folder / "visits").rmdir()
    notes = [str(w) for w in tables.warnings if w.file in files]
    return [(v.date.isoformat(), v.hotspot_id, v.contacts) for v in tables.visits], notes


def kobo_visits(*rows: tuple[int, str, str, int], uuids: str = "") -> bytes:
    """Submissions: their number, day, time of submission and contacts."""
    cells = [
        {"date": day, "hotspot_id": "H1", "team_id": "T1", "contacts": contacts, "_id": number,
         "_uuid": f"{uuids}{number}", "_submission_time": at}
        for number, day, at, contacts in rows
    ]  # fmt: skip
    return field_forms.kobo_csv(cells)


def test_what_two_files_both_hold_counts_once(programme_of) -> None:
    rows = "2026-11-02,H1,T1,4\n2026-11-03,H1,T1,6\n"
    found, notes = log_of(
        programme_of, {"1.csv": HEADER + rows, "2.csv": HEADER + rows + "2026-11-04,H1,T1,7\n"}
    )
    assert found == [("2026-11-02", "H1", 4), ("2026-11-03", "H1", 6), ("2026-11-04", "H1", 7)]
    assert notes == [
        "1.csv: has 2 rows that stand in a later file as well. Each visit counts once; there is "
        "nothing to do."
    ]


def test_a_correction_in_a_later_file_wins_and_is_said(programme_of) -> None:
    found, notes = log_of(
        programme_of,
        {
            "2026-11-08.csv": HEADER + "2026-11-02,H1,T1,40\n",
            "2026-11-15.csv": HEADER + "2026-11-02,H1,T1,4\n",
        },
    )
    assert found == [("2026-11-02", "H1", 4)]
    assert (
        "2026-11-08.csv, row 2: differs from row 2 of 2026-11-15.csv for the same day, hotspot and "
        "team. The later file counts, as a correction. If both are visits, put them into one file."
    ) in notes


def test_two_visits_of_one_day_in_one_file_are_two(programme_of) -> None:
    twice = "2026-11-02,H1,T1,4\n" * 2
    found, notes = log_of(programme_of, {"1.csv": HEADER + twice, "2.csv": HEADER + twice})
    assert found == [("2026-11-02", "H1", 4)] * 2
    assert len(notes) == 1
    found, notes = log_of(programme_of, {"1.csv": HEADER + twice})
    assert len(found) == 2
    assert "row 3: is the same as row 2" in notes[0]


def test_an_edited_submission_counts_once_though_its_uuid_changes(programme_of) -> None:
    at = "2026-11-02T20:00:00"
    first = kobo_visits((1, "2026-11-02", at, 40), uuids="a")
    later = kobo_visits((1, "2026-11-03", at, 4), (2, "2026-11-05", "2026-11-05T20:00:00", 6),
                        uuids="b")  # fmt: skip
    found, notes = log_of(programme_of, {"1.csv": first, "2.csv": later})
    assert found == [("2026-11-03", "H1", 4), ("2026-11-05", "H1", 6)]
    assert notes == [
        "1.csv: has 1 row that stands for a submission that has a later row. Each visit counts "
        "once; there is nothing to do."
    ]


def test_submissions_that_are_alike_are_visits_of_their_own(programme_of) -> None:
    rows = [(n, "2026-11-02", f"2026-11-02T2{n}:00:00", 4) for n in (0, 1)]
    found, notes = log_of(programme_of, {"1.csv": kobo_visits(*rows)})
    assert (len(found), notes) == (2, [])


def test_the_submission_with_more_edits_wins_in_odk_central(programme_of) -> None:
    visit = RawVisit(row=2, date="2026-11-02", hotspot_id="H1", team_id="T1", contacts=4)
    old, new = field_forms.central([visit]), field_forms.central([visit])
    new[0] |= {"contacts": 9, "Edits": 1, "meta-instanceID": "uuid:other"}
    for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):  # whatever the files are called
        files = {names[0]: delimited(old), names[1]: delimited(new)}
        found, _ = log_of(programme_of, files)
        assert found == [("2026-11-02", "H1", 9)]


def test_turns_of_a_repeat_group_are_visits_of_their_own(programme_of) -> None:
    cells = [
        {"date": "2026-11-02", "hotspot_id": "H1", "team_id": "T1", "contacts": n, "_index": n,
         "_parent_table_name": "Shift", "_parent_index": 1, "_submission__id": 7,
         "_submission__uuid": "u", "_submission__submission_time": "2026-11-02T22:00:00"}
        for n in (1, 2, 3)
    ]  # fmt: skip
    text = field_forms.kobo_csv(cells)
    found, notes = log_of(programme_of, {"1.csv": text, "2.csv": text})
    assert [contacts for _, _, contacts in found] == [1, 2, 3]
    assert [note.partition(". ")[0] for note in notes] == [
        "1.csv: has 3 rows that stand for a submission that has a later row"
    ]


def test_a_paper_log_gives_way_to_the_form_that_came_later(programme_of) -> None:
    paper = HEADER + "2026-11-02,H1,T1,4\n2026-11-09,H2,T1,5\n"
    form = kobo_visits((1, "2026-11-02", "2026-11-02T20:00:00", 4))
    found, _ = log_of(programme_of, {"1 paper.csv": paper, "2 form.csv": form})
    assert sorted(found) == [("2026-11-02", "H1", 4), ("2026-11-09", "H2", 5)]


def test_lock_files_and_hidden_files_are_no_log(programme_of) -> None:
    rows = HEADER + "2026-11-02,H1,T1,4\n"
    files = {"log.csv": rows, "~$log.xlsx": b"x", ".~lock.log.csv#": b"x", ".DS_Store": b"x",
             "desktop.ini": b"x", "Thumbs.db": b"x"}  # fmt: skip
    assert log_of(programme_of, files) == ([("2026-11-02", "H1", 4)], [])


@given(
    rows=st.lists(visits(), max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=3),
    seed=st.integers(0, 99),
)
def test_exports_that_grow_give_the_last_one(rows, cuts, seed: int) -> None:
    """Each export holds all that came before: the log is the last, in any order of its rows."""
    numbered = [row.model_copy(update={"row": n}) for n, row in enumerate(rows, start=2)]
    parts = []
    for cut in [*sorted(cuts), len(numbered)]:
        part = numbered[:cut]
        random.Random(seed).shuffle(part)
        parts.append(LogPart(Source(f"{len(parts)}.csv"), part))
    found = merged(parts, [])

    def content(log):
        return sorted(str({k: v for k, v in vars(row).items() if k != "row"}) for row in log)

    assert content(found) == content(_last_of_each_key(parts))


def _last_of_each_key(parts: list[LogPart]) -> list[RawVisit]:
    newest = {(v.date, v.hotspot_id, v.team_id): n for n, p in enumerate(parts) for v in p.rows}
    return [
        v for n, p in enumerate(parts) for v in p.rows
        if newest[v.date, v.hotspot_id, v.team_id] == n
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "outcome", "stale"),
    [("2026-10-01", "done", True), ("2026-11-02", "done", False), ("2026-12-01", "done", False),
     ("2026-10-01", "nobody_there", False), (None, "done", False)],
)  # fmt: skip
def test_a_last_visit_that_the_log_overtook_is_said(written, outcome, stale) -> None:
    hotspot = RawHotspot.model_construct(
        row=7, id="H1", last_visit=date.fromisoformat(written) if written else None
    )
    visit = RawVisit.model_construct(
        date=date(2026, 11, 2), hotspot_id="H1", team_id="T1", outcome=outcome
    )
    found = list(stale_last_visits([hotspot], [visit], Source("places.xlsx", "Sites")))
    told = [(p.file, p.sheet, p.row, p.column, p.severity) for p in found]
    expected = ("places.xlsx", "Sites", 7, "last_visit", Severity.WARNING)
    assert told == ([expected] if stale else [])


def test_the_whole_log_is_checked_for_what_it_refers_to(programme_of) -> None:
    folder = programme_of({"visits.csv": HEADER + "2026-11-02,H7,T1,4\n"}).folder
    problems = collect_problems(load_programme(folder), bounds=BOUNDS)
    assert [(p.row, p.column) for p in problems if p.severity is Severity.ERROR] == [
        (2, "hotspot_id")
    ]


GONE = (
    "names no row of hotspots.csv{}: visits to places that are gone are not counted. There is "
    "nothing to do where it was given up; correct the id where it is a slip."
)


def test_visits_to_a_place_that_was_given_up_are_a_warning_once_a_file(programme_of) -> None:
    rows = "2026-11-02,H1,T1,4\n2026-11-03,H2,T1,6\n"
    one = HEADER + rows + "2026-11-03,H9,T1,6\n"
    three = HEADER + "".join(f"2026-10-0{day},H{day},T1,4\n" for day in (7, 8, 9)) + rows * 2
    _, notes = log_of(programme_of, {"1.csv": three, "2.csv": one})
    assert "1.csv, row 2, column hotspot_id: " + GONE.format(", and 2 more rows name none") in notes
    assert "2.csv, row 4, column hotspot_id: " + GONE.format("") in notes


def test_a_team_that_is_no_more_leaves_its_visits_to_the_place(programme_of) -> None:
    rows = "2026-11-02,H1,T1,4\n2026-11-03,H1,T9,6\n"
    found, notes = log_of(programme_of, {"1.csv": HEADER + rows})
    assert [contacts for _, _, contacts in found] == [4, 6]
    assert [note.partition(". ")[0] for note in notes] == [
        "1.csv, row 3, column team_id: names no row of teams.csv: such visits count for the place "
        "that was visited"
    ]


def test_a_log_that_mostly_matches_nothing_is_the_wrong_log(programme_of) -> None:
    text = HEADER + "2026-11-02,H8,T1,4\n2026-11-02,H1,T1,4\n2026-11-03,H9,T1,6\n"
    folder = programme_of({"visits.csv": text}).folder
    problems = collect_problems(load_programme(folder), bounds=BOUNDS)
    told = [(p.row, p.what) for p in problems if p.severity is Severity.ERROR]
    assert told == [(2, "names no row of hotspots.csv"), (4, "names no row of hotspots.csv")]


@pytest.mark.parametrize(
    ("until", "severity"),
    [("2026-11-23", Severity.WARNING), ("2026-11-24", Severity.ERROR), ("", Severity.ERROR)],
)
def test_only_a_decision_that_is_over_may_be_about_a_place_that_is_gone(
    programme_of, until: str, severity: Severity
) -> None:
    text = f"kind,hotspot_id,team_id,until_date\nno_go,H9,,{until}\nexclude_team,H1,T9,{until}\n"
    folder = programme_of({"decisions.csv": text}).folder
    problems = collect_problems(
        load_programme(folder), bounds=BOUNDS, today=date(2026, 11, 24)
    )  # fmt: skip
    told = [(p.row, p.column, p.severity) for p in problems if p.file == "decisions.csv"]
    assert told == [(2, "hotspot_id", severity), (3, "team_id", severity)]
    # Commands that plan nothing have no day in mind: what ends stops none of them.
    problems = collect_problems(load_programme(folder), bounds=BOUNDS)
    found = {p.severity for p in problems if p.file == "decisions.csv"}
    assert found == {Severity.WARNING if until else Severity.ERROR}


def test_a_visit_of_a_day_to_come_is_said_and_not_counted(programme_of) -> None:
    rows = "2026-11-02,H1,T1,4\n2026-11-24,H1,T1,6\n2027-11-02,H1,T1,7\n2026-11-03,H1,T1,2\n"
    today = date(2026, 11, 24)
    found, notes = log_of(programme_of, {"1.csv": HEADER + rows}, today=today)
    assert [contacts for _, _, contacts in found] == [4, 6, 2]
    assert notes == [
        "1.csv, row 4, column date: lies after today: what is still to come is not counted. "
        "Correct the date, most often its year."
    ]
    assert len(log_of(programme_of, {"1.csv": HEADER + rows})[0]) == 4


def test_a_clock_before_most_of_the_log_is_wrong_itself(programme_of) -> None:
    rows = "2026-11-02,H1,T1,4\n2026-11-24,H1,T1,6\n2026-11-03,H1,T1,2\n"
    found, notes = log_of(programme_of, {"1.csv": HEADER + rows}, today=date(2024, 1, 1))
    assert len(found) == 3
    assert [note.partition(". ")[0] for note in notes] == [
        "1.csv, row 2, column date: most of the log lies after today by this computer's clock, and "
        "is counted"
    ]

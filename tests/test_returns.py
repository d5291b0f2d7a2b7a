"""What teams bring back: opened with their words alone, checked, and taken in once."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import OutreachMapError, ReturnError
from outreach_map.intake import RawTables, RawVisit, read_tables
from outreach_map.privacy import public_code, rotate_key, team_passphrases
from outreach_map.programme import load_programme
from outreach_map.publish import Plan
from outreach_map.publish.lock import seal
from outreach_map.returns import Outcome, Returned, read_returns
from tests.saved import write_saved

WORDS = "any six words of our own choosing"
NOTE = "A new gate, shut at night. =1+1"


class Sunday(date):
    """The clock in the evening of the demo round's last day."""

    @classmethod
    def today(cls) -> date:
        """The Sunday."""
        return DEMO_ROUND + timedelta(days=6)


@pytest.fixture(autouse=True)
def _the_round_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach_map.cli.field.date", Sunday)


@pytest.fixture
def folder(town: Path, town_plan: Plan, copy_of: Callable[[Path], Path]) -> Path:
    """The town's programme, after its plan; its teams have words."""
    copied = copy_of(town)
    team_passphrases(copied, [team.code for team in town_plan.release.teams])
    return copied


@pytest.fixture
def team(town_plan: Plan) -> str:
    """Code of a team with more than one stop."""
    return max(town_plan.routes.itineraries, key=lambda tour: len(tour.visits)).team


@pytest.fixture
def marks(town_plan: Plan, team: str) -> list[dict[str, object]]:
    """What the team marked: the first stop done, the second not."""
    tours = [tour for tour in town_plan.routes.itineraries if tour.team == team]
    stops = [stop for tour in tours for stop in tour.visits][:2]
    rows: list[dict[str, object]] = [
        {
            "hotspot": stop.code,
            "date": stop.begin.date().isoformat(),
            "begin": f"{stop.begin:%H:%M}",
            "outcome": "done",
        }
        for stop in stops
    ]
    rows[0] |= {"contacts": 4, "syringes_out": 30, "naloxone_out": 0}
    rows[1]["outcome"] = "nobody_there"
    return rows


def words_of(folder: Path, team: str) -> str:
    return team_passphrases(folder, [team])[0][team]


def log_of(folder: Path) -> tuple[RawVisit, ...]:
    return read_tables(load_programme(folder)).visits


def taken(folder: Path, *paths: Path, write: bool = True, words: str = "") -> Returned:
    return read_returns(load_programme(folder), paths, write=write, words=words)


def run(*arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["returns", *map(str, arguments)], input=typed)


def raw_id(tables: RawTables, folder: Path, code: object) -> str:
    programme = load_programme(folder)
    (found,) = [h.id for h in tables.hotspots if public_code(programme, "H", h.id) == code]
    return found


def test_marks_become_rows_by_the_planners_own_ids(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    before = log_of(folder)
    text = (folder / "visits.csv").read_text()
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks)
    shown = taken(folder, file, write=False)
    assert log_of(folder) == before
    found = taken(folder, file)
    assert shown.taken.added == found.taken.added
    assert [visit.hotspot for visit in found.taken.added] == [mark["hotspot"] for mark in marks]
    after = log_of(folder)
    assert (folder / "visits.csv").read_text().startswith(text)
    assert after[:-2] == before
    tables = read_tables(load_programme(folder))
    first, second = after[-2:]
    assert first.hotspot_id == raw_id(tables, folder, marks[0]["hotspot"])
    assert public_code(load_programme(folder), "T", first.team_id) == team
    assert (first.date.isoformat(), first.outcome) == (marks[0]["date"], "done")
    counts = (first.contacts, first.syringes_out, first.naloxone_out, first.condoms_out)
    assert counts == (4, 30, 0, None)
    assert (second.outcome, second.contacts) == ("nobody_there", None)


def test_a_file_that_is_read_again_changes_nothing(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    risks = [{"hotspot": marks[0]["hotspot"], "date": marks[0]["date"], "note": NOTE}]
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks, risks)
    assert taken(folder, file).taken.noted == 1
    log, proposed = folder / "visits.csv", folder / "private" / "risks-proposed.csv"
    content = (log.read_bytes(), proposed.read_bytes())
    # Sealed again, the bytes are others and the marks the same.
    again = write_saved(tmp_path / "again.txt", words_of(folder, team), team, marks, risks)
    for paths in ([file], [again], [file, again]):
        found = taken(folder, *paths).taken
        assert (found.added, found.there, found.noted, found.differing) == ((), 2, 0, ())
        assert (log.read_bytes(), proposed.read_bytes()) == content


def test_a_later_file_brings_what_is_new_and_says_what_differs(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    words = words_of(folder, team)
    taken(folder, write_saved(tmp_path / "early.txt", words, team, marks[:1]))
    later = write_saved(tmp_path / "late.txt", words, team, [{**marks[0], "contacts": 5}, marks[1]])
    found = taken(folder, later).taken
    assert [visit.hotspot for visit in found.added] == [marks[1]["hotspot"]]
    assert [visit.hotspot for visit in found.differing] == [marks[0]["hotspot"]]
    assert [row.contacts for row in log_of(folder)][-2:] == [4, None]
    said = run(folder, later)
    assert said.exit_code == 1
    assert "the log says otherwise" in said.stdout
    # In one run the later of two files counts for the same stop.
    early = write_saved(tmp_path / "other.txt", words, team, [{**marks[1], "outcome": "other"}])
    assert taken(folder, early, later).taken.there == 1


def test_a_visit_of_a_day_to_come_is_left_to_the_planner(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    late = DEMO_ROUND + timedelta(days=7)
    marks[1]["date"] = late.isoformat()
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks)
    before = log_of(folder)
    done = run(folder, file, "--json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    assert [visit["date"] for visit in said["ahead"]] == [late.isoformat()]
    assert [visit["date"] for visit in said["added"]] == [marks[0]["date"]]
    assert len(log_of(folder)) == len(before) + 1
    again = run(folder, file).stdout
    assert "1 in the log already" in again
    assert f"{late} {marks[1]['hotspot']} by {team}: that day is still to come" in again
    # On the day itself it is a visit as any other.
    found = read_returns(load_programme(folder), [file], today=late).taken
    assert (len(found.added), found.ahead) == (1, ())


def test_a_new_risk_stays_private_and_waits_for_the_peers(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    day = marks[0]["date"]
    risks = [
        {"hotspot": "", "date": day, "note": NOTE},
        {"hotspot": marks[0]["hotspot"], "date": day, "note": "\t two \n lines "},
    ]
    register = (folder / "risks.geojson").read_bytes()
    taken(folder, write_saved(tmp_path / "note.txt", words_of(folder, team), team, [], risks))
    proposed = folder / "private" / "risks-proposed.csv"
    assert proposed.stat().st_mode & 0o777 == 0o600
    lines = proposed.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "reported_on,team_id,hotspot_id,note"
    assert len(lines) == 3
    tables = read_tables(load_programme(folder))
    assert lines[2].endswith(f",{raw_id(tables, folder, marks[0]['hotspot'])},two lines")
    assert (folder / "risks.geojson").read_bytes() == register


@pytest.mark.parametrize("part", ["head", "body", "check"])
@pytest.mark.parametrize("place", [0.0, 0.1, 0.3, 0.5, 0.8, 0.99])
def test_no_byte_of_a_file_can_be_changed(
    folder: Path,
    team: str,
    marks: list[dict[str, object]],
    tmp_path: Path,
    part: str,
    place: float,
) -> None:
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks)
    sealed = json.loads(file.read_text())
    text = sealed[part]
    at = int(place * (len(text) - 1))
    sealed[part] = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    file.write_text(json.dumps(sealed))
    with pytest.raises(ReturnError, match=r"note\.txt: .*damaged"):
        taken(folder, file)


@pytest.mark.parametrize("at", [0, 15, 16, 27, 28, 60, -17, -1])
def test_a_change_that_mends_the_sum_opens_with_no_words(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path, at: int
) -> None:
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks)
    sealed = json.loads(file.read_text())
    raw = bytearray(base64.b64decode(sealed["body"]))
    raw[at] ^= 1
    _reseal(file, sealed["head"], base64.b64encode(raw).decode())
    with pytest.raises(ReturnError, match="No words of a team"):
        taken(folder, file)


@pytest.mark.parametrize(
    "content", ['{"format": 1, "note": "' + "x" * 1_000_000 + '"}', "\0", "[]"]
)
def test_what_was_sealed_with_the_words_but_by_nobody_s_page_is_refused(
    folder: Path, team: str, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "note.txt"
    file.write_text(json.dumps(asdict(seal(content, words_of(folder, team), "note"))))
    with pytest.raises(ReturnError, match="nothing that a page of this version saves"):
        taken(folder, file)


def _reseal(file: Path, head: str, body: str) -> None:
    import hashlib

    check = base64.b64encode(hashlib.sha256((head + body).encode()).digest()).decode()
    file.write_text(json.dumps({"head": head, "body": body, "check": check}))


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[]", "null", "7", '{"head": "", "body": "", "check": ""}', "[" * 100_000,
        "not json", "\0",
    ],
)  # fmt: skip
def test_what_is_no_file_of_a_page_is_one_clear_error(
    folder: Path, tmp_path: Path, content: str
) -> None:
    (tmp_path / "note.txt").write_text(content)
    with pytest.raises(ReturnError, match="none that a team's page saved"):
        taken(folder, tmp_path / "note.txt")


def test_rounds_out_of_all_bounds_are_not_gone_through(
    folder: Path, team: str, tmp_path: Path
) -> None:
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, [])
    sealed = json.loads(file.read_text())
    for rounds in (1, 599_999, 10**12):
        _reseal(file, sealed["head"].replace("600000", str(rounds)), sealed["body"])
        with pytest.raises(ReturnError, match="damaged"):
            taken(folder, file)


def test_a_file_of_another_programme_round_or_team_is_one_clear_error(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path, town_plan: Plan
) -> None:
    before = (folder / "visits.csv").read_bytes()
    words = words_of(folder, team)
    other = next(one.code for one in town_plan.release.teams if one.code != team)

    def said(file: Path) -> str:
        good = write_saved(tmp_path / "good.txt", words, team, marks)
        with pytest.raises(ReturnError) as caught:
            taken(folder, good, file)
        # All is checked before anything is written.
        assert (folder / "visits.csv").read_bytes() == before
        return str(caught.value)

    file = tmp_path / "note.txt"
    assert "No words of a team of this programme" in said(write_saved(file, WORDS, team, marks))
    assert f"is of {other}, and opens with the words of {team}" in said(
        write_saved(file, words, other, marks)
    )
    late = DEMO_ROUND + timedelta(weeks=3)
    later = [{**mark, "date": late.isoformat()} for mark in marks]
    assert f"round of {late}" in said(write_saved(file, words, team, later, start=late))
    assert "outside its round" in said(write_saved(file, words, team, later))
    assert "two for one stop" in said(write_saved(file, words, team, [marks[0], marks[0]]))
    spoilt: list[dict[str, object]] = [
        {"contacts": -1}, {"contacts": "4"}, {"outcome": "slept"}, {"hotspot": "H11"},
        {"begin": "9"}, {"name": "somebody"}, {"date": "soon"},
    ]  # fmt: skip
    for change in spoilt:
        wrong = write_saved(file, words, team, [{**marks[0], **change}])
        assert "nothing that a page of this version saves" in said(wrong)
    assert "cannot be opened" in said(tmp_path / "missing.txt")
    (tmp_path / "huge.txt").write_bytes(b" " * 1_000_001)
    assert "damaged" in said(tmp_path / "huge.txt")


def test_a_code_that_is_gone_is_told_and_the_rest_taken(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    gone = {**marks[0], "hotspot": "H-AAAAAA"}
    risk = {"hotspot": "H-AAAAAA", "date": marks[0]["date"], "note": NOTE}
    words = words_of(folder, team)
    file = write_saved(tmp_path / "note.txt", words, team, [gone, marks[1]], [risk])
    found = taken(folder, file).taken
    assert [one.hotspot for one in found.unknown] == ["H-AAAAAA", "H-AAAAAA"]
    assert len(found.added) == 1
    assert run(folder, file).exit_code == 1


def test_a_page_without_a_lock_has_words_that_are_asked_for(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    file = write_saved(tmp_path / "note.txt", WORDS, team, marks)
    refused = run(folder, file)
    assert refused.exit_code == 2
    assert "--ask asks for its words" in refused.stderr
    done = run(folder, file, "--ask", "--json", typed=f"{WORDS.upper()}\n")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["files"] == [
        {"file": "note.txt", "team": team, "round": "2026-11-23", "marks": 2, "notes": 0}
    ]
    assert document["written"] is True
    assert document["log"] == "visits.csv"
    assert document["added"][0]["syringes_out"] == 30
    assert WORDS not in done.output


def test_the_command_shows_what_it_would_add(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    before = (folder / "visits.csv").read_bytes()
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks)
    shown = run(folder, file, "--dry-run")
    assert shown.exit_code == 0
    assert "2 visits would be added to visits.csv" in shown.stdout
    assert f"{marks[0]['hotspot']} by {team}: done, contacts 4, syringes out 30" in shown.stdout
    assert (folder / "visits.csv").read_bytes() == before
    done = run(folder, file)
    assert "2 visits added to visits.csv" in done.stdout
    again = run(folder, file)
    assert "0 visits added" in again.stdout
    assert "2 in the log already" in again.stdout
    # No id of the planner's own is said.
    ids = {row.id for row in read_tables(load_programme(folder)).hotspots}
    assert not [one for one in ids if f" {one} " in done.stdout]


def test_nothing_is_read_before_a_plan_or_after_the_key_is_gone(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks)
    rotate_key(folder, 3000.0)
    with pytest.raises(OutreachMapError):
        taken(folder, file)


def test_what_is_taken_in_says_nothing_in_a_repr(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    risks = [{"hotspot": "", "date": marks[0]["date"], "note": NOTE}]
    file = write_saved(tmp_path / "note.txt", words_of(folder, team), team, marks, risks)
    found = taken(folder, file)
    text = repr(found) + repr(found.taken) + "".join(map(repr, found.taken.added))
    # An address in memory may have any digits.
    text = re.sub(r"0x[0-9a-f]+", "", text)
    assert "30" not in text
    assert "gate" not in text


def test_outcomes_are_those_of_the_page_and_the_form() -> None:
    from outreach_map.publish.team import REASONS
    from outreach_map.starter.forms import _WORDS

    assert {"done", *REASONS} == {one.value for one in Outcome} == set(_WORDS["outcome"])


def test_the_marks_of_a_night_shift_are_of_its_round(
    folder: Path, team: str, marks: list[dict[str, object]], tmp_path: Path
) -> None:
    morning: date = DEMO_ROUND + timedelta(days=7)
    words = words_of(folder, team)
    late = write_saved(tmp_path / "n.txt", words, team, [{**marks[0], "date": f"{morning}"}])
    assert len(taken(folder, late).taken.added) == 1

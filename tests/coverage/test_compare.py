"""Two rounds compared: what became of gaps, and no number that gives a place away."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.cli import main
from outreach_map.errors import RoundError
from outreach_map.publish import Change, Changed, compare_rounds
from outreach_map.publish.compare import FEWEST, hide
from outreach_map.spreadsheets import csv_text


def write(folder: Path, needs: dict[tuple[str, str], str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(hotspot, "11-25", service, step) for (hotspot, service), step in needs.items()]
    header = ["hotspot", "people", "service", "first_broken_step"]
    (folder / "gaps.csv").write_text(csv_text(header, rows), encoding="utf-8")
    return folder


def codes(count: int, first: int = 0) -> list[str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [f"H-A{letters[n // 26]}{letters[n % 26]}A" for n in range(first, first + count)]


def test_what_became_of_gaps(tmp_path: Path) -> None:
    spots = codes(20)
    before = {(code, "nsp"): "reachable" if n < 8 else "" for n, code in enumerate(spots)}
    after = before | {(code, "nsp"): "" for code in spots[:5]}
    after |= {(spots[5], "nsp"): "enough", (spots[6], "nsp"): "open when people are there"}
    after |= {
        (spots[7], "nsp"): "contacted",
        **{(code, "nsp"): "reachable" for code in spots[8:12]},
    }
    found = compare_rounds(write(tmp_path / "a", before), write(tmp_path / "b", after))
    assert {(row.change, row.service): row.count for row in found if row.count} == {
        (Change.CLOSED, ""): 5, (Change.CLOSED, "nsp"): 5,
        (Change.OPENED, ""): 4, (Change.OPENED, "nsp"): 4,
        (Change.MOVED, ""): 3, (Change.MOVED, "nsp"): 3,
    }  # fmt: skip
    assert Changed(Change.GONE, "", 0) in found


def test_the_change_of_one_place_is_not_told(tmp_path: Path) -> None:
    spots = codes(6)
    before = {(code, service): "reachable" for code in spots for service in ("nsp", "legal")}
    one = before | {(spots[0], "nsp"): ""}
    found = compare_rounds(write(tmp_path / "a", before), write(tmp_path / "b", one))
    assert [row for row in found if row.change is Change.CLOSED] == [
        Changed(Change.CLOSED, "", None), Changed(Change.CLOSED, "nsp", None),
    ]  # fmt: skip
    # Five closed for one service and one for another: six less five would tell the one.
    more = one | {(code, "legal"): "" for code in spots[:5]}
    found = compare_rounds(tmp_path / "a", write(tmp_path / "c", more))
    assert [row for row in found if row.change is Change.CLOSED] == [
        Changed(Change.CLOSED, "", None),
        Changed(Change.CLOSED, "legal", None),
        Changed(Change.CLOSED, "nsp", None),
    ]


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 12)))
def test_no_hidden_number_follows_from_the_shown_ones(counts: dict[str, int]) -> None:
    total, hidden = sum(counts.values()), hide(counts)
    assert {name for name, count in counts.items() if count < FEWEST} <= hidden
    if 0 < len(hidden) < len(counts):
        left = total - sum(count for name, count in counts.items() if name not in hidden)
        # What is left over can be shared out in more than one way, and none of them is all alike.
        assert left > len(hidden) >= 2
        assert len({counts[name] for name in hidden}) >= 2
    if all(count >= FEWEST for count in counts.values()):
        assert not hidden


def test_what_is_no_round_is_said(tmp_path: Path) -> None:
    good = write(tmp_path / "a", {("H-AAAA", "nsp"): ""})
    with pytest.raises(RoundError, match=r"no gaps\.csv"):
        compare_rounds(good, tmp_path / "none")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "gaps.csv").write_text("something,else\n1,2\n")
    with pytest.raises(RoundError, match=r"no gaps\.csv"):
        compare_rounds(good, tmp_path / "b")
    other = write(tmp_path / "c", {("H-BBBB", "nsp"): ""})
    with pytest.raises(RoundError, match="in common"):
        compare_rounds(good, other)


def test_the_command_reads_what_is_published_and_names_nobody(
    town_maps: Path, tmp_path: Path
) -> None:
    text = (town_maps / "gaps.csv").read_text(encoding="utf-8")
    steps = Counter(line.split(",")[4] for line in text.splitlines()[1:])
    assert steps["enough"] >= FEWEST
    later = tmp_path / "later"
    later.mkdir()
    (later / "gaps.csv").write_text(text.replace(",enough,", ",,"), encoding="utf-8")
    result = CliRunner().invoke(main, ["compare", str(town_maps), str(later), "--json"])
    assert result.exit_code == 0
    changes = json.loads(result.stdout)["changes"]
    whole = {row["change"]: row["needs"] for row in changes if row["service"] is None}
    assert whole["closed"] == steps["enough"]
    assert whole["opened"] == 0
    assert "H-" not in result.output
    plain = CliRunner().invoke(main, ["compare", str(town_maps), str(later)])
    assert f"closed: {steps['enough']}" in plain.output.splitlines()
    missing = CliRunner().invoke(main, ["compare", str(town_maps), str(tmp_path / "none")])
    assert missing.exit_code == 2

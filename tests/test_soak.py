"""A short season: what a year of rounds is held to, over four rounds of the small demo."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.soak import Lived, copied, lived, rows_of
from outreach_map.audit import audit_round
from outreach_map.demo import DEMO_ROUND


@pytest.fixture(scope="module")
def season(country: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Lived]]:
    root = tmp_path_factory.mktemp("season")
    folder = copied(country, root, iterations=100)
    return folder, lived(folder, root / "maps", DEMO_ROUND, 4)


def test_rounds_follow_each_other_with_what_was_logged_in_between(
    season: tuple[Path, list[Lived]],
) -> None:
    _, found = season
    assert len(found) == 4
    # Each round begins with the rows that the one before it added.
    for one, after in pairwise(found):
        assert after.logged == one.logged + one.visits
    # A hotspot that is told of in the third round comes out with the month's batch.
    assert found[-1].hotspots == found[0].hotspots + 1


def test_codes_stay_and_teams_come_again(season: tuple[Path, list[Lived]]) -> None:
    _, found = season
    assert [one.recoded for one in found] == [0, 0, 0, 0]
    again = sum(one.met_again for one in found)
    assert again > 0
    assert sum(one.same_team for one in found) >= again / 2
    assert found[-1].open_files <= found[1].open_files


def test_the_last_round_passes_the_audit(season: tuple[Path, list[Lived]]) -> None:
    folder, found = season
    report = audit_round(folder, found[-1].start, progress=lambda _: None)
    assert report.failures == ()
    rows = {row.name: row for row in rows_of(found, clean=report.clean)}
    assert rows["codes that changed"].met
    assert rows["audit of the last round passes"].met

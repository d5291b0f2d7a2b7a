"""A new key: new codes, old areas, and no point at which a cut does harm."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach_map import load_programme
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import KeyFileError, LedgerError
from outreach_map.network import StreetExtract, read_extract
from outreach_map.privacy import release
from outreach_map.tables import Release
from outreach_map.upkeep import rotate


@pytest.fixture
def folder(country: Path, copy_of: Callable[[Path], Path]) -> Path:
    return copy_of(country)


@pytest.fixture(scope="module")
def extract(country: Path) -> StreetExtract:
    return read_extract(country / "streets.osm.pbf")


def codes(released: Release) -> set[str]:
    records = (*released.hotspots, *released.points, *released.teams, *released.zones)
    return {record.code for record in records}


def areas(released: Release) -> list[bytes]:
    return sorted(hotspot.place.geometry.wkb for hotspot in released.hotspots)


def test_every_code_is_new_and_every_area_is_kept(folder: Path, extract: StreetExtract) -> None:
    programme = load_programme(folder)
    before = release(programme, DEMO_ROUND, extract)
    for kept in ("plans", "passphrases", "codes.csv"):
        (folder / "private" / kept).write_text("with the old codes")
    old_key = (folder / "private" / "key").read_bytes()
    done = CliRunner().invoke(main, ["key", "rotate", str(folder)], input="y\n")
    assert done.exit_code == 0, done.output
    assert "codes" in done.output
    assert old_key.decode().strip() not in done.output
    after = release(programme, DEMO_ROUND, extract)
    assert codes(before) & codes(after) == set()
    assert areas(before) == areas(after)
    assert [area.geometry.wkb for area in before.areas] == [a.geometry.wkb for a in after.areas]
    assert codes(release(programme, DEMO_ROUND, extract)) == codes(after)
    names = {path.name for path in (folder / "private").iterdir()}
    assert names == {".busy", ".gitignore", "key", "ledger"}
    assert (folder / "private" / "key").read_bytes() != old_key
    for name in ("key", "ledger"):
        assert stat.S_IMODE((folder / "private" / name).stat().st_mode) == 0o600


def test_nothing_changes_without_a_yes(folder: Path, extract: StreetExtract) -> None:
    release(load_programme(folder), DEMO_ROUND, extract)
    before = {path.name: path.read_bytes() for path in (folder / "private").iterdir()}
    assert CliRunner().invoke(main, ["key", "rotate", str(folder)], input="n\n").exit_code == 2
    assert {path.name: path.read_bytes() for path in (folder / "private").iterdir()} == before


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_cut_at_any_point_leaves_a_folder_that_works(
    renames: int, folder: Path, extract: StreetExtract, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = load_programme(folder)
    before = release(programme, DEMO_ROUND, extract)
    whole, done = Path.replace, 0

    def cut(self: Path, target: Path) -> Path:
        nonlocal done
        if done == renames:
            raise KeyboardInterrupt
        done += 1
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        rotate(programme)
    monkeypatch.undo()
    after = release(programme, DEMO_ROUND, extract)
    assert areas(before) == areas(after)
    # With the old key still in its place nothing has changed; with the new one every code has.
    assert codes(after) == codes(before) if renames < 2 else not codes(after) & codes(before)
    rotate(programme)
    assert not codes(release(programme, DEMO_ROUND, extract)) & codes(after)


def test_without_a_key_there_is_nothing_to_rotate(folder: Path) -> None:
    shutil.rmtree(folder / "private")
    with pytest.raises(KeyFileError, match="no key"):
        rotate(load_programme(folder))
    assert not (folder / "private" / "key").exists()


def test_a_ledger_of_another_key_is_not_lost(folder: Path, extract: StreetExtract) -> None:
    programme = load_programme(folder)
    release(programme, DEMO_ROUND, extract)
    ledger = folder / "private" / "ledger"
    ledger.write_bytes(b"damaged")
    with pytest.raises(LedgerError):
        rotate(programme)
    assert ledger.read_bytes() == b"damaged"

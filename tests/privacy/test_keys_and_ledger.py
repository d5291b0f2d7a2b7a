"""Codes, the key file and the ledger."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from outreach_map import load_programme
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import KeyFileError, LedgerError
from outreach_map.privacy import release
from outreach_map.privacy.anchors import Anchor
from outreach_map.privacy.areas import restore
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private, write_key
from outreach_map.privacy.ledger import Ledger, Site, begin, read_ledger, write_ledger

KEY = ProgrammeKey(bytes(range(32)))
OTHER = ProgrammeKey(bytes(range(1, 33)))
WIDEST_M = 3000.0

ids = st.text("ABCDEFGH0123456789", min_size=1, max_size=5)
sites = st.dictionaries(ids, st.tuples(st.integers(0, 9)), max_size=12)


def small_partition():
    anchors = [Anchor((9.1, 47.1), 320.0), Anchor((9.2, 47.2), 90.0)]
    return restore({(10, 10): 0, (11, 10): 0, (14, 10): 1}, anchors, 32632, 250.0, WIDEST_M)


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    private = open_private(tmp_path)
    assert begin(private)
    first = load_key(private)
    assert not begin(private)
    assert load_key(private) == first
    assert read_ledger(private, first, WIDEST_M) == Ledger()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE((private / "key").stat().st_mode) == 0o600
    assert "*" in (private / ".gitignore").read_text().splitlines()


def test_a_key_never_shows_itself() -> None:
    text = repr(KEY) + str(KEY)
    assert KEY.secret.hex() not in text
    assert repr(KEY.secret) not in text


@pytest.mark.parametrize("name", ["key", ""])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, name: str) -> None:
    private = open_private(tmp_path)
    begin(private)
    os.chmod(private / name, 0o755 if not name else 0o644)
    with pytest.raises(KeyFileError, match="chmod"):
        load_key(open_private(tmp_path))


def test_a_private_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (tmp_path / "private").symlink_to(elsewhere)
    with pytest.raises(KeyFileError, match="link"):
        open_private(tmp_path)


def test_a_lost_key_is_not_replaced_under_a_ledger(tmp_path: Path) -> None:
    private = open_private(tmp_path)
    begin(private)
    write_ledger(private, load_key(private), Ledger(partition=small_partition()))
    (private / "key").unlink()
    assert not begin(private)
    with pytest.raises(KeyFileError, match="backup"):
        load_key(private)
    assert not (private / "key").exists()


def test_a_lost_ledger_is_not_begun_again_under_its_key(tmp_path: Path) -> None:
    private = open_private(tmp_path)
    begin(private)
    (private / "ledger").unlink()
    assert not begin(private)
    with pytest.raises(LedgerError, match="key rotate"):
        read_ledger(private, load_key(private), WIDEST_M)


def test_a_damaged_key_says_so_without_showing_it(tmp_path: Path) -> None:
    private = open_private(tmp_path)
    (private / "key").write_text("c2VjcmV0LXRoYXQtaXMtdG9vLXNob3J0\n")
    (private / "key").chmod(0o600)
    with pytest.raises(KeyFileError) as caught:
        load_key(private)
    assert "c2Vj" not in str(caught.value)


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    write_key(tmp_path / "key", KEY)
    with pytest.raises(FileExistsError):
        write_key(tmp_path / "key", OTHER)


def test_codes_depend_on_key_programme_kind_id_and_epoch() -> None:
    codes = {
        KEY.code("H", "a", "1", 0),
        OTHER.code("H", "a", "1", 0),
        KEY.code("H", "b", "1", 0),
        KEY.code("P", "a", "1", 0),
        KEY.code("H", "a", "2", 0),
        KEY.code("H", "a", "1", 1),
    }
    assert len(codes) == 6
    assert KEY.code("H", "a", "1", 0) == KEY.code("H", "a", "1", 0)


@given(sites, st.randoms())
def test_codes_do_not_depend_on_the_order_of_the_input(where: dict, random) -> None:
    rows = list(where.items())
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert Ledger().assign(KEY, "a", "H", rows)[1] == Ledger().assign(KEY, "a", "H", shuffled)[1]


@given(sites, sites)
def test_new_sites_change_no_code_of_the_others(where: dict, more: dict) -> None:
    ledger, before = Ledger().assign(KEY, "a", "H", where.items())
    _, after = ledger.assign(KEY, "a", "H", (more | where).items())
    assert {raw_id: after[raw_id] for raw_id in before} == before


def test_a_move_within_the_area_keeps_the_code_and_one_across_retires_it() -> None:
    ledger, before = Ledger().assign(KEY, "a", "H", [("1", (3,)), ("2", (4,))])
    ledger, same = ledger.assign(KEY, "a", "H", [("1", (3,)), ("2", (4,))])
    assert same == before
    _, after = ledger.assign(KEY, "a", "H", [("1", (4,)), ("2", (4,))])
    assert after["1"] not in before.values()
    assert after["2"] == before["2"]


def test_the_ledger_comes_back_as_it_was_and_is_not_readable_as_text(tmp_path: Path) -> None:
    site = Site((9.11111, 47.11111), (9.2, 47.2), (9.21, 47.21))
    ledger, _ = Ledger(
        partition=small_partition(), inputs_sha256="ab", batch=date(2026, 11, 23), sites=(site,)
    ).assign(KEY, "a", "H", [("kiosk-17", (0,))])
    write_ledger(tmp_path, KEY, ledger)
    again = read_ledger(tmp_path, KEY, WIDEST_M)
    assert again.entries == ledger.entries
    assert (again.batch, again.sites) == (ledger.batch, ledger.sites)
    assert again.partition is not None
    assert again.partition.cells == small_partition().cells
    assert [(area.anchor, area.last_mile_m) for area in again.partition.areas] == [
        ((9.1, 47.1), 320.0),
        ((9.2, 47.2), 90.0),
    ]
    assert again.partition.walked
    assert b"kiosk-17" not in (tmp_path / "ledger").read_bytes()
    assert "kiosk-17" not in repr(ledger) + repr(ledger.entries)
    assert "9.1" not in repr(ledger) + repr(ledger.sites)
    assert stat.S_IMODE((tmp_path / "ledger").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger"]


@pytest.mark.parametrize("damage", ["flip", "cut", "other key"])
def test_a_damaged_ledger_fails_closed(tmp_path: Path, damage: str) -> None:
    write_ledger(tmp_path, KEY, Ledger(partition=small_partition()))
    path = tmp_path / "ledger"
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[40] ^= 1
    if damage == "cut":
        content = content[:-20]
    path.write_bytes(bytes(content))
    with pytest.raises(LedgerError, match="nothing was released"):
        read_ledger(tmp_path, OTHER if damage == "other key" else KEY, WIDEST_M)


def test_which_code_is_which_row_stands_in_private_alone(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    programme = load_programme(folder)
    released = release(programme, DEMO_ROUND)
    done = CliRunner().invoke(main, ["key", "codes", str(folder)])
    assert done.exit_code == 0, done.output
    path = folder / "private" / "codes.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    records = (*released.hotspots, *released.points, *released.teams, *released.zones)
    assert {row["code"] for row in rows} == {record.code for record in records}
    ids = {row["id"] for row in rows if row["file"] == "hotspots.csv"}
    assert len(ids) == len(released.hotspots)
    assert not [raw_id for raw_id in ids if raw_id in done.output]

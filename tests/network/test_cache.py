"""What was read is kept beside the extract: equal, atomic, never trusted when damaged."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach_map.cli import main
from outreach_map.errors import ExtractError
from outreach_map.network import StreetExtract, StreetNetwork, read_extract, read_streets
from outreach_map.network.cache import FOLDER, ExtractCache, KeptOrder
from outreach_map.network.collect import Found, collect
from outreach_map.network.hierarchy import AVAILABLE
from outreach_map.tables import Mode
from tests.network.hand_drawn import write_osm

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    return Path(shutil.copy(DATA / "liechtenstein" / "streets.osm.pbf", tmp_path))


def assert_equal_networks(one: StreetNetwork, other: StreetNetwork) -> None:
    assert (one.mode, one.names) == (other.mode, other.names)
    for field in fields(StreetNetwork):
        value = getattr(one, field.name)
        if isinstance(value, np.ndarray):
            assert value.dtype == getattr(other, field.name).dtype, field.name
            assert np.array_equal(value, getattr(other, field.name)), field.name
    for field in fields(one.tags):
        assert np.array_equal(getattr(one.tags, field.name), getattr(other.tags, field.name))


def assert_equal(one: StreetExtract, other: StreetExtract) -> None:
    for mode in Mode:
        assert_equal_networks(one.networks[mode], other.networks[mode])
    for name in ("water", "parks", "buildings"):
        here, there = getattr(one.basemap, name), getattr(other.basemap, name)
        assert shapely.to_wkb(here).tolist() == shapely.to_wkb(there).tolist(), name
    assert one.basemap.places == other.basemap.places
    assert one.basemap.pois == other.basemap.pois
    for name in ("coords", "offset", "highway", "name_id", "names"):
        here, there = getattr(one.basemap.streets, name), getattr(other.basemap.streets, name)
        assert np.array_equal(here, there), name
    assert np.array_equal(one.basemap.railways.coords, other.basemap.railways.coords)
    assert np.array_equal(one.building_lon_lat, other.building_lon_lat)
    assert (one.bounds, one.sha256) == (other.bounds, other.sha256)


def kept(streets: Path) -> list[Path]:
    return sorted((streets.parent / FOLDER).glob("*.npz"))


def test_what_is_kept_is_what_was_read(streets: Path) -> None:
    fresh = read_extract(streets, cache=False)
    assert not (streets.parent / FOLDER).exists()
    first = read_extract(streets)
    assert len(kept(streets)) == 1
    second = read_extract(streets)
    for found in (first, second):
        assert_equal(fresh, found)
    assert_equal_networks(fresh.networks[Mode.BIKE], read_streets(streets, Mode.BIKE))


def test_the_second_reading_does_not_read_the_extract(streets: Path, monkeypatch) -> None:
    read_extract(streets)

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the extract was read")

    monkeypatch.setattr("outreach_map.network.read.collect", fail)
    read_extract(streets)
    read_streets(streets, Mode.WALK)
    with pytest.raises(AssertionError, match="was read"):
        read_extract(streets, cache=False)
    # Other content, other options: another reading.
    with pytest.raises(AssertionError, match="was read"):
        read_extract(streets, ferries=True)
    streets.write_bytes(streets.read_bytes() + b"\0")
    with pytest.raises(AssertionError, match="was read"):
        read_extract(streets)


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text", "other archive"])
def test_a_damaged_cache_is_read_anew(streets: Path, damage: str) -> None:
    fresh = read_extract(streets)
    (file,) = kept(streets)
    whole = file.read_bytes()
    if damage == "other archive":
        np.savez(file, words=np.zeros(3))
    else:
        middle = len(whole) // 2
        file.write_bytes(
            {
                "empty": b"",
                "cut": whole[:middle],
                "flipped": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
                "text": b"not an archive",
            }[damage]
        )
    assert_equal(fresh, read_extract(streets))
    assert file.read_bytes() == whole


@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**7), st.integers(1, 255))
def test_a_byte_that_changed_anywhere_is_noticed_or_means_nothing(
    tiny: tuple[StreetExtract, ExtractCache, bytes], place: int, flip: int
) -> None:
    fresh, cache, whole = tiny
    damaged = bytearray(whole)
    damaged[place % len(whole)] ^= flip
    cache.file.write_bytes(damaged)
    found = cache.load()
    if found is not None:
        assert_equal(fresh, found)


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[StreetExtract, ExtractCache, bytes]:
    nodes = {1: (9.0, 54.0), 2: (9.001, 54.0), 3: (9.002, 54.0)}
    path = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2, 3], {"highway": "residential"})])
    extract = read_extract(path)
    cache = ExtractCache(path, extract.sha256, ferries=False)
    return extract, cache, cache.file.read_bytes()


def test_a_cache_runs_no_code(streets: Path) -> None:
    read_extract(streets)
    (file,) = kept(streets)
    np.savez(file, allow_pickle=True, words=np.array([object()], dtype=object))
    read_extract(streets)
    with np.load(file, allow_pickle=False) as archive:
        assert archive["words"].dtype == np.uint8


def test_a_folder_that_takes_no_files_is_no_fault(streets: Path, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("outreach_map.network.cache.tempfile.mkstemp", refuse)
    assert len(read_extract(streets).networks) == 3
    assert kept(streets) == []


def _read(path: Path, results: multiprocessing.Queue) -> None:
    results.put(len(read_extract(path).networks[Mode.WALK]))


def test_processes_at_once_do_not_disturb_each_other(streets: Path) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=_read, args=(streets, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    sizes = {results.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(sizes) == 1
    assert len(kept(streets)) == 1
    assert list((streets.parent / FOLDER).glob("part-*")) == []
    assert_equal(read_extract(streets, cache=False), read_extract(streets))


def test_a_kill_at_any_point_leaves_a_whole_cache_or_none(streets: Path) -> None:
    """Killed later and later, until it is through: what is found afterwards is always whole."""
    fresh = read_extract(streets, cache=False)
    script = (
        "import sys\n"
        "from outreach_map.network import read_extract\n"
        "print('ready', flush=True)\n"
        "read_extract(sys.argv[1])\n"
    )
    killed = 0
    for turn in range(12):
        shutil.rmtree(streets.parent / FOLDER, ignore_errors=True)
        with subprocess.Popen(
            [sys.executable, "-c", script, str(streets)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.04 * turn)
            process.send_signal(signal.SIGKILL)
        killed += process.returncode == -signal.SIGKILL
        for file in kept(streets):
            with np.load(file) as archive:
                assert all(len(archive[name].shape) for name in archive.files)
        assert_equal_networks(fresh.networks[Mode.WALK], read_extract(streets).networks[Mode.WALK])
    assert killed > 3


KILLED = """
import os, signal, sys
import numpy as np
import outreach_map.network.cache as cache
from outreach_map.network import read_extract

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def half(file, **arrays):
    np_savez(file, **arrays)
    file.flush()
    file.truncate(file.tell() // 2)
    die()

def renamed(part, path):
    os.replace(part, path)
    die()

np_savez = np.savez
point = sys.argv[2]
if point == "half written":
    np.savez = half
elif point == "before it is on the disk":
    cache.os.fsync = die
elif point == "before it is renamed":
    cache.Path.replace = die
else:
    cache.Path.replace = renamed
network = read_extract(sys.argv[1]).networks["walk"]
network.hierarchy.order
"""


@pytest.mark.parametrize(
    "point", ["half written", "before it is on the disk", "before it is renamed", "renamed"]
)
@pytest.mark.parametrize("what", ["reading", "order"])
def test_a_kill_at_each_step_of_writing_leaves_a_whole_file_or_none(
    streets: Path, point: str, what: str
) -> None:
    if what == "order":
        if not AVAILABLE:
            pytest.skip("routingkit-cch is not installed")
        read_extract(streets)  # so that the order is all that is written
    before = kept(streets)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(streets), point], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(kept(streets)) - len(before) == (point == "renamed")
    assert len(list((streets.parent / FOLDER).glob("part-*"))) == (point != "renamed")
    fresh = read_extract(streets, cache=False)
    again = read_extract(streets)
    assert_equal(fresh, again)
    if what == "order":
        store = again.networks[Mode.WALK].order_store
        assert isinstance(store, KeptOrder)
        assert (store.load(len(again.networks[Mode.WALK])) is not None) == (point == "renamed")


def test_what_a_killed_process_left_is_removed_in_time(streets: Path) -> None:
    folder = streets.parent / FOLDER
    folder.mkdir()
    old, new = folder / "part-old", folder / "part-new"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    read_extract(streets)
    assert not old.exists()
    assert new.exists()


@pytest.mark.skipif(not AVAILABLE, reason="routingkit-cch is not installed")
def test_the_order_is_kept_and_a_damaged_one_is_not_used(streets: Path) -> None:
    network = read_extract(streets).networks[Mode.WALK]
    assert not network.hierarchy.ordered
    order = network.hierarchy.order
    assert sorted(order.tolist()) == list(range(len(network)))
    again = read_streets(streets, Mode.WALK)
    assert again.hierarchy.ordered
    assert np.array_equal(again.hierarchy.order, order)
    store = again.order_store
    assert isinstance(store, KeptOrder)
    for wrong in (order[:-1], np.zeros_like(order), order.astype(np.int64), order.reshape(1, -1)):
        np.savez(store.file, order=wrong)
        assert store.load(len(network)) is None
        fresh = read_streets(streets, Mode.WALK)
        assert not fresh.hierarchy.ordered
    store.file.write_bytes(b"no archive")
    assert store.load(len(network)) is None


def test_a_file_that_changes_while_it_is_read_is_refused(streets: Path, monkeypatch) -> None:
    def replaced(path: Path) -> Found:
        found = collect(path)
        shutil.copy(DATA / "neubrandenburg" / "streets.osm.pbf", path)
        return found

    monkeypatch.setattr("outreach_map.network.read.collect", replaced)
    with pytest.raises(ExtractError, match="changed"):
        read_extract(streets)
    assert kept(streets) == []


def test_a_file_that_may_not_be_read_is_one_clear_error(streets: Path, monkeypatch) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ExtractError, match="cannot be read") as caught:
        read_streets(streets, Mode.WALK)
    assert str(streets.parent) not in str(caught.value)


def test_names_of_kept_files_say_nothing(streets: Path) -> None:
    other = streets.with_name("secret-name.osm.pbf")
    streets.rename(other)
    read_extract(other)
    assert all("secret" not in file.name for file in (other.parent / FOLDER).iterdir())
    assert ((other.parent / FOLDER) / ".gitignore").read_text() == "*\n"


def test_no_cache_keeps_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "programme"
    shutil.copytree(DATA / "liechtenstein", folder, ignore=shutil.ignore_patterns("private", ".*"))
    assert CliRunner().invoke(main, ["check", str(folder), "--no-cache"]).exit_code == 0
    assert not (folder / FOLDER).exists()
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 0
    assert (folder / FOLDER).is_dir()


def test_the_key_follows_the_reader(streets: Path, monkeypatch) -> None:
    before = ExtractCache(streets, "a" * 64, ferries=False).file
    assert ExtractCache(streets, "b" * 64, ferries=False).file != before
    assert ExtractCache(streets, "a" * 64, ferries=True).file != before
    monkeypatch.setattr("outreach_map.network.cache._reader_digest", lambda: "another reader")
    assert ExtractCache(streets, "a" * 64, ferries=False).file != before


def test_an_older_reading_of_the_same_file_goes_when_a_new_one_is_kept(streets: Path) -> None:
    read_extract(streets)
    (old,) = kept(streets)
    shutil.copy(DATA / "neubrandenburg" / "streets.osm.pbf", streets)
    read_extract(streets)
    (new,) = kept(streets)
    assert new != old

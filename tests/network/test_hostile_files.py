"""Files that are no extract, or want to be more than one: one clear error, bounded memory."""

from __future__ import annotations

import bz2
import json
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from outreach_map.errors import ExtractError
from outreach_map.network import EngineKind, read_extract, read_streets, travel_time_matrix
from outreach_map.network.container import check_unpacked_size
from outreach_map.network.facilities import read_facilities
from outreach_map.network.hierarchy import AVAILABLE
from outreach_map.tables import Mode
from tests.network.hand_drawn import write_osm

DATA = Path(__file__).parents[2] / "data"
STREET = {"highway": "residential"}
LIMIT_MB = 2_000


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protocol buffer: a number, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def block(kind: bytes, blob: bytes) -> bytes:
    header = field(1, kind) + field(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def packed(raw: bytes, said: int | None = None) -> bytes:
    return field(2, len(raw) if said is None else said) + field(3, zlib.compress(raw, 9))


HEADER = block(b"OSMHeader", packed(field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes")))


def bomb(path: Path) -> None:
    """A blob of 1 MB that unpacks to 1 GB."""
    squeezer = zlib.compressobj(9)
    squeezed = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(1024)) + squeezer.flush()
    path.write_bytes(HEADER + block(b"OSMData", field(2, 1 << 30) + field(3, squeezed)))


def sly_bomb(path: Path) -> None:
    """The same, which says that it is small."""
    squeezed = zlib.compress(bytes(64 << 20), 9)
    path.write_bytes(HEADER + block(b"OSMData", field(2, 1000) + field(3, squeezed)))


def long_blob(path: Path) -> None:
    path.write_bytes(HEADER + struct.pack(">I", 2**31 - 1) + b"x" * 100)


def huge_claim(path: Path) -> None:
    header = field(1, b"OSMData") + field(3, 2**31 - 1)
    path.write_bytes(HEADER + struct.pack(">I", len(header)) + header)


def random_block(path: Path) -> None:
    path.write_bytes(HEADER + block(b"OSMData", packed(bytes(range(256)) * 50)))


def unknown_feature(path: Path) -> None:
    path.write_bytes(block(b"OSMHeader", packed(field(4, b"Holograms"))))


def entities(path: Path) -> None:
    """The billion laughs."""
    lines = ['<!ENTITY a "ha">']
    lines += [
        f'<!ENTITY {chr(98 + i)} "{"&" + chr(97 + i) + ";"}{"&" + chr(97 + i) + ";"}">'
        for i in range(24)
    ]
    text = f'<?xml version="1.0"?><!DOCTYPE osm [{"".join(lines)}]><osm version="0.6">'
    path.with_suffix(".osm").write_text(text + '<node id="1" lat="1" lon="&y;"/></osm>')


def truncated(path: Path) -> None:
    whole = (DATA / "liechtenstein" / "streets.osm.pbf").read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def blob(raw: bytes) -> bytes:
    return block(b"OSMData", packed(raw))


STRINGS = field(1, b"".join(field(1, word) for word in (b"", b"highway", b"residential")))
BUILDING = field(1, b"".join(field(1, word) for word in (b"", b"building", b"yes")))
# Nodes 1 and 2: ids, latitudes and longitudes, each as the difference from the one before.
TWO_NODES = field(1, field(1, b"")) + field(
    2, field(2, field(1, b"\2\2") + field(8, bytes(2)) + field(9, b"\2\2"))
)


def to_and_fro(nodes: int) -> bytes:
    """A way between nodes 1 and 2, over and over, that ends where it begins."""
    return field(
        3, field(1, 1) + field(2, b"\1") + field(3, b"\2") + field(8, b"\2" + b"\2\1" * nodes)
    )


def crowd(path: Path) -> None:
    """Half a megabyte that unpacks, block by block, to nodes enough for 2.5 GB of memory."""
    many = 8_000_000
    one = field(2, field(2, field(1, b"\2" * many) + field(8, bytes(many)) + field(9, bytes(many))))
    path.write_bytes(HEADER + blob(field(1, field(1, b"")) + one) * 20)


def squeezed_text(path: Path) -> None:
    path.with_suffix(".bz2").write_bytes(bz2.compress(b"<osm>" + b" " * (64 << 20)))


def endless_way(path: Path) -> None:
    path.write_bytes(HEADER + blob(TWO_NODES) + blob(STRINGS + field(2, to_and_fro(2_000_000))))


def endless_building(path: Path) -> None:
    """602 bytes that keep an assembler of polygons busy for hours."""
    path.write_bytes(HEADER + blob(TWO_NODES) + blob(BUILDING + field(2, to_and_fro(200_000))))


def many_short_ways(path: Path) -> None:
    ways = b"".join(to_and_fro(1_000) for _ in range(1_500))
    path.write_bytes(HEADER + blob(TWO_NODES) + blob(STRINGS + field(2, ways)))


HOSTILE: list[Callable[[Path], None]] = [
    bomb, sly_bomb, long_blob, huge_claim, random_block, unknown_feature, entities, truncated,
    crowd, squeezed_text, endless_way, endless_building, many_short_ways,
]  # fmt: skip
READ = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]) << 20,) * 2)
from outreach_map.errors import ExtractError
from outreach_map.network import read_extract
try:
    read_extract(sys.argv[1])
    outcome = "read"
except ExtractError as error:
    outcome = str(error)
# Not ru_maxrss, which a process inherits from the one that starts it.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
print(json.dumps([outcome, peak]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read off /proc")
@pytest.mark.parametrize("write", HOSTILE, ids=lambda write: write.__name__)
def test_a_hostile_file_is_one_clear_error_in_bounded_memory(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "streets.osm.pbf"
    write(path)
    (path,) = tmp_path.iterdir()
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(LIMIT_MB)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcome, peak_mb = json.loads(done.stdout)
    assert outcome.startswith(
        (f"{path.name}: The file is damaged", f"{path.name}: The file unpacks")
    )
    assert "fresh extract" in outcome
    assert str(tmp_path) not in outcome
    assert peak_mb < 400
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [path.name]


@pytest.mark.parametrize("content", [b"", b"\0" * 40, b"id,lon,lat\n1,2,3\n"])
def test_what_is_no_extract_says_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "streets.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(ExtractError, match="fresh extract"):
        read_extract(path)


def test_absurd_coordinates_are_as_if_they_were_missing(tmp_path: Path) -> None:
    nodes = {1: (9.0, 54.0), 2: (9.001, 54.0), 3: (9.002, 54.0), 4: (200.0, 95.0)}
    path = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2], STREET), ([2, 4, 3], STREET)])
    network = read_streets(path, Mode.WALK)
    assert abs(network.lon_lat).max() < 90
    assert network.length_m.max() < 100


def test_ids_beyond_all_bounds_are_ids(tmp_path: Path) -> None:
    far = 2**62
    nodes = {1: (9.0, 54.0), far: (9.001, 54.0)}
    path = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, far], STREET)])
    assert len(read_streets(path, Mode.WALK)) == 2


def test_a_street_that_stands_still_is_none(tmp_path: Path) -> None:
    nodes = {1: (9.0, 54.0), 2: (9.001, 54.0), 3: (9.001, 54.0)}
    streets = [([1, 1], STREET), ([1], STREET), ([1, 1, 2, 2], STREET), ([2, 3], STREET)]
    network = read_streets(write_osm(tmp_path / "a.osm.pbf", nodes, streets), Mode.WALK)
    assert len(network) == 3
    assert network.segments == 2
    assert network.travel_time_s.min() == 0.001
    assert len(read_extract(tmp_path / "a.osm.pbf", cache=False).basemap.streets.offset) == 3


def test_what_an_editor_has_not_uploaded_yet_is_no_extract(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, lon in ((-2, 9.001), (-1, 9.0)):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, 54.0), version=1))
        writer.add_way(osmium.osm.mutable.Way(id=-1, nodes=[-1, -2], tags=STREET, version=1))
    with pytest.raises(ExtractError, match="no streets"):
        read_streets(path, Mode.WALK)


@pytest.mark.parametrize("write", [crowd, endless_building], ids=lambda write: write.__name__)
def test_whoever_reads_facilities_refuses_the_same(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "streets.osm.pbf"
    write(path)
    with pytest.raises(ExtractError, match="fresh extract"):
        read_facilities(path)


def test_blocks_are_counted_however_their_fields_are_ordered(tmp_path: Path) -> None:
    raw = TWO_NODES + field(17, 1)
    reordered = field(3, zlib.compress(raw)) + field(2, len(raw)) + field(9, b"later")
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(HEADER + block(b"OSMData", reordered) + block(b"Unknown", field(1, b"x" * 10)))
    check_unpacked_size(path)
    path.write_bytes(HEADER + block(b"OSMData", field(3, b"") + field(2, 31 << 20)))
    with pytest.raises(ExtractError, match="far more"):
        check_unpacked_size(path)


@pytest.mark.parametrize("ending", ["osm", "osm.bz2", "osm.gz", "osm.pbf"])
def test_every_usual_kind_of_extract_is_read(ending: str, tmp_path: Path) -> None:
    nodes = {1: (9.0, 54.0), 2: (9.001, 54.0)}
    path = write_osm(tmp_path / f"a.{ending}", nodes, [([1, 2], STREET)])
    assert len(read_streets(path, Mode.WALK)) == 2


@settings(max_examples=300)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_end_in_one_clear_error(content: bytes, after_header: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.osm.pbf"
        path.write_bytes((HEADER if after_header else b"") + content)
        with pytest.raises(ExtractError) as caught:
            read_streets(path, Mode.WALK, cache=False)
        assert folder not in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_damaged_byte_is_read_or_refused(place: int, flip: int) -> None:
    """Most bytes are packed and have a checksum; others may be of any meaning."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.osm.pbf"
        nodes = {number: (9.0 + number / 1000, 54.0) for number in range(1, 30)}
        write_osm(path, nodes, [([*nodes], STREET), ([3, 1], STREET)])
        content = bytearray(path.read_bytes())
        content[place % len(content)] ^= flip
        path.write_bytes(content)
        with suppress(ExtractError):
            network = read_streets(path, Mode.WALK, cache=False)
            assert np.isfinite(network.lon_lat).all()


def test_streets_across_the_180th_meridian_are_refused_and_beside_it_are_not(
    tmp_path: Path,
) -> None:
    nodes = {1: (179.998, -16.8), 2: (179.999, -16.8), 3: (180.0, -16.8), 4: (-179.999, -16.8)}
    path = write_osm(tmp_path / "a.osm.pbf", nodes, [([1, 2, 3], STREET)])
    network = read_streets(path, Mode.WALK)
    _, _, metres = Geod(ellps="WGS84").inv(*nodes[1], *nodes[3])
    assert network.length_m == pytest.approx([metres, metres], rel=1e-6)
    write_osm(path, nodes, [([1, 2, 4], STREET)])
    with pytest.raises(ExtractError, match="180th meridian"):
        read_streets(path, Mode.WALK)


def test_nodes_and_streets_that_are_there_twice(tmp_path: Path) -> None:
    """Files stitched together by hand: the same node again, the same street again."""
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, lon in ((1, 9.0), (1, 9.0), (2, 9.001)):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, 54.0), version=1))
        for _ in range(2):
            writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags=STREET, version=1))
    network = read_streets(path, Mode.WALK)
    assert (len(network), network.segments) == (2, 2)
    once = network.travel_time_s[0]
    for engine in EngineKind:
        if engine is EngineKind.DIJKSTRA or AVAILABLE:
            found = travel_time_matrix(network, [0, 0, 1], [1, 1, 0], engine=engine)
            assert found.tolist() == [[once, once, 0]] * 2 + [[0, 0, once]]

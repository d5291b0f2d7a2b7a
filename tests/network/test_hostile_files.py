"""Files that are no extract, or want to be more than one: one clear error, bounded memory."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import osmium
import pytest

from outreach_map.errors import ExtractError
from outreach_map.network import read_extract, read_streets
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


HOSTILE: list[Callable[[Path], None]] = [
    bomb, sly_bomb, long_blob, huge_claim, random_block, unknown_feature, entities, truncated,
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
    assert outcome.startswith(f"{path.name}: The file is damaged"), outcome
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

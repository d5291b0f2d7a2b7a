"""What an extract unpacks to, before anything of it is unpacked.

A few kilobytes can unpack to gigabytes: of nodes that all stand at one place, say. The library that
reads extracts holds each block to the size that the block names, but not all blocks together.
"""

from __future__ import annotations

import bz2
import gzip
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from outreach_map.errors import ExtractError

HINT = "Take a fresh extract of the place (.osm.pbf), and check that the download was complete."
# Extracts unpack to two or three times their size, as text to some twenty times.
_MOST_TIMES = 10
_MOST_TIMES_TEXT = 200
# Small files, which may repeat themselves, are no danger.
_HARMLESS_BYTES = 8 << 20
# Limits of the format: https://wiki.openstreetmap.org/wiki/PBF_Format
_MOST_HEADER = 64 << 10
_MOST_BLOCK = 32 << 20
_NUMBER, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_BLOB_SIZE, _UNPACKED_SIZE = 3, 2
_STEP = 1 << 20


def damaged(path: Path) -> ExtractError:
    """The error for a file that cannot be read; what a library said may name a full path."""
    return ExtractError(
        "The file is damaged, cut short, or not an OpenStreetMap extract.",
        where=path.name,
        mend=HINT,
    )


def check_unpacked_size(path: Path) -> None:
    """Refuse a file that unpacks to far more than an extract of its size.

    Raises
    ------
    ExtractError
        When it would, or when the blocks of a PBF do not follow each other to its end.
    """
    packed = path.stat().st_size
    times = _MOST_TIMES if path.suffix == ".pbf" else _MOST_TIMES_TEXT
    most = max(_HARMLESS_BYTES, times * packed)
    unpacked = 0
    try:
        for size in _sizes(path):
            unpacked += size
            if unpacked > most:
                raise ExtractError(
                    "The file unpacks to far more than an extract of its size.",
                    where=path.name,
                    mend=HINT,
                )
    except (ValueError, LookupError, OverflowError, EOFError, OSError, zlib.error, struct.error):
        raise damaged(path) from None


def _sizes(path: Path) -> Iterator[int]:
    """Sizes of the parts of a file, unpacked; nothing for text that is not packed."""
    if path.suffix == ".pbf":
        with path.open("rb") as file:
            yield from _blocks(file, path.stat().st_size)
    elif path.suffix == ".gz":
        with gzip.open(path) as text:
            yield from iter(lambda: len(text.read(_STEP)), 0)
    elif path.suffix == ".bz2":
        with bz2.open(path) as text:
            yield from iter(lambda: len(text.read(_STEP)), 0)


def _blocks(file: IO[bytes], end: int) -> Iterator[int]:
    """Unpacked size of each block of a PBF, as the block names it."""
    while file.tell() < end:
        (length,) = struct.unpack(">I", file.read(4))
        if length > _MOST_HEADER:
            raise ValueError
        after = file.tell() + length
        size = _named(file, after, _BLOB_SIZE)
        if after + size > end:
            raise ValueError
        file.seek(after)
        unpacked = _named(file, after + size, _UNPACKED_SIZE)
        if unpacked > _MOST_BLOCK:
            raise ValueError
        yield max(unpacked, size)
        file.seek(after + size)


def _named(file: IO[bytes], end: int, wanted: int) -> int:
    """A number of a protocol buffer that ends at `end`; 0 without it, the last of several."""
    found = 0
    while file.tell() < end:
        key = _varint(file)
        if key & 7 == _NUMBER:
            value = _varint(file)
            found = value if key >> 3 == wanted else found
        else:
            kind = key & 7
            sizes = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
            file.seek(_varint(file) if kind == _BYTES else sizes[kind], os.SEEK_CUR)
    if file.tell() != end:
        raise ValueError
    return found


def _varint(file: IO[bytes]) -> int:
    number = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)[0]
        number |= (byte & 0x7F) << shift
        if byte <= 0x7F:
            return number
    raise ValueError

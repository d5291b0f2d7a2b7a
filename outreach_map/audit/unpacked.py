"""A published file's bytes, and those of everything packed in it, however often."""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator

# Sixteen letters hold twelve bytes: enough for a place in single precision, or one double.
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_BASE64_URL = re.compile(rb"[A-Za-z0-9_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
# What deflate, zlib or gzip begin with inside other bytes.
_HEADS = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_ZIP = b"PK\x03\x04"
_RAW, _ZLIB_OR_GZIP = -15, 47
_DEPTH = 3
_LARGEST = 50_000_000
_SMALL = 4096
_GAP = bytes(16)
_TEXT = (".html", ".csv", ".json", ".gpx", ".geojson", ".kml", ".ics", ".svg", ".txt")


def unpacked(name: str, raw: bytes) -> Iterator[bytes]:
    """The bytes as they are; of text also without escapes; and what is packed in them.

    Packed is what base64 (either alphabet), hexadecimal digits, deflate, zlib, gzip or zip give
    back, alone or within each other. A GeoPackage is read as bytes, so that free pages, deleted
    rows and the extents of its layers are read too.
    """
    yield raw
    if name.endswith(_TEXT):
        text = raw.decode("utf-8", errors="replace")
        for plain in (
            html.unescape(text),
            urllib.parse.unquote(text),
            _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text),
        ):
            if plain != text:
                yield plain.encode("utf-8", "replace")
    # Many small things are looked through at once, with a gap between each two.
    small = []
    for content in _within(raw, _DEPTH):
        if len(content) < _SMALL:
            small.append(content)
        else:
            yield content
    yield _GAP.join(small)


def _within(content: bytes, depth: int) -> Iterator[bytes]:
    if depth == 0:
        return
    for packed in _packed(content):
        yield packed
        yield from _within(packed, depth - 1)


def _packed(content: bytes) -> Iterator[bytes]:
    seen: set[bytes] = set()
    for form in (_BASE64, _BASE64_URL):
        for word in form.findall(content):
            if word not in seen:
                seen.add(word)
                yield from _from_base64(word)
    for word in _HEX.findall(content):
        yield bytes.fromhex(word.decode())
    if content.startswith(_ZIP):
        yield from _unzipped(content)
    for head in _HEADS.finditer(content):
        yield from _inflated(content[head.start() :], _ZLIB_OR_GZIP)
    yield from _inflated(content, _RAW)


def _unzipped(content: bytes) -> Iterator[bytes]:
    """The members of a zip file: a workbook is one."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for entry in packed.infolist():
            if entry.file_size <= _LARGEST:
                yield packed.read(entry)


def _from_base64(word: bytes) -> Iterator[bytes]:
    """A word may begin before what was packed: each of its four letters may be the first."""
    plain = word.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    for skipped in range(4) if len(plain) < 2000 else range(1):
        rest = plain[skipped:]
        rest = rest[: len(rest) - (len(rest) % 4 == 1)]
        try:
            yield base64.b64decode(rest + b"=" * (-len(rest) % 4), validate=True)
        except binascii.Error:
            continue


def _inflated(content: bytes, wbits: int) -> Iterator[bytes]:
    """What is inflated until the stream ends or breaks."""
    stream = zlib.decompressobj(wbits)
    try:
        found = stream.decompress(content, _LARGEST)
    except zlib.error:
        return
    if len(found) >= 8:
        yield found

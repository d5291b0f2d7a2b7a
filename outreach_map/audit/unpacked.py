"""A published file's bytes, and those of everything packed in it."""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterator

_PACKED = re.compile(r"[A-Za-z0-9+/]{200,}={0,2}")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


def unpacked(name: str, raw: bytes) -> Iterator[bytes]:
    """The bytes as they are; of a page also its text unescaped, and what is packed in base64.

    A GeoPackage is read as bytes, so that free pages and deleted rows are read too.
    """
    yield raw
    if not name.endswith(".html"):
        return
    text = raw.decode("utf-8", errors="replace")
    yield html.unescape(text).encode()
    yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).encode("utf-8", "replace")
    for packed in _PACKED.findall(text):
        try:
            content = base64.b64decode(packed, validate=True)
        except binascii.Error:
            continue
        yield content
        try:
            yield zlib.decompress(content)
        except zlib.error:
            continue

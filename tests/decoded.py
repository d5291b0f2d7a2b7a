"""Published files with their payloads decoded, for tests that look for what must not be there."""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterator
from pathlib import Path


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and those of everything packed in it."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".html":
        text = raw.decode()
        yield html.unescape(text).encode()
        yield re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text).encode()
        for packed in re.findall(r"[A-Za-z0-9+/]{200,}={0,2}", text):
            try:
                unpacked = base64.b64decode(packed, validate=True)
                yield unpacked
                yield zlib.decompress(unpacked)
            except (binascii.Error, zlib.error):
                continue

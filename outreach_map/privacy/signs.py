"""Signs by which raw data would be known in a published file; for the audit.

Holds byte forms of raw coordinates, notes and ids, never says one, and answers with kinds alone.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.intake import RawHotspot, RawPoint, RawRisk, RawTables, read_tables
from outreach_map.programme import Programme

# A published coordinate has four decimals, so a raw one is known by its fifth.
_DECIMALS = 4
_DIGITS = (5, 6, 7)
_NUMBER = re.compile(rb"\d+[.,]\d{5,}")
# Whole numbers of these many to a degree: OpenStreetMap's, and millionths.
_PER_DEGREE = (10**7, 10**6)
# Shorter words are found anywhere.
_LONG_ENOUGH = 8
_LONG_ID = 6


@dataclass(frozen=True, eq=False, repr=False)
class Signs:
    """Byte forms by kind; `unsigned` counts raw values too plain to be told from chance.

    `numbers` are coordinates as text, `words` kinds with ids and notes, and `eights` coordinates as
    doubles and as pairs of floats or of whole numbers, each of eight bytes.
    """

    numbers: frozenset[bytes]
    eights: NDArray[np.uint64]
    words: tuple[tuple[str, tuple[bytes, ...]], ...]
    unsigned: int

    def __repr__(self) -> str:
        """Counts only."""
        return f"Signs(coordinates={len(self.numbers)}, unsigned={self.unsigned})"

    def found_in(self, content: bytes) -> frozenset[str]:
        """Kinds of raw data of which a form stands in some bytes."""
        found = {kind for kind, forms in self.words if any(form in content for form in forms)}
        if self._has_number(content) or self._has_eight(content):
            found.add("coordinate")
        return frozenset(found)

    def _has_number(self, content: bytes) -> bool:
        """Whether a number as text begins as a raw one does."""
        for written in set(_NUMBER.findall(content)):
            token = written.replace(b",", b".")
            point = token.index(b".") + 1
            heads = {token, *(token[: point + digits] for digits in _DIGITS)}
            if not heads.isdisjoint(self.numbers):
                return True
        return False

    def _has_eight(self, content: bytes) -> bool:
        """Whether eight bytes at any offset are a raw place."""
        for offset in range(8):
            usable = (len(content) - offset) // 8
            if usable > 0:
                eights = np.frombuffer(content, np.dtype("<u8"), usable, offset)
                if np.isin(eights, self.eights).any():
                    return True
        return False


def raw_signs(programme: Programme) -> Signs:
    """Signs of the programme's own raw data.

    Public distribution points are no secret and have none.
    """
    raw = read_tables(programme)
    places = list(_places(raw))
    fine = [place for place in places if all(_is_fine(value) for value in place)]
    ids = {
        row.id
        for rows in (raw.hotspots, raw.risks, [p for p in raw.points if not p.public])
        for row in rows
    }
    long_ids = {text for text in ids if len(text) >= _LONG_ID and re.search(r"\d", text)}
    notes = {text for text in _notes(raw) if len(text) >= _LONG_ENOUGH}
    eights = sorted({form for place in fine for form in _eights(place)})
    return Signs(
        numbers=frozenset(form for place in fine for form in _numbers(place)),
        eights=np.frombuffer(b"".join(eights), np.dtype("<u8")),
        words=(
            ("id", tuple(sorted(text.encode() for text in long_ids))),
            ("note", tuple(sorted(text.encode() for text in notes))),
        ),
        unsigned=len(places) - len(fine) + len(ids) - len(long_ids),
    )


def _places(raw: RawTables) -> Iterator[tuple[float, float]]:
    hidden = [point for point in raw.points if not point.public]
    located: list[RawHotspot | RawPoint | RawRisk] = [*raw.hotspots, *raw.risks, *hidden]
    for row in located:
        for lon, lat in shapely.get_coordinates(row.geometry):
            yield float(lon), float(lat)


def _notes(raw: RawTables) -> Iterator[str]:
    for row in raw.hotspots:
        yield row.note
    for risk in raw.risks:
        yield from (risk.description, risk.mitigation)
    for decision in raw.decisions:
        yield decision.reason


def _is_fine(value: float) -> bool:
    return abs(value - round(value, _DECIMALS)) > 1e-9


def _numbers(place: tuple[float, float]) -> Iterable[bytes]:
    for value in place:
        yield from (f"{abs(value):.{digits}f}".encode() for digits in _DIGITS)
        yield repr(abs(value)).encode()


def _eights(place: tuple[float, float]) -> Iterable[bytes]:
    """A place as numbers; of single precision only in pairs, against chance."""
    for value in place:
        yield struct.pack("<d", value)
        yield struct.pack(">d", value)
    for pair in (place, place[::-1]):
        yield struct.pack("<2f", *pair)
        yield struct.pack(">2f", *pair)
        for steps in _PER_DEGREE:
            whole = [round(value * steps) for value in pair]
            yield struct.pack("<2i", *whole)
            yield struct.pack(">2i", *whole)

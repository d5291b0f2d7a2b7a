"""Whether a file is of the kind that its ending says, before a library guesses by the content.

GDAL opens a file by what stands in it, and some of its kinds (VRT) name other files, or servers,
to be read instead. So nothing reaches it but what begins as its ending says.
"""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

_SQLITE = b"SQLite format 3\0"
# The code of a shapefile (ESRI Shapefile Technical Description, 1998).
_SHAPEFILE = b"\x00\x00\x27\x0a"
_LOOKED_AT = 1 << 16


def is_as_named(path: Path) -> bool:
    """Whether a GeoPackage, KML or zipped shapefile begins as one (OSError, BadZipFile)."""
    ending = path.suffix.lower()
    if ending == ".zip":
        with zipfile.ZipFile(path) as packed:
            names = [name for name in packed.namelist() if name.lower().endswith(".shp")]
            return all(_beginning(packed, name) == _SHAPEFILE for name in names)
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT)
    return start.startswith(_SQLITE) if ending == ".gpkg" else _is_kml(start)


def _beginning(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        return part.read(len(_SHAPEFILE))


def _is_kml(start: bytes) -> bool:
    """Whether the first element of a text is `kml`, in whatever namespace."""
    names: list[str] = []

    def note(name: str, _: dict[str, str]) -> None:
        names.append(name.rpartition(":")[2])

    def refuse(*_: object) -> None:
        raise ValueError("declares an entity")

    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    parser.EntityDeclHandler = refuse
    # What follows is for the reader to judge.
    with suppress(expat.ExpatError, ValueError):
        parser.Parse(start, False)
    return names[:1] == ["kml"]

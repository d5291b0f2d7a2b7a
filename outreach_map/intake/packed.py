"""Zip files: a shapefile, or the tables of a form as ODK Central packs them."""

from __future__ import annotations

import mmap
import os
import zipfile
from pathlib import Path

from outreach_map.intake.delimited import read_bytes
from outreach_map.intake.layers import read_layer
from outreach_map.intake.sources import Source, Table
from outreach_map.limits import MAX_BYTES, MAX_PARTS, MAX_UNPACKED, megabytes

# What each entry of the list of parts begins with (APPNOTE 4.3.12).
_LISTED = b"PK\x01\x02"
_UNREADABLE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError,
)  # fmt: skip


def read_packed(path: Path, source: Source, table: Table) -> None:
    """Read the shapefile of a zip file, or its CSV file: the named one, or that of the form."""
    try:
        if has_many_parts(path, source):
            return
        with zipfile.ZipFile(path) as packed:
            sizes = {part.filename: part.file_size for part in packed.infolist()}
            layers = [name for name in sizes if name.lower().endswith(".shp")]
            tables = [name for name in sizes if name.lower().endswith(".csv")]
            if sum(sizes.values()) > MAX_UNPACKED:
                what = f"unpacks to more than {megabytes(MAX_UNPACKED)}"
                source.fail(what, "Zip the one layer alone.")
            elif layers or not tables:
                if _is_one_shapefile(layers, source):
                    read_layer(path, source, table)
            elif name := _table(tables, source):
                if sizes[name] > MAX_BYTES:
                    what = f"unpacks to more than {megabytes(MAX_BYTES)}"
                    source.fail(what, "Leave out columns and old rows.")
                else:
                    read_bytes(packed.read(name), source, table)
    except _UNREADABLE:
        source.fail("is not a zip file that can be read", "Zip it again, without a password.")


def has_many_parts(path: Path, source: Source) -> bool:
    """Whether a zip file lists more parts than any of ours; counted before its list is read."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            at, count = content.find(_LISTED), 0
            while at >= 0 and count <= MAX_PARTS:
                count += 1
                at = content.find(_LISTED, at + len(_LISTED))
    if count > MAX_PARTS:
        source.fail(f"has more than {MAX_PARTS:,} parts", "Zip, or save, the one table alone.")
    return count > MAX_PARTS


def _is_one_shapefile(layers: list[str], source: Source) -> bool:
    if len(layers) == 1:
        return True
    what = "holds more than one shapefile" if layers else "holds neither a shapefile nor a CSV file"
    source.fail(what, "Zip one shapefile with its .shp, .shx, .dbf and .prj.")
    return False


def _table(tables: list[str], source: Source) -> str:
    """The named table, the only one, or the one that those of repeats are called after."""
    stems = {name: os.path.splitext(os.path.basename(name))[0] for name in tables}
    if source.sheet:
        named = [n for n, stem in stems.items() if source.sheet in (stem, f"{stem}.csv", n)]
        if not named:
            what = "has no table of that name"
            source.fail(what, "Correct the name behind # in outreach.toml.")
        return named[0] if named else ""
    heads = [n for n in tables if all(stem.startswith(stems[n]) for stem in stems.values())]
    if len(heads) != 1:
        what = "holds more than one table"
        source.fail(what, "Name one in outreach.toml, as in forms.zip#visits.")
        return ""
    source.sheet = stems[heads[0]] if len(tables) > 1 else ""
    return heads[0]

"""Which reader reads which file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from outreach_map.intake.delimited import read_delimited
from outreach_map.intake.layers import read_geojson, read_layer
from outreach_map.intake.packed import read_packed
from outreach_map.intake.sources import Source, Table
from outreach_map.intake.workbook import read_workbook
from outreach_map.limits import MAX_BYTES, megabytes
from outreach_map.settings import split_sheet

Reader = Callable[[Path, Source, Table], None]

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".csv": read_delimited,
        ".tsv": read_delimited,
        ".xlsx": read_workbook,
        ".geojson": read_geojson,
        ".json": read_geojson,
        ".gpkg": read_layer,
        ".zip": read_packed,
        ".kml": read_layer,
    }
)


def read_source(path: Path, table: Table) -> Source:
    """Read a file by its ending; a file that cannot be read is a problem, not an exception.

    Parameters
    ----------
    path
        "data.xlsx#Sites" is the sheet (or layer) Sites of data.xlsx.
    table
        What the header may hold.
    """
    name, sheet = split_sheet(path.name)
    path = path.with_name(name)
    source = Source(path.name, sheet)
    if not path.is_file():
        return source.fail("is not a file", "Name a file, or put it where this stands.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(sorted(READERS))
        return source.fail("is not a format that can be read", f"Save it as one of: {endings}.")
    try:
        if path.stat().st_size > MAX_BYTES:
            what = f"is larger than {megabytes(MAX_BYTES)}"
            return source.fail(what, "Leave out columns and old rows.")
        if path.stat().st_size == 0:
            return source.fail(
                "is empty (0 bytes)",
                "Is it still in the cloud? Open it once, so that it comes to this computer; or "
                "save it again.",
            )
        reader(path, source, table)
    except OSError:
        return source.fail("cannot be opened", "Close it elsewhere, and allow yourself to read it.")
    return source

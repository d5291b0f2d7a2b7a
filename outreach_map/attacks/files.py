"""Metadata: names, sizes, order, digits and clocks of the published files."""

from __future__ import annotations

import csv
import re
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

# What a file may be called: fixed words, and a team's code.
_NAME = re.compile(
    r"(planner|manager|team-t-[a-z2-7]{6})\.html|plan\.gpkg|(gaps|flags|kit-list)\.csv|manifest\.json"
    r"|week\.xlsx|shifts\.ics|plan\.kml|(hotspots|points|point-areas|zones|routes|gaps)\.geojson"
    r"|team-t-[a-z2-7]{6}\.gpx"
)
_DEGREES = re.compile(r"-?\d{1,3}\.\d{3,}")
_DECIMALS = 4
# When something was written, in GPX, KML and workbooks, and in calendars: not when a shift is.
_WRITTEN = re.compile(r"<(?:time|when|dcterms:created|dcterms:modified)\b[^>]*>([^<]*)<")
_STAMP = re.compile(
    r"^(?:DTSTAMP|CREATED|LAST-MODIFIED)[^:\n]*:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.M
)


@dataclass(frozen=True)
class Metadata:
    """What the files of one round tell beside what they say.

    Attributes
    ----------
    names
        Files whose name is none of the fixed ones.
    sizes
        Name -> bytes; equal for two worlds of one release.
    unordered
        Tables whose rows do not stand in the order of their codes, days and hours: the order of
        the planner's file would show.
    digits
        Most decimals of any number that can be a coordinate.
    clocks
        Moments written into a file other than the first one of the round.
    """

    names: tuple[str, ...]
    sizes: tuple[tuple[str, int], ...]
    unordered: tuple[str, ...]
    digits: int
    clocks: tuple[str, ...]

    @property
    def tells(self) -> tuple[str, ...]:
        """What tells too much, in words; empty where nothing does."""
        found = [f"{name} is no fixed name" for name in self.names]
        found += [f"{name} keeps an order of its own" for name in self.unordered]
        found += [f"a file was written at {moment}" for moment in self.clocks]
        if self.digits > _DECIMALS:
            found.append(f"a number has {self.digits} decimals")
        return tuple(found)


def metadata(paths: Iterable[Path], start: date) -> Metadata:
    """Look at a round's files as a forensic examiner would.

    Garfinkel (2010), doi:10.1016/j.diin.2010.05.009; differential privacy of a release is void
    where its order or its clock speaks: Haeberlen, Pierce & Narayan (2011), USENIX Security.
    """
    listed = sorted(paths)
    unordered, digits, clocks = [], 0, set()
    for path in listed:
        if path.suffix == ".gpkg":
            clocks |= {m for m in _clocks(path) if not m.startswith(f"{start}T00:00:00")}
            unordered += [f"{path.name} {table}" for table in _unordered_layers(path)]
        elif path.suffix == ".csv":
            text = path.read_text(encoding="utf-8-sig")
            digits = max(digits, _digits(text))
            if not _in_order(list(csv.reader(StringIO(text)))[1:]):
                unordered.append(path.name)
        elif path.suffix in (".gpx", ".kml", ".geojson", ".ics"):
            text = path.read_text(encoding="utf-8")
            digits = max(digits, _digits(text))
            clocks |= {m for m in _moments(text) if m != f"{start}T00:00:00Z"}
        elif path.suffix == ".xlsx":
            clocks |= {m for m in _workbook_clocks(path) if m != f"{start}T00:00:00Z"}
        elif path.suffix == ".html":
            digits = max(digits, _digits(_data(path.read_text(encoding="utf-8"))))
    return Metadata(
        names=tuple(path.name for path in listed if not _NAME.fullmatch(path.name)),
        sizes=tuple((path.name, path.stat().st_size) for path in listed),
        unordered=tuple(unordered),
        digits=digits,
        clocks=tuple(sorted(clocks)),
    )


def _data(page: str) -> str:
    """The JSON that a page carries; scripts of others have long numbers of their own."""
    return "".join(re.findall(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page))


def _digits(text: str) -> int:
    return max((len(n.partition(".")[2]) for n in _DEGREES.findall(text)), default=0)


def _in_order(rows: list[list[str]]) -> bool:
    """Whether the first two columns of rows, codes and days, never go back."""
    heads = [row[:2] for row in rows if row and row[0].startswith(("T-", "H-"))]
    first = [head[0] for head in heads]
    return first == sorted(first)


def _clocks(path: Path) -> set[str]:
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as file:
        return {moment for (moment,) in file.execute("SELECT last_change FROM gpkg_contents")}


def _moments(text: str) -> set[str]:
    stamps = ("{}-{}-{}T{}:{}:{}Z".format(*found) for found in _STAMP.findall(text))
    return {*_WRITTEN.findall(text), *stamps}


def _workbook_clocks(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as book:
        packed = {
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*entry.date_time)
            for entry in book.infolist()
        }
        return packed | _moments(book.read("docProps/core.xml").decode())


def _unordered_layers(path: Path) -> list[str]:
    found = []
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as file:
        tables = [name for (name,) in file.execute("SELECT table_name FROM gpkg_contents")]
        for table in tables:
            columns = [row[1] for row in file.execute(f'PRAGMA table_info("{table}")')]
            head = next((c for c in columns if c in ("code", "hotspot", "team")), None)
            if head is None:  # How layers are drawn: no record of ours.
                continue
            query = f'SELECT {head} FROM "{table}" ORDER BY rowid'  # noqa: S608  # our own file
            codes = [code for (code,) in file.execute(query)]
            if codes != sorted(codes):
                found.append(table)
    return found

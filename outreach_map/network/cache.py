"""What was read of an extract, kept beside it: for the next run, and for other processes.

Files are named by the content of the extract, the source of the reader and the version of
pyosmium, so what an older reader made is never taken for what this one would make. They are
written to a temporary name and renamed; a damaged one is read anew. The archive has a checksum
for each array and holds arrays only, so that reading one runs no code of it. Everything in it comes
from the public extract.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from outreach_map.network.extract import (
    Basemap,
    Lines,
    Place,
    Poi,
    StreetExtract,
    StreetLines,
)
from outreach_map.network.streets import StreetNetwork
from outreach_map.network.tags import SegmentTags
from outreach_map.tables import Mode

T = TypeVar("T")
Arrays = Mapping[str, NDArray[Any]]

FOLDER = ".streets-cache"
_READER = ("access.py", "cache.py", "collect.py", "extract.py", "hazards.py", "objects.py",
           "read.py",
           "segments.py", "speeds.py", "streets.py", "tags.py")  # fmt: skip
_ABANDONED_S = 3600.0
_OF_A_NETWORK = ("lon_lat", "tail", "head", "length_m", "travel_time_s", "segment", "forward",
                 "coords", "coord_offset", "name_id", "component")  # fmt: skip
_log = logging.getLogger(__name__)


class ExtractCache:
    """The kept reading of one extract.

    Parameters
    ----------
    path
        The extract.
    digest
        SHA-256 of its content, in hexadecimal.
    ferries
        Whether ferries are part of the networks.
    """

    def __init__(self, path: Path, digest: str, *, ferries: bool) -> None:
        self._folder = path.parent / FOLDER
        self._digest = digest
        key = sha256(f"{digest} {_reader_digest()} ferries={ferries}".encode()).hexdigest()
        # The first part is the same for all readings of this file, whatever its content was.
        self._of_file = sha256(path.name.encode()).hexdigest()[:8]
        self._stem = f"{self._of_file}-{key[:32]}"

    @property
    def file(self) -> Path:
        """Where the reading is kept."""
        return self._folder / f"{self._stem}.npz"

    def load(self) -> StreetExtract | None:
        """The kept reading; None where there is none, or a damaged one."""
        return self._read(lambda kept: self._with_stores(_unpack(kept, self._digest)))

    def load_network(self, mode: Mode) -> StreetNetwork | None:
        """The network of one mode of the kept reading; None where there is none."""
        return self._read(lambda kept: self._with_store(_unpack_network(kept, mode, _names(kept))))

    def store(self, extract: StreetExtract) -> StreetExtract:
        """Keep a reading; where the folder takes no files, nothing is kept.

        Returns
        -------
        StreetExtract
            The same, with places to keep contraction orders in.
        """
        if not _write(self.file, lambda file: np.savez(file, allow_pickle=False, **_pack(extract))):
            return extract
        for old in self._folder.glob(f"{self._of_file}-*.npz"):
            # Another process may have removed it, or be reading it, where that keeps a file.
            if not old.name.startswith(self._stem):
                with suppress(OSError):
                    old.unlink()
        return self._with_stores(extract)

    def _read(self, unpack: Callable[[Arrays], T]) -> T | None:
        try:
            with self.file.open("rb") as raw, np.load(raw, allow_pickle=False) as kept:
                return unpack(kept)
        except FileNotFoundError:
            return None
        except Exception:
            # Of a damaged archive anything may be said: bad Python in the head of an array, say.
            _log.info("the kept streets are damaged and are read anew")
            return None

    def _with_stores(self, extract: StreetExtract) -> StreetExtract:
        networks = {mode: self._with_store(net) for mode, net in extract.networks.items()}
        return replace(extract, networks=MappingProxyType(networks))

    def _with_store(self, network: StreetNetwork) -> StreetNetwork:
        file = self._folder / f"{self._stem}.{network.mode}.order.npz"
        return replace(network, order_store=KeptOrder(file))


@dataclass(frozen=True)
class KeptOrder:
    """The contraction order of a network, kept in a file."""

    file: Path

    def load(self, nodes: int) -> NDArray[np.uint32] | None:
        """Order of `nodes` nodes; None where none is kept, or a damaged one."""
        try:
            with self.file.open("rb") as raw, np.load(raw, allow_pickle=False) as kept:
                order: NDArray[np.uint32] = kept["order"]
        except Exception:  # as above
            return None
        # What is no order of these nodes would crash the library behind it.
        fits = order.dtype == np.uint32 and order.shape == (nodes,)
        if not fits or not np.array_equal(np.sort(order), np.arange(nodes)):
            return None
        return order

    def save(self, order: NDArray[np.uint32]) -> None:
        """Keep an order; where the folder takes no files, nothing is kept."""
        _write(self.file, lambda file: np.savez(file, allow_pickle=False, order=order))


@lru_cache(maxsize=1)
def _reader_digest() -> str:
    """Digest of all that decides what a reading is: nobody has to remember to count it up."""
    digest = sha256(version("osmium").encode())
    for name in _READER:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def _write(path: Path, write: Callable[[IO[bytes]], None]) -> bool:
    """Write a file whole or not at all, whatever other processes do; False where it cannot be."""
    try:
        path.parent.mkdir(exist_ok=True)
        with suppress(FileExistsError), (path.parent / ".gitignore").open("x") as ignore:
            ignore.write("*\n")
        _remove_abandoned(path.parent)
        with _temporary(path.parent) as (file, temporary):
            write(file)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            temporary.replace(path)
    except OSError:
        _log.info("the folder of the extract takes no files; what was read is not kept")
        return False
    return True


@contextmanager
def _temporary(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    handle, name = tempfile.mkstemp(prefix="part-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _remove_abandoned(folder: Path) -> None:
    """Remove what a killed process left half written."""
    for part in folder.glob("part-*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _ABANDONED_S:
                part.unlink()


def _pack(extract: StreetExtract) -> dict[str, NDArray[Any]]:
    basemap = extract.basemap
    words = {
        "names": basemap.streets.names,
        "places": [[p.name, p.kind, p.lon, p.lat] for p in basemap.places],
        "pois": [[p.kind, p.name, p.lon, p.lat, p.reach_m] for p in basemap.pois],
    }
    packed: dict[str, NDArray[Any]] = {
        "words": np.frombuffer(json.dumps(words).encode(), dtype=np.uint8),
        "bounds": np.array(extract.bounds),
        "building_lon_lat": extract.building_lon_lat,
        "railways.coords": basemap.railways.coords,
        "railways.offset": basemap.railways.offset,
    }
    for name in ("coords", "offset", "highway", "name_id"):
        packed[f"streets.{name}"] = getattr(basemap.streets, name)
    for name in ("water", "parks", "buildings"):
        written = shapely.to_wkb(getattr(basemap, name)).tolist()
        packed[f"{name}.wkb"] = np.frombuffer(b"".join(written), dtype=np.uint8)
        packed[f"{name}.offset"] = np.cumsum([0, *map(len, written)], dtype=np.int64)
    for mode, network in extract.networks.items():
        packed |= {f"{mode}.{name}": getattr(network, name) for name in _OF_A_NETWORK}
        packed |= {
            f"{mode}.tags.{field.name}": getattr(network.tags, field.name)
            for field in fields(network.tags)
        }
    return packed


def _names(kept: Arrays) -> tuple[str, ...]:
    names = json.loads(kept["words"].tobytes())["names"]
    return tuple(map(str, names))


def _unpack(kept: Arrays, digest: str) -> StreetExtract:
    words = json.loads(kept["words"].tobytes())
    names = tuple(map(str, words["names"]))
    west, south, east, north = kept["bounds"].tolist()
    return StreetExtract(
        networks={mode: _unpack_network(kept, mode, names) for mode in Mode},
        basemap=Basemap(
            streets=StreetLines(
                kept["streets.coords"],
                kept["streets.offset"],
                kept["streets.highway"],
                kept["streets.name_id"],
                names,
            ),
            railways=Lines(kept["railways.coords"], kept["railways.offset"]),
            water=_shapes(kept, "water"),
            parks=_shapes(kept, "parks"),
            buildings=_shapes(kept, "buildings"),
            places=tuple(Place(*place) for place in words["places"]),
            pois=tuple(Poi(*poi) for poi in words["pois"]),
        ),
        building_lon_lat=kept["building_lon_lat"],
        bounds=(west, south, east, north),
        sha256=digest,
    )


def _unpack_network(kept: Arrays, mode: Mode, names: tuple[str, ...]) -> StreetNetwork:
    arrays: dict[str, Any] = {name: kept[f"{mode}.{name}"] for name in _OF_A_NETWORK}
    tags = SegmentTags(*(kept[f"{mode}.tags.{field.name}"] for field in fields(SegmentTags)))
    return StreetNetwork(mode=mode, tags=tags, names=names, **arrays)


def _shapes(kept: Arrays, name: str) -> NDArray[np.object_]:
    raw, offset = kept[f"{name}.wkb"].tobytes(), kept[f"{name}.offset"].tolist()
    written = [raw[start:end] for start, end in pairwise(offset)]
    return np.asarray(shapely.from_wkb(np.array(written, dtype=object)), dtype=object)

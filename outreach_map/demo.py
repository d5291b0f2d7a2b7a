"""The embedded demo programme: a copy in a temporary folder, with a key that everybody knows."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path

from outreach_map.errors import ProgrammeError
from outreach_map.privacy import ProgrammeKey, begin, open_private

DEMO_ROUND = date(2026, 11, 23)


@contextmanager
def demo_programme(*, rural: bool = False) -> Iterator[Path]:
    """Folder of a fresh copy of a demo programme, removed afterwards.

    Its people, hotspots and visits are invented, so its key may be known: the same codes on every
    machine make the sample pages in `maps/sample` comparable. No other programme gets this key.

    Raises
    ------
    ProgrammeError
        When the demo data are not installed.
    """
    name = "liechtenstein" if rural else "neubrandenburg"
    here = Path(__file__).parent
    for source in (here / "demo_data" / name, here.parent / "data" / name):
        if source.is_dir():
            break
    else:
        raise ProgrammeError(
            "The demo data are not part of this installation.",
            where=f"data/{name}",
            mend="Run it from a clone of the project.",
        )
    with tempfile.TemporaryDirectory(prefix="outreach-map-demo-") as temporary:
        folder = Path(temporary) / name
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("private"))
        begin(open_private(folder), ProgrammeKey(sha256(b"outreach-map demo key").digest()))
        yield folder

"""What a programme was last planned from: a small record in `private/`, so that a batch resumes.

It stays in `private/`: a digest of the planner's files would let whoever has it check a guess of
what stands in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from outreach_map.batch.figures import Figures
from outreach_map.private_files import write_private
from outreach_map.programme import Programme
from outreach_map.settings import split_sheet

NAME = "batch"
_FORMAT = 1
_CHUNK = 1 << 20


def inputs_sha256(programme: Programme, start: date, seed: int) -> str:
    """Digest of all that a plan is made from: files, settings, round, seed, version."""
    digest = hashlib.sha256(f"{version('outreach-map')} {start} {seed}".encode())
    for path in sorted(set(_inputs(programme))):
        # Names too: the same content in another place is another programme.
        digest.update(f"\0{path.relative_to(programme.folder)}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _inputs(programme: Programme) -> Iterable[Path]:
    files = programme.files
    named = [
        programme.folder / "outreach.toml",
        programme.streets,
        programme.elevation,
        *(getattr(files, name) for name in vars(files) if name != "visits"),
        *files.visits,
    ]
    for path in named:
        if path is None:
            continue
        plain = Path(split_sheet(str(path))[0])
        if plain.is_dir():
            yield from (inner for inner in plain.rglob("*") if inner.is_file())
        elif plain.exists():
            yield plain


def finished(programme: Programme, start: date, inputs: str, directory: Path) -> Figures | None:
    """The figures of an earlier run from the same inputs whose files are all there, unchanged."""
    try:
        record = json.loads((programme.folder / "private" / NAME).read_bytes())
        found = record["rounds"][start.isoformat()]
        if record["format"] != _FORMAT or found["inputs"] != inputs:
            return None
        manifest = (directory / "manifest.json").read_bytes()
        if hashlib.sha256(manifest).hexdigest() != found["manifest"]:
            return None
        for name, told in json.loads(manifest)["files"].items():
            content = (directory / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != told["sha256"]:
                return None
        return Figures.from_document(found["figures"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Planned anew where anything is in doubt.
        return None


def keep(programme: Programme, start: date, inputs: str, directory: Path, figures: Figures) -> None:
    """Remember a finished run; of each round the last."""
    private = programme.folder / "private"
    rounds = {}
    try:
        record = json.loads((private / NAME).read_bytes())
        if record["format"] == _FORMAT:
            rounds = dict(record["rounds"])
    except (OSError, ValueError, KeyError, TypeError):
        rounds = {}
    manifest = (directory / "manifest.json").read_bytes()
    rounds[start.isoformat()] = {
        "inputs": inputs,
        "manifest": hashlib.sha256(manifest).hexdigest(),
        "figures": figures.as_document(),
    }
    kept = dict(sorted(rounds.items())[-_ROUNDS:])
    text = json.dumps({"format": _FORMAT, "rounds": kept}, separators=(",", ":"))
    write_private(private, NAME, text.encode())


_ROUNDS = 8

"""Files outside `private/` and `maps/`, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from outreach_map.errors import PublishError


def replace_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, with the rights that it had; a new one for its owner.

    OSError where it cannot be written; what was there is as it was then.
    """
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            fresh.chmod(stat.S_IMODE(path.stat().st_mode))
        fresh.replace(path)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


def save_whole(path: Path, content: bytes, what: str) -> None:
    """Write a file that somebody asked for; `what` it is begins the sentence where it fails.

    Raises
    ------
    PublishError
        When it cannot be written; an earlier one stays.
    """
    try:
        replace_whole(path, content)
    except OSError as error:
        raise PublishError(
            f"{what} could not be written ({error.strerror or type(error).__name__}).",
            where=path.name,
            mend="Check that the folder is there, is yours and has space.",
        ) from None

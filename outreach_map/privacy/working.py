"""One command at a time in a programme's `private/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from outreach_map.errors import BusyError
from outreach_map.privacy.keys import open_private

BUSY = ".busy"


@contextmanager
def working_alone(folder: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Keep every other process out of a programme's `private/`; again within itself is fine.

    The operating system lets go of the lock when the process ends, however it ends. On a shared
    file system that has to carry locks between machines (NFS 4 does).

    Parameters
    ----------
    folder
        The programme's.
    wait_s
        Seconds to wait for another one to end.

    Raises
    ------
    BusyError
        When another process is still at work by then.
    KeyFileError
        When others may read `private/`.
    """
    path = open_private(folder) / BUSY
    lock = FileLock(path, mode=0o600, is_singleton=True)
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise BusyError(
            "Another command is at work in this programme.",
            where="private/",
            mend="Wait until it has ended, and run this again.",
        ) from None
    try:
        yield
    finally:
        lock.release()

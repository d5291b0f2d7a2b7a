"""Files of `private/`: for their owner alone, and never half written."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(private: Path, name: str, content: bytes) -> None:
    """Write a file of `private/` in one step, mode 0600; cut off, the earlier one stays."""
    fresh = private / f"{name}.new"
    # Made afresh, whatever a run that was cut off has left: no link is followed.
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(private / name)
    except BaseException:
        # Interrupted, or no room on the disk: nothing half is left.
        fresh.unlink(missing_ok=True)
        raise

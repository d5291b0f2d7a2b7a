"""`make audit`: known vulnerabilities of what the locks name, by pip-audit.

pip-audit calls a package that its source does not know "skipped", and ends with "No known
vulnerabilities found" even where it skipped them all. That is not said here: an answer counts for
the packages that were looked up, and where none was, nobody could be asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
LOCKS = tuple(sorted((PROJECT / "requirements").glob("*.lock")))
# Where pip-audit can ask, in turn.
SOURCES = ("pypi", "osv")
NOTHING, FOUND, NOBODY_ASKED = 0, 1, 2


@dataclass(frozen=True)
class Audit:
    """What one source said: how many packages it looked up, which it could not, what it knows."""

    source: str
    looked_up: int
    unknown: tuple[str, ...]
    vulnerabilities: tuple[str, ...]

    @property
    def code(self) -> int:
        """0 where nothing is known against any package, 1 where something is, 2 where a package
        could not be looked up."""
        if self.vulnerabilities:
            return FOUND
        return NOBODY_ASKED if self.unknown or not self.looked_up else NOTHING

    @property
    def lines(self) -> list[str]:
        """What to tell."""
        told = [f"vulnerable: {one}" for one in self.vulnerabilities]
        if self.looked_up:
            told.append(f"{self.looked_up} packages were looked up at {self.source}")
        if self.unknown:
            told.append(
                f"nobody could be asked about {len(self.unknown)} packages at {self.source}: "
                "nothing is said of them, neither good nor bad"
            )
        elif not self.vulnerabilities and self.looked_up:
            told.append("nothing is known against any of them")
        return told


def read_audit(source: str, answer: str) -> Audit:
    """What pip-audit's JSON says."""
    packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    looked_up = [one for one in packages if "vulns" in one]
    return Audit(
        source=source,
        looked_up=len(looked_up),
        unknown=tuple(sorted(one["name"] for one in packages if "vulns" not in one)),
        vulnerabilities=tuple(
            f"{one['name']} {one['version']}: {found['id']}"
            + (f", mended in {' or '.join(found['fix_versions'])}" if found["fix_versions"] else "")
            for one in looked_up
            for found in one["vulns"]
        ),
    )


def ask(source: str, locks: Sequence[Path] = LOCKS) -> Audit | None:
    """Ask a source about all that is locked; None where it does not answer."""
    command = [
        sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off",
        "--vulnerability-service", source, "--disable-pip", "--require-hashes",
        *(part for lock in locks for part in ("--requirement", str(lock))),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return read_audit(source, run.stdout) if run.stdout.startswith("{") else None


def main() -> int:
    """Ask each source until one knows all packages, and say what was learnt."""
    code = NOBODY_ASKED
    for source in SOURCES:
        audit = ask(source)
        for line in audit.lines if audit else [f"{source} does not answer"]:
            print(line)
        if audit is not None:
            code = audit.code
            if code != NOBODY_ASKED:
                return code
    print("NOT AUDITED: run this again where an advisory source can be reached")
    return code


if __name__ == "__main__":
    sys.exit(main())

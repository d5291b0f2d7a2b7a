"""What is installed is what was locked, by hash, and the locks agree with pyproject.toml."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.audited import FOUND, NOBODY_ASKED, NOTHING, read_audit

PROJECT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
RENEW = "run `make lock` and commit requirements/"


@dataclass(frozen=True)
class Pin:
    """A line of a lock."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def holds_here(self) -> bool:
        """Whether it is meant for this machine."""
        return not self.marker or Marker(self.marker).evaluate()


def pins(lock: str) -> list[Pin]:
    """Pins of a lock; whatever is neither a pin, a hash nor a comment fails."""
    text = (PROJECT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = []
    for entry in re.split(r"\n(?=\S)", "\n".join(lines)):
        head, *hashes = (part.strip() for part in entry.split("\\\n"))
        parsed = re.fullmatch(r"([a-z0-9.-]+)==(\S+)(?: ; (.+))?", head)
        assert parsed is not None, head
        found.append(Pin(parsed[1], parsed[2], parsed[3] or "", tuple(hashes)))
    return found


LOCKS = {lock: pins(lock) for lock in ("run", "dev", "upkeep")}


def asked(*extras: str) -> Iterator[Requirement]:
    """Requirements of pyproject.toml: the program's own, and those of extras."""
    project = PYPROJECT["project"]
    texts = [*project["dependencies"]]
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    yield from (Requirement(text) for text in texts if not text.startswith("outreach-map["))


def here(*locks: str) -> dict[str, Pin]:
    """What the locks name for this machine, by name."""
    return {pin.name: pin for lock in locks for pin in LOCKS[lock] if pin.holds_here}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock: str) -> None:
    for pin in LOCKS[lock]:
        assert pin.hashes, f"{pin.name}: {RENEW}"
        for each in pin.hashes:
            assert re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each), pin.name


def test_a_package_has_one_version_in_all_locks() -> None:
    for pin in here("dev", "upkeep").values():
        for lock in ("run", "dev"):
            others = [each for each in LOCKS[lock] if each.name == pin.name and each.holds_here]
            assert {each.version for each in others} <= {pin.version}, pin.name


def test_the_locks_have_what_pyproject_asks_for() -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    groups = PYPROJECT["dependency-groups"]
    for requirements, locks in [
        (asked("fast"), ("run",)),
        ((Requirement(text) for text in groups["build"]), ("run",)),
        ((Requirement(text) for text in PYPROJECT["build-system"]["requires"]), ("run",)),
        (asked(*extras), ("run", "dev")),
        ((Requirement(text) for text in groups["upkeep"]), ("run", "dev", "upkeep")),
    ]:
        pinned = here(*locks)
        for requirement in requirements:
            pin = pinned.get(canonicalize_name(requirement.name))
            assert pin is not None, f"{requirement} is in no lock: {RENEW}"
            assert requirement.specifier.contains(pin.version), f"{requirement}: {RENEW}"


def installed() -> dict[str, Distribution]:
    """What stands in this environment."""
    return {canonicalize_name(one.metadata["Name"]): one for one in distributions()}


def test_what_is_installed_is_what_was_locked() -> None:
    environment = installed()
    for pin in here("run", "dev").values():
        assert pin.name in environment, f"{pin.name} is locked and not installed: run `make test`"
        assert environment[pin.name].version == pin.version, pin.name


def test_nothing_is_locked_that_nothing_needs() -> None:
    environment = installed()
    needed: set[str] = set()
    groups = PYPROJECT["dependency-groups"]
    extras = PYPROJECT["project"]["optional-dependencies"]
    queue = [*asked(*extras), *(Requirement(text) for text in groups["build"])]
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if (key := f"{name}[{','.join(sorted(requirement.extras))}]") in needed:
            continue
        needed |= {name, key}
        for text in environment[name].requires or []:
            each = Requirement(text)
            if each.marker is None or any(
                each.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)
            ):
                queue.append(each)
    stale = {pin.name for pin in here("run", "dev").values()} - needed
    assert stale == set(), RENEW


def test_every_install_checks_hashes_or_fetches_nothing() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"^.*\binstall --.*$", makefile, flags=re.MULTILINE)
    assert len(installs) == 2
    for line in installs:
        assert ("--require-hashes" in line and "--no-deps --only-binary :all:" in line) or (
            "--no-index --no-deps --no-build-isolation" in line
        ), line
    assert "npm --prefix tests/js ci" in makefile
    packages = json.loads((PROJECT / "tests/js/package-lock.json").read_text())["packages"]
    assert all(
        str(package["integrity"]).startswith("sha512-")
        for name, package in packages.items()
        if name
    )


def test_no_answer_is_not_taken_for_a_good_one() -> None:
    nobody = '{"dependencies": [{"name": "a", "skip_reason": "not found"}], "fixes": []}'
    assert read_audit("pypi", nobody).code == NOBODY_ASKED
    assert "neither good nor bad" in read_audit("pypi", nobody).lines[-1]
    nothing = '{"dependencies": [{"name": "a", "version": "1", "vulns": []}], "fixes": []}'
    assert read_audit("pypi", nothing).code == NOTHING
    assert read_audit("pypi", nothing).lines[-1] == "nothing is known against any of them"
    in_part = json.dumps(
        {
            "dependencies": [
                {"name": "a", "version": "1", "vulns": []},
                {"name": "b", "skip_reason": "not found"},
            ]
        }
    )
    assert read_audit("pypi", in_part).code == NOBODY_ASKED
    bad = json.dumps(
        {
            "dependencies": [
                {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]},
                {"name": "b", "skip_reason": "not found"},
            ]
        }
    )
    assert read_audit("pypi", bad).code == FOUND
    assert read_audit("pypi", bad).lines[0] == "vulnerable: a 1: PYSEC-1, mended in 2"
    assert read_audit("pypi", '{"dependencies": []}').code == NOBODY_ASKED

"""Fixtures that several rooms share: the demo programmes, planned once a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from outreach_map import load_programme, plan_round
from outreach_map.demo import DEMO_ROUND, demo_programme
from outreach_map.publish import Plan, publish_round

# The same examples each time: a change lands or not by what it is, not by luck. Two slow cores
# are no reason to fail.
settings.register_profile(
    "project", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
PORTO_ALEGRE = SHARED / "data" / "porto_alegre"


@pytest.fixture(scope="session")
def town() -> Iterator[Path]:
    """Folder of the town's demo programme (Neubrandenburg), with the demo key."""
    with demo_programme() as folder:
        yield folder
        _as_found(folder)


@pytest.fixture(scope="session")
def country() -> Iterator[Path]:
    """Folder of the rural demo programme (Liechtenstein), with the demo key."""
    with demo_programme(rural=True) as folder:
        yield folder
        _as_found(folder)


def _as_found(folder: Path) -> None:
    """Hold that no test left a file where others look: what spoils the shared folder, copies it."""
    assert {path.name for path in (folder / "private").iterdir()} <= {
        ".busy", ".gitignore", "key", "ledger", "plans",
    }  # fmt: skip


@pytest.fixture(scope="session")
def town_plan(town: Path) -> Plan:
    """The town's plan for the demo round."""
    return plan_round(load_programme(town), DEMO_ROUND)


@pytest.fixture(scope="session")
def country_plan(country: Path) -> Plan:
    """The rural plan for the demo round."""
    return plan_round(load_programme(country), DEMO_ROUND)


@pytest.fixture(scope="session")
def town_maps(town_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the town's published files."""
    directory = tmp_path_factory.mktemp("maps") / DEMO_ROUND.isoformat()
    publish_round(town_plan, directory)
    return directory


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a programme folder that a test may spoil."""

    def copy(folder: Path) -> Path:
        return Path(shutil.copytree(folder, tmp_path / folder.name))

    return copy


@pytest.fixture
def porto_alegre(tmp_path: Path) -> Path:
    """The shared city as a programme folder; skips where it is not at hand."""
    if not PORTO_ALEGRE.is_dir():
        pytest.skip("the shared data of Porto Alegre are not beside the project")
    folder = tmp_path / "porto_alegre"
    shutil.copytree(PORTO_ALEGRE, folder)
    folder.chmod(0o755)
    shutil.copy(PROJECT / "tests" / "fixtures" / "porto_alegre" / "outreach.toml", folder)
    return folder


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let the very last line say how many browser tests were skipped, and why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    skipped = [
        report for report in reporter.stats.get("skipped", []) if "browser" in report.keywords
    ]
    if skipped:
        reason = str(skipped[0].longrepr[2]).removeprefix("Skipped: ")
        reporter.write_line(f"{len(skipped)} browser tests were skipped: {reason}")

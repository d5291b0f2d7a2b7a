"""What people install: the wheel has all that the program reads, and its types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
CONSUMER = """\
from datetime import date
from outreach_map import load_programme, plan_round
from outreach_map.network import read_streets, travel_time_matrix
plan = plan_round(load_programme("my-programme"), date(2026, 11, 23))
reveal_type(plan.release.hotspots[0].people)
reveal_type(travel_time_matrix(read_streets("a.osm.pbf", "walk"), [0], [1]))
plan_round("my-programme", date(2026, 11, 23))
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the project."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, env=environment
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree by what is installed; nothing is fetched."""
    directory = tmp_path_factory.mktemp("wheel")
    # Without what tests leave beside the demo's extracts: git ignores it, and a build does not.
    tree = directory / "tree"
    left = shutil.ignore_patterns(".streets-cache", ".venv", "node_modules", ".git", "site")
    shutil.copytree(PROJECT, tree, ignore=left)
    build = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", directory]
    done = run(sys.executable, "-m", "pip", "--quiet", *build, tree, cwd=directory)
    assert done.returncode == 0, done.stderr
    (path,) = directory.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are those of this one."""
    directory = tmp_path_factory.mktemp("fresh")
    done = run(sys.executable, "-m", "venv", "--without-pip", directory, cwd=directory)
    assert done.returncode == 0, done.stderr
    python = directory / "bin" / "python"
    install = ["--python", python, "install", "--no-index", "--no-deps", "--no-compile", wheel]
    done = run(sys.executable, "-m", "pip", "--quiet", *install, cwd=directory)
    assert done.returncode == 0, done.stderr
    (packages,) = directory.glob("lib/python*/site-packages")
    # A path in a .pth file comes behind the environment's own, and no .pth file in it is read: the
    # tree of the project, which is installed there as editable, is not at hand.
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return directory


def test_the_wheel_has_every_file_of_the_package_and_nothing_private(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    tracked = run("git", "ls-files", "outreach_map", cwd=PROJECT).stdout.split()
    assert {"outreach_map/py.typed", "outreach_map/locale/pt/LC_MESSAGES/outreach_map.po"} <= names
    assert set(tracked) <= names
    demo = "outreach_map/demo_data/neubrandenburg"
    assert {f"{demo}/outreach.toml", f"{demo}/streets.osm.pbf"} <= names
    for name in names:
        assert name.startswith(("outreach_map/", "outreach_map-")), name
        assert not {"private", ".streets-cache", "__pycache__"} & set(name.split("/")), name


def test_it_runs_where_nothing_else_of_the_project_is(fresh: Path, wheel: Path) -> None:
    done = run(fresh / "bin" / "outreach-map", "--version", cwd=fresh)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(wheel.name.split("-")[1])
    use = (
        "import outreach_map; from outreach_map.demo import demo_programme\n"
        "from outreach_map.language import language_of\n"
        "with demo_programme() as folder:\n"
        "    print(outreach_map.load_programme(folder).name, language_of('pt').name)\n"
        "print(outreach_map.__file__)"
    )
    done = run(fresh / "bin" / "python", "-c", use, cwd=fresh)
    assert done.returncode == 0, done.stderr
    said, place = done.stdout.splitlines()
    assert said == "Neubrandenburg demo Portuguese"
    assert Path(place).is_relative_to(fresh)


def test_a_consumer_is_checked_against_its_types(fresh: Path) -> None:
    (fresh / "consumer.py").write_text(CONSUMER)
    check = ["--strict", "--python-executable", fresh / "bin" / "python", "consumer.py"]
    done = run(sys.executable, "-m", "mypy", *check, cwd=fresh)
    told = done.stdout.splitlines()
    assert 'consumer.py:5: note: Revealed type is "outreach_map.tables.Band | None"' in told
    assert any(line.startswith("consumer.py:6:") and "ndarray" in line for line in told), told
    (wrong,) = (line for line in told if ": error:" in line)
    assert wrong.startswith('consumer.py:7: error: Argument 1 to "plan_round"')

"""Pages in Firefox: each opens, draws its basemap and asks for nothing; a locked one unlocks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outreach_map.publish import Plan, publish_round

pytestmark = pytest.mark.browser

SCRIPT = Path(__file__).parents[1] / "js" / "firefox.mjs"
WORDS = "amber river candle orbit meadow lantern"


def look(page: Path, home: Path, words: str = "") -> dict[str, Any]:
    """What Firefox finds in a page; skips the test where it cannot be driven."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None:
        pytest.skip("there is no Firefox here: apt-get install firefox-esr")
    node = shutil.which(
        "node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    if node is None or not (SCRIPT.parent / "node_modules" / "puppeteer-core").is_dir():
        pytest.skip("nothing here drives Firefox: make scripts installs it")
    done = subprocess.run(
        [node, str(SCRIPT), firefox, str(page), words],
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("kind", ["team", "manager", "planner"])
def test_each_page_draws_its_basemap(town_maps: Path, tmp_path: Path, kind: str) -> None:
    found = look(sorted(town_maps.glob(f"{kind}*.html"))[0], tmp_path)
    assert found["shapes"] > 1000
    # Land alone would be one colour.
    assert found["colours"] > 10
    assert found["complaints"] == found["requests"] == []
    assert not found["wide"]
    assert not found["locked"]


def test_a_locked_page_opens_with_its_words(town_plan: Plan, tmp_path: Path) -> None:
    team = town_plan.routes.itineraries[0].team
    paths = publish_round(replace(town_plan, passphrases={team: WORDS}), tmp_path / "maps")
    page = next(path for path in paths if path.name == f"team-{team.lower()}.html")
    found = look(page, tmp_path, WORDS)
    assert found["locked"]
    assert found["shapes"] > 1000
    assert found["colours"] > 10
    assert found["complaints"] == found["requests"] == []

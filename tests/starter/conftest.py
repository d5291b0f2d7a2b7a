"""A programme that was just begun, and the same with rows of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach_map.starter import Begun, begin_programme

STREETS = Path(__file__).parents[2] / "data" / "neubrandenburg" / "streets.osm.pbf"
OWN = {
    "hotspots.csv": "id,lon,lat\nH1,13.25,53.55\nH2,13.26,53.56\n",
    "points.csv": "id,name,lon,lat,type,services,public\nP1,Point,13.25,53.55,depot,nsp,yes\n",
    "teams.csv": "id,size,mode,start,end,shift\nT1,2,walk,P1,P1,Mo-Fr 09:00-13:00\n",
}


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """A new programme over the demo town's streets; not to be changed."""
    folder = tmp_path_factory.mktemp("new") / "norte"
    return begin_programme(folder, STREETS, languages=("de", "pt-BR"))


@pytest.fixture
def own(begun: Begun, tmp_path: Path) -> Callable[..., Path]:
    """A copy of it with rows of its own, and further files by name."""

    def make(files: dict[str, bytes], *, toml: str = "") -> Path:
        folder = Path(shutil.copytree(begun.folder, tmp_path / "own", dirs_exist_ok=True))
        for name, text in OWN.items():
            (folder / name).write_text(text, encoding="utf-8")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        if toml:
            path = folder / "outreach.toml"
            path.write_text(path.read_text(encoding="utf-8").replace("[files]", f"[files]\n{toml}"))
        return folder

    return make

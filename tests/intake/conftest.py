"""A small programme whose files a test may replace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from outreach_map.programme import Programme, load_programme

TOML = '[programme]\nname = "Test"\ntimezone = "Europe/Berlin"\n'
USUAL = {
    "hotspots.csv": "id,lon,lat,est_mid\nH1,13.25,53.55,20\n",
    "points.csv": "id,name,lon,lat,type,services,public\nP1,Point,13.25,53.55,clinic,nsp,yes\n",
    "teams.csv": "id,size,mode,start,end,shift\nT1,2,walk,P1,P1,Mo-Fr 09:00-13:00\n",
}


@pytest.fixture
def programme_of(tmp_path: Path) -> Callable[..., Programme]:
    """Write a programme of the usual files and those given by name; the folder is emptied first."""

    def make(files: dict[str, str | bytes], *, toml: str = "") -> Programme:
        for old in tmp_path.iterdir():
            old.unlink()
        (tmp_path / "outreach.toml").write_text(TOML + toml, encoding="utf-8")
        (tmp_path / "streets.osm.pbf").touch()
        for name, content in {**USUAL, **files}.items():
            data = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(data)
        return load_programme(tmp_path)

    return make

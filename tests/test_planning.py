"""The flow's first step: what the settings say of the streets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds

from outreach_map import load_programme
from outreach_map.errors import ProgrammeError
from outreach_map.planning import read_city
from outreach_map.tables import Mode


def test_an_elevation_raster_makes_hills_count(
    country: Path, copy_of: Callable[[Path], Path]
) -> None:
    folder = copy_of(country)
    settings = folder / "outreach.toml"
    level = read_city(load_programme(folder), cache=False)
    changed = settings.read_text().replace(
        'streets = "streets.osm.pbf"', 'streets = "streets.osm.pbf"\nelevation = "dem.tif"'
    )
    settings.write_text(changed)
    with pytest.raises(ProgrammeError, match=r"dem\.tif"):
        load_programme(folder)
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", width=80, height=80, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_bounds(*level.bounds, 80, 80),
    ) as raster:  # fmt: skip
        # Up to the east, by 2 km over the country's 12.
        raster.write(np.tile(np.linspace(0, 2000, 80, dtype=np.float32), (80, 1)), 1)
    hilly = read_city(load_programme(folder), cache=False)
    for mode in (Mode.WALK, Mode.BIKE):
        before, after = (city.networks[mode].travel_time_s for city in (level, hilly))
        assert after.sum() > 1.05 * before.sum()
    drive = Mode.DRIVE
    assert np.array_equal(level.networks[drive].travel_time_s, hilly.networks[drive].travel_time_s)


def test_ferries_are_a_setting(country: Path, copy_of: Callable[[Path], Path]) -> None:
    folder = copy_of(country)
    settings = folder / "outreach.toml"
    assert not load_programme(folder).routing.ferries
    text = settings.read_text()
    settings.write_text(text.replace("[routing]", "[routing]\nferries = true"))
    assert load_programme(folder).routing.ferries

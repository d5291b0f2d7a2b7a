"""The flow's first step: what the settings say of the streets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds

from outreach_map import load_programme
from outreach_map.errors import ProgrammeError
from outreach_map.handover import earlier_rounds
from outreach_map.history import Past, PastStop, PastTour
from outreach_map.planning import read_city
from outreach_map.risk import RoundRecord
from outreach_map.tables import Mode

MONDAY = date(2026, 11, 23)


def test_the_flags_read_who_was_visited_when_in_the_rounds_before() -> None:
    def tour(weeks_ago: int, *codes: str) -> PastTour:
        begin = datetime(2026, 11, 25, 18) - timedelta(weeks=weeks_ago)
        stops = [PastStop("start", None, begin, begin)]
        stops += [PastStop("visit", code, begin + timedelta(hours=1), begin) for code in codes]
        when = MONDAY - timedelta(weeks=weeks_ago)
        return PastTour(when, "T-AAAA", begin, begin + timedelta(hours=4), tuple(stops))

    past = Past((tour(5, "H-CCCC"), tour(2, "H-BBBB", "H-AAAA"), tour(1), tour(0, "H-AAAA")))
    evening = datetime(2026, 11, 11, 19)
    assert earlier_rounds(past, MONDAY) == [
        RoundRecord(date(2026, 11, 9), (("H-AAAA", evening), ("H-BBBB", evening))),
        RoundRecord(date(2026, 11, 16), ()),
    ]


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

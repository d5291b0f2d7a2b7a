"""Residents from a raster: the same people at the same places as by points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from outreach_map.errors import Problem
from outreach_map.intake.raster import raster_residents

rasterio = pytest.importorskip("rasterio")

BOUNDS = (13.20, 53.50, 13.30, 53.60)


def write(path: Path, people: np.ndarray, *, crs: str | None = "EPSG:4326") -> Path:
    from rasterio.transform import from_bounds

    west, south, east, north = (13.10, 53.45, 13.40, 53.65)
    if crs == "EPSG:32633":
        west, south, east, north = 374_000.0, 5_923_000.0, 395_000.0, 5_946_000.0
    height, width = people.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32",
        nodata=-99999.0, crs=crs, transform=from_bounds(west, south, east, north, width, height),
    ) as target:  # fmt: skip
        target.write(people.astype("float32"), 1)
    return path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32633"])
def test_people_stand_in_the_middle_of_their_pixels(tmp_path: Path, crs: str) -> None:
    people = np.full((60, 90), -99999.0)
    people[30, 45] = 120.0
    people[31, 45] = 0.0
    found = raster_residents(write(tmp_path / "people.tif", people, crs=crs), BOUNDS, [])
    assert found is not None
    assert found.people.tolist() == [120.0]
    with rasterio.open(tmp_path / "people.tif") as source:
        from rasterio.warp import transform

        lon, lat = transform(source.crs, "EPSG:4326", *([c] for c in source.xy(30, 45)))
    np.testing.assert_allclose(found.lon_lat, [[lon[0], lat[0]]], atol=1e-9)


def test_only_the_study_area_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "people.tif", np.ones((60, 90)))
    found = raster_residents(path, BOUNDS, [])
    assert found is not None
    assert (np.abs(found.lon_lat - [13.25, 53.55]) < [0.07, 0.07]).all()
    assert len(found.people) == pytest.approx(90 / 0.30 * 0.12 * 60 / 0.20 * 0.12, rel=0.1)
    whole = raster_residents(path, None, [])
    assert whole is not None
    assert whole.people.sum() == 60 * 90


@pytest.mark.parametrize(
    ("spoil", "said"),
    [("no crs", "reference system"), ("text", "no raster"), ("elsewhere", "study area")],
)
def test_a_raster_of_no_use_is_one_problem(tmp_path: Path, spoil: str, said: str) -> None:
    path = tmp_path / "people.tif"
    if spoil == "text":
        path.write_text("lon,lat,people\n")
    else:
        with pytest.warns() if spoil == "no crs" else _nothing():
            write(path, np.ones((10, 10)), crs=None if spoil == "no crs" else "EPSG:4326")
    problems: list = []
    bounds = (-51.0, -30.0, -50.9, -29.9) if spoil == "elsewhere" else BOUNDS
    assert raster_residents(path, bounds, problems) is None
    (problem,) = problems
    assert problem.file == "people.tif"
    assert said in problem.what


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def absurd(path: Path, size: int, *, tile: int | None = None, hole: bool = True) -> Path:
    """A raster of many pixels over the study area, none of which stands in the file."""
    from rasterio.transform import from_bounds

    tiled = {"tiled": True, "blockxsize": tile, "blockysize": tile} if tile else {}
    with rasterio.open(
        path, "w", driver="GTiff", height=size, width=size, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_bounds(*BOUNDS, size, size), sparse_ok=hole,
        BIGTIFF="YES", **tiled,
    ):  # fmt: skip
        pass
    return path


def test_a_raster_without_end_is_refused_before_a_pixel_is_read(tmp_path: Path) -> None:
    path = absurd(tmp_path / "people.tif", 400_000, tile=256)
    problems: list[Problem] = []
    assert raster_residents(path, BOUNDS, problems) is None
    assert [p.what for p in problems] == ["has more than 10,000,000 pixels in the study area"]


def test_a_raster_of_one_huge_tile_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = absurd(tmp_path / "people.tif", 16_384, tile=16_384)
    problems: list[Problem] = []
    small = (13.20, 53.50, 13.21, 53.51)
    assert raster_residents(path, small, problems) is None
    assert [p.what for p in problems] == ["has tiles of more than 200 MB"]


def test_a_raster_that_names_another_file_is_no_raster(tmp_path: Path) -> None:
    other = write(tmp_path / "other.tif", np.ones((60, 90)))
    path = tmp_path / "people.tif"
    path.write_text(
        '<VRTDataset rasterXSize="90" rasterYSize="60"><SRS>EPSG:4326</SRS><GeoTransform>13.1, '
        "0.003, 0, 53.65, 0, -0.003</GeoTransform><VRTRasterBand dataType='Float32' band='1'>"
        f"<SimpleSource><SourceFilename>{other}</SourceFilename><SourceBand>1</SourceBand>"
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    problems: list[Problem] = []
    assert raster_residents(path, BOUNDS, problems) is None
    assert "no raster" in problems[0].what

"""Makes the files of `broken/` that are no text: `python -m tests.intake.broken_binaries`."""

from __future__ import annotations

import tempfile
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import shapely

FOLDER = Path(__file__).parent / "broken"
RISK = {"category": "policing", "affects": "both", "likelihood": 2, "impact": 3}
VISITS = ("date", "hotspot_id", "team_id", "contacts")


def sheet(name: str, title: str, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(row)
    book.save(FOLDER / name)


def risks(*spots: shapely.Point, crs: int | None = 4326) -> gpd.GeoDataFrame:
    rows = [{"id": f"R{number}", **RISK} for number in range(1, len(spots) + 1)]
    return gpd.GeoDataFrame(rows, geometry=list(spots), crs=crs)


def zipped(name: str, layers: dict[str, gpd.GeoDataFrame], *, leave_out: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(FOLDER / name, "w") as packed:
        for layer, table in layers.items():
            pyogrio.write_dataframe(table, Path(folder) / f"{layer}.shp")
        for part in sorted(Path(folder).iterdir()):
            if not leave_out or part.suffix != leave_out:
                packed.write(part, part.name)


def main() -> None:
    visit = [date(2026, 11, 2), "H1", "T1", 4]
    sheet("visits--an-error-of-the-spreadsheet.xlsx", "Log", [
        [*VISITS], visit, [date(2026, 11, 3), "H1", "T1", "#N/A"],
    ])  # fmt: skip
    sheet("visits--of-an-unknown-team.xlsx", "Log", [
        ["Visits of November"], [], [*VISITS], visit, [date(2026, 11, 3), "H1", "T9", 4],
    ])  # fmt: skip
    sheet("visits--no-such-sheet.xlsx", "Log", [[*VISITS], visit])
    sheet("visits--an-empty-sheet.xlsx", "Log", [])
    sheet("visits--a-date-as-text.xlsx", "Log", [[*VISITS], ["2 November", "H1", "T1", 4]])
    whole = FOLDER / "visits--cut-off.xlsx"
    sheet(whole.name, "Log", [[*VISITS], visit])
    whole.write_bytes(whole.read_bytes()[:2000])
    here, there = shapely.Point(13.25, 53.55), shapely.Point(13.26, 53.55)
    cut = FOLDER / "risks--cut-off.gpkg"
    pyogrio.write_dataframe(risks(here), cut, layer="risks")
    cut.write_bytes(cut.read_bytes()[:1500])
    several = FOLDER / "risks--several-layers.gpkg"
    several.unlink(missing_ok=True)
    pyogrio.write_dataframe(risks(here), several, layer="risks")
    pyogrio.write_dataframe(risks(there), several, layer="old")
    zipped("risks--two-shapefiles.zip", {"risks": risks(here), "old": risks(there)})
    metres = risks(shapely.Point(383000, 5934000), crs=25833)
    zipped("risks--metres-and-no-crs.zip", {"risks": metres}, leave_out=".prj")
    with zipfile.ZipFile(FOLDER / "risks--no-shapefile.zip", "w") as packed:
        packed.writestr("readme.txt", "see the other folder")
    (FOLDER / "risks--no-zip-at-all.zip").write_bytes(b"PK\x03\x04 not really")


if __name__ == "__main__":
    main()

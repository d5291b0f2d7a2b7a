"""Where things are: swapped, off the globe, in metres, and sharper than the programme wants."""

from __future__ import annotations

import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.errors import Severity
from outreach_map.intake import collect_problems, read_tables
from outreach_map.intake.coarse import decimals, made_coarse
from outreach_map.intake.rows import RawHotspot
from outreach_map.intake.sources import Source
from tests.intake.tables import BOUNDS

DEGREES = st.integers(-80 * 10**7, 80 * 10**7)


def hotspot(lon: float, lat: float, precision_m: float | None = None) -> RawHotspot:
    return RawHotspot.model_construct(
        row=2, id="H1", geometry=shapely.Point(lon, lat), precision_m=precision_m
    )


def coarse(row: RawHotspot, limit_m: float) -> tuple[RawHotspot, list]:
    problems: list = []
    (found,) = made_coarse([row], limit_m, Source("hotspots.csv"), problems)
    return found, problems


@given(value=DEGREES, count=st.integers(0, 7))
def test_decimals_are_those_that_were_written(value: int, count: int) -> None:
    written = f"{round(value / 10**7, count):.{count}f}"
    kept = written.rstrip("0").partition(".")[2] if "." in written else ""
    assert decimals(float(written)) == len(kept)


@given(lon=DEGREES, lat=DEGREES, limit_m=st.sampled_from([10.0, 50.0, 100.0, 500.0]))
def test_a_sharp_place_is_moved_to_a_grid_and_by_no_more_than_half_of_it(lon, lat, limit_m) -> None:
    row = hotspot(lon / 10**7, lat / 10**7)
    found, problems = coarse(row, limit_m)
    m_north = abs(found.geometry.y - row.geometry.y) * 111_320
    m_east = abs(found.geometry.x - row.geometry.x) * 111_320
    assert m_north <= limit_m / 2 + 0.1
    # Meridians of the grid keep their distance within a degree of latitude.
    assert m_east * math.cos(math.radians(row.geometry.y)) <= limit_m / 2 * 1.1 + 0.1
    if problems:
        assert found.precision_m == limit_m
        # Done twice, nothing changes: the same file read again is the same place.
        again, more = coarse(found, limit_m)
        assert (again.geometry, more) == (found.geometry, [])


@given(lon=st.integers(-800, 800), lat=st.integers(-800, 800))
def test_two_decimals_are_coarse_enough_for_a_hundred_metres(lon: int, lat: int) -> None:
    row = hotspot(lon / 10 + 0.01, lat / 10)
    assert coarse(row, 100.0) == (row, [])


def test_what_was_drawn_and_what_is_known_less_exactly_stays(programme_of) -> None:
    text = "id,lon,lat,precision_m\nH1,13.251234,53.551234,\nH2,13.25,53.55,\n"
    text += "H3,13.27654,53.56321,900\n"
    toml = "[privacy]\nmax_precision_m = 100\n"
    tables = read_tables(programme_of({"hotspots.csv": text}, toml=toml), bounds=BOUNDS)
    assert [row.precision_m for row in tables.hotspots] == [100.0, None, 900.0]
    assert [row.geometry.x for row in tables.hotspots][1] == 13.25
    (notice,) = [w for w in tables.warnings if w.column == "lon, lat"]
    assert notice.severity is Severity.WARNING
    assert notice.what == (
        "2 places are sharper than max_precision_m (100 m), and were made coarser at reading"
    )
    drawn = hotspot(13.25, 53.55).model_copy(
        update={"geometry": shapely.box(13.25123, 53.55123, 13.25321, 53.55321)}
    )
    assert coarse(drawn, 100.0) == (drawn, [])


def test_without_a_limit_places_stay_as_they_were_written(programme_of) -> None:
    text = "id,lon,lat\nH1,13.2512345,53.5512345\n"
    (row,) = read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS).hotspots
    assert (row.geometry.x, row.geometry.y) == (13.2512345, 53.5512345)


INSIDE = st.tuples(st.floats(BOUNDS[0], BOUNDS[2]), st.floats(BOUNDS[1], BOUNDS[3]))


@given(places=st.lists(INSIDE, min_size=1, max_size=6), data=st.data())
def test_swapped_places_are_told_as_swapped_and_others_are_not(places, data) -> None:
    from outreach_map.intake.checks import locations
    from outreach_map.intake.rows import RawTables

    swapped = data.draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places)))
    rows = [
        RawHotspot.model_construct(
            row=n, id=f"H{n}", geometry=shapely.Point(*(p[::-1] if s else p))
        )
        for n, (p, s) in enumerate(zip(places, swapped, strict=True), start=2)
    ]
    tables = RawTables(hotspots=tuple(rows), points=(), teams=())
    found = locations(tables, {"hotspots": Source("hotspots.csv")}, BOUNDS)
    if sum(swapped) > 1 and sum(swapped) > len(rows) / 2:
        assert [(p.row, p.what) for p in found] == [
            (None, "longitude and latitude look swapped in most rows")
        ]
    else:
        told = [p.row for p in found]
        assert told == [row.row for row, turned in zip(rows, swapped, strict=True) if turned]
        assert all(p.what == "longitude and latitude look swapped" for p in found)
    for _, lat in places:
        assert all(f"{lat:.6f}"[:8] not in str(problem) for problem in found)


@pytest.mark.parametrize("name", ["points", "risks", "teams"])
def test_other_tables_are_looked_at_too(programme_of, name: str) -> None:
    files = {
        "points": "id,name,lon,lat,type,services,public\nP1,P,53.55,13.25,clinic,nsp,yes\n",
        "risks": "id,lon,lat,category,affects,likelihood,impact\nR1,53.55,13.25,a,both,1,1\n",
        "teams": "id,size,mode,start,end,shift\nT1,2,walk,53.55 13.25,P1,24/7\n",
    }
    toml = f'[files]\n{name} = "{name}.csv"\n'
    programme = programme_of({f"{name}.csv": files[name]}, toml=toml)
    problems = [p for p in collect_problems(programme, bounds=BOUNDS) if p.severity == "error"]
    (problem,) = problems
    assert problem.file == f"{name}.csv"
    assert problem.column == ("start" if name == "teams" else "lon, lat")
    assert "swapped" in problem.what


def test_the_likely_cause_is_named(programme_of) -> None:
    spots = [[53.55, 13.25], [53.56, 13.26]]
    features = [
        {"type": "Feature", "properties": {"id": f"H{n}"},
         "geometry": {"type": "Point", "coordinates": spot}}
        for n, spot in enumerate(spots)
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features})
    toml = '[files]\nhotspots = "sites.geojson"\n'
    programme = programme_of({"sites.geojson": text}, toml=toml)
    (problem,) = [p for p in collect_problems(programme, bounds=BOUNDS) if p.severity == "error"]
    assert "latitude first" in problem.mend
    programme = programme_of({"hotspots.csv": "id,lat,lon\nH1,13.25,53.55\nH2,13.26,53.56\n"})
    (problem,) = [p for p in collect_problems(programme, bounds=BOUNDS) if p.severity == "error"]
    assert problem.mend == "Swap the names of the two columns."

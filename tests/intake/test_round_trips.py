"""Any valid table, written in any format that is read, comes back as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from outreach_map.intake import read_tables
from outreach_map.intake.rows import Row
from outreach_map.programme import Programme, load_programme
from tests.intake.tables import BOUNDS, DRAWN, HOTSPOTS, TABLES, TEAMS, said
from tests.intake.written import GIS, LOCATED, PLAIN, Writer

CONTEXT = {
    "hotspots.csv": "id,lon,lat\n" + "".join(f"{one},13.25,53.55\n" for one in HOTSPOTS),
    "points.csv": "id,name,lon,lat,type,services,public\nP1,Point,13.25,53.55,clinic,nsp,yes\n",
    "teams.csv": "id,size,mode,start,end,shift\n"
    + "".join(f"{one},2,walk,13.25 53.55,13.25 53.55,24/7\n" for one in TEAMS),
}
ONCE = settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.generate],  # a failure is told by its table and flavour
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read_back(
    programme_of: Callable[..., Programme], name: str, rows: Sequence[Row], write: Writer
) -> Any:
    folder = programme_of(CONTEXT).folder
    written = write(folder / f"written_{name}", rows)
    with (folder / "outreach.toml").open("a", encoding="utf-8") as settings_file:
        settings_file.write(f'[files]\n{name} = "{written}"\n')
    tables = read_tables(load_programme(folder), bounds=BOUNDS)
    return tables.residents if name == "population" else getattr(tables, name)


def check(programme_of: Callable[..., Programme], name: str, rows: Any, write: Writer) -> None:
    found = read_back(programme_of, name, rows, write)
    if name == "population":
        places = np.array([(row.lon, row.lat) for row in rows])
        np.testing.assert_allclose(found.lon_lat, places, atol=1e-6)
        assert found.people.tolist() == [row.population for row in rows]
        return
    assert [said(row) for row in found] == [said(row) for row in rows]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("flavour", PLAIN)
def test_a_table_of_rows_comes_back(programme_of, name: str, flavour: str) -> None:
    if flavour == "geopackage without places" and name in LOCATED:
        pytest.skip("has places")

    @ONCE
    @given(rows=TABLES[name])
    def round_trip(rows: Any) -> None:
        if flavour == "windows-1252":
            rows = [_latin(row) for row in rows]
        check(programme_of, name, rows, PLAIN[flavour])

    round_trip()


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("flavour", GIS)
def test_a_drawn_layer_comes_back(programme_of, name: str, flavour: str) -> None:
    # One kind of shape a layer, where the format asks for that.
    one_kind = flavour.startswith("shapefile")

    @ONCE
    @given(rows=TABLES[name] if one_kind else DRAWN[name])
    def round_trip(rows: Any) -> None:
        check(programme_of, name, rows, GIS[flavour])

    round_trip()


def _latin(row: Row) -> Row:
    """A row whose texts can be written in Windows-1252."""
    change = {
        name: value.encode("cp1252", "replace").decode("cp1252").replace("?", "é") or value
        for name, value in vars(row).items()
        if type(value) is str and name != "row"
    }
    return row.model_copy(update=change)


@given(st.data())
def test_what_was_written_is_told_apart(data: st.DataObject) -> None:
    """The comparison of this module sees a change of any field."""
    row = data.draw(TABLES["visits"])[0]
    other = row.model_copy(update={"contacts": (row.contacts or 0) + 1})
    assert said(row) != said(other)

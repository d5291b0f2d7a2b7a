"""A hotspot far from every street is said at check, by its row alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from outreach_map import load_programme
from outreach_map.errors import Severity
from outreach_map.intake import RawHotspot, RawTables
from outreach_map.privacy.offstreet import off_streets
from outreach_map.tables import Mode
from outreach_map.upkeep import check_programme
from tests.coverage.row_town import row

EXTRACT = SimpleNamespace(networks={Mode.WALK: row()})
PROGRAMME = SimpleNamespace(files=SimpleNamespace(hotspots=Path("sites.xlsx#Places")))


def told(*shapes: BaseGeometry) -> list[int | None]:
    spots = [
        RawHotspot.model_construct(row=number, geometry=shape)
        for number, shape in enumerate(shapes, start=2)
    ]
    found = list(off_streets(PROGRAMME, EXTRACT, RawTables(tuple(spots), (), ())))  # type: ignore[arg-type]
    assert all((one.file, one.sheet, one.found) == ("sites.xlsx", "Places", "") for one in found)
    assert {one.severity for one in found} <= {Severity.WARNING}
    return [one.row for one in found]


def test_a_street_within_300_m_is_near_enough() -> None:
    # The street lies on the equator: 0.0027 degrees are 300.6 m.
    near, far = shapely.Point(0.003, 0.0026), shapely.Point(0.003, 0.0028)
    assert told(near, far, near, shapely.Point(0.02, 0.0)) == [3, 5]
    assert told() == []


def test_a_drawn_place_counts_from_its_edge() -> None:
    assert told(shapely.box(0.0, 0.0026, 0.004, 0.02), shapely.box(0.0, 0.0028, 0.004, 0.02)) == [3]


@pytest.mark.parametrize("where", ["town", "country"])
def test_nothing_of_the_demo_is_off_its_streets(where: str, request: pytest.FixtureRequest) -> None:
    problems = check_programme(load_programme(request.getfixturevalue(where)))
    assert [one for one in problems if "no street" in one.what] == []

"""Example rows stop a plan; points that nobody asked yet are said."""

from __future__ import annotations

import pytest

from outreach_map.errors import InputError, Severity
from outreach_map.intake import collect_problems, read_tables, readable_points

LEFT = {
    "hotspots.csv": "id,lon,lat\nH1,13.25,53.55\nEXAMPLE-1,13.25,53.55\n",
    "points.csv": "id,name,lon,lat,type,services,public\nexample-1,P,13.25,53.55,clinic,nsp,yes\n"
    "P1,P,13.25,53.55,clinic,nsp,yes\n",
    "teams.csv": "id,size,mode,start,end,shift\nT1,2,walk,P1,P1,Mo-Fr 09:00-13:00\n"
    "Example-1,2,walk,P1,P1,Mo-Fr 09:00-13:00\n",
    "visits.csv": "date,hotspot_id,team_id\n2026-11-01,EXAMPLE-1,T1\n2026-11-02,H1,EXAMPLE-1\n"
    "2026-11-03,EXAMPLE-1,EXAMPLE-1\n",
    "decisions.csv": "kind,hotspot_id\nno_go,EXAMPLE-1\n",
}


def test_an_example_row_is_an_error_of_its_own_place(programme_of) -> None:
    programme = programme_of(LEFT)
    found = collect_problems(programme)
    assert [
        (p.file, p.row, p.column) for p in found if p.what == "is the example row of the template"
    ] == [
        ("decisions.csv", 2, "hotspot_id"),
        ("hotspots.csv", 3, "id"),
        ("points.csv", 2, "id"),
        ("teams.csv", 3, "id"),
        ("visits.csv", 2, "hotspot_id"),
        ("visits.csv", 3, "team_id"),
        ("visits.csv", 4, "hotspot_id"),
    ]
    assert {p.severity for p in found if "example row" in p.what} == {Severity.ERROR}
    with pytest.raises(InputError, match="example row"):
        read_tables(programme)


@pytest.mark.parametrize("name", ["EXAMPLE-10", "EXAMPLE", "E1", "MY-EXAMPLE-1"])
def test_an_id_of_ones_own_is_no_example(name: str, programme_of) -> None:
    text = f"id,lon,lat\n{name},13.25,53.55\n"
    assert not [
        p for p in collect_problems(programme_of({"hotspots.csv": text})) if "exam" in p.what
    ]


def test_points_without_services_are_told_once_and_stop_nothing(programme_of) -> None:
    text = (
        "id,name,lon,lat,type,services,public\nP1,P,13.25,53.55,clinic,nsp,yes\n"
        "P2,P,13.25,53.55,pharmacy,,yes\nP3,P,13.25,53.55,pharmacy,,yes\n"
    )
    programme = programme_of({"points.csv": text})
    assert [point.services for point in read_tables(programme).points] == [("nsp",), (), ()]
    (problem,) = [p for p in collect_problems(programme) if p.column == "services"]
    assert (problem.severity, problem.row) == (Severity.WARNING, None)
    assert problem.what == "is empty in row 3 and 1 more, so nothing is known to be had there"


def test_the_column_of_services_has_to_be_there(programme_of) -> None:
    text = "id,name,lon,lat,type,public\nP1,P,13.25,53.55,clinic,yes\n"
    assert [
        (p.column, p.what)
        for p in collect_problems(programme_of({"points.csv": text}))
        if p.severity is Severity.ERROR
    ] == [("services", "the column is missing")]


def test_points_that_can_be_read_are_read_beside_those_that_cannot(programme_of) -> None:
    text = (
        "id,name,lon,lat,type,services,public\nP1,P,13.25,53.55,clinic,nsp,yes\n"
        "P2,P,far,53.55,clinic,nsp,yes\n"
    )
    programme = programme_of({"points.csv": text, "hotspots.csv": "nothing"})
    assert [point.id for point in readable_points(programme)] == ["P1"]

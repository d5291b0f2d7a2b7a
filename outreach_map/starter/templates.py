"""Templates of the tables: as CSV, and as a workbook with lists to choose from and notes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from outreach_map.spreadsheets import Value, csv_text, fill
from outreach_map.starter.schema import Column, Holds, columns
from outreach_map.starter.words import MEANING

Rows = Mapping[str, Mapping[str, Value]]

_LAST_ROW = 2000
_NEEDED = PatternFill("solid", fgColor="FFE9A8")
_OPTIONAL = PatternFill("solid", fgColor="E8E8E8")
_FORMATS = {Holds.DAY: "yyyy-mm-dd", Holds.TEXT: "@", Holds.LIST: "@", Holds.HOURS: "@"}
# Columns that name a row of another sheet. A team may also start at "lon lat".
_NAMES = {"hotspot_id": "hotspots", "team_id": "teams", "start": "points", "end": "points"}


def write_csv(row: Mapping[str, Value], path: Path) -> None:
    """Write the table of an example row; the mark at its start lets spreadsheets see UTF-8."""
    text = csv_text([*row], [[*row.values()]])
    path.write_text(text, encoding="utf-8-sig", newline="")


def write_workbook(rows: Rows, path: Path) -> None:
    """Write a workbook with a sheet for each table and its example row.

    Each heading has a note of what the column holds; those that are needed are yellow. Columns with
    a closed set of words have them in a list, and those that name a row of another sheet have its
    ids.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "outreach-map"
    for table, row in rows.items():
        sheet = book.create_sheet(table)
        for number, column in enumerate(columns(table), start=1):
            _heading(sheet, number, table, column)
            fill(sheet.cell(2, number), row[column.name])
            _below(sheet, number, column, {*rows})
        sheet.freeze_panes = "B2"
    book.save(path)


def note(table: str, column: Column) -> str:
    """What a column is for, what its cells hold, and whether they may stay empty."""
    needed = "Needed." if column.required else "May stay empty: unknown."
    return f"{MEANING[table][column.name]}.\n{_sentence(column.expected)}.\n{needed}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _heading(sheet: Worksheet, number: int, table: str, column: Column) -> None:
    cell = sheet.cell(1, number)
    fill(cell, column.name)
    cell.font = Font(bold=True)
    cell.fill = _NEEDED if column.required else _OPTIONAL
    cell.comment = Comment(note(table, column), "outreach-map", width=280, height=120)
    sheet.column_dimensions[get_column_letter(number)].width = max(len(column.name) + 3, 12)


def _below(sheet: Worksheet, number: int, column: Column, tables: set[str]) -> None:
    """The form of a column's cells, and the list to choose from."""
    letter = get_column_letter(number)
    cells = f"{letter}2:{letter}{_LAST_ROW}"
    if form := _FORMATS.get(column.holds):
        sheet.cell(2, number).number_format = form
        sheet.column_dimensions[letter].number_format = form
    if column.words:
        choice = DataValidation("list", formula1=f'"{",".join(column.words)}"', allow_blank=True)
        choice.error = f"Choose {column.expected.removeprefix('one of: ')}."
        choice.errorTitle = column.name
        choice.showErrorMessage = True
    elif _NAMES.get(column.name) in tables:
        ids = f"{_NAMES[column.name]}!$A$2:$A${_LAST_ROW}"
        choice = DataValidation("list", formula1=ids, allow_blank=True, showErrorMessage=False)
    else:
        return
    choice.add(cells)
    sheet.add_data_validation(choice)

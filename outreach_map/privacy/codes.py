"""Which code is which row: a table for the planner, in `private/` and nowhere else."""

from __future__ import annotations

from outreach_map.intake import read_tables
from outreach_map.privacy.keys import load_key, open_private
from outreach_map.privacy.ledger import read_ledger
from outreach_map.private_files import write_private
from outreach_map.programme import Programme
from outreach_map.settings import split_sheet
from outreach_map.spreadsheets import csv_text

CODES = "codes.csv"


def write_codes(programme: Programme) -> int:
    """Write `private/codes.csv`: file, row, id and code of every record that has been released.

    Returns
    -------
    How many rows have a code; those that were never released have none, and an empty cell.

    Raises
    ------
    InputError
        For problems of the files.
    KeyFileError, LedgerError
        Before the first plan, or when `private/` is damaged.
    """
    private = open_private(programme.folder)
    key = load_key(private)
    known = dict(read_ledger(private, key, programme.privacy.widest_m).entries)
    tables, files = read_tables(programme), programme.files
    rows: list[tuple[str, int, str, str]] = []
    for kind, path, records in (
        ("T", files.teams, tables.teams),
        ("H", files.hotspots, tables.hotspots),
        ("P", files.points, tables.points),
        ("R", files.risks, tables.risks),
    ):
        name = "" if path is None else split_sheet(path.name)[0]
        for record in records:
            entry = known.get(key.digest(kind, record.id))
            rows.append((name, record.row, record.id, "" if entry is None else entry.code))
    text = csv_text(["file", "row", "id", "code"], rows)
    write_private(private, CODES, text.encode("utf-8-sig"))
    return sum(bool(code) for *_, code in rows)

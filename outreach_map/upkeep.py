"""What a planner does between rounds: check the files, look after keys and codes, the register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from outreach_map.errors import Problem, Severity
from outreach_map.planning import read_city
from outreach_map.privacy import (
    ACCOUNT,
    Change,
    Sheet,
    accept_results,
    find_problems,
    passphrase_of,
    review_register,
    rotate_key,
    working_alone,
    write_codes,
    write_review,
)
from outreach_map.programme import Programme
from outreach_map.settings import Passphrase


def check_programme(
    programme: Programme, *, cache: bool = True, today: date | None = None
) -> tuple[Problem, ...]:
    """List every problem in a programme's files as of a day, warnings included, without planning.

    Without `today` nothing is known of what is over, or still to come.
    """
    found = find_problems(programme, read_city(programme, cache=cache), today=today)
    return (*(_no_contact(role) for role in programme.missing_contacts()), *found)


def _no_contact(role: str) -> Problem:
    """A programme without legal support makes no maps; without the others they say so."""
    return Problem(
        "outreach.toml",
        None,
        f"contacts.{role}",
        f"no {role} contact is named, and a team in need would look for one",
        f'Add to [contacts]: {role} = {{ name = "…", phone = "…" }}',
        severity=Severity.ERROR if role == "legal" else Severity.WARNING,
    )


def rotate(programme: Programme) -> str:
    """Give a programme a new key; what that means for earlier maps, in plain words."""
    with working_alone(programme.folder):
        rotate_key(programme.folder, programme.privacy.widest_m)
    return ACCOUNT


def list_codes(programme: Programme) -> int:
    """Write which code is which row to `private/codes.csv`; how many have one."""
    return write_codes(programme)


def passphrase(programme: Programme, team: str, *, renew: bool = False) -> str:
    """The passphrase of a team's pages by its code; on request a new one, of the form asked for."""
    form = programme.maps.passphrase
    digits = None if form is None else form is Passphrase.DIGITS
    return passphrase_of(programme.folder, team, renew=renew, digits=digits)


def review_risks(
    programme: Programme, on: date, out: Path | None = None
) -> tuple[Sheet, tuple[Path, Path, Path]]:
    """What needs the peers' meeting on a day, and the sheet and the forms that were written."""
    sheet = review_register(programme, on)
    return sheet, write_review(programme, sheet, out)


def accept_risks(programme: Programme, results: Path, today: date) -> tuple[Change, ...]:
    """Write what the peers' meeting decided into the register."""
    return accept_results(programme, results, today)

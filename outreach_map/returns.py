"""Files that teams saved on their pages: opened, checked, and taken into the planner's files.

A file holds marks of planned stops and notes of new risks, by codes, sealed with the words of the
team's page (`outreach_map.publish.lock`). Nothing of it is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from cryptography.exceptions import InvalidTag
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outreach_map.errors import ReturnError
from outreach_map.history import read_past
from outreach_map.limits import MAX_RETURN
from outreach_map.privacy import (
    ReturnedNote,
    ReturnedVisit,
    TakenIn,
    kept_passphrases,
    open_private,
    take_in,
)
from outreach_map.programme import Programme
from outreach_map.publish.lock import read_sealed, unseal

__all__ = ["Opened", "Outcome", "Returned", "ReturnedVisit", "read_returns"]

_Count = Annotated[int, Field(ge=0, le=9999)]
_Hotspot = Annotated[str, Field(pattern=r"^H-[A-Z2-7]{4,16}$")]


class Outcome(StrEnum):
    """What became of a stop."""

    DONE = "done"
    NOBODY_THERE = "nobody_there"
    UNSAFE_LEFT = "unsafe_left"
    NO_WAY_IN = "no_way_in"
    NO_TIME = "no_time"
    OTHER = "other"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class _Mark(_Part):
    hotspot: _Hotspot
    date: date
    begin: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    outcome: Outcome
    contacts: _Count | None = None
    new_contacts: _Count | None = None
    syringes_out: _Count | None = None
    syringes_in: _Count | None = None
    naloxone_out: _Count | None = None
    condoms_out: _Count | None = None
    referrals: _Count | None = None
    overdoses_reversed: _Count | None = None

    @property
    def counts(self) -> dict[str, int]:
        """What was counted, by column of the visit log."""
        fixed = {"hotspot", "date", "begin", "outcome"}
        return {name: value for name, value in self if name not in fixed and value is not None}


class _NewRisk(_Part):
    hotspot: _Hotspot | Literal[""]
    date: date
    note: Annotated[str, Field(min_length=1, max_length=500, repr=False)]


class _Saved(_Part):
    format: Literal[1]
    team: Annotated[str, Field(pattern=r"^T-[A-Z2-7]{4,16}$")]
    round: date
    marks: Annotated[list[_Mark], Field(max_length=500)]
    risks: Annotated[list[_NewRisk], Field(max_length=100)]


@dataclass(frozen=True)
class Opened:
    """A file that was opened: its name, whose it is, of which round, and how much is in it."""

    file: str
    team: str
    round: date
    marks: int
    notes: int


@dataclass(frozen=True, repr=False)
class Returned:
    """All files of a run, and what was made of them."""

    files: tuple[Opened, ...]
    taken: TakenIn


def read_returns(
    programme: Programme,
    paths: Sequence[Path],
    *,
    words: str = "",
    write: bool = True,
    today: date | None = None,
) -> Returned:
    """Open files that teams saved, and take what is in them into the programme's files.

    Every file is checked before anything is written; a file that is read again changes nothing.

    Parameters
    ----------
    programme
        Whose teams.
    paths
        The files.
    words
        For files of pages that are not locked: the words that the team agreed on.
    write
        Without it nothing is changed.
    today
        Marks of later days are left to the planner; without it no day is later.

    Raises
    ------
    ReturnError
        For a file that is missing, damaged, opened by no words that are known, of another
        programme, or of a round that was not planned here.
    InputError, KeyFileError, LedgerError, PlanRecordError, ProgrammeError
        When the programme's own files are not in order, or cannot be written.
    """
    phrases = kept_passphrases(programme.folder)
    planned = {(tour.round, tour.team) for tour in read_past(open_private(programme.folder)).tours}
    opened: list[Opened] = []
    visits: dict[tuple[str, date, str, str], ReturnedVisit] = {}
    notes: list[ReturnedNote] = []
    for path in paths:
        saved = _open(path, phrases, words)
        _check(saved, path.name, planned)
        opened.append(
            Opened(path.name, saved.team, saved.round, len(saved.marks), len(saved.risks))
        )
        for mark in saved.marks:
            # Two phones of a team, or a file and a later one, may tell of the same stop: the file
            # that is named last counts.
            key = (saved.team, mark.date, mark.begin, mark.hotspot)
            visits[key] = ReturnedVisit(
                mark.date, mark.hotspot, saved.team, mark.outcome.value, mark.counts
            )
        notes += [
            ReturnedNote(risk.date, risk.hotspot, saved.team, " ".join(risk.note.split()))
            for risk in saved.risks
        ]
    found = take_in(programme, list(visits.values()), notes, write=write, today=today)
    return Returned(tuple(opened), found)


def _open(path: Path, phrases: Mapping[str, str], words: str) -> _Saved:
    """What is in a file, by the words of one of the teams, or by those that were asked for."""
    try:
        if path.stat().st_size > MAX_RETURN:
            raise ValueError("too large")
        sealed = read_sealed(path.read_text(encoding="utf-8"))
    except OSError:
        raise ReturnError(
            "The file cannot be opened.", where=path.name, mend="Name a file that a team saved."
        ) from None
    except (ValueError, RecursionError):
        raise ReturnError(
            "The file is damaged, was changed, or is none that a team's page saved.",
            where=path.name,
            mend="Ask the team to send it again; it is saved from the page as note.txt.",
        ) from None
    tried: Iterable[tuple[str, str]] = [("", words)] if words else phrases.items()
    for team, phrase in tried:
        try:
            text = unseal(sealed, phrase, most=MAX_RETURN)
        except InvalidTag:
            continue
        except ValueError:
            raise _unknown(path.name) from None
        return _saved(text, path.name, team)
    what = "These words do not" if words else "No words of a team of this programme"
    raise ReturnError(
        f"{what} open the file.",
        where=path.name,
        mend="It is of another programme, was changed, or was saved from a page whose words have "
        "been renewed or that was not locked: --ask asks for its words.",
    )


def _unknown(file: str) -> ReturnError:
    return ReturnError(
        "What is in the file is nothing that a page of this version saves.",
        where=file,
        mend="Ask the team which page it is from; enter its marks by hand.",
    )


def _saved(text: str, file: str, team: str) -> _Saved:
    try:
        saved = _Saved.model_validate_json(text)
    except ValidationError:
        raise _unknown(file) from None
    if team and saved.team != team:
        raise ReturnError(
            f"The file says that it is of {saved.team}, and opens with the words of {team}.",
            where=file,
            mend="Ask both teams; nothing of it was taken.",
        )
    return saved


def _check(saved: _Saved, file: str, planned: set[tuple[date, str]]) -> None:
    """Reject a file of a round or a team that was not planned here, or with days out of it."""
    if (saved.round, saved.team) not in planned:
        rounds = {start for start, _ in planned}
        known = saved.round in rounds
        raise ReturnError(
            f"The team {saved.team} is not in the plan of the round of {saved.round}."
            if known
            else f"The file is of the round of {saved.round}, which is not among the last that "
            "were planned here.",
            where=file,
            mend="Take a file of this programme's own round, or enter its marks by hand.",
        )
    # A shift of the last night ends on the morning after it.
    last = saved.round + timedelta(days=7)
    days = [mark.date for mark in saved.marks] + [risk.date for risk in saved.risks]
    stops = [(mark.date, mark.begin, mark.hotspot) for mark in saved.marks]
    if any(not saved.round <= day <= last for day in days) or len(set(stops)) < len(stops):
        raise ReturnError(
            "The file has a mark outside its round, or two for one stop.",
            where=file,
            mend="Ask the team; enter its marks by hand.",
        )

"""One programme, planned by a worker: what comes back are released figures, or a clear sentence."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from outreach_map.batch import record
from outreach_map.batch.figures import Figures
from outreach_map.errors import OutreachMapError
from outreach_map.planning import alone, make_maps
from outreach_map.programme import load_programme

_WAIT_S = 600.0
_WORD = (
    "there is word for the planner alone, where the programme's private/ is: outreach-map plan "
    "says it, and outreach-map key passphrase shows new passphrases"
)


class Outcome(StrEnum):
    """What became of a programme."""

    PLANNED = "planned"
    UNCHANGED = "unchanged since it was planned"
    FAILED = "failed"


@dataclass(frozen=True)
class CityTask:
    """A programme to plan: its folder and the round's, as the worker that plans it sees them.

    `wait_s` is how long to wait for another process in the programme's folder: one that was cut
    off may still be at work.
    """

    folder: str
    directory: str
    start: date
    seed: int = 0
    cache: bool = True
    wait_s: float = _WAIT_S

    @property
    def name(self) -> str:
        """The folder's own name, which names its maps."""
        return Path(self.folder).name


@dataclass(frozen=True)
class CityResult:
    """What a worker says of a programme; `figures` are None and `error` is a sentence if it failed.

    `notices` are for the planner's eyes: nothing raw, and no passphrase, since they travel.
    """

    name: str
    outcome: Outcome
    seconds: float
    figures: Figures | None = None
    error: str = ""
    notices: tuple[str, ...] = ()


class CityFault(Exception):  # it stands for any error, and is tried again
    """A fault of the program or of the machine, by its type alone: messages may quote the data."""


def plan_city(task: CityTask) -> CityResult:
    """Plan and publish one programme, or find that it is done already.

    Returns
    -------
    CityResult
        An error that a planner has to mend is a result: trying again would not help.

    Raises
    ------
    CityFault
        Anything else, without its message; the scheduler tries again.
    """
    began = time.monotonic()
    try:
        outcome, figures, notices = _planned(task)
    except OutreachMapError as error:
        return CityResult(task.name, Outcome.FAILED, time.monotonic() - began, error=str(error))
    except Exception as error:
        fault = type(error).__name__
    else:
        return CityResult(
            task.name, outcome, time.monotonic() - began, figures, notices=tuple(notices)
        )
    raise CityFault(fault)


def _planned(task: CityTask) -> tuple[Outcome, Figures, list[str]]:
    programme = load_programme(task.folder)
    directory = Path(task.directory)
    with alone(programme, wait_s=task.wait_s):
        # Looked at when nobody else is at work: a worker that was cut off may just have ended.
        inputs = record.inputs_sha256(programme, task.start, task.seed)
        if found := record.finished(programme, task.start, inputs, directory):
            return Outcome.UNCHANGED, found, []
        notices: list[str] = []
        kept: list[str] = []
        plan, _ = make_maps(
            programme,
            task.start,
            directory,
            seed=task.seed,
            notice=notices.append,
            # It stays where the programme's private/ is.
            secret=lambda _: kept.append(_WORD),
            cache=task.cache,
        )
        figures = Figures.of(plan, programme.privacy.rules)
        record.keep(programme, task.start, inputs, directory, figures)
        return Outcome.PLANNED, figures, notices + kept[:1]

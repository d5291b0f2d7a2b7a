"""What earlier rounds planned, by codes: a small record in `private/`, for the rounds to come.

The next round needs it to keep a rhythm, to send the team that people know, to share out hours and
risky stops, and to tell where a team would be at the same place at the same hour again; a change in
the field needs the tours as they are. The manager's page tells what became of the gaps. It holds
released records only, and is not published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from outreach_map.kept import read_record, write_record

NAME = "plans"
# Rounds before the one that is planned: shares are fair over four, this one included or not.
ROUNDS = 4
_FORMAT = 1
_HALF_HOUR_S = 1800


@dataclass(frozen=True)
class PastStop:
    """A stop as it was planned; `code` of the hotspot or point, None at a base without one.

    `kind` is start, visit, break, restock or end. `risky` says that the place may lie in a risk
    zone that was in force on that shift.
    """

    kind: str
    code: str | None
    begin: datetime
    leave: datetime
    risky: bool = False


@dataclass(frozen=True)
class PastTour:
    """One shift of one team: when it could be out, and what was planned."""

    round: date
    team: str
    begin: datetime
    end: datetime
    stops: tuple[PastStop, ...]

    @property
    def shift_s(self) -> float:
        """Seconds of the shift."""
        return (self.end - self.begin).total_seconds()

    @property
    def out_s(self) -> float:
        """Seconds from leaving the base to being back; 0 where nobody went out."""
        if not self.stops:
            return 0.0
        return (self.stops[-1].begin - self.stops[0].leave).total_seconds()


@dataclass(frozen=True, order=True)
class PastVisit:
    """A visit as a planner remembers it: `half_hour` counts from midnight (0 to 47)."""

    round: date
    team: str
    hotspot: str
    weekday: int
    half_hour: int
    risky: bool


@dataclass(frozen=True)
class PastGaps:
    """The needs of a round, as its `gaps.csv` told them.

    `steps` are (hotspot, service, first broken step), the step empty where all hold.
    """

    round: date
    steps: tuple[tuple[str, str, str], ...]

    @property
    def by_need(self) -> dict[tuple[str, str], str]:
        """(hotspot, service) -> first broken step."""
        return {(hotspot, service): step for hotspot, service, step in self.steps}


@dataclass(frozen=True)
class Past:
    """Tours of earlier rounds, in order, and their gaps.

    Shifts on which nobody went out are among the tours.
    """

    tours: tuple[PastTour, ...] = ()
    gaps: tuple[PastGaps, ...] = ()

    @property
    def visits(self) -> tuple[PastVisit, ...]:
        """Every planned visit: round, team, hotspot, weekday (Monday 0), half hour, risky."""
        return tuple(
            sorted(
                PastVisit(
                    tour.round,
                    tour.team,
                    stop.code,
                    stop.begin.weekday(),
                    (stop.begin.hour * 3600 + stop.begin.minute * 60) // _HALF_HOUR_S,
                    stop.risky,
                )
                for tour in self.tours
                for stop in tour.stops
                if stop.kind == "visit" and stop.code is not None
            )
        )

    def before(self, start: date, rounds: int = ROUNDS) -> Past:
        """Tours of the rounds (weeks) right before one."""
        first = start - timedelta(weeks=rounds)
        return Past(tuple(tour for tour in self.tours if first <= tour.round < start))

    def of(self, start: date) -> Past:
        """Tours of one round."""
        return Past(tuple(tour for tour in self.tours if tour.round == start))

    def with_round(self, start: date, tours: Iterable[PastTour]) -> Past:
        """The record with a round planned (again), pruned to that round and those it looks at."""
        kept = (*self.before(start).tours, *(t for t in self.tours if t.round > start))
        own = [replace(tour, round=start) for tour in tours]
        # By what names a tour, so that the record says nothing of how it came about.
        ordered = tuple(sorted((*kept, *own), key=lambda t: (t.round, t.begin, t.team)))
        return Past(ordered, self.gaps)

    def gaps_before(self, start: date) -> PastGaps | None:
        """The gaps of the last round before one; None where none was kept."""
        earlier = [gaps for gaps in self.gaps if gaps.round < start]
        return max(earlier, key=lambda gaps: gaps.round, default=None)

    def with_gaps(self, start: date, steps: Iterable[tuple[str, str, str]]) -> Past:
        """The record with the gaps of a round, and those of the rounds around it."""
        others = [gaps for gaps in self.gaps if gaps.round != start]
        before = sorted((g for g in others if g.round < start), key=lambda g: g.round)[-ROUNDS:]
        after = sorted((g for g in others if g.round > start), key=lambda g: g.round)
        own = PastGaps(start, tuple(sorted(steps)))
        return replace(self, gaps=(*before, own, *after))


def read_past(private: Path) -> Past:
    """The record in a programme's `private/`; an empty one where there is none yet.

    Raises
    ------
    PlanRecordError
        When it is damaged.
    """
    found = read_record(
        private,
        NAME,
        _past,
        version=_FORMAT,
        what="The record of earlier plans",
        mend="Put it back from your backup, or delete it: the next plan then knows nothing of "
        "earlier rounds, neither who went where nor how hours were shared.",
    )
    return Past() if found is None else found


def _past(state: Mapping[str, Any]) -> Past:
    return Past(
        tuple(_tour(row) for row in state["tours"]),
        # Records of before gaps were kept have none.
        tuple(_gaps(row) for row in state.get("gaps", ())),
    )


def _tour(row: list) -> PastTour:  # type: ignore[type-arg]
    start, team, begin, end, stops = row
    return PastTour(
        date.fromisoformat(start),
        str(team),
        datetime.fromisoformat(begin),
        datetime.fromisoformat(end),
        tuple(
            PastStop(
                str(kind),
                None if code is None else str(code),
                datetime.fromisoformat(first),
                datetime.fromisoformat(last),
                bool(risky),
            )
            for kind, code, first, last, risky in stops
        ),
    )


def _gaps(row: list) -> PastGaps:  # type: ignore[type-arg]
    start, steps = row
    return PastGaps(
        date.fromisoformat(start),
        tuple((str(hotspot), str(service), str(step)) for hotspot, service, step in steps),
    )


def write_past(private: Path, past: Past) -> None:
    """Replace the record in one step, mode 0600."""
    state = {
        "tours": [
            [
                tour.round.isoformat(),
                tour.team,
                tour.begin.isoformat(),
                tour.end.isoformat(),
                [
                    [s.kind, s.code, s.begin.isoformat(), s.leave.isoformat(), s.risky]
                    for s in tour.stops
                ],
            ]
            for tour in past.tours
        ],
        "gaps": [[gaps.round.isoformat(), gaps.steps] for gaps in past.gaps],
    }
    write_record(private, NAME, state, version=_FORMAT)

"""Problems that differ from a week's in one thing, and how two plans differ, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from outreach_map.language import (
    clock,
    phrase,
    plural,
    short_day,
    spelled,
    together,
)
from outreach_map.routing.problem import Client, RoutingProblem
from outreach_map.routing.solution import Route, Solution
from outreach_map.routing.visits import Habit, make_clients
from outreach_map.routing.week import Week, demands_without
from outreach_map.tables import Decision, Hotspot


@dataclass(frozen=True)
class Change:
    """How a plan differs from another: seconds out, and visits by hotspot code.

    `dropped` are no longer made, `gained` are new, `moved` fall on another shift.
    """

    extra_s: int
    dropped: tuple[str, ...]
    gained: tuple[str, ...]
    moved: tuple[str, ...]


def forced(problem: RoutingProblem, client: int) -> RoutingProblem:
    """The problem in which one visit has to be made."""
    clients = list(problem.clients)
    clients[client] = replace(clients[client], required=True)
    return replace(problem, clients=tuple(clients))


def without_decision(
    week: Week, problem: RoutingProblem, decision: Decision
) -> tuple[RoutingProblem, tuple[Hotspot, ...]]:
    """The problem in which one decision does not hold, and the hotspot of each client.

    Clients of all other hotspots are as they are.
    """
    kept = tuple(each for each in week.release.decisions if each != decision)
    release = replace(week.release, decisions=kept)
    hotspot = next(h for h in release.hotspots if h.code == decision.hotspot)
    own = make_clients(
        hotspot,
        demands_without(week, hotspot, release)[hotspot.code],
        release,
        week.shifts,
        week.index[hotspot.code],
        week.origin,
        week.habits.get(hotspot.code, Habit()),
        week.preferences,
    )
    clients: list[Client] = []
    visits: list[Hotspot] = []
    for other in release.hotspots:
        theirs = [
            client
            for client, at in zip(problem.clients, week.visits, strict=True)
            if at.code == other.code
        ]
        added = own if other.code == hotspot.code else theirs
        clients += added
        visits += [other] * len(added)
    return replace(problem, clients=tuple(clients)), tuple(visits)


def carried_over(
    solution: Solution, before: Sequence[Hotspot], after: Sequence[Hotspot]
) -> Solution:
    """A solution with its clients renumbered: the nth visit of a hotspot stays its nth."""

    def numbered(visits: Sequence[Hotspot]) -> list[tuple[str, int]]:
        seen: Counter[str] = Counter()
        keys = []
        for hotspot in visits:
            keys.append((hotspot.code, seen[hotspot.code]))
            seen[hotspot.code] += 1
        return keys

    new = {key: number for number, key in enumerate(numbered(after))}
    moved = {old: new.get(key) for old, key in enumerate(numbered(before))}
    routes = [
        Route(
            route.vehicle,
            tuple(
                replace(a, client=None if a.client is None else moved[a.client])
                for a in route.activities
                if a.client is None or moved[a.client] is not None
            ),
        )
        for route in solution.routes
    ]
    # Left out and cost are not read by whoever starts a search from it.
    return Solution(tuple(routes), (), 0)


def compare(
    before: Solution, after: Solution, at_before: Sequence[Hotspot], at_after: Sequence[Hotspot]
) -> Change:
    """How `after` differs from `before`."""
    first, second = _made(before, at_before), _made(after, at_after)
    ours, theirs = Counter(code for code, _ in first), Counter(code for code, _ in second)
    same = set(ours) & set(theirs)
    return Change(
        extra_s=sum(r.out_s for r in after.routes) - sum(r.out_s for r in before.routes),
        dropped=tuple(sorted((ours - theirs).elements())),
        gained=tuple(sorted((theirs - ours).elements())),
        moved=tuple(
            sorted(
                code
                for code in same
                if ours[code] == theirs[code]
                and sorted(v for c, v in first if c == code)
                != sorted(v for c, v in second if c == code)
            )
        ),
    )


def _made(solution: Solution, visits: Sequence[Hotspot]) -> list[tuple[str, int]]:
    return [
        (visits[activity.client].code, route.vehicle)
        for route in solution.routes
        for activity in route.activities
        if activity.client is not None
    ]


def visits_told(week: Week, solution: Solution, visits: Sequence[Hotspot], code: str) -> str:
    """When and by whom a hotspot is visited, in words; empty where it is not."""
    told = []
    for route in solution.routes:
        for activity in route.activities:
            if activity.client is not None and visits[activity.client].code == code:
                when = week.origin + timedelta(seconds=activity.begin_s)
                told.append(
                    (
                        when,
                        phrase(
                            "{day} {time} by {team}",
                            day=short_day(when),
                            time=clock(when),
                            team=week.problem.vehicles[route.vehicle].name,
                        ),
                    )
                )
    return together(text for _, text in sorted(told))


def told_minutes(seconds: float) -> str:
    """'12 minutes', 'a minute'."""
    whole = round(abs(seconds) / 60)
    return plural("a minute", "{count} minutes", whole)


def told_others(codes: Sequence[str]) -> str:
    """'two others (H-AAAAAA, H-BBBBBB)'; long lists are cut."""
    return plural(
        "{number} other ({named})",
        "{number} others ({named})",
        len(codes),
        number=spelled(len(codes)),
        named=together([*codes[:4], *["…"] * (len(codes) > 4)]),
    )

"""Why not: every visit left out and every decision of the peers, in words and numbers.

Nothing is guessed. A visit that no shift could make is refused by the first rule that holds for
every shift (who may go, when people are there, how far it is: exact, `outreach_map.routing.alone`).
One that would fit is planned by force, from the plan at hand, and the two plans are compared; a
decision is taken away in the same manner. Each is a search of fixed length, and their number has a
bound.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from outreach_map.language import (
    number,
    opening_hours,
    phrase,
    plural,
    sentences,
    series,
    together,
)
from outreach_map.routing.alone import Alone, Hindrance, alone
from outreach_map.routing.bounds import least_told
from outreach_map.routing.changes import (
    carried_over,
    compare,
    forced,
    told_minutes,
    told_others,
    without_decision,
)
from outreach_map.routing.checker import check_solution
from outreach_map.routing.costs import solution_of
from outreach_map.routing.effects import effect_of, plain_effect
from outreach_map.routing.itinerary import DecisionEffect, LeftOut
from outreach_map.routing.problem import RoutingProblem
from outreach_map.routing.search import Job
from outreach_map.routing.shifts import may_be_visited, meeting_times, refusals
from outreach_map.routing.solution import Solution
from outreach_map.routing.solver import solve_each
from outreach_map.routing.week import Week
from outreach_map.tables import Decision, Hotspot, Mode

_ITERATIONS = 80
# Beyond this many, reasons are bounds: searches would take longer than the plan itself.
_MOST_SEARCHES = 40
_MODES = {
    Mode.WALK: phrase("on foot"),
    Mode.BIKE: phrase("by bike"),
    Mode.DRIVE: phrase("by van"),
}


@dataclass(frozen=True)
class _Question:
    """A visit to force, a decision to take away, or neither: then prices of fair shares are off."""

    client: int | None
    decision: Decision | None
    visits: tuple[Hotspot, ...]
    job: Job


@dataclass(frozen=True)
class Explained:
    """Reasons of all that is left out, by hotspot code, and the effect of each decision.

    `plain` is the plan without fair shares, None where nothing was shared. `better` is a plan that
    the searches came upon, None where there is none.
    """

    left_out: tuple[LeftOut, ...]
    decisions: tuple[DecisionEffect, ...]
    plain: Solution | None
    better: Solution | None


def explain(week: Week, problem: RoutingProblem, solution: Solution, seed: int) -> Explained:
    """Ask why not, of every visit left out and every decision.

    Parameters
    ----------
    week
        The week.
    problem
        What was solved: the week's problem with prices for fair shares.
    solution
        The plan.
    seed
        Seed of the searches.
    """
    questions = _questions(week, problem, solution, seed)
    answers = solve_each([question.job for question in questions])
    forced_plans: dict[int, Solution] = {}
    effects: dict[Decision, DecisionEffect] = {}
    plain = better = None
    for question, found in zip(questions, answers, strict=False):
        if found is None:
            continue
        own = carried_over(found, question.visits, week.visits)
        own = solution_of(problem, own.routes)
        least = solution.cost if better is None else better.cost
        if own.cost < least and not check_solution(problem, own):
            better = own
        if question.client is not None:
            forced_plans[question.client] = found
        elif question.decision is not None:
            effects[question.decision] = effect_of(
                week, solution, found, question.decision, question.visits
            )
        else:
            plain = found
    return Explained(
        left_out=_left_out(week, problem, solution, forced_plans),
        decisions=tuple(
            effects.get(decision) or plain_effect(week, solution, decision)
            for decision in week.release.decisions
        ),
        plain=plain,
        better=better,
    )


def _questions(
    week: Week, problem: RoutingProblem, solution: Solution, seed: int
) -> list[_Question]:
    asked: list[_Question] = []
    if problem is not week.problem:
        job = Job(week.problem, seed, 3 * _ITERATIONS, start=solution)
        asked.append(_Question(None, None, week.visits, job))
    for decision in week.release.decisions:
        if any(hotspot.code == decision.hotspot for hotspot in week.release.hotspots):
            other, visits = without_decision(week, problem, decision)
            start = carried_over(solution, week.visits, visits)
            job = Job(other, seed, _ITERATIONS, start=start)
            asked.append(_Question(None, decision, visits, job))
    seen: set[str] = set()
    for client in solution.left_out:
        code = problem.clients[client].name
        if code not in seen and _could(problem, client):
            seen.add(code)
            job = Job(forced(problem, client), seed, _ITERATIONS, start=solution)
            asked.append(_Question(client, None, week.visits, job))
    return asked[:_MOST_SEARCHES]


def _could(problem: RoutingProblem, client: int) -> bool:
    """Whether some shift can make a visit if it makes no other."""
    one = problem.clients[client]
    return any(alone(problem, vehicle, one).hindrance is None for vehicle in sorted(one.vehicles))


def _left_out(
    week: Week, problem: RoutingProblem, solution: Solution, forced_plans: dict[int, Solution]
) -> tuple[LeftOut, ...]:
    """Every hotspot with a visit due that is not planned, by code, and why."""
    planned = Counter(hotspot.code for hotspot in week.visits)
    missing: dict[str, list[int]] = {}
    for client in solution.left_out:
        missing.setdefault(week.visits[client].code, []).append(client)
    found = []
    for hotspot in week.release.hotspots:
        code = hotspot.code
        never = week.demands[code].visits - planned[code]
        if never > 0:
            found.append(LeftOut(code, never, _why_never(hotspot, week)))
        if code in missing:
            first = missing[code][0]
            why = (
                _why_missing(week, problem, solution, first, forced_plans.get(first))
                if _could(problem, first)
                else _why_impossible(week, problem, first)
            )
            found.append(LeftOut(code, len(missing[code]), why))
    return tuple(found)


def _why_never(hotspot: Hotspot, week: Week) -> str:
    """Why no shift of the week could make a visit."""
    if not may_be_visited(hotspot, week.release):
        return phrase("Peers decided not to go there this week.")
    if not week.shifts:
        return phrase("No team has a shift this week.")
    by_team: dict[str, set[str]] = {}
    open_to = []
    for shift in week.shifts:
        if no := refusals(hotspot, shift, week.release):
            by_team.setdefault(shift.team.code, set()).update(no)
        else:
            open_to.append(shift)
    if not open_to:
        return _nobody_may(by_team)
    needed = week.demands[hotspot.code]
    needed_s = needed.service_s - needed.last_mile_s
    times = [end - begin for shift in open_to for begin, end in meeting_times(hotspot, shift)]
    if not any(time >= timedelta(seconds=needed_s) for time in times):
        return plural(
            "People are there {hours}; no shift on which a team may go ({teams}) overlaps that by "
            "the {count} minute that a visit takes.",
            "People are there {hours}; no shift on which a team may go ({teams}) overlaps that by "
            "the {count} minutes that a visit takes.",
            needed_s // 60,
            hours=opening_hours(hotspot.hours.text),
            teams=together(sorted({shift.team.code for shift in open_to})),
        )
    return phrase("Its days this week are fewer than the visits due.")


def _nobody_may(by_team: dict[str, set[str]]) -> str:
    """What keeps every team away: what is true of all of them first, then by what it is."""
    common = set.intersection(*by_team.values())
    if common:
        return phrase("No team may go there: {why}.", why=series(sorted(common)))
    teams: dict[str, list[str]] = {}
    for team, reasons in sorted(by_team.items()):
        for reason in reasons:
            teams.setdefault(reason, []).append(team)
    told = [
        phrase("{why} ({teams})", why=reason, teams=together(own))
        for reason, own in sorted(teams.items())
    ]
    return phrase("No team may go there: {why}.", why=series(told))


def _why_impossible(week: Week, problem: RoutingProblem, client: int) -> str:
    """Which limit keeps every shift from making the visit, even alone."""
    one = problem.clients[client]
    tried = [(vehicle, alone(problem, vehicle, one)) for vehicle in sorted(one.vehicles)]
    texts: dict[str, set[str]] = {}
    for vehicle, found in tried:
        text = _hindered(week, problem, vehicle, found, one.service_s)
        texts.setdefault(text, set()).add(problem.vehicles[vehicle].name)
    told = [
        phrase("{teams}: {why}.", teams=together(sorted(teams)), why=text)
        for text, teams in sorted(texts.items())
    ]
    return sentences([phrase("No shift could make it even with no other visit."), *told])


def _hindered(
    week: Week, problem: RoutingProblem, vehicle: int, found: Alone, service_s: int
) -> str:
    one = problem.vehicles[vehicle]
    mode = _MODES[week.shifts[vehicle].team.mode]
    if found.hindrance is Hindrance.NO_WAY:
        return phrase("there is no way {by} on open streets", by=mode)
    if found.hindrance is Hindrance.LOAD:
        return phrase("a visit gives more than it can carry")
    if found.hindrance is Hindrance.DISTANCE:
        limit = (one.max_distance_m or 0) / 1000
        return phrase(
            "the way there and back is {length} km, and it may go {limit}",
            length=number(found.metres / 1000, 1),
            limit=number(limit),
        )
    if found.hindrance is Hindrance.EXPOSURE:
        limit = (one.max_exposure or 0) / 60
        return phrase(
            "it would be exposed for {minutes} weighted minutes in risk zones, and {limit} are the "
            "limit",
            minutes=number(found.exposure / 60),
            limit=number(limit),
        )
    return plural(
        "the way there and back, the visit of {count} minute and the break do not fit between the "
        "hours of the place and the end of the shift",
        "the way there and back, the visit of {count} minutes and the break do not fit between the "
        "hours of the place and the end of the shift",
        service_s // 60,
    )


def _why_missing(
    week: Week,
    problem: RoutingProblem,
    solution: Solution,
    client: int,
    found: Solution | None,
) -> str:
    """Why a visit that some shift could make was left out: what planning it by force does."""
    one = problem.clients[client]
    if found is None or client in found.left_out:
        return least_told(problem, solution, client)
    change = compare(solution, found, week.visits, week.visits)
    team = next(
        problem.vehicles[route.vehicle].name
        for route in found.routes
        for activity in route.activities
        if activity.client == client
    )
    dropped = [code for code in change.dropped if code != one.name]
    if solution_of(problem, found.routes).cost < solution.cost:
        return phrase(
            "{team} could make it; a longer search ({setting}) would plan it.",
            team=team,
            setting="routing.iterations",
        )
    extra = told_minutes(change.extra_s)
    if dropped and change.extra_s > 0:
        return phrase(
            "It would cost {team} {time} and drop {others} of more need.",
            team=team,
            time=extra,
            others=told_others(dropped),
        )
    if dropped:
        return phrase("It would drop {others} of more need.", others=told_others(dropped))
    # What is over the minutes are exposure, a team that is new, hours beyond the fair share.
    total = solution_of(problem, found.routes).cost - solution.cost + one.prize
    beside = total - change.extra_s
    worth = round(one.prize / 60)
    if beside >= 60:
        return phrase(
            "It would cost {team} {time}, and {more} for risk, habits and fair shares: more than "
            "the {worth} that the visit is worth.",
            team=team,
            time=extra,
            more=told_minutes(beside),
            worth=worth,
        )
    return phrase(
        "It would cost {team} {time}: more than the {worth} that the visit is worth.",
        team=team,
        time=extra,
        worth=worth,
    )

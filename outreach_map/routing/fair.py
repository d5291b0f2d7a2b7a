"""Hours and risky stops shared out among teams, over the last four rounds.

A first plan shows what is short; then hours beyond a team's fair share cost more, and so do risky
stops of teams that had more than theirs. Teams are compared by the hours of their shifts, so that
who works fewer evenings is not sent out for longer. Hard limits would drop visits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from outreach_map.history import ROUNDS, Past
from outreach_map.routing.demand import PRIZE_MUST
from outreach_map.routing.problem import Client, RoutingProblem, Window
from outreach_map.routing.solution import Solution
from outreach_map.routing.week import Week

# A stop more than the fair share is a matter of rounding.
_SLACK_STOPS = 0.5
# A visit and the way to it hardly take longer.
_LONGEST_S = 3600


@dataclass(frozen=True)
class Load:
    """Of each team by code: seconds out, seconds of shifts, and risky stops."""

    out_s: dict[str, float]
    shift_s: dict[str, float]
    risky: dict[str, float]

    @property
    def largest_use(self) -> float:
        """Largest share of its shift hours that a team is out, 0 to 1."""
        return max(
            (self.out_s.get(team, 0.0) / hours for team, hours in self.shift_s.items() if hours),
            default=0.0,
        )

    @property
    def largest_risk(self) -> float:
        """Largest share of all risky stops that one team has, 0 to 1; 0 where there are none."""
        total = sum(self.risky.values())
        return max(self.risky.values(), default=0.0) / total if total else 0.0


def load_before(week: Week, past: Past) -> Load:
    """Load of the week's teams in the three rounds before it."""
    out: dict[str, float] = defaultdict(float)
    shifts: dict[str, float] = defaultdict(float)
    risky: Counter[str] = Counter()
    for tour in past.before(week.release.start, ROUNDS - 1).tours:
        out[tour.team] += tour.out_s
        shifts[tour.team] += tour.shift_s
        risky[tour.team] += sum(stop.risky for stop in tour.stops if stop.kind == "visit")
    # A team that no longer goes out has no share.
    now = sorted({shift.team.code for shift in week.shifts})
    return Load(*({team: float(each[team]) for team in now} for each in (out, shifts, risky)))


def load_of(week: Week, solution: Solution, past: Past) -> Load:
    """Load of the teams in a plan and in the three rounds before it."""
    load = load_before(week, past)
    out: dict[str, float] = dict(load.out_s)
    shifts: dict[str, float] = dict(load.shift_s)
    risky: dict[str, float] = dict(load.risky)
    for shift in week.shifts:
        shifts[shift.team.code] += (shift.end - shift.begin).total_seconds()
    for route in solution.routes:
        team = week.problem.vehicles[route.vehicle].name
        out[team] += float(route.out_s)
        risky[team] += sum(
            is_risky(week.problem, activity.place, route.vehicle)
            for activity in route.activities
            if activity.client is not None
        )
    return Load(out, shifts, risky)


def is_risky(problem: RoutingProblem, place: int, vehicle: int) -> bool:
    """Whether a place may lie in a risk zone that is in force on a shift."""
    weights = problem.stop_weights
    return bool(weights) and bool(weights[problem.vehicles[vehicle].profile][place])


def share_out(week: Week, plain: Solution, past: Past) -> RoutingProblem:
    """The week's problem with prices on what goes beyond a fair share.

    Parameters
    ----------
    week
        The week as it is.
    plain
        A plan of it without prices: how much there is to share.
    past
        Earlier rounds.
    """
    load = load_of(week, plain, past)
    problem = week.problem
    if week.preferences.fair_hours_price:
        problem = _fair_hours(week, problem, load, load_before(week, past))
    if week.preferences.fair_risk_s:
        problem = _fair_risk(week, problem, load)
    return _kept(week, problem, plain)


def keeping(problem: RoutingProblem, plain: Solution) -> RoutingProblem:
    """The problem in which every visit of a plan has to be made: to share out drops none.

    Parameters
    ----------
    problem
        From `share_out`.
    plain
        The plan that it was shared out from; it is a plan of this problem too.
    """
    left_out = set(plain.left_out)
    clients = tuple(
        replace(client, required=client.required or number not in left_out)
        for number, client in enumerate(problem.clients)
    )
    return replace(problem, clients=clients)


def _kept(week: Week, problem: RoutingProblem, plain: Solution) -> RoutingProblem:
    """Visits of the plan without prices are worth more, so that what is asked keeps them too."""
    bonus = _LONGEST_S * week.preferences.fair_hours_price + week.preferences.fair_risk_s
    left_out = set(plain.left_out)
    clients = tuple(
        client
        if number in left_out
        else replace(client, prize=max(client.prize, min(client.prize + bonus, PRIZE_MUST - 1)))
        for number, client in enumerate(problem.clients)
    )
    return replace(problem, clients=clients)


def _fair_hours(week: Week, problem: RoutingProblem, load: Load, earlier: Load) -> RoutingProblem:
    """What is left of each team's fair share after earlier rounds, by the length of its shifts."""
    total = sum(load.shift_s.values())
    use = sum(load.out_s.values()) / total if total else 0.0
    vehicles = []
    for shift, vehicle in zip(week.shifts, problem.vehicles, strict=True):
        team = shift.team.code
        left_s = max(use * load.shift_s[team] - earlier.out_s[team], 0.0)
        length_s = (shift.end - shift.begin).total_seconds()
        share = length_s / (load.shift_s[team] - earlier.shift_s[team])
        vehicles.append(
            replace(
                vehicle,
                fair_s=int(min(left_s * share, length_s)),
                overtime_price=week.preferences.fair_hours_price,
            )
        )
    return replace(problem, vehicles=tuple(vehicles))


def _fair_risk(week: Week, problem: RoutingProblem, load: Load) -> RoutingProblem:
    hours, stops = sum(load.shift_s.values()), sum(load.risky.values())
    if not hours or not stops:
        return problem
    over = {
        team
        for team, own in load.risky.items()
        if own - stops * load.shift_s[team] / hours > _SLACK_STOPS
    }
    burdened = frozenset(
        number for number, vehicle in enumerate(problem.vehicles) if vehicle.name in over
    )
    return replace(
        problem,
        clients=tuple(
            _priced(problem, client, burdened, week.preferences.fair_risk_s)
            for client in problem.clients
        ),
    )


def _priced(
    problem: RoutingProblem, client: Client, burdened: frozenset[int], price: int
) -> Client:
    """A client whose risky windows cost more for teams over their share, if others may go."""
    risky = {v for v in client.vehicles if is_risky(problem, client.place, v)}
    if not risky & burdened or not client.vehicles - burdened:
        return client
    windows = []
    for window in client.windows:
        dear = window.vehicles & burdened & risky
        for who, extra in ((window.vehicles - dear, 0), (dear, price)):
            if who:
                windows.append(Window(window.early_s, window.late_s, who, window.penalty + extra))
    return replace(client, windows=tuple(windows))

"""The route search: published instances, made-up evenings, a city's week, and how it grows.

    python -m benchmarks.routing [PROGRAMME] [--seconds 1 10 30] [--seeds 5] [--only PART]
        [--json FILE]

PARTS: instances, evenings, week, growth. Rivals (PyVRP by its defaults, OR-Tools, VROOM through
pyvroom) run on the same problems in the same run for 10 seconds, where they are installed; they are
no dependencies. All of a machine's cores may be in use by others: compare figures of one run.

All plans are judged alike: by our prices and by the checker, after whatever breaks a rule is
dropped (`benchmarks.repair`). Every visit that is due costs at least the lesser of its prize and
the time that it takes, whoever plans it; "beyond what no plan can avoid" leaves that sum away on
both sides, and is told beside the whole.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import mean

from benchmarks import made_up
from benchmarks.instances import BEST_KNOWN, REFERENCE, read
from benchmarks.rival_routes import by_hand, or_tools, pyvrp_defaults, vroom
from benchmarks.table import Row, show
from outreach_map.history import Past
from outreach_map.routing import RoutingProblem, Solution, check_solution, solve
from outreach_map.routing.fair import Load, keeping, load_of, share_out
from outreach_map.routing.preferences import Preferences
from outreach_map.routing.week import Week, build_week
from outreach_map.settings import RoutingSettings

SOLOMON = ("R112.txt", "RC208.txt", "C104.txt")
RIVAL_S = 10.0
# Those that gain by more than ten seconds.
LONG = ("R1_2_4.txt",)
# None of them was looked at while the search was tuned.
EVENINGS = (201, 202, 203, 204)
ROUND = date(2026, 11, 23)
# Minutes that one beyond a team's fair share of hours costs.
FAIR_PRICES = (1, 2, 4)
Rival = Callable[[RoutingProblem, float, int], Solution | None]
RIVALS: dict[str, Rival] = {
    "PyVRP defaults": pyvrp_defaults,
    "OR-Tools": or_tools,
    "VROOM": vroom,
}
NEEDS = {"OR-Tools": "ortools", "VROOM": "vroom"}


def rivals() -> dict[str, Rival]:
    """Those that are installed; the others are named."""
    found = {}
    for name, run in RIVALS.items():
        if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
            print(f"{name} is left out: it is not installed")
        else:
            found[name] = run
    return found


def ours(problem: RoutingProblem, seconds: float, seed: int) -> tuple[Solution, float]:
    """A checked solution, and seconds from the call to the answer."""
    began = time.perf_counter()
    solution = solve(problem, seed=seed, seconds=seconds)
    spent = time.perf_counter() - began
    faults = check_solution(problem, solution)
    if faults:
        raise AssertionError(faults[0])
    return solution, spent


def instances(seconds: Sequence[float], seeds: int) -> list[Row]:
    """Gaps to the best known costs."""
    rows = []
    for budget in seconds:
        gaps: dict[str, float] = {}
        for name, best in BEST_KNOWN.items():
            if budget > RIVAL_S and name not in LONG:
                continue
            problem = read(REFERENCE / name).problem()
            costs = [ours(problem, budget, seed)[0].cost for seed in range(seeds)]
            gaps[name] = 100 * (mean(costs) / best - 1)
            rows.append(_gap(f"{name}, {budget:g} s", gaps[name], name, budget))
            for rival, run in rivals().items() if budget == RIVAL_S else ():
                other = run(problem, budget, 0)
                if other is not None:
                    gap = 100 * (other.cost / best - 1)
                    rows.append(Row(f"{name}, {budget:g} s: {rival}", gap, "%"))
        if budget > RIVAL_S:
            continue
        together = mean(gaps[name] for name in SOLOMON)
        label = f"Solomon, {budget:g} s, mean"
        rows.append(
            Row.at_most(label, together, "%", 0.2) if budget == 10 else Row(label, together, "%")
        )
    return rows


def _gap(label: str, gap: float, name: str, budget: float) -> Row:
    reach = {"R1_2_4.txt": (30, 0.5), "R201R0.5.vrp": (10, 0.5)}.get(name)
    if reach is not None and reach[0] == budget:
        return Row.at_most(label, gap, "%", reach[1])
    return Row(label, gap, "%")


def city(folder: Path) -> Week:
    """The week of a programme folder."""
    # Here, so that the other parts need no programme.
    from outreach_map import load_programme
    from outreach_map.planning import read_city
    from outreach_map.privacy import release

    programme = load_programme(folder)
    extract = read_city(programme)
    return build_week(release(programme, ROUND, extract), extract)


def week(folder: Path, seconds: Sequence[float], seeds: int) -> list[Row]:
    """A city's week: against a coordinator by hand, VROOM and OR-Tools, and fair shares."""
    whole = city(folder)
    # Prizes, time, exposure and limits; breaks are the base's alone, as the rivals have them.
    problem = whole.problem
    rows = []
    hand = by_hand(problem)
    best = min(ours(problem, 30, seed)[0].cost for seed in range(2))
    means: dict[float, float] = {}
    for budget in seconds:
        found = [ours(problem, budget, seed) for seed in range(seeds)]
        costs = [solution.cost for solution, _ in found]
        best = min(best, *costs)
        means[budget] = mean(costs)
        late = max(spent for _, spent in found) - budget
        rows.append(Row.at_most(f"week, {budget:g} s: longest beyond the budget", late, "s", 1.0))
        rows.append(Row(f"week, {budget:g} s: prize lost and seconds, mean", means[budget], "s"))
        if budget == 10:
            best_of = min((solution for solution, _ in found), key=lambda one: one.cost)
            rows += _against_hand(problem, best_of, hand)
            rows += _against_rivals("week", [problem], [means[budget]])
    if 1 in means:
        gap = 100 * (means[1] / best - 1)
        rows.append(Row.at_most("week, 1 s: above the best known", gap, "%", 3.0))
    return rows + _fairness(whole)


def evenings(seeds: int) -> list[Row]:
    """Evenings with more visits than they hold: at 1 and 10 seconds against the rivals."""
    problems = [made_up.evening(seed) for seed in EVENINGS]
    costs = {
        budget: [mean(ours(p, budget, seed)[0].cost for seed in range(seeds)) for p in problems]
        for budget in (1.0, RIVAL_S)
    }
    rows = [
        Row(f"evenings, {budget:g} s: prize lost and seconds, mean", mean(own), "s")
        for budget, own in costs.items()
    ]
    return rows + _against_rivals("evenings", problems, costs[RIVAL_S])


def _against_rivals(
    label: str, problems: Sequence[RoutingProblem], own: Sequence[float]
) -> list[Row]:
    """How much better our mean costs are than the rivals', of all and beyond the unavoidable."""
    floor = sum(min(c.service_s, c.prize) for p in problems for c in p.clients)
    rows = []
    for rival, run in rivals().items():
        plans = [run(problem, RIVAL_S, 0) for problem in problems]
        if any(plan is None for plan in plans):
            continue
        for plan, problem in zip(plans, problems, strict=True):
            if plan is not None and check_solution(problem, plan):
                raise AssertionError(f"the plan of {rival} breaks a rule")
        theirs = sum(plan.cost for plan in plans if plan is not None)
        name = f"{label}, {RIVAL_S:g} s: better than {rival}"
        better, beyond = (100 * (1 - (sum(own) - off) / (theirs - off)) for off in (0, floor))
        rows.append(
            Row.at_least(name, better, "%", 8.0) if rival in NEEDS else Row(name, better, "%")
        )
        rows.append(Row(f"{name}, beyond what no plan can avoid", beyond, "%"))
    return rows


def _against_hand(problem: RoutingProblem, found: Solution, hand: Solution) -> list[Row]:
    own, theirs = _travel(problem, found), _travel(problem, hand)
    visits = [len(problem.clients) - len(one.left_out) for one in (found, hand)]
    # The same visits and no others, so that less travel is not less work.
    made = {a.client for route in hand.routes for a in route.activities if a.client is not None}
    clients = tuple(
        client if index in made else replace(client, windows=())
        for index, client in enumerate(problem.clients)
    )
    same, _ = ours(replace(problem, clients=clients), 10, 0)
    less = 100 * (1 - _travel(problem, same)[0] / theirs[0])
    lost = [sum(problem.clients[i].prize for i in one.left_out) for one in (found, hand)]
    total = sum(client.prize for client in problem.clients)
    return [
        Row.at_least("week: less travel than by hand, its visits", less, "%", 15),
        Row("week: of its visits left out", len(same.left_out) - len(hand.left_out), "visits"),
        Row("week: minutes travelled", own[0] / 60, "min"),
        Row("week: minutes travelled by hand", theirs[0] / 60, "min"),
        Row("week: need met", 100 * (1 - lost[0] / total), "%"),
        Row.at_least(
            "week: need met beyond that by hand", 100 * (lost[1] - lost[0]) / total, "%", 0
        ),
        Row("week: visits", visits[0], "visits"),
        Row("week: visits by hand", visits[1], "visits"),
        Row("week: exposure", own[1] / 60, "weighted min"),
        Row("week: exposure by hand", theirs[1] / 60, "weighted min"),
    ]


def _travel(problem: RoutingProblem, solution: Solution) -> tuple[float, float]:
    """Seconds on the way, and exposure on the way and at stops."""
    way = exposure = 0
    for route in solution.routes:
        profile = problem.vehicles[route.vehicle].profile
        places = [activity.place for activity in route.activities]
        for a, b in pairwise(places):
            way += int(problem.durations_s[profile][a, b])
            exposure += int(problem.exposures[profile][a, b])
        for activity in route.activities:
            if activity.client is not None:
                weight = int(problem.stop_weights[profile][activity.place])
                exposure += weight * (activity.leave_s - activity.begin_s) // 100
    return float(way), float(exposure)


def _fairness(whole: Week) -> list[Row]:
    """The largest load of a team beside the plan without prices for it, and what that costs.

    At the price that programmes have if they say nothing, and as hours beyond a fair share cost
    more.
    """
    plain = solve(whole.problem, iterations=15_000)
    before = load_of(whole, plain, Past())
    out_s = sum(route.out_s for route in plain.routes)
    rows = [
        Row("fair shares: largest use of shift hours, without", 100 * before.largest_use, "%"),
        Row("fair shares: most risky stops of a team, without", _most(before), "stops"),
    ]
    for price in FAIR_PRICES:
        weighs = replace(whole.preferences, fair_hours_price=price)
        priced = share_out(replace(whole, preferences=weighs), plain, Past())
        shared = solve(keeping(priced, plain), iterations=15_000, start=plain)
        after = load_of(whole, shared, Past())
        more_s = sum(route.out_s for route in shared.routes) - out_s
        label = "fair shares" if price == Preferences().fair_hours_price else f"price {price}"
        most = 100 * before.largest_use
        rows += [
            Row.at_most(f"{label}: largest use of shift hours", 100 * after.largest_use, "%", most),
            Row.at_most(f"{label}: most risky stops of a team", _most(after), "stops",
                        _most(before)),
            Row(f"{label}: what they cost", more_s / 60, "min out"),
            Row(f"{label}: visits more", len(plain.left_out) - len(shared.left_out), "visits"),
        ]  # fmt: skip
    return rows


def _most(load: Load) -> float:
    return max(load.risky.values(), default=0.0)


def growth(sizes: Iterable[int] = (20, 50, 100, 200, 500, 1000)) -> list[Row]:
    """Seconds and memory of the usual iterations as a made-up week grows."""
    iterations = RoutingSettings().iterations
    rows = []
    for size in sizes:
        problem = made_up.week(size)
        began = time.perf_counter()
        solution = solve(problem, iterations=iterations)
        spent = time.perf_counter() - began
        if check_solution(problem, solution):
            raise AssertionError("the plan breaks a rule")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        largest = size == 1000
        label = f"{size} visits, {iterations:,} iterations"
        rows.append(Row.at_most(label, spent, "s", 120) if largest else Row(label, spent, "s"))
        memory = f"{size} visits: memory of the search so far"
        rows.append(Row.at_most(memory, peak, "GB", 2) if largest else Row(memory, peak, "GB"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programme", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, nargs="+", default=[1, 10, 30])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=["instances", "evenings", "week", "growth"])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows: list[Row] = []
    if given.only in (None, "instances") and REFERENCE.is_dir():
        rows += instances(given.seconds, given.seeds)
    if given.only in (None, "evenings"):
        rows += evenings(min(given.seeds, 3))
    if given.only in (None, "week") and given.programme is not None:
        rows += week(given.programme, given.seconds, given.seeds)
    if given.only in (None, "growth"):
        rows += growth()
    show("Routes", [replace(row, value=float(row.value)) for row in rows], given.json)


if __name__ == "__main__":
    main()

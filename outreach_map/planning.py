"""The whole flow on one screen: from a programme folder to a plan for one round.

::

    programme folder -> intake -> privacy gate -> network -> routing  -> layers -> publish
                        (raw)     (released)              -> coverage
                                                          -> risk

`release` is the gate. It takes the programme's paths and hands out released records, so nothing
below the line that calls it can see a raw coordinate, note, exact count or id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from outreach_map import hours
from outreach_map.coverage import Standards, TeamVisit, assess_coverage
from outreach_map.errors import Problem, ProgrammeError, Severity
from outreach_map.history import Past, read_past, write_past
from outreach_map.network import StreetExtract, add_slopes, read_extract
from outreach_map.privacy import (
    ACCOUNT,
    Change,
    Sheet,
    accept_results,
    find_problems,
    passphrase_of,
    public_code,
    release,
    review_register,
    rotate_key,
    team_passphrases,
    write_codes,
    write_review,
)
from outreach_map.programme import Programme
from outreach_map.publish import Plan
from outreach_map.risk import (
    City,
    RoundRecord,
    TimedLeg,
    TimedStop,
    flag_risks,
    naloxone_reach,
)
from outreach_map.routing import (
    Preferences,
    Replanned,
    RoutePlan,
    StopKind,
    plan_routes,
    replaced,
    replan_shift,
    tours_of,
)
from outreach_map.tables import Mode, Release

Progress = Callable[[str], None]


def plan_round(
    programme: Programme,
    start: date,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    notice: Progress | None = None,
    cache: bool = True,
) -> Plan:
    """Plan one round (a week) of a programme.

    Parameters
    ----------
    programme
        From `load_programme`.
    start
        The Monday on which the round starts.
    seed
        Seed of the route search; the same input and seed give the same plan.
    progress
        Called with the name of each stage as it starts.
    notice
        Told what the planner should know of this round: warnings, what waits; without it
        `progress` is told.
    cache
        Whether the streets may be taken from, and kept in, `.streets-cache` beside the extract.

    Returns
    -------
    Plan
        Everything that the pages are made from; released records only.

    Raises
    ------
    ProgrammeError, InputError, ExtractError, PrivacyError, RoutingError
        See `outreach_map.errors`; nothing has been written then.
    """
    say = progress or (lambda _: None)
    require_monday(start)
    programme.require_legal()

    say("reading streets")
    extract = read_city(programme, cache=cache)
    say("passing the privacy gate")
    released = release(programme, start, extract, notice=notice or say)
    private = programme.folder / "private"
    past = read_past(private)
    plan = plan_released(programme, released, extract, past=past, seed=seed, progress=say)
    write_past(private, past.with_round(start, tours_of(released, plan.routes)))
    return replace(plan, passphrases=lock(programme, released, notice=notice or say))


def plan_released(
    programme: Programme,
    released: Release,
    extract: StreetExtract,
    *,
    past: Past,
    seed: int = 0,
    progress: Progress,
) -> Plan:
    """Plan from released records, `past` rounds included: everything right of the gate."""
    progress("planning routes")
    routes = plan_routes(
        released,
        extract,
        iterations=programme.routing.iterations,
        seed=seed,
        past=past,
        preferences=Preferences.of(programme.routing),
        progress=progress,
    )
    progress("measuring coverage")
    walk = extract.networks[Mode.WALK]
    coverage = assess_coverage(released, walk, standards_of(programme), team_visits(routes))
    progress("flagging risks")
    legs, stops = timetable(routes)
    city = city_of(programme, released, extract)
    naloxone = naloxone_reach(released, city, programme.risk, stops)
    flags = flag_risks(
        released,
        city,
        programme.risk,
        legs=legs,
        stops=stops,
        earlier=earlier_rounds(past, released.start),
        naloxone=naloxone,
    )
    return Plan(
        programme_name=programme.name,
        invented=programme.invented,
        privacy=programme.privacy,
        census=programme.files.population is not None,
        walk_min=programme.coverage.walk_min,
        contacts=programme.contacts,
        start=released.start,
        release=released,
        basemap=extract.basemap,
        routes=routes,
        coverage=coverage,
        flags=flags,
        naloxone=naloxone,
        rules=programme.risk,
    )


def earlier_rounds(past: Past, start: date) -> list[RoundRecord]:
    """Who was visited when in the rounds before one, as the risk flags read it."""
    rounds: dict[date, list[tuple[str, datetime]]] = {}
    for tour in past.before(start).tours:
        rounds.setdefault(tour.round, []).extend(
            (stop.code, stop.begin)
            for stop in tour.stops
            if stop.kind == StopKind.VISIT and stop.code is not None
        )
    return [RoundRecord(when, tuple(sorted(visits))) for when, visits in sorted(rounds.items())]


def city_of(programme: Programme, released: Release, extract: StreetExtract) -> City:
    """Streets, hospitals and the sun of a programme's place, for the flags."""
    hospitals = [(poi.lon, poi.lat) for poi in extract.basemap.pois if poi.kind == "hospital"]
    return City(
        extract.networks,
        np.array(hospitals, dtype=np.float64).reshape(-1, 2),
        hours.Place.around(released.study_area.bounds, programme.timezone),
    )


def replan(
    programme: Programme,
    start: date,
    *,
    team: str,
    now: datetime,
    drop: Sequence[str] = (),
    seed: int = 0,
    cache: bool = True,
) -> Replanned:
    """Plan the rest of a team's shift again; what is done stays. The record is brought up to it.

    Parameters
    ----------
    programme, start, seed, cache
        As in `plan_round`; the round has to have been planned.
    team
        Code of the team, or its id in the planner's file.
    now
        When the change comes.
    drop
        Codes or ids of hotspots that are not visited any more.

    Raises
    ------
    ProgrammeError, InputError, ExtractError, PrivacyError, RoutingError
        See `outreach_map.errors`; nothing is changed then.
    """
    require_monday(start)
    extract = read_city(programme, cache=cache)
    released = release(programme, start, extract)
    private = programme.folder / "private"
    past = read_past(private)
    code = public_code(programme, "T", team) or team
    found = replan_shift(
        released,
        extract,
        past,
        team=code,
        now=now,
        drop=[public_code(programme, "H", each) or each for each in drop],
        seed=seed,
        preferences=Preferences.of(programme.routing),
    )
    write_past(private, replaced(past, found, code, now))
    return found


def standards_of(programme: Programme) -> Standards:
    """What counts as reached and as enough."""
    return Standards(
        walk_s=programme.coverage.walk_min * 60.0,
        syringes_per_person_year=programme.coverage.syringes_per_person_year,
    )


def read_city(programme: Programme, *, cache: bool = True) -> StreetExtract:
    """Streets of a programme, with slopes where it names an elevation raster."""
    extract = read_extract(programme.streets, ferries=programme.routing.ferries, cache=cache)
    return extract if programme.elevation is None else add_slopes(extract, programme.elevation)


def lock(programme: Programme, released: Release, *, notice: Progress) -> dict[str, str]:
    """Passphrases of the team pages by code; a new one is told, once."""
    if not programme.maps.lock:
        return {}
    phrases, fresh = team_passphrases(programme.folder, [team.code for team in released.teams])
    for code in fresh:
        notice(f"passphrase of team {code}: {phrases[code]}")
    if fresh:
        notice(
            "give each team its own by word of mouth, never with the file; "
            "outreach-map key passphrase shows one again"
        )
    return phrases


def check_programme(programme: Programme, *, cache: bool = True) -> tuple[Problem, ...]:
    """List every problem in a programme's files, warnings included, without planning."""
    found = find_problems(programme, read_city(programme, cache=cache))
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
    rotate_key(programme.folder, programme.privacy.widest_m)
    return ACCOUNT


def list_codes(programme: Programme) -> int:
    """Write which code is which row to `private/codes.csv`; how many have one."""
    return write_codes(programme)


def passphrase(programme: Programme, team: str, *, renew: bool = False) -> str:
    """The passphrase of a team's pages by its code; a new one on request."""
    return passphrase_of(programme.folder, team, renew=renew)


def review_risks(
    programme: Programme, on: date, out: Path | None = None
) -> tuple[Sheet, tuple[Path, Path]]:
    """What needs the peers' meeting on a day, and the sheet and the form that were written."""
    sheet = review_register(programme, on)
    return sheet, write_review(programme, sheet, out)


def accept_risks(programme: Programme, results: Path, today: date) -> tuple[Change, ...]:
    """Write what the peers' meeting decided into the register."""
    return accept_results(programme, results, today)


def timetable(routes: RoutePlan) -> tuple[list[TimedLeg], list[TimedStop]]:
    """Legs and stops of a plan with their times, as the risk flags read them."""
    legs: list[TimedLeg] = []
    stops: list[TimedStop] = []
    for tour in routes.itineraries:
        for leg, before, after in zip(tour.legs, tour.stops, tour.stops[1:], strict=False):
            legs.append(TimedLeg(tour.team, before.leave, after.arrive, leg.lon_lat, tour.mode))
        stops += [
            TimedStop(tour.team, stop.code, stop.begin, stop.leave)
            for stop in tour.stops
            if stop.kind is StopKind.VISIT and stop.code is not None
        ]
    return legs, stops


def team_visits(routes: RoutePlan) -> list[TeamVisit]:
    """Stops of a plan at hotspots, as coverage counts them."""
    return [
        TeamVisit(tour.team, stop.code, stop.begin, stop.leave, stop.give)
        for tour in routes.itineraries
        for stop in tour.visits
        if stop.code is not None
    ]


def require_monday(start: date) -> None:
    """Reject a round that does not start on a Monday (ProgrammeError)."""
    if start.weekday():
        monday = start - timedelta(days=start.weekday())
        raise ProgrammeError(
            f"A round is a week and starts on a Monday; {start} is a {start:%A}.",
            where="--round",
            mend=f"Take {monday} or {monday + timedelta(days=7)}.",
        )

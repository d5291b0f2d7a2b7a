"""The whole flow on one screen: from a programme folder to a plan for one round.

::

    programme folder -> intake -> privacy gate -> network -> routing  -> layers -> publish
                        (raw)     (released)              -> coverage
                                                          -> risk

`release` is the gate. It takes the programme's paths and hands out released records, so nothing
below the line that calls it can see a raw coordinate, note, exact count or id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from outreach_map.asked import read_asked
from outreach_map.coverage import Standards, assess_coverage
from outreach_map.errors import ProgrammeError
from outreach_map.handover import city_of, earlier_rounds, gap_steps, team_visits, timetable
from outreach_map.history import Past, read_past, write_past
from outreach_map.language import language_of
from outreach_map.network import StreetExtract, add_slopes, read_extract
from outreach_map.privacy import (
    Confidential,
    public_code,
    release,
    team_passphrases,
    working_alone,
)
from outreach_map.programme import Programme
from outreach_map.publish import Plan, publish_round
from outreach_map.risk import flag_risks, naloxone_reach, ways_out
from outreach_map.routing import (
    Preferences,
    Replanned,
    plan_routes,
    replaced,
    replan_shift,
    tours_of,
)
from outreach_map.settings import Passphrase
from outreach_map.tables import Mode, Release, Team

__all__ = ["alone", "make_maps", "plan_round", "read_city", "replan", "standards_of"]

Progress = Callable[[str], None]


def plan_round(
    programme: Programme,
    start: date,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    notice: Progress | None = None,
    secret: Progress | None = None,
    cache: bool = True,
    today: date | None = None,
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
    secret
        Told what nobody but the planner may read: each new passphrase, and what a `Confidential`
        notice of the gate says. Without it `notice` is told.
    cache
        Whether the streets may be taken from, and kept in, `.streets-cache` beside the extract.
    today
        Visits after that day are a slip, and not counted; without it no clock counts.

    Returns
    -------
    Plan
        Everything that the pages are made from; released records only.

    Raises
    ------
    ProgrammeError, InputError, ExtractError, PrivacyError, RoutingError, BusyError
        See `outreach_map.errors`; nothing has been written then.
    """
    say = progress or (lambda _: None)
    require_monday(start)
    programme.require_legal()

    say("reading streets")
    extract = read_city(programme, cache=cache)
    with working_alone(programme.folder):
        private = programme.folder / "private"
        # Before the gate writes anything: a record that is damaged stops the plan.
        past = read_past(private)
        say("passing the privacy gate")

        def tell(line: str) -> None:
            (secret if secret and isinstance(line, Confidential) else notice or say)(line)

        released = release(programme, start, extract, notice=tell, today=today)
        plan = plan_released(programme, released, extract, past=past, seed=seed, progress=say)
        kept = past.with_round(start, tours_of(released, plan.routes))
        write_past(private, kept.with_gaps(start, gap_steps(plan.coverage)))
        for sentence in languages_told(plan):
            (notice or say)(sentence)
        phrases = lock(programme, released, notice=secret or notice or say)
        return replace(plan, passphrases=phrases)


def alone(programme: Programme, *, wait_s: float = 0.0) -> AbstractContextManager[None]:
    """Keep other commands out of a programme's folder for a while (BusyError after `wait_s`)."""
    return working_alone(programme.folder, wait_s=wait_s)


def make_maps(
    programme: Programme,
    start: date,
    directory: Path,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    notice: Progress | None = None,
    secret: Progress | None = None,
    cache: bool = True,
    today: date | None = None,
) -> tuple[Plan, list[Path]]:
    """Plan a round and publish it, with the programme's folder to itself all the while.

    Parameters
    ----------
    programme, start, seed, progress, notice, secret, cache, today
        As in `plan_round`.
    directory
        Folder of the round's files.

    Returns
    -------
    The plan, and the paths of its files.

    Raises
    ------
    ProgrammeError, InputError, ExtractError, PrivacyError, RoutingError, BusyError, PublishError
        See `outreach_map.errors`; what was published before stays.
    """
    with alone(programme):
        plan = plan_round(
            programme,
            start,
            seed=seed,
            progress=progress,
            notice=notice,
            secret=secret,
            cache=cache,
            today=today,
        )
        if progress:
            progress("writing maps")
        return plan, publish_round(plan, directory)


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
        ways_out=ways_out(released, city, programme.risk, stops),
        rights=programme.maps.rights,
        rules=programme.risk,
        language=language_of(programme.maps.language),
        exports=frozenset(programme.maps.exports),
        team_languages={
            team.code: language_of(team.page_language)
            for team in released.teams
            if team.page_language
        },
        before=past.gaps_before(released.start),
        # An answer may know hotspots that come out with its own round, so no earlier map tells it.
        asked=tuple(
            one for one in read_asked(programme.folder / "private") if one.round <= released.start
        ),
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
    ProgrammeError, InputError, ExtractError, PrivacyError, RoutingError, BusyError
        See `outreach_map.errors`; nothing is changed then.
    """
    require_monday(start)
    extract = read_city(programme, cache=cache)
    with working_alone(programme.folder):
        released = release(programme, start, extract, today=now.date())
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
    phrases, fresh = team_passphrases(
        programme.folder,
        [team.code for team in released.teams],
        digits={team.code for team in released.teams if _opens_by_digits(programme, team)},
    )
    for code in fresh:
        notice(f"passphrase of team {code}: {phrases[code]}")
    if fresh:
        notice(
            "give each team its own by word of mouth, never with the file; "
            "outreach-map key passphrase shows one again"
        )
    return phrases


def _opens_by_digits(programme: Programme, team: Team) -> bool:
    """Whether digits open a team's page: unless asked otherwise, where its letters are others."""
    if programme.maps.passphrase is not None:
        return programme.maps.passphrase is Passphrase.DIGITS
    return not language_of(team.page_language or programme.maps.language).latin


def languages_told(plan: Plan) -> Iterator[str]:
    """What a planner should know of the languages of the pages, for each that is not finished."""
    spoken = {each.tag: each for each in (plan.language, *plan.team_languages.values())}
    for tag, each in sorted(spoken.items()):
        if each.untranslated:
            yield (
                f"pages in {each.name} ({tag}): {each.untranslated} of their texts are not "
                "translated yet and stand in English"
            )
        if not each.reviewed:
            yield (
                f"pages in {each.name} ({tag}): the words are a machine's draft; let somebody who "
                "grew up with the language read them before a team relies on them"
            )


def require_monday(start: date) -> None:
    """Reject a round that does not start on a Monday (ProgrammeError)."""
    if start.weekday():
        monday = start - timedelta(days=start.weekday())
        raise ProgrammeError(
            f"A round is a week and starts on a Monday; {start} is a {start:%A}.",
            where="--round",
            mend=f"Take {monday} or {monday + timedelta(days=7)}.",
        )

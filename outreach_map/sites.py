"""Where new points would serve most people: a question between rounds, answered to the planner.

Sites are named in `private/` alone: candidates by the planner's ids, places along the streets by
their coordinates. What is handed back has numbers of people and of sites, and no place; what is
kept for the manager's page, when that is asked for, has the areas of the partition besides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import shapely

from outreach_map.asked import (
    AskedPoint,
    AskedSites,
    Ends,
    area_name,
    read_asked,
    with_answer,
    write_asked,
)
from outreach_map.coverage import (
    POLICE,
    SCHOOLS,
    CurvePoint,
    Model,
    Opening,
    Proposal,
    Range,
    Weight,
    gained_by_areas,
    outside_zones,
    propose,
    street_candidates,
)
from outreach_map.errors import ProgrammeError
from outreach_map.network import StreetExtract
from outreach_map.planning import read_city, require_monday, standards_of
from outreach_map.privacy import SiteCandidates, preview, release_candidates, write_for_planner
from outreach_map.programme import Programme
from outreach_map.spreadsheets import Value
from outreach_map.tables import Area, Mode, Place, Release

_SITES = (
    "sites_opened", "site", "lon", "lat", "people_gained_low", "people_gained_mid",
    "people_gained_high", "hotspots_gained", "of_all_low", "of_all_mid", "of_all_high", "objective",
    "proven",
)  # fmt: skip
_HOURS = (
    "point", "day", "from", "to", "people_gained_low", "people_gained_mid", "people_gained_high",
    "hotspots_gained",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What to site.

    `service` is what new points offer, `most` how many sites the curve goes up to. `candidates` is
    a file of the planner's; without one, places along the streets are proposed. `limited` counts
    the capacity of the candidates. `publish` keeps the answer for the manager's page: the
    areas in which the sites lie, and how many people points somewhere in these would gain.
    """

    service: str
    most: int
    candidates: Path | None = None
    model: Model = Model.COVER_MOST
    weight: Weight = Weight.PEOPLE
    limited: bool = False
    publish: bool = False


@dataclass(frozen=True)
class Answer:
    """What was found, without a place.

    `candidates` were looked at, `excluded` of the given ones stand in an exclusion zone; `files`
    name the sites and hours, for the planner alone.
    """

    proposal: Proposal
    candidates: int
    excluded: int
    files: tuple[Path, ...]


def find_sites(
    programme: Programme,
    start: date,
    question: Question,
    *,
    progress: Callable[[str], None] | None = None,
    cache: bool = True,
    today: date | None = None,
) -> Answer:
    """Site new points for a service.

    Nothing is published here. Only where the question says so, the next plan tells people gained
    and areas on the manager's page; no candidate and no coordinate ever gets there.

    Parameters
    ----------
    programme, start, progress, cache, today
        As for `plan_round`.
    question
        What is asked.

    Raises
    ------
    ProgrammeError, InputError, ExtractError, PrivacyError
        See `outreach_map.errors`; no file is written then.
    """
    say = progress or (lambda _: None)
    require_monday(start)
    say("reading streets")
    extract = read_city(programme, cache=cache)
    say("passing the privacy gate")
    released = preview(programme, start, extract, today=today)
    bounds = _bounds(released)
    given = None if question.candidates is None else release_candidates(question.candidates, bounds)
    _require_asked(question, released, given)
    say("siting")
    walk = extract.networks[Mode.WALK]
    places = (
        street_candidates(walk, bounds, programme.coverage.spacing_m)
        if given is None
        else given.places
    )
    kept = _allowed(programme, extract, places)
    if not len(kept):
        raise ProgrammeError(
            "No candidate is left: all stand nearer to schools or police than you allow.",
            where="outreach.toml, [coverage]",
            mend="Take a smaller from_schools_m or from_police_m, or other candidates.",
        )
    capacity = None
    if question.limited and given is not None and given.capacity is not None:
        capacity = [given.capacity[number] for number in kept]
    proposal = propose(
        released,
        walk,
        standards_of(programme),
        [places[number] for number in kept],
        service=question.service,
        most=question.most,
        model=question.model,
        weight=question.weight,
        capacity=capacity,
    )
    ids = None if given is None else given.ids
    files = (
        write_for_planner(
            programme.folder, f"sites-{question.service}.csv", _SITES,
            list(_site_rows(proposal, [int(number) for number in kept], places, ids)),
        ),
        write_for_planner(
            programme.folder, f"hours-{question.service}.csv", _HOURS,
            [_hours_row(one, released) for one in proposal.openings],
        ),
    )  # fmt: skip
    if question.publish:
        private = programme.folder / "private"
        anchors = [places[number].anchor for number in kept]
        by_areas = partial(
            gained_by_areas, released, walk, standards_of(programme), service=question.service
        )
        answer = _for_map(question, start, released, proposal, anchors, by_areas)
        write_asked(private, with_answer(read_asked(private), answer))
    return Answer(proposal, len(kept), len(places) - len(kept), files)


def _for_map(
    question: Question,
    start: date,
    released: Release,
    proposal: Proposal,
    anchors: Sequence[tuple[float, float]],
    by_areas: Callable[[list[list[Area]]], list[Range]],
) -> AskedSites:
    """What the manager's page may tell: the areas of the sites, and what follows from these alone.

    What the sites themselves gain would tell where in their areas they are.
    """
    tree = shapely.STRtree([area.geometry for area in released.areas])

    def area_of(site: int) -> Area | None:
        found = tree.query(shapely.Point(anchors[site]), predicate="intersects")
        return released.areas[int(found.min())] if len(found) else None

    chosen = [[area_of(site) for site in point.sites] for point in proposal.curve]
    gained = by_areas([[area for area in areas if area is not None] for areas in chosen])
    return AskedSites(
        service=question.service,
        round=start,
        model=question.model.value,
        needing=_asked_ends(proposal.needing),
        now=_asked_ends(proposal.now),
        curve=tuple(
            AskedPoint(
                _asked_ends(people),
                point.proven,
                tuple("" if area is None else area_name(area.geometry) for area in areas),
            )
            for point, people, areas in zip(proposal.curve, gained, chosen, strict=True)
        ),
    )


def _asked_ends(people: Range) -> Ends:
    return people.low, people.mid, None if np.isinf(people.high) else people.high


def _require_asked(question: Question, released: Release, given: SiteCandidates | None) -> None:
    needed = sorted({service for hotspot in released.hotspots for service in hotspot.services})
    if question.service not in needed:
        raise ProgrammeError(
            "No hotspot of this round needs that service.",
            where="--service",
            mend=f"Take one of: {', '.join(needed) or 'none is written down'}.",
        )
    if question.limited and (given is None or given.capacity is None):
        raise ProgrammeError(
            "How many people the candidates can serve is not written down for each of them.",
            where="--capacity",
            mend="Fill in capacity_per_month of every candidate, or leave the option out.",
        )


def _bounds(released: Release) -> tuple[float, float, float, float]:
    west, south, east, north = released.study_area.bounds
    return west, south, east, north


def _allowed(programme: Programme, extract: StreetExtract, places: Sequence[Place]) -> list[int]:
    """Numbers of the candidates that stand in no exclusion zone."""
    keep_off = {kind: programme.coverage.from_schools_m for kind in SCHOOLS}
    keep_off |= {kind: programme.coverage.from_police_m for kind in POLICE}
    allowed = outside_zones(places, extract.basemap.pois, keep_off)
    return [int(number) for number in np.flatnonzero(allowed)]


def _site_rows(
    proposal: Proposal, kept: Sequence[int], places: Sequence[Place], ids: Sequence[str] | None
) -> list[list[Value]]:
    rows: list[list[Value]] = []
    for point in proposal.curve:
        for change in point.changes:
            number = kept[change.candidate]
            lon, lat = places[number].anchor
            rows.append(
                [
                    len(point.sites),
                    f"street {number + 1}" if ids is None else ids[number],
                    *((lon, lat) if ids is None else (None, None)),
                    *_people(change.people.low, change.people.mid, change.people.high),
                    "; ".join(change.hotspots),
                    *_people(point.gained.low, point.gained.mid, point.gained.high),
                    _number(point.objective),
                    "yes" if point.proven else "no",
                ]
            )
    return rows


def _hours_row(opening: Opening, released: Release) -> list[Value]:
    name = next(p.name or p.code for p in released.points if p.code == opening.point)
    people = opening.people
    return [
        name,
        f"{opening.begin:%A}",
        f"{opening.begin:%H:%M}",
        f"{opening.end:%H:%M}",
        *_people(people.low, people.mid, people.high),
        "; ".join(opening.hotspots),
    ]


def _people(low: float, mid: float, high: float) -> tuple[Value, Value, Value]:
    return _number(low), _number(mid), _number(high)


def _number(value: float) -> Value:
    """A whole number; empty where there is no upper end."""
    return None if np.isinf(value) else round(value)


def in_words(answer: Answer) -> list[str]:
    """The answer for people: the curve, hours, and what it rests on; no place is named."""
    proposal = answer.proposal
    lines = [
        f"{answer.candidates} candidates"
        + (f", {answer.excluded} more in exclusion zones" if answer.excluded else "")
        + f". Points reach {_range(proposal.now.low, proposal.now.high)} of "
        f"{_range(proposal.needing.low, proposal.needing.high)} people who need {proposal.service}."
    ]
    lines += [_curve_line(point) for point in proposal.curve]
    lines += [
        f"hours: open one point {opening.begin:%A %H:%M}-{opening.end:%H:%M} more gains "
        f"{opening.people.mid:.0f} people ({_range(opening.people.low, opening.people.high)})"
        for opening in proposal.openings[:3]
    ]
    if proposal.without_estimate:
        lines.append(
            f"{proposal.without_estimate} hotspots without an estimate of people are not counted."
        )
    return lines


def _curve_line(point: CurvePoint) -> str:
    count = len(point.sites)
    proof = "no choice is better" if point.proven else "not proven to be the best"
    return (
        f"{count} site{'s' * (count != 1)}: {point.gained.mid:.0f} people more "
        f"({_range(point.gained.low, point.gained.high)}); {proof}"
    )


def _range(low: float, high: float) -> str:
    if np.isinf(high):
        return f"{low:.0f} or more"
    return f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} to {high:.0f}"

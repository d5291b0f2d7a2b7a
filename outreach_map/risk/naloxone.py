"""How soon naloxone and somebody trained reach each hotspot, and where training would do most.

For every half hour in which people are there: from a point that is open and has it in stock, on
foot, or from a team on shift that carries it, by the team's way from where the plan has it. The
worst place of the released area counts. A kit that was left there in the last 91 days may be at
hand or used up, so it is told and never taken for sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from outreach_map.hours import OpenState
from outreach_map.language import percent, phrase, plural, sentences
from outreach_map.network import travel_time_matrix
from outreach_map.risk.area_streets import SNAP_M
from outreach_map.risk.city import City
from outreach_map.risk.flag import SERVICES, Flag, FlagKind, TimedStop
from outreach_map.risk.mitigation import for_kind
from outreach_map.risk.moments import WEEK, active
from outreach_map.settings import RiskSettings
from outreach_map.tables import (
    Affects,
    Band,
    Hotspot,
    Mode,
    Point,
    PointStatus,
    Rating,
    Release,
    Stock,
)

_HALF_HOUR = timedelta(minutes=30)
_ITEM = "naloxone"
_TRAINED = 5


@dataclass(frozen=True)
class NaloxoneReach:
    """How soon naloxone reaches one hotspot.

    Attributes
    ----------
    hotspot
        Its code.
    in_time
        Share (0 to 1) of the half hours in which people are there that are within the standard,
        wherever in the area; None where nobody wrote their hours down.
    usual_min
        Minutes in the median half hour; inf where nobody could come.
    kit_left
        Whether a kit was left there in the last 91 days; None where that is not known.
    weight
        What training there would add: people in the middle of their band times the share of hours
        without; 0 with all in time.
    """

    hotspot: str
    in_time: float | None
    usual_min: float
    kit_left: bool | None
    weight: float

    @property
    def gap(self) -> bool:
        """Whether there are hours without naloxone in time, or nobody knows."""
        return self.in_time is None or self.in_time < 1


def naloxone_reach(
    release: Release, city: City, rules: RiskSettings, stops: Sequence[TimedStop] = ()
) -> tuple[NaloxoneReach, ...]:
    """Reach of naloxone at every hotspot where opioids may be used, by code.

    Those are hotspots of people who inject, or where naloxone, syringes or overdose training are
    needed. That somebody overdosed at one is no reason: its being here would say so.
    """
    hotspots = [hotspot for hotspot in release.hotspots if _concerned(hotspot)]
    times = [
        datetime.combine(release.start, time()) + number * _HALF_HOUR
        for number in range(int(WEEK / _HALF_HOUR))
    ]
    seconds, there = _sources(release, city, hotspots, times, stops)
    found = []
    for hotspot, own_s in zip(hotspots, seconds, strict=True):
        windows = active(hotspot, release)
        open_ = np.array([any(a <= t < b for a, b in windows) for t in times], dtype=bool)
        known = bool(windows)
        by_time = np.where(there, own_s, np.inf).min(axis=1, initial=np.inf)
        by_time = by_time[open_] if known else by_time
        share = float((by_time <= 60 * rules.naloxone_min).mean())
        people = hotspot.people.mid if hotspot.people is not None else 1.0
        found.append(
            NaloxoneReach(
                hotspot.code,
                share if known else None,
                float(np.quantile(by_time, 0.5, method="inverted_cdf")) / 60,
                hotspot.log.naloxone_left_91d,
                people * (1 - share),
            )
        )
    return tuple(found)


def _concerned(hotspot: Hotspot) -> bool:
    needed = {_ITEM, "nsp", "overdose_training"}
    return "pwid" in hotspot.communities or not needed.isdisjoint(hotspot.services)


def _sources(
    release: Release,
    city: City,
    hotspots: Sequence[Hotspot],
    times: Sequence[datetime],
    stops: Sequence[TimedStop],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Seconds (hotspots, sources) from each source, and (times, sources) whether it is there.

    On the way between two stops a team counts as at the one that is farther off.
    """
    kept = [point for point in release.points if _has_it(point)]
    carrying = {team.code: team for team in release.teams if team.carry.get(_ITEM, 0) > 0}
    places = {hotspot.code: hotspot.place for hotspot in release.hotspots}
    own = [stop for stop in stops if stop.team in carrying]
    columns = [
        _seconds(city, Mode.WALK, [point.place.anchor for point in kept], hotspots),
    ]
    there = [
        np.array([[p.hours.state(t) is OpenState.OPEN for p in kept] for t in times], dtype=bool)
        .reshape(len(times), len(kept))
    ]  # fmt: skip
    at = np.array(times, dtype="datetime64[s]")
    for code, team in sorted(carrying.items()):
        tour = sorted((s for s in own if s.team == code), key=lambda stop: stop.begin)
        if not tour:
            continue
        anchors = [places[stop.hotspot].anchor for stop in tour]
        from_stop = _seconds(city, team.mode, anchors, hotspots)
        begin = np.array([stop.begin for stop in tour], dtype="datetime64[s]")
        leave = np.array([stop.leave for stop in tour], dtype="datetime64[s]")
        columns.append(from_stop)
        there.append((begin <= at[:, None]) & (at[:, None] <= leave))
        # Between two stops of one shift; a gap of hours is a night at home.
        gap = (begin[1:] - leave[:-1]).astype(np.int64) <= 3 * 3600
        columns.append(np.maximum(from_stop[:, :-1], from_stop[:, 1:])[:, gap])
        moving = (leave[:-1] < at[:, None]) & (at[:, None] < begin[1:])
        there.append(moving[:, gap])
    return np.hstack(columns), np.hstack(there)


def _has_it(point: Point) -> bool:
    offered = _ITEM in point.services or _ITEM in point.stock
    return offered and point.stock.get(_ITEM) is Stock.IN_STOCK and point.status is PointStatus.OPEN


def _seconds(
    city: City,
    mode: Mode,
    anchors: Sequence[tuple[float, float]],
    hotspots: Sequence[Hotspot],
) -> NDArray[np.float64]:
    """(hotspots, anchors) seconds to the worst place of each released area."""
    network = city.networks[mode]
    found = np.full((len(hotspots), len(anchors)), np.inf)
    origins = network.snap(np.array(anchors).reshape(-1, 2), SNAP_M).node
    near = np.flatnonzero(origins >= 0)
    ends = [city.streets(mode).nodes(hotspot.place) for hotspot in hotspots]
    if not len(near) or not hotspots:
        return found
    union = np.unique(np.concatenate(ends))
    starts, inverse = np.unique(origins[near], return_inverse=True)
    time_s = travel_time_matrix(network, starts, union)
    for row, own in enumerate(ends):
        if len(own):
            at = np.searchsorted(union, own[network.component[own] == 0])
            if len(at):
                found[row, near] = time_s[:, at].max(axis=1)[inverse]
    return found


def naloxone_flags(reach: Sequence[NaloxoneReach], release: Release) -> Iterable[Flag]:
    """Gaps, and the few places where training would do most."""
    hotspots = {hotspot.code: hotspot for hotspot in release.hotspots}
    for one in reach:
        if one.gap:
            yield _gap(one)
    most = sorted(
        (one for one in reach if one.weight > 0), key=lambda one: (-one.weight, one.hotspot)
    )
    for place, one in enumerate(most[:_TRAINED], start=1):
        people = hotspots[one.hotspot].people
        yield Flag(
            FlagKind.TRAINING,
            Rating.MEDIUM,
            Affects.CLIENT,
            one.hotspot,
            _place_said(place, len(most), _people(people)),
            for_kind(FlagKind.TRAINING),
            SERVICES,
        )


def _people(people: Band | None) -> str:
    return phrase("number not known") if people is None else people.label


def _place_said(place: int, whole: int, people: str) -> str:
    return phrase(
        "Number {place} of {all} by people there ({people}) and hours without naloxone in time.",
        place=place,
        all=whole,
        people=people,
    )


def _gap(one: NaloxoneReach) -> Flag:
    if one.in_time is None:
        said = phrase(
            "Nobody wrote down when people are there, so how soon naloxone comes is not known."
        )
    elif np.isinf(one.usual_min):
        said = phrase(
            "In time in {share} of the hours in which people are there; in most of them nobody "
            "with naloxone is open or on shift.",
            share=percent(one.in_time),
        )
    else:
        said = plural(
            "In time in {share} of the hours in which people are there; usually it takes {count} "
            "minute.",
            "In time in {share} of the hours in which people are there; usually it takes {count} "
            "minutes.",
            int(np.ceil(one.usual_min)),
            share=percent(one.in_time),
        )
    kit = {
        True: phrase("A kit was left there in the last 91 days."),
        False: phrase("No kit was left there in the last 91 days."),
        None: phrase("Whether a kit was left there is not known."),
    }[one.kit_left]
    if one.in_time is None or one.kit_left is None:
        rating = Rating.UNKNOWN
    elif one.kit_left:
        rating = Rating.LOW
    else:
        rating = Rating.MEDIUM
    return Flag(
        FlagKind.NALOXONE_LATE,
        rating,
        Affects.CLIENT,
        one.hotspot,
        sentences([said, kit]),
        for_kind(FlagKind.NALOXONE_LATE),
        SERVICES,
        minutes=None if np.isinf(one.usual_min) else one.usual_min,
    )

"""What the planner's page says: the week, what was left out and why, decisions, risks to review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from outreach_map.language import (
    Words,
    clock,
    day_and_clock,
    number,
    phrase,
    plural,
    series,
    short_day,
    together,
)
from outreach_map.layers import (
    DataLayer,
    describe,
    hotspot_layer,
    point_layer,
    point_title,
    route_layer,
    zone_layer,
)
from outreach_map.layers.words import hours, listed, metres, mode, week, words
from outreach_map.publish.plan import Plan
from outreach_map.publish.risks import SHOWN, flag_item
from outreach_map.publish.timeline import timeline
from outreach_map.publish.told import told_need, told_risk, told_sharing, told_worn
from outreach_map.risk import Flag
from outreach_map.routing import IdleTeam, Itinerary, RoutePlan, Stop, StopKind, idle_teams
from outreach_map.tables import Hotspot, RiskState


def planner_context(plan: Plan) -> dict[str, object]:
    """Everything that the template of the page asks for."""
    release, routes = plan.release, plan.routes
    teams = [team.code for team in release.teams]
    titles = {point.code: point_title(point) for point in release.points}
    idle = idle_teams(release, routes)
    return {
        "summary": told_week(routes),
        "sharing": told_sharing(routes),
        "worn": told_worn(routes),
        "not_out": together(one.team for one in idle if one.all_week),
        "idle": [{"team": one.team, "days": _days(one), "why": one.reason} for one in idle],
        "timeline": timeline(release.start, routes.itineraries, teams),
        "teams": teams,
        "shifts": [
            {
                "number": shift,
                "day": (tour.date - release.start).days,
                "date": short_day(tour.date),
                **_shift(tour, titles),
            }
            for shift, tour in sorted(
                enumerate(routes.itineraries), key=lambda item: (item[1].start, item[1].team)
            )
        ],
        "left_out": sorted(routes.left_out, key=lambda one: (-one.visits, one.hotspot)),
        "decisions": [
            {"hotspot": d.hotspot, "kind": words(d.kind), "team": d.team or "", "effect": d.effect}
            for d in routes.decisions
        ],
        "reviews": list(_reviews(plan)),
        "flags": [flag_item(flag) for flag in plan.flags[:SHOWN]],
        "more_flags": list(_by_kind(plan.flags[SHOWN:])),
        "hotspots": [
            {"code": h.code, "kind": words(h.typology), "rows": _rows(plan, h)}
            for h in release.hotspots
        ],
    }


def planner_layers(plan: Plan) -> list[DataLayer]:
    """Places, and the ways of each day and team, in the order of the layer control."""
    release = plan.release
    ways = []
    for day in range(7):
        date = release.start + timedelta(days=day)
        for team, one in enumerate(release.teams):
            own = [
                tour
                for tour in plan.routes.itineraries
                if tour.team == one.code and tour.date == date
            ]
            if own:
                name = phrase("{day}, {team}", day=short_day(date), team=one.code)
                ways.append(route_layer(f"routes_{day}_{team}", name, own, team))
    return [
        # Below the rest: what lies above takes the tap.
        zone_layer(release.zones),
        hotspot_layer(release.hotspots),
        point_layer(release.points),
        *ways,
    ]


def told_week(routes: RoutePlan) -> Words:
    """The week in two sentences."""
    tours = routes.itineraries
    visits = sum(len(tour.visits) for tour in tours)
    left = sum(item.visits for item in routes.left_out)
    way = sum(tour.travel_s for tour in tours) / 3600
    out = sum((tour.end - tour.start).total_seconds() for tour in tours) / 3600
    return phrase(
        "{visits} in {shifts}; {left}, {share} of the need met. {hours} hours out, {way} of them "
        "on the way.",
        visits=plural("{count} visit", "{count} visits", visits),
        shifts=plural("{count} shift", "{count} shifts", len(tours)),
        left=plural("{count} due visit left out", "{count} due visits left out", left),
        share=told_need(routes),
        hours=number(out),
        way=number(way),
    )


def _shift(tour: Itinerary, titles: Mapping[str, str]) -> dict[str, object]:
    return {
        "team": tour.team,
        "begin": f"{tour.start:%Y-%m-%dT%H:%M}",
        "hours": phrase("{begin}–{end}", begin=clock(tour.start), end=clock(tour.end)),
        "stops": [
            _stop(stop, titles) for stop in tour.stops[1:-1] if stop.kind is not StopKind.START
        ],
        "count": len(tour.visits),
        "way": phrase("{length} {mode}", length=metres(tour.distance_m), mode=mode(tour.mode)),
        "metres": f"{tour.distance_m:.0f}",
        "risk": told_risk(tour.exposure_s),
        "exposure": f"{tour.exposure_s:.0f}",
        "kit": together(
            phrase("{amount} {item}", amount=amount, item=words(item))
            for item, amount in tour.kit.items()
        ),
    }


def _days(idle: IdleTeam) -> str:
    if not idle.days:
        return ""
    if idle.all_week:
        return plural("its only shift", "all {count} shifts", idle.shifts)
    return series(short_day(day) for day in idle.days)


_KINDS = {StopKind.BREAK: phrase("break"), StopKind.RESTOCK: phrase("restock")}


def _stop(stop: Stop, titles: Mapping[str, str]) -> dict[str, object]:
    what = _KINDS.get(stop.kind)
    where = titles.get(stop.code or "", "")
    return {
        "kind": stop.kind.value,
        "code": stop.code or "",
        "time": phrase("{begin}–{end}", begin=clock(stop.begin), end=clock(stop.leave)),
        "name": stop.code or "" if what is None else together([what, where]) if where else what,
    }


def _reviews(plan: Plan) -> Iterable[dict[str, str]]:
    """Risks to look at again: those without a current assessment, and those that are due."""
    soon = plan.start + timedelta(days=6)
    for zone in plan.release.zones:
        due = zone.review_week is not None and zone.review_week <= soon
        if zone.state is not RiskState.CURRENT or due:
            yield {
                "code": zone.code,
                "category": words(zone.category),
                "state": zone.state,
                "rating": zone.rating,
                "review": week(zone.review_week),
                "sort": "" if zone.review_week is None else zone.review_week.isoformat(),
                "hours": hours(zone.hours),
            }


def _by_kind(flags: Sequence[Flag]) -> Iterable[dict[str, object]]:
    """Flags of one kind, rating and answer together, so that each answer stands once."""
    groups: dict[tuple[str, str, str, str], list[Flag]] = {}
    for flag in flags:
        key = (flag.rating, flag.kind, flag.mitigation, flag.source)
        groups.setdefault(key, []).append(flag)
    for own in groups.values():
        first = own[0]
        yield {
            "rating": first.rating,
            "kind": first.kind,
            "mitigation": first.mitigation,
            "source": first.source,
            "items": [
                {
                    "about": flag.about,
                    "team": "" if flag.team in (None, flag.about) else flag.team,
                    "when": "" if flag.when is None else day_and_clock(flag.when),
                    "evidence": flag.evidence,
                }
                for flag in own
            ],
        }


def _rows(plan: Plan, hotspot: Hotspot) -> list[tuple[str, str]]:
    own = [row for row in plan.coverage.services if row.hotspot == hotspot.code]
    gaps = [row.service for row in own if row.first_broken is not None]
    drawn = "" if hotspot.place.mapped else phrase("listed only: its area is too wide to draw")
    visits = [
        phrase("{time} by {team}", time=day_and_clock(stop.begin), team=tour.team)
        for tour in plan.routes.itineraries
        for stop in tour.visits
        if stop.code == hotspot.code
    ]
    return [
        *describe(hotspot),
        (phrase("gaps"), listed(gaps)),
        (phrase("planned"), series(visits) if visits else ""),
        (phrase("on the map"), drawn),
    ]

"""What a decision of the peers changed: the plan beside the best found without it, in words."""

from __future__ import annotations

from outreach_map.language import Words, number, opening_hours, phrase, series, together
from outreach_map.routing.changes import compare, told_others, visits_told
from outreach_map.routing.itinerary import DecisionEffect
from outreach_map.routing.shifts import refusals
from outreach_map.routing.solution import Solution
from outreach_map.routing.week import Week
from outreach_map.tables import Decision, DecisionKind, Hotspot


def effect_of(
    week: Week,
    solution: Solution,
    without: Solution,
    decision: Decision,
    visits: tuple[Hotspot, ...],
) -> DecisionEffect:
    """What a decision changed: the plan beside the best found without it."""
    change = compare(without, solution, visits, week.visits)
    code = decision.hotspot
    now = visits_told(week, solution, week.visits, code)
    then = visits_told(week, without, visits, code)
    if decision.kind is DecisionKind.NO_GO:
        told = [phrase("kept out of the plan")]
        told.append(
            phrase("else it would be visited {when}", when=then)
            if then
            else phrase("no visit was due or would fit")
        )
    elif decision.kind is DecisionKind.EXCLUDE_TEAM:
        told = [phrase("kept from this team")]
        told.append(phrase("planned: {when}", when=now) if now else phrase("not planned"))
        if then and then != now:
            told.append(phrase("else {when}", when=then))
    else:
        told = [_planned(now)]
        if decision.kind is DecisionKind.PREFER_TEAM and (decision.team or "") not in now:
            told.append(
                phrase(
                    "{team} cannot come: {why}",
                    team=decision.team or "",
                    why=_why_not_team(week, decision),
                )
            )
        if now and then != now:
            told.append(
                phrase("else {when}", when=then) if then else phrase("else it would be left out")
            )
    others = [name for name in change.moved if name != code]
    dropped = [name for name in change.dropped if name != code]
    gained = [name for name in change.gained if name != code]
    parts: list[Words] = []
    if abs(change.extra_s) >= 30:
        sign = "+" if change.extra_s > 0 else "−"
        minutes = number(round(abs(change.extra_s) / 60))
        parts.append(phrase("{sign}{minutes} min out", sign=sign, minutes=minutes))
    if dropped:
        parts.append(phrase("drops {others}", others=told_others(dropped)))
    if gained:
        parts.append(phrase("makes room for {others}", others=told_others(gained)))
    if others:
        parts.append(phrase("moves {others}", others=told_others(others)))
    told.append(together(parts) if parts else phrase("it changed nothing else"))
    return DecisionEffect(decision.kind, code, decision.team, series(told))


def _planned(now: str) -> Words:
    if now:
        return phrase("planned: {when}", when=now)
    return phrase("not planned: see what was left out")


def _why_not_team(week: Week, decision: Decision) -> str:
    """Why a preferred team cannot come at all."""
    hotspot = next(h for h in week.release.hotspots if h.code == decision.hotspot)
    own = [shift for shift in week.shifts if shift.team.code == decision.team]
    if not own:
        return phrase("it has no shift this week")
    reasons = {no for shift in own for no in refusals(hotspot, shift, week.release)}
    if all(refusals(hotspot, shift, week.release) for shift in own):
        return series(sorted(reasons))
    return phrase(
        "people are there {hours}, and its shifts do not overlap that by a visit",
        hours=opening_hours(hotspot.hours.text),
    )


def plain_effect(week: Week, solution: Solution, decision: Decision) -> DecisionEffect:
    """Where no search was made: what holds now."""
    now = visits_told(week, solution, week.visits, decision.hotspot)
    kept = decision.kind in (DecisionKind.NO_GO, DecisionKind.EXCLUDE_TEAM)
    if now:
        text = phrase("planned: {when}", when=now)
    else:
        text = phrase("kept out") if kept else phrase("not planned")
    told = series([text, phrase("its effect was not worked out")])
    return DecisionEffect(decision.kind, decision.hotspot, decision.team, told)

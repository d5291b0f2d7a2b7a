"""What a plan says of itself, in words: need met, fair shares, risk, the same hour again."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_map.language import (
    clock,
    number,
    percent,
    phrase,
    sentences,
    series,
    together,
    weekday,
)
from outreach_map.layers.words import words
from outreach_map.routing import RoutePlan


def told_need(routes: RoutePlan) -> str:
    """Share of the need that is met, with the range that the bands leave."""
    low, middle, high = routes.need_met
    if percent(low) == percent(high):
        return percent(middle)
    return phrase(
        "{share} ({low} to {high})",
        share=percent(middle),
        low=percent(min(low, high)),
        high=percent(max(low, high)),
    )


def told_risk(exposure_s: float) -> str:
    """Weighted minutes in risk zones; empty where there are none."""
    whole = round(exposure_s / 60)
    return phrase("{minutes} min", minutes=number(whole)) if whole else ""


def told_worn(routes: RoutePlan) -> str:
    """Visits at the same weekday and hour in more than three rounds running."""
    return series(
        phrase(
            "{hotspot}, {day} {time} by {team}",
            hotspot=worn.hotspot,
            day=weekday(worn.begin),
            time=clock(worn.begin),
            team=worn.team,
        )
        for worn in routes.worn
    )


def told_sharing(routes: RoutePlan) -> str:
    """How evenly hours and risky stops are shared, and what that costs; empty where not shared."""
    sharing = routes.sharing
    if sharing is None:
        return ""
    if sharing.risk:
        told = phrase(
            "Over four rounds the team that is out most is out for {share} of its shift hours "
            "({plain} in the plan without fair shares), and the team with most risky stops has "
            "{risk} of them ({plain_risk}).",
            share=percent(sharing.use),
            plain=percent(sharing.plain_use),
            risk=percent(sharing.risk),
            plain_risk=percent(sharing.plain_risk),
        )
    else:
        told = phrase(
            "Over four rounds the team that is out most is out for {share} of its shift hours "
            "({plain} in the plan without fair shares).",
            share=percent(sharing.use),
            plain=percent(sharing.plain_use),
        )
    more = round(sharing.extra_s / 60)
    cost = (
        phrase("That takes {minutes} min more out.", minutes=more)
        if more >= 0
        else phrase("That takes {minutes} min less out.", minutes=-more)
    )
    return sentences([told, cost])


def told_amounts(items: Mapping[str, int]) -> str:
    """Items and how many of each, with commas."""
    return together(
        phrase("{amount} {item}", amount=amount, item=words(item)) for item, amount in items.items()
    )

"""What a plan says of itself, in words: need met, fair shares, risk, the same hour again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from outreach_map.language import phrase, together
from outreach_map.layers.words import words
from outreach_map.routing import RoutePlan


def told_need(routes: RoutePlan) -> str:
    """Share of the need that is met, with the range that the bands leave."""
    low, middle, high = routes.need_met
    if f"{low:.0%}" == f"{high:.0%}":
        return f"{middle:.0%}"
    return f"{middle:.0%} ({min(low, high):.0%} to {max(low, high):.0%})"


def told_risk(exposure_s: float) -> str:
    """Weighted minutes in risk zones; empty where there are none."""
    whole = round(exposure_s / 60)
    return f"{whole} min" if whole else ""


def told_worn(routes: RoutePlan) -> str:
    """Visits at the same weekday and hour in more than three rounds running."""
    return "; ".join(
        f"{worn.hotspot}, {worn.begin:%A %H:%M} by {worn.team}" for worn in routes.worn
    )


def told_sharing(routes: RoutePlan) -> str:
    """How evenly hours and risky stops are shared, and what that costs; empty where not shared."""
    sharing = routes.sharing
    if sharing is None:
        return ""
    told = (
        f"Over four rounds the team that is out most is out for {sharing.use:.0%} of its shift "
        f"hours ({sharing.plain_use:.0%} in the plan without fair shares)"
    )
    if sharing.risk:
        told += (
            f", and the team with most risky stops has {sharing.risk:.0%} of them "
            f"({sharing.plain_risk:.0%})"
        )
    more = round(sharing.extra_s / 60)
    return f"{told}. That takes {abs(more)} min {'more' if more >= 0 else 'less'} out."


def span(first: date, last: date) -> str:
    """'23–29 Nov 2026', with month and year of the first day only where they differ."""
    start = f"{first.day}"
    if first.month != last.month:
        start += f" {first:%b}" + (f" {first.year}" if first.year != last.year else "")
    return f"{start}–{last.day} {last:%b} {last.year}"


def told_amounts(items: Mapping[str, int]) -> str:
    """Items and how many of each, with commas."""
    return together(
        phrase("{amount} {item}", amount=amount, item=words(item)) for item, amount in items.items()
    )

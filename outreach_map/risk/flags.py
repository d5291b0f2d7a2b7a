"""Every flag of a round: what a team should know before it goes, with evidence and what to do.

Conservative on purpose: everything is computed for the whole released area, so a true flag is
never missed because the exact place is hidden; some flags are false, and say so by "part of".
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_map.risk.city import City
from outreach_map.risk.flag import Flag, TimedLeg, TimedStop, by_weight
from outreach_map.risk.moments import moments_of
from outreach_map.risk.naloxone import NaloxoneReach, naloxone_flags, naloxone_reach
from outreach_map.risk.plan_flags import RoundRecord, plan_flags
from outreach_map.risk.register import register_flags
from outreach_map.risk.service_flags import service_flags
from outreach_map.risk.street_flags import street_flags
from outreach_map.settings import RiskSettings
from outreach_map.tables import Release


def flag_risks(
    release: Release,
    city: City,
    rules: RiskSettings | None = None,
    *,
    legs: Sequence[TimedLeg] = (),
    stops: Sequence[TimedStop] = (),
    earlier: Sequence[RoundRecord] = (),
    naloxone: Sequence[NaloxoneReach] | None = None,
) -> tuple[Flag, ...]:
    """Every flag of a round, the gravest first.

    Parameters
    ----------
    release
        Released records of the round.
    city
        Streets, emergency care and the sun.
    rules
        Cuts and minutes; the defaults without.
    legs, stops
        The plan's ways and visits, with their times.
    earlier
        Records of rounds before this one.
    naloxone
        From `naloxone_reach`, where it has been worked out already.

    Raises
    ------
    KeyError
        When a stop is at no hotspot of the release.
    """
    rules = rules or RiskSettings()
    moments = moments_of(release, stops)
    if naloxone is None:
        naloxone = naloxone_reach(release, city, rules, stops)
    return by_weight(
        (
            *register_flags(release, city, legs=legs, stops=stops),
            *street_flags(release, city, rules, moments),
            *service_flags(release, city, rules, moments),
            *naloxone_flags(naloxone, release),
            *plan_flags(release, city, rules, legs=legs, stops=stops, earlier=earlier),
        )
    )

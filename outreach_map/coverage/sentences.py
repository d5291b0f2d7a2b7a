"""Why a service does not come to people, and what would mend it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from outreach_map.coverage.need import Enough, KitNeed, SyringeNeed
from outreach_map.coverage.rows import Reach, Step
from outreach_map.language import number, or_joined, phrase
from outreach_map.tables import Hotspot

CONTACT_DAYS = 28
# What to do where a step fails, and where it is not known whether it holds.
_CLOSE = {
    Step.AVAILABLE: phrase("Offer it at a point nearby, or let a team carry it."),
    Step.REACHABLE: phrase("A point or a team's stop nearer by would close it."),
    Step.OPEN: phrase("Longer hours at a point within reach, or a team's stop in those hours."),
    Step.ACCEPTABLE: phrase("A peer or interpreter with the language at a point within reach."),
}
_FILL_IN = {
    Step.AVAILABLE: phrase("Ask the points, and fill in status and stock."),
    Step.REACHABLE: phrase(
        "Ask the points, and fill in status and stock; check that the streets of the area are in "
        "the extract."
    ),
    Step.OPEN: phrase("Fill in the hours."),
    Step.ACCEPTABLE: phrase("Fill in the languages."),
}


def what_mends(step: Step, *, unknown: bool, visited: bool) -> str:
    """What would close a gap, or clear up whether there is one.

    `visited` says that a team comes there which does not carry what is missing, and might.
    """
    if unknown:
        return _FILL_IN[step]
    if visited and step in (Step.AVAILABLE, Step.REACHABLE):
        return phrase("Let the team that visits carry it.")
    return _CLOSE[step]


def reasons(
    hotspot: Hotspot,
    least: Sequence[Reach],
    most: Sequence[Reach],
    maybe: Sequence[bool],
    walk_s: float,
    *,
    measured: bool,
) -> Iterable[str]:
    """A sentence for each step at which something is lost, surely or perhaps.

    `least` and `most` say for each of the first four steps how far it surely, and perhaps, holds;
    `maybe` whether any point may pass it.
    """
    before_least = before_most = Reach.REACHED
    walk = number(walk_s / 60)
    tongue = or_joined(hotspot.languages)
    for step, sure, may, points in zip(Step, least, most, maybe, strict=False):
        if may is not before_most:
            place = (
                phrase("From part of the area") if may is Reach.PARTLY else phrase("From the area")
            )
            yield {
                Step.AVAILABLE: phrase("No point that is open to people has it."),
                Step.REACHABLE: phrase(
                    "{place} no point that has it is within {minutes} minutes on foot.",
                    place=place,
                    minutes=walk,
                )
                if points
                else phrase(
                    "Only teams bring it, and none comes here this week; no point that is open to "
                    "people has it."
                ),
                Step.OPEN: phrase(
                    "{place} no point within {minutes} minutes on foot is open when people are "
                    "there.",
                    place=place,
                    minutes=walk,
                ),
                Step.ACCEPTABLE: phrase(
                    "{place} no point within {minutes} minutes on foot that is open then speaks "
                    "{languages}.",
                    place=place,
                    minutes=walk,
                    languages=tongue,
                ),
            }[step]
        if sure is not before_least and sure is not may:
            yield {
                Step.AVAILABLE: phrase(
                    "Points list it, but nobody recorded whether they are open to people and have "
                    "it in stock."
                ),
                Step.REACHABLE: phrase(
                    "Of some points nobody recorded whether they are open to people and have it in "
                    "stock."
                )
                if measured
                else phrase("No street is near enough to measure the way on foot."),
                Step.OPEN: phrase(
                    "Opening hours, or the hours in which people are there, are not written down."
                ),
                Step.ACCEPTABLE: phrase(
                    "Languages of the points within reach, or of the people, are not written down."
                ),
            }[step]
        before_least, before_most = sure, may


def after_points(
    hotspot: Hotspot, log_days: int, need: SyringeNeed | KitNeed | None
) -> tuple[Step | None, str, str]:
    """First broken step after the points, why, and what to do: contacted, enough."""
    log = hotspot.log
    if log.contacts_28d is None:
        if log_days < CONTACT_DAYS:
            why = phrase(
                "The visit log covers less than {days} days, so contact is unknown.",
                days=CONTACT_DAYS,
            )
            return Step.CONTACTED, why, phrase("Keep the log going, or add its earlier part.")
        if log.visits_28d is not None:
            why = phrase("Visits were logged; whether anybody was met is not known.")
            return Step.CONTACTED, why, phrase("Write down contacts at each visit.")
        why = phrase("The visit log has no contact in the last {days} days.", days=CONTACT_DAYS)
        return Step.CONTACTED, why, phrase("A visit this week; or complete the log.")
    if need is not None and need.enough is not Enough.YES:
        return Step.ENOUGH, need.why, _more(need)
    return None, phrase("Within reach, open, and in a language people speak."), ""


def _more(need: SyringeNeed | KitNeed) -> str:
    """What to do where there is not enough, or nobody can tell."""
    syringes = isinstance(need, SyringeNeed)
    if need.enough is Enough.UNKNOWN:
        if syringes:
            return phrase("Newer estimates of people, and syringes written down at each visit.")
        return phrase("Newer estimates of people, and kits written down at each visit.")
    if syringes:
        return phrase("More syringes a visit, or secondary distribution by people themselves.")
    return phrase("More kits a visit, or secondary distribution by people themselves.")

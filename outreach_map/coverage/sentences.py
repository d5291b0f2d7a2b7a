"""Why a service does not come to people, and what would mend it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from outreach_map.coverage.need import Enough, KitNeed, SyringeNeed
from outreach_map.coverage.rows import Reach, Step
from outreach_map.tables import Hotspot

CONTACT_DAYS = 30
# What to do where a step fails, and where it is not known whether it holds.
_CLOSE = {
    Step.AVAILABLE: "Offer it at a point nearby, or let a team carry it.",
    Step.REACHABLE: "A point or a team's stop nearer by would close it.",
    Step.OPEN: "Longer hours at a point within reach, or a team's stop in those hours.",
    Step.ACCEPTABLE: "A peer or interpreter with the language at a point within reach.",
}
_FILL_IN = {
    Step.AVAILABLE: "Ask the points, and fill in status and stock.",
    Step.REACHABLE: "Ask the points, and fill in status and stock; check that the streets of "
    "the area are in the extract.",
    Step.OPEN: "Fill in the hours.",
    Step.ACCEPTABLE: "Fill in the languages.",
}


def what_mends(step: Step, *, unknown: bool) -> str:
    """What would close a gap, or clear up whether there is one."""
    return _FILL_IN[step] if unknown else _CLOSE[step]


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
    walk = f"{walk_s / 60:.0f} minutes on foot"
    tongue = " or ".join(hotspot.languages)
    for step, sure, may, points in zip(Step, least, most, maybe, strict=False):
        if may is not before_most:
            part = "From part of the area" if may is Reach.PARTLY else "From the area"
            yield {
                Step.AVAILABLE: "No point that is open to people has it.",
                Step.REACHABLE: f"{part} no point that has it is within {walk}."
                if points
                else "Only teams bring it, and none comes here this week; no point that is open "
                "to people has it.",
                Step.OPEN: f"{part} no point within {walk} is open when people are there.",
                Step.ACCEPTABLE: f"{part} no point within {walk} that is open then "
                f"speaks {tongue}.",
            }[step]
        if sure is not before_least and sure is not may:
            yield {
                Step.AVAILABLE: "Points list it, but nobody recorded whether they are open to "
                "people and have it in stock.",
                Step.REACHABLE: "Of some points nobody recorded whether they are open to "
                "people and have it in stock."
                if measured
                else "No street is near enough to measure the way on foot.",
                Step.OPEN: "Opening hours, or the hours in which people are there, are not "
                "written down.",
                Step.ACCEPTABLE: "Languages of the points within reach, or of the people, are "
                "not written down.",
            }[step]
        before_least, before_most = sure, may


def after_points(
    hotspot: Hotspot, log_days: int, need: SyringeNeed | KitNeed | None
) -> tuple[Step | None, str, str]:
    """First broken step after the points, why, and what to do: contacted, enough."""
    log = hotspot.log
    if log.contacts_30d is None:
        if log_days < CONTACT_DAYS:
            why = f"The visit log covers less than {CONTACT_DAYS} days, so contact is unknown."
            return Step.CONTACTED, why, "Keep the log going, or add its earlier part."
        if log.visits_30d is not None:
            why = "Visits were logged, but not whether anybody was met."
            return Step.CONTACTED, why, "Write down contacts at each visit."
        why = f"The visit log has no contact in the last {CONTACT_DAYS} days."
        return Step.CONTACTED, why, "A visit this week; or complete the log."
    if need is not None and need.enough is not Enough.YES:
        what = "syringes" if isinstance(need, SyringeNeed) else "kits"
        mend = f"More {what} a visit, or secondary distribution by people themselves."
        if need.enough is Enough.UNKNOWN:
            mend = f"Newer estimates of people, and {what} written down at each visit."
        return Step.ENOUGH, need.why, mend
    return None, "Within reach, open, and in a language people speak.", ""

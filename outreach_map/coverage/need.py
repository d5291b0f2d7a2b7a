"""What was given against what is needed, as ranges: bands in, bands out.

Syringes: WHO's targets are 200 a person who injects drugs and year (2020) and 300 (2030); below 100
is low, 100 to 200 medium, above 200 high coverage (Larney et al. 2017,
doi:10.1016/S2214-109X(17)30373-X). Naloxone: a kit at hand at 80 % of witnessed overdoses (Irvine
et al. 2022, doi:10.1016/S2468-2667(21)00304-2); who is there at an overdose is anybody of the
place, so this asks that four in five of the people have one, and a new one each year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from outreach_map.coverage.ranges import Range, people_of
from outreach_map.language import Told, number, phrase
from outreach_map.tables import Band, Hotspot

DAYS_A_YEAR = 365.0
_DAYS_A_MONTH = 30.0
LOW_BELOW, HIGH_ABOVE = 100.0, 200.0
KIT_SHARE = 0.8


class Enough(Told):
    """Whether what is given covers what is needed, for every count within the bands."""

    YES = "enough"
    NO = "not enough"
    UNKNOWN = "unknown"


class SyringeLevel(Told):
    """Published bands of syringes a person and year."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class SyringeNeed:
    """Syringes at one hotspot, for every count within the bands.

    Attributes
    ----------
    hotspot
        Code.
    need_month, given_month
        Syringes a month (30 days) that the target asks for, and that the visit log shows; None
        where unknown.
    per_person_year_low, per_person_year_high
        Given, a person and year; `high` is None where it has no upper end, both where unknown.
    enough, why
        Whether the target is met whatever the counts are, and the reason.
    """

    hotspot: str
    need_month: Band | None
    given_month: Band | None
    per_person_year_low: float | None
    per_person_year_high: float | None
    enough: Enough
    why: str


@dataclass(frozen=True)
class KitNeed:
    """Naloxone kits at one hotspot: given and needed in a year, None where unknown."""

    hotspot: str
    need_year: Range | None
    given_year: Range | None
    enough: Enough
    why: str


def syringe_level(per_person_year: float) -> SyringeLevel:
    """Band of a figure: below 100 low, 100 to 200 medium, above 200 high.

    Examples
    --------
    >>> [str(syringe_level(x)) for x in (99.9, 100, 200, 200.1)]
    ['low', 'medium', 'medium', 'high']
    """
    if per_person_year < LOW_BELOW:
        return SyringeLevel.LOW
    return SyringeLevel.MEDIUM if per_person_year <= HIGH_ABOVE else SyringeLevel.HIGH


def syringe_need(hotspot: Hotspot, log_days: int, target: float) -> SyringeNeed:
    """Compare what the log says was given with the target, whatever the counts within the bands.

    Only what teams gave is in the log; people may have more from points.

    Parameters
    ----------
    hotspot
        A released record.
    log_days
        Days that the log covers, at most 91.
    target
        Syringes a person and year.
    """
    people, given = hotspot.people_range, hotspot.log.syringes_out_91d
    if not log_days:
        given = None
    need_month = None if people is None else _scaled(people, target * _DAYS_A_MONTH / DAYS_A_YEAR)
    given_month = None if given is None else _scaled(given, _DAYS_A_MONTH / log_days)
    low: float | None = None
    high: float | None = None
    enough = Enough.UNKNOWN
    if people is None:
        why = phrase("Nobody estimated how many people are there.")
    elif given is None:
        why = phrase("The visit log has no syringes given there.")
    else:
        year = DAYS_A_YEAR / log_days
        low = given.low * year / max(people.high, 1) if people.high is not None else 0.0
        # If most were given and fewest are there; somebody is, or there would be no hotspot.
        high = given.high * year / max(people.low, 1) if given.high is not None else None
        if low >= target:
            enough = Enough.YES
            why = phrase(
                "The visit log shows at least the target of {target} a person and year.",
                target=number(target),
            )
        elif high is not None and high < target:
            enough = Enough.NO
            why = phrase(
                "The visit log shows at most {most} syringes a person and year, against a target "
                "of {target}.",
                most=number(high),
                target=number(target),
            )
        else:
            why = phrase(
                "The counts are too uncertain to tell whether the target of {target} is met.",
                target=number(target),
            )
    return SyringeNeed(hotspot.code, need_month, given_month, low, high, enough, why)


def kit_need(hotspot: Hotspot, log_days_year: int) -> KitNeed:
    """Compare the naloxone kits of the last year with four in five of the people.

    Parameters
    ----------
    hotspot
        A released record.
    log_days_year
        Days that the log covers, at most 364; what it shows is taken for the whole year.
    """
    people = people_of(hotspot)
    need = None if people is None else people.times(KIT_SHARE)
    out = hotspot.log.naloxone_out_364d if log_days_year else None
    given = None if out is None else Range.of(out, DAYS_A_YEAR / log_days_year)
    enough = Enough.UNKNOWN
    if need is None:
        why = phrase("Nobody estimated how many people are there.")
    elif given is None:
        why = phrase("The visit log has no naloxone given there.")
    elif given.low >= need.high:
        enough = Enough.YES
        why = phrase("The visit log shows a kit a year for at least four in five people.")
    elif given.high < need.low:
        enough = Enough.NO
        why = phrase(
            "The visit log shows at most {most} kits a year, and four in five people are at least "
            "{people}.",
            most=number(given.high),
            people=number(need.low),
        )
    else:
        why = phrase("The counts are too uncertain to tell whether four in five people have a kit.")
    return KitNeed(hotspot.code, need, given, enough, why)


def _scaled(band: Band, factor: float) -> Band:
    """A band times a factor, rounded outwards so that no count within it is lost."""
    high = None if band.high is None else math.ceil(band.high * factor)
    return Band(math.floor(band.low * factor), high)

"""Syringes given against syringes needed, as ranges: bands in, bands out.

WHO's targets are 200 syringes a person who injects drugs and year (2020) and 300 (2030); below 100
is low, 100 to 200 medium, above 200 high coverage (Larney et al. 2017,
doi:10.1016/S2214-109X(17)30373-X).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach_map.tables import Band, Hotspot

_DAYS_A_YEAR = 365.0
LOW_BELOW, HIGH_ABOVE = 100.0, 200.0


class Enough(StrEnum):
    """Whether what is given covers what is needed, for every count within the bands."""

    YES = "enough"
    NO = "not enough"
    UNKNOWN = "unknown"


class SyringeLevel(StrEnum):
    """Published bands of syringes a person and year."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class SyringeNeed:
    """Syringes a person and year at one hotspot, from least to most; None where unknown."""

    hotspot: str
    per_person_year_low: float | None
    per_person_year_high: float | None
    enough: Enough
    why: str


def syringe_level(per_person_year: float) -> SyringeLevel:
    """Band of a figure: below 100 low, 100 to 200 medium, above 200 high.

    >>> [str(syringe_level(x)) for x in (99.9, 100, 200, 200.1)]
    ['low', 'medium', 'medium', 'high']
    """
    if per_person_year < LOW_BELOW:
        return SyringeLevel.LOW
    return SyringeLevel.MEDIUM if per_person_year <= HIGH_ABOVE else SyringeLevel.HIGH


def syringe_need(hotspot: Hotspot, log_days: int, target: float) -> SyringeNeed:
    """Compare what the log says was given with the target, whatever the counts within the bands.

    Parameters
    ----------
    hotspot
        A released record.
    log_days
        Days that the log covers, at most 90.
    target
        Syringes a person and year.
    """
    given, people = hotspot.log.syringes_out_90d, hotspot.people
    if people is None:
        return _unknown(hotspot, "Nobody estimated how many people are there.")
    if given is None or not log_days:
        return _unknown(hotspot, "The visit log has no syringes given there.")
    scale = _DAYS_A_YEAR / log_days
    low = given.low * scale / people.high if people.high is not None else 0.0
    high = _most(given, people, scale)
    if low >= target:
        enough, why = Enough.YES, f"At least the target of {target:.0f} a person and year."
    elif high is not None and high < target:
        enough = Enough.NO
        why = f"At most {high:.0f} syringes a person and year, against a target of {target:.0f}."
    else:
        enough = Enough.UNKNOWN
        why = f"The counts are too uncertain to tell whether the target of {target:.0f} is met."
    return SyringeNeed(hotspot.code, low, high, enough, why)


def _most(given: Band, people: Band, scale: float) -> float | None:
    """Syringes a person if most were given and fewest are there; None where there is no end."""
    return given.high * scale / max(people.low, 1) if given.high is not None else None


def _unknown(hotspot: Hotspot, why: str) -> SyringeNeed:
    return SyringeNeed(hotspot.code, None, None, Enough.UNKNOWN, why)

"""Values of records as words for people: bands, tokens, times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from outreach_map.hours import Hours
from outreach_map.tables import Band, Mode

_MODES = {Mode.WALK: "on foot", Mode.BIKE: "by bike", Mode.DRIVE: "by van"}
_TOKENS: Mapping[str, str] = {
    "nsp": "syringes",
    "hiv_test": "HIV test",
    "hcv_test": "hepatitis C test",
    "oat_referral": "referral to opioid agonist treatment",
    "pwid": "people who inject drugs",
    "fsw": "sex workers",
    "msm": "men who have sex with men",
    "trans": "trans people",
    "prison": "people in or out of prison",
    "street": "on the street",
}


def words(token: str) -> str:
    """A token as words: 'hiv_test' is 'HIV test', 'bus_station' is 'bus station'."""
    return _TOKENS.get(token, token.replace("_", " "))


def listed(tokens: Iterable[str]) -> str:
    """Tokens as a list with commas."""
    return ", ".join(words(token) for token in tokens)


def band(value: Band | None) -> str:
    """Label of a band; 'unknown' where there is none."""
    return "unknown" if value is None else value.label


def hours(value: Hours) -> str:
    """Hours as they are written, or that nobody wrote them down."""
    return value.text if value.known else "not written down"


def week(value: date | None) -> str:
    """'week of 23 Nov 2026', or unknown."""
    return "unknown" if value is None else f"week of {value.day} {value:%b %Y}"


def minutes(seconds: float) -> str:
    """Whole minutes, rounded up; 'no way' without one."""
    return "no way" if seconds == float("inf") else f"{-(-seconds // 60):.0f} min"


def metres(value: float) -> str:
    """Metres to tens, or kilometres to tenths."""
    return f"{value / 1000:.1f} km" if value >= 1000 else f"{round(value, -1):.0f} m"


def mode(value: Mode) -> str:
    """How a team moves."""
    return _MODES[value]

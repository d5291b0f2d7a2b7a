"""Sun times against the almanac of the U.S. Naval Observatory, to two minutes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.hours import Place
from outreach_map.risk.sun import altitude_deg, dark_within, is_dark, sun_times

OSLO = Place(59.9139, 10.7522, "UTC")
QUITO = Place(-0.1807, -78.4678, "UTC")
SYDNEY = Place(-33.8688, 151.2093, "UTC")
REYKJAVIK = Place(64.1466, -21.9426, "UTC")
USHUAIA = Place(-54.8019, -68.3030, "UTC")
LONDON = Place(51.5074, -0.1278, "UTC")
SAN_FRANCISCO = Place(37 + 46 / 60, -(122 + 26 / 60), "Etc/GMT+8")
TWO_MINUTES = timedelta(minutes=2)

# U.S. Naval Observatory, Astronomical Applications: "Complete Sun and Moon Data for One Day"
# (aa.usno.navy.mil/api/rstt/oneday, UT) and, of San Francisco, "Rise and Set for the Sun for 2012"
# (Pacific Standard Time). Whole minutes, as published: dawn, sunrise, sunset, dusk.
ALMANAC = [
    (OSLO, date(2025, 6, 21), "00:10", "01:54", "20:44", "22:28"),
    (OSLO, date(2025, 12, 21), "07:21", "08:18", "14:12", "15:10"),
    (QUITO, date(2025, 3, 20), "10:57", "11:18", "23:24", "23:45"),
    (SYDNEY, date(2025, 9, 22), None, "19:44", "07:51", None),
    (REYKJAVIK, date(2025, 12, 21), "10:03", "11:22", "15:30", "16:49"),
    (USHUAIA, date(2025, 12, 21), None, "07:52", None, None),
    (LONDON, date(2025, 6, 21), "02:55", "03:43", "20:22", "21:09"),
    (SAN_FRANCISCO, date(2012, 1, 1), None, "07:25", "17:01", None),
    (SAN_FRANCISCO, date(2012, 3, 1), None, "06:40", "18:04", None),
    (SAN_FRANCISCO, date(2012, 6, 21), None, "04:48", "19:35", None),
    (SAN_FRANCISCO, date(2012, 9, 23), None, "05:59", "18:04", None),
    (SAN_FRANCISCO, date(2012, 11, 25), None, "07:01", "16:53", None),
]


@pytest.mark.parametrize(("place", "day", "dawn", "sunrise", "sunset", "dusk"), ALMANAC)
def test_sun_times_are_those_of_the_almanac(
    place: Place, day: date, dawn: str | None, sunrise: str, sunset: str | None, dusk: str | None
) -> None:
    found = sun_times(place, day)
    for name, published in zip(
        ("dawn", "sunrise", "sunset", "dusk"), (dawn, sunrise, sunset, dusk), strict=True
    ):
        if published is not None:
            expected = datetime.combine(day, datetime.strptime(published, "%H:%M").time())
            assert abs(getattr(found, name) - expected) <= TWO_MINUTES, name


# The same observatory's computed altitudes (aa.usno.navy.mil/api/celnav, hc).
@pytest.mark.parametrize(
    ("place", "when", "degrees"),
    [
        (OSLO, datetime(2025, 6, 21, 10), 51.00185),
        (OSLO, datetime(2025, 12, 21, 11), 6.58999),
        (QUITO, datetime(2025, 3, 20, 17), 84.69836),
        (SYDNEY, datetime(2025, 6, 21, 1), 31.11522),
        (REYKJAVIK, datetime(2025, 9, 22, 13), 25.82978),
    ],
)
def test_altitudes_are_those_of_the_almanac(place: Place, when: datetime, degrees: float) -> None:
    assert altitude_deg(place, when) == pytest.approx(degrees, abs=0.02)


def test_the_polar_night_has_twilight_and_no_sunrise() -> None:
    """70 N on 21 December 2025: continuously below the horizon, civil twilight 09:55 to 14:02."""
    found = sun_times(Place(70.0, 0.0, "UTC"), date(2025, 12, 21))
    assert found.sunrise is found.sunset is None
    assert found.dawn is not None
    assert found.dusk is not None
    assert abs(found.dawn - datetime(2025, 12, 21, 9, 55)) <= TWO_MINUTES
    assert abs(found.dusk - datetime(2025, 12, 21, 14, 2)) <= TWO_MINUTES


def test_the_clock_on_the_wall_has_summer_time() -> None:
    """London's sunset of 20:22 UT is 21:22 on the wall in June."""
    found = sun_times(Place(51.5074, -0.1278, "Europe/London"), date(2025, 6, 21))
    assert found.sunset is not None
    assert abs(found.sunset - datetime(2025, 6, 21, 21, 22)) <= TWO_MINUTES


@given(st.integers(0, 364), st.integers(0, 24 * 60 - 1), st.integers(0, 300))
def test_dark_is_what_lies_between_dusk_and_dawn(day: int, minute: int, length: int) -> None:
    when = datetime(2026, 1, 1) + timedelta(days=day, minutes=minute)
    place = Place(-30.0, -51.2, "America/Sao_Paulo")
    times = sun_times(place, when.date())
    assert times.dawn is not None
    assert times.dusk is not None
    near = min(abs(when - times.dawn), abs(when - times.dusk))
    if near > timedelta(seconds=2):
        assert is_dark(place, when) == (when < times.dawn or when > times.dusk)
    if is_dark(place, when):
        assert dark_within(place, when, when + timedelta(minutes=length))
        assert dark_within(place, when - timedelta(minutes=length), when)

"""Opening hours as planners write them: seasons, holidays, nights, the sun, and what is unknown."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.errors import Severity
from outreach_map.hours import Hours, OpenState, Place
from outreach_map.intake import collect_problems, read_tables
from outreach_map.intake.hints import hours_hint
from tests.intake.tables import BOUNDS

PORTO_ALEGRE = Place.around((-51.27, -30.20, -51.05, -29.95), "America/Sao_Paulo")
NEUBRANDENBURG = Place.around(BOUNDS, "Europe/Berlin")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day} 12:00")


@pytest.mark.parametrize(
    ("place", "days"),
    [
        # Law 662 of 1949 with its changes; Good Friday; since 2024 Zumbi's day.
        (PORTO_ALEGRE, ["2026-01-01", "2026-04-03", "2026-04-21", "2026-05-01", "2026-09-07",
                        "2026-10-12", "2026-11-02", "2026-11-20", "2026-12-25"]),
        # What all sixteen states keep.
        (NEUBRANDENBURG, ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14",
                          "2026-05-25", "2026-12-25"]),
    ],
    ids=["Brazil", "Germany"],
)  # fmt: skip
def test_public_holidays_are_those_of_the_country(place: Place, days: list[str]) -> None:
    closed = Hours("Mo-Fr 09:00-17:00; PH off", place)
    kept = Hours("PH 10:00-14:00", place)
    for day in days:
        assert noon(day).weekday() < 5
        assert closed.state(noon(day)) is OpenState.CLOSED
        assert kept.state(noon(day)) is OpenState.OPEN
        assert closed.state(noon(day) - timedelta(days=14)) is OpenState.OPEN
    assert closed.unknown_days == ()


def test_holidays_of_one_country_are_no_holidays_of_another() -> None:
    text = "Mo-Fr 09:00-17:00; PH off"
    assert Hours(text, PORTO_ALEGRE).state(noon("2026-09-07")) is OpenState.CLOSED
    assert Hours(text, NEUBRANDENBURG).state(noon("2026-09-07")) is OpenState.OPEN


def test_a_town_on_a_border_keeps_the_holidays_of_its_own_country() -> None:
    basel = Place.around((7.55, 47.52, 7.63, 47.59), "Europe/Zurich")
    assert (basel.latitude, basel.longitude) == (47.6, 7.6)  # across the border, so rounded
    assert basel.country == "CH"
    hours = Hours("Mo-Sa 09:00-17:00; PH off", basel)
    assert hours.state(noon("2026-08-01")) is OpenState.CLOSED  # the Swiss day
    assert hours.state(noon("2026-10-03")) is OpenState.OPEN  # the German one


def test_a_country_without_a_calendar_is_said_and_takes_no_other(programme_of) -> None:
    place = Place.around((85.2, 27.6, 85.4, 27.8), "Asia/Kathmandu")
    hours = Hours("Mo-Fr 09:00-17:00; PH off", place)
    assert hours.unknown_days == ("PH",)
    assert hours.state(noon("2026-08-14")) is OpenState.OPEN
    text = "id,name,lon,lat,type,services,opening_hours,public\n"
    text += "P1,Point,13.25,53.55,clinic,nsp,Mo-Fr 09:00-17:00; SH off,yes\n"
    text += "P2,Point,13.25,53.55,clinic,nsp,SH 10:00-12:00,yes\n"
    problems = collect_problems(programme_of({"points.csv": text}), bounds=BOUNDS)
    (problem,) = [p for p in problems if p.column == "opening_hours"]
    assert (problem.row, problem.severity) == (2, Severity.WARNING)
    assert problem.what.endswith("no calendar is known here, and 1 more rows do")


def test_public_holidays_with_a_calendar_need_no_word(programme_of) -> None:
    text = "id,name,lon,lat,type,services,opening_hours,public\n"
    text += "P1,Point,13.25,53.55,clinic,nsp,Mo-Fr 09:00-17:00; PH off,yes\n"
    programme = programme_of({"points.csv": text})
    problems = collect_problems(programme, bounds=BOUNDS)
    assert not [p for p in problems if p.file == "points.csv"]
    (point,) = read_tables(programme, bounds=BOUNDS).points
    assert point.opening_hours.state(noon("2026-12-25")) is OpenState.CLOSED


def sunset(place: Place, day: datetime, zone_h: float) -> datetime:
    """Sunset by the textbook: upper limb, refraction of 34 minutes of arc (Meeus, rounded)."""
    turn = 2 * math.pi * (day.timetuple().tm_yday - 81) / 364
    late_min = 9.87 * math.sin(2 * turn) - 7.53 * math.cos(turn) - 1.5 * math.sin(turn)
    tilt = math.radians(23.44) * math.sin(turn)
    lat = math.radians(place.latitude)
    angle = (math.sin(math.radians(-0.833)) - math.sin(lat) * math.sin(tilt)) / (
        math.cos(lat) * math.cos(tilt)
    )
    noon_min = 720 + 4 * (15 * zone_h - place.longitude) - late_min
    return day + timedelta(minutes=noon_min + math.degrees(math.acos(angle)) * 4)


@pytest.mark.parametrize(
    ("place", "day", "zone_h"),
    [
        (PORTO_ALEGRE, "2026-06-21", -3), (PORTO_ALEGRE, "2026-12-21", -3),
        (NEUBRANDENBURG, "2026-06-21", 2), (NEUBRANDENBURG, "2026-12-21", 1),
        (NEUBRANDENBURG, "2026-03-20", 1),
    ],
)  # fmt: skip
def test_the_sun_sets_by_the_programmes_place_and_clock(place, day: str, zone_h: float) -> None:
    midnight = datetime.fromisoformat(day)
    ((opens, closes),) = Hours("sunset-02:00", place).windows(
        midnight + timedelta(hours=12), midnight + timedelta(hours=30)
    )
    assert abs(opens - sunset(place, midnight, zone_h)) < timedelta(minutes=6)
    assert closes == midnight + timedelta(hours=26)
    before = Hours("(sunset-01:00)-24:00", place).windows(
        midnight + timedelta(hours=12), midnight + timedelta(hours=24)
    )
    assert opens - before[0][0] == timedelta(hours=1)


def test_months_and_seasons() -> None:
    winter = Hours("Oct-Mar Mo-Fr 16:00-18:00; Apr-Sep Mo-Fr 19:00-21:00")
    assert winter.state(datetime(2026, 1, 5, 17)) is OpenState.OPEN
    assert winter.state(datetime(2026, 7, 6, 17)) is OpenState.CLOSED
    assert winter.state(datetime(2026, 7, 6, 20)) is OpenState.OPEN
    assert Hours("Dec 24-Jan 02 off; Mo-Su 10:00-12:00").known
    over = Hours("Mo-Su 10:00-12:00; Dec 24-Jan 02 off")
    assert [over.state(datetime(2026, 12, day, 11)) for day in (23, 24, 31)] == [
        OpenState.OPEN, OpenState.CLOSED, OpenState.CLOSED,
    ]  # fmt: skip


def test_nights_go_past_midnight_into_the_day_after() -> None:
    night = Hours("Fr 22:00-04:00")
    saturday = datetime(2026, 11, 28)
    assert night.state(saturday + timedelta(hours=3, minutes=59)) is OpenState.OPEN
    assert night.state(saturday + timedelta(hours=4)) is OpenState.CLOSED
    assert night.state(saturday - timedelta(hours=20)) is OpenState.CLOSED
    assert night.windows(saturday, saturday + timedelta(days=1)) == (
        (saturday, saturday + timedelta(hours=4)),
    )


@pytest.mark.parametrize("text", ["Sa 22:00-04:00", "Sa 22:00-04:00; PH off"])
def test_in_the_night_of_a_clock_change_hours_are_those_on_the_wall(text: str) -> None:
    # Without holidays the library is given no time zone, with them it is.
    hours = Hours(text, NEUBRANDENBURG)
    for evening in (datetime(2026, 10, 24, 12), datetime(2026, 3, 28, 12)):
        ((opens, closes),) = hours.windows(evening, evening + timedelta(hours=24))
        assert (opens.hour, closes.hour) == (22, 4)


def test_unknown_is_not_closed() -> None:
    when = datetime(2026, 11, 23, 11)
    assert Hours("").state(when) is OpenState.UNKNOWN
    assert Hours("Mo 10:00-12:00 unknown").state(when) is OpenState.UNKNOWN
    assert Hours("Mo 10:00-12:00 unknown").state(when + timedelta(hours=2)) is OpenState.CLOSED
    assert Hours("closed").state(when) is OpenState.CLOSED
    assert (Hours("").known, Hours("closed").known) == (False, True)
    assert Hours("Mo 10:00-12:00 unknown").windows(when, when + timedelta(days=1)) == ()


EXPRESSIONS = st.sampled_from(
    ["24/7", "Mo-Fr 09:00-17:00; PH off", "sunset-sunrise", "Fr-Sa 22:00-04:00", "Mo[1] 10:00+",
     "week 1-53/2 Mo 10:00-12:00", "Jan-Mar 10:00-12:00", "Mo-Fr 09:00-12:00,13:00-17:00"]
)  # fmt: skip


@given(
    text=EXPRESSIONS,
    place=st.sampled_from([PORTO_ALEGRE, NEUBRANDENBURG]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)),
    minutes=st.integers(0, 7 * 24 * 60 - 1),
)
def test_it_is_open_where_a_window_says_so(text, place, start, minutes) -> None:
    start = start.replace(second=0, microsecond=0)
    when = start + timedelta(minutes=minutes)
    hours = Hours(text, place)
    windows = hours.windows(start, start + timedelta(days=7))
    inside = any(first <= when < last for first, last in windows)
    changed = any(abs(when - edge) <= timedelta(minutes=61) for pair in windows for edge in pair)
    # An hour that the clock skips or repeats is on neither side of a change.
    assert changed or inside == (hours.state(when) is OpenState.OPEN)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mon-Fri 9am-5pm", "Mo-Fr 09:00-17:00"),
        ("weekdays 9:30 to 17", "Mo-Fr 09:30-17:00"),
        ("du lundi au vendredi de 9h à 17h30", "Mo-Fr 09:00-17:30"),
        ("lundi, mercredi 9h-12h", "Mo,We 09:00-12:00"),
        ("lunes a viernes 9:00 a 17:00", "Mo-Fr 09:00-17:00"),
        ("sábado y domingo 10-14h", "Sa,Su 10:00-14:00"),
        ("segunda a sexta das 9h às 17h", "Mo-Fr 09:00-17:00"),
        ("terça-feira 14h-16h", "Tu 14:00-16:00"),
        ("Jumatatu hadi Ijumaa 9:00-17:00", "Mo-Fr 09:00-17:00"),
        ("понедельник - пятница 10:00-18:00", "Mo-Fr 10:00-18:00"),
        ("Пн-Пт с 10 до 18", "Mo-Fr 10:00-18:00"),
        ("Mo-Fr 09:00-17:00,Sa 10:00-12:00", "Mo-Fr 09:00-17:00; Sa 10:00-12:00"),
        ("Mon-Fri 9-17, Sat 10-12", "Mo-Fr 09:00-17:00; Sa 10:00-12:00"),
        ("daily 22h-4h", "Mo-Su 22:00-04:00"),
        ("always open", ""),
        ("24 hours", "24/7"),
        ("by the kiosk", ""),
        ("Mon-Fri mornings", ""),
        ("ask Ana 9-17", ""),
        ("Di-Do 18-22 Uhr", "Tu-Th 18:00-22:00"),
        ("Mo-Do 18-22", "Mo-Th 18:00-22:00"),
        ("Do-Sa 20-24 Uhr", "Th-Sa 20:00-24:00"),
        ("Montag bis Freitag 9-17 Uhr", "Mo-Fr 09:00-17:00"),
        ("montags und mittwochs von 9 bis 12", "Mo,We 09:00-12:00"),
        ("täglich 10-18 Uhr", "Mo-Su 10:00-18:00"),
        ("do-vi 9-12", "Su-Fr 09:00-12:00"),
        ("ma, me 9h-12h", "Tu,We 09:00-12:00"),
        # In two languages another day each.
        ("Do 18-22", ""),
        ("di 9h-12h", ""),
        ("Ma 9-12", ""),
        ("di, do 9-12", "Tu,Th 09:00-12:00"),
    ],
)
def test_hours_in_words_are_hinted_at_in_the_right_form(written: str, meant: str) -> None:
    assert hours_hint(written) == meant
    if meant:
        assert Hours(meant).text == meant


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=30))
def test_a_hint_repeats_no_word_of_the_cell(text: str) -> None:
    hint = hours_hint(f"Zwiebelturm {text}")
    assert hint == ""
    hint = hours_hint(text)
    assert hint == "" or Hours(hint).text == hint

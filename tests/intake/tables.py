"""Any valid table: strategies of rows, and what makes two of them the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import shapely
from hypothesis import strategies as st

from outreach_map.hours import Hours, Place
from outreach_map.intake.rows import (
    RawCell,
    RawDecision,
    RawHotspot,
    RawPoint,
    RawRisk,
    RawTeam,
    RawVisit,
    Row,
)
from outreach_map.tables import Affects, DecisionKind, Mode, PointStatus, RiskAction

BOUNDS = (13.19, 53.51, 13.33, 53.60)
PLACE = Place.around(BOUNDS, "Europe/Berlin")
HOTSPOTS, TEAMS = ("H1", "H2", "H3"), ("T1", "T2")

TEXTS = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], max_codepoint=0xFFFF), max_size=40
).map(lambda text: " ".join(text.split()))
# Faults of a spreadsheet, and n/a in a form, are no text.
NOTES = TEXTS.filter(lambda text: not text.startswith("#") and text.lower() != "n/a")
IDS = st.from_regex(r"[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9 _.-]{0,20}[A-Za-z]", fullmatch=True).map(
    lambda text: " ".join(text.split())
)
TOKENS = st.from_regex(r"[a-z][a-z_]{0,12}[0-9]{0,2}", fullmatch=True)
WORDS = st.lists(TOKENS, max_size=3).map(lambda words: tuple(sorted({*words})))
LANGUAGES = st.lists(st.sampled_from(["pt", "es", "sw", "ru", "zh-Hant", "pt-BR"]), max_size=3).map(
    lambda tags: tuple(sorted({*tags}))
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
AMOUNTS = st.one_of(st.integers(0, 10**6).map(float), st.integers(0, 10**9).map(lambda n: n / 1000))
COUNTS = st.integers(0, 10**6)
HOURS = st.sampled_from(
    ["", "24/7", "Mo-Fr 10:00-16:00", "Fr-Sa 22:00-04:00", "sunset-02:00", "Apr-Sep Su 10:00-12:00",
     "Mo-Fr 09:00-12:00,13:00-17:00; PH off", "Mo 10:00-12:00 unknown", "closed"]
).map(lambda text: Hours(text, PLACE))  # fmt: skip
LON = st.integers(1320, 1332).map(lambda n: n / 100)
LAT = st.integers(5352, 5359).map(lambda n: n / 100)
POINTS = st.builds(shapely.Point, LON, LAT)
AREAS = st.builds(lambda lon, lat: shapely.box(lon, lat, lon + 0.01, lat + 0.01), LON, LAT)
LINES = st.builds(lambda lon, lat: shapely.LineString([(lon, lat), (lon + 0.01, lat)]), LON, LAT)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def _ordered(values: list[Any], given: list[bool]) -> list[Any]:
    return [value if there else None for value, there in zip(sorted(values), given, strict=True)]


def _some_of(values: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[list[Any]]:
    """So many values in ascending order, of which some are missing."""
    return st.builds(
        _ordered,
        st.lists(values, min_size=count, max_size=count),
        st.lists(st.booleans(), min_size=count, max_size=count),
    )


@st.composite
def hotspots(draw: st.DrawFn, shapes: st.SearchStrategy[Any] = POINTS) -> RawHotspot:
    low, mid, high = draw(_some_of(AMOUNTS, 3))
    estimated, review = draw(_some_of(DAYS, 2))
    return RawHotspot.model_construct(
        row=0, id=draw(IDS), geometry=draw(shapes), precision_m=draw(maybe(AMOUNTS)),
        typology=draw(st.one_of(st.just(""), TOKENS)), communities=draw(WORDS),
        languages=draw(LANGUAGES), est_min=low, est_mid=mid, est_max=high, est_date=estimated,
        active_hours=draw(HOURS), services_needed=draw(WORDS),
        injections_per_day=draw(maybe(AMOUNTS)), visits_per_month=draw(maybe(AMOUNTS)),
        last_visit=draw(maybe(DAYS)), review_by=review, note=draw(NOTES),
    )  # fmt: skip


@st.composite
def points(draw: st.DrawFn, shapes: st.SearchStrategy[Any] = POINTS) -> RawPoint:
    stock = {one: draw(COUNTS) for one in draw(st.sets(st.sampled_from(["syringes", "condoms"])))}
    return RawPoint.model_construct(
        row=0, id=draw(IDS), name=draw(NOTES.filter(bool)), geometry=draw(shapes),
        type=draw(TOKENS), services=draw(WORDS.filter(bool)), opening_hours=draw(HOURS),
        capacity_per_month=draw(maybe(AMOUNTS)), stock=stock, languages=draw(LANGUAGES),
        restock=draw(st.booleans()), status=draw(st.sampled_from(PointStatus)),
        verified_on=draw(maybe(DAYS)), public=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def risks(draw: st.DrawFn, shapes: st.SearchStrategy[Any] = POINTS) -> RawRisk:
    assessed, review = draw(_some_of(DAYS, 2))
    later = st.dates(assessed, date(2099, 12, 31)) if assessed else DAYS
    return RawRisk.model_construct(
        row=0, id=draw(IDS), geometry=draw(shapes), category=draw(TOKENS),
        affects=draw(st.sampled_from(Affects)), likelihood=draw(st.integers(1, 5)),
        impact=draw(st.integers(1, 5)), applies_hours=draw(HOURS),
        action=draw(st.sampled_from(RiskAction)), description=draw(NOTES), mitigation=draw(NOTES),
        assessed_by=draw(WORDS), assessed_on=assessed, review_by=review,
        expires_on=draw(maybe(later)),
    )  # fmt: skip


@st.composite
def teams(draw: st.DrawFn) -> RawTeam:
    carry = {one: draw(COUNTS) for one in draw(st.sets(st.sampled_from(["syringes", "naloxone"])))}
    return RawTeam.model_construct(
        row=0, id=draw(IDS), size=draw(st.integers(2, 9)), mode=draw(st.sampled_from(Mode)),
        start=draw(st.sampled_from(["P1", "13.25 53.55"])), end=draw(st.sampled_from(["P1"])),
        shift=draw(HOURS.filter(lambda hours: hours.known)),
        max_distance_km=draw(maybe(AMOUNTS)), break_min=draw(maybe(AMOUNTS)), carry=carry,
        languages=draw(LANGUAGES), communities=draw(WORDS), no_go=draw(WORDS),
    )  # fmt: skip


@st.composite
def visits(draw: st.DrawFn) -> RawVisit:
    counts = [
        "contacts", "new_contacts", "syringes_out", "syringes_in", "naloxone_out", "condoms_out",
        "referrals", "overdoses_reversed",
    ]  # fmt: skip
    return RawVisit.model_construct(
        row=0, date=draw(DAYS), hotspot_id=draw(st.sampled_from(HOTSPOTS)),
        team_id=draw(st.sampled_from(TEAMS)), outcome=draw(st.one_of(st.just(""), TOKENS)),
        **{name: draw(maybe(COUNTS)) for name in counts},
    )  # fmt: skip


@st.composite
def decisions(draw: st.DrawFn) -> RawDecision:
    since, until = draw(_some_of(DAYS, 2))
    kind = draw(st.sampled_from(DecisionKind))
    team = st.sampled_from(TEAMS)
    named = kind in (DecisionKind.PREFER_TEAM, DecisionKind.EXCLUDE_TEAM)
    return RawDecision.model_construct(
        row=0, kind=kind, hotspot_id=draw(st.sampled_from(HOTSPOTS)),
        team_id=draw(team if named else maybe(team)), from_date=since, until_date=until,
        reason=draw(NOTES),
    )  # fmt: skip


@st.composite
def residents(draw: st.DrawFn) -> RawCell:
    return RawCell.model_construct(row=0, lon=draw(LON), lat=draw(LAT), population=draw(AMOUNTS))


def unique(rows: st.SearchStrategy[Any], *, by: str = "id") -> st.SearchStrategy[list[Any]]:
    return st.lists(rows, min_size=1, max_size=5, unique_by=lambda row: getattr(row, by))


TABLES: dict[str, st.SearchStrategy[list[Any]]] = {
    "hotspots": unique(hotspots()),
    "points": unique(points()),
    "risks": unique(risks()),
    "teams": unique(teams()),
    "visits": st.lists(visits(), min_size=1, max_size=5),
    "decisions": st.lists(decisions(), min_size=1, max_size=5),
    "population": st.lists(residents(), min_size=1, max_size=5),
}
# An id of a placemark is a name of XML, or is not written.
_LETTERS = st.from_regex(r"[A-Z][A-Za-z0-9_-]{0,12}[a-z]", fullmatch=True)


def _named(rows: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda row, name: row.model_copy(update={"id": name}), rows, _LETTERS)


DRAWN: dict[str, st.SearchStrategy[list[Any]]] = {
    "hotspots": unique(_named(hotspots(st.one_of(POINTS, AREAS)))),
    "points": unique(_named(points())),
    "risks": unique(_named(risks(st.one_of(POINTS, AREAS, LINES)))),
    "population": TABLES["population"],
}


def said(row: Row) -> dict[str, object]:
    """What a row says: all but its number, and its place to a tenth of a metre."""
    values = {name: value for name, value in vars(row).items() if name != "row"}
    if (shape := values.pop("geometry", None)) is not None:
        snapped = shapely.set_precision(shape, 1e-6, mode="pointwise")
        values["geometry"] = shapely.normalize(snapped).wkt
    if "carry" in values or "stock" in values:
        for family in {"carry", "stock"} & {*values}:
            values[family] = {one: n for one, n in values[family].items() if n is not None}
    return values


def same(found: Sequence[Row], expected: Sequence[Row]) -> bool:
    return [said(row) for row in found] == [said(row) for row in expected]

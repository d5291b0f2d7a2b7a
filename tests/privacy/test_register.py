"""The register's standing: who signed it, until when it stands, and that nothing stale is safe."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.hours import Hours
from outreach_map.intake import RawRisk
from outreach_map.network import StreetExtract
from outreach_map.privacy.records import expires_on, risk_state, zones
from outreach_map.routing.streets import look
from outreach_map.settings import EXPIRY_DAYS, RiskSettings
from outreach_map.tables import Affects, Mode, Place, Rating, RiskAction, RiskState
from tests.coverage.row_town import box, row

MONDAY = date(2026, 11, 23)
RULES = RiskSettings()


def raw(**fields: object) -> RawRisk:
    known: dict[str, object] = {
        "row": 1,
        "id": "R1",
        "geometry": shapely.box(0, 0, 1, 1),
        "category": "policing",
        "affects": Affects.BOTH,
        "likelihood": 4,
        "impact": 4,
        "assessed_by": "peer;coordinator",
        "assessed_on": "2026-11-02",
        "review_by": "2026-12-14",
    }
    return RawRisk.model_validate(known | fields)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, RiskState.CURRENT),
        ({"assessed_by": "coordinator"}, RiskState.UNSIGNED),
        ({"assessed_by": ""}, RiskState.UNSIGNED),
        ({"review_by": "2026-11-22"}, RiskState.REVIEW_DUE),
        ({"review_by": "2026-11-23"}, RiskState.CURRENT),
        ({"review_by": None}, RiskState.REVIEW_DUE),
        ({"assessed_on": None}, RiskState.REVIEW_DUE),
        ({"expires_on": "2026-11-22"}, RiskState.EXPIRED),
        ({"expires_on": "2026-11-22", "assessed_by": ""}, RiskState.EXPIRED),
        ({"assessed_on": None, "expires_on": "2026-11-23"}, RiskState.CURRENT),
        # Four weeks and a day before the round: a policing report is over, a wall is not.
        ({"assessed_on": "2026-10-25"}, RiskState.EXPIRED),
        ({"assessed_on": "2026-10-26"}, RiskState.CURRENT),
        ({"assessed_on": "2026-10-25", "category": "environment"}, RiskState.CURRENT),
        ({"assessed_on": "2026-10-25", "expires_on": "2027-01-01"}, RiskState.CURRENT),
    ],
)
def test_only_what_is_signed_and_in_time_is_current(
    fields: dict[str, object], state: RiskState
) -> None:
    assert risk_state(raw(**fields), MONDAY, RULES) is state


def test_a_policing_report_ends_sooner_than_a_steep_stair() -> None:
    assert EXPIRY_DAYS["policing"] == 28 < EXPIRY_DAYS["environment"] == 365
    assert expires_on(raw(), RULES) == date(2026, 11, 30)
    own = RiskSettings(expiry_days={"policing": 7, "dogs": 400})
    assert expires_on(raw(), own) == date(2026, 11, 9)
    assert expires_on(raw(category="dogs"), own) == date(2026, 11, 2) + timedelta(days=400)
    assert expires_on(raw(category="dogs"), RULES) == date(2026, 11, 2) + timedelta(days=90)


def test_every_role_has_to_sign_and_a_peer_always() -> None:
    rules = RiskSettings(signed_by=["peer", "coordinator"])
    assert risk_state(raw(), MONDAY, rules) is RiskState.CURRENT
    assert risk_state(raw(assessed_by="peer"), MONDAY, rules) is RiskState.UNSIGNED
    with pytest.raises(ValueError, match="has to name peer"):
        RiskSettings(signed_by=["coordinator"])


def released(row_: RawRisk, place: Place | None = None, rules: RiskSettings = RULES):
    (zone,) = zones([row_], MONDAY, rules, {"R1": "R-AAAA"}, {"R1": place or box(0, 1)})
    return zone


def test_what_is_left_stands_beside_and_replaces_no_unknown() -> None:
    zone = released(raw(residual_likelihood=2, residual_impact=2))
    assert (zone.rating, zone.residual) == (Rating.HIGH, Rating.LOW)
    assert released(raw()).residual is Rating.UNKNOWN
    stale = released(raw(residual_likelihood=1, residual_impact=1, assessed_by=""))
    assert (stale.rating, stale.residual) == (Rating.UNKNOWN, Rating.UNKNOWN)


@pytest.mark.parametrize(
    ("left", "message"),
    [((2, None), "Fill both"), ((5, 5), "what is left of it")],
)
def test_what_is_left_has_both_figures_and_is_not_more(left: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        raw(residual_likelihood=left[0], residual_impact=left[1])


class _Streets(StreetExtract):
    def __init__(self) -> None:
        object.__setattr__(self, "networks", {Mode.WALK: row()})


@given(
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from(RiskAction),
    st.sampled_from(
        [
            {"assessed_by": ""},
            {"assessed_by": "coordinator"},
            {"expires_on": "2026-11-20"},
            {"review_by": "2026-11-20"},
            {"review_by": None},
            {"assessed_on": "2026-01-01"},
            {"residual_likelihood": 1, "residual_impact": 1, "assessed_by": ""},
        ]
    ),
)
def test_expired_and_unsigned_rows_never_lower_a_risk_cost(
    likelihood: int, impact: int, action: RiskAction, stale: dict[str, object]
) -> None:
    """Every street costs at least what it would under the same row, signed and in time."""
    fields = {"likelihood": likelihood, "impact": impact, "action": action}
    costs = []
    for more in ({}, stale):
        zone = released(raw(**fields, **more), box(3, 5))
        assert zone.hours == Hours()
        kind = (Mode.WALK, (zone.code,), (), ())
        costs.append(look(_Streets(), kind, {zone.code: zone}).costs.cost_s)
    current, unsure = costs
    assert (unsure >= current).all()
    assert (unsure >= row().travel_time_s).all()

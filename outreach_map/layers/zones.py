"""Risk zones as the union of the areas that they touch."""

from __future__ import annotations

from collections.abc import Iterable

from outreach_map.layers.element import DataLayer, Feature, area
from outreach_map.layers.words import hours, week, words
from outreach_map.risk import mitigation
from outreach_map.tables import Affects, Rating, RiskAction, RiskZone

_ACTIONS = {
    RiskAction.WARN: "teams are told",
    RiskAction.SLOW: "routes go round it where they can",
    RiskAction.AVOID: "routes keep out",
}

_AFFECTS = {
    Affects.PEER: "peers",
    Affects.CLIENT: "clients",
    Affects.BOTH: "peers and clients",
}


def zone_layer(zones: Iterable[RiskZone], *, show: bool = False) -> DataLayer:
    """Layer of zones; one without a current assessment is drawn as unknown, never as low."""
    return DataLayer("zones", "Risk zones", list(_features(zones)), show=show)


def _left(zone: RiskZone) -> str:
    """What the peers expect to be left of a risk, beside its rating."""
    return "" if zone.residual is Rating.UNKNOWN else f"risk {zone.residual}"


def _features(zones: Iterable[RiskZone]) -> Iterable[Feature]:
    for zone in zones:
        if not zone.place.mapped:
            continue
        title = f"{words(zone.category).capitalize()} · risk {zone.rating}"
        shape = area(
            zone.place.geometry,
            f"zone-{zone.rating}",
            title,
            [
                ("zone", zone.code),
                ("assessment", zone.state.value),
                ("with what was agreed", _left(zone)),
                ("affects", _AFFECTS[zone.affects]),
                ("hours", hours(zone.hours)),
                ("in the plan", _ACTIONS[zone.action]),
                ("review by", week(zone.review_week)),
                ("what to do", mitigation(zone.category)),
            ],
        )
        yield {**shape, "codes": [zone.code]}

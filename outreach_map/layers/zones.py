"""Risk zones as the union of the areas that they touch."""

from __future__ import annotations

from collections.abc import Iterable

from outreach_map.language import beside, capitalised, phrase
from outreach_map.layers.element import DataLayer, Feature, area
from outreach_map.layers.words import affects, hours, week, words
from outreach_map.risk import mitigation
from outreach_map.tables import Rating, RiskAction, RiskZone

_ACTIONS = {
    RiskAction.WARN: phrase("teams are told"),
    RiskAction.SLOW: phrase("routes go round it where they can"),
    RiskAction.AVOID: phrase("routes keep out"),
}


def zone_layer(zones: Iterable[RiskZone], *, show: bool = False) -> DataLayer:
    """Layer of zones; one without a current assessment is drawn as unknown, never as low."""
    return DataLayer("zones", phrase("Risk zones"), list(_features(zones)), show=show)


def _left(zone: RiskZone) -> str:
    """What the peers expect to be left of a risk, beside its rating."""
    return "" if zone.residual is Rating.UNKNOWN else _risk(zone.residual)


def _risk(rating: Rating) -> str:
    return phrase("risk {rating}", rating=rating)


def _features(zones: Iterable[RiskZone]) -> Iterable[Feature]:
    for zone in zones:
        if not zone.place.mapped:
            continue
        title = beside([capitalised(words(zone.category)), _risk(zone.rating)])
        shape = area(
            zone.place.geometry,
            f"zone-{zone.rating.value}",
            title,
            [
                (phrase("zone"), zone.code),
                (phrase("assessment"), zone.state),
                (phrase("with what was agreed"), _left(zone)),
                (phrase("affects"), affects(zone.affects)),
                (phrase("hours"), hours(zone.hours)),
                (phrase("in the plan"), _ACTIONS[zone.action]),
                (phrase("review by"), week(zone.review_week)),
                (phrase("what to do"), mitigation(zone.category)),
            ],
        )
        yield {**shape, "codes": [zone.code]}

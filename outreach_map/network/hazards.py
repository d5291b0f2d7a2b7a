"""What stands in or on a street: water, rails, gates and borders, by the tags of OpenStreetMap."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_map.network.tags import Hazard

_OVER_RAILS = frozenset(("level_crossing", "crossing"))
# What somebody can shut, or stands at and asks who passes.
_SHUT = frozenset(
    ("gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "hampshire_gate",
     "turnstile", "full-height_turnstile", "checkpoint", "toll_booth", "door", "entrance",
     "security_gate", "barrier_board", "chain", "spikes")
)  # fmt: skip


def hazard(tags: Mapping[str, str]) -> Hazard:
    """What a street, or a node on it, says of water, rails, gates and borders."""
    found = Hazard.NONE
    if tags.get("ford", "no") != "no" or tags.get("highway") == "ford":
        found |= Hazard.FORD
    if tags.get("flood_prone", "no") != "no":
        found |= Hazard.FLOOD_PRONE
    if tags.get("railway") in _OVER_RAILS:
        found |= Hazard.LEVEL_CROSSING
    if tags.get("barrier") in _SHUT:
        found |= Hazard.GATE
    if tags.get("barrier") == "border_control":
        found |= Hazard.BORDER
    return found

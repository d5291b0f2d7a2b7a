"""What to do about a risk, by category: fixed sentences, never the planner's free text."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_map.language import phrase
from outreach_map.risk.flag import FlagKind

_TEXTS: Mapping[str, str] = {
    "policing": phrase(
        "Go in pairs, carry the rights card, and call the legal contact if anybody is "
        "stopped. Do not argue over equipment."
    ),
    "violence": phrase(
        "Stay together and near the exit. If it turns, leave first and report later."
    ),
    "conflict": phrase("Ask somebody who is trusted there before you go in. Leave if voices rise."),
    "harassment": phrase(
        "Stay with the person if they want you to, walk them out, and note what "
        "happened without names."
    ),
    "flood": phrase("Do not enter when it rains or has rained; take the dry way round."),
    "environment": phrase(
        "Look at the place before you go in, wear solid shoes, and do not go alone."
    ),
    "unlit": phrase("Take a torch, walk together, and keep to the lit side where there is one."),
    "isolation": phrase("Tell the coordinator when you go in and when you are out."),
    "timing": phrase("Come at another time if you can; people may not be alone."),
    "border": phrase("Carry your papers, and do not cross for somebody else."),
    "exclusion_zone": phrase(
        "People may break a condition by meeting you here: offer to meet elsewhere."
    ),
}
_OTHER = phrase("Go together, agree on the way out first, and tell the coordinator how it was.")


def mitigation(category: str) -> str:
    """Sentence for a category of the register; a general one for a programme's own categories."""
    return _TEXTS.get(category, _OTHER)


_BY_KIND: Mapping[FlagKind, str] = {
    FlagKind.SHUT_IN: phrase(
        "Come earlier or leave before it shuts; agree on the way out beforehand."
    ),
    FlagKind.ONLY_WAY_IN: phrase(
        "Agree beforehand what to do if it is blocked; do not both go to the far end."
    ),
    FlagKind.GATE_ON_WAY: phrase("Ask when it is shut and who stands there; be out before."),
    FlagKind.BRIDGE_ONLY: phrase(
        "Agree on a meeting point on the other side, in case the bridge is watched or closed."
    ),
    FlagKind.WATER: phrase("Do not enter when it rains or has rained; take the dry way round."),
    FlagKind.UNLIT: phrase(
        "Take a torch, walk together, and keep to the lit side where there is one."
    ),
    FlagKind.LONG_NIGHT_LEG: phrase(
        "Tell the coordinator when you leave and arrive; take a ride if you can."
    ),
    FlagKind.NO_SECOND_WAY: phrase(
        "Look at both ways before you start; turn back early if one is blocked."
    ),
    FlagKind.FAR_FROM_SAFE: phrase(
        "Agree where to go if something happens, and have the number ready."
    ),
    FlagKind.FAR_FROM_CARE: phrase(
        "Call the emergency number at once; know the address of the place."
    ),
    FlagKind.NALOXONE_LATE: phrase(
        "Leave kits with people there, and let a shift with naloxone pass."
    ),
    FlagKind.TRAINING: phrase("Offer overdose training and kits here first."),
    FlagKind.HABIT: phrase("Come at another hour or from another side next time."),
    FlagKind.TWO_TEAMS: phrase("Let one of the two come at another time, or tell both."),
    FlagKind.TUNNEL: phrase("Look through before you enter; go round if somebody waits."),
    FlagKind.LEVEL_CROSSING: phrase(
        "Leave time for closed barriers; never cross when they come down."
    ),
    FlagKind.STEEP: phrase("Take less in one go, and solid shoes."),
    FlagKind.STAIRS: phrase("Mind them in the dark and with loads; offer to meet at the bottom."),
    FlagKind.DEAD_END: phrase("Stay near the open end, and keep the way out free."),
    FlagKind.ONE_CROSSING: phrase("Look at that crossing before you go on."),
    FlagKind.REVIEW: phrase("Take it to the next peers' meeting."),
}


def for_kind(kind: FlagKind) -> str:
    """Sentence for a flag that no entry of the register stands behind."""
    return _BY_KIND[kind]

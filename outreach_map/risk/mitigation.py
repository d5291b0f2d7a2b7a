"""What to do about a risk, by category: fixed sentences, never the planner's free text."""

from __future__ import annotations

from collections.abc import Mapping

_TEXTS: Mapping[str, str] = {
    "policing": "Go in pairs, carry the rights card, and call the legal contact if anybody is "
    "stopped. Do not argue over equipment.",
    "violence": "Stay together and near the exit. If it turns, leave first and report later.",
    "conflict": "Ask somebody who is trusted there before you go in. Leave if voices rise.",
    "harassment": "Stay with the person if they want you to, walk them out, and note what "
    "happened without names.",
    "flood": "Do not enter when it rains or has rained; take the dry way round.",
    "environment": "Look at the place before you go in, wear solid shoes, and do not go alone.",
    "unlit": "Take a torch, walk together, and keep to the lit side where there is one.",
    "isolation": "Tell the coordinator when you go in and when you are out.",
    "timing": "Come at another time if you can; people may not be alone.",
    "border": "Carry your papers, and do not cross for somebody else.",
    "exclusion_zone": "People may break a condition by meeting you here: offer to meet elsewhere.",
}
_OTHER = "Go together, agree on the way out first, and tell the coordinator how it was."


def mitigation(category: str) -> str:
    """Sentence for a category of the register; a general one for a programme's own categories."""
    return _TEXTS.get(category, _OTHER)

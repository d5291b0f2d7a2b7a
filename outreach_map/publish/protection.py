"""What a page protects and what not, in the words that every page carries."""

from __future__ import annotations

from outreach_map.language import phrase, plural, sentences
from outreach_map.settings import Method, PrivacyPolicy


def protection(policy: PrivacyPolicy, *, census: bool) -> str:
    """One honest paragraph about the places on a page.

    Parameters
    ----------
    policy
        By which the places were released.
    census
        Whether residents were known when the areas were made.

    Examples
    --------
    >>> protection(PrivacyPolicy(), census=False)[:60]
    'Places where people meet are drawn as areas, never as points'
    """
    held = (
        plural("{count} resident", "{count} residents", policy.residents)
        if census
        else plural("{count} building", "{count} buildings", policy.buildings)
    )
    if policy.method is Method.AREA:
        places = phrase(
            "Places where people meet are drawn as areas, never as points. An area is made from "
            "public data alone so that at least {held} are in it, and says nothing of where in it "
            "anybody is, however many maps somebody collects. Who knows the area well can still "
            "guess, and where people meet may be plain to see in the street.",
            held=held,
        )
    elif policy.method is Method.LAPLACE:
        places = phrase(
            "Places where people meet are moved by noise that a key decides, and drawn as the "
            "disc in which they lie 95 times in 100. This protects less than areas do: who gets "
            "hold of the key, or of the planner's computer, can take the noise off again."
        )
    else:
        places = phrase(
            "Places where people meet are moved by a key, and drawn as the disc "
            "in which they lie. This protects less than areas do: who gets hold of the key, or of "
            "the planner's computer, can take the move back, and who knows the place in part can "
            "rule much of the disc out."
        )
    return sentences([places, phrase("Counts are ranges, dates are weeks, names are codes.")])

"""Comparing rounds and joining files: who came, who went, who is alone, who is served when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping


def gone_and_come(
    before: Mapping[str, Hashable], after: Mapping[str, Hashable]
) -> tuple[set[str], set[str]]:
    """Differencing two rounds: codes that went or came, or of which something else is said.

    Of a site that was added, moved or removed this gives its area and no more: the belief is that
    of `inside_area`. Dinur & Nissim (2003), doi:10.1145/773153.773173, for counts.
    """
    gone = {code for code, said in before.items() if after.get(code) != said}
    return gone, {code for code, said in after.items() if before.get(code) != said}


def linked_codes(
    before: Mapping[str, Hashable], after: Mapping[str, Hashable]
) -> dict[str, set[str]]:
    """Joining rounds on attributes: which new codes could be each one that went.

    `before`, `after`: code -> what is published of it other than its area. A single candidate is a
    link across a retired code. Sweeney (2002), doi:10.1142/S0218488502001648.
    """
    come = {code: said for code, said in after.items() if code not in before}
    return {
        code: {other for other, theirs in come.items() if theirs == said}
        for code, said in before.items()
        if code not in after
    }


def alone(said: Mapping[str, Hashable]) -> set[str]:
    """Codes of which something is said that is said of no other: rare combinations.

    Sweeney (2002), doi:10.1142/S0218488502001648: who is alone with their attributes is known again
    wherever these turn up.
    """
    count = Counter(said.values())
    return {code for code, what in said.items() if count[what] == 1}

"""What only few hotspots share is not said of them: suppression of rare attributes.

A word that a single hotspot of the programme has ("the place where they speak X") names it to
everybody who knows the town. Suppression of rare values and combinations: Hundepool et al. (2012),
Statistical Disclosure Control, doi:10.1002/9781118348239, sections 3.3 and 3.5.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from outreach_map.tables import Hotspot


def suppress_rare(hotspots: Iterable[Hotspot], fewest: int) -> tuple[Hotspot, ...]:
    """Leave out what fewer than `fewest` hotspots share; empty means unknown from then on.

    First each community and each language by itself, then the typology where too few hotspots share
    it together with their communities. Of the three the typology weighs least in a plan.

    Parameters
    ----------
    hotspots
        All of a release.
    fewest
        1 leaves everything as it is.

    Examples
    --------
    >>> from outreach_map.tables import Place
    >>> import shapely
    >>> here = Place((1,), shapely.box(0, 0, 1, 1), (0.5, 0.5))
    >>> town = [
    ...     Hotspot(code=code, place=here, typology="street", languages=languages)
    ...     for code, languages in (("H-AAAA", ("de",)), ("H-AAAB", ("de", "ro")))
    ... ]
    >>> [hotspot.languages for hotspot in suppress_rare(town, 2)]
    [('de',), ('de',)]
    """
    rows = tuple(hotspots)
    communities = Counter(word for row in rows for word in row.communities)
    languages = Counter(word for row in rows for word in row.languages)
    rows = tuple(
        replace(
            row,
            communities=tuple(w for w in row.communities if communities[w] >= fewest),
            languages=tuple(w for w in row.languages if languages[w] >= fewest),
        )
        for row in rows
    )
    together = Counter((row.typology, row.communities) for row in rows)
    return tuple(
        row if together[row.typology, row.communities] >= fewest else replace(row, typology="")
        for row in rows
    )


def shared_by(hotspots: Iterable[Hotspot]) -> dict[str, int]:
    """Code -> how many hotspots have the same published attributes, itself included.

    For the privacy report: what is published of 1 can be told apart wherever it turns up again.
    """
    rows = tuple(hotspots)
    kinds = {
        row.code: (row.typology, row.communities, row.languages, row.services, row.hours.text)
        for row in rows
    }
    count = Counter(kinds.values())
    return {code: count[kind] for code, kind in kinds.items()}

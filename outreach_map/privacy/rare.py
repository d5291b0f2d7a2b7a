"""What only few hotspots of a district share is not said of them: suppression of rare attributes.

A word that a single hotspot of a district has ("the place where they speak X") names it to
everybody who knows the town. The district of a hotspot is what lies within 10 km of it, by released
anchors alone. Suppression of rare values and combinations: Hundepool et al. (2012), Statistical
Disclosure Control, doi:10.1002/9781118348239, sections 3.3 and 3.5.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outreach_map.tables import Hotspot

DISTRICT_M = 10_000.0
_EARTH_M = 6_371_008.8


def suppress_rare(hotspots: Iterable[Hotspot], fewest: int) -> tuple[Hotspot, ...]:
    """Leave out what fewer than `fewest` hotspots of a district share; empty means unknown.

    First each community and each language by itself, then the typology where too few hotspots share
    it together with their communities. Of the three the typology weighs least in a plan. What is
    left out of one may leave another alone with it, so this is done until nothing changes.

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
    if fewest <= 1 or not rows:
        return rows
    places = _on_globe(rows)
    while (fewer := _once(rows, places, fewest)) != rows:
        rows = fewer
    return rows


def _once(
    rows: tuple[Hotspot, ...], places: NDArray[np.float64], fewest: int
) -> tuple[Hotspot, ...]:
    communities = _common([row.communities for row in rows], places, fewest)
    languages = _common([row.languages for row in rows], places, fewest)
    rows = tuple(
        replace(
            row,
            communities=tuple(w for w in row.communities if w in known),
            languages=tuple(w for w in row.languages if w in spoken),
        )
        for row, known, spoken in zip(rows, communities, languages, strict=True)
    )
    together = _common([((row.typology, row.communities),) for row in rows], places, fewest)
    return tuple(
        row if shared else replace(row, typology="")
        for row, shared in zip(rows, together, strict=True)
    )


def _common(
    words: Sequence[Sequence[Hashable]], places: NDArray[np.float64], fewest: int
) -> list[set[Hashable]]:
    """Of each row, those of its words that enough rows of its district have, itself included."""
    having: dict[Hashable, list[int]] = {}
    for number, own in enumerate(words):
        for word in own:
            having.setdefault(word, []).append(number)
    kept: list[set[Hashable]] = [set() for _ in words]
    for word, numbers in having.items():
        if len(numbers) < fewest:
            continue
        at = places[numbers]
        # The farthest of as many as are needed, itself the first of them.
        distance = np.asarray(cKDTree(at).query(at, k=[fewest])[0])[:, 0]
        for number, metres in zip(numbers, distance.tolist(), strict=True):
            if metres <= DISTRICT_M:
                kept[number].add(word)
    return kept


def _on_globe(rows: Sequence[Hotspot]) -> NDArray[np.float64]:
    """(n, 3) metres of anchors on a globe: straight distances are those on the ground here."""
    lon, lat = np.radians([row.place.anchor for row in rows]).T
    flat = np.cos(lat)
    return _EARTH_M * np.column_stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)])


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

"""Coverage gaps as areas: how many of the services needed there are out of reach."""

from __future__ import annotations

from collections.abc import Iterable

from outreach_map.coverage import Coverage, Reach, ServiceCoverage
from outreach_map.language import phrase
from outreach_map.layers.element import DataLayer, Feature, area
from outreach_map.layers.hotspots import by_place
from outreach_map.layers.words import words
from outreach_map.tables import Hotspot

_UNMET = {Reach.REACHED: 0.0, Reach.PARTLY: 0.5, Reach.UNKNOWN: 0.5, Reach.NOT_REACHED: 1.0}


def gap_layer(hotspots: Iterable[Hotspot], coverage: Coverage, *, show: bool = True) -> DataLayer:
    """Layer of gaps: a sequential scale from no gap to nothing reached."""
    return DataLayer(
        "gaps", phrase("Coverage gaps"), list(_features(hotspots, coverage)), show=show
    )


def gap_class(rows: Iterable[ServiceCoverage]) -> int:
    """Share of needs that are unmet: 0 none, 1 up to a third, 2 up to two thirds, 3 more.

    A service that is partly reached, or of which nobody knows, counts half.
    """
    reach = [row.reach for row in rows]
    if not reach:
        return 0
    share = sum(_UNMET[one] for one in reach) / len(reach)
    return 0 if share == 0 else 1 if share <= 1 / 3 else 2 if share <= 2 / 3 else 3


def _features(hotspots: Iterable[Hotspot], coverage: Coverage) -> Iterable[Feature]:
    own: dict[str, list[ServiceCoverage]] = {}
    for row in coverage.services:
        own.setdefault(row.hotspot, []).append(row)
    for group in by_place(hotspots).values():
        rows = [row for hotspot in group for row in own.get(hotspot.code, [])]
        missing = sum(row.reach is not Reach.REACHED for row in rows)
        yield area(
            group[0].place.geometry,
            f"gap-{gap_class(rows)}",
            phrase(
                "{count} of {all} service needs not surely reached", count=missing, all=len(rows)
            ),
            [
                (words(row.service), phrase("{reach}: {why}", reach=row.reach, why=row.why))
                for row in rows
            ],
        )

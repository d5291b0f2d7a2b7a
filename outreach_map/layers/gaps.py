"""Coverage gaps as areas: how many of the services needed there are out of reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from outreach_map.coverage import Coverage, Reach, ServiceCoverage
from outreach_map.language import phrase
from outreach_map.layers.element import DataLayer, Feature, area
from outreach_map.layers.hotspots import by_place
from outreach_map.layers.words import words
from outreach_map.tables import Hotspot

_UNMET = {Reach.REACHED: 0.0, Reach.PARTLY: 0.5, Reach.UNKNOWN: 0.5, Reach.NOT_REACHED: 1.0}
# In words, by class; the scale and the legend say the same.
GAP_WORDS = {
    "0": phrase("every service needed there is reached"),
    "1": phrase("up to a third of needs unmet"),
    "2": phrase("up to two thirds of needs unmet"),
    "3": phrase("more than two thirds of needs unmet"),
    "unknown": phrase("for more than half of needs nobody knows"),
}
_NOTHING_NEEDED = "-"


def gap_layer(
    hotspots: Iterable[Hotspot],
    coverage: Coverage,
    *,
    services: Sequence[str] = (),
    groups: Sequence[Collection[str]] = (),
    show: bool = True,
) -> DataLayer:
    """Layer of gaps: a sequential scale from no gap to nothing reached.

    Parameters
    ----------
    hotspots, coverage
        Of the round.
    services, groups
        What a page can be narrowed to: services, and groups of hotspots by their codes. Each
        feature says its class for every choice in `by`: a text for all services and then one for
        each, with a sign for each group (the digit of the class, u for unknown, - without a need).
    show
        Whether it is on when the page opens.
    """
    features = list(_features(hotspots, coverage, services, groups))
    return DataLayer("gaps", phrase("Coverage gaps"), features, show=show)


def gap_class(rows: Iterable[ServiceCoverage]) -> int:
    """Share of needs that are unmet: 0 none, 1 up to a third, 2 up to two thirds, 3 more.

    A service that is partly reached, or of which nobody knows, counts half.
    """
    reach = [row.reach for row in rows]
    if not reach:
        return 0
    share = sum(_UNMET[one] for one in reach) / len(reach)
    return 0 if share == 0 else 1 if share <= 1 / 3 else 2 if share <= 2 / 3 else 3


def gap_style(rows: Sequence[ServiceCoverage]) -> str:
    """The class as the page draws it: unknown where nobody knows of more than half of the needs."""
    unknown = sum(row.reach is Reach.UNKNOWN for row in rows)
    return "unknown" if 2 * unknown > len(rows) else str(gap_class(rows))


def _features(
    hotspots: Iterable[Hotspot],
    coverage: Coverage,
    services: Sequence[str],
    groups: Sequence[Collection[str]],
) -> Iterable[Feature]:
    own: dict[str, list[ServiceCoverage]] = {}
    for row in coverage.services:
        own.setdefault(row.hotspot, []).append(row)
    for place in by_place(hotspots).values():
        rows = [row for hotspot in place for row in own.get(hotspot.code, [])]
        missing = sum(row.reach is not Reach.REACHED for row in rows)
        style = gap_style(rows)
        feature = area(
            place[0].place.geometry,
            f"gap-{style}",
            phrase(
                "{missing} of {whole} service needs not surely reached",
                missing=missing,
                whole=len(rows),
            ),
            [
                (words(row.service), phrase("{reach}: {why}", reach=row.reach, why=row.why))
                for row in rows
            ],
        )
        yield {
            **feature,
            "by": [
                "".join(
                    _sign([row for row in rows if row.hotspot in group], one) for group in groups
                )
                for one in ("", *services)
            ],
            # What each row is about, for a page that is narrowed: service, and groups.
            "needs": [
                [
                    services.index(row.service) + 1 if row.service in services else 0,
                    [number for number, group in enumerate(groups) if row.hotspot in group],
                ]
                for row in rows
            ],
        }


def _sign(rows: Sequence[ServiceCoverage], service: str) -> str:
    asked = [row for row in rows if not service or row.service == service]
    return gap_style(asked)[0] if asked else _NOTHING_NEEDED

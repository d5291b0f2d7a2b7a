"""Distribution points: public ones where they are, the others as their released area."""

from __future__ import annotations

from collections.abc import Iterable

from outreach_map.language import capitalised, phrase, together
from outreach_map.layers.element import DataLayer, Feature, area, place
from outreach_map.layers.words import kind_of, listed, open_hours, words
from outreach_map.tables import Point


def point_layer(points: Iterable[Point], *, show: bool = True) -> DataLayer:
    """Layer of points with their services, hours and stock."""
    return DataLayer("points", phrase("Distribution points"), list(_features(points)), show=show)


def point_title(point: Point) -> str:
    """Name of a public point, kind and code of any other."""
    return point.name or phrase("{kind} {code}", kind=capitalised(kind_of(point)), code=point.code)


def _features(points: Iterable[Point]) -> Iterable[Feature]:
    for point in points:
        rows = [
            (phrase("kind"), words(point.type) if point.type else phrase("not told")),
            (phrase("status"), point.status),
            (phrase("open"), open_hours(point)),
            (phrase("services"), listed(point.services)),
            (phrase("languages"), together(point.languages)),
            (
                phrase("stock"),
                together(
                    phrase("{item}: {stock}", item=words(item), stock=state)
                    for item, state in point.stock.items()
                ),
            ),
            (phrase("teams restock here"), phrase("yes") if point.restock else ""),
        ]
        if point.public:
            sign = place(
                point.place.anchor, f"point-{point.status.value}", point_title(point), rows
            )
            yield {**sign, "codes": [point.code]}
        elif point.place.mapped:
            shape = area(point.place.geometry, "point-area", point_title(point), rows)
            yield {**shape, "codes": [point.code]}

"""The national picture: coverage by programme, from released figures alone."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import pyogrio
import shapely
from geopandas.geodataframe import GeoDataFrame
from markupsafe import Markup

from outreach_map.batch.city import CityResult
from outreach_map.batch.figures import FEWEST, Figures, ServiceFigures
from outreach_map.errors import PublishError
from outreach_map.language import ENGLISH, Language, date_of, number, percent, phrase, plural
from outreach_map.layers.words import words
from outreach_map.publish.exports import clock_of
from outreach_map.publish.speaking import templates

PAGE, PACKAGE = "national.html", "national.gpkg"


def publish_national(
    results: Sequence[CityResult],
    start: date,
    directory: Path,
    *,
    language: Language = ENGLISH,
) -> list[Path]:
    """Write `national.html` and `national.gpkg` into a folder, both or none.

    Parameters
    ----------
    results
        One a programme; those that failed are named, with what to mend left to the terminal.
    start
        The round's Monday.
    directory
        The folder of the round, in which each programme has one of its own.
    language
        That of the page; names of programmes stay as they are.

    Raises
    ------
    PublishError
        When they cannot be written; what was there stays.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=directory) as temporary:
            fresh = Path(temporary)
            page = national_page(results, start, language)
            (fresh / PAGE).write_text(page, encoding="utf-8")
            _write_geopackage(results, start, fresh / PACKAGE)
            for name in (PAGE, PACKAGE):
                shutil.move(fresh / name, directory / name)
    except OSError as error:
        raise PublishError(
            f"The national picture was not written ({error.strerror or type(error).__name__}).",
            where=directory.name,
            mend="Check that the folder is yours and has space; what was there is as it was.",
        ) from None
    return [directory / PAGE, directory / PACKAGE]


@dataclass(frozen=True)
class _Cell:
    """A share in a table: text, its range, and a step of the scale; all empty where withheld."""

    text: str
    range: str = ""
    step: int | None = None


def national_page(results: Sequence[CityResult], start: date, language: Language = ENGLISH) -> str:
    """The page: no script, no request, and the least covered programme first."""
    cities = sorted(
        (one.figures for one in results if one.figures is not None and not one.figures.few),
        key=lambda city: (_mean(city), city.programme),
    )
    services = sorted({row.service for city in cities for row in city.services})
    style = files("outreach_map.batch").joinpath("templates", "national.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        templates(language, "outreach_map.batch")
        .get_template("national.html")
        .render(
            style=Markup(style),  # noqa: S704  # our own file
            policy=(
                f"default-src 'none'; style-src 'sha256-{digest}'; "
                "base-uri 'none'; form-action 'none'"
            ),
            week=phrase("week of {day}", day=date_of(start)),
            programmes=plural("{count} programme", "{count} programmes", len(cities)),
            invented=bool(cities) and all(city.invented for city in cities),
            services=[words(service) for service in services],
            rows=[_row(city, services) for city in cities],
            totals=[_total(cities, service) for service in services],
            few=sorted(one.figures.programme for one in results if one.figures and one.figures.few),
            failed=sorted(result.name for result in results if result.figures is None),
            fewest=FEWEST,
        )
    )


def _mean(city: Figures) -> float:
    """Mean share of the services that are told of; a programme without any stands last."""
    shares = [row.mid for row in city.services if row.mid is not None]
    return sum(shares) / len(shares) if shares else 2.0


def _row(city: Figures, services: Sequence[str]) -> dict[str, object]:
    own = {row.service: row for row in city.services}
    return {
        "name": city.programme,
        "hotspots": city.hotspots,
        "visits": city.visits,
        "left_out": city.left_out,
        "need": _share(*city.need_met),
        "cells": [_cell(own.get(service)) for service in services],
        "hidden": city.hidden,
    }


def _cell(row: ServiceFigures | None) -> _Cell:
    if row is None:
        return _Cell("–")
    if row.low is None or row.mid is None or row.high is None:
        if row.reached is None:
            return _Cell(phrase("unknown"))
        reached = phrase(
            "hotspots reached: {part} of {whole}",
            part=number(row.reached),
            whole=number(row.hotspots),
        )
        return _Cell(phrase("unknown"), reached)
    return _share(row.low, row.mid, row.high)


def _share(low: float, mid: float, high: float) -> _Cell:
    least, most = sorted((low, high))
    told = phrase("{low} to {high}", low=percent(least), high=percent(most))
    same = percent(least) == percent(most)
    return _Cell(percent(mid), "" if same else told, min(int(mid * 4), 3))


def _total(cities: Sequence[Figures], service: str) -> str:
    """Hotspots that are surely reached, of those that need it, where a programme tells of them.

    What a programme withholds is in no total: it does not follow from one.
    """
    rows = [
        (row.reached, row.hotspots)
        for city in cities
        for row in city.services
        if row.service == service and row.reached is not None
    ]
    part, whole = sum(reached for reached, _ in rows), sum(hotspots for _, hotspots in rows)
    return phrase("{part} of {whole}", part=number(part), whole=number(whole))


def _write_geopackage(results: Sequence[CityResult], start: date, path: Path) -> None:
    cities = [one.figures for one in results if one.figures is not None and not one.figures.few]
    programmes = [
        {
            "programme": city.programme,
            "hotspots": city.hotspots,
            "shifts": city.shifts,
            "visits": city.visits,
            "left_out": city.left_out,
            "need_met_low": city.need_met[0],
            "need_met": city.need_met[1],
            "need_met_high": city.need_met[2],
            "geometry": shapely.box(*city.bounds),
        }
        for city in cities
    ]
    coverage = [
        {
            "programme": city.programme,
            "service": row.service,
            "hotspots": row.hotspots,
            "reached": row.reached,
            "share_low": row.low,
            "share": row.mid,
            "share_high": row.high,
            "geometry": shapely.box(*city.bounds),
        }
        for city in cities
        for row in city.services
    ]
    with clock_of(start):
        for layer, rows in (("programmes", programmes), ("coverage", coverage)):
            frame = GeoDataFrame(rows, geometry="geometry", crs=4326) if rows else _EMPTY
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")


_EMPTY = GeoDataFrame({"programme": []}, geometry=[], crs=4326)

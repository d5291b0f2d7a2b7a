"""Write the two synthetic demo programmes over their OpenStreetMap extracts.

    python data/make_demo.py [--into DIRECTORY]

reads `streets.osm.pbf` of each demo and writes its outreach.toml, hotspots, points, risks, teams,
visits and decisions. The same extract and code give the same bytes. People, hotspots, visits,
teams and the names of points are invented; places are drawn at random along streets.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from demo_scenarios import COUNTRY, SCENARIOS, Crew, Scenario, Spot
from demo_town import Town, nearest_m, read_town

from outreach_map.hours import Hours

T = TypeVar("T")
Row = tuple[object, ...]

# Even an invented hotspot is not drawn this near to a school, a place of worship or a hospital.
SPARED_M = 100.0
# Nor in anyone's house.
HOUSE_M = 15.0
APART_M = 120.0


class Draws:
    """Seeded draws made of `Generator.random` alone, which numpy keeps the same over releases."""

    def __init__(self, seed: int, table: int) -> None:
        self._random = np.random.Generator(np.random.PCG64([seed, table])).random

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(self._random())

    def whole(self, low: int, high: int) -> int:
        """Integer in low..high, both included."""
        return low + int((high - low + 1) * float(self._random()))

    def chance(self, share: float) -> bool:
        return float(self._random()) < share

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.whole(0, len(choices) - 1)]

    def count(self, mean: float) -> int:
        """Poisson count by Knuth's product of uniforms."""
        bound, product, count = math.exp(-mean), float(self._random()), 0
        while product > bound:
            product *= float(self._random())
            count += 1
        return count


def draw_at_street(
    draws: Draws, town: Town, middle: npt.NDArray[np.float64], spread_m: float, off_m: float
) -> npt.NDArray[np.float64]:
    """Draw a node of a street within `spread_m` of the middle and step up to `off_m` aside."""
    within = np.flatnonzero(np.hypot(*(town.walked - middle).T) <= spread_m)
    angle, aside_m = draws.between(0, 2 * math.pi), draws.between(0, off_m)
    step = aside_m * np.array([math.cos(angle), math.sin(angle)])
    place: npt.NDArray[np.float64] = town.walked[draws.pick(within.tolist())] + step
    return place


def draw_in_fields(
    draws: Draws, town: Town, box: tuple[float, float, float, float]
) -> npt.NDArray[np.float64]:
    """Draw a place 200 to 400 m from any street and 300 m from any building."""
    west, south, east, north = box
    while True:
        xy = town.plane.metres((draws.between(west, east), draws.between(south, north)))
        if 200 <= town.street_m(xy) <= 400 and nearest_m(xy, town.buildings) >= 300:
            return xy


def place_spots(scenario: Scenario, town: Town) -> list[tuple[float, float]]:
    """Longitude and latitude of each hotspot."""
    draws = Draws(scenario.seed, 1)
    taken: list[npt.NDArray[np.float64]] = []
    for spot in scenario.spots:
        while True:
            if spot.quarter == COUNTRY and scenario.country:
                xy = draw_in_fields(draws, town, scenario.country)
            else:
                middle = town.quarters[spot.quarter]
                xy = draw_at_street(draws, town, middle, scenario.spread_m, 30)
            apart = nearest_m(xy, np.array(taken).reshape(-1, 2)) >= APART_M
            housed = nearest_m(xy, town.buildings) < HOUSE_M
            if apart and not housed and nearest_m(xy, town.spared) >= SPARED_M:
                break
        taken.append(xy)
    return lon_lat_pairs(town, taken)


def place_services(scenario: Scenario, town: Town) -> list[tuple[float, float]]:
    """Pharmacies stand where OpenStreetMap has one, other points beside a driven street."""
    draws = Draws(scenario.seed, 2)
    taken: list[npt.NDArray[np.float64]] = []
    for service in scenario.services:
        middle = town.quarters[service.quarter]
        choices = town.pharmacies if service.type == "pharmacy" else town.walked[town.driven]
        order = np.argsort(np.hypot(*(choices - middle).T), kind="stable")
        xy = choices[order[0 if service.type == "pharmacy" else draws.whole(0, 40)]]
        taken.append(xy)
    return lon_lat_pairs(town, taken)


def lon_lat_pairs(town: Town, xy: Sequence[npt.NDArray[np.float64]]) -> list[tuple[float, float]]:
    """Degrees to six decimals, as a planner's spreadsheet holds them."""
    return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in town.plane.degrees(xy)]


def risk_collection(scenario: Scenario, town: Town) -> str:
    """GeoJSON of the risk register, a feature a line: circles or rough blocks about a street."""
    draws = Draws(scenario.seed, 3)
    features = []
    for number, zone in enumerate(scenario.zones, 1):
        middle = draw_at_street(draws, town, town.quarters[zone.quarter], 250, 0)
        turn = draws.between(0, math.pi)
        angles = turn + 2 * math.pi * np.arange(zone.corners) / zone.corners
        uneven = [1.0 if zone.corners == 24 else draws.between(0.8, 1.2) for _ in angles]
        arms = (zone.radius_m * np.array(uneven))[:, None]
        ring = lon_lat_pairs(
            town, middle + arms * np.column_stack([np.cos(angles), np.sin(angles)])
        )
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
                "properties": {
                    "id": f"R{number:02d}",
                    "category": zone.category,
                    "affects": zone.affects,
                    "likelihood": zone.likelihood,
                    "impact": zone.impact,
                    "applies_hours": zone.hours,
                    "action": zone.action,
                    "description": zone.description,
                    "mitigation": zone.mitigation,
                    "assessed_by": zone.assessed_by,
                    "assessed_on": zone.assessed_on,
                    "review_by": zone.review_by,
                    "expires_on": zone.expires_on,
                },
            }
        )
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def suits(spot: Spot, crew: Crew) -> bool:
    """Whether team and hotspot share a language and a community."""
    return all(
        set(one.split(";")) & set(other.split(";"))
        for one, other in ((spot.languages, crew.languages), (spot.communities, crew.communities))
    )


def forbidden(scenario: Scenario, spot_id: str, crew_id: str, day: date) -> bool:
    """Whether peers' decisions kept this team from this hotspot on that day."""
    return any(
        kind in ("no_go", "exclude_team")
        and spot_id == about
        and team in ("", crew_id)
        and since <= day.isoformat() <= until
        for kind, about, team, since, until, _ in scenario.decisions
    )


def meeting_days(spot: Spot, crew: Crew, monday: date) -> list[date]:
    """Days of the week on which the team's shift and the hotspot's hours share half an hour."""
    days = []
    for day in (monday + timedelta(days=offset) for offset in range(7)):
        midnight = datetime.combine(day, time())
        for start, end in Hours(crew.shift).windows(midnight, midnight + timedelta(days=2)):
            shared = Hours(spot.hours).overlap(Hours(crew.shift), start, end)
            met = not spot.hours or shared >= timedelta(minutes=30)
            if start.date() == day and start.time() > time() and met:
                days.append(day)
    return days


def visit_rows(scenario: Scenario) -> list[Row]:
    """Visit log: each hotspot at its rhythm, by teams that suit it, six stops a shift at most."""
    draws = Draws(scenario.seed, 4)
    busy: dict[tuple[date, str], int] = defaultdict(int)
    rows: list[Row] = []
    weeks = ((scenario.last_day - scenario.first_day).days + 1) // 7
    for week in range(weeks):
        monday = scenario.first_day + timedelta(weeks=week)
        for number, spot in enumerate(scenario.spots, 1):
            spot_id = f"H{number:02d}"
            options = [
                (day, f"T{k}")
                for k, crew in enumerate(scenario.crews, 1)
                if suits(spot, crew)
                for day in meeting_days(spot, crew, monday)
                if not forbidden(scenario, spot_id, f"T{k}", day)
            ]
            # Now and then a round falls short, and the country is reached every other week at best.
            due = spot.visits_per_month * 12 / 52 * (0.5 if spot.quarter == COUNTRY else 0.85)
            for _ in range(int(due) + draws.chance(due % 1)):
                options = [option for option in options if busy[option] < 6]
                if not options:
                    break
                day, crew_id = draws.pick(options)
                options = [option for option in options if option[0] != day]
                busy[day, crew_id] += 1
                rows.append((day.isoformat(), spot_id, crew_id, *visit_counts(draws, spot)))
    return sorted(rows, key=lambda row: tuple(map(str, row[:3])))


def visit_counts(draws: Draws, spot: Spot) -> Row:
    """Contacts, new contacts, what was given and taken back, and the outcome of one visit."""
    if draws.chance(0.1):
        return (0, 0, 0, 0, 0, 0, 0, 0, "nobody_there")
    unsafe = draws.chance(0.04)
    contacts = 1 if unsafe else 1 + draws.count(0.4 * spot.people)
    inject = spot.injections_per_day is not None
    syringes_out = sum(draws.whole(2, 16) for _ in range(contacts)) if inject else 0
    return (
        contacts,
        sum(draws.chance(0.12) for _ in range(contacts)),
        syringes_out,
        round(syringes_out * draws.between(0.2, 0.95)),
        draws.count(0.06 * contacts) if "naloxone" in spot.services else 0,
        contacts * draws.whole(2, 8) if "condoms" in spot.services else 0,
        sum(draws.chance(0.08) for _ in range(contacts)),
        int(inject and not unsafe and draws.chance(0.02)),
        "unsafe_left" if unsafe else "done",
    )


def hotspot_rows(scenario: Scenario, town: Town, visits: Sequence[Row]) -> list[Row]:
    """Hotspots with estimates around the middle and the last visit that the log tells of."""
    draws = Draws(scenario.seed, 5)
    last: dict[object, object] = {row[1]: row[0] for row in visits}
    rows: list[Row] = []
    for number, (spot, (lon, lat)) in enumerate(
        zip(scenario.spots, place_spots(scenario, town), strict=True), 1
    ):
        spot_id = f"H{number:02d}"
        rows.append(
            (spot_id, f"{lon:.6f}", f"{lat:.6f}", draws.pick((50, 100, 200)), spot.typology,
             spot.communities, spot.languages,
             round(spot.people * draws.between(0.5, 0.75)), spot.people,
             round(spot.people * draws.between(1.4, 1.9)),
             scenario.last_day - timedelta(days=draws.whole(20, 240)),
             spot.hours, spot.services, spot.injections_per_day, spot.visits_per_month,
             last.get(spot_id), scenario.last_day + timedelta(days=draws.whole(30, 170)), spot.note)
        )  # fmt: skip
    return rows


def outreach_toml(scenario: Scenario) -> str:
    """Settings of the programme; what is left out has its default."""
    west, south, east, north = scenario.study_area
    contacts = "\n".join(
        f'{key} = {{ name = "{name}", phone = "{phone}" }}'
        for key, name, phone in scenario.contacts
    )
    exports = ", ".join(f'"{export}"' for export in scenario.exports)
    files = "\n".join(f'{stem} = "{stem}.csv"' for stem in COLUMNS)
    return f"""\
# Written by data/make_demo.py. People, hotspots, visits and contacts are invented.

[programme]
name = "{scenario.name}"
timezone = "{scenario.timezone}"
languages = ["de", "en"]
invented = true
streets = "streets.osm.pbf"
study_area = [{west}, {south}, {east}, {north}]  # west, south, east, north

[contacts]
{contacts}

[files]
{files}
risks = "risks.geojson"

[privacy]
residents = 250
buildings = 50  # there is no residents file: areas rest on buildings

[coverage]
walk_min = 10.0
syringes_per_person_year = 300  # WHO target for 2030

[maps]
lock = false  # all here is invented, so anybody may look
exports = [{exports}]

[routing]
iterations = 1500
"""


COLUMNS = {
    "hotspots": "id lon lat precision_m typology communities languages est_min est_mid est_max "
    "est_date active_hours services_needed injections_per_day visits_per_month last_visit "
    "review_by note",
    "points": "id name lon lat type services opening_hours capacity_per_month stock_syringes "
    "stock_naloxone stock_condoms languages restock status verified_on public",
    "teams": "id size mode start end shift max_distance_km break_min carry_syringes "
    "carry_naloxone carry_condoms languages communities no_go",
    "visits": "date hotspot_id team_id contacts new_contacts syringes_out syringes_in "
    "naloxone_out condoms_out referrals overdoses_reversed outcome",
    "decisions": "kind hotspot_id team_id from_date until_date reason",
}


def csv_text(table: str, rows: Iterable[Row]) -> str:
    """Comma-separated text with the columns of the table; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[table].split())
    writer.writerows(rows)
    return text.getvalue()


def demo_files(scenario: Scenario, extract: Path) -> dict[str, str]:
    """All files of a demo programme by name, without the extract."""
    town = read_town(extract, scenario.study_area)
    visits = visit_rows(scenario)
    points = [
        (f"P{n:02d}", s.name, f"{lon:.6f}", f"{lat:.6f}", s.type, s.services, s.hours,
         s.capacity_per_month, *s.stock, s.languages, s.restock, s.status, s.verified_on, s.public)
        for n, (s, (lon, lat)) in enumerate(
            zip(scenario.services, place_services(scenario, town), strict=True), 1)
    ]  # fmt: skip
    teams = [
        (f"T{n}", c.size, c.mode, c.start, c.start, c.shift, c.max_distance_km, c.break_min,
         *c.carry, c.languages, c.communities, c.no_go)
        for n, c in enumerate(scenario.crews, 1)
    ]  # fmt: skip
    return {
        "outreach.toml": outreach_toml(scenario),
        "hotspots.csv": csv_text("hotspots", hotspot_rows(scenario, town, visits)),
        "points.csv": csv_text("points", points),
        "teams.csv": csv_text("teams", teams),
        "visits.csv": csv_text("visits", visits),
        "decisions.csv": csv_text("decisions", scenario.decisions),
        "risks.geojson": risk_collection(scenario, town),
    }


def main() -> None:
    """Write both demos below a directory, by default beside this file."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description="Write the synthetic demo programmes.")
    parser.add_argument("--into", type=Path, default=here, help="directory to write below")
    into = parser.parse_args().into
    for scenario in SCENARIOS:
        folder = into / scenario.folder
        folder.mkdir(parents=True, exist_ok=True)
        files = demo_files(scenario, here / scenario.folder / "streets.osm.pbf")
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{folder}: {len(files)} files")


if __name__ == "__main__":
    main()

"""The pages as files: policy, payload, size; and publishing all or nothing."""

from __future__ import annotations

import base64
import csv
import hashlib
import math
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from outreach_map.attacks import read_round
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import PublishError
from outreach_map.layers import to_json
from outreach_map.layers.basemap import MAGIC, encode_basemap
from outreach_map.publish import Plan, publish_round
from outreach_map.publish.exports.records import rounded
from outreach_map.risk import FlagKind
from outreach_map.routing import StopKind
from outreach_map.settings import Contacts
from outreach_map.tables import Band, Rating, RiskState


def pages(maps: Path) -> list[Path]:
    return sorted(maps.glob("*.html"))


def test_the_policy_allows_what_is_there_and_nothing_else(town_maps: Path) -> None:
    for path in pages(town_maps):
        html = path.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
        assert policy is not None
        rules = policy[1].replace("&#39;", "'")
        assert rules.startswith("default-src 'none'; ")
        assert "unsafe" not in rules
        assert "http" not in rules
        for tag, rule in (("script", "script-src"), ("style", "style-src")):
            allowed = re.search(rf"{rule} ([^;]+)", rules)
            assert allowed is not None
            bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
            hashes = [
                f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
                for body in bodies
            ]
            assert hashes == allowed[1].split()


def test_nothing_in_a_page_would_load_anything(town_maps: Path) -> None:
    for path in pages(town_maps):
        html = path.read_text(encoding="utf-8")
        markup = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
        assert not re.search(r"\b(src|srcset|style|on\w+)=", markup)
        assert set(re.findall(r'href="([a-z]+):', markup)) <= {"tel"}
        for style in re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL):
            assert "url(" not in style
            assert "@import" not in style


def test_pages_are_small(town_maps: Path) -> None:
    for path in pages(town_maps):
        assert path.stat().st_size < (700_000 if path.name.startswith("team") else 1_200_000)


def test_every_team_page_carries_all_contacts(town_maps: Path, town_plan: Plan) -> None:
    contacts = town_plan.contacts
    for path in town_maps.glob("team-*.html"):
        html = path.read_text(encoding="utf-8")
        for contact in (contacts.legal, contacts.emergency, contacts.psychosocial):
            assert contact is not None
            assert contact.phone in html
        assert "is invented" in html


def test_a_contact_that_is_missing_is_said_to_be(town_plan: Plan, tmp_path: Path) -> None:
    contacts = town_plan.contacts.model_copy(update={"psychosocial": None})
    publish_round(replace(town_plan, contacts=contacts), tmp_path / "maps")
    for path in (tmp_path / "maps").glob("team-*.html"):
        html = path.read_text(encoding="utf-8")
        assert html.count("no number: ask") == 1
        assert html.count("Nobody is named") == 1
        assert contacts.emergency is not None
        assert contacts.emergency.phone in html


def test_no_page_ranks_teams_or_counts_peers(town_maps: Path, town_plan: Plan) -> None:
    manager = (town_maps / "manager.html").read_text(encoding="utf-8")
    assert not [team.code for team in town_plan.release.teams if team.code in manager]


def test_a_risk_without_a_current_assessment_is_shown_as_unknown(
    town_maps: Path, town_plan: Plan
) -> None:
    planner = (town_maps / "planner.html").read_text(encoding="utf-8")
    stale = [z for z in town_plan.release.zones if z.state is not RiskState.CURRENT]
    assert stale
    for zone in stale:
        assert zone.rating is Rating.UNKNOWN
        assert zone.code in planner


class Reader:
    """Decodes the basemap as the page's script does."""

    def __init__(self, text: str) -> None:
        self.data = zlib.decompress(base64.b64decode(text))
        assert self.data[:3] == MAGIC
        self.west, self.north, self.quantum, *_ = struct.unpack("<5d", self.data[3:43])
        self.at = 43

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self) -> int:
        value = self.number()
        return -(value + 1) // 2 if value % 2 else value // 2

    def shapes(self) -> list[tuple[int, int, str, list[np.ndarray]]]:
        self.names = [""]
        for _ in range(self.number()):
            length = self.number()
            self.names.append(self.data[self.at : self.at + length].decode())
            self.at += length
        total, chunks, found = self.number(), [], []
        for _ in range(self.number()):
            self.number()
            corner = self.signed(), self.signed()
            width, height, count, rings, points, length = (self.number() for _ in range(6))
            box = (*corner, corner[0] + width, corner[1] + height)
            chunks.append((box, count, rings, points, length))
        for box, count, rings, points, length in chunks:
            end = self.at + length
            own = self.chunk(box, count)
            assert self.at == end
            assert sum(len(shape[3]) for shape in own) == rings
            assert sum(len(ring) for shape in own for ring in shape[3]) == points
            found += own
        assert len(found) == total
        assert self.at == len(self.data)
        return found

    def chunk(
        self, box: tuple[int, int, int, int], count: int
    ) -> list[tuple[int, int, str, list[np.ndarray]]]:
        found, (x, y) = [], box[:2]
        for _ in range(count):
            group, kind, name, rings = self.number(), self.number(), self.number(), []
            for _ in range(self.number()):
                ring = []
                for _ in range(self.number()):
                    x, y = x + self.signed(), y + self.signed()
                    assert box[0] <= x <= box[2]
                    assert box[1] <= y <= box[3]
                    ring.append(self.lon_lat(x, y))
                rings.append(np.array(ring))
            found.append((group, kind, self.names[name], rings))
        return found

    def lon_lat(self, x: int, y: int) -> tuple[float, float]:
        east = (self.west + x * self.quantum) / 256
        south = (self.north + y * self.quantum) / 256
        return 360 * east - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * south))))


def test_the_basemap_comes_back_within_a_metre(town_plan: Plan) -> None:
    bounds = town_plan.release.study_area.bounds
    shapes = Reader(encode_basemap(town_plan.basemap, bounds)).shapes()
    streets = town_plan.basemap.streets
    lines = shapely.linestrings(
        streets.coords,
        indices=np.repeat(np.arange(len(streets.offset) - 1), np.diff(streets.offset)),
    )
    ours = [i for i, line in enumerate(lines) if shapely.box(*bounds).contains(line)]
    drawn = [(name, shapely.LineString(rings[0])) for group, _, name, rings in shapes if group == 4]
    tree = shapely.STRtree([line for _, line in drawn])
    for i in ours[::50]:
        # Pieces of a street are joined: one of what is drawn, of its name, goes along each.
        name = streets.names[streets.name_id[i]] if streets.name_id[i] >= 0 else ""
        near = [drawn[k] for k in tree.query(lines[i].buffer(2e-5))]
        own = [line for called, line in near if called == name]
        assert lines[i].length < 2e-5 or any(
            line.buffer(3e-5).contains(lines[i]) for line in own
        ), name
    # And nothing is drawn that is not a street.
    everything = shapely.union_all(lines).buffer(3e-5)
    shapely.prepare(everything)
    assert all(everything.contains(line) for _, line in drawn[::20])
    places = {name for group, _, name, _ in shapes if group == 5}
    assert "Neubrandenburg" in places


@given(st.text())
def test_data_can_never_end_their_element(text: str) -> None:
    packed = to_json([{"title": text}])
    assert not set(packed) & set("<>&\u2028\u2029")
    assert packed.isascii()


def test_tables_open_in_a_spreadsheet_without_formulas(town_maps: Path) -> None:
    for name in ("gaps.csv", "kit-list.csv"):
        with (town_maps / name).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows
        assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]


def test_the_geopackage_reads_back(town_maps: Path, town_plan: Plan) -> None:
    release = town_plan.release
    hotspots = gpd.read_file(town_maps / "plan.gpkg", layer="hotspots")
    assert list(hotspots["code"]) == [h.code for h in release.hotspots if h.place.mapped]
    assert hotspots.crs.to_epsg() == 4326
    routes = gpd.read_file(town_maps / "plan.gpkg", layer="routes")
    assert len(routes) == len(town_plan.routes.itineraries)
    points = gpd.read_file(town_maps / "plan.gpkg", layer="points")
    areas = gpd.read_file(town_maps / "plan.gpkg", layer="point_areas")
    assert set(points.geom_type) == {"Point"}
    assert set(points["code"]) == {point.code for point in release.points if point.public}
    assert set(areas["code"]) == {point.code for point in release.points if not point.public}
    assert "Point" not in set(areas.geom_type)


def test_the_geopackage_tells_gaps_of_areas_that_are_drawn(
    town_maps: Path, town_plan: Plan
) -> None:
    drawn = {h.code for h in town_plan.release.hotspots if h.place.mapped}
    expected = [
        (row.hotspot, row.service)
        for row in town_plan.coverage.services
        if row.first_broken is not None and row.hotspot in drawn
    ]
    assert expected
    gaps = gpd.read_file(town_maps / "plan.gpkg", layer="gaps")
    assert list(zip(gaps["hotspot"], gaps["service"], strict=True)) == expected


@given(
    st.lists(
        st.tuples(st.floats(13, 13.001), st.floats(53, 53.001)),
        min_size=3, max_size=8, unique=True,
    )
)  # fmt: skip
def test_rounding_spoils_no_area(corners: list[tuple[float, float]]) -> None:
    area = shapely.MultiPoint(corners).convex_hull
    near = rounded(area)
    assert near.is_valid
    coords = shapely.get_coordinates(near)
    np.testing.assert_array_equal(coords, np.round(coords, 4))


def test_a_team_is_told_of_the_only_way_out_at_its_stops(town_maps: Path, town_plan: Plan) -> None:
    told = 0
    for team in town_plan.release.teams:
        tours = [t for t in town_plan.routes.itineraries if t.team == team.code]
        visits = [stop.code for tour in tours for stop in tour.visits]
        shut_in = {f.about for f in town_plan.flags if f.kind is FlagKind.ONLY_WAY_IN}
        page = (town_maps / f"team-{team.code.lower()}.html").read_text(encoding="utf-8")
        body = page.split("<script", 1)[0]
        assert body.count(FlagKind.ONLY_WAY_IN.value) == sum(code in shut_in for code in visits)
        told += body.count(FlagKind.ONLY_WAY_IN.value)
    assert told


def test_without_a_legal_contact_nothing_is_written(town_plan: Plan, tmp_path: Path) -> None:
    plan = replace(town_plan, contacts=Contacts())
    with pytest.raises(PublishError, match="legal"):
        publish_round(plan, tmp_path / "maps")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["manager.html", "plan.gpkg", "manifest.json"])
def test_a_failure_midway_leaves_the_earlier_output(
    failing: str, town_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_round(town_plan, tmp_path / "maps")
    before = {path.name: path.read_bytes() for path in (tmp_path / "maps").iterdir()}
    later = replace(town_plan, programme_name="Another name")
    original = Path.replace

    def failing_replace(self: Path, target: Path) -> Path:
        if Path(target).name == failing and "earlier" not in self.parts:
            raise OSError(28, "No space left on device")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", failing_replace)
    with pytest.raises(PublishError, match="No space left"):
        publish_round(later, tmp_path / "maps")
    assert {path.name: path.read_bytes() for path in (tmp_path / "maps").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["maps"]


def test_bands_say_under_eleven() -> None:
    assert Band(0, 10).label == "under 11"
    assert Band(251, None).label == "251 or more"
    with pytest.raises(ValueError, match="band"):
        Band(5, 4)


def test_every_visit_and_its_way_are_found_in_the_planners_page(
    town_plan: Plan, town_maps: Path
) -> None:
    """The attack reads the rows of that page: one that changes must not make it blind."""
    serving = read_round(DEMO_ROUND, town_maps.iterdir()).serving
    planned: dict[str, set[tuple[str, str]]] = {}
    for tour in town_plan.routes.itineraries:
        for leg, stop in zip(tour.legs, tour.stops[1:], strict=True):
            if stop.kind is StopKind.VISIT:
                ways = planned.setdefault(str(stop.code), set())
                if len(leg.lon_lat) > 1:
                    ways.add((tour.team, f"{stop.arrive:%H:%M}"))
    assert serving.keys() == planned.keys()
    assert sum(map(len, planned.values())) > 20
    for code, ways in planned.items():
        assert {(leg.team, leg.arrive) for leg in serving[code][0]} == ways, code

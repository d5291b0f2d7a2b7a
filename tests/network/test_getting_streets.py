"""Clips of larger extracts, and downloads from services that run on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import numpy as np
import osmium
import osmnx
import pytest
import shapely
from click.testing import CliRunner

from outreach_map.cli import main
from outreach_map.errors import ExtractError
from outreach_map.network import StreetExtract, read_extract, read_streets, travel_time_matrix
from outreach_map.network.clip import clip_extract, read_boundary
from outreach_map.network.download import download_streets
from outreach_map.tables import Mode

SOURCE = Path(__file__).parents[2] / "data" / "liechtenstein" / "streets.osm.pbf"
BOX = shapely.box(9.50, 47.12, 9.56, 47.18)


def street_lines(extract: StreetExtract) -> np.ndarray:
    """Whole streets, as the pages draw them."""
    streets = extract.basemap.streets
    index = np.repeat(np.arange(len(streets.offset) - 1), np.diff(streets.offset))
    return np.asarray(shapely.linestrings(streets.coords, indices=index))


def write_boundary(path: Path, shape: shapely.Geometry) -> Path:
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def test_a_clip_holds_what_lies_within_and_whole(tmp_path: Path) -> None:
    out = tmp_path / "clip.osm.pbf"
    clip_extract(SOURCE, BOX, out)
    whole, part = read_extract(SOURCE, cache=False), read_extract(out, cache=False)
    buildings = whole.basemap.buildings[shapely.intersects(BOX, whole.basemap.buildings)]
    assert len(part.basemap.buildings) >= len(buildings) > 100
    walk, clipped = whole.networks[Mode.WALK], part.networks[Mode.WALK]
    streets, kept = street_lines(whole), street_lines(part)
    inside = streets[shapely.intersects(BOX, streets)]
    assert set(shapely.to_wkb(kept)) == set(shapely.to_wkb(inside))
    assert {place.name for place in part.basemap.places} == {
        place.name
        for place in whole.basemap.places
        if shapely.intersects_xy(BOX, place.lon, place.lat)
    }
    # What is near the middle of the clip is as far as it was.
    centre = np.array([[9.52, 47.14], [9.522, 47.142]])
    here, there = (network.snap(centre, 500.0).node for network in (walk, clipped))
    assert travel_time_matrix(walk, here, here) == pytest.approx(
        travel_time_matrix(clipped, there, there)
    )
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["clip.osm.pbf"]


def test_the_command_clips_and_reports(tmp_path: Path) -> None:
    boundary = write_boundary(tmp_path / "boundary.geojson", BOX)
    out = tmp_path / "new" / "streets.osm.pbf"
    arguments = ["streets", "--from", str(SOURCE), "--clip", str(boundary), "-o", str(out)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert str(out) in done.stdout
    assert "in one piece" in done.stderr
    assert len(read_streets(out, Mode.WALK, cache=False)) > 500


@pytest.mark.parametrize(
    "arguments",
    [
        ["streets"],
        ["streets", "--from", "a.osm.pbf"],
        ["streets", "A Town", "--from", "a.osm.pbf", "--clip", "b.geojson"],
    ],
)
def test_a_half_question_is_refused(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "--from and --clip" in done.stderr


@pytest.mark.parametrize(
    "wrong", ["missing", "text", "points", "far", "source", "endless", "names another"]
)
def test_what_cannot_be_clipped_is_one_error_and_no_file(wrong: str, tmp_path: Path) -> None:
    boundary = tmp_path / "boundary.geojson"
    source = SOURCE
    if wrong == "text":
        boundary.write_text("no map")
    elif wrong == "points":
        write_boundary(boundary, shapely.Point(9.5, 47.1))
    elif wrong == "endless":
        with boundary.open("wb") as target:
            target.truncate(2_000_000_000)  # a hole, which takes no room on the disk
    elif wrong == "names another":
        write_boundary(tmp_path / "other.geojson", BOX)
        boundary.write_text(
            '<OGRVRTDataSource><OGRVRTLayer name="other"><SrcDataSource>'
            f"{tmp_path}/other.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
        )
    elif wrong == "far":
        write_boundary(boundary, shapely.box(1.0, 1.0, 1.1, 1.1))
    elif wrong == "source":
        write_boundary(boundary, BOX)
        source = tmp_path / "source.osm.pbf"
        source.write_bytes(SOURCE.read_bytes()[:5000])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExtractError) as caught:
        clip_extract(source, read_boundary(boundary), tmp_path / "out.osm.pbf")
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.mend
    assert sorted(tmp_path.iterdir()) == before


@dataclass
class Services:
    """Stand-ins for OpenStreetMap's services, and what they were asked."""

    outline: shapely.Geometry = BOX
    answer: bytes = b""
    status: int = 200
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, tmp_path_factory) -> Iterator[Services]:
    state = Services()
    xml = tmp_path_factory.mktemp("answer") / "a.osm"
    with osmium.SimpleWriter(str(xml)) as writer:
        for item in osmium.FileProcessor(str(SOURCE)):
            writer.add(item)
    state.answer = xml.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(parse_qs(urlparse(self.path).query)["q"][0])
            found = [
                {
                    "geojson": json.loads(shapely.to_geojson(state.outline)),
                    "boundingbox": ["47.12", "47.18", "9.50", "9.56"],
                    "lat": "47.15", "lon": "9.53", "display_name": "A Town", "importance": 1,
                    "place_id": 1, "osm_type": "relation", "osm_id": 1, "class": "boundary",
                }
            ]  # fmt: skip
            self._send(200, json.dumps(found if "Nowhere" not in self.path else []).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.asked.append(parse_qs(body)["data"][0])
            self._send(state.status, state.answer)

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr(osmnx.settings, "nominatim_url", address)
    monkeypatch.setattr(osmnx.settings, "overpass_url", address)
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_download_asks_for_the_place_and_for_nothing_finer(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "streets.osm.pbf"
    done = CliRunner().invoke(main, ["streets", "A Town, Somewhere", "-o", str(out), "--yes"])
    assert done.exit_code == 0, done.output
    name, query = services.asked
    assert name == "A Town, Somewhere"
    corners = {float(text) for text in query.split('poly:"')[1].split('"')[0].split()}
    assert max(abs(corner - BOX.centroid.x) for corner in corners if corner < 20) < 0.05
    assert "127.0.0.1" in done.stderr  # it says whom it asks
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["streets.osm.pbf"]
    clipped = tmp_path / "clip.osm.pbf"
    clip_extract(SOURCE, BOX, clipped)
    here, there = (read_streets(path, Mode.WALK, cache=False) for path in (out, clipped))
    assert len(here) == len(there)
    assert here.length_m.sum() == pytest.approx(there.length_m.sum())


def test_nobody_is_asked_without_a_yes(services: Services, tmp_path: Path) -> None:
    out = tmp_path / "streets.osm.pbf"
    done = CliRunner().invoke(main, ["streets", "A Town", "-o", str(out)], input="n\n")
    assert done.exit_code == 2
    assert services.asked == []
    assert not out.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": 429}, "status 429"),
        ({"answer": b"<html>busy</html>"}, "busy"),
        ({"answer": b""}, "busy"),
        ({"outline": shapely.box(5.0, 45.0, 9.0, 48.0)}, "too large"),
        ({"outline": shapely.Point(9.5, 47.1)}, "no such place"),
    ],
)
def test_a_service_that_fails_is_one_error_and_no_file(
    change: dict, words: str, services: Services, tmp_path: Path
) -> None:
    for name, value in change.items():
        setattr(services, name, value)
    with pytest.raises(ExtractError, match=words) as caught:
        download_streets("A Town", tmp_path / "streets.osm.pbf")
    assert caught.value.mend
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_place_is_said_to_be_unknown(services: Services, tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="no such place"):
        download_streets("Nowhere", tmp_path / "streets.osm.pbf")
    assert services.asked == ["Nowhere"]


def test_without_a_connection_the_offline_way_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("nominatim_url", "overpass_url"):
        monkeypatch.setattr(osmnx.settings, name, "http://127.0.0.1:9/")
    with pytest.raises(ExtractError, match="--from region"):
        download_streets("A Town", tmp_path / "streets.osm.pbf")
    assert list(tmp_path.iterdir()) == []

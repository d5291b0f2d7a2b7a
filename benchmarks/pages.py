"""Size, readiness, long tasks and heap of published pages on a slowed phone, in Chromium.

    python -m benchmarks.pages MAPS [--streets FILE.osm.pbf] [--mapstyle PAGE] [--json FILE]

MAPS is a folder that `outreach-map plan` wrote, of a programme without a lock: a locked page is
weighed and not timed. With `--streets` the same streets are also made into a plain page of folium,
and the basemap is weighed against the number of their vertices (and those of the demo).
`--mapstyle` is a page that mapstyle made of the same extract, in an environment of its own.

Ready is when all tiles of the first view are drawn and the page's controls answer; whole is when
what lies over them, the names and the rest of the list are there too. While panning by touch each
task of the page's main thread is traced: by the clock, and by the processor time it took, which
other work of the machine does not stretch. Figures are medians of runs.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Route

from benchmarks.basemaps import folium_page, leaflet_file, sizes
from benchmarks.table import Row, show
from tests.browser import PHONE, launched

SLOWED = (1, 4, 6)
RUNS = 5
_OURS = """document.body && document.body.dataset.basemap && document.readyState !== 'loading'
  && document.querySelector('canvas.leaflet-tile')
  && !document.querySelector('canvas.leaflet-tile:not(.leaflet-tile-loaded)')"""
_FOLIUM = "document.querySelectorAll('path.leaflet-interactive').length > 100"
_WHOLE = "document.body && document.body.dataset.drawn !== undefined"
_ANY_MAP = "document.querySelector('canvas, svg path')"
# The page looks for itself: a look from outside would be a task of its own.
_WATCH = """
(() => {
  const watch = (name, met) => {
    const look = () => requestAnimationFrame(met() ? () => performance.mark(name) : look);
    look();
  };
  watch('drawn', () => DRAWN);
  watch('whole', () => WHOLE);
})();
"""


@dataclass(frozen=True)
class Run:
    """One opening of a page: seconds, milliseconds, megabytes."""

    ready_s: float
    whole_s: float
    busy_s: float
    longest_ms: float
    longest_busy_ms: float
    heap_mb: float
    requests: int


def measure(browser: Browser, path: Path, slowed: int, drawn: str = _OURS) -> Run:
    """Open a page on a slowed phone, and pan its map by touch."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]  # a plain dict of two numbers
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
    )
    page = context.new_page()
    asked: list[str] = []
    page.route("http*://**/*", lambda route: _answer(route, asked))
    whole = _WHOLE if drawn == _OURS else drawn
    page.add_init_script(_WATCH.replace("DRAWN", drawn).replace("WHOLE", whole))
    # From a file to a file the browser keeps its process, and so how much that is slowed.
    with tempfile.NamedTemporaryFile(suffix=".html") as blank:
        page.goto(Path(blank.name).as_uri())
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy(session)
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_function("() => performance.getEntriesByName('drawn').length", timeout=180_000)
    busy = _busy(session) - before
    page.wait_for_function("() => performance.getEntriesByName('whole').length", timeout=180_000)
    ready, whole_s = (
        page.evaluate(f"performance.getEntriesByName('{name}')[0].startTime") / 1000
        for name in ("drawn", "whole")
    )
    if page.locator("#show-map").count():
        page.click("#show-map")
    page.wait_for_timeout(1500)
    tasks = _traced(browser, page, lambda: _pan(session, page))
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")
    held = heap["usedSize"] + heap.get("backingStorageSize", 0)
    context.close()
    longest, longest_busy = (max((task[i] for task in tasks), default=0.0) for i in (0, 1))
    return Run(ready, whole_s, busy, longest, longest_busy, held / 1e6, len(asked))


def _answer(route: Route, asked: list[str]) -> None:
    """Nothing leaves: a rival gets its Leaflet from here, and nothing else."""
    asked.append(route.request.url)
    content = leaflet_file(route.request.url)
    if content is None:
        route.abort()
    else:
        kind = "css" if route.request.url.endswith(".css") else "javascript"
        route.fulfill(body=content, content_type=f"text/{kind}")


def _busy(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _pan(session: CDPSession, page: Page) -> None:
    """Six drags with a finger, there and back."""
    for number in range(6):
        sign = 1 if number % 2 else -1
        x, y = 180 - 90 * sign, 370 - 100 * sign
        _touch(session, "touchStart", [(x, y)])
        for step in range(1, 13):
            down = 200 / 12 * sign * step * (number % 3 > 0)
            _touch(session, "touchMove", [(x + 15 * sign * step, y + down)])
            page.wait_for_timeout(25)
        _touch(session, "touchEnd", [])
        page.wait_for_timeout(700)


def _touch(session: CDPSession, kind: str, at: list[tuple[float, float]]) -> None:
    points = [{"x": x, "y": y} for x, y in at]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def _traced(browser: Browser, page: Page, act: Callable[[], None]) -> list[tuple[float, float]]:
    """Tasks of the page's main thread: milliseconds by the clock, and of the processor."""
    session = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send(
        "Tracing.start",
        {"transferMode": "ReportEvents", "categories": "toplevel,blink.user_timing"},
    )
    page.evaluate("performance.mark('pan')")
    act()
    page.evaluate("performance.mark('panned')")
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    session.detach()
    marks = {one["name"]: one for one in events if one["name"] in ("pan", "panned")}
    own = (marks["pan"]["pid"], marks["pan"]["tid"])
    return [
        (one["dur"] / 1000, one.get("tdur", one["dur"]) / 1000)
        for one in events
        if one["name"] == "ThreadControllerImpl::RunTask"
        and "dur" in one
        and (one["pid"], one["tid"]) == own
        and marks["pan"]["ts"] < one["ts"] < marks["panned"]["ts"] - one["dur"]
    ]


def _rows(name: str, runs: list[Run], *, held_to: bool, heavy: bool) -> list[Row]:
    """Medians; ours are held to what they should reach, times at the greatest slowdown alone."""
    ready, whole, busy, longest, longest_busy, heap = (
        median(getattr(run, field) for run in runs)
        for field in ("ready_s", "whole_s", "busy_s", "longest_ms", "longest_busy_ms", "heap_mb")
    )
    requests = max(run.requests for run in runs)
    if not held_to:
        return [
            Row(f"{name}: ready", ready, "s"),
            Row(f"{name}: longest task while panning", longest, "ms"),
            Row(f"{name}: heap", heap, "MB"),
            Row(f"{name}: requests", requests, ""),
        ]
    return [
        Row.at_most(f"{name}: ready", ready, "s", 2.0)
        if heavy
        else Row(f"{name}: ready", ready, "s"),
        Row(f"{name}: processor until then", busy, "s"),
        Row(f"{name}: whole", whole, "s"),
        Row.at_most(f"{name}: longest task while panning", longest, "ms", 100)
        if heavy
        else Row(f"{name}: longest task while panning", longest, "ms"),
        Row(f"{name}: processor of the longest task", longest_busy, "ms"),
        Row.at_most(f"{name}: heap", heap, "MB", 40),
        Row.at_most(f"{name}: requests", requests, "", 0),
    ]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("maps", type=Path)
    parser.add_argument("--streets", type=Path)
    parser.add_argument("--mapstyle", type=Path)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    # The heaviest team's page stands for all.
    team = max(arguments.maps.glob("team-*.html"), key=lambda path: path.stat().st_size)
    pages = [team, arguments.maps / "manager.html", arguments.maps / "planner.html"]
    rows: list[Row] = []
    with launched() as browser, tempfile.TemporaryDirectory() as temporary:
        for path in pages:
            kind = path.stem.split("-")[0]
            reach = 700 if kind == "team" else 1200
            rows.append(Row.at_most(f"{kind}: size", path.stat().st_size / 1000, "kB", reach))
            if 'id="check"' in path.read_text(encoding="utf-8"):
                print(f"{kind}: locked, so it is weighed and not timed")
                continue
            for slowed in SLOWED:
                runs = [measure(browser, path, slowed) for _ in range(arguments.runs)]
                name = f"{kind}, slowed {slowed} times"
                rows += _rows(name, runs, held_to=True, heavy=slowed == max(SLOWED))
        rivals = []
        if arguments.streets:
            plain = folium_page(arguments.streets, arguments.maps, Path(temporary))
            rivals.append(("folium", plain, _FOLIUM))
        if arguments.mapstyle:
            rivals.append(("mapstyle", arguments.mapstyle, _ANY_MAP))
        for kind, path, drawn in rivals:
            rows.append(Row(f"{kind}: size", path.stat().st_size / 1000, "kB"))
            for slowed in (1, max(SLOWED)):
                runs = [
                    measure(browser, path, slowed, drawn) for _ in range(min(arguments.runs, 3))
                ]
                name = f"{kind}, slowed {slowed} times"
                rows += _rows(name, runs, held_to=False, heavy=False)
    if arguments.streets:
        rows += sizes(arguments.streets)
    show(f"Pages of {arguments.maps.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

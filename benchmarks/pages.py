"""Size, readiness, long tasks and heap of published pages on a slowed phone, in Chromium.

    python -m benchmarks.pages MAPS [--json FILE]

MAPS is a folder that `outreach-map plan` wrote. Pages that are locked are weighed, not timed. Ready
is when the tiles of the first view are drawn, from when the page was asked for.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.table import Row, show
from tests.browser import PHONE, launched

SLOWED = (1, 4, 6)
_WATCH = """
window.tasks = [];
new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)))
  .observe({ type: 'longtask' });
"""
_DRAWN = """() => document.body?.dataset.basemap
  && document.querySelectorAll('canvas.leaflet-tile').length
  && !document.querySelector('canvas.leaflet-tile:not(.leaflet-tile-loaded)')"""


def measure(browser: Browser, path: Path, slowed: int) -> list[Row]:
    """One page at one speed."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]  # a plain dict of two numbers
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        offline=True,
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.goto(path.as_uri())
    page.wait_for_function(_DRAWN, timeout=60_000)
    ready = page.evaluate("performance.now()") / 1000
    page.click("#show-map")
    page.wait_for_timeout(1000)
    page.evaluate("tasks.length = 0")
    for _ in range(6):
        page.evaluate("map_outreach.panBy([150, 110], { animate: true })")
        page.wait_for_timeout(900)
    longest = max(page.evaluate("tasks"), default=0.0)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")
    held = heap["usedSize"] + heap.get("backingStorageSize", 0)
    context.close()
    name = f"{path.stem.split('-')[0]}, slowed {slowed} times"
    rows = [
        Row.at_most(f"{name}: heap", held / 1e6, "MB", 40),
        Row.at_most(f"{name}: requests", len(asked) - 1, "", 0),
    ]
    if slowed == max(SLOWED):
        return [
            Row.at_most(f"{name}: ready", ready, "s", 2.0),
            Row.at_most(f"{name}: longest task while panning", longest, "ms", 100),
            *rows,
        ]
    return [
        Row(f"{name}: ready", ready, "s"),
        Row(f"{name}: longest task while panning", longest, "ms"),
        *rows,
    ]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("maps", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    pages = [sorted(arguments.maps.glob(f"{kind}*.html"))[0] for kind in ("team", "manager")]
    pages.append(arguments.maps / "planner.html")
    rows = []
    with launched() as browser:
        for path in pages:
            reach = 700 if path.name.startswith("team") else 1200
            kind = path.stem.split("-")[0]
            rows.append(Row.at_most(f"{kind}: size", path.stat().st_size / 1000, "kB", reach))
            if 'id="check"' in path.read_text(encoding="utf-8"):
                print(f"{path.name} is locked: it is weighed, not timed")
                continue
            for slowed in SLOWED:
                rows += measure(browser, path, slowed)
    show(f"Pages of {arguments.maps.name}", rows, arguments.json)


if __name__ == "__main__":
    main()

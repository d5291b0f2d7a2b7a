"""Debian's Chromium for the tests that open pages; it never fetches a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from outreach_map.demo import DEMO_ROUND

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1400, "height": 900}
_FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Path of the browser; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (path := shutil.which(name)) is not None:
            return path
    pytest.skip("there is no chromium here: apt-get install chromium")


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page that was opened from a file, and what it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, path: Path, *, viewport: dict[str, int] = PHONE, dark: bool = False
) -> Iterator[Opened]:
    """Open a file with the network blocked, and wait until its basemap is drawn."""
    context = browser.new_context(
        viewport=viewport,  # type: ignore[arg-type]  # a plain dict of two numbers
        color_scheme="dark" if dark else "light",
        offline=True,
    )
    page = context.new_page()
    # What a page shows first goes by the clock, and the demo's week does not move.
    page.clock.install(time=f"{DEMO_ROUND}T12:00:00")
    result = Opened(page)
    page.on("request", lambda request: result.requests.append(request.url))
    page.on("console", lambda message: result.complaints.append(message.text))
    page.on("pageerror", lambda error: result.complaints.append(str(error)))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', "
        "event => console.error('policy: ' + event.violatedDirective));"
    )
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-drawn]", timeout=20_000)
    page.wait_for_timeout(300)
    yield result
    context.close()

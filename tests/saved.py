"""Files that a team's page saves, made as the page makes them; and locked pages, opened."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page

from outreach_map.demo import DEMO_ROUND
from outreach_map.publish.lock import seal
from tests.browser import PHONE


def write_saved(
    path: Path,
    words: str,
    team: str,
    marks: Sequence[Mapping[str, object]],
    risks: Sequence[Mapping[str, object]] = (),
    *,
    start: date = DEMO_ROUND,
) -> Path:
    """Write a file of marks, locked with words."""
    content = {
        "format": 1, "team": team, "round": start.isoformat(), "marks": list(marks),
        "risks": list(risks),
    }  # fmt: skip
    path.write_text(json.dumps(asdict(seal(json.dumps(content), words, "note"))))
    return path


def opened_locked(browser: Browser, path: Path, words: str, time: str = "17:00:00") -> Page:
    """A locked page, opened with its words; the network is blocked."""
    context = browser.new_context(viewport=PHONE, offline=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.clock.install(time=f"{DEMO_ROUND}T{time}")
    page.goto(path.as_uri())
    page.fill("#words", words)
    page.click("#open")
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    return page

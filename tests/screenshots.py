"""Make the pictures of the documents from the sample pages: `python -m tests.screenshots`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import launched, opened
from tests.sample import SAMPLE

IMAGES = Path(__file__).parents[1] / "docs" / "images"


def picture(browser: Browser, name: str, *, dark: bool) -> None:
    """A team's list and map on a phone beside the manager's page, as one picture."""
    team = next(SAMPLE.glob("team-*.html"))
    wide = {"width": 1120, "height": 740}
    shots = []
    with opened(browser, team, dark=dark) as result:
        shots.append(result.page.screenshot())
        result.page.click("#show-map")
        result.page.wait_for_timeout(800)
        shots.append(result.page.screenshot())
    with opened(browser, SAMPLE / "manager.html", viewport=wide, dark=dark) as result:
        shots.append(result.page.screenshot())
    page = browser.new_page(viewport={"width": 1912, "height": 772})
    page.set_content(
        "<style>body{margin:16px;display:flex;gap:20px;background:#dcd8d1}</style>"
        + "".join('<img alt="">' for _ in shots)
    )
    for number, shot in enumerate(shots):
        page.evaluate(
            "([i, bytes]) => { document.images[i].src = URL.createObjectURL("
            "new Blob([new Uint8Array(bytes)], {type: 'image/png'})); }",
            [number, list(shot)],
        )
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / name)
    page.close()


def main() -> None:
    """By day and by night."""
    IMAGES.mkdir(exist_ok=True)
    with launched() as browser:
        picture(browser, "pages.png", dark=False)
        picture(browser, "pages-dark.png", dark=True)


if __name__ == "__main__":
    main()

"""The sample pages in `maps/sample`: what they are, and `make sample`, which renews them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from outreach_map import load_programme, plan_round, publish_round
from outreach_map.demo import DEMO_ROUND, demo_programme

SAMPLE = Path(__file__).parents[1] / "maps" / "sample"


def sample_pages(maps: Path) -> dict[str, str]:
    """The manager's page, and the team page with most stops, of published maps."""
    teams = sorted(maps.glob("team-*.html"), key=lambda path: path.name)
    fullest = max(teams, key=lambda path: path.read_text(encoding="utf-8").count("stop-visit"))
    return {
        path.name: path.read_text(encoding="utf-8") for path in (fullest, maps / "manager.html")
    }


def main() -> None:
    """Write the sample of the demo."""
    with demo_programme() as folder, tempfile.TemporaryDirectory() as temporary:
        maps = Path(temporary) / "maps"
        publish_round(plan_round(load_programme(folder), DEMO_ROUND), maps)
        SAMPLE.mkdir(parents=True, exist_ok=True)
        for path in SAMPLE.iterdir():
            path.unlink()
        for name, text in sample_pages(maps).items():
            (SAMPLE / name).write_text(text, encoding="utf-8")
            print(SAMPLE / name)


if __name__ == "__main__":
    main()

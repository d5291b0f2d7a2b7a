"""The privacy report as a page with pictures, for the planner alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from outreach_map.attacks import NEAR_M
from outreach_map.audit.guesses import Attack
from outreach_map.audit.report import Report
from outreach_map.privacy import Inspection
from outreach_map.private_files import write_private

REPORT = "privacy-report.html"
_WIDTH, _HEIGHT = 640, 150

_TEMPLATES = Environment(
    loader=PackageLoader("outreach_map.audit"), autoescape=True, undefined=StrictUndefined
)


def write_report(report: Report, private: Path) -> Path:
    """Write the report into `private/`, mode 0600, whole or not at all; its path."""
    write_private(private, REPORT, report_page(report).encode())
    return private / REPORT


def report_page(report: Report) -> str:
    """The page; it holds numbers about all hotspots together, and no place."""
    state = report.inspection
    return _TEMPLATES.get_template("report.html").render(
        programme=report.programme,
        start=report.start,
        failures=report.failures,
        worlds=report.worlds,
        canaries=report.canaries,
        touched=report.touched,
        holding=len({file for file, _ in report.holding}),
        rounds=report.rounds,
        tells=len(report.tells),
        narrow=report.derived.narrow,
        checked=report.derived.checked,
        told_apart=state.told_apart,
        below=state.below,
        areas=len(state.areas),
        inputs_changed=state.inputs_changed,
        floor=state.floor,
        unit="residents" if state.census else "buildings",
        holdings=_holdings(state),
        attacks=[
            {
                "name": attack.name,
                "picture": _errors(attack),
                "median": f"{attack.median_m:.0f}",
                "low": f"{attack.low_m:.0f}",
                "bits": f"{attack.bits:.1f}",
                "most": f"{100 * attack.most:.0f}",
                "building": f"{100 * attack.errors.same_building:.0f}",
                "within": f"{100 * attack.within_50_m:.0f}",
                "disc": f"{100 * attack.errors.in_disc:.0f}",
                "closer": f"{np.median(attack.errors.closer):.0f}",
            }
            for attack in report.attacks
            if attack.errors.metres
        ],
        compared=report.compared,
        opened=report.opened,
        alone=report.alone,
        hotspots=report.hotspots,
    )


def _holdings(state: Inspection) -> Markup:
    """A bar for each area on a scale of logarithms, with the line that each should reach."""
    areas = sorted(state.areas, key=lambda area: area.held)
    most = max([area.held for area in areas] + [10.0 * state.floor])
    least = min([area.held for area in areas] + [state.floor / 2.0])

    def height(held: float) -> float:
        share = np.log(max(held, 1) / max(least, 1)) / np.log(most / max(least, 1))
        return float(max(share, 0.01) * (_HEIGHT - 30))

    step = _WIDTH / len(areas)
    bars = "".join(
        f'<rect class="{"bar" if area.held >= state.floor else "low"}" '
        f'x="{number * step:.1f}" y="{_HEIGHT - 15 - height(area.held):.1f}" '
        f'width="{max(step - 1, 0.5):.1f}" height="{height(area.held):.1f}" '
        f'opacity="{1 if area.hotspots else 0.35}"/>'
        for number, area in enumerate(areas)
    )
    line = _HEIGHT - 15 - height(state.floor)
    return _picture(
        "What each area holds",
        f'{bars}<line class="mark" x1="0" x2="{_WIDTH}" y1="{line:.1f}" y2="{line:.1f}"/>'
        f'<text x="4" y="{line - 4:.1f}">{state.floor}</text>'
        f'<text x="4" y="12">most: {most:.0f}</text>',
    )


def _errors(attack: Attack) -> Markup:
    """A dot for each hotspot at the metres by which its guess is off."""
    metres = np.array(attack.errors.metres)
    far = max(float(metres.max()), 4 * NEAR_M)
    high = 60
    dots = "".join(
        f'<circle class="{"low" if value <= NEAR_M else "bar"}" cx="{10 + value / far * 610:.1f}" '
        f'cy="{12 + number % 5 * 6}" r="3.5" opacity="0.7"/>'
        for number, value in enumerate(metres)
    )
    near = 10 + NEAR_M / far * 610
    return _picture(
        "How far off each guess is",
        f'{dots}<line class="mark" x1="{near:.1f}" x2="{near:.1f}" y1="4" y2="{high - 14}"/>'
        f'<line class="axis" x1="10" x2="620" y1="{high - 14}" y2="{high - 14}"/>'
        f'<text x="10" y="{high}">0 m</text>'
        f'<text x="620" y="{high}" text-anchor="end">{far:.0f} m</text>',
        high,
    )


def _picture(title: str, content: str, height: int = _HEIGHT) -> Markup:
    return Markup(  # noqa: S704  # numbers only
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}">{content}</svg>'
    )

"""`outreach-map replan`: a change in the field, told so that it can be read out over the phone."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach_map.cli.group import FOLDER, main, no_cache
from outreach_map.cli.output import Output, saying

if TYPE_CHECKING:
    from outreach_map.history import PastStop
    from outreach_map.routing import Itinerary, Replanned

# A shift that began on Sunday evening is over by then on Monday.
_NIGHT_ENDS = time(6)
# As people write it: 19:30, 19.30 or 19h30. ISO 8601 would take 19.30 for a part of an hour.
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")


def _day(_: click.Context, __: click.Parameter, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date; write it as 2026-11-25.") from None


def _clock(_: click.Context, __: click.Parameter, text: str) -> time:
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise click.BadParameter(f"{text!r} is not a time; write it as 19:30.")
    return time(int(match[1]), int(match[2]))


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--team", required=True, help="Code of the team, or its id in your file.")
@click.option("--from", "at", required=True, callback=_clock, help="When, by the clock: 19:30.")
@click.option("--on", "day", callback=_day, help="Day of the clock.  [default: today]")
@click.option("--drop", multiple=True, help="Hotspot that is not visited; may be repeated.")
@no_cache
@saying
def replan(
    output: Output,
    *,
    folder: Path,
    team: str,
    at: time,
    day: date | None,
    drop: tuple[str, ...],
    cache: bool,
) -> None:
    """Plan the rest of a shift again for the programme in FOLDER; what is done stays.

    The maps stay as they are: read the new stops out, or write them down.

    Example: outreach-map replan my-programme --team T2 --from 19:30 --drop H-ABCDEF
    """
    from outreach_map.planning import replan as planning_replan
    from outreach_map.programme import load_programme

    now = datetime.combine(day or date.today(), at)
    start = now.date() - timedelta(days=now.weekday())
    if now.weekday() == 0 and at < _NIGHT_ENDS:
        start -= timedelta(weeks=1)
    found = planning_replan(
        load_programme(folder), start, team=team, now=now, drop=drop, cache=cache
    )
    lines = [f"from   {now:%H:%M} on {now:%A}, {now:%Y-%m-%d}", *told(found)]
    stops = [] if found.rest is None else found.rest.stops[1:]
    output.result(
        {
            "from": now.isoformat(),
            "done": [stop.code for stop in found.done if stop.kind == "visit"],
            "rest": [
                {
                    "kind": stop.kind.value,
                    "code": stop.code,
                    "begin": stop.begin.isoformat(),
                    "leave": stop.leave.isoformat(),
                    "give": dict(stop.give),
                }
                for stop in stops
            ],
            "dropped": list(found.dropped),
            "added": list(found.added),
        },
        lines,
    )


def told(found: Replanned) -> list[str]:
    """The rest of a shift in lines: what is done, the stops to come, what changed."""
    lines = [f"done   {_stop(stop)}" for stop in found.done if stop.kind != "start"]
    lines += _rest(found.rest) if found.rest is not None else ["Nothing is left: go to the base."]
    if found.dropped:
        lines.append(f"Not visited any more: {', '.join(found.dropped)}.")
    if found.added:
        lines.append(f"New on this shift: {', '.join(found.added)}.")
    return lines


def _stop(stop: PastStop) -> str:
    return f"{stop.begin:%H:%M}-{stop.leave:%H:%M} {stop.kind} {stop.code or 'base'}"


def _rest(rest: Itinerary) -> list[str]:
    lines = []
    for leg, stop in zip(rest.legs, rest.stops[1:], strict=True):
        what = "back at" if stop.kind.value == "end" else stop.kind.value
        times = f"{stop.begin:%H:%M}"
        if stop.kind.value != "end":
            times += f"-{stop.leave:%H:%M}"
        way = f"{round(leg.travel_time_s / 60)} min"
        if leg.street_names:
            way += f" by {leg.along}"
        give = ", ".join(f"{amount} {item}" for item, amount in stop.give.items())
        told = f": give {give}" if give else ""
        lines.append(f"next   {times} {what} {stop.code or 'base'} ({way}){told}")
    return lines

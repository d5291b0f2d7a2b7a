"""Points that OpenStreetMap knows of, as a file for the planner to review.

Tags by the OpenStreetMap wiki: amenity=pharmacy, hospital, clinic, doctors, health_post;
healthcare=hospital, clinic, centre, doctor; amenity=vending_machine with vending=syringes;
amenity=social_facility with social_facility:for=drug_addicted; healthcare=counselling with
healthcare:counselling=addiction; disease:hiv=yes. What a place gives out is proposed only where the
tags say it: a pharmacy is not a needle and syringe programme before somebody has asked there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outreach_map.errors import ProgrammeError
from outreach_map.hours import Hours
from outreach_map.network import Facility, point_type, read_facilities
from outreach_map.network.facilities import tag_values
from outreach_map.privacy import Candidate, already_listed
from outreach_map.programme import Programme
from outreach_map.spreadsheets import Value, csv_text
from outreach_map.starter.schema import columns
from outreach_map.whole import save_whole

PROPOSED = "points-proposed.csv"
_DIGITS = 6
_NAME_LENGTH = 100
_UNNAMED: Mapping[str, str] = {
    "pharmacy": "Pharmacy",
    "hospital": "Hospital",
    "clinic": "Clinic",
    "doctors": "Doctors",
    "vending_machine": "Syringe vending machine",
    "drug_service": "Service for people who use drugs",
    "hiv_service": "HIV service",
}


@dataclass(frozen=True)
class Proposed:
    """A point that may be added: its row by column, and the object of OpenStreetMap behind it."""

    candidate: Candidate
    name: str
    services: tuple[str, ...]
    hours: str
    source: str


@dataclass(frozen=True)
class Proposals:
    """What was found.

    Attributes
    ----------
    path
        The file that was written; None where there was nothing to write.
    proposed
        Points that are not among the programme's.
    listed
        How many are.
    unclear_hours
        How many have opening hours that cannot be read; they are left empty.
    """

    path: Path | None
    proposed: tuple[Proposed, ...]
    listed: int
    unclear_hours: int

    @property
    def by_type(self) -> dict[str, int]:
        """How many of each type."""
        types = [one.candidate.type for one in self.proposed]
        return {kind: types.count(kind) for kind in sorted(set(types))}

    @property
    def without_services(self) -> int:
        """Of how many OpenStreetMap does not say what they give out."""
        return sum(not one.services for one in self.proposed)

    @property
    def without_hours(self) -> int:
        """Of how many it does not say when they are open."""
        return sum(not one.hours for one in self.proposed)


def propose_points(
    programme: Programme,
    *,
    doctors: bool = False,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Proposals:
    """Write the points that the extract knows of, and the programme does not, to a file of its own.

    Parameters
    ----------
    programme
        From `load_programme`.
    doctors
        Whether doctors' practices are proposed too. Most bear the name of a person, which maps
        would show, and few have to do with outreach.
    replace
        Whether an earlier `points-proposed.csv` may be written over.
    progress
        Called with the name of each stage as it starts.

    Returns
    -------
    Proposals
        `points.csv` itself is never touched.

    Raises
    ------
    ProgrammeError
        When there is an earlier file: it may have been worked on.
    ExtractError
        When the extract cannot be read.
    PublishError
        When the file cannot be written.
    """
    say = progress or (lambda _: None)
    path = programme.folder / PROPOSED
    if path.exists() and not replace:
        raise ProgrammeError(
            "It is there from an earlier time, and you may have worked on it.",
            where=PROPOSED,
            mend="Rename it, or write over it with --replace.",
        )
    say("reading places of the extract")
    found, unclear = _found(programme, doctors=doctors)
    say("comparing with your points")
    listed = already_listed(programme, [one.candidate for one in found])
    new = tuple(one for one, known in zip(found, listed, strict=True) if not known)
    if new:
        _write(new, path)
    return Proposals(path if new else None, new, sum(listed), unclear)


def _found(programme: Programme, *, doctors: bool) -> tuple[list[Proposed], int]:
    """What the extract knows of in the study area, each once; and how many hours are unclear."""
    found: dict[tuple[str, str], list[Proposed]] = {}
    unclear = 0
    for facility in read_facilities(programme.streets):
        kind = point_type(facility.tags)
        if kind is None or (kind == "doctors" and not doctors):
            continue
        if not _within(facility, programme.study_area):
            continue
        one = _proposed(facility, kind)
        twins = found.setdefault((kind, one.name), [])
        # A place is often drawn twice: as a point, and as the building around it.
        if not any(_same_place(one, twin) for twin in twins):
            twins.append(one)
            unclear += bool(facility.tags.get("opening_hours")) and not one.hours
    rows = [one for twins in found.values() for one in twins]
    return sorted(rows, key=lambda one: (one.candidate.type, one.name, one.source)), unclear


def services(tags: Mapping[str, str]) -> tuple[str, ...]:
    """Services that the tags themselves say: of a machine what it vends, and of others nothing."""
    if tags.get("amenity") != "vending_machine":
        return ()
    vended = {"syringes": "nsp", "condoms": "condoms"}
    return tuple(sorted(vended[one] for one in tag_values(tags.get("vending")) if one in vended))


def _proposed(facility: Facility, kind: str) -> Proposed:
    tags = facility.tags
    letter, _, number = facility.source.partition("/")
    name = " ".join((tags.get("name") or tags.get("operator") or "").split())[:_NAME_LENGTH]
    lon, lat = round(facility.lon, _DIGITS), round(facility.lat, _DIGITS)
    return Proposed(
        candidate=Candidate(f"osm-{letter[0]}{number}", kind, lon, lat),
        name=name or _UNNAMED[kind],
        services=services(tags),
        hours=_hours(tags.get("opening_hours", "")),
        source=f"openstreetmap.org/{facility.source}",
    )


def _hours(text: str) -> str:
    """Opening hours where they can be read; empty, and so unknown, where they cannot."""
    try:
        return Hours(text).text
    except ValueError:
        return ""


def _within(facility: Facility, area: tuple[float, float, float, float] | None) -> bool:
    if area is None:
        return True
    west, south, east, north = area
    return west <= facility.lon <= east and south <= facility.lat <= north


def _same_place(one: Proposed, other: Proposed) -> bool:
    """Whether two places of one name and type are about one block from each other, or less."""
    return (
        abs(one.candidate.lat - other.candidate.lat) < 0.001
        and abs(one.candidate.lon - other.candidate.lon) < 0.002
    )


def _write(proposed: Sequence[Proposed], path: Path) -> None:
    header = [column.name for column in columns("points")]
    rows = [[*map(_cells(one).get, header), one.source] for one in proposed]
    text = csv_text([*header, "source"], rows)
    save_whole(path, text.encode("utf-8-sig"), "The file")


def _cells(one: Proposed) -> dict[str, Value]:
    """Cells that OpenStreetMap knows; all else stays empty, which is unknown."""
    return {
        "id": one.candidate.id,
        "name": one.name,
        "lon": one.candidate.lon,
        "lat": one.candidate.lat,
        "type": one.candidate.type,
        "services": ";".join(one.services),
        "opening_hours": one.hours,
        "public": "yes",
    }

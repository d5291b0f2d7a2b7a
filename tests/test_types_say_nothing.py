"""No type of the raw side shows what it holds, and every kind of error is known to the canaries."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re

import pytest
from pydantic import BaseModel

import outreach_map
from outreach_map import errors
from tests.test_canary import FAULTS

CANARY = "CANARY at 53.5561520"
RAW_SIDE = ("outreach_map.intake", "outreach_map.privacy")
# What may hold a place: shapes, arrays, pairs of degrees, bounds.
PLACE = re.compile(
    r"NDArray|Geometry|Polygon|array\[float\]|tuple\[float, float(, float, float)?\]"
)
PLACE_NAMES = {"lon", "lat", "latitude", "longitude", "study_area", "bounds", "anchor", "note"}
# Of these every field is released, a number about all hotspots together, a setting or a heading.
HARMLESS = {"AreaHolding", "Inspection", "Errors", "Entry", "NoisePolicy"}
# A candidate is a public place of the extract.
HARMLESS |= {"Expected", "Reading", "Shape", "Table", "Candidate"}


def types_of(packages: tuple[str, ...]) -> dict[str, type]:
    """Every type that a module of some packages defines, by its full name."""
    found = {}
    for info in pkgutil.walk_packages(outreach_map.__path__, "outreach_map."):
        if info.name.startswith(packages):
            module = importlib.import_module(info.name)
            for kind in vars(module).values():
                if isinstance(kind, type) and kind.__module__ == info.name:
                    found[f"{info.name}.{kind.__qualname__}"] = kind
    return found


TYPES = types_of(RAW_SIDE)


def filled(kind: type) -> object | None:
    """An instance with a canary in every field but those that count; None without fields."""
    if issubclass(kind, BaseModel):
        fields = {name: field.annotation for name, field in kind.model_fields.items()}
        return kind.model_construct(**{n: 7 if of is int else CANARY for n, of in fields.items()})
    if dataclasses.is_dataclass(kind):
        made = object.__new__(kind)
        for field in dataclasses.fields(kind):
            value = 7 if field.type in ("int", int) else [CANARY]
            object.__setattr__(made, field.name, value)
        return made
    return None


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_type_of_the_raw_side_does_not_show_what_it_holds(name: str) -> None:
    kind = TYPES[name]
    made = filled(kind)
    if made is None or kind.__name__ in HARMLESS:
        # What has no fields of its own shows its name and address at most.
        assert kind.__name__ in HARMLESS or not dataclasses.is_dataclass(kind)
        return
    for shown in (repr(made), str(made), f"{made}", f"{[made]}"):
        assert "CANARY" not in shown
        assert "53.55" not in shown


EVERY = {
    name: kind
    for name, kind in types_of(("outreach_map.",)).items()
    if dataclasses.is_dataclass(kind) or issubclass(kind, BaseModel)
}
# Seconds, no degrees.
NO_PLACE = {("WayOut", "best_s")}


class Full(list):
    """Holds something, whatever is asked of it."""

    def __getattr__(self, _: str) -> Full:
        return self


def fields_of(kind: type) -> dict[str, str]:
    if issubclass(kind, BaseModel):
        return {name: str(field.annotation) for name, field in kind.model_fields.items()}
    return {field.name: str(field.type) for field in dataclasses.fields(kind)}


def may_hold_a_place(kind: type, name: str, of: str) -> bool:
    return (kind.__name__, name) not in NO_PLACE and bool(PLACE.search(of) or name in PLACE_NAMES)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_no_type_of_any_package_shows_a_coordinate_or_a_note(name: str) -> None:
    """Right of the gate too, where they would be of public places or of whole areas."""
    kind = EVERY[name]
    # Without a repr of its own a type shows every field that is not left out; with one, counts.
    counts = dataclasses.is_dataclass(kind) and not kind.__dataclass_params__.repr
    values: dict[str, object] = {}
    for field, of in fields_of(kind).items():
        if may_hold_a_place(kind, field, of):
            values[field] = Full([CANARY])
        elif of.startswith(("int", "float")):
            values[field] = 7
        else:
            values[field] = Full(["x"]) if counts and not of.startswith(("str", "Mode")) else "x"
    if issubclass(kind, BaseModel):
        made: object = kind.model_construct(**values)
    else:
        made = object.__new__(kind)
        for field, value in values.items():
            object.__setattr__(made, field, value)
    assert "CANARY" not in repr(made) + str(made)


def test_every_package_is_among_them() -> None:
    packages = {name.split(".")[1] for name in EVERY}
    newer = {"batch", "language", "publish", "returns", "asked", "starter", "history", "sites"}
    older = {"intake", "privacy", "network", "routing", "coverage", "risk", "layers", "tables"}
    assert packages >= newer | older | {"attacks", "audit", "programme", "settings", "hours"}
    assert any(name.startswith("outreach_map.publish.exports.") for name in EVERY)
    places = {
        name.split(".")[-1]
        for name, kind in EVERY.items()
        if any(may_hold_a_place(kind, *field) for field in fields_of(kind).items())
    }
    assert places >= {"Place", "Area", "District", "Release", "StreetNetwork", "Leg", "RawHotspot"}
    assert places >= {"Site", "Figures", "Facility", "Poi", "Programme", "_NewRisk"}


def test_the_types_that_hold_most_are_among_them() -> None:
    names = {kind.__name__ for kind in TYPES.values()}
    assert {"RawTables", "RawHotspot", "Site", "Ledger", "Signs", "ProgrammeKey"} <= names
    assert names >= HARMLESS


def every_error(kind: type[BaseException]) -> set[type[BaseException]]:
    return {kind}.union(*(every_error(child) for child in kind.__subclasses__()))


def test_every_kind_of_error_is_raised_with_canaries_or_knows_released_records_alone() -> None:
    raised = {kind for kind, _ in FAULTS.values()}
    # Raised right of the gate, where no raw record is (contract of imports).
    right_of_gate = {errors.RoutingError, errors.SolverError, errors.PublishError}
    # About files that hold released records alone.
    right_of_gate |= {errors.RoundError, errors.PlanRecordError, errors.ReturnError}
    # About commands, before anything is read.
    right_of_gate |= {errors.BusyError, errors.BatchError}
    ours = {k for k in every_error(errors.OutreachMapError) if k.__module__ == errors.__name__}
    assert ours == raised | right_of_gate | {errors.OutreachMapError}

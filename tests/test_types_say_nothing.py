"""No type of the raw side shows what it holds, and every kind of error is known to the canaries."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import pytest
from pydantic import BaseModel

import outreach_map
from outreach_map import errors
from tests.test_canary import FAULTS

CANARY = "CANARY at 53.5561520"
RAW_SIDE = ("outreach_map.intake", "outreach_map.privacy")
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

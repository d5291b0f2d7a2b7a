"""Freeze a programme's partition on its first release, and keep it ever after."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
import shapely

from outreach_map.errors import PrivacyError
from outreach_map.intake import RawTables
from outreach_map.network import StreetExtract
from outreach_map.privacy.anchors import areas_at, last_miles_m
from outreach_map.privacy.areas import (
    Bounds,
    Ground,
    Partition,
    Residents,
    partition,
    plausible_stops,
    stop_weights,
)
from outreach_map.privacy.corners import street_corners
from outreach_map.privacy.ledger import Ledger
from outreach_map.privacy.merge import plausibility
from outreach_map.privacy.rules import disc_rules, held_by
from outreach_map.privacy.widen import covers, extended
from outreach_map.programme import Programme
from outreach_map.tables import Mode

# An anchor is a crossing; in newer streets the one that is nearest to where it was.
_FAR_M = 1e6


def frozen(
    ledger: Ledger, programme: Programme, extract: StreetExtract, raw: RawTables
) -> tuple[Ledger, Partition]:
    """The ledger with its partition; made on the first release, the same ever after.

    Where the study area was widened, areas of the new ground are added to those that are there.

    Other rules would make other areas, and two areas of one site intersect to a smaller one: they
    are refused unless the planner accepts that very change by its name.

    Raises
    ------
    PrivacyError
        When the settings are not those of the first release, or the rules cannot be kept.
    """
    rules = programme.privacy.rules
    if ledger.partition is not None and ledger.policy == rules:
        before = with_last_miles(ledger.partition, programme, extract, raw)
        return _widened(replace(ledger, partition=before), before, programme, extract, raw)
    if ledger.partition is not None:
        _require_accepted(ledger, programme)
        # Every record gets an unlinked code; which places those are is seen from the areas alone.
        entries = tuple((digest, replace(entry, where=())) for digest, entry in ledger.entries)
        ledger = Ledger(entries=entries)
    found = residents(raw)
    division = partition(
        study_area(programme, extract),
        found,
        extract.networks[Mode.WALK],
        extract.building_lon_lat,
        programme.privacy,
    )
    digest = inputs_sha256(programme, extract, raw)
    return replace(ledger, partition=division, inputs_sha256=digest, policy=rules), division


def with_last_miles(
    division: Partition, programme: Programme, extract: StreetExtract, raw: RawTables
) -> Partition:
    """The same areas, with the ways from their anchors where an older ledger did not keep them."""
    if division.walked:
        return division
    walk = extract.networks[Mode.WALK]
    points = division.metric(plausible_stops(study_area(programme, extract), walk))
    weights = stop_weights(points, residents(raw), extract.building_lon_lat, division.metric)
    nodes = division.metric(walk.lon_lat)
    corners = street_corners(nodes, points, plausibility(weights), division.cell_m)
    anchors = walk.snap(np.array([area.anchor for area in division.areas]), _FAR_M).node
    metres = last_miles_m(areas_at(division.cells, corners), anchors, corners, nodes, walk)
    areas = tuple(
        replace(area, last_mile_m=float(far))
        for area, far in zip(division.areas, metres, strict=True)
    )
    return replace(division, areas=areas, walked=True)


def _widened(
    ledger: Ledger, before: Partition, programme: Programme, extract: StreetExtract, raw: RawTables
) -> tuple[Ledger, Partition]:
    """The frozen areas, and more of them where the study area reaches beyond what was divided."""
    bounds = study_bounds(programme, extract)
    if not before.grounds:
        # An older ledger does not say what was divided; where nothing has changed, it was this.
        if ledger.inputs_sha256 == inputs_sha256(programme, extract, raw):
            before = replace(before, grounds=(Ground(bounds, len(before.areas)),))
        return replace(ledger, partition=before), before
    if covers(before, bounds):
        return ledger, before
    walk, houses, found = extract.networks[Mode.WALK], extract.building_lon_lat, residents(raw)
    area, policy = study_area(programme, extract), programme.privacy
    after = extended(before, area, found, walk, houses, policy)
    points = after.metric(plausible_stops(area, walk))
    weights = stop_weights(points, found, houses, after.metric)
    floor = policy.buildings if found is None else policy.residents
    # By newer streets an old area may break a rule, and is kept all the same: the digest then
    # stays the one of what it was made from.
    if min(held_by(after, points, weights)) >= floor and all(
        disc_rules(after, points, weights, after.metric(walk.lon_lat), policy)
    ):
        ledger = replace(ledger, inputs_sha256=inputs_sha256(programme, extract, raw))
    return replace(ledger, partition=after), after


def _require_accepted(ledger: Ledger, programme: Programme) -> None:
    name = sha256(f"{ledger.policy} {programme.privacy.rules}".encode()).hexdigest()[:8]
    if programme.privacy.accepted_change != name:
        raise PrivacyError(
            "The privacy settings are not those of the first release, and places released by "
            "other rules would give more away beside the earlier ones. Nothing was released.",
            where="outreach.toml, [privacy]",
            mend="Put the settings back. To begin anew with other rules, and accept that old and "
            f'new maps can be compared, add: accepted_change = "{name}"',
        )


def residents(raw: RawTables) -> Residents | None:
    """Residents of a programme; None where it has no file of them."""
    found = raw.residents
    return None if found is None else Residents(found.lon_lat, found.people)


def inputs_sha256(programme: Programme, extract: StreetExtract, raw: RawTables) -> str:
    """Digest of all that a partition is made from."""
    inputs = sha256(extract.sha256.encode())
    inputs.update(study_area(programme, extract).wkb)
    if raw.residents is not None:
        inputs.update(raw.residents.lon_lat.tobytes() + raw.residents.people.tobytes())
    return inputs.hexdigest()


def study_area(programme: Programme, extract: StreetExtract) -> shapely.Polygon:
    """The study area as a polygon."""
    return shapely.box(*study_bounds(programme, extract))


def study_bounds(programme: Programme, extract: StreetExtract) -> Bounds:
    """Bounds of the study area: the planner's, else those of the extract's streets."""
    return programme.study_area or extract.bounds

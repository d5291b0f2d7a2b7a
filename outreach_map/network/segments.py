"""Cut streets at their crossings, and make the network of a mode of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from outreach_map.network import access
from outreach_map.network.collect import Found
from outreach_map.network.streets import StreetNetwork, whole_ms
from outreach_map.network.tags import Highway, SegmentTags
from outreach_map.tables import Mode

# WGS 84: semi-major axis, and the square of the eccentricity by the flattening.
_A_M = 6_378_137.0
_F = 1 / 298.257223563
_E2 = _F * (2 - _F)
_NEAR_M = 2_000.0
_POLAR = np.radians(85.0)
_PIECE = 1 << 15


@dataclass(frozen=True, eq=False, repr=False)
class Segments:
    """Streets cut at crossings and barriers, in the order of the file; shared by all modes.

    Segment i runs along `count[i]` points of `way_coords` from `start[i]` on. `way` is its street,
    `first` and `last` its nodes, of which `stopped[mode]` says whether a barrier stops the mode.
    `hazard` says what stands on the nodes of each segment.
    """

    way_coords: NDArray[np.float64]
    way_offset: NDArray[np.int64]
    start: NDArray[np.int64]
    count: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    stopped: Mapping[Mode, NDArray[np.bool_]]
    way: NDArray[np.int32]
    length_m: NDArray[np.float64]
    hazard: NDArray[np.uint8]


def cut_streets(found: Found) -> Segments:
    """Cut streets where two meet, where one ends, and where a barrier stands."""
    ref = np.frombuffer(found.ref, dtype=np.int64)
    coords = np.frombuffer(found.lon_lat, dtype=np.float64).reshape(-1, 2)
    offset = np.array(found.offset, dtype=np.int64)
    # A node that a street names twice in a row is one step of no length.
    way_of = np.repeat(np.arange(len(offset) - 1, dtype=np.int32), np.diff(offset))
    again = np.concatenate([[False], (ref[1:] == ref[:-1]) & (way_of[1:] == way_of[:-1])])
    if again.any():
        ref, coords, way_of = ref[~again], coords[~again], way_of[~again]
        offset = np.searchsorted(way_of, np.arange(len(offset)))
    refs, node = _numbered(ref)
    stopped = _stopped(found, refs)
    run_m = _run_m(coords, way_of)
    # A node is a crossing when two streets, or one street twice, go through it, or a street ends.
    crossing = np.bincount(node) >= 2
    crossing[node[offset[:-1]]] = crossing[node[offset[1:] - 1]] = True
    for mode in Mode:
        crossing |= stopped[mode]
    cut = np.flatnonzero(crossing[node])
    same_way = way_of[cut[:-1]] == way_of[cut[1:]]
    start, end = cut[:-1][same_way], cut[1:][same_way]
    on_nodes = _on_nodes(found, refs)[node]
    # Behind each start come the points of its segment, and none of another but its end.
    hazard = np.bitwise_or.reduceat(on_nodes, start) | on_nodes[end] if len(start) else on_nodes
    return Segments(
        way_coords=coords,
        way_offset=offset,
        start=start,
        count=end - start + 1,
        first=node[start],
        last=node[end],
        stopped=stopped,
        way=way_of[start],
        length_m=run_m[end] - run_m[start],
        hazard=hazard,
    )


def _numbered(ref: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Node ids in ascending order, and the place of each in that order.

    As `np.unique` with its inverse, in half the memory: this is where reading needs the most.
    """
    order = np.argsort(ref)
    ordered = ref[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    number = np.empty(len(ref), dtype=np.int32)
    number[order] = np.cumsum(new, dtype=np.int32) - np.int32(1)
    return ordered[new], number


def _runs(start: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each start on, as many as counted, one run after the other."""
    numbers = np.arange(count.sum())
    numbers -= np.repeat(np.cumsum(count) - count - start, count)
    return numbers


def _run_m(coords: NDArray[np.float64], way_of: NDArray[np.int32]) -> NDArray[np.float64]:
    """Metres run along the streets up to each point; from one street to the next is no way."""
    run_m = np.zeros(len(coords))
    # In pieces, for the memory of what is worked out on the way.
    for start in range(0, len(coords) - 1, _PIECE):
        piece, way = coords[start : start + _PIECE + 1], way_of[start : start + _PIECE + 1]
        same_way = (way[1:] == way[:-1])[:, None]
        step_m = ellipsoidal_m(piece[:-1], np.where(same_way, piece[1:], piece[:-1]))
        run_m[start + 1 : start + _PIECE + 1] = step_m
    return np.cumsum(run_m, out=run_m)


def ellipsoidal_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """(q,) metres between places in degrees, (q, 2), on the WGS 84 ellipsoid.

    Up to 2 km by the radii of curvature at the middle latitude, which is within a millionth of the
    geodesic at latitudes up to 85 degrees; beyond either by the geodesic itself (Karney 2013,
    doi:10.1007/s00190-012-0578-z), which takes ten times longer.
    """
    step = np.radians(other - one)
    middle = np.radians(one[:, 1] + other[:, 1]) / 2
    bent = 1.0 - _E2 * np.sin(middle) ** 2
    east_m = _A_M / np.sqrt(bent) * np.cos(middle) * step[:, 0]
    north_m = _A_M * (1.0 - _E2) / bent**1.5 * step[:, 1]
    metres: NDArray[np.float64] = np.hypot(east_m, north_m)
    far = np.flatnonzero((metres > _NEAR_M) | (np.abs(middle) > _POLAR))
    if len(far):
        from pyproj import Geod  # here, since few extracts need it and it takes 20 MB

        metres[far] = Geod(ellps="WGS84").inv(*one[far].T, *other[far].T)[2]
    return metres


def _stopped(found: Found, refs: NDArray[np.int64]) -> dict[Mode, NDArray[np.bool_]]:
    stopped = {mode: np.zeros(len(refs), dtype=bool) for mode in Mode}
    for ref, modes in found.stopped.items():
        at = int(np.searchsorted(refs, ref))
        if at < len(refs) and refs[at] == ref:
            for mode in modes:
                stopped[mode][at] = True
    return stopped


def _on_nodes(found: Found, refs: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(nodes,) flags of `Hazard`."""
    hazard = np.zeros(len(refs), dtype=np.uint8)
    known = np.array(sorted(found.hazards), dtype=np.int64)
    at = np.searchsorted(refs, known)
    on_street = at < len(refs)
    on_street[on_street] = refs[at[on_street]] == known[on_street]
    for ref, place in zip(known[on_street].tolist(), at[on_street].tolist(), strict=True):
        hazard[place] = found.hazards[ref]
    return hazard


@dataclass(frozen=True, eq=False, repr=False)
class StreetKinds:
    """What the rules say of each combination of tags: attributes, and speeds by mode.

    `kph[mode]` is (kinds, 2): along and against the street, 0 where it is not allowed.
    """

    tags: SegmentTags
    kph: Mapping[Mode, NDArray[np.float64]]


def street_kinds(found: Found) -> StreetKinds:
    """Apply the rules once a combination of tags."""
    sets = found.tag_sets()
    classes = [access.require_class(tags) for tags in sets]
    uses = {
        mode: [access.use(mode, street, tags) for street, tags in zip(classes, sets, strict=True)]
        for mode in Mode
    }
    return StreetKinds(
        access.segment_tags(classes, sets),
        {
            mode: np.array([(use.along_kph, use.against_kph) for use in found_uses]).reshape(-1, 2)
            for mode, found_uses in uses.items()
        },
    )


def make_network(
    mode: Mode, found: Found, cut: Segments, kinds: StreetKinds, *, ferries: bool
) -> StreetNetwork | None:
    """Network of one mode; None where no street of the extract may be used that way."""
    kind = np.array(found.kind, dtype=np.int64)[cut.way]
    kph = kinds.kph[mode][kind]
    usable = (kph > 0).any(axis=1)
    if not ferries:
        usable &= kinds.tags.highway[kind] != Highway.FERRY
    kept = np.flatnonzero(usable)
    if not len(kept):
        return None
    ends = np.concatenate([cut.first[kept], cut.last[kept]])
    # Where a barrier stops the mode, every street ends at a node of its own: one may come up to
    # the barrier from either side, and not go through.
    barred = np.flatnonzero(cut.stopped[mode][ends])
    ends_at = ends.copy()
    ends_at[barred] = len(cut.stopped[mode]) + np.arange(len(barred))
    nodes, index, inverse = np.unique(ends_at, return_index=True, return_inverse=True)
    first, last = inverse[: len(kept)], inverse[len(kept) :]
    along, against = (np.flatnonzero(kph[kept, column] > 0) for column in (0, 1))
    segment = np.concatenate([along, against])
    tail = np.concatenate([first[along], last[against]])
    head = np.concatenate([last[along], first[against]])
    length_m = cut.length_m[kept][segment]
    arc_kph = np.concatenate([kph[kept][along, 0], kph[kept][against, 1]])
    start, count = cut.start[kept], cut.count[kept]
    return StreetNetwork(
        mode=mode,
        lon_lat=cut.way_coords[np.concatenate([start, start + count - 1])[index]],
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        length_m=length_m,
        travel_time_s=whole_ms(length_m / (arc_kph / 3.6)),
        segment=segment.astype(np.int32),
        forward=np.arange(len(segment)) < len(along),
        coords=cut.way_coords[_runs(start, count)],
        coord_offset=np.concatenate([[0], np.cumsum(count)]),
        tags=_with_hazards(kinds.tags.take(kind[kept]), cut.hazard[kept]),
        name_id=np.array(found.name, dtype=np.int32)[cut.way[kept]],
        names=tuple(found.names),
        component=strong_components(tail, head, len(nodes)),
    )


def _with_hazards(tags: SegmentTags, on_nodes: NDArray[np.uint8]) -> SegmentTags:
    return replace(tags, hazard=tags.hazard | on_nodes)


def strong_components(
    tail: NDArray[np.int64], head: NDArray[np.int64], nodes: int
) -> NDArray[np.int32]:
    """(n,) strongly connected component by size, 0 being the largest; ties by their first node."""
    graph = csr_matrix((np.ones(len(tail), np.uint8), (tail, head)), shape=(nodes, nodes))
    _, label = connected_components(graph, directed=True, connection="strong")
    _, first, size = np.unique(label, return_index=True, return_counts=True)
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size), dtype=np.int32)
    ranked: NDArray[np.int32] = rank[label]
    return ranked

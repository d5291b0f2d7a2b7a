"""Small networks of any shape."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from outreach_map.network import SegmentTags, StreetNetwork
from outreach_map.tables import Mode


@st.composite
def networks(draw: st.DrawFn) -> StreetNetwork:
    """Any small network: parallel streets, loops and one-way streets as they come."""
    nodes = draw(st.integers(2, 8))
    node = st.integers(0, nodes - 1)
    streets = draw(
        st.lists(st.tuples(node, node, st.integers(1, 20), st.booleans()), min_size=1, max_size=16)
    )
    back = [i for i, street in enumerate(streets) if street[3]]
    tail = [street[0] for street in streets] + [streets[i][1] for i in back]
    head = [street[1] for street in streets] + [streets[i][0] for i in back]
    segment = np.array([*range(len(streets)), *back], dtype=np.int32)
    length_m = np.array([float(street[2]) for street in streets])[segment]
    lon_lat = np.column_stack([np.arange(nodes) * 0.001, np.zeros(nodes)])
    return StreetNetwork(
        mode=Mode.WALK,
        lon_lat=lon_lat,
        tail=np.array(tail, dtype=np.int32),
        head=np.array(head, dtype=np.int32),
        length_m=length_m,
        travel_time_s=length_m * 2,
        segment=segment,
        forward=np.arange(len(segment)) < len(streets),
        coords=lon_lat[[end for street in streets for end in street[:2]]],
        coord_offset=np.arange(0, 2 * len(streets) + 1, 2, dtype=np.int64),
        tags=SegmentTags.untagged(len(streets)),
        name_id=np.full(len(streets), -1, dtype=np.int32),
        names=(),
        component=np.zeros(nodes, dtype=np.int32),
    )


def grid_network(
    lon: float, lat: float, *, columns: int, rows: int, step_m: float
) -> StreetNetwork:
    """Streets both ways along a grid, its south-west corner at (lon, lat)."""
    step = np.array([step_m / (111_320 * np.cos(np.radians(lat))), step_m / 111_320])
    at = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    number = np.arange(len(at)).reshape(rows, columns)
    first = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    last = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    return _both_ways(np.array([lon, lat]) + at * step, first, last, step_m)


def together(one: StreetNetwork, other: StreetNetwork) -> StreetNetwork:
    """Two grids in one network that do not meet; the first is the main component."""
    half, rest = one.segments, other.segments
    length_m = np.concatenate([one.length_m[:half], other.length_m[:rest]])
    first = np.concatenate([one.tail[:half], other.tail[:rest] + len(one)])
    last = np.concatenate([one.head[:half], other.head[:rest] + len(one)])
    made = _both_ways(np.concatenate([one.lon_lat, other.lon_lat]), first, last, length_m)
    made.component[len(one) :] = 1
    return made


def _both_ways(
    lon_lat: np.ndarray, first: np.ndarray, last: np.ndarray, length_m: float | np.ndarray
) -> StreetNetwork:
    segments = len(first)
    segment = np.tile(np.arange(segments, dtype=np.int32), 2)
    metres = np.broadcast_to(np.asarray(length_m, dtype=float), segments)[segment]
    return StreetNetwork(
        mode=Mode.WALK,
        lon_lat=lon_lat,
        tail=np.concatenate([first, last]).astype(np.int32),
        head=np.concatenate([last, first]).astype(np.int32),
        length_m=metres,
        travel_time_s=np.round(metres / 1.3, 3),
        segment=segment,
        forward=np.arange(2 * segments) < segments,
        coords=lon_lat[np.column_stack([first, last]).ravel()],
        coord_offset=np.arange(0, 2 * segments + 1, 2, dtype=np.int64),
        tags=SegmentTags.untagged(segments),
        name_id=np.full(segments, -1, dtype=np.int32),
        names=(),
        component=np.zeros(len(lon_lat), dtype=np.int32),
    )

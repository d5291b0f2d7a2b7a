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

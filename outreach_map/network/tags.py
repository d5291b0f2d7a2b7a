"""Tags of street segments as small integer codes; codes are stored, so new ones go to the end."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray


class Highway(IntEnum):
    """Classes of streets, from main roads down."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    RESIDENTIAL = 5
    SERVICE = 6
    PEDESTRIAN = 7
    TRACK = 8
    CYCLEWAY = 9
    FOOTWAY = 10
    PATH = 11
    STEPS = 12
    FERRY = 13


class Lit(IntEnum):
    """Street lighting; what is not tagged is unknown."""

    UNKNOWN = 0
    YES = 1
    NO = 2


class Surface(IntEnum):
    """What one walks or rides on."""

    UNKNOWN = 0
    PAVED = 1
    ROUGH = 2
    LOOSE = 3


class Service(IntEnum):
    """Kinds of service roads."""

    NONE = 0
    OTHER = 1
    ALLEY = 2
    DRIVEWAY = 3
    PARKING_AISLE = 4


class Access(IntEnum):
    """Who may use a street at all, as far as `access` says so."""

    UNKNOWN = 0
    OPEN = 1
    LIMITED = 2
    CLOSED = 3


class Hazard(IntFlag):
    """What stands in or on a street, of itself or of a node on it; none is nothing tagged."""

    NONE = 0
    LEVEL_CROSSING = 1
    FORD = 2
    FLOOD_PRONE = 4
    GATE = 8
    BORDER = 16


# Codes of `SegmentTags.incline_pct` that are no percentage.
INCLINE_UNKNOWN = -128
INCLINE_UP = 127
INCLINE_DOWN = -127


@dataclass(frozen=True, eq=False, repr=False)
class SegmentTags:
    """Attributes of street segments, (s,) each.

    Attributes
    ----------
    highway, lit, surface, service, access
        Codes of the enums of the same name.
    bridge, tunnel
        Whether the segment is on a bridge, in a tunnel or underpass.
    incline_pct
        Slope along the stored geometry in per cent, or one of the `INCLINE_…` codes.
    hazard
        Flags of `Hazard`.
    """

    highway: NDArray[np.uint8]
    lit: NDArray[np.uint8]
    surface: NDArray[np.uint8]
    service: NDArray[np.uint8]
    access: NDArray[np.uint8]
    bridge: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    incline_pct: NDArray[np.int8]
    hazard: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Reject arrays of different lengths, and codes that no enum has (ValueError)."""
        if len({len(getattr(self, field.name)) for field in fields(self)}) != 1:
            raise ValueError("the attributes of segments are of one length")
        for codes, kind in (
            (self.highway, Highway),
            (self.lit, Lit),
            (self.surface, Surface),
            (self.service, Service),
            (self.access, Access),
        ):
            if len(codes) and codes.max() >= len(kind):
                raise ValueError(f"not a code of {kind.__name__}")

    def __len__(self) -> int:
        """Number of segments."""
        return len(self.highway)

    @classmethod
    def untagged(cls, segments: int, highway: Highway = Highway.RESIDENTIAL) -> SegmentTags:
        """Attributes of streets of one class of which nothing else is known."""
        unknown = np.zeros(segments, dtype=np.uint8)
        return cls(
            highway=np.full(segments, int(highway), dtype=np.uint8),
            lit=unknown,
            surface=unknown,
            service=unknown,
            access=unknown,
            bridge=unknown > 0,
            tunnel=unknown > 0,
            incline_pct=np.full(segments, INCLINE_UNKNOWN, dtype=np.int8),
            hazard=unknown,
        )

    def take(self, segments: NDArray[np.int64]) -> SegmentTags:
        """Attributes of some segments, in the order given."""
        return SegmentTags(*(getattr(self, field.name)[segments] for field in fields(self)))

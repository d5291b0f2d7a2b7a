"""What flags are worked out on: streets by mode, emergency care, and where the sun stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from outreach_map import hours
from outreach_map.network import StreetNetwork
from outreach_map.risk.area_streets import AreaStreets
from outreach_map.risk.exits import Exits, exit_times
from outreach_map.risk.facts import StreetFacts, street_facts
from outreach_map.risk.sun import dark_within
from outreach_map.risk.undirected import Undirected
from outreach_map.tables import Mode


@dataclass(frozen=True, eq=False, repr=False)
class City:
    """The public side of a programme's place.

    Attributes
    ----------
    networks
        Streets by mode; walking is needed.
    care
        (q, 2) degrees of hospitals.
    where
        Where and when the sun rises; None where nobody knows, and then any hour may be dark.
    """

    networks: Mapping[Mode, StreetNetwork]
    care: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    where: hours.Place | None = None

    def __post_init__(self) -> None:
        """Reject a city without streets to walk on (ValueError)."""
        if Mode.WALK not in self.networks:
            raise ValueError("flags need the walking network")

    @property
    def walk(self) -> StreetNetwork:
        """The walking network."""
        return self.networks[Mode.WALK]

    @cached_property
    def undirected(self) -> Undirected:
        """The walking network without directions."""
        return Undirected(self.walk)

    @cached_property
    def _areas(self) -> dict[Mode, AreaStreets]:
        return {}

    def streets(self, mode: Mode = Mode.WALK) -> AreaStreets:
        """Finds the streets of areas for a mode."""
        if mode not in self._areas:
            self._areas[mode] = AreaStreets(self.networks[mode])
        return self._areas[mode]

    @cached_property
    def _exits(self) -> dict[bytes, Exits]:
        return {}

    def exits(self, safe: NDArray[np.int64]) -> Exits:
        """Exit times to some safe nodes of the walking network; each set is worked out once."""
        key = np.unique(safe).tobytes()
        if key not in self._exits:
            self._exits[key] = exit_times(self.undirected, np.unique(safe))
        return self._exits[key]

    @cached_property
    def _facts(self) -> dict[float, StreetFacts]:
        return {}

    def facts(self, steep_pct: float) -> StreetFacts:
        """What the streets say, for one cut of steepness."""
        if steep_pct not in self._facts:
            self._facts[steep_pct] = street_facts(self.walk, self.undirected, steep_pct=steep_pct)
        return self._facts[steep_pct]

    def dark(self, begin: datetime, end: datetime) -> bool:
        """Whether it is dark, or may be, at some time from `begin` to `end`."""
        return self.where is None or dark_within(self.where, begin, end)

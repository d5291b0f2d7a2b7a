"""Published routing instances as problems of ours; distances truncated to one decimal (DIMACS).

Solomon and Gehring-Homberger (`.txt`), and VRPLIB files (`.vrp`) with release times and reloads,
or with prizes. Times, distances and prizes are in tenths. The published cost is distance and the
prizes of whoever is left out, so a second out costs nothing here and "exposure" is the distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import vrplib
from numpy.typing import NDArray

from outreach_map.routing import Client, Reload, RoutingProblem, Vehicle, Window

REFERENCE = Path(__file__).parents[2] / "shared" / "reference" / "vrptw"
# Best known costs in tenths, by file name.
BEST_KNOWN = {
    "R112.txt": 9486,
    "RC208.txt": 7761,
    "C104.txt": 8229,
    "R1_2_4.txt": 30476,
    "R201R0.5.vrp": 14426,
    "R1_10_1.vrp": 262705,
}


@dataclass(frozen=True)
class Instance:
    """What a file holds: tenths for places, times and prizes; place 0 is the depot."""

    xy: NDArray[np.float64]
    demand: NDArray[np.int64]
    window: NDArray[np.int64]
    service: NDArray[np.int64]
    vehicles: int
    capacity: int
    release: NDArray[np.int64] | None = None
    prize: NDArray[np.int64] | None = None
    reloads: bool = False

    @property
    def apart(self) -> NDArray[np.int64]:
        """Distances in tenths, truncated."""
        between = np.linalg.norm(self.xy[:, None] - self.xy[None, :], axis=2)
        return np.floor(between * 10 + 1e-9).astype(np.int64)

    def problem(self) -> RoutingProblem:
        """In our terms."""
        apart = self.apart
        everyone = frozenset(range(self.vehicles))
        clients = tuple(
            Client(
                name=f"C{place}",
                place=place,
                windows=(Window(int(early), int(late), everyone),),
                service_s=int(self.service[place]),
                delivery=(int(self.demand[place]),),
                prize=0 if self.prize is None else int(self.prize[place]),
                release_s=0 if self.release is None else int(self.release[place]),
                required=self.prize is None or not self.prize[place],
            )
            for place, (early, late) in enumerate(self.window)
            if place
        )
        day = (int(self.window[0][0]), int(self.window[0][1]))
        reloads = (Reload(0, day, 0),) if self.reloads else ()
        vehicles = tuple(
            Vehicle(f"V{number}", 0, 0, 0, day, (self.capacity,), reloads=reloads)
            for number in range(self.vehicles)
        )
        return RoutingProblem(
            clients,
            vehicles,
            (apart,),
            (apart,),
            ("load",),
            max_reloads=len(clients),
            exposures=(apart,),
            duration_price=0,
        )


def read(path: Path) -> Instance:
    """Read an instance by the form of its name."""
    return _solomon(path) if path.suffix == ".txt" else _vrplib(path)


def _solomon(path: Path) -> Instance:
    lines = path.read_text(encoding="ascii").split("\n")
    count, capacity = (int(value) for value in lines[4].split())
    rows = np.array([[float(v) for v in line.split()] for line in lines[9:] if line.split()])
    return Instance(
        rows[:, 1:3],
        rows[:, 3].astype(np.int64),
        (rows[:, 4:6] * 10).astype(np.int64),
        (rows[:, 6] * 10).astype(np.int64),
        count,
        capacity,
    )


def _vrplib(path: Path) -> Instance:
    found = vrplib.read_instance(path, compute_edge_weights=False)
    xy = np.asarray(found["node_coord"], dtype=np.float64)
    service = np.full(len(xy), int(found.get("service_time", 0)) * 10)
    service[0] = 0
    return Instance(
        xy,
        np.asarray(found["demand"], dtype=np.int64),
        np.asarray(found["time_window"], dtype=np.int64) * 10,
        service,
        int(found["vehicles"]),
        int(found["capacity"]),
        None if "release_time" not in found else np.asarray(found["release_time"]) * 10,
        None if "prize" not in found else np.asarray(found["prize"]) * 10,
        "vehicles_reload_depot" in found,
    )

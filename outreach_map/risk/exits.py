"""How long it takes to a safe place, and how long if the way there is blocked at its worst place.

For every node at once. The quickest ways to the nearest of all safe places form a forest. If the
street from a node towards its safe place is blocked, the next best way leaves the part of the
forest behind that street by another one; the least such way for every street of the forest is what
Malik, Mittal & Gupta (1989), doi:10.1016/0167-6377(89)90065-5, work out for the most vital arc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outreach_map.risk.undirected import Undirected


@dataclass(frozen=True, eq=False, repr=False)
class Exits:
    """Seconds on foot from every node to a safe place, (n,) each; inf without a way.

    `best_s` by the quickest way; `blocked_s` when that way turns out to be blocked at the street
    where this costs most, the way up to there and back included.
    """

    best_s: NDArray[np.float64]
    blocked_s: NDArray[np.float64]


def exit_times(streets: Undirected, safe: NDArray[np.int64]) -> Exits:
    """Exit times of every node to the nearest of some safe nodes."""
    ways = streets.to_nearest(safe)
    detour_s = _detours(streets, ways.time_s, ways.before, ways.segment)
    order = np.argsort(ways.time_s, kind="stable")
    best, before = ways.time_s.tolist(), ways.before.tolist()
    blocked = [np.inf] * streets.nodes
    for node in order.tolist():
        if best[node] == np.inf:
            break
        ahead = before[node]
        if ahead < 0:
            blocked[node] = best[node]
            continue
        # Blocked here, or somewhere further on after the way up to there.
        blocked[node] = max(detour_s[node], best[node] - best[ahead] + blocked[ahead])
    return Exits(ways.time_s, np.array(blocked))


def _detours(
    streets: Undirected,
    time_s: NDArray[np.float64],
    before: NDArray[np.int64],
    segment: NDArray[np.int64],
) -> list[float]:
    """Seconds from each node to a safe place without the street towards it, (n,).

    Streets off the forest are taken from the one that makes the least way up; each lends its way to
    all streets of the forest between its ends that have none yet (a union-find over the forest).
    """
    off = np.ones(len(streets.first), dtype=bool)
    off[segment[segment >= 0]] = False
    way_s = time_s[streets.first] + streets.time_s + time_s[streets.last]
    candidates = np.flatnonzero(off & np.isfinite(way_s) & (streets.first != streets.last))
    candidates = candidates[np.argsort(way_s[candidates], kind="stable")]
    roof = streets.nodes  # all safe places meet here
    best = [*time_s.tolist(), -1.0]
    parent = [*np.where(before < 0, roof, before).tolist(), roof]
    up = list(range(streets.nodes + 1))
    found = [np.inf] * streets.nodes

    def top(node: int) -> int:
        root = node
        while up[root] != root:
            root = up[root]
        while up[node] != root:
            up[node], node = root, up[node]
        return root

    for one, other, seconds in zip(
        streets.first[candidates].tolist(),
        streets.last[candidates].tolist(),
        way_s[candidates].tolist(),
        strict=True,
    ):
        a, b = top(one), top(other)
        while a != b:
            if best[a] < best[b] or (best[a] == best[b] and a == roof):
                a, b = b, a
            found[a] = seconds - best[a]
            up[a] = parent[a]
            a = top(a)
    return found

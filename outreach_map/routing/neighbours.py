"""Which visits the local search tries beside each other: near, and open to one shift."""

from __future__ import annotations

from itertools import islice

import pyvrp
from pyvrp.search import NeighbourhoodParams, compute_neighbours

from outreach_map.routing.translate import Model

# So many places of breaks are tried beside a visit.
_BREAKS = 3
# Of PyVRP's nearest so many times as many are looked at.
_WIDER = 3

Neighbours = dict[pyvrp.Activity, list[pyvrp.Activity]]


def neighbours_of(model: Model, count: int) -> Neighbours:
    """Neighbours of each client of a model.

    PyVRP's nearest `count`, but of those only that some vehicle can visit on one tour, and to each
    visit what stands for a shift without a break: where nobody is out yet, it is all there is on
    that tour.
    """
    near: Neighbours = compute_neighbours(
        model.data, NeighbourhoodParams(num_neighbours=_WIDER * count)
    )
    if not model.data.num_groups:
        return {one: others[:count] for one, others in near.items()}
    copies, vehicles = model.copies, model.problem.vehicles
    shifts = [vehicle.window for vehicle in vehicles]
    reach = []
    for copy in copies:
        who = copy.vehicles if copy.vehicle is None else {copy.vehicle}
        early, late = copy.window
        reach.append({n for n in who if shifts[n][0] <= late and early <= shifts[n][1]})
    activity = {one.idx: one for one in near}
    without: dict[int, list[pyvrp.Activity]] = {}
    for number, copy in enumerate(copies):
        if copy.without_break and copy.vehicle is not None:
            without.setdefault(copy.vehicle, []).append(activity[number])
    found: Neighbours = {}
    for one, others in near.items():
        own, copy = reach[one.idx], copies[one.idx]
        fits = [other for other in others if not own.isdisjoint(reach[other.idx])]
        made = list(islice((o for o in fits if copies[o.idx].client is not None), count))
        if copy.client is not None:
            rests = (
                o for o in fits if copies[o.idx].client is None and not copies[o.idx].without_break
            )
            made += islice(rests, _BREAKS)
            made += [token for vehicle in sorted(own) for token in without.get(vehicle, ())]
        found[one] = made
    return found

"""The street network: an extract becomes arrays, and arrays become travel times."""

from outreach_map.network.read import read_extract, read_streets
from outreach_map.network.routes import (
    EdgeCosts,
    Matrices,
    Nearest,
    Path,
    ZoneCost,
    edge_costs,
    nearest_facility,
    nodes_within,
    shortest_paths,
    travel_matrices,
    travel_time_matrix,
)
from outreach_map.network.streets import (
    Basemap,
    Highway,
    Lines,
    Lit,
    Place,
    Poi,
    Snapped,
    StreetExtract,
    StreetLines,
    StreetNetwork,
)
from outreach_map.network.structure import Stops, bridges, street_stops

__all__ = [
    "Basemap",
    "EdgeCosts",
    "Highway",
    "Lines",
    "Lit",
    "Matrices",
    "Nearest",
    "Path",
    "Place",
    "Poi",
    "Snapped",
    "Stops",
    "StreetExtract",
    "StreetLines",
    "StreetNetwork",
    "ZoneCost",
    "bridges",
    "edge_costs",
    "nearest_facility",
    "nodes_within",
    "read_extract",
    "read_streets",
    "shortest_paths",
    "street_stops",
    "travel_matrices",
    "travel_time_matrix",
]

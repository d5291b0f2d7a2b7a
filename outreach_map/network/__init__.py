"""The street network: an extract becomes arrays, and arrays become travel times.

Getting an extract in the first place is in `download` and `clip`, and graphs of networkx are in
`convert`. These are not imported here: the libraries that they need take time and memory to load.
"""

from outreach_map.network.costs import CostModel, EdgeCosts, ZoneCost, edge_costs
from outreach_map.network.elevation import add_slopes
from outreach_map.network.engine import Engine, EngineKind, make_engine
from outreach_map.network.extract import (
    Basemap,
    Lines,
    Place,
    Poi,
    StreetExtract,
    StreetLines,
)
from outreach_map.network.facilities import Facility, point_type, read_facilities
from outreach_map.network.isochrones import service_area
from outreach_map.network.read import read_extract, read_streets
from outreach_map.network.routes import (
    Matrices,
    Nearest,
    Path,
    cost_matrix,
    cost_profile,
    nearest_facility,
    nodes_within,
    shortest_paths,
    travel_matrices,
    travel_time_matrix,
)
from outreach_map.network.streets import Snapped, StreetNetwork
from outreach_map.network.structure import (
    Blocks,
    Component,
    Stops,
    blocks,
    bridges,
    components,
    cut_nodes,
    street_stops,
)
from outreach_map.network.tags import Access, Hazard, Highway, Lit, SegmentTags, Service, Surface

__all__ = [
    "Access",
    "Basemap",
    "Blocks",
    "Component",
    "CostModel",
    "EdgeCosts",
    "Engine",
    "EngineKind",
    "Facility",
    "Hazard",
    "Highway",
    "Lines",
    "Lit",
    "Matrices",
    "Nearest",
    "Path",
    "Place",
    "Poi",
    "SegmentTags",
    "Service",
    "Snapped",
    "Stops",
    "StreetExtract",
    "StreetLines",
    "StreetNetwork",
    "Surface",
    "ZoneCost",
    "add_slopes",
    "blocks",
    "bridges",
    "components",
    "cost_matrix",
    "cost_profile",
    "cut_nodes",
    "edge_costs",
    "make_engine",
    "nearest_facility",
    "nodes_within",
    "point_type",
    "read_extract",
    "read_facilities",
    "read_streets",
    "service_area",
    "shortest_paths",
    "street_stops",
    "travel_matrices",
    "travel_time_matrix",
]

"""Map layers: released or computed records become folium layers, one module each."""

from outreach_map.layers.basemap import BasemapLayer, encode_basemap
from outreach_map.layers.element import DataLayer, to_json
from outreach_map.layers.gaps import gap_class, gap_layer
from outreach_map.layers.hotspots import by_place, describe, hotspot_layer
from outreach_map.layers.points import point_layer, point_title
from outreach_map.layers.routes import route_layer
from outreach_map.layers.zones import zone_layer

__all__ = [
    "BasemapLayer",
    "DataLayer",
    "by_place",
    "describe",
    "encode_basemap",
    "gap_class",
    "gap_layer",
    "hotspot_layer",
    "point_layer",
    "point_title",
    "route_layer",
    "to_json",
    "zone_layer",
]

"""Files for other tools: what is always written, and what a programme asks for."""

from outreach_map.publish.exports.chosen import chosen_writers
from outreach_map.publish.exports.geographic import clock_of, write_geopackage
from outreach_map.publish.exports.tables import gaps_csv, kit_csv

__all__ = ["chosen_writers", "clock_of", "gaps_csv", "kit_csv", "write_geopackage"]

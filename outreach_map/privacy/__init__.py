"""The privacy gate: raw tables go in, released records come out."""

from outreach_map.privacy.areas import Partition, Residents, partition
from outreach_map.privacy.gate import find_problems, release, release_twin
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private, write_key

__all__ = [
    "Partition",
    "ProgrammeKey",
    "Residents",
    "find_problems",
    "load_key",
    "open_private",
    "partition",
    "release",
    "release_twin",
    "write_key",
]

"""The privacy gate: raw tables go in, released records come out."""

from outreach_map.privacy.areas import Partition, Residents, partition
from outreach_map.privacy.gate import find_problems, release, release_twin
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private, write_key
from outreach_map.privacy.rotate import ACCOUNT, rotate_key
from outreach_map.privacy.signs import Signs, raw_signs

__all__ = [
    "ACCOUNT",
    "Partition",
    "ProgrammeKey",
    "Residents",
    "Signs",
    "find_problems",
    "load_key",
    "open_private",
    "partition",
    "raw_signs",
    "release",
    "release_twin",
    "rotate_key",
    "write_key",
]
